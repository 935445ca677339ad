"""What the grad modes refuse, and anomaly detection."""

from __future__ import annotations

from collections.abc import Mapping

RAISING: Mapping[str, str] = {
    "set_grad_enabled_with_text": "torch.set_grad_enabled('yes')",
    "set_grad_enabled_with_nothing": "torch.set_grad_enabled()",
    "set_grad_enabled_with_none": "torch.set_grad_enabled(None)",
    "set_multithreading_enabled_with_text": """
        torch.autograd.set_multithreading_enabled('yes')
    """,
    "nan_in_the_walk": """
        import warnings
        with warnings.catch_warnings(), torch.autograd.detect_anomaly():
            warnings.simplefilter("ignore")
            y = (x - x).sqrt() * 0
            y.sum().backward()
    """,
    "write_found_by_anomaly": """
        import warnings
        with warnings.catch_warnings(), torch.autograd.set_detect_anomaly(True):
            warnings.simplefilter("ignore")
            y = x.exp()
            y.add_(1)
            y.sum().backward()
    """,
    "write_without_anomaly_check_nan": """
        import warnings
        with warnings.catch_warnings(), torch.autograd.set_detect_anomaly(True, check_nan=False):
            warnings.simplefilter("ignore")
            y = x.sqrt()
            y.mul_(2)
            y.sum().backward()
    """,
    "set_detect_anomaly_with_text": "torch.autograd.set_detect_anomaly('yes')",
    "set_detect_anomaly_with_nothing": "torch.autograd.set_detect_anomaly()",
}

# Other ways to a message that stands above, or in another feature's table.
AGAIN: Mapping[str, str] = {
    "no_grad_then_backward": """
        with torch.no_grad():
            y = x * 2
        y.sum().backward()
    """,
    "nan_of_a_second_input": """
        import warnings
        with warnings.catch_warnings(), torch.autograd.set_detect_anomaly(True):
            warnings.simplefilter("ignore")
            (torch.zeros(2) / (x * 0)).sum().backward()
    """,
    "nan_in_a_function": """
        import warnings
        class Nan(torch.autograd.Function):
            @staticmethod
            def forward(ctx, a):
                return a.clone()
            @staticmethod
            def backward(ctx, grad):
                return grad * float("nan")
        with warnings.catch_warnings(), torch.autograd.set_detect_anomaly(True):
            warnings.simplefilter("ignore")
            Nan.apply(x).sum().backward()
    """,
}

WARNING: Mapping[str, str] = {
    "anomaly_detection": """
        with torch.autograd.detect_anomaly():
            pass
    """,
    "traceback_was_not_recorded": """
        y = x * float("nan")
        try:
            with torch.autograd.set_detect_anomaly(True):
                y.sum().backward()
        except RuntimeError:
            pass
    """,
    "no_grad_on_a_class": """
        @torch.no_grad()
        class A:
            pass
    """,
}

"""What hooks may not do, and what refuses a hook."""

from __future__ import annotations

from collections.abc import Mapping

RAISING: Mapping[str, str] = {
    "hook_on_what_needs_no_grad": "torch.ones(2).register_hook(print)",
    "hook_returns_another_shape": """
        x.register_hook(lambda grad: torch.ones(3))
        x.sum().backward()
    """,
    "hook_returns_no_tensor": """
        x.register_hook(lambda grad: 3)
        x.sum().backward()
    """,
    "hook_returns_another_dtype": """
        x.register_hook(lambda grad: grad.double())
        x.sum().backward()
    """,
}

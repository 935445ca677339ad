"""Anomaly mode: what a walk says when it fails, and of what it complains."""

from __future__ import annotations

import warnings

import pytest

import mini_autograd as torch


@pytest.fixture(autouse=True)
def switched_off_again():
    yield
    torch.autograd.set_detect_anomaly(False)


def failing(walk, kind=RuntimeError):
    """The error and what was warned of."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        with pytest.raises(kind) as raised:
            walk()
    return str(raised.value), [str(each.message) for each in caught]


def root_of(x):
    return x.sqrt()


def test_a_gradient_that_is_no_number_is_an_error_which_tells_the_forward_call():
    torch.autograd.set_detect_anomaly(True)
    x = torch.zeros(1, requires_grad=True)
    y = root_of(x) * 0
    error, (warning,) = failing(y.backward)
    assert error == "Function 'SqrtBackward0' returned nan values in its 0th output."
    lines = warning.splitlines()
    assert lines[0] == (
        "Error detected in SqrtBackward0. Traceback of forward call that caused the error:"
    )
    assert lines[-4:-2] == [
        f'  File "{__file__}", line {_line_of("y = root_of(x) * 0")}, in '
        "test_a_gradient_that_is_no_number_is_an_error_which_tells_the_forward_call",
        "    y = root_of(x) * 0",
    ]
    assert lines[-1] == "    return x.sqrt()"
    assert x.grad is None


def _line_of(text):
    with open(__file__) as file:
        return next(n for n, line in enumerate(file, 1) if line.strip() == text)


def test_without_the_check_it_is_none():
    x = torch.zeros(1, requires_grad=True)
    torch.autograd.set_detect_anomaly(True, check_nan=False)
    (x.sqrt() * 0).backward()
    assert x.grad.isnan().item()


def test_a_graph_recorded_before_has_nothing_to_tell():
    x = torch.zeros(1, requires_grad=True)
    y = x.sqrt() * 0
    torch.autograd.set_detect_anomaly(True)
    _, warned = failing(y.backward)
    assert warned == [
        "Error detected in SqrtBackward0. No forward pass information available. Enable detect "
        "anomaly during forward pass for more information."
    ]


def test_an_error_in_a_derivative_tells_what_induced_it():
    torch.autograd.set_detect_anomaly(True)
    x = torch.ones(1, requires_grad=True)
    (slope,) = torch.autograd.grad(x.exp(), x, create_graph=True)

    def refuse(grad):
        raise LookupError("not here")

    slope.register_hook(refuse)
    error, (first, second) = failing(slope.backward, LookupError)
    assert error == "not here"
    assert first.startswith("Error detected in MulBackward0. Traceback of forward call that caused")
    assert second.startswith(
        "\n\nPrevious calculation was induced by ExpBackward0. Traceback of forward call that "
        "induced the previous calculation:\n"
    )


def test_a_node_keeps_its_traceback_and_its_parent_in_its_metadata():
    torch.autograd.set_detect_anomaly(True)
    x = torch.ones(1, requires_grad=True)
    y = x * x
    assert list(y.grad_fn.metadata) == ["traceback_"]
    (slope,) = torch.autograd.grad(y, x, create_graph=True)
    assert slope.grad_fn.metadata["parent_"] is y.grad_fn
    torch.autograd.set_detect_anomaly(False)
    assert (x * x).grad_fn.metadata == {}


def test_a_saved_tensor_that_was_written_to_points_to_the_traceback():
    torch.autograd.set_detect_anomaly(True)
    x = torch.ones(2, requires_grad=True)
    y = x.exp()
    total = y.sum()
    y.add_(1)
    error, warned = failing(total.backward)
    assert error.endswith(
        "Hint: the backtrace further above shows the operation that failed to compute its "
        "gradient. The variable in question was changed in there or anywhere later. Good luck!"
    )
    assert warned[0].startswith("Error detected in ExpBackward0. Traceback")


def test_the_context_manager_warns_and_restores():
    with pytest.warns(UserWarning, match="^Anomaly Detection has been enabled. This mode will inc"):
        mode = torch.autograd.detect_anomaly(check_nan=False)
    assert not torch.is_anomaly_enabled()
    with mode:
        assert torch.is_anomaly_enabled()
        assert not torch.is_anomaly_check_nan_enabled()
    assert not torch.is_anomaly_enabled()
    assert torch.is_anomaly_check_nan_enabled()


def test_the_switch_is_a_bool():
    with pytest.raises(TypeError, match="set_anomaly_enabled\\(\\): argument 'enabled'"):
        torch.autograd.set_detect_anomaly(1)


def test_what_gave_nan_has_freed_what_it_saved() -> None:
    x = torch.tensor([-1.0], requires_grad=True)
    y = torch.pow(x, torch.tensor([-2.5]))
    with torch.autograd.detect_anomaly(), pytest.raises(RuntimeError, match="returned nan"):
        y.backward(torch.ones(1))
    with pytest.raises(RuntimeError, match="backward through the graph a second time"):
        y.backward(torch.ones(1))

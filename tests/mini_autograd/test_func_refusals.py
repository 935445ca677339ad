"""What a function that `func` transforms must not do: write to what it captured, hide a tangent."""

from __future__ import annotations

from typing import Any

import pytest

import mini_autograd as torch
from mini_autograd import func

ONES = (torch.ones(2),)
CAPTURED = r"attempted to call in-place operation \(aten::{}\) that would mutate a captured Tensor"


@pytest.mark.parametrize(
    ("write", "told"),
    [
        (lambda y, a: y.add_(a), "add_.Tensor"),
        (lambda y, a: y.add_(1), "add_.Tensor"),
        (lambda y, a: y.sin_(), "sin_"),
        (lambda y, a: y.fill_(3), "fill_.Scalar"),
        (lambda y, a: y.fill_(a[0]), "fill_.Tensor"),
        (lambda y, a: y.div_(2, rounding_mode="floor"), "div_.Tensor_mode"),
        (lambda y, a: y.__setitem__(1, a[0]), "copy_"),
        (lambda y, a: y.view(2).add_(1), "add_.Tensor"),
        (lambda y, a: y.detach().add_(1), "add_.Tensor"),
        (lambda y, a: y.data.zero_(), "zero_"),
        (lambda y, a: y.unsqueeze_(0), "unsqueeze_"),
    ],
)
@pytest.mark.parametrize("transform", [func.grad, lambda f: lambda v: func.jvp(f, (v,), ONES)])
def test_what_was_captured_is_not_written_to(write: Any, told: str, transform: Any) -> None:
    y = torch.tensor([1.0, 2.0])

    def function(a: Any) -> Any:
        write(y, a)
        return a.sum()

    with pytest.raises(RuntimeError, match=CAPTURED.format(told.replace(".", r"\."))):
        transform(function)(torch.ones(2))
    assert (y.tolist(), y._version) == ([1.0, 2.0], 0)


def test_what_the_function_made_is_written_to() -> None:
    def function(a: Any) -> Any:
        made = torch.zeros(2)
        made[0], made[1] = a[1], a[0] * 2
        return (made.mul_(3) * a.clone().add_(1)).sum()

    # 3 * b * (a + 1) + 6 * a * (b + 1), at 1 and 2
    assert func.grad(function)(torch.tensor([1.0, 2.0])).tolist() == [24.0, 12.0]


def test_an_outer_functions_tensor_is_captured_by_the_inner_one() -> None:
    def outer(a: Any) -> Any:
        made = a * 1
        return func.grad(lambda b: made.add_(b).sum())(a)

    with pytest.raises(RuntimeError, match=CAPTURED.format(r"add_\.Tensor")):
        func.vjp(outer, torch.ones(2))


def test_what_an_inner_transform_gave_is_the_outer_functions_own() -> None:
    def function(a: Any) -> Any:
        output, products = func.vjp(lambda b: b * b, a)
        output.mul_(2)  # which the products do not see: they are 2 * a
        (product,) = products(torch.ones(2))
        return (product.add_(1) * output).sum()

    # of 2 * a**2 * (2 * a + 1)
    assert func.grad(function)(torch.tensor([1.0, 2.0])).tolist() == [16.0, 56.0]


def test_a_closed_transforms_tensor_is_written_to_outside() -> None:
    gradient = func.grad(lambda a: (a * a).sum())(torch.tensor([1.0, 2.0]))
    assert gradient.add_(1).tolist() == [3.0, 5.0]
    with pytest.raises(RuntimeError, match="would mutate a captured Tensor"):
        func.grad(lambda a: gradient.add_(1).sum())(torch.ones(2))


def hiding(a: Any) -> Any:
    with torch.no_grad():
        b = a * 3
    return (b * a).sum()


def test_without_forward_mode_a_tangent_through_no_grad_is_refused_and_not_wrong() -> None:
    for transformed in (
        lambda: func.jvp(hiding, (torch.ones(2),), ONES),
        lambda: func.jacfwd(hiding)(torch.ones(2)),
        lambda: func.hessian(hiding)(torch.ones(2)),
        lambda: func.jvp(torch.no_grad()(torch.sin), (torch.ones(2),), ONES),
    ):
        with pytest.raises(NotImplementedError, match=r"computed under torch.no_grad\(\)"):
            transformed()
    assert func.grad(hiding)(torch.ones(2)).tolist() == [3.0, 3.0]  # as torch's
    with torch.no_grad():
        assert func.jvp(torch.exp, (torch.zeros(2),), ONES)[1].tolist() == [1.0, 1.0]
    assert torch.is_grad_enabled()

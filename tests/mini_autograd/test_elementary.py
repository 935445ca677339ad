"""Elementary functions, rounding, clamping, choosing: values, gradients, conventions at kinks."""

from __future__ import annotations

import math
from collections.abc import Callable

import pytest

import mini_autograd as torch

NAN, INF = math.nan, math.inf


def leaf(*values: float, dtype: torch.dtype = torch.float64) -> torch.Tensor:
    return torch.tensor(list(values), dtype=dtype, requires_grad=True)


def gradient(function: Callable[[torch.Tensor], torch.Tensor], *values: float) -> list[float]:
    x = leaf(*values)
    function(x).backward(torch.tensor([1.0] * len(values), dtype=torch.float64))
    return x.grad.tolist()


@pytest.mark.parametrize(
    ("function", "at", "value", "slope"),
    [
        (torch.exp, 1.0, math.e, math.e),
        (torch.exp2, 3.0, 8.0, 8 * math.log(2)),
        (torch.expm1, 1.0, math.e - 1, math.e),
        (torch.log, 2.0, math.log(2), 0.5),
        (torch.log1p, 1.0, math.log(2), 0.5),
        (torch.log2, 8.0, 3.0, 1 / (8 * math.log(2))),
        (torch.log10, 100.0, 2.0, 1 / (100 * math.log(10))),
        (torch.sqrt, 9.0, 3.0, 1 / 6),
        (torch.rsqrt, 4.0, 0.5, -1 / 16),
        (torch.square, 3.0, 9.0, 6.0),
        (torch.reciprocal, 4.0, 0.25, -1 / 16),
        (torch.sin, 0.5, math.sin(0.5), math.cos(0.5)),
        (torch.cos, 0.5, math.cos(0.5), -math.sin(0.5)),
        (torch.tan, 0.5, math.tan(0.5), 1 / math.cos(0.5) ** 2),
        (torch.asin, 0.6, math.asin(0.6), 1.25),
        (torch.acos, 0.6, math.acos(0.6), -1.25),
        (torch.atan, 2.0, math.atan(2), 0.2),
        (torch.sinh, 1.0, math.sinh(1), math.cosh(1)),
        (torch.cosh, 1.0, math.cosh(1), math.sinh(1)),
        (torch.tanh, 1.0, math.tanh(1), 1 - math.tanh(1) ** 2),
        (torch.sigmoid, 0.0, 0.5, 0.25),
        (torch.erf, 0.0, 0.0, 2 / math.sqrt(math.pi)),
    ],
)
def test_value_and_slope(
    function: Callable[..., torch.Tensor], at: float, value: float, slope: float
) -> None:
    assert function(leaf(at)).item() == pytest.approx(value)
    assert gradient(function, at) == pytest.approx([slope])


@pytest.mark.parametrize(
    ("function", "at", "curvature"),
    [
        (torch.exp, 0.0, 1.0),
        (torch.sigmoid, 1.0, -0.09085774767294841),
        (torch.tanh, 1.0, -0.6397000084492246),
        (torch.sin, math.pi / 2, -1.0),
        (torch.sqrt, 4.0, -1 / 32),
        (torch.relu, 3.0, 0.0),
    ],
)
def test_second_derivative(
    function: Callable[..., torch.Tensor], at: float, curvature: float
) -> None:
    x = leaf(at)
    (slope,) = torch.autograd.grad(function(x), x, create_graph=True)
    (second,) = torch.autograd.grad(slope, x)
    assert second.item() == pytest.approx(curvature, abs=1e-12)


def test_integers_become_the_default_float() -> None:
    assert torch.exp(torch.tensor([0, 1])).dtype is torch.float32
    assert torch.sqrt(torch.tensor([4])).tolist() == [2.0]


def test_single_precision_stays_single() -> None:
    x = torch.tensor([0.5], requires_grad=True)
    for function in (torch.exp, torch.erf, torch.sigmoid, torch.rsqrt, torch.log2):
        out = function(x)
        assert out.dtype is torch.float32
        (grad,) = torch.autograd.grad(out, x)
        assert grad.dtype is torch.float32


def test_relu_and_abs_have_gradient_zero_at_zero() -> None:
    assert gradient(torch.relu, -1.0, 0.0, 2.0) == [0.0, 0.0, 1.0]
    assert gradient(torch.abs, -1.0, 0.0, 2.0) == [-1.0, 0.0, 1.0]


def test_relu_passes_on_no_gradient_of_minus_zero_and_no_infinity() -> None:
    x = leaf(-1.0, -1.0)
    torch.relu(x).backward(torch.tensor([-3.0, INF], dtype=torch.float64))
    assert [math.copysign(1, each) for each in x.grad.tolist()] == [1.0, 1.0]
    assert x.grad.tolist() == [0.0, 0.0]


def test_relu_at_nan_passes_the_gradient_on() -> None:
    assert gradient(torch.relu, NAN) == [1.0]


def test_the_sign_of_nan_is_zero() -> None:
    assert torch.sign(torch.tensor([NAN, -2.0, 0.0])).tolist() == [0.0, -1.0, 0.0]


def test_rounding_goes_to_even_and_has_gradient_zero() -> None:
    assert torch.round(torch.tensor([0.5, 1.5, 2.5])).tolist() == [0.0, 2.0, 2.0]
    assert gradient(torch.round, 0.4) == [0.0]
    assert gradient(torch.floor, 0.4) == [0.0]


def test_clamp_passes_the_gradient_on_at_its_bounds() -> None:
    values = (-1.0, 0.0, 0.5, 1.0, 2.0, NAN)
    assert gradient(lambda x: torch.clamp(x, 0, 1), *values) == [0.0, 1.0, 1.0, 1.0, 0.0, 0.0]


def test_where_the_bounds_cross_the_upper_wins() -> None:
    assert torch.clamp(torch.tensor([0.0, 9.0]), 2.0, 1.0).tolist() == [1.0, 1.0]


def test_clamp_by_tensors_hands_the_gradient_to_the_bound() -> None:
    x, low, high = leaf(0.0, 5.0, 9.0), leaf(1.0, 1.0, 1.0), leaf(8.0, 8.0, 8.0)
    torch.clamp(x, low, high).backward(torch.tensor([1.0, 10.0, 100.0], dtype=torch.float64))
    assert x.grad.tolist() == [0.0, 10.0, 0.0]
    assert low.grad.tolist() == [1.0, 0.0, 0.0]
    assert high.grad.tolist() == [0.0, 0.0, 100.0]


def test_a_tie_of_maximum_is_split() -> None:
    x, y = leaf(1.0, 2.0, 3.0), leaf(2.0, 2.0, 2.0)
    torch.maximum(x, y).backward(torch.tensor([1.0, 1.0, 1.0], dtype=torch.float64))
    assert x.grad.tolist() == [0.0, 0.5, 1.0]
    assert y.grad.tolist() == [1.0, 0.5, 0.0]


def test_where_gives_each_side_its_own_gradient() -> None:
    x, y = leaf(1.0, 2.0), leaf(3.0, 4.0)
    mask = torch.tensor([True, False])
    torch.where(mask, x, y).backward(torch.tensor([5.0, 7.0], dtype=torch.float64))
    assert x.grad.tolist() == [5.0, 0.0]
    assert y.grad.tolist() == [0.0, 7.0]


def test_where_does_not_keep_the_nan_of_the_branch_not_taken() -> None:
    x = leaf(-1.0, 4.0)
    torch.where(x > 0, torch.sqrt(x), 0.0).backward(torch.tensor([1.0, 1.0], dtype=torch.float64))
    assert math.isnan(x.grad[0].item())  # torch's too: 0 * NaN within the rule of sqrt
    assert x.grad[1].item() == 0.25


def test_where_takes_numbers_and_promotes_by_category() -> None:
    mask = torch.tensor([True, False])
    assert torch.where(mask, 1, 2).dtype is torch.int64
    assert torch.where(mask, 1.0, 2).dtype is torch.float32
    assert torch.where(mask, leaf(1.0, 1.0), 2).dtype is torch.float64
    assert torch.where(mask, leaf(1.0, 1.0), 0.0).grad_fn.name() == "WhereBackward0"


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (
            lambda: torch.relu(torch.tensor([True])),
            RuntimeError,
            "Boolean inputs not supported for relu",
        ),
        (
            lambda: torch.floor(torch.tensor([True])),
            NotImplementedError,
            "\"floor_vml_cpu\" not implemented for 'Bool'",
        ),
        (
            lambda: torch.floor(torch.tensor([1j])),
            NotImplementedError,
            "floor is not supported for complex inputs",
        ),
        (
            lambda: torch.clamp(leaf(1.0)),
            RuntimeError,
            "torch.clamp: At least one of 'min' or 'max' must not be None",
        ),
        (
            lambda: torch.clamp(torch.tensor([1], dtype=torch.int8), 0, 300),
            RuntimeError,
            "value cannot be converted to type int8_t without overflow",
        ),
        (
            lambda: torch.where(torch.tensor([1]), 1, 2),
            RuntimeError,
            "where expected condition to be a boolean tensor, but got a tensor with dtype Long",
        ),
        (
            lambda: torch.maximum(leaf(1.0), 2),
            TypeError,
            "maximum(): argument 'other' (position 2) must be Tensor, not int",
        ),
        (
            lambda: torch.exp(2.0),
            TypeError,
            "exp(): argument 'input' (position 1) must be Tensor, not float",
        ),
        (
            lambda: leaf(1.0).exp(2),
            TypeError,
            "TensorBase.exp() takes no arguments (1 given)",
        ),
    ],
)
def test_what_torch_refuses(
    call: Callable[[], object], error: type[Exception], message: str
) -> None:
    with pytest.raises(error) as caught:
        call()
    assert type(caught.value) is error
    assert str(caught.value) == message


def test_a_uint8_condition_warns_and_is_taken() -> None:
    with pytest.warns(UserWarning, match="where received a uint8 condition tensor"):
        out = torch.where(torch.tensor([1, 0], dtype=torch.uint8), 1, 2)
    assert out.tolist() == [1, 2]


def test_the_gradient_of_a_complex_magnitude_points_outwards() -> None:
    z = torch.tensor([3 + 4j], requires_grad=True)
    torch.abs(z).backward(torch.tensor([5.0]))
    assert z.grad.tolist() == pytest.approx([3 + 4j])


def test_tanh_and_sigmoid_conjugate_on_the_way_to_a_second_derivative() -> None:
    for op in (torch.tanh, torch.sigmoid):
        x = torch.tensor(0.3 + 0.4j, requires_grad=True)
        seed = torch.tensor(1.0 - 2.0j, requires_grad=True)
        (grad,) = torch.autograd.grad(op(x), x, seed, create_graph=True)
        (back,) = torch.autograd.grad(grad, seed, torch.tensor(1.0 + 0j))
        assert back.item() == pytest.approx(grad.item().conjugate() / seed.item().conjugate())

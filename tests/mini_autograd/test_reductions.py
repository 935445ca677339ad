"""Sums, means, products, moments and norms: numbers, gradients at kinks, dtypes and refusals."""

from __future__ import annotations

import math
import re
from typing import Any

import numpy as np
import pytest

import mini_autograd as torch

INF = math.inf


def leaf(values: Any) -> torch.Tensor:
    return torch.tensor(values, requires_grad=True)


def gradient(output: torch.Tensor, of: torch.Tensor, seed: Any) -> Any:
    return torch.autograd.grad(output, of, torch.tensor(seed))[0].tolist()


def node(tensor: torch.Tensor) -> str:
    return tensor.grad_fn.name()


@pytest.mark.parametrize(
    ("dim", "keepdim", "expected"),
    [
        (0, False, [4.0, 6.0]),
        (-1, True, [[3.0], [7.0]]),
        ((0, 1), False, 10.0),
        ((), False, 10.0),
        (None, True, [[10.0]]),
    ],
)
def test_sum_over_dims(dim: Any, keepdim: bool, expected: Any) -> None:
    assert torch.tensor([[1.0, 2.0], [3.0, 4.0]]).sum(dim, keepdim).tolist() == expected


def test_sum_of_all_and_sum_over_dims_are_two_nodes() -> None:
    x = leaf([1.0, 2.0])
    assert (node(x.sum()), node(x.sum(0))) == ("SumBackward0", "SumBackward1")


def test_sum_gives_each_element_the_gradient_of_its_sum() -> None:
    x = leaf([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]])
    assert gradient(x.sum(1), x, [7.0, -1.0]) == [[7.0] * 3, [-1.0] * 3]


@pytest.mark.parametrize("dtype", [torch.bool, torch.uint8, torch.int8, torch.int32])
def test_integers_are_summed_in_int64(dtype: torch.dtype) -> None:
    assert torch.ones(3, dtype=dtype).sum().dtype is torch.int64


def test_half_precision_is_rounded_once() -> None:
    # one by one in half precision, the sum would stop at 2048
    assert torch.ones(5000, dtype=torch.float16).sum().item() == 5000.0


def test_a_million_elements_are_summed_without_drift() -> None:
    assert torch.full((1_000_000,), 0.1).sum().item() == pytest.approx(100_000, rel=1e-6)


def test_a_zero_dimensional_tensor_has_dims_0_and_minus_1() -> None:
    x = torch.tensor(2.0)
    assert x.sum(0).item() == x.sum(-1).item() == 2.0


def test_an_integer_result_is_refused_where_grad_is_required() -> None:
    with pytest.raises(RuntimeError, match=r"^Autograd not support dtype: Long$"):
        leaf([1.0]).sum(dtype=torch.int64)


def test_a_list_of_dims_may_change_before_backward() -> None:
    dims = [0]
    x = leaf([[1.0, 2.0]])
    y = x.sum(dims)
    dims[0] = 1
    assert gradient(y, x, [1.0, 2.0]) == [[1.0, 2.0]]


@pytest.mark.parametrize(
    ("dim", "error", "message"),
    [
        (
            2,
            IndexError,
            "Dimension out of range (expected to be in range of [-2, 1], but got 2)",
        ),
        ((0, -2), RuntimeError, "dim 0 appears multiple times in the list of dims"),
    ],
)
def test_wrong_dims_are_refused(dim: Any, error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=f"^{re.escape(message)}$"):
        torch.ones(2, 3).sum(dim)


def test_mean_divides_the_gradient() -> None:
    x = leaf([[1.0, 2.0], [3.0, 6.0]])
    y = x.mean(0)
    assert y.tolist() == [2.0, 4.0]
    assert gradient(y, x, [1.0, 8.0]) == [[0.5, 4.0], [0.5, 4.0]]


def test_mean_of_nothing_is_nan() -> None:
    assert math.isnan(torch.empty(0).mean().item())


def test_mean_of_integers_is_refused() -> None:
    message = (
        "mean(): could not infer output dtype. Input dtype must be either a floating point or "
        "complex dtype. Got: Long"
    )
    with pytest.raises(RuntimeError, match=f"^{re.escape(message)}$"):
        torch.tensor([1, 2]).mean()


def test_nansum_gives_a_nan_no_gradient() -> None:
    x = leaf([1.0, math.nan, 2.0])
    y = torch.nansum(x)
    assert y.item() == 3.0
    assert gradient(y, x, 2.0) == [2.0, 0.0, 2.0]


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ([2.0, 3.0, 4.0], [12.0, 8.0, 6.0]),
        ([2.0, 0.0, 4.0], [0.0, 8.0, 0.0]),
        ([0.0, 0.0, 4.0], [0.0, 0.0, 0.0]),
        ([5.0], [1.0]),
    ],
)
def test_the_gradient_of_a_product_with_zeros(values: Any, expected: Any) -> None:
    x = leaf(values)
    assert gradient(x.prod(), x, 1.0) == expected
    assert gradient(x.prod(0), x, 1.0) == expected


def test_a_product_with_a_zero_has_a_second_derivative() -> None:
    x = leaf([2.0, 0.0, 4.0])
    (first,) = torch.autograd.grad(x.prod(), x, create_graph=True)
    assert gradient(first, x, [1.0, 10.0, 100.0]) == [40.0, 204.0, 20.0]


def test_running_sums_go_backward_from_the_far_end() -> None:
    x = leaf([1.0, 2.0, 3.0])
    y = x.cumsum(0)
    assert y.tolist() == [1.0, 3.0, 6.0]
    assert gradient(y, x, [1.0, 10.0, 100.0]) == [111.0, 110.0, 100.0]


@pytest.mark.parametrize(
    ("values", "expected"),
    [([2.0, 3.0, 4.0], [1231.0, 820.0, 600.0]), ([2.0, 0.0, 4.0], [1.0, 820.0, 0.0])],
)
def test_running_products_with_and_without_a_zero(values: Any, expected: Any) -> None:
    x = leaf(values)
    assert gradient(x.cumprod(0), x, [1.0, 10.0, 100.0]) == pytest.approx(expected)


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ({}, 2.5),
        ({"unbiased": False}, 2.0),
        ({"correction": 3}, 5.0),
        ({"correction": 1.5}, 20 / 7),
    ],
)
def test_variance_and_its_correction(arguments: dict[str, Any], expected: float) -> None:
    x = torch.tensor([1.0, 2.0, 3.0, 4.0, 5.0])
    assert x.var(**arguments).item() == pytest.approx(expected)
    assert x.std(**arguments).item() == pytest.approx(math.sqrt(expected))


def test_gradient_of_the_variance() -> None:
    x = leaf([1.0, 2.0, 6.0])
    assert gradient(x.var(0), x, 1.0) == [-2.0, -1.0, 3.0]


def test_a_standard_deviation_of_zero_has_a_gradient_of_zero() -> None:
    x = leaf([2.0, 2.0])
    assert gradient(x.std(), x, 1.0) == [0.0, 0.0]


def test_no_degrees_of_freedom_warn() -> None:
    with pytest.warns(UserWarning, match=r"^var\(\): degrees of freedom is <= 0"):
        assert math.isnan(torch.tensor([1.0]).var().item())


@pytest.mark.parametrize(
    ("p", "value", "grad"),
    [
        ("fro", 5.0, [0.6, -0.8, 0.0]),
        (0, 2.0, None),
        (1, 7.0, [1.0, -1.0, 0.0]),
        (2, 5.0, [0.6, -0.8, 0.0]),
        (INF, 4.0, [0.0, -1.0, 0.0]),
        (-INF, 0.0, [0.0, 0.0, 0.0]),
    ],
)
def test_norms(p: Any, value: float, grad: Any) -> None:
    x = leaf([3.0, -4.0, 0.0])
    y = x.norm(p)
    assert y.item() == pytest.approx(value)
    (found,) = torch.autograd.grad(y, x, allow_unused=True)
    assert (found is None) if grad is None else found.tolist() == pytest.approx(grad)


@pytest.mark.parametrize("p", [0.5, 1, 1.5, 2, 3, INF])
def test_a_norm_of_zero_has_a_gradient_of_zero(p: float) -> None:
    x = leaf([0.0, 0.0])
    assert gradient(x.norm(p), x, 1.0) == [0.0, 0.0]


def test_ties_for_the_infinity_norm_share_the_gradient() -> None:
    x = leaf([2.0, -2.0, 1.0])
    assert gradient(x.norm(INF), x, 1.0) == [0.5, -0.5, 0.0]


def test_every_norm_is_one_node() -> None:
    assert node(leaf([1.0]).norm()) == "LinalgVectorNormBackward0"


def test_the_infinity_norm_of_nothing_is_refused() -> None:
    message = (
        "linalg.vector_norm cannot compute the inf norm on an empty tensor because the operation "
        "does not have an identity"
    )
    with pytest.raises(RuntimeError, match=f"^{message}$"):
        torch.empty(0).norm(INF)


def test_tests_of_truth() -> None:
    x = torch.tensor([[0.0, 1.0], [0.0, math.nan]])
    assert (x.any().item(), x.all().item(), x.count_nonzero().item()) == (True, False, 2)
    assert (x.any(0).tolist(), x.all(0).tolist()) == ([False, True], [False, True])


def test_a_test_of_bytes_is_a_byte() -> None:
    assert torch.tensor([1, 2], dtype=torch.uint8).all().dtype is torch.uint8


def test_a_test_over_no_dims_is_of_each_element() -> None:
    assert torch.tensor([0.0, 2.0]).any(()).tolist() == [False, True]


def test_a_wrong_argument_lists_the_overloads() -> None:
    message = (
        "sum() received an invalid combination of arguments - got (str), but expected one of:\n"
        " * (*, torch.dtype dtype = None)\n"
        " * (tuple of ints dim, bool keepdim = False, *, torch.dtype dtype = None)\n"
    )
    with pytest.raises(TypeError, match=f"^{re.escape(message)}$"):
        torch.ones(2).sum("a")


def test_second_derivative_of_a_mean_of_squares() -> None:
    x = leaf(np.arange(3.0).tolist())
    (first,) = torch.autograd.grad((x * x).mean(), x, create_graph=True)
    assert gradient(first, x, [3.0, 6.0, 9.0]) == pytest.approx([2.0, 4.0, 6.0])


def test_a_product_of_halves_rounds_each_step() -> None:
    values = [1.001, 1.003, 1.005, 1.007, 1.009]
    expected = np.float16(1)
    for value in values:
        expected *= np.float16(value)
    assert torch.tensor(values, dtype=torch.float16).prod().item() == expected


def test_running_sums_are_never_a_negative_zero() -> None:
    assert math.copysign(1, torch.tensor([-0.0]).cumsum(0).item()) == 1


def test_the_variance_of_complex_numbers_without_freedom_is_that_of_both_parts() -> None:
    z = torch.tensor([1 + 0j, 2 + 0j])
    assert math.isnan(torch.var(z, correction=2).item())
    assert torch.var(torch.tensor([1 + 1j, 2 + 3j])).item() == 2.5

"""Sums, products, quotients, remainders and powers: values, gradients, refusals."""

from __future__ import annotations

import math
from collections.abc import Callable

import pytest

import mini_autograd as torch


def leaf(*values: complex, dtype: torch.dtype | None = None) -> torch.Tensor:
    return torch.tensor(list(values), dtype=dtype, requires_grad=True)


def test_the_tutorial_case() -> None:
    x = torch.tensor(3.0, requires_grad=True)
    y = 2 * x + x**2
    y.backward()
    assert y.item() == 15.0
    assert x.grad.item() == 8.0


def test_a_product_gives_each_factor_the_other() -> None:
    x, y = leaf(2.0, 3.0), leaf(5.0, 7.0)
    (x * y).backward(torch.tensor([1.0, 10.0]))
    assert x.grad.tolist() == [5.0, 70.0]
    assert y.grad.tolist() == [2.0, 30.0]


def test_a_quotient() -> None:
    x, y = leaf(6.0), leaf(2.0)
    (x / y).backward()
    assert x.grad.item() == 0.5
    assert y.grad.item() == -1.5


def test_alpha_scales_the_second_operand_and_its_gradient() -> None:
    x, y = leaf(1.0), leaf(2.0)
    out = torch.sub(x, y, alpha=3)
    out.backward()
    assert out.item() == -5.0
    assert (x.grad.item(), y.grad.item()) == (1.0, -3.0)


def test_a_broadcast_operand_gets_the_sum() -> None:
    x, y = leaf(1.0, 2.0, 3.0), torch.tensor(4.0, requires_grad=True)
    (x * y).backward(torch.tensor([1.0, 10.0, 100.0]))
    assert y.grad.item() == 321.0
    assert x.grad.tolist() == [4.0, 40.0, 400.0]


def test_an_operand_used_twice_accumulates() -> None:
    x = leaf(3.0)
    (x * x + x).backward()
    assert x.grad.item() == 7.0


@pytest.mark.parametrize(
    ("make", "name"),
    [
        (lambda x: 1 - x, "RsubBackward1"),
        (lambda x: x - 1, "SubBackward0"),
        (lambda x: 1 / x, "MulBackward0"),
        (lambda x: x**2, "PowBackward0"),
        (lambda x: x**x, "PowBackward1"),
        (lambda x: 2**x, "PowBackward2"),
        (lambda x: x % 2, "RemainderBackward0"),
        (lambda x: torch.div(x, x, rounding_mode="floor"), "DivBackward2"),
    ],
)
def test_an_operator_is_recorded_under_torchs_name(
    make: Callable[[torch.Tensor], torch.Tensor], name: str
) -> None:
    assert make(leaf(1.0, 2.0)).grad_fn.name() == name


def test_a_number_divided_goes_through_the_reciprocal() -> None:
    out = 1 / leaf(2.0)
    assert [each[0] and each[0].name() for each in out.grad_fn.next_functions] == [
        "ReciprocalBackward0",
        None,
    ]


@pytest.mark.parametrize("number", [1e6, 1_000_000, -1e6])
@pytest.mark.filterwarnings("error")
def test_a_number_beyond_half_precision_is_infinite_and_nothing_is_warned_of(number: float) -> None:
    x = torch.tensor([1.5], dtype=torch.float16)
    assert (x - number).item() == (-number) * math.inf
    assert (x > number).item() == (number < 0)
    assert torch.add(x, number, alpha=3).item() == number * math.inf
    assert (x // number).item() == (0 if number > 0 else -1)


def test_powers_of_a_tensor_to_a_tensor() -> None:
    x, y = leaf(2.0, 3.0), leaf(3.0, 2.0)
    (x**y).backward(torch.tensor([1.0, 1.0]))
    assert x.grad.tolist() == [12.0, 6.0]
    assert y.grad.tolist() == pytest.approx([8 * math.log(2), 9 * math.log(3)])


def test_power_zero_has_gradient_zero_even_at_zero() -> None:
    x = leaf(0.0, 5.0)
    (x**0).backward(torch.tensor([1.0, 1.0]))
    assert x.grad.tolist() == [0.0, 0.0]


def test_zero_to_a_positive_power_does_not_move_with_the_exponent() -> None:
    exponent = leaf(0.0, 1.0, -1.0)
    (0**exponent).backward(torch.tensor([1.0, 1.0, 1.0]))
    assert exponent.grad.tolist() == [0.0, 0.0, -math.inf]


def test_the_root_of_minus_infinity_is_nan() -> None:
    assert math.isnan((torch.tensor([-math.inf]) ** 0.5).item())


def test_second_and_third_derivative_of_a_cube() -> None:
    x = leaf(2.0)
    (first,) = torch.autograd.grad(x**3, x, create_graph=True)
    (second,) = torch.autograd.grad(first, x, create_graph=True)
    (third,) = torch.autograd.grad(second, x)
    assert (first.item(), second.item(), third.item()) == (12.0, 12.0, 6.0)


def test_a_product_of_complex_numbers_conjugates() -> None:
    z = torch.tensor([1 + 2j], requires_grad=True)
    (z * (3 - 1j)).backward(torch.tensor([1 + 0j]))
    assert z.grad.tolist() == [3 + 1j]


def test_a_real_operand_of_a_complex_product_gets_a_real_gradient() -> None:
    x = leaf(2.0)
    (x * 1j).backward(torch.tensor([0 + 5j]))
    assert x.grad.dtype is torch.float32
    assert x.grad.item() == 5.0


def test_integers_divide_to_floats_and_floor_to_integers() -> None:
    x = torch.tensor([7, -7])
    assert (x / 2).dtype is torch.float32
    assert (x // 2).tolist() == [3, -4]
    assert torch.div(x, 2, rounding_mode="trunc").tolist() == [3, -3]
    assert (x % 3).tolist() == [1, 2]
    assert torch.fmod(x, 3).tolist() == [1, -1]


def test_a_remainder_of_zero_keeps_its_sign() -> None:
    assert math.copysign(1, (torch.tensor([-0.0]) % 3).item()) == -1


def test_unsigned_integers_wrap() -> None:
    x = torch.tensor([255], dtype=torch.uint8)
    assert (x + 300).tolist() == [43]
    assert (x * -1).tolist() == [1]


def test_a_mixed_product_computes_the_gradient_in_the_common_dtype() -> None:
    exponent = leaf(0.5, dtype=torch.float32)
    base = torch.tensor([100], dtype=torch.int8)
    (base**exponent).backward()
    assert exponent.grad.item() == pytest.approx(10 * math.log(100), rel=1e-6)


def test_halves_are_summed_in_single_precision() -> None:
    x = torch.tensor(1.0, dtype=torch.float16, requires_grad=True)
    ones = torch.tensor([1.0] * 4096, dtype=torch.float16)
    (x * ones).backward(ones)
    assert x.grad.item() == 4096.0


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: torch.tensor([1]) // 0, RuntimeError, "ZeroDivisionError"),
        (lambda: torch.tensor([1]) % torch.tensor([0]), RuntimeError, "ZeroDivisionError"),
        (
            lambda: torch.tensor([1]) ** -1,
            RuntimeError,
            "Integers to negative integer powers are not allowed.",
        ),
        (
            lambda: torch.tensor([True]) - True,
            RuntimeError,
            "Subtraction, the `-` operator, with two bool tensors is not supported. "
            "Use the `^` or `logical_xor()` operator instead.",
        ),
        (
            lambda: 1.0 - torch.tensor([True]),
            RuntimeError,
            "Subtraction, the `-` operator, with a bool tensor is not supported. If you are "
            "trying to invert a mask, use the `~` or `logical_not()` operator instead.",
        ),
        (
            lambda: torch.add(torch.tensor([1]), torch.tensor([1]), alpha=1.5),
            RuntimeError,
            "For integral input tensors, argument alpha must not be a floating point number.",
        ),
        (
            lambda: torch.add(leaf(1.0), leaf(1.0), alpha=True),
            RuntimeError,
            "Boolean alpha only supported for Boolean results.",
        ),
        (
            lambda: torch.div(leaf(1.0), 1, rounding_mode="up"),
            RuntimeError,
            "div expected rounding_mode to be one of None, 'trunc', or 'floor' but found 'up'",
        ),
        (
            lambda: torch.tensor([True]) % torch.tensor([True]),
            NotImplementedError,
            "\"remainder_cpu\" not implemented for 'Bool'",
        ),
        (
            lambda: leaf(1.0, 2.0) + leaf(1.0, 2.0, 3.0),
            RuntimeError,
            "The size of tensor a (2) must match the size of tensor b (3) at non-singleton "
            "dimension 0",
        ),
        (
            lambda: leaf(1.0) + None,
            TypeError,
            "unsupported operand type(s) for +: 'Tensor' and 'NoneType'",
        ),
        (
            lambda: torch.mul(leaf(1.0), "a"),
            TypeError,
            "mul(): argument 'other' (position 2) must be Tensor, not str",
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


def test_floor_division_is_recorded_but_has_no_derivative() -> None:
    out = leaf(5.0) // 2
    with pytest.raises(RuntimeError, match="derivative for aten::floor_divide is not implemented"):
        out.backward()


def test_refused_overloads_are_listed_with_what_did_not_fit() -> None:
    with pytest.raises(TypeError) as caught:
        leaf(1.0).pow("a")
    assert str(caught.value) == (
        "pow() received an invalid combination of arguments - got (str), but expected one of:\n"
        " * (Tensor exponent)\n"
        "      didn't match because some of the arguments have invalid types: (!str!)\n"
        " * (Number exponent)\n"
        "      didn't match because some of the arguments have invalid types: (!str!)\n"
    )


def test_a_node_without_derivative_has_only_the_edges_a_gradient_would_take() -> None:
    out = leaf(5.0) // torch.tensor(2.0)
    assert len(out.grad_fn.next_functions) == 1


def test_a_formula_with_a_number_records_a_scalar_step() -> None:
    x = leaf(4.0)
    (grad,) = torch.autograd.grad(x.sqrt(), x, create_graph=True)
    (_, divisor) = grad.grad_fn.next_functions
    assert divisor[0].name() == "MulBackward1"


def test_shapes_are_looked_at_before_the_scale() -> None:
    with pytest.raises(RuntimeError, match="must match the size of tensor b"):
        torch.add(torch.ones(2), torch.ones(3), alpha=1j)


def test_the_second_order_of_a_power_shows_how_torch_takes_one_from_a_tensor():
    x = torch.tensor([2.0, 3.0], requires_grad=True)
    exponent = torch.tensor([2.0, 3.0], requires_grad=True)
    (grad,) = torch.autograd.grad((x**exponent).sum(), x, create_graph=True)
    assert grad.tolist() == [4.0, 27.0]
    nodes, found = [grad.grad_fn], set()
    while nodes:
        node = nodes.pop()
        found.add(node.name())
        nodes += [each for each, _ in node.next_functions if each is not None]
    assert "SubBackward1" in found
    assert "SubBackward0" not in found


def test_the_gradient_of_a_power_takes_one_from_the_exponent_in_its_own_digits() -> None:
    x = torch.tensor(0.37, dtype=torch.float64, requires_grad=True)
    y = torch.pow(x.reshape(1), torch.tensor([-1.83]))
    y.backward(torch.ones(1, dtype=torch.float64))
    assert x.grad.item() == pytest.approx(-30.509858106968732, rel=1e-13)

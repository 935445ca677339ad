"""Comparisons, logic and bits, and the complex parts."""

from __future__ import annotations

import math

import pytest

import mini_autograd as torch


def test_comparisons_give_bools_without_a_graph() -> None:
    x = torch.tensor([1.0, 2.0, 3.0], requires_grad=True)
    out = x > 2
    assert out.dtype is torch.bool
    assert out.tolist() == [False, False, True]
    assert not out.requires_grad


def test_a_number_on_the_left_is_reflected() -> None:
    assert (2 > torch.tensor([1, 2, 3])).tolist() == [True, False, False]  # noqa: SIM300


def test_an_unsigned_integer_is_compared_with_a_number_in_its_own_dtype() -> None:
    assert (torch.tensor([255], dtype=torch.uint8) == -1).tolist() == [True]


def test_equality_with_what_is_no_tensor_is_false() -> None:
    x = torch.tensor([1.0])
    assert (x == None) is False  # noqa: E711
    assert (x != "a") is True


def test_ordering_with_what_is_no_tensor_is_refused() -> None:
    with pytest.raises(TypeError) as caught:
        torch.tensor([1.0]) < None  # noqa: B015
    assert str(caught.value) == ("'<' not supported between instances of 'Tensor' and 'NoneType'")


def test_complex_numbers_have_no_order() -> None:
    with pytest.raises(NotImplementedError) as caught:
        torch.lt(torch.tensor([1j]), 1)
    assert str(caught.value) == "\"lt_cpu\" not implemented for 'ComplexFloat'"


def test_shapes_are_refused_before_dtypes() -> None:
    with pytest.raises(RuntimeError, match=r"tensor a \(2\) must match the size of tensor b \(3\)"):
        torch.lt(torch.tensor([1j, 1j]), torch.tensor([1, 2, 3]))


def test_bits_of_integers_and_bools() -> None:
    x = torch.tensor([6, 5])
    assert (x & 3).tolist() == [2, 1]
    assert (1 | x).tolist() == [7, 5]
    assert (x ^ x).tolist() == [0, 0]
    assert (~x).tolist() == [-7, -6]
    mask = torch.tensor([True, False])
    assert (mask & True).dtype is torch.bool
    assert (~mask).tolist() == [False, True]


def test_bits_of_floats_are_refused() -> None:
    with pytest.raises(NotImplementedError) as caught:
        torch.tensor([1.0]) & 1
    assert str(caught.value) == "\"bitwise_and_cpu\" not implemented for 'Float'"
    with pytest.raises(TypeError) as inverted:
        ~torch.tensor([1.0])
    assert str(inverted.value) == (
        "~ (operator.invert) is only implemented on integer and Boolean-type tensors"
    )


def test_logic_takes_any_dtype() -> None:
    x, y = torch.tensor([0.0, 2.0]), torch.tensor([1, 0])
    assert torch.logical_and(x, y).tolist() == [False, False]
    assert torch.logical_or(x, y).tolist() == [True, True]
    assert torch.logical_xor(x, x).tolist() == [False, False]
    assert torch.logical_not(x).tolist() == [True, False]


def test_nan_and_infinity_are_told_apart() -> None:
    x = torch.tensor([math.nan, math.inf, -math.inf, 1.0])
    assert torch.isnan(x).tolist() == [True, False, False, False]
    assert torch.isinf(x).tolist() == [False, True, True, False]
    assert torch.isfinite(x).tolist() == [False, False, False, True]


def test_isclose_is_relative_to_the_second_operand() -> None:
    x, y = torch.tensor([100.0, 200.0]), torch.tensor([200.0, 100.0])
    assert torch.isclose(x, y, rtol=0.6, atol=0.0).tolist() == [True, False]


def test_isclose_of_infinities_and_nans() -> None:
    x = torch.tensor([math.inf, math.nan])
    assert torch.isclose(x, x).tolist() == [True, False]
    assert torch.isclose(x, x, equal_nan=True).tolist() == [True, True]
    assert not torch.allclose(x, x)
    assert torch.allclose(x, x, equal_nan=True)


def test_isclose_refuses_two_dtypes() -> None:
    with pytest.raises(RuntimeError) as caught:
        torch.isclose(torch.tensor([1.0]), torch.tensor([1]))
    assert str(caught.value) == "Float did not match Long"


def test_equal_looks_at_shape_and_elements_but_not_at_dtype() -> None:
    assert torch.equal(torch.tensor([1.0, 2.0]), torch.tensor([1, 2]))
    assert not torch.equal(torch.tensor([1.0]), torch.tensor([1.0, 1.0]))


def test_the_real_part_is_a_view() -> None:
    z = torch.tensor([1 + 2j, 3 + 4j])
    assert torch.view_as_real(z).tolist() == [[1.0, 2.0], [3.0, 4.0]]
    z.real.numpy()[0] = 9
    assert z.tolist() == [9 + 2j, 3 + 4j]


def test_the_imaginary_part_has_an_imaginary_gradient() -> None:
    z = torch.tensor([1 + 2j], requires_grad=True)
    z.imag.backward(torch.tensor([3.0]))
    assert z.grad.tolist() == [3j]


def test_a_real_tensor_is_its_own_conjugate_and_real_part() -> None:
    x = torch.tensor([1.0])
    assert torch.conj(x) is x
    assert x.real is x
    with pytest.raises(RuntimeError, match="imag is not implemented for tensors with non-complex"):
        torch.imag(x)


def test_a_complex_tensor_of_its_parts() -> None:
    x = torch.tensor([1.0], requires_grad=True)
    y = torch.tensor([2.0], requires_grad=True)
    out = torch.complex(x, y)
    out.backward(torch.tensor([5 + 7j]))
    assert out.tolist() == [1 + 2j]
    assert (x.grad.tolist(), y.grad.tolist()) == ([5.0], [7.0])

"""Calls that do not fit: which error comes first, and how it is said."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

import mini_autograd as torch

ONE = torch.tensor(1.0)


def refusal(call: Callable[[], Any]) -> str:
    with pytest.raises(TypeError) as caught:
        call()
    return str(caught.value)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: ONE.cumsum(foo=1), 'cumsum() missing 1 required positional arguments: "dim"'),
        (
            lambda: torch.cumsum(foo=1),
            'cumsum() missing 2 required positional argument: "input", "dim"',
        ),
        (
            lambda: ONE.cumsum("a", foo=1),
            "cumsum(): argument 'dim' (position 1) must be int, not str",
        ),
        (lambda: ONE.cumsum(0, foo=1), "cumsum() got an unexpected keyword argument 'foo'"),
        (lambda: ONE.cumsum(0, dim=0), "cumsum() got multiple values for argument 'dim'"),
        (lambda: ONE.exp(foo=1), "TensorBase.exp() takes no keyword arguments"),
        (lambda: ONE.clone(1), "clone() takes 0 positional arguments but 1 was given"),
    ],
)
def test_each_parameter_is_looked_at_in_turn_and_unknown_keywords_last(
    call: Callable[[], Any], message: str
) -> None:
    assert refusal(call) == message


def test_an_op_with_hidden_forms_lists_the_one_that_is_left() -> None:
    assert refusal(lambda: torch.add(ONE)) == (
        "add() received an invalid combination of arguments - got (Tensor), but expected "
        "(Tensor input, Tensor other, *, Number alpha = 1, Tensor out = None)"
    )
    assert refusal(lambda: ONE.add([], foo=1, boo=2)) == (
        "add() received an invalid combination of arguments - got unrecognized keyword "
        "arguments: boo, foo"
    )


@pytest.mark.parametrize(
    "call", [lambda n: ONE + n, lambda n: ONE**n, ONE.eq, lambda n: ONE.norm(n)]
)
def test_ints_of_more_than_64_bits_are_refused(call: Callable[[int], Any]) -> None:
    with pytest.raises(OverflowError, match="int too big to convert"):
        call(2**64)
    with pytest.raises(OverflowError, match="can't convert negative int to unsigned"):
        call(-(2**63) - 1)


def test_an_int_of_64_bits_is_a_number() -> None:
    assert (ONE + 2**63).item() == 2.0**63


def test_a_norm_refuses_arguments_as_the_vector_norm_does() -> None:
    assert refusal(lambda: ONE.norm(keepdim=-3)) == (
        "linalg_vector_norm(): argument 'keepdim' (position 4) must be bool, not int"
    )
    assert refusal(lambda: ONE.norm(foo=1)) == (
        "Tensor.norm() got an unexpected keyword argument 'foo'"
    )


def test_a_rounding_mode_that_is_no_text_fits_none_of_the_forms_of_div() -> None:
    x = torch.ones(2)
    with pytest.raises(TypeError, match=r"div\(\) received an invalid combination of arguments"):
        torch.div(x, x, rounding_mode=3)
    with pytest.raises(TypeError, match=r"got \(Tensor, rounding_mode=tuple\), but expected one"):
        x.div(x, rounding_mode=(0, 0))


def test_forms_that_only_a_function_has_are_listed_only_there() -> None:
    x = torch.ones(2, 2)
    with pytest.raises(TypeError, match=r"mm\(\) received an invalid combination of arguments"):
        torch.mm(x)
    with pytest.raises(TypeError, match=r"mm\(\) missing 1 required positional arguments"):
        x.mm()
    with pytest.raises(TypeError, match="expected Tensor as element 0 in argument 1, but got int"):
        torch.index_put(x, [1], x)
    with pytest.raises(TypeError, match="expected Tensor as element 0 in argument 0, but got int"):
        x.index_put([1], x)

"""The printing options and `format`, with hard strings: each was printed by torch 2.13.0."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

from mini_autograd.frontend.printing import (
    format_tensor,
    get_printoptions,
    printoptions,
    set_printoptions,
    tensor_text,
)


def text(values: Any, **suffixes: Any) -> str:
    return tensor_text(
        np.asarray(values),
        default_dtype=np.dtype(np.float32),
        default_complex=np.dtype(np.complex64),
        **suffixes,
    )


@pytest.fixture(autouse=True)
def _default_options() -> Iterator[None]:
    with printoptions(profile="default"):
        yield


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({"precision": 1}, "tensor([ 0.1, 20.0,  3.0,  4.0,  5.0])"),
        ({"precision": 0}, "tensor([ 0, 20,  3,  4,  5])"),
        ({"profile": "short"}, "tensor([ 0.12, 20.00,  3.00,  4.00,  5.00])"),
        ({"profile": "short", "precision": 3}, "tensor([ 0.125, 20.000,  3.000,  4.000,  5.000])"),
        ({"threshold": 4, "edgeitems": 1}, "tensor([0.1250,  ..., 5.0000])"),
        ({"threshold": 4, "edgeitems": 0}, "tensor([...], size=(5,))"),
        (
            {"linewidth": 20, "precision": 1},
            "tensor([ 0.1, 20.0,\n         3.0,  4.0,\n         5.0])",
        ),
        (
            {"linewidth": 1, "precision": 1},
            "tensor([ 0.1,\n        20.0,\n         3.0,\n         4.0,\n         5.0])",
        ),
        (
            {"sci_mode": True, "precision": 1},
            "tensor([1.2e-01, 2.0e+01, 3.0e+00, 4.0e+00, 5.0e+00])",
        ),
    ],
)
def test_options_shape_the_text(options: dict[str, Any], expected: str) -> None:
    set_printoptions(**options)
    assert text(np.float32([0.125, 20, 3, 4, 5])) == expected


@pytest.mark.parametrize(
    ("linewidth", "before_the_last"), [(46, ", "), (45, ",\n       ")], ids=["fits", "too long"]
)
def test_a_line_that_a_suffix_began_is_filled(linewidth: int, before_the_last: str) -> None:
    set_printoptions(linewidth=linewidth)
    expected = "tensor([0.5000, 0.5000, 0.5000],\n       dtype=torch.float64"
    expected += before_the_last + "requires_grad=True)"
    assert text(np.full(3, 0.5), requires_grad=True) == expected


def test_scientific_mode_can_be_forbidden() -> None:
    set_printoptions(sci_mode=False)
    assert text(np.float32([1e-10, 1])) == "tensor([0.0000, 1.0000])"


def test_the_full_profile_never_summarises() -> None:
    set_printoptions(profile="full")
    assert "..." not in text(np.arange(5000))


def test_only_the_scientific_mode_is_forgotten_by_the_next_call() -> None:
    set_printoptions(precision=7, sci_mode=True)
    set_printoptions(linewidth=100)
    assert get_printoptions() == {
        "precision": 7,
        "threshold": 1000,
        "edgeitems": 3,
        "linewidth": 100,
        "sci_mode": None,
    }


def test_options_of_a_block_end_with_it_even_if_it_raises() -> None:
    before = get_printoptions()

    def interrupted() -> None:
        with printoptions(precision=9, edgeitems=1):
            assert get_printoptions()["precision"] == 9
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        interrupted()
    assert get_printoptions() == before


class Tensor:
    def __str__(self) -> str:
        return "the text"


@pytest.mark.parametrize(
    ("number", "spec", "expected"),
    [
        (np.float32(0.1), "", "0.10000000149011612"),
        (np.float32(0.1), ".2f", "0.10"),
        (np.float16(1.5), ">6", "   1.5"),
        (np.int64(3), "04d", "0003"),
        (np.bool_(True), "", "True"),
        (np.bool_(True), "5", "    1"),
        (np.complex64(1 + 2j), "", "(1+2j)"),
        (np.complex64(1 + 2j), ".2f", "1.00+2.00j"),
    ],
)
def test_a_0d_tensor_formats_as_its_number(number: Any, spec: str, expected: str) -> None:
    assert format_tensor(Tensor(), np.asarray(number), spec, is_subclass=False) == expected


def test_other_tensors_format_as_their_str() -> None:
    assert format_tensor(Tensor(), np.zeros(1), "", is_subclass=False) == "the text"
    assert format_tensor(Tensor(), np.zeros(()), "", is_subclass=True) == "the text"


def test_a_spec_that_the_number_does_not_know_raises() -> None:
    message = "Unknown format code 'd' for object of type 'float'"
    with pytest.raises(ValueError, match=message):
        format_tensor(Tensor(), np.zeros(()), "d", is_subclass=False)


@pytest.mark.parametrize(("shape", "is_subclass"), [((1,), False), ((), True)])
def test_a_spec_for_anything_but_a_number_raises(shape: tuple[int, ...], is_subclass: bool) -> None:
    message = r"unsupported format string passed to Tensor\.__format__"
    with pytest.raises(TypeError, match=message):
        format_tensor(Tensor(), np.zeros(shape), ".2f", is_subclass=is_subclass)

"""The text of tensors, as hard strings: each was printed by torch 2.13.0.

The examples are read as doctest reads them, so that the text stands here as a user sees it.
"""

from __future__ import annotations

from collections.abc import Iterator
from doctest import DocTestParser
from typing import Any

import numpy as np
import pytest

from mini_autograd.frontend.printing import printoptions, tensor_text


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


NUMBERS = """
>>> text(np.float32(1.5))  # a 0-d float
tensor(1.5000)
>>> text(np.int64(3))  # a 0-d int
tensor(3)
>>> text(np.bool_(True))  # a 0-d bool
tensor(True)
>>> text(np.float32([0.12345, 100.99999]))  # rounded to four digits
tensor([  0.1235, 101.0000])
>>> text(np.float32([1.5, -20.25, 300.0]))  # float column is right aligned
tensor([  1.5000, -20.2500, 300.0000])
>>> text(np.float32([1, -20, 300]))  # whole floats end in a point
tensor([  1., -20., 300.])
>>> text(np.float32([0, 0]))  # zeros only
tensor([0., 0.])
>>> text(np.float32([-0.0, 1]))  # negative zero sticks out
tensor([-0., 1.])
>>> text(np.float32([1, np.nan, np.inf, -np.inf]))  # nan and infinity have no point
tensor([1., nan, inf, -inf])
>>> text(np.float32([np.nan, 0, -np.inf]))  # nothing finite
tensor([nan, 0., -inf])
>>> text(np.float32([0.5, np.nan, -np.inf]))  # nan among decimals
tensor([0.5000,    nan,   -inf])
>>> text(np.float32([1e8, 2e8]))  # scientific above 1e8
tensor([1.0000e+08, 2.0000e+08])
>>> text(np.float32([1e8]))  # not scientific at 1e8
tensor([100000000.])
>>> text(np.float32([0.00009]))  # scientific below 1e-4
tensor([9.0000e-05])
>>> text(np.float64([1e-4]))  # not scientific at 1e-4
tensor([0.0001], dtype=torch.float64)
>>> text(np.float64([1, 1000]))  # not scientific at a ratio of 1000
tensor([   1., 1000.], dtype=torch.float64)
>>> text(np.float64([1, 1001]))  # scientific above a ratio of 1000
tensor([1.0000e+00, 1.0010e+03], dtype=torch.float64)
>>> text(np.float32([1e-10, 0, np.nan, -np.inf]))  # scientific with specials
tensor([1.0000e-10, 0.0000e+00,        nan,       -inf])
>>> text(np.float64([5e-324, 1.7e308]))  # float64 extremes do not overflow
tensor([4.9407e-324, 1.7000e+308], dtype=torch.float64)
>>> text(np.float16([0.1, 65504]))  # half precision
tensor([9.9976e-02, 6.5504e+04], dtype=torch.float16)
>>> text(np.int64([1, -20, 300]))  # ints
tensor([  1, -20, 300])
>>> text(np.uint8([0, 255]))  # small ints name their dtype
tensor([  0, 255], dtype=torch.uint8)
>>> text(np.bool_([True, False]))  # bools
tensor([ True, False])
>>> text(np.complex64(1 - 2j))  # a 0-d complex
tensor(1.-2.j)
>>> text(np.complex64([1 + 0.5j, -20 - 0.25j]))  # complex parts have notations of their own
tensor([  1.+0.5000j, -20.-0.2500j])
>>> text(np.complex128([complex(-0.0, -0.0), complex(np.nan, np.inf)]))  # complex specials
tensor([-0.-0.j, nan+infj], dtype=torch.complex128)
"""

LAYOUT = """
>>> text(np.float32([[1, 2.5], [-3, 4]]))  # a matrix
tensor([[ 1.0000,  2.5000],
        [-3.0000,  4.0000]])
>>> text(np.arange(8).reshape(2, 2, 2))  # an empty line between planes
tensor([[[0, 1],
         [2, 3]],
<BLANKLINE>
        [[4, 5],
         [6, 7]]])
>>> text(np.arange(4).reshape(2, 2, 1, 1))  # two empty lines between blocks of planes
tensor([[[[0]],
<BLANKLINE>
         [[1]]],
<BLANKLINE>
<BLANKLINE>
        [[[2]],
<BLANKLINE>
         [[3]]]])
>>> text(np.arange(30))  # long rows wrap
tensor([ 0,  1,  2,  3,  4,  5,  6,  7,  8,  9, 10, 11, 12, 13, 14, 15, 16, 17,
        18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29])
>>> text(np.full((2, 9), -0.5, np.float32))  # long rows wrap inside a matrix
tensor([[-0.5000, -0.5000, -0.5000, -0.5000, -0.5000, -0.5000, -0.5000, -0.5000,
         -0.5000],
        [-0.5000, -0.5000, -0.5000, -0.5000, -0.5000, -0.5000, -0.5000, -0.5000,
         -0.5000]])
>>> text(np.full(7, 1 - 0.5j, np.complex64))  # complex rows wrap
tensor([1.-0.5000j, 1.-0.5000j, 1.-0.5000j, 1.-0.5000j, 1.-0.5000j, 1.-0.5000j,
        1.-0.5000j])
>>> text(np.full(13, 1 + 1j, np.complex64))  # the sign between the parts is not reckoned with
tensor([1.+1.j, 1.+1.j, 1.+1.j, 1.+1.j, 1.+1.j, 1.+1.j, 1.+1.j, 1.+1.j, 1.+1.j, 1.+1.j,
        1.+1.j, 1.+1.j, 1.+1.j])
>>> text(np.arange(6).reshape(2, 3).T)  # a transposed view
tensor([[0, 3],
        [1, 4],
        [2, 5]])
>>> text(np.arange(1001))  # summary of a vector
tensor([   0,    1,    2,  ...,  998,  999, 1000])
>>> text(np.arange(1050).reshape(30, 35))  # summary of a matrix
tensor([[   0,    1,    2,  ...,   32,   33,   34],
        [  35,   36,   37,  ...,   67,   68,   69],
        [  70,   71,   72,  ...,  102,  103,  104],
        ...,
        [ 945,  946,  947,  ...,  977,  978,  979],
        [ 980,  981,  982,  ..., 1012, 1013, 1014],
        [1015, 1016, 1017,  ..., 1047, 1048, 1049]])
>>> text(np.zeros((2, 600), np.int64))  # summary keeps short dimensions
tensor([[0, 0, 0,  ..., 0, 0, 0],
        [0, 0, 0,  ..., 0, 0, 0]])
>>> text(np.zeros((6, 200), np.int64))  # six are not too many for a dimension
tensor([[0, 0, 0,  ..., 0, 0, 0],
        [0, 0, 0,  ..., 0, 0, 0],
        [0, 0, 0,  ..., 0, 0, 0],
        [0, 0, 0,  ..., 0, 0, 0],
        [0, 0, 0,  ..., 0, 0, 0],
        [0, 0, 0,  ..., 0, 0, 0]])
>>> text(np.arange(1008).reshape(7, 1, 144))  # summary of a 3d array
tensor([[[   0,    1,    2,  ...,  141,  142,  143]],
<BLANKLINE>
        [[ 144,  145,  146,  ...,  285,  286,  287]],
<BLANKLINE>
        [[ 288,  289,  290,  ...,  429,  430,  431]],
<BLANKLINE>
        ...,
<BLANKLINE>
        [[ 576,  577,  578,  ...,  717,  718,  719]],
<BLANKLINE>
        [[ 720,  721,  722,  ...,  861,  862,  863]],
<BLANKLINE>
        [[ 864,  865,  866,  ..., 1005, 1006, 1007]]])
"""

SUFFIXES = """
>>> text(np.zeros(0, np.float32))  # no elements
tensor([])
>>> text(np.zeros(0, np.int64))  # no elements name int64
tensor([], dtype=torch.int64)
>>> text(np.zeros((0, 3), np.float32))  # no elements of another rank tell their size
tensor([], size=(0, 3))
>>> text(np.zeros((2, 0), np.bool_))  # size comes before dtype
tensor([], size=(2, 0), dtype=torch.bool)
>>> text(np.float64(1))  # a 0-d double
tensor(1., dtype=torch.float64)
>>> text(np.float32([1]), requires_grad=True)  # requires_grad
tensor([1.], requires_grad=True)
>>> text(np.float64([1]), requires_grad=True)  # dtype, then requires_grad
tensor([1.], dtype=torch.float64, requires_grad=True)
>>> text(np.float32([1]), requires_grad=True, grad_fn_name="MulBackward0")  # grad_fn goes first
tensor([1.], grad_fn=<MulBackward0>)
>>> text(np.full(4, -1000.5), requires_grad=True)  # a suffix too many for the line
tensor([-1000.5000, -1000.5000, -1000.5000, -1000.5000], dtype=torch.float64,
       requires_grad=True)
>>> text(np.full((2, 7), -0.5), grad_fn_name="MulBackward0")  # suffixes on a line of their own
tensor([[-0.5000, -0.5000, -0.5000, -0.5000, -0.5000, -0.5000, -0.5000],
        [-0.5000, -0.5000, -0.5000, -0.5000, -0.5000, -0.5000, -0.5000]],
       dtype=torch.float64, grad_fn=<MulBackward0>)
>>> text(np.full(13, 10, np.int32))  # a suffix that just fits
tensor([10, 10, 10, 10, 10, 10, 10, 10, 10, 10, 10, 10, 10], dtype=torch.int32)
>>> text(np.full(13, 1, np.float32), requires_grad=True)  # a suffix one character too long
tensor([1., 1., 1., 1., 1., 1., 1., 1., 1., 1., 1., 1., 1.],
       requires_grad=True)
"""


def examples(transcript: str) -> list[Any]:
    """Each example's source and output, named by the comment behind the source."""
    cases = []
    for example in DocTestParser().get_examples(transcript):
        source, _, behaviour = example.source.partition("  # ")
        expected = example.want.removesuffix("\n").replace("<BLANKLINE>", "")
        cases.append(pytest.param(source, expected, id=behaviour.strip()))
    return cases


@pytest.mark.parametrize(("source", "expected"), examples(NUMBERS))
def test_numbers_share_one_notation(source: str, expected: str) -> None:
    assert eval(source) == expected


@pytest.mark.parametrize(("source", "expected"), examples(LAYOUT))
def test_rows_and_blocks_are_laid_out(source: str, expected: str) -> None:
    assert eval(source) == expected


@pytest.mark.parametrize(("source", "expected"), examples(SUFFIXES))
def test_suffixes_tell_what_the_values_do_not(source: str, expected: str) -> None:
    assert eval(source) == expected


def test_the_default_dtypes_are_not_named() -> None:
    defaults = {
        "default_dtype": np.dtype(np.float64),
        "default_complex": np.dtype(np.complex128),
    }
    assert tensor_text(np.float64([1]), **defaults) == "tensor([1.])"
    assert tensor_text(np.complex128([1]), **defaults) == "tensor([1.+0.j])"
    assert tensor_text(np.float32([1]), **defaults) == "tensor([1.], dtype=torch.float32)"


def test_a_longer_prefix_indents_the_lines() -> None:
    assert text([[1], [2]], prefix="Buffer(") == "Buffer([[1],\n        [2]])"
    assert text([1], prefix="Buffer(", requires_grad=True) == "Buffer([1], requires_grad=True)"


def test_a_thousand_elements_are_shown_and_one_more_is_not() -> None:
    assert "..." not in text(np.arange(1000))
    assert "..." in text(np.arange(1001))


def test_what_a_summary_hides_has_no_say_in_the_notation() -> None:
    values = np.ones(2000, np.float32)
    values[1000] = 1e-20
    assert text(values) == "tensor([1., 1., 1.,  ..., 1., 1., 1.])"


def test_a_summary_of_a_huge_tensor_gathers_only_what_it_shows() -> None:
    values = np.broadcast_to(np.float32(1), (10**6, 10**6))  # four terabytes, were it copied
    row = "[1., 1., 1.,  ..., 1., 1., 1.]"
    block = f"{row},\n        {row},\n        {row}"
    assert text(values) == f"tensor([{block},\n        ...,\n        {block}])"

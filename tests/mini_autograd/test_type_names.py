"""Types in messages: with the module if they are written in C, as torch's C++ prints them."""

from __future__ import annotations

import pickle
from collections import deque

import numpy as np
import pytest

import mini_autograd as torch


class Written:
    """A class of a program."""


@pytest.mark.parametrize(
    ("value", "name"),
    [
        (np.ones(2), "numpy.ndarray"),
        (deque(), "collections.deque"),
        (torch.float32, "torch.dtype"),
        (torch.device("cpu"), "torch.device"),
        (torch.Size([2]), "torch.Size"),
        (Written(), "Written"),
        ("text", "str"),
    ],
)
def test_the_type_of_what_a_hook_answers(value: object, name: str) -> None:
    x = torch.ones(2, requires_grad=True)
    x.register_hook(lambda grad: value)
    with pytest.raises(TypeError) as caught:
        (x * 2).sum().backward()
    assert str(caught.value) == f"expected Variable, but hook returned '{name}'"


def test_an_array_cannot_be_assigned_to_an_item() -> None:
    with pytest.raises(TypeError, match=r"^can't assign a numpy.ndarray to a torch.FloatTensor$"):
        torch.ones(2)[0] = np.ones(1)


@pytest.mark.parametrize("dtype", [torch.bool, torch.float32])
def test_a_pickled_dtype_is_the_same_object(dtype: torch.dtype) -> None:
    assert pickle.loads(pickle.dumps(dtype)) is dtype

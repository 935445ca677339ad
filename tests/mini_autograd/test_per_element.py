"""Methods that call a Python function per element."""

from __future__ import annotations

import numpy as np
import pytest

import mini_autograd as torch


def test_apply_writes_what_the_function_gives_and_counts_no_version() -> None:
    x = torch.tensor([1, 2])
    assert x.apply_(lambda value: value * 2.5) is x
    assert x.tolist() == [2, 5]
    assert x._version == 0


def test_map_takes_the_elements_of_expanded_others() -> None:
    x = torch.zeros(2, 2)
    x.map_(torch.tensor([1.0, 2.0]), lambda mine, other: mine + other)
    assert x.tolist() == [[1.0, 2.0], [1.0, 2.0]]
    x.map2_(x, torch.ones(2), lambda mine, other, third: other + third)
    assert x.tolist() == [[2.0, 3.0], [2.0, 3.0]]


def test_what_is_in_the_graph_is_refused() -> None:
    x = torch.ones(2, requires_grad=True)
    with pytest.raises(RuntimeError, match=r"Can't call apply_\(\) on Variable that requires grad"):
        x.apply_(abs)
    with pytest.raises(RuntimeError, match=r"Can't call map_\(\) on Variable that requires grad"):
        torch.ones(2).map_(x, max)


def test_dlpack_shares_memory_and_refuses_what_is_in_the_graph() -> None:
    x = torch.ones(2)
    assert np.shares_memory(np.from_dlpack(x), x.numpy())
    with pytest.raises(BufferError, match="Can't export tensors that require gradient"):
        np.from_dlpack(torch.ones(2, requires_grad=True))


def test_items_and_flags_are_not_deleted() -> None:
    x = torch.ones(2, requires_grad=True)
    with pytest.raises(TypeError, match="Tensor does not support deleting items"):
        del x[0]
    with pytest.raises(RuntimeError, match="requires_grad must be a bool"):
        del x.requires_grad

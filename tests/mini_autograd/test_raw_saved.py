"""A saved tensor as an object: what is kept, what backward gets, which hook gives it."""

from __future__ import annotations

import pytest

import mini_autograd as torch


def test_what_is_kept_is_the_tensor_itself():
    x = torch.ones(2, requires_grad=True)
    saved = (x * x).grad_fn._raw_saved_self
    assert saved.data is x
    assert saved.unpack() is x
    assert saved.unpack_hook is None


def test_hooks_keep_something_else():
    x = torch.ones(2, requires_grad=True)
    node = (x * x).grad_fn
    node._raw_saved_self.register_hooks(lambda tensor: "packed", lambda packed: torch.zeros(2))
    saved = node._raw_saved_self
    assert saved.data == "packed"
    assert saved.unpack_hook("packed").tolist() == [0.0, 0.0]
    assert saved.unpack().tolist() == [0.0, 0.0]
    assert saved.unpack().requires_grad


def test_a_number_is_kept_as_a_tensor():
    x = torch.ones(2, requires_grad=True)
    node = (x * 2).grad_fn
    assert node._raw_saved_other.data.item() == 2
    assert node._raw_saved_other.unpack().item() == 2
    assert node._raw_saved_self.data is None
    assert node._raw_saved_self.unpack() is None


def test_what_was_written_to_is_kept_and_not_unpacked():
    x = torch.ones(2, requires_grad=True)
    saved = (x * x).grad_fn._raw_saved_self
    with torch.no_grad():
        x.add_(1)
    assert saved.data.tolist() == [2.0, 2.0]
    with pytest.raises(RuntimeError, match="is at version 1; expected version 0 instead"):
        saved.unpack()


def test_what_is_freed_is_not_unpacked():
    x = torch.ones(2, requires_grad=True)
    y = x * x
    saved = y.grad_fn._raw_saved_self
    y.sum().backward()
    assert saved.data is None
    with pytest.raises(RuntimeError, match="backward through the graph a second time"):
        saved.unpack()


def test_a_result_is_kept_without_its_history_and_not_unpacked():
    x = torch.ones(2, requires_grad=True)
    saved = x.exp().grad_fn._raw_saved_result
    assert not saved.data.requires_grad
    with pytest.raises(RuntimeError, match=r"detached in-place, i\.e\. with \.detach_\(\)"):
        saved.unpack()

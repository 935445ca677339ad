"""Copies, pickles and files: what comes along, what is left behind, and which memory is shared."""

from __future__ import annotations

import copy
import io
import pickle
import warnings

import pytest

import mini_autograd as torch


def pickled(x):
    return pickle.loads(pickle.dumps(x))


def saved(x):
    file = io.BytesIO()
    torch.save(x, file)
    file.seek(0)
    return torch.load(file)


COPIES = [copy.deepcopy, copy.copy, pickled, saved]


@pytest.mark.parametrize("copied", COPIES)
def test_a_copy_is_a_leaf_with_flag_dtype_strides_and_a_version_of_its_own(copied):
    x = torch.tensor([[1.0, 2.0], [3.0, 4.0]], dtype=torch.float64).t()[1:].requires_grad_()
    y = copied(x)
    assert y.tolist() == [[2, 4]]
    assert y.dtype is torch.float64
    assert y.stride() == (1, 2)
    assert y.storage_offset() == 1
    assert y.requires_grad
    assert y.is_leaf
    assert not y._is_view()
    assert y._version == 1


@pytest.mark.parametrize("copied", [copy.deepcopy, pickled, saved])
@pytest.mark.parametrize(
    "x",
    [
        torch.tensor(3),
        torch.tensor([True, False]),
        torch.tensor([1 + 2j]),
        torch.ones(0, 3),
        torch.ones(3).expand(2, 3),
        torch.tensor(2.0, dtype=torch.float16),
    ],
)
def test_every_kind_of_tensor_can_be_copied(copied, x):
    y = copied(x)
    assert y.tolist() == x.tolist()
    assert y.dtype is x.dtype
    assert y.stride() == x.stride()


def test_a_deep_copy_takes_the_grad_along_and_the_others_leave_it():
    x = torch.tensor([1.0, 2.0], requires_grad=True)
    x.grad = torch.tensor([3.0, 4.0])
    y = copy.deepcopy(x)
    assert y.grad.tolist() == [3, 4]
    assert y.grad is not x.grad
    assert copy.copy(x).grad is pickled(x).grad is saved(x).grad is None


def test_a_tensor_that_was_computed_has_no_deep_copy():
    refused = (
        "Only Tensors created explicitly by the user (graph leaves) support the deepcopy protocol "
        "at the moment.  If you were attempting to deepcopy a module, this may be because of a "
        "torch.nn.utils.weight_norm usage, see https://github.com/pytorch/pytorch/pull/103001"
    )
    x = torch.ones(2, requires_grad=True)
    for computed in (x * 2, x[0]):
        with pytest.raises(RuntimeError) as caught:
            copy.deepcopy([computed])
        assert str(caught.value) == refused


@pytest.mark.parametrize("copied", [copy.copy, pickled, saved])
def test_the_other_copies_make_a_leaf_of_it(copied):
    y = copied(torch.ones(2, requires_grad=True) * 2)
    assert y.is_leaf
    assert y.requires_grad
    assert y.tolist() == [2, 2]


@pytest.mark.parametrize(
    ("copied", "shares"), [(copy.deepcopy, True), (saved, True), (pickled, False)]
)
def test_what_shared_memory_shares_it_in_a_deep_copy_and_in_a_file(copied, shares):
    x = torch.zeros(4)
    base, piece, square, again = copied([x, x[1:3], x.view(2, 2), x])
    base[1] = 7
    assert again is base
    assert piece.tolist() == ([7, 0] if shares else [0, 0])
    assert square.tolist() == ([[0, 7], [0, 0]] if shares else [[0, 0], [0, 0]])
    assert x.tolist() == [0, 0, 0, 0]
    assert (base._version, piece._version) == (2, 1)


def test_a_shallow_copy_shares_the_memory_and_not_the_version():
    x = torch.zeros(2)
    y = copy.copy(x)
    y[0] = 5
    assert x.tolist() == [5, 0]
    assert (x._version, y._version) == (0, 2)


def test_the_memo_knows_a_tensor_that_was_copied():
    x, memo = torch.ones(2), {}
    assert copy.deepcopy(x, memo) is copy.deepcopy(x, memo)
    with pytest.raises(TypeError) as caught:
        x.__deepcopy__()
    assert str(caught.value) == (
        "Tensor.__deepcopy__() missing 1 required positional argument: 'memo'"
    )


@pytest.mark.parametrize("copied", COPIES)
def test_what_the_user_set_on_it_comes_along(copied):
    x = torch.ones(2)
    x.note = ["text"]
    assert copied(x).note == ["text"]
    assert (copied(x).note is x.note) == (copied is copy.copy)


def test_hooks_are_left_behind_with_a_warning():
    x = torch.ones(2, requires_grad=True)
    x.register_hook(abs)
    with pytest.warns(UserWarning, match="backward hook") as caught:
        y = pickled(x)
    assert [str(each.message) for each in caught] == [
        "backward hook <built-in function abs> on tensor will not be serialized.  If this is "
        "expected, you can decorate the function with @torch.utils.hooks.unserializable_hook to "
        "suppress this warning"
    ]
    (y * -1).sum().backward()
    assert y.grad.tolist() == [-1, -1]
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        copy.deepcopy(x)


def test_an_old_pickles_state_sets_the_flag_of_a_leaf():
    x = torch.ones(2)
    x.__setstate__((True, None, None))
    assert x.requires_grad
    with pytest.raises(RuntimeError, match="__setstate__ can be only called on leaf Tensors"):
        (x * 1).__setstate__((True, None, None))


def test_a_file_by_its_path(tmp_path):
    path = tmp_path / "weights.pt"
    torch.save({"w": torch.ones(2), "dtype": torch.bool, "size": torch.ones(2).shape}, path)
    read = torch.load(path, map_location="cpu", weights_only=True)
    assert read["w"].tolist() == [1, 1]
    assert read["dtype"] is torch.bool
    assert read["size"] == torch.Size([2])


def test_a_file_runs_no_code_unless_asked():
    file = io.BytesIO(pickle.dumps(io.StringIO))
    with pytest.raises(pickle.UnpicklingError, match=r"GLOBAL _io\.StringIO was not"):
        torch.load(file)
    file.seek(0)
    assert torch.load(file, weights_only=False) is io.StringIO


@pytest.mark.parametrize("copied", COPIES)
def test_a_graph_cannot_be_copied(copied):
    with pytest.raises(TypeError, match="cannot pickle 'MulBackward0' object"):
        copied((torch.ones(1, requires_grad=True) * 2).grad_fn)

"""The public face: what Python and NumPy ask of a tensor, and the names that a tutorial uses."""

from __future__ import annotations

import copy
import pickle

import numpy as np
import pytest

import mini_autograd as torch


def test_a_tensor_of_one_element_is_a_number():
    assert float(torch.tensor([2.5])) == 2.5
    assert int(torch.tensor(2.5)) == 2
    assert complex(torch.tensor(1j)) == 1j
    assert [10, 20, 30][torch.tensor(1)] == 20
    assert torch.tensor(2.5).item() == 2.5


@pytest.mark.parametrize(
    ("ask", "kind", "message"),
    [
        (float, ValueError, "only one element tensors can be converted to Python scalars"),
        (bool, RuntimeError, "Boolean value of Tensor with more than one value is ambiguous"),
        (lambda x: x.item(), RuntimeError, "a Tensor with 2 elements cannot be converted"),
        (lambda x: [1][x], TypeError, "only integer tensors of a single element can be"),
        (lambda x: "a" in x, RuntimeError, "Tensor.__contains__ only supports Tensor or scalar"),
        (lambda x: len(x[0]), TypeError, "len() of a 0-d tensor"),
        (lambda x: iter(x[0]), TypeError, "iteration over a 0-d tensor"),
    ],
)
def test_what_a_tensor_cannot_be_is_refused(ask, kind, message):
    with pytest.raises(kind) as caught:
        ask(torch.ones(2))
    assert message in str(caught.value)


def test_a_tensor_is_a_sequence_of_its_slices():
    x = torch.tensor([[1, 2], [3, 4]])
    assert len(x) == 2
    assert [each.tolist() for each in x] == [[1, 2], [3, 4]]
    assert 3 in x
    assert 5 not in x


def test_numpy_sees_the_same_memory_unless_a_graph_would_be_cut():
    x = torch.zeros(2)
    x.numpy()[0] = 5
    assert x.tolist() == [5, 0]
    assert np.asarray(x).tolist() == [5, 0]
    assert isinstance(np.sin(x), torch.Tensor)
    x.requires_grad_()
    with pytest.raises(RuntimeError, match=r"Use tensor\.detach\(\)\.numpy\(\) instead"):
        x.numpy()
    assert x.numpy(force=True).tolist() == [5, 0]


def test_tensors_are_keys_by_identity():
    x, y = torch.ones(1), torch.ones(1)
    assert {x: "x", y: "y"}[y] == "y"


def test_an_f_string_shows_a_0d_tensor_as_its_number():
    x = torch.tensor(1.0, requires_grad=True)
    assert f"{x} {x * 2:.2f}" == "1.0 2.00"
    assert f"{torch.ones(1)}" == "tensor([1.])"


def test_copies_of_leaves_keep_their_flags():
    x = torch.ones(2, requires_grad=True)
    for each in (copy.copy(x), copy.deepcopy(x), pickle.loads(pickle.dumps(x))):
        assert each.requires_grad
        assert each.tolist() == [1, 1]
    with pytest.raises(RuntimeError, match="Only Tensors created explicitly by the user"):
        copy.deepcopy(x * 1)


def test_backward_takes_torchs_arguments():
    x = torch.ones(2, requires_grad=True)
    y = x * 2
    y.backward(gradient=torch.ones(2), retain_graph=True, inputs=[x])
    y.backward(torch.ones(2))
    assert x.grad.tolist() == [4, 4]


def test_flags_and_places():
    x = torch.ones(2)
    assert repr(x.device) == "device(type='cpu')"
    assert x.requires_grad_() is x
    assert not x.detach().requires_grad
    assert (x * 1).detach_().is_leaf
    with pytest.raises(RuntimeError, match="Can't detach views in-place"):
        (x * 1)[0].detach_()
    with pytest.raises(RuntimeError, match="only Tensors of floating point dtype can require"):
        torch.ones(2, dtype=torch.int64).requires_grad_()


def test_dtypes_and_their_limits():
    assert torch.float is torch.float32
    assert torch.result_type(torch.ones(2, dtype=torch.int32), 1.5) is torch.float32
    assert torch.promote_types(torch.int8, torch.uint8) is torch.int16
    assert not torch.can_cast(torch.float64, torch.int32)
    assert torch.finfo(torch.float32).eps == 2**-23
    assert torch.iinfo(torch.int8).max == 127
    with pytest.raises(TypeError, match=r"torch\.finfo\(\) requires a floating point input type"):
        torch.finfo(torch.int32)


def test_grad_modes_are_in_reach():
    x = torch.ones(1, requires_grad=True)
    with torch.no_grad():
        assert not torch.is_grad_enabled()
        assert not (x * 2).requires_grad
    assert torch.is_grad_enabled()
    assert torch.is_tensor(x)
    assert torch.numel(x) == 1

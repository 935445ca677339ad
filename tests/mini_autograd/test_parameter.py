"""`nn.Parameter`: what it is made of, what it prints, and that what is computed of it is plain."""

from __future__ import annotations

import copy
import pickle

import pytest

import mini_autograd as torch
from mini_autograd.nn import Parameter


def test_it_is_a_leaf_that_requires_grad_on_the_memory_it_was_given():
    x = torch.ones(2)
    p = Parameter(x)
    x[0] = 5
    assert p.tolist() == [5, 1]
    assert p._version == x._version == 1
    assert p.requires_grad
    assert p.is_leaf
    assert not p._is_view()
    assert isinstance(p, torch.Tensor)
    assert isinstance(p, Parameter)
    assert not isinstance(x, Parameter)


def test_it_prints_that_it_is_one():
    assert repr(Parameter(torch.ones(1))) == (
        "Parameter containing:\ntensor([1.], requires_grad=True)"
    )
    assert str(Parameter(torch.ones(1), False)) == "Parameter containing:\ntensor([1.])"
    with pytest.raises(TypeError, match=r"unsupported format string passed to Parameter\."):
        format(Parameter(torch.tensor(1.0)), ".1f")


def test_without_data_it_is_empty():
    assert Parameter().shape == Parameter(None).shape == (0,)


def test_of_what_was_computed_it_is_cut_off():
    p = Parameter(torch.ones(2, requires_grad=True) * 2)
    assert p.is_leaf
    assert p.tolist() == [2, 2]


def test_no_grad_does_not_matter_and_inference_mode_does():
    with torch.no_grad():
        assert Parameter(torch.ones(1)).requires_grad
    with torch.inference_mode():
        made = torch.ones(1)
        assert Parameter(made).is_inference()
    with pytest.raises(RuntimeError, match="Setting requires_grad=True on inference tensor"):
        Parameter(made)


@pytest.mark.parametrize(
    ("make", "kind", "message"),
    [
        (
            lambda: Parameter(torch.tensor([1])),
            RuntimeError,
            "Only Tensors of floating point and complex dtype can require gradients",
        ),
        (lambda: Parameter([1.0]), AttributeError, "'list' object has no attribute 'detach'"),
        (
            lambda: Parameter(torch.ones(1), 1),
            TypeError,
            "_make_subclass(): argument 'require_grad' (position 3) must be bool, not int",
        ),
        (
            lambda: Parameter(torch.ones(1), True, 3),
            TypeError,
            "Parameter.__new__() takes from 1 to 3 positional arguments but 4 were given",
        ),
    ],
)
def test_what_it_cannot_be_made_of(make, kind, message):
    with pytest.raises(kind) as caught:
        make()
    assert str(caught.value) == message


def test_integers_are_fine_if_they_need_no_grad():
    assert Parameter(torch.tensor([1]), requires_grad=False).dtype is torch.int64


def test_what_is_computed_of_it_is_a_plain_tensor():
    p = Parameter(torch.ones(2))
    for each in (p * 2, 2 * p, p[0], p.view(2), p.data, p.detach(), p.clone(), p.double(), -p):
        assert type(each) is torch.Tensor
    for each in (p.float(), p.cpu(), p.contiguous(), p.requires_grad_()):
        assert each is p


def test_it_is_written_to_in_place_like_a_leaf():
    p = Parameter(torch.ones(2))
    with pytest.raises(RuntimeError, match="a leaf Variable that requires grad is being used in"):
        p.add_(1)
    with torch.no_grad():
        assert p.add_(1) is p
    p.data = torch.zeros(2)
    assert type(p) is Parameter
    assert p.tolist() == [0, 0]


def test_its_gradient_is_a_plain_tensor():
    p = Parameter(torch.tensor([1.0, 2.0]))
    (p * p).sum().backward()
    assert type(p.grad) is torch.Tensor
    assert p.grad.tolist() == [2, 4]


def test_a_deep_copy_leaves_the_grad_and_the_users_attributes_behind():
    p = Parameter(torch.ones(2))
    p.sum().backward()
    p.note = "text"
    copied = copy.deepcopy([p, p])
    assert copied[0] is copied[1]
    assert type(copied[0]) is Parameter
    assert copied[0].grad is None
    assert not hasattr(copied[0], "note")
    copied[0].data[0] = 5
    assert p.tolist() == [1, 1]


def test_a_pickle_keeps_what_the_user_set_on_it():
    p = Parameter(torch.ones(2), False)
    p.note = "text"
    read = pickle.loads(pickle.dumps(p))
    assert type(read) is Parameter
    assert not read.requires_grad
    assert read.note == "text"

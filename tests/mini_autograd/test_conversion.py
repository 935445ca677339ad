"""clone, to and its kin: what is copied, what the gradient's dtype is, what is refused."""

from __future__ import annotations

import pytest

import mini_autograd as torch


def test_to_gives_the_tensor_itself_if_nothing_changes():
    x = torch.ones(2)
    assert x.to(torch.float32) is x
    assert x.to("cpu") is x
    assert x.float() is x
    assert x.to(torch.float32, copy=True) is not x


def test_the_gradient_comes_back_in_the_inputs_dtype():
    x = torch.ones(2, requires_grad=True)
    y = x.double()
    assert y.grad_fn.name() == "ToCopyBackward0"
    y.backward(torch.tensor([1.0, 2.0], dtype=torch.float64))
    assert x.grad.dtype is torch.float32
    assert x.grad.tolist() == [1, 2]


def test_integers_are_outside_of_the_graph():
    assert not torch.ones(2, requires_grad=True).long().requires_grad


def test_a_clone_keeps_the_order_of_the_dims_and_shares_nothing():
    x = torch.ones(2, 3).t()
    y = x.clone()
    y[0] = 5
    assert y.stride() == (1, 3)
    assert x[0].tolist() == [1, 1]
    assert torch.ones(3).expand(2, 3).clone().stride() == (3, 1)
    assert x.clone(memory_format=torch.contiguous_format).stride() == (2, 1)


def test_type_names():
    x = torch.ones(2)
    assert x.type() == "torch.FloatTensor"
    assert x.type("torch.DoubleTensor").dtype is torch.float64
    assert x.type(torch.LongTensor).dtype is torch.int64
    with pytest.raises(ValueError, match="invalid type: 'foo'"):
        x.type("foo")


def test_other_devices_are_refused():
    with pytest.raises(AssertionError, match="Torch not compiled with CUDA enabled"):
        torch.ones(2).to("cuda")


def test_complex_to_real_warns():
    with pytest.warns(UserWarning, match="discards the imaginary part"):
        assert torch.tensor([1 + 2j]).to(torch.float32).tolist() == [1]


def test_an_array_of_what_requires_grad_where_grad_mode_is_off():
    x = torch.ones(2, requires_grad=True)
    with torch.no_grad():
        assert x.numpy().tolist() == [1.0, 1.0]
    with pytest.raises(RuntimeError, match=r"^Can't call numpy\(\) on Tensor that requires grad"):
        x.numpy()


def test_a_new_shape_of_the_array_is_not_the_tensors():
    x = torch.ones(4)
    array = x.numpy()
    array.shape = (2, 2)
    array[0, 0] = 5
    assert x.tolist() == [5.0, 1.0, 1.0, 1.0]

"""What a tensor says of its memory and its kind, and what of it can be set."""

from __future__ import annotations

import pytest

import mini_autograd as torch


def test_set_to_the_same_memory():
    x = torch.ones(4)
    assert x.is_set_to(x.detach())
    assert x[1:3].is_set_to(x[1:3])
    assert not x.is_set_to(x[1:3])
    assert not x.is_set_to(x.view(2, 2))
    assert not x.is_set_to(torch.ones(4))
    assert not x.is_set_to(torch.ones(4, dtype=torch.float64))


def test_what_a_tensor_on_the_cpu_is_not():
    x = torch.ones(1)
    assert x.is_cpu
    assert not any((x.is_cuda, x.is_meta, x.is_sparse, x.is_quantized, x.is_nested, x.is_mps))
    assert not any((x.is_shared(), x.is_pinned(), x.is_neg(), x.is_conj(), torch.is_neg(x)))
    assert torch.is_signed(x)
    assert x.get_device() == -1
    with pytest.raises(AssertionError, match="Torch not compiled with CUDA enabled"):
        x.cuda()


@pytest.mark.parametrize(
    ("shapes", "common"),
    [
        ([(2, 1), (3,)], (2, 3)),
        ([2, (3, 1)], (3, 2)),
        ([], ()),
        ([(0,), (1,)], (0,)),
        ([None, (5,), 5], (5,)),
    ],
)
def test_shapes_are_broadcast(shapes, common):
    found = torch.broadcast_shapes(*shapes)
    assert found == common
    assert type(found) is torch.Size


@pytest.mark.parametrize(
    ("shapes", "kind", "message"),
    [
        (
            [(2, 3), (4, 3)],
            RuntimeError,
            "Attempting to broadcast a dimension of length 4 at -2! Mismatching argument at index "
            "1 had (4, 3); but expected shape should be broadcastable to [2, 3]",
        ),
        (
            [(-1,), (3,)],
            ValueError,
            "Attempting to broadcast a dimension with negative length!",
        ),
        (
            [3.5],
            RuntimeError,
            "Input shapes should be of type ints, a tuple of ints, or a list of ints, got 3.5",
        ),
    ],
)
def test_shapes_that_are_not_broadcast(shapes, kind, message):
    with pytest.raises(kind) as caught:
        torch.broadcast_shapes(*shapes)
    assert str(caught.value) == message


@pytest.mark.parametrize(
    "name", ["shape", "dtype", "is_leaf", "grad_fn", "_version", "T", "device"]
)
def test_what_it_says_cannot_be_set_or_deleted(name):
    message = f"attribute '{name}' of 'torch._C.TensorBase' objects is not writable"
    x = torch.ones(1)
    for change in (lambda: setattr(x, name, None), lambda: delattr(x, name)):
        with pytest.raises(AttributeError) as caught:
            change()
        assert str(caught.value) == message


def test_the_parts_of_a_complex_tensor_can_be_set():
    x = torch.tensor([1j])
    x.real = torch.ones(1)
    x.imag = 3
    assert x.tolist() == [1 + 3j]
    with pytest.raises(RuntimeError, match="imag is not implemented for tensors with non-complex"):
        torch.ones(1).imag = 1


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda x: x.detach(1), "TensorBase.detach() takes no arguments (1 given)"),
        (lambda x: x.retain_grad(a=1), "TensorBase.retain_grad() takes no keyword arguments"),
        (lambda x: x.item(1), "TensorBase.item() takes no arguments (1 given)"),
        (lambda x: x.numpy(1), "numpy() takes 0 positional arguments but 1 was given"),
        (lambda x: x.cpu(1), "cpu() takes 0 positional arguments but 1 was given"),
        (lambda x: x.is_set_to(), 'is_set_to() missing 1 required positional arguments: "tensor"'),
        (
            lambda x: x.is_same_size(1),
            "is_same_size(): argument 'other' (position 1) must be Tensor, not int",
        ),
        (
            lambda x: torch.is_inference(1),
            "is_inference(): argument 'input' (position 1) must be Tensor, not int",
        ),
        (
            lambda x: x.requires_grad_(True, 1),
            "requires_grad_() takes from 0 to 1 positional arguments but 2 were given",
        ),
        (
            lambda x: x.requires_grad_("a"),
            "requires_grad_(): argument 'requires_grad' (position 1) must be bool, not str",
        ),
    ],
)
def test_wrong_arguments(call, message):
    with pytest.raises(TypeError) as caught:
        call(torch.ones(1))
    assert str(caught.value) == message


def test_a_class_is_no_type_name():
    with pytest.raises(ValueError, match="invalid type: 'int'"):
        torch.ones(1).type(int)
    assert torch.ones(1).type(torch.Tensor).dtype is torch.float32


def test_the_dtype_of_a_gradient_can_be_chosen():
    x = torch.ones(2, requires_grad=True)
    total = (x * 2).sum()
    assert x.grad_dtype is torch.float32
    x.grad_dtype = torch.float64
    total.backward()
    assert x.grad.dtype is torch.float64
    assert x.grad.tolist() == [2, 2]
    with pytest.raises(RuntimeError) as caught:
        x.grad_dtype = torch.float16
    assert str(caught.value) == (
        "Cannot set grad_dtype to 'Half' because there is already a gradient with dtype 'double'. "
        "Please clear the gradient (.grad = None) before changing grad_dtype, or ensure the new "
        "grad_dtype matches the existing gradient's dtype."
    )
    with pytest.raises(RuntimeError, match="to a tensor with grad_dtype 'Double'"):
        x.grad = torch.ones(2)
    x.grad_dtype = None
    x.grad = torch.ones(2)
    assert x.grad_dtype is None


def test_the_dtype_of_a_gradient_is_a_leafs():
    y = torch.ones(2, requires_grad=True) * 2
    with pytest.raises(RuntimeError, match="grad_dtype can only be accessed on leaf tensors"):
        y.grad_dtype  # noqa: B018
    with (
        pytest.warns(UserWarning, match="that is not a leaf Tensor is being"),
        pytest.raises(RuntimeError, match="grad_dtype can only be set on leaf tensors"),
    ):
        y.grad_dtype = None
    with pytest.raises(RuntimeError, match=r"must be a torch\.dtype or None, but got int"):
        torch.ones(1).grad_dtype = 3

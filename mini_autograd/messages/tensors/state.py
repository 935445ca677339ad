"""Errors of a tensor's state: its flags, its `.grad`, in-place writes and conversions."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from mini_autograd.messages.arguments import type_name

if TYPE_CHECKING:
    from mini_autograd.arrays.dtypes import dtype


def only_floating_at_creation() -> RuntimeError:
    """`tensor([1], requires_grad=True)`."""
    return RuntimeError("Only Tensors of floating point and complex dtype can require gradients")


def only_floating_method() -> RuntimeError:
    """`requires_grad_()` on integers."""
    return RuntimeError("only Tensors of floating point dtype can require gradients")


def only_floating_flag() -> RuntimeError:
    """`x.requires_grad = True` on integers."""
    return RuntimeError("only Tensors of floating point and complex dtype can require gradients")


def flag_of_non_leaf(value: bool) -> RuntimeError:
    """`requires_grad` of a computed tensor was assigned."""
    advice = (
        " If you want to use a computed variable in a subgraph that doesn't require "
        "differentiation use var_no_grad = var.detach()."
    )
    return RuntimeError(
        "you can only change requires_grad flags of leaf variables." + ("" if value else advice)
    )


def data_type(value: object) -> TypeError:
    """`.data` was assigned something else than a tensor."""
    return TypeError(f"Variable data has to be a tensor, but got {type_name(value)}")


def data_dtype() -> RuntimeError:
    """`.data` of what requires grad was assigned integers."""
    return RuntimeError(
        "data set to a tensor that requires gradients must be floating point or complex dtype"
    )


def data_deletion() -> RuntimeError:
    """`del x.data`."""
    return RuntimeError("Deleting tensor data is not allowed. Delete tensor instead!")


def retain_without_grad() -> RuntimeError:
    """`retain_grad()` on what needs no gradient."""
    return RuntimeError("can't retain_grad on Tensor that has requires_grad=False")


GRAD_OF_NON_LEAF = (
    "The .grad attribute of a Tensor that is not a leaf Tensor is being accessed. Its .grad "
    "attribute won't be populated during autograd.backward(). If you indeed want the .grad field "
    "to be populated for a non-leaf Tensor, use .retain_grad() on the non-leaf Tensor. If you "
    "access the non-leaf Tensor by mistake, make sure you access the leaf Tensor instead. See "
    "github.com/pytorch/pytorch/pull/30531 for more information."
)


def grad_type(value: object) -> TypeError:
    """`.grad` was assigned something else than a tensor."""
    return TypeError(
        f"assigned grad expected to be a Tensor or None but got grad of type {type_name(value)}"
    )


def grad_is_itself() -> RuntimeError:
    """`x.grad = x`."""
    return RuntimeError("can't assign Variable as its own grad")


def grad_shape(grad: Sequence[int], tensor: Sequence[int]) -> RuntimeError:
    """`.grad` was assigned a tensor of another shape."""
    return RuntimeError(
        f"attempting to assign a gradient of size '{list(grad)}' to a tensor of size "
        f"'{list(tensor)}'. Please ensure that the gradient and the tensor are the same size"
    )


def grad_dtype(grad: dtype, tensor: dtype) -> RuntimeError:
    """`.grad` was assigned a tensor of another dtype."""
    return RuntimeError(
        f"attempting to assign a gradient with dtype '{grad.cpp_name}' to a tensor with "
        f"grad_dtype '{tensor.scalar_name}'. The gradient must match the tensor's grad_dtype "
        "(defaults to the tensor's dtype). You can set the tensor's grad_dtype attribute with a "
        "specific dtype, or None to allow any dtype. Set grad_dtype with caution. Diverging the "
        "dtypes of a tensor and its gradient may break downstream systems that assume they match."
    )


def leaf_in_place() -> RuntimeError:
    """A leaf that requires grad is written to outside no_grad."""
    return RuntimeError(
        "a leaf Variable that requires grad is being used in an in-place operation."
    )


def view_of_leaf_in_place() -> RuntimeError:
    """A view of such a leaf is written to."""
    return RuntimeError(
        "a view of a leaf Variable that requires grad is being used in an in-place operation."
    )


def result_shape(output: Sequence[int], broadcast: Sequence[int]) -> RuntimeError:
    """An in-place result would need a larger tensor."""
    return RuntimeError(
        f"output with shape {list(output)} doesn't match the broadcast shape {list(broadcast)}"
    )


def result_cast(result: dtype, output: dtype, told: str | None = None) -> RuntimeError:
    """An in-place result is of a higher category than its tensor, which `told` may name."""
    return RuntimeError(
        f"result type {result.scalar_name} can't be cast to the desired output type "
        f"{told or output.scalar_name}"
    )


def not_scalar(count: int) -> RuntimeError:
    """`item()` of other than one element."""
    return RuntimeError(f"a Tensor with {count} elements cannot be converted to Scalar")


def not_python_scalar() -> ValueError:
    """`float(x)` of other than one element."""
    return ValueError("only one element tensors can be converted to Python scalars")


def ambiguous_bool() -> RuntimeError:
    """The truth of several elements."""
    return RuntimeError("Boolean value of Tensor with more than one value is ambiguous")


def empty_bool() -> RuntimeError:
    """The truth of no elements."""
    return RuntimeError("Boolean value of Tensor with no values is ambiguous")


def numpy_requires_grad() -> RuntimeError:
    """`numpy()` would cut the graph."""
    return RuntimeError(
        "Can't call numpy() on Tensor that requires grad. Use tensor.detach().numpy() instead."
    )


def numpy_conjugated() -> RuntimeError:
    """`numpy()` of a tensor that torch has yet to conjugate."""
    return RuntimeError(
        "Can't call numpy() on Tensor that has conjugate bit set. "
        "Use tensor.resolve_conj().numpy() instead."
    )


def zero_dim_length() -> TypeError:
    """`len(x)` of a 0-d tensor."""
    return TypeError("len() of a 0-d tensor")


def zero_dim_iteration() -> TypeError:
    """Iterating a 0-d tensor."""
    return TypeError("iteration over a 0-d tensor")


def not_an_index() -> TypeError:
    """A list indexed by a tensor of floats, or of several elements."""
    return TypeError("only integer tensors of a single element can be converted to an index")


def contains_type(value: object) -> RuntimeError:
    """`"text" in x`."""
    return RuntimeError(
        f"Tensor.__contains__ only supports Tensor or scalar, but you passed in a {type(value)}."
    )


def detach_view_in_place() -> RuntimeError:
    """`detach_` of a view."""
    return RuntimeError(
        "Can't detach views in-place. Use detach() instead. If you are using "
        "DistributedDataParallel (DDP) for training, and gradient_as_bucket_view is set as True, "
        "gradients are views of DDP buckets, and hence detach_() cannot be called on these "
        "gradients. To fix this error, please refer to the Optimizer.zero_grad() function in "
        "torch/optim/optimizer.py as the solution."
    )


def flag_type() -> RuntimeError:
    """`requires_grad` was assigned something else than a bool."""
    return RuntimeError("requires_grad must be a bool")


def read_only(name: str) -> AttributeError:
    """`x.shape = ...`."""
    return AttributeError(f"attribute '{name}' of 'torch._C.TensorBase' objects is not writable")


def hooks_deleted() -> RuntimeError:
    """`del x._backward_hooks`."""
    return RuntimeError("Deletion of _backwards_hooks not allowed!")


def item_deleted() -> TypeError:
    """`del x[0]`."""
    return TypeError("Tensor does not support deleting items")


def grad_dtype_of_non_leaf(done: str) -> RuntimeError:
    """`(x * 2).grad_dtype`, accessed or set."""
    return RuntimeError(f"grad_dtype can only be {done} on leaf tensors.")


def grad_dtype_type(value: object) -> RuntimeError:
    """`x.grad_dtype = 3`."""
    return RuntimeError(f"grad_dtype must be a torch.dtype or None, but got {type_name(value)}")


def grad_dtype_of_grad(wanted: dtype, grad: dtype) -> RuntimeError:
    """`grad_dtype` was set beside a `.grad` of another."""
    return RuntimeError(
        f"Cannot set grad_dtype to '{wanted.scalar_name}' because there is already a gradient with "
        f"dtype '{grad.cpp_name}'. Please clear the gradient (.grad = None) before changing "
        "grad_dtype, or ensure the new grad_dtype matches the existing gradient's dtype."
    )

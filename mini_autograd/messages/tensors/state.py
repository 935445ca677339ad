"""Errors and warnings of a tensor's state: its flags, its `.grad`, its value in Python."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mini_autograd.messages.message import Message

if TYPE_CHECKING:
    from mini_autograd.arrays.dtypes import dtype

# fmt: off

# `requires_grad`, `.data`, `retain_grad`.
only_floating_at_creation = Message(RuntimeError,
    "Only Tensors of floating point and complex dtype can require gradients")
only_floating_method = Message(RuntimeError,
    "only Tensors of floating point dtype can require gradients")
only_floating_flag = Message(RuntimeError,
    "only Tensors of floating point and complex dtype can require gradients")
_flag_set = Message(RuntimeError, "you can only change requires_grad flags of leaf variables.")
_flag_cleared = Message(RuntimeError,
    "you can only change requires_grad flags of leaf variables. If you want to use a computed "
    "variable in a subgraph that doesn't require differentiation use var_no_grad = var.detach().")


def flag_of_non_leaf(value: bool) -> RuntimeError:
    """`requires_grad` of a computed tensor was assigned."""
    return _flag_set() if value else _flag_cleared()


data_type = Message(TypeError, "Variable data has to be a tensor, but got {value:type}")
data_dtype = Message(RuntimeError,
    "data set to a tensor that requires gradients must be floating point or complex dtype")
data_deletion = Message(RuntimeError, "Deleting tensor data is not allowed. Delete tensor instead!")
retain_without_grad = Message(RuntimeError,
    "can't retain_grad on Tensor that has requires_grad=False")

# `.grad`.
grad_of_non_leaf = Message(UserWarning, "The .grad attribute of a Tensor that is not a leaf Tensor "
    "is being accessed. Its .grad attribute won't be populated during autograd.backward(). If you "
    "indeed want the .grad field to be populated for a non-leaf Tensor, use .retain_grad() on the "
    "non-leaf Tensor. If you access the non-leaf Tensor by mistake, make sure you access the leaf "
    "Tensor instead. See github.com/pytorch/pytorch/pull/30531 for more information.")
grad_type = Message(TypeError,
    "assigned grad expected to be a Tensor or None but got grad of type {value:type}")
grad_is_itself = Message(RuntimeError, "can't assign Variable as its own grad")
grad_shape = Message(RuntimeError,
    "attempting to assign a gradient of size '{grad:list}' to a tensor of size '{tensor:list}'. "
    "Please ensure that the gradient and the tensor are the same size")
grad_dtype = Message(RuntimeError, "attempting to assign a gradient with dtype '{grad.cpp_name}' "
    "to a tensor with grad_dtype '{tensor.scalar_name}'. The gradient must match the tensor's "
    "grad_dtype (defaults to the tensor's dtype). You can set the tensor's grad_dtype attribute "
    "with a specific dtype, or None to allow any dtype. Set grad_dtype with caution. Diverging the "
    "dtypes of a tensor and its gradient may break downstream systems that assume they match.")

# Writes.
leaf_in_place = Message(RuntimeError,
    "a leaf Variable that requires grad is being used in an in-place operation.")
view_of_leaf_in_place = Message(RuntimeError,
    "a view of a leaf Variable that requires grad is being used in an in-place operation.")
result_shape = Message(RuntimeError,
    "output with shape {output:list} doesn't match the broadcast shape {broadcast:list}")
_result_cast = Message(RuntimeError,
    "result type {result.scalar_name} can't be cast to the desired output type {output}")


def result_cast(result: dtype, output: dtype, told: str | None = None) -> RuntimeError:
    """An in-place result is of a higher category than its tensor, which `told` may name."""
    return _result_cast(result, told or output.scalar_name)


# A tensor as a number, an array, a sequence.
not_scalar = Message(RuntimeError, "a Tensor with {count} elements cannot be converted to Scalar")
not_python_scalar = Message(ValueError,
    "only one element tensors can be converted to Python scalars")
ambiguous_bool = Message(RuntimeError,
    "Boolean value of Tensor with more than one value is ambiguous")
empty_bool = Message(RuntimeError, "Boolean value of Tensor with no values is ambiguous")
numpy_requires_grad = Message(RuntimeError,
    "Can't call numpy() on Tensor that requires grad. Use tensor.detach().numpy() instead.")
numpy_conjugated = Message(RuntimeError, "Can't call numpy() on Tensor that has conjugate bit set. "
    "Use tensor.resolve_conj().numpy() instead.")
numpy_negated = Message(RuntimeError, "Can't call numpy() on Tensor that has negative bit set. Use "
    "tensor.resolve_neg().numpy() instead.")
zero_dim_length = Message(TypeError, "len() of a 0-d tensor")
zero_dim_iteration = Message(TypeError, "iteration over a 0-d tensor")
not_an_index = Message(TypeError,
    "only integer tensors of a single element can be converted to an index")
contains_type = Message(RuntimeError,
    "Tensor.__contains__ only supports Tensor or scalar, but you passed in a {value:class}.")

# Attributes.
detach_view_in_place = Message(RuntimeError,
    "Can't detach views in-place. Use detach() instead. If you are using DistributedDataParallel "
    "(DDP) for training, and gradient_as_bucket_view is set as True, gradients are views of DDP "
    "buckets, and hence detach_() cannot be called on these gradients. To fix this error, please "
    "refer to the Optimizer.zero_grad() function in torch/optim/optimizer.py as the solution.")
flag_type = Message(RuntimeError, "requires_grad must be a bool")
read_only = Message(AttributeError,
    "attribute '{name}' of 'torch._C.TensorBase' objects is not writable")
hooks_deleted = Message(RuntimeError, "Deletion of _backwards_hooks not allowed!")
item_deleted = Message(TypeError, "Tensor does not support deleting items")

# `grad_dtype`.
grad_dtype_of_non_leaf = Message(RuntimeError, "grad_dtype can only be {done} on leaf tensors.")
grad_dtype_type = Message(RuntimeError,
    "grad_dtype must be a torch.dtype or None, but got {value:type}")
grad_dtype_of_grad = Message(RuntimeError,
    "Cannot set grad_dtype to '{wanted.scalar_name}' because there is already a gradient with "
    "dtype '{grad.cpp_name}'. Please clear the gradient (.grad = None) before changing "
    "grad_dtype, or ensure the new grad_dtype matches the existing gradient's dtype.")

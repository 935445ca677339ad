"""What Python and NumPy ask of a tensor: its number, its items, its text, its array."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from mini_autograd.arrays import dtypes
from mini_autograd.core.modes.grad_mode import is_grad_enabled
from mini_autograd.core.table import ops
from mini_autograd.core.tensor.tensor import Tensor, make
from mini_autograd.creation.nested import as_torch_strides, warn_of_scalar
from mini_autograd.frontend import printing, subscript
from mini_autograd.messages import arguments as argument_errors
from mini_autograd.messages.ops import kernels as kernel_errors
from mini_autograd.messages.tensors import conversion as conversion_errors
from mini_autograd.messages.tensors import state as errors
from mini_autograd.parsing.types import is_number


def item(self: Tensor) -> Any:
    """Its only element, as a Python number.

    Raises:
        RuntimeError: it has none, or several.
    """
    if self._array.size != 1:
        raise errors.not_scalar(self._array.size)
    return self._array.item()


def tolist(self: Tensor) -> Any:
    """Its elements in nested lists; of a 0-d tensor the number."""
    return self._array.tolist()


def _only_element(self: Tensor) -> Any:
    if self._array.size != 1:
        raise errors.not_python_scalar()
    return self._array.item()


def _real(self: Tensor, cpp_name: str) -> Any:
    value = _only_element(self)
    if isinstance(value, complex):
        if value.imag:
            raise kernel_errors.overflow(cpp_name)
        return value.real
    return value


def to_float(self: Tensor) -> float:
    """Its only element; a ValueError if it has none, or several."""
    warn_of_scalar(self)
    return float(_real(self, "double"))


def to_int(self: Tensor) -> int:
    """Its only element without what follows the point."""
    return int(_real(self, "int64_t"))


def to_complex(self: Tensor) -> complex:
    """Its only element."""
    warn_of_scalar(self)
    return complex(_only_element(self))


def to_bool(self: Tensor) -> bool:
    """Whether its only element is not zero."""
    if self._array.size == 0:
        raise errors.empty_bool()
    if self._array.size > 1:
        raise errors.ambiguous_bool()
    return bool(self._array.item())


def to_index(self: Tensor) -> int:
    """Its only element, as a position; a TypeError if it is no integer."""
    if self._array.size != 1 or self._array.dtype.kind not in "iub":
        raise errors.not_an_index()
    return int(self._array.item())


def length(self: Tensor) -> int:
    """The size of its first dim."""
    if self._array.ndim == 0:
        raise errors.zero_dim_length()
    size: int = self._array.shape[0]
    return size


def items(self: Tensor) -> Iterator[Tensor]:
    """Its slices along the first dim."""
    if self._array.ndim == 0:
        raise errors.zero_dim_iteration()
    return iter(self.unbind(0))


def contains(self: Tensor, element: Any) -> bool:
    """Whether any element equals a number or a tensor."""
    if not isinstance(element, Tensor) and not is_number(element):
        raise errors.contains_type(element)
    equal = element == self
    return bool(equal._array.any())


def reverse(self: Tensor) -> Tensor:
    """The tensor flipped along every dim, as torch has it."""
    return ops.flip(self, tuple(range(self._array.ndim)))  # type: ignore[no-any-return]


PRINTED_AS_TENSORS: Final[set[type]] = {Tensor}


def text(self: Tensor, *, tensor_contents: str | None = None) -> str:
    """As torch prints it; `tensor_contents` stands for its elements."""
    default = dtypes.get_default_dtype()
    try:
        node = self.grad_fn
        name = None if node is None else type(node).__name__
    except RuntimeError:  # a view that must not get a new history
        name = "Invalid"
    name_of_type = "tensor" if type(self) in PRINTED_AS_TENSORS else type(self).__name__
    made = printing.tensor_text(
        self._array,
        default_dtype=default.numpy,
        default_complex=default.to_complex().numpy,
        grad_fn_name=name,
        requires_grad=self._requires_grad,
        prefix=f"{name_of_type}(",
        contents=tensor_contents,
    )
    return f"Parameter({made})" if vars(self).get("_is_param") else made


def formatted(self: Tensor, spec: str) -> str:
    """In an f-string: a 0-d tensor as its number."""
    return printing.format_tensor(self, self._array, spec, is_subclass=type(self) is not Tensor)


def numpy(self: Tensor, *args: Any, force: bool = False) -> NDArray[Any]:
    """An array on the same memory; refused if that would cut a graph, unless forced.

    With grad mode off there is no graph to cut, so torch allows it.
    """
    if args:
        raise conversion_errors.takes_no_arguments("numpy", len(args))
    if not isinstance(force, bool):
        raise argument_errors.wrong_type("numpy", "force", None, "bool", force)
    if self._requires_grad and not force and is_grad_enabled():
        raise errors.numpy_requires_grad()
    if self._conjugated and not force:
        is_complex = self._array.dtype.kind == "c"
        raise errors.numpy_conjugated() if is_complex else errors.numpy_negated()
    return self._array.view()  # whose shape the user may set


def as_array(self: Tensor, dtype: Any = None, copy: bool | None = None) -> NDArray[Any]:
    """What NumPy's functions see."""
    return np.array(numpy(self), dtype=dtype, copy=copy)


def wrapped(
    self: Tensor, array: NDArray[Any], context: Any = None, return_scalar: bool = False
) -> Tensor:
    """The result of a NumPy function as a tensor; NumPy's bools become bytes, as torch has it."""
    array = np.asarray(array)
    return make(as_torch_strides(array.astype(np.uint8) if array.dtype.kind == "b" else array))


def delete_item(self: Tensor, index: Any) -> None:
    """An error: a tensor keeps its size."""
    raise errors.item_deleted()


def dlpack(self: Tensor, **options: Any) -> Any:
    """Its memory, as other libraries take it by DLPack.

    Raises:
        BufferError: the tensor requires grad.
    """
    if self._requires_grad:
        raise conversion_errors.export_requires_grad()
    return self._array.__dlpack__(**options)


METHODS: Final[dict[str, Any]] = {
    "item": item, "tolist": tolist, "numpy": numpy,
    "__float__": to_float, "__int__": to_int, "__complex__": to_complex, "__bool__": to_bool,
    "__nonzero__": to_bool, "__long__": to_int,
    "__index__": to_index, "__len__": length, "__iter__": items, "__contains__": contains,
    "__reversed__": reverse, "__getitem__": subscript.get_item, "__setitem__": subscript.set_item,
    "__delitem__": delete_item, "__dlpack__": dlpack,
    "__dlpack_device__": lambda self: self._array.__dlpack_device__(),
    "__repr__": text, "__format__": formatted, "__hash__": lambda self: id(self),
    "__array__": as_array,
    "__array_wrap__": wrapped, "__array_priority__": 1000,
}  # fmt: skip

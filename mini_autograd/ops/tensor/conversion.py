"""Copies and conversions of dtype."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from mini_autograd.arrays import dtypes, layout
from mini_autograd.arrays.dtypes import dtype as DTypeOf  # noqa: N812 - the parameter is called dtype
from mini_autograd.arrays.formats import copied_as, empty_like, preserve_format, suggested
from mini_autograd.arrays.formats import memory_format as FormatOf  # noqa: N812 - likewise
from mini_autograd.core.modes import warn_once
from mini_autograd.core.modes.grad_mode import is_grad_enabled
from mini_autograd.core.op import public, unpromoted
from mini_autograd.core.table import ops, shared
from mini_autograd.core.tensor.history import edge_of
from mini_autograd.core.tensor.tensor import Tensor, make
from mini_autograd.messages import arguments as argument_errors
from mini_autograd.messages.tensors import conversion as errors
from mini_autograd.ops.tensor import inside
from mini_autograd.parsing.factories import as_dtype, checked_device, device
from mini_autograd.parsing.overrides import KNOWN, has_torch_function, overridable
from mini_autograd.parsing.types import Array, DType, MemoryFormat, is_number


@shared
def zeros_of(like: Any, shape: tuple[int, ...], dtype: np.dtype[Any] | None = None) -> Any:
    """Zeros, an array or a tensor as `like` is, by default of its dtype."""
    if isinstance(like, Tensor):
        return make(np.zeros(shape, like._array.dtype if dtype is None else dtype))
    return np.zeros(shape, like.dtype if dtype is None else dtype)


@shared
def zeros_as(like: Any, whole: Any) -> Any:
    """Likewise, in the shape of `whole` and laid out as that."""
    array = whole._array if isinstance(whole, Tensor) else np.asarray(whole)
    zeros = layout.empty_as(array, like._array.dtype if isinstance(like, Tensor) else like.dtype)
    zeros[...] = 0
    return make(zeros) if isinstance(like, Tensor) else zeros


def without_imaginary(array: NDArray[Any], wanted: np.dtype[Any], count: int = 1) -> NDArray[Any]:
    """What of it a dtype can hold: the real part of complex numbers, with a warning.

    There is none where the `count` of elements to be written is zero.
    """
    if array.dtype.kind != "c" or wanted.kind in "cb":
        return array
    if count:
        warn_once.once(errors.casts_complex(), stacklevel=5)
    return array.real


@shared
def converted(
    array: NDArray[Any], wanted: np.dtype[Any], memory_format: Any = None
) -> NDArray[Any]:
    """A copy in another dtype, rounded as C rounds."""
    made = empty_like(array, wanted, memory_format)
    array = without_imaginary(array, wanted, array.size)
    if wanted == np.float16 and array.dtype.kind in "fiu" and array.itemsize > 4:
        array = array.astype(np.float32)  # torch's half is made of a float, so it rounds twice
    np.copyto(made, array, casting="unsafe")
    return made


def in_dtype(grad: Any, wanted: np.dtype[Any]) -> Any:
    """The gradient in an operand's dtype, where torch's rule has it so: before it is summed to a
    shape, which loses less, or where the leaf takes any."""
    found = dtypes.of(grad._array if isinstance(grad, Tensor) else grad)
    if found.is_complex and wanted.kind != "c":
        grad, found = ops.real(grad), found.to_real()
    return grad if found.numpy == wanted else to_dtype(grad, dtypes.of_numpy(wanted))


@unpromoted(
    node="ToCopyBackward0",
    elementwise=True,
    casts=True,
    self=lambda grad, self_dtype: in_dtype(grad, self_dtype),
    inside=inside.copies,
)
def to_dtype(self: Array, dtype: DType, memory_format: MemoryFormat | None = None) -> Array:
    """A copy in another dtype; complex numbers lose their imaginary part to a real one."""
    return converted(self, dtype.numpy, memory_format)


@public()
@unpromoted(elementwise=True, self=lambda grad: grad, inside=inside.copies)
def clone(self: Array, *, memory_format: MemoryFormat | None = None) -> Array:
    """A copy; it keeps the order of the dims in memory, unless told another."""
    return copied_as(self, memory_format)


def converted_if_needed(
    self: Tensor, wanted: DTypeOf, *, copy: bool = False, memory_format: Any = None
) -> Tensor:
    array = self._array
    same = array.dtype == wanted.numpy and (
        memory_format is None
        or memory_format is preserve_format
        or memory_format is suggested(array)
    )
    if same and not copy:
        return self
    if self._base is not None and wanted.numpy.kind in "fc" and is_grad_enabled():
        edge_of(self)  # What torch says of its history comes before what the copy warns of.
    return to_dtype(self, wanted, memory_format)


@public(function=False)
def to(self: Tensor, *args: Any, **kwargs: Any) -> Tensor:
    """The tensor in another dtype, or as another tensor has it; itself if nothing changes.

    Takes `(dtype)`, `(device, dtype)` or `(other)`, then `non_blocking`, `copy` and
    `memory_format`; the only device is the CPU.
    """
    given = args, dict(kwargs)
    copy = bool(kwargs.pop("copy", False))
    kwargs.pop("non_blocking", None)
    memory_format = kwargs.pop("memory_format", None)
    wanted = as_dtype(kwargs.pop("dtype", None))
    checked_device(kwargs.pop("device", None))
    rest = list(args)
    first = rest[0] if rest else None
    if isinstance(first, (str, device)):
        checked_device(rest.pop(0))
        if rest and not isinstance(rest[0], bool):
            wanted = as_dtype(rest.pop(0))
    elif type(first) is int:
        raise errors.no_accelerator() if first >= 0 else errors.negative_device()
    elif type(first) not in KNOWN and has_torch_function((first,)):
        return _asking_for(self, *args, **given[1])
    elif isinstance(first, Tensor) or is_number(first):  # a number is taken for a tensor
        wanted = _dtype_of(rest.pop(0))
    elif rest:
        wanted = as_dtype(rest.pop(0))
    copy = copy or (len(rest) > 1 and rest[1] is True)
    is_dtype = wanted is None or isinstance(wanted, DTypeOf)
    is_dtype = is_dtype and isinstance(memory_format, FormatOf | None)
    if kwargs or not is_dtype or not all(isinstance(each, bool) for each in rest):
        raise errors.to_arguments(*given)
    return converted_if_needed(self, wanted or self.dtype, copy=copy, memory_format=memory_format)


_asking_for: Final = overridable("to", method=True)(to)  # a plain tensor like one of a subclass


def _dtype_of(value: Any) -> Any:
    """The dtype of a tensor, or of the widest tensor of a number's kind."""
    return value.dtype if isinstance(value, Tensor) else as_dtype(type(value))


def only_format(name: str, args: Sequence[Any], named: Mapping[str, Any]) -> Any:
    """The memory format that is given, or None; there is nothing else to give.

    Raises:
        TypeError: that is no memory format, or something else is given.
    """
    if args:
        raise errors.takes_no_arguments(name, len(args))
    memory_format = named.get("memory_format")
    if not isinstance(memory_format, FormatOf | None):
        wanted = "torch.memory_format"
        raise argument_errors.wrong_type(name, "memory_format", None, wanted, memory_format)
    for key in named.keys() - {"memory_format"}:
        raise argument_errors.unexpected_keyword(name, key)
    return memory_format


def _to(wanted: DTypeOf, name: str) -> Callable[..., Tensor]:
    def method(self: Tensor, *args: Any, **named: Any) -> Tensor:
        return converted_if_needed(self, wanted, memory_format=only_format(name, args, named))

    method.__name__ = method.__qualname__ = name
    method.__doc__ = f"`to({wanted})`."
    return method


_TYPES: Final[dict[str, DTypeOf]] = {
    f"torch.{each.scalar_name}Tensor": each for each in dtypes.ALL if not each.is_complex
}


@public("type", function=False)
def type_(self: Tensor, dtype: Any = None, non_blocking: bool = False) -> Any:
    """The tensor's type name, as "torch.FloatTensor"; with a dtype or such a name, `to`.

    Raises:
        ValueError: no such name.
        TypeError: neither a dtype nor a name.
    """
    if dtype is None:
        return f"torch.{self.type_name}"
    wanted = getattr(dtype, "made_dtype", dtype)
    if isinstance(wanted, type):
        if wanted is not Tensor:
            raise errors.type_name(wanted.__name__)
        wanted = dtypes.get_default_dtype()
    if isinstance(wanted, str):
        if wanted not in _TYPES:
            raise errors.type_name(wanted)
        wanted = _TYPES[wanted]
    if not isinstance(wanted, DTypeOf):
        raise errors.type_argument()
    return converted_if_needed(self, wanted)


@public(function=False)
def type_as(self: Tensor, other: Tensor) -> Tensor:
    """The tensor in another's dtype."""
    if not isinstance(other, Tensor):
        raise argument_errors.wrong_type("type_as", "other", 1, "Tensor", other)
    return converted_if_needed(self, other.dtype)


for _name, _wanted in {
    "float": dtypes.float32, "double": dtypes.float64, "half": dtypes.float16,
    "int": dtypes.int32, "long": dtypes.int64, "short": dtypes.int16, "char": dtypes.int8,
    "byte": dtypes.uint8, "bool": dtypes.bool_, "cfloat": dtypes.complex64,
    "cdouble": dtypes.complex128,
}.items():  # fmt: skip
    public(function=False)(_to(_wanted, _name))

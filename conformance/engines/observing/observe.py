"""What can be seen of a tensor of a torch-like module, without changing it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from operator import index
from typing import Any

import numpy as np

from conformance.engines.observing.failures import ABSENT, Nonsense, type_name, unread
from conformance.engines.observing.graph import Graph
from conformance.engines.observing.texts import text_of
from conformance.program.trace import (
    NOT_FOLLOWED,
    UNOBSERVED,
    Observed,
    Opaque,
    Raised,
    TensorState,
    Text,
    Unobserved,
)
from conformance.program.values import HELD, NUMPY_DTYPES

GRAD_DEPTH = 4  # `.grad` of `.grad` of ...: enough for any program, and a guard against a cycle.


class Observer:
    """Looks at the tensors of one program; the nodes that they lead to are met once for all."""

    def __init__(self, tensors: Mapping[str, Any], tensor_type: type[Any]) -> None:
        self.graph = Graph(tensors)
        self._tensor_type = tensor_type
        self._failed: dict[int, Raised | Text] = {}  # by tensor, what it raised when first read

    def state_of(
        self, tensor: Any, version: int | None = None, depth: int = GRAD_DEPTH
    ) -> TensorState:
        """Everything that the tensor shows; what it does not have is UNOBSERVED.

        Args:
            version: its version when the program was given it. The count that is observed starts
                there: an engine may write into a tensor while it makes it, and torch's kernels
                do. Without it, as for a gradient, which the walk made, none is observed.

        Raises:
            whatever the engine does, if it has no shape or no dtype to begin with.
        """
        shape, dtype = shape_of(tensor), dtype_name(tensor.dtype)
        why: dict[str, Raised | Text] = {}
        failed: Raised | Text | None = None
        try:
            seen: list[Any] = [
                values_of(tensor, shape, dtype),
                tensor.requires_grad,
                tensor.is_leaf,
                tensor.grad,
                self.graph.place(tensor.grad_fn),
                tuple(map(index, tensor.stride())),
                tensor._version,
                tensor.output_nr,
            ]
            sound = type(seen[1]) is type(seen[2]) is bool and type(seen[6]) is type(seen[7]) is int
        except Exception as error:
            sound, failed = False, unread(error)
        if not sound:
            # An engine may lack a field in any way: no attribute, NotImplementedError, a stub that
            # fails. Guarding each costs as much as reading it, so that is left to such engines.
            seen = [_guarded(field, read, self, tensor, why) for field, read in _READERS.items()]
            if failed and not why:
                self._failed[id(tensor)] = failed
        if self._failed and (failed := self._failed.get(id(tensor))):
            # It raised once, as an assertion of torch does: the second answer means nothing.
            seen[1] = seen[2] = seen[4] = UNOBSERVED
            why.update(requires_grad=failed, is_leaf=failed, grad_fn=failed)
        values, requires_grad, is_leaf, grad, node, stride, writes, output_nr = seen
        if grad is not None and grad is not UNOBSERVED:
            grad = self._gradient(grad, depth - 1) if depth else UNOBSERVED
        if writes is not UNOBSERVED:
            writes = UNOBSERVED if version is None else writes - version
        return TensorState(
            shape,
            dtype,
            values,
            requires_grad,
            is_leaf,
            grad,
            self._name(node),
            node,
            stride,
            writes,
            output_nr,
            why,
        )

    def _name(self, node: Observed[int | None]) -> Observed[str | None]:
        if node is None or isinstance(node, Unobserved):
            return node
        return UNOBSERVED if node == NOT_FOLLOWED else self.graph.nodes[node][0]

    def _gradient(self, grad: Any, depth: int) -> TensorState | Opaque:
        try:
            if isinstance(grad, self._tensor_type):
                return self.state_of(grad, None, depth)
        except Exception:  # It has no shape, or no dtype: it is no tensor.
            pass
        return Opaque(type_name(type(grad)))


def _guarded(
    field: str,
    read: Callable[[Observer, Any], Any],
    observer: Observer,
    tensor: Any,
    why: dict[str, Raised | Text],
) -> Any:
    try:
        return read(observer, tensor)
    except Exception as error:
        why[field] = unread(error)
        return UNOBSERVED


def _flag(value: Any) -> bool:
    if type(value) is not bool:
        raise Nonsense(f"a {type_name(type(value))}")
    return value


def _whole(value: Any) -> int:
    if not isinstance(value, int) or value.bit_length() > 64:
        raise Nonsense(f"a {type_name(type(value))}")
    return index(value)


_READERS: Mapping[str, Callable[[Observer, Any], Any]] = {
    "values": lambda observer, tensor: values_of(tensor),
    "requires_grad": lambda observer, tensor: _flag(tensor.requires_grad),
    "is_leaf": lambda observer, tensor: _flag(tensor.is_leaf),
    "grad": lambda observer, tensor: tensor.grad,
    "grad_fn": lambda observer, tensor: observer.graph.place(tensor.grad_fn),
    "stride": lambda observer, tensor: _sizes(tensor.stride(), "stride()"),
    "version": lambda observer, tensor: _whole(tensor._version),
    "output_nr": lambda observer, tensor: _whole(tensor.output_nr),
}
"""How each field of a `TensorState` after shape and dtype is read alone, in the fields' order."""


def shape_of(tensor: Any) -> tuple[int, ...]:
    """The tensor's shape; an engine may keep it in a list, and its numbers as NumPy's."""
    return _sizes(tensor.shape, "shape")


def _sizes(sizes: Any, what: str) -> tuple[int, ...]:
    try:
        return tuple(map(index, sizes))
    except Exception:
        raise Nonsense(f"{what} is a {type_name(type(sizes))} of what is no number") from None


def dtype_name(dtype: Any) -> str:
    """`float32` of `torch.float32`, whatever the module is called."""
    try:
        return _DTYPE_NAMES[dtype]
    except KeyError:
        name = _DTYPE_NAMES[dtype] = text_of(str(dtype)).rpartition(".")[2]
        return name
    except TypeError:  # An engine's dtypes need not be hashable.
        return text_of(str(dtype)).rpartition(".")[2]


_DTYPE_NAMES: dict[Any, str] = {}


def values_of(
    tensor: Any, shape: tuple[int, ...] | None = None, dtype: str = ""
) -> np.ndarray[Any, Any]:
    """The tensor's values; the array may share its memory. `shape` and `dtype` are the tensor's,
    if known. What NumPy has no dtype for is in the one that holds it, however the engine gives it.

    Raises:
        Nonsense: what the engine gives is no array of numbers of the tensor's shape.
        whatever the engine does, if it gives nothing.
    """
    how = "numpy()"
    try:
        array = _array(tensor.detach().numpy())
    except Nonsense:
        raise
    except Exception as error:
        # No numpy(), or a lazy conjugate or negative, which torch refuses to give as an array.
        array, how = _otherwise(tensor, error)
    wanted = shape_of(tensor) if shape is None else shape
    dtype = dtype or dtype_name(tensor.dtype)
    if dtype in HELD and dtype not in NUMPY_DTYPES:
        array = _held(array, dtype)
    if array.dtype.kind not in "biufc" or array.shape != wanted:
        raise Nonsense(f"{how} gives {array.dtype.name}{list(array.shape)}")
    return array


def _held(array: np.ndarray[Any, Any], dtype: str) -> np.ndarray[Any, Any]:
    """The numbers in the dtype that holds this one; extensions of NumPy have one of its name."""
    if array.dtype.kind != HELD[dtype].kind and array.dtype.name != dtype:
        return array
    with np.errstate(all="ignore"):
        return array.astype(HELD[dtype])


def _array(given: Any) -> np.ndarray[Any, Any]:
    if not isinstance(given, np.ndarray | np.generic):
        raise Nonsense(f"numpy() gives a {type_name(type(given))}")
    return np.asarray(given)


def _otherwise(tensor: Any, before: Exception) -> tuple[np.ndarray[Any, Any], str]:
    """The values where `detach().numpy()` gives none, and how they were had."""
    try:
        plain = tensor.detach()
    except AttributeError:  # An engine may give the values of what has a graph, too.
        plain = tensor
        with suppress(AttributeError):
            return _array(tensor.numpy()), "numpy()"
    return _from_list(tensor, plain, before), "tolist()"


def _from_list(tensor: Any, plain: Any, before: Exception) -> np.ndarray[Any, Any]:
    try:
        listed = _listed(plain)
    except Exception as error:
        # Of two ways that fail, what is no more than lacking tells less.
        raise (error if isinstance(before, ABSENT) else before) from None
    if not _has_shape(listed, shape_of(tensor)):
        raise Nonsense("tolist() gives a list of another shape")
    try:
        array = np.array(listed, HELD.get(dtype_name(tensor.dtype)))
    except Exception as error:
        raise Nonsense(f"tolist() gives no array: {type_name(type(error))}") from None
    return array if array.size else array.reshape(tuple(tensor.shape))  # a list lacks (0, 3)


def _has_shape(listed: Any, shape: tuple[int, ...]) -> bool:
    """Whether a nested list is of that shape: NumPy would look for one in a list without end."""
    if not isinstance(listed, list):
        return not shape
    return (
        bool(shape)
        and len(listed) == shape[0]
        and all(_has_shape(item, shape[1:]) for item in listed)
    )


def _listed(plain: Any) -> Any:
    """Torch gives some gradients as zeros that have no memory until copied; `tolist()` refuses
    them, or, of a slice, reads memory that is nobody's."""
    if (no_memory := getattr(plain, "_is_zerotensor", None)) is not None and no_memory() is True:
        plain = plain.clone()
    return plain.tolist()


def is_numeric(array: np.ndarray[Any, Any]) -> bool:
    """Whether the array holds numbers, or truth values: an engine may give anything."""
    return array.dtype.kind in "biufc"


def seen_by_hook(tensor: Any) -> TensorState:
    """Of a tensor that a hook is given, what it can tell at once. The values are copied: the walk
    may go on to write there."""
    shape, dtype = shape_of(tensor), dtype_name(tensor.dtype)
    why: dict[str, Raised | Text] = {}
    found = [_guarded(field, _READERS[field], _NOWHERE, tensor, why) for field in _AT_ONCE]
    values = found[0] if found[0] is UNOBSERVED else np.array(found[0])
    return TensorState(shape, dtype, values, found[1], unread=why)


_AT_ONCE = ("values", "requires_grad")
_NOWHERE = Observer({}, object)

"""`x[...]` and `x[...] = ...`: an index as a user writes it, as the ops that torch makes of it.

Ints, slices, None and bools each are a view; what remains are index tensors, which one `index` or
`index_put_` takes together. Observed on torch 2.13.0.
"""

from __future__ import annotations

import operator
import warnings
from collections.abc import Sequence
from typing import Any, Final

import numpy as np

from mini_autograd.arrays.dims import wrap_dim
from mini_autograd.core.table import ops
from mini_autograd.core.tensor.tensor import Tensor, make
from mini_autograd.creation.nested import array_of, is_sequence
from mini_autograd.inplace.forms import copy_, fill_, index_put_
from mini_autograd.messages.ops import indexing as errors
from mini_autograd.messages.tensors import creation as creation_errors
from mini_autograd.ops.tensor.writing import checked_number
from mini_autograd.parsing.overrides import KNOWN, has_torch_function, overridable

_SEQUENCE_LIMIT: Final = 32  # a longer list is always an index tensor
_INT64: Final = range(-(2**63), 2**63)
_PLAIN: Final = frozenset({int, slice, type(None), type(...)})  # of these, views are made


def get_item(self: Tensor, item: Any) -> Tensor:
    """The part of a tensor that an index names: a view, or a copy where tensors index.

    Raises:
        IndexError: out of range, too many indices, or something that is no index.
        ValueError: a slice that does not go forward.
    """
    if item is None:
        return ops.unsqueeze(self, 0)  # type: ignore[no-any-return]
    if item is ...:
        return ops.alias(self)  # type: ignore[no-any-return]
    if type(item) is int:
        return _selected(self, 0, _checked_int(item), 0)
    if type(item) is slice:
        return _sliced(self, 0, item)
    if _is_overridden(item):
        return _asking_for_item(self, item)  # type: ignore[no-any-return]
    view, indices = _located(self, item)
    if indices:
        return ops.index(view, indices)  # type: ignore[no-any-return]
    return ops.alias(self) if view is self else view


def set_item(self: Tensor, item: Any, value: Any) -> None:
    """Writes a tensor or a number into the part that an index names.

    Raises:
        TypeError: a value that is neither.
        RuntimeError: a value of a shape that does not fit, or a tensor that must not be written.
        IndexError, ValueError: as `get_item`.
    """
    if _is_overridden(item) or _is_overridden((value,)):
        _asking_to_set(self, item, value)
        return
    if type(item) is slice and not self._array.ndim:
        raise errors.zero_dim("slice")
    source = _as_source(self, value)
    if item is False:
        return
    if item is True:
        _copy_to(ops.unsqueeze(self, 0), source)
        return
    view, indices = _located(self, item)
    if not indices:
        _copy_to(view, source)
        return
    given = source._array.shape
    sizes = _without_leading_ones(given)
    index_put_(view, indices, source if sizes == given else ops.view(source, sizes))


# A subclass may stand among the indices of a plain tensor, or be what is written.
_asking_for_item: Final = overridable("__getitem__", method=True)(get_item)
_asking_to_set: Final = overridable("__setitem__", method=True)(set_item)


def _is_overridden(item: Any) -> bool:
    """Whether an index, or one in a sequence of them, is of a type that overrides subscripts."""
    given = item if type(item) in (tuple, list) else (item,)
    return not KNOWN.issuperset(map(type, given)) and has_torch_function(given)


def _as_items(item: Any) -> Sequence[Any]:
    """A tuple of indices; torch still reads some lists as one."""
    if isinstance(item, tuple):
        return item
    if isinstance(item, (Tensor, np.ndarray)) or not is_sequence(item):
        return (item,)
    if len(item) < _SEQUENCE_LIMIT and any(map(_makes_a_tuple, item)):
        warnings.warn(errors.sequence_index(), UserWarning, stacklevel=3)
        return tuple(item)
    return (item,)


def _makes_a_tuple(item: Any) -> bool:
    return (
        item is None or item is Ellipsis or isinstance(item, (slice, Tensor)) or is_sequence(item)
    )


def _located(self: Tensor, item: Any) -> tuple[Tensor, list[Tensor | None]]:
    """The view that the plain indices give, and the index tensors, one a dim of it."""
    if type(item) is int or isinstance(item, np.integer):
        return _selected(self, 0, _checked_int(item), 0), []
    if item is None:
        return ops.unsqueeze(self, 0), []
    given = item if type(item) is tuple else _as_items(item)
    # torch counts before it converts: a mask given as a list is one dim, whatever it covers
    if _PLAIN.issuperset(map(type, given)):
        specified = len(given) - given.count(None) - given.count(...)
    else:
        specified = sum(map(_covered, given))
    if specified > self._array.ndim:
        raise errors.too_many_indices(self._array.ndim)
    items = [_as_index(each) for each in given]
    result, dim, filled = self, 0, 0
    indices: list[Tensor | None] = []
    for position, each in enumerate(items):
        if each is None or isinstance(each, bool):
            result = ops.unsqueeze(result, dim)
        if each is Ellipsis:
            dim += self._array.ndim - specified
        elif each is None:
            dim += 1
        elif isinstance(each, slice):
            result = _sliced(result, dim, each, keep_whole=True)
            dim += 1
        elif isinstance(each, int) and not isinstance(each, bool):
            result = _selected(result, dim, each, position)
        else:
            # a bool is the one index of a dim of one, or none of it
            found = each if isinstance(each, Tensor) else make(np.zeros(int(each), np.int64))
            indices.extend([None] * (dim - filled))
            indices.append(found)
            dim += _covered(found)
            filled = dim
    return result, indices


def _checked_int(item: Any) -> int:
    value = int(item)
    if value not in _INT64:
        raise creation_errors.int64_overflow()
    return value


def _as_index(item: Any) -> Any:
    """An int, slice, None, Ellipsis, bool or tensor of at least one dim."""
    if type(item) is int:
        return _checked_int(item)
    if item is None or item is Ellipsis or isinstance(item, (slice, bool)):
        return item
    if isinstance(item, (int, np.integer)):
        return _checked_int(item)
    if isinstance(item, Tensor):
        array = item._array
    elif is_sequence(item):
        array = array_of(item, None)
        if array.dtype.kind != "b" and array.dtype != np.uint8:
            array = array.astype(np.int64)
        item = make(array)
    else:
        raise errors.invalid_index(item)
    if array.ndim:
        return item
    if array.dtype.kind == "b" or array.dtype == np.uint8:
        return bool(array)
    if array.dtype.kind not in "iu":
        raise errors.index_dtype()
    return int(array)


def _covered(item: Any) -> int:
    """How many dims of the tensor an index stands for; one, of what is no index."""
    if isinstance(item, Tensor):
        is_mask = item._array.dtype.kind == "b" or item._array.dtype == np.uint8
        return item._array.ndim if is_mask else 1
    return 0 if item is None or item is Ellipsis or isinstance(item, bool) else 1


def _selected(self: Tensor, dim: int, index: int, position: int) -> Tensor:
    shape = self._array.shape
    if not shape:
        raise errors.out_of_bounds(index, position, 0) if index else errors.zero_dim_index()
    size = shape[wrap_dim(dim, len(shape))]
    if not -size <= index < size:
        raise errors.out_of_bounds(index, position, size)
    return ops.select(self, dim, index)  # type: ignore[no-any-return]


def _sliced(self: Tensor, dim: int, item: slice, *, keep_whole: bool = False) -> Tensor:
    if keep_whole and item.start is item.stop is item.step is None:
        return self
    shape = self._array.shape
    start, stop, step = [_bound(each) for each in (item.start, item.stop, item.step)]
    if step is not None and step < 0:
        raise errors.step_not_positive()
    if not shape:
        raise errors.zero_dim("slice")
    size = shape[wrap_dim(dim, len(shape))]
    if keep_whole and not start and step in (None, 1) and (stop is None or stop >= size):
        return self
    start, stop, step = slice(start, stop, step).indices(size)
    return ops.slice_dim(self, dim, start, max(start, stop), step)  # type: ignore[no-any-return]


def _bound(value: Any) -> int | None:
    if value is None or type(value) is int:
        return value
    if hasattr(type(value), "__index__"):
        return operator.index(value)
    raise errors.slice_bound()


def _as_source(self: Tensor, value: Any) -> Tensor:
    if isinstance(value, Tensor):
        return value
    if not isinstance(value, (int, float, complex, np.integer)):
        raise errors.assigned_type(value, self.type_name)
    if isinstance(value, int) and value not in _INT64:
        raise creation_errors.int64_overflow()
    wanted = self._array.dtype
    if wanted != np.float16:
        return make(checked_number(value, wanted))
    number = checked_number(value, np.dtype(np.float64))  # halves overflow to inf here
    with np.errstate(over="ignore"):
        return make(number.astype(wanted))


def _copy_to(view: Tensor, source: Tensor) -> None:
    shape, given = view._array.shape, source._array.shape
    if shape != given:
        if not given:
            fill_(view, source)
            return
        source = ops.view(source, _without_leading_ones(given))
        if source._array.shape != shape:
            source = ops.expand(source, shape)
    copy_(view, source)


def _without_leading_ones(shape: tuple[int, ...]) -> tuple[int, ...]:
    extra = 0
    while extra < len(shape) and shape[extra] == 1:
        extra += 1
    return shape[extra:]

"""Making tensors: from data, filled, like another, and in sequence."""

from __future__ import annotations

import math
import warnings
from collections.abc import Callable
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from mini_autograd import dtypes
from mini_autograd import layout as layouts
from mini_autograd.errors import arguments as argument_errors
from mini_autograd.errors import creation as errors
from mini_autograd.errors import tensors as tensor_errors
from mini_autograd.factories import as_dtype, by_count, by_types, checked_device, factory, preserve_format
from mini_autograd.nested import array_of, checked_array
from mini_autograd.ops.conversion import copied_as
from mini_autograd.ops.writing import checked_number

from mini_autograd.schema import is_int, is_number
from mini_autograd.tensor import Size, Tensor, detached, make
from mini_autograd.types import Anything, Array, Bool, DType, Int, Ints, Number


def leaf(array: NDArray[Any], requires_grad: bool) -> Tensor:
    """A new leaf on an array; a RuntimeError if its dtype cannot require grad."""
    if requires_grad and array.dtype.kind not in "fc":
        raise tensor_errors.only_floating_at_creation()
    made = make(array)
    made._requires_grad = requires_grad
    return made


@factory
def tensor(
    _: Anything,
    data: Anything,
    *,
    dtype: DType | None = None,
    device: Anything = None,
    requires_grad: Bool = False,
    pin_memory: Bool = False,
) -> Tensor:
    """A leaf that holds a copy of numbers, nested sequences, an array or a tensor.

    Without a dtype it is inferred: Python floats have the default dtype, ints int64.

    Raises:
        ValueError: ragged sequences.
        TypeError, RuntimeError: something that is no number; integers that require grad.
    """
    if isinstance(data, Tensor):
        warnings.warn(errors.COPY_CONSTRUCT.format(call="torch.tensor"), UserWarning, stacklevel=3)
    return leaf(array_of(data, dtype), requires_grad)


@factory
def new_tensor(
    self: Anything,
    data: Anything,
    *,
    dtype: DType | None = None,
    device: Anything = None,
    requires_grad: Bool = False,
    pin_memory: Bool = False,
) -> Tensor:
    """`tensor`, by default of this tensor's dtype."""
    if isinstance(data, Tensor):
        warnings.warn(errors.COPY_CONSTRUCT.format(call="tensor.new_tensor"), stacklevel=3)
    return leaf(array_of(data, dtype or self.dtype), requires_grad)


def as_tensor(data: Any, dtype: Any = None, device: Any = None) -> Tensor:
    """A tensor of the data, on its memory if it is an array or a tensor of that dtype."""
    checked_device(device)
    wanted = as_dtype(dtype)
    if isinstance(data, Tensor):
        return data if wanted is None else data.to(wanted)  # type: ignore[no-any-return]
    if isinstance(data, np.ndarray) and (wanted is None or data.dtype == wanted.numpy):
        return make(checked_array(data))
    return make(array_of(data, wanted))


def from_numpy(array: NDArray[Any]) -> Tensor:
    """A tensor on the array's own memory."""
    if not isinstance(array, np.ndarray):
        raise errors.expected_ndarray(array)
    return make(checked_array(array))


def legacy(args: tuple[Any, ...], wanted: DType | None = None) -> Tensor:
    """What `Tensor(...)` gives: of ints a size, of a sequence its values, by default as floats.

    Raises:
        TypeError: a number that is no int, or text.
    """
    default = wanted or dtypes.get_default_dtype()
    if not args or isinstance(args[0], Size) or is_int(args[0]):
        size = args[0] if args and isinstance(args[0], Size) else args
        for position, each in enumerate(size, 1):
            if not is_int(each):
                raise errors.unpacked_size("new", position, each)
        return make(np.zeros(checked_size("empty", size if args else (0,)), default.numpy))
    (data,) = args
    if isinstance(data, Tensor):
        return detached(data)
    if is_number(data):
        raise errors.data_not_a_sequence(data)
    return make(array_of(data, default))


def checked_size(name: str, size: Ints) -> tuple[int, ...]:
    """A size as a tuple of ints that are not negative."""
    sizes = tuple(int(each) for each in size)
    for each in sizes:
        if each < 0:
            raise errors.negative_size(name, each, sizes)
    return sizes


def _filled(name: str, value: int) -> Callable[..., Tensor]:
    """`zeros`, `ones` or `empty`."""

    @factory(name=name)
    def made(
        _: Anything,
        size: Ints,
        *,
        dtype: DType | None = None,
        layout: Anything = None,
        device: Anything = None,
        pin_memory: Bool = False,
        requires_grad: Bool = False,
        memory_format: Anything = None,
    ) -> Tensor:
        wanted = dtype or dtypes.get_default_dtype()
        return leaf(np.full(checked_size(name, size), value, wanted.numpy), requires_grad)

    return made


def _new_filled(name: str, value: int) -> Callable[..., Tensor]:
    """`new_zeros`, `new_ones` or `new_empty`."""

    @factory(name=name)
    def made(
        self: Anything,
        size: Ints,
        *,
        dtype: DType | None = None,
        layout: Anything = None,
        device: Anything = None,
        pin_memory: Bool = False,
        requires_grad: Bool = False,
    ) -> Tensor:
        wanted = dtype or self.dtype
        size = checked_size(name, size)
        return leaf(np.full(size, value, wanted.numpy), requires_grad)

    return made


def _full_as(
    array: NDArray[Any], value: Any, wanted: np.dtype[Any] | None, memory_format: Any
) -> NDArray[Any]:
    if memory_format in (None, preserve_format):
        made = layouts.empty_as(array, wanted)
    else:
        made = copied_as(array, memory_format).astype(wanted or array.dtype)
    made[...] = value
    return made


def _like(name: str, value: int) -> Callable[..., Tensor]:
    """`zeros_like`, `ones_like` or `empty_like`."""

    @factory(name=name)
    def made(
        _: Anything,
        input: Array,
        *,
        dtype: DType | None = None,
        layout: Anything = None,
        device: Anything = None,
        pin_memory: Bool = False,
        requires_grad: Bool = False,
        memory_format: Anything = None,
    ) -> Tensor:
        wanted = None if dtype is None else dtype.numpy
        return leaf(_full_as(input._array, value, wanted, memory_format), requires_grad)

    return made


zeros: Final = _filled("zeros", 0)
ones: Final = _filled("ones", 1)
empty: Final = _filled("empty", 0)
new_zeros: Final = _new_filled("new_zeros", 0)
new_ones: Final = _new_filled("new_ones", 1)
new_empty: Final = _new_filled("new_empty", 0)
zeros_like: Final = _like("zeros_like", 0)
ones_like: Final = _like("ones_like", 1)
empty_like: Final = _like("empty_like", 0)


def _number(value: Any) -> Any:
    return value.item() if isinstance(value, Tensor) else value


@factory
def full(
    _: Anything,
    size: Anything,
    fill_value: Number | Array,
    *,
    dtype: DType | None = None,
    layout: Anything = None,
    device: Anything = None,
    pin_memory: Bool = False,
    requires_grad: Bool = False,
) -> Tensor:
    """A tensor of one number, by default of the number's dtype."""
    if not isinstance(size, (tuple, list)):
        raise argument_errors.wrong_type("full", "size", 1, "tuple of ints", size)
    value = _number(fill_value)
    wanted = (dtype or dtypes.of_number(value)).numpy
    size = checked_size("full", size)
    return leaf(np.full(size, checked_number(value, wanted), wanted), requires_grad)


@factory
def new_full(
    self: Anything,
    size: Ints,
    fill_value: Number | Array,
    *,
    dtype: DType | None = None,
    layout: Anything = None,
    device: Anything = None,
    pin_memory: Bool = False,
    requires_grad: Bool = False,
) -> Tensor:
    """A tensor of one number, by default of this tensor's dtype."""
    wanted = (dtype or self.dtype).numpy
    value = checked_number(_number(fill_value), wanted)
    return leaf(np.full(checked_size("full", size), value, wanted), requires_grad)


@factory
def full_like(
    _: Anything,
    input: Array,
    fill_value: Number | Array,
    *,
    dtype: DType | None = None,
    layout: Anything = None,
    device: Anything = None,
    pin_memory: Bool = False,
    requires_grad: Bool = False,
    memory_format: Anything = None,
) -> Tensor:
    """A tensor of one number, shaped as another and by default of its dtype."""
    wanted = input._array.dtype if dtype is None else dtype.numpy
    value = checked_number(_number(fill_value), wanted)
    return leaf(_full_as(input._array, value, wanted, memory_format), requires_grad)


@factory
def scalar_tensor(
    _: Anything,
    s: Number,
    *,
    dtype: DType | None = None,
    layout: Anything = None,
    device: Anything = None,
    pin_memory: Bool = False,
    requires_grad: Bool = False,
) -> Tensor:
    """A 0-d tensor, of the default dtype unless told."""
    wanted = (dtype or dtypes.get_default_dtype()).numpy
    return leaf(checked_number(s, wanted), requires_grad)


@factory
def eye(
    _: Anything,
    n: Int,
    m: Int | None = None,
    *,
    dtype: DType | None = None,
    layout: Anything = None,
    device: Anything = None,
    pin_memory: Bool = False,
    requires_grad: Bool = False,
) -> Tensor:
    """Ones on the diagonal of a matrix of `n` rows and `m` columns, `n` by default."""
    for name, each in (("n", n), ("m", n if m is None else m)):
        if each < 0:
            raise errors.negative_count(name, each)
    wanted = dtype or dtypes.get_default_dtype()
    return leaf(np.eye(n, m, dtype=wanted.numpy), requires_grad)


@factory(name="arange")
def _arange(
    _: Anything,
    start: Number,
    end: Number,
    step: Number = 1,
    *,
    dtype: DType | None = None,
    layout: Anything = None,
    device: Anything = None,
    pin_memory: Bool = False,
    requires_grad: Bool = False,
) -> Tensor:
    """The numbers from `start`, 0 by default, up to but not including `end`, in steps."""
    numbers = [_number(each) for each in (start, end, step)]
    if dtype is None:
        is_float = any(isinstance(each, (float, np.floating)) for each in numbers)
        dtype = dtypes.get_default_dtype() if is_float else dtypes.int64
    if dtype is dtypes.bool_:
        raise errors.not_implemented("arange_cpu", dtype)
    if numbers[2] == 0:
        raise errors.zero_step()
    if not (math.isfinite(numbers[0]) and math.isfinite(numbers[1])):
        raise errors.unbounded_range(*numbers[:2])
    is_integral = dtype.numpy.kind in "iu"
    counted = list(map(int, numbers)) if dtype is dtypes.int64 else numbers
    if counted[2] == 0:
        raise errors.zero_integral_step()
    if (counted[1] - counted[0]) * counted[2] < 0:
        raise errors.range_direction()
    # int64 is counted exactly; for a narrower integer torch counts before it cuts the numbers
    is_exact = all(isinstance(each, int) for each in counted)
    length, pace = counted[1] - counted[0], counted[2]
    count = -(-length // pace) if is_exact else math.ceil(length / pace)
    start, _end, step = map(int, numbers) if is_integral else numbers
    offsets = np.arange(count, dtype=np.int64 if is_integral else np.float64)
    return leaf((start + offsets * step).astype(dtype.numpy), requires_grad)


@factory(name="arange")
def _arange_to(
    _: Anything,
    end: Number,
    *,
    dtype: DType | None = None,
    layout: Anything = None,
    device: Anything = None,
    pin_memory: Bool = False,
    requires_grad: Bool = False,
) -> Tensor:
    made: Tensor = _arange(0, end, dtype=dtype, requires_grad=requires_grad)
    return made


_OPTIONS: Final = (
    "torch.dtype dtype = None, torch.layout layout = None, torch.device device = None, "
    "bool pin_memory = False, bool requires_grad = False)"
)
arange: Final = by_count(
    "arange",
    {1: _arange_to, 2: _arange, 3: _arange},
    (
        f"(Number end, *, Tensor out = None, {_OPTIONS}",
        f"(Number start, Number end, *, {_OPTIONS}",
        f"(Number start, Number end, Number step = 1, *, Tensor out = None, {_OPTIONS}",
    ),
)


_LINSPACE_FORMS: Final = tuple(
    f"({first} start, {last} end, int steps, *, Tensor out = None, {_OPTIONS}"
    for first, last in (
        ("Tensor", "Tensor"), ("Number", "Tensor"), ("Tensor", "Number"), ("Number", "Number"),
    )
)  # fmt: skip


@factory(name="linspace")
def _linspace(
    _: Anything,
    start: Number | Array,
    end: Number | Array,
    steps: Int,
    *,
    dtype: DType | None = None,
    layout: Anything = None,
    device: Anything = None,
    pin_memory: Bool = False,
    requires_grad: Bool = False,
) -> Tensor:
    """`steps` numbers at equal distances from `start` to `end`, both included."""
    ranks = [each._array.ndim for each in (start, end) if isinstance(each, Tensor)]
    if any(ranks):
        raise errors.linspace_ends(*ranks)
    first, last = _number(start), _number(end)
    if steps < 0:
        raise errors.negative_steps()
    wanted = (dtype or dtypes.of_number(float(first))).numpy
    inner = np.dtype(np.float64) if wanted.kind in "iu" else wanted
    if wanted.kind in "iu":
        first, last = int(first), int(last)
    low, high = inner.type(first), inner.type(last)
    step = (high - low) / inner.type(max(steps - 1, 1))
    # Each half is reckoned from its own end, so that both ends are exact.
    offsets = np.arange(steps)
    rising = low + step * offsets.astype(inner)
    falling = high - step * (steps - 1 - offsets).astype(inner)
    values = np.where(offsets < max(steps // 2, 1), rising, falling)
    return leaf(values.astype(wanted), requires_grad)




def _is_end(value: Any) -> bool:
    return isinstance(value, Tensor) or is_number(value)


linspace: Final = by_types(
    "linspace", _linspace, (("start", _is_end), ("end", _is_end), ("steps", is_int)), _LINSPACE_FORMS
)

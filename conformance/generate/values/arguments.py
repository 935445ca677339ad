"""How each kind of argument is drawn: one row a kind."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from conformance.catalogue.entry import Arg, Kind
from conformance.generate.drawing.tape import Tape
from conformance.generate.values import shaping
from conformance.generate.values.indexes import (
    index,
    index_tensors,
    selected,
    value_written,
    values_like,
)
from conformance.generate.values.operands import Call
from conformance.generate.values.values import number
from conformance.program.values import DType, Value


def argument(call: Call, arg: Arg) -> Value:
    """A value for the argument, which the call takes note of; the same one when asked again."""
    key = arg.name or arg.kind
    if key not in call.arguments:
        call.arguments[key] = ARGUMENTS[arg.kind](call, call.drawing.tape)
    return call.arguments[key]


def ahead(call: Call, name: str) -> None:
    """Draw now an argument that is written later, since what is drawn next depends on it."""
    for param in call.signature:
        if isinstance(param, Arg) and param.name == name and name not in call.omitted:
            argument(call, param)


def rank_of(call: Call) -> int:
    """How many dims the first tensor has."""
    return len(call.first.shape)


def _wrapped(tape: Tape, dim: int, rank: int) -> int:
    """A dim as it is, or counted from the end."""
    return dim - max(rank, 1) if tape.chance(40) else dim


def _dim(call: Call, tape: Tape) -> int:
    rank = rank_of(call)
    return _wrapped(tape, tape.below(max(rank, 1)), rank)


def _later_dim(call: Call, tape: Tape) -> int:
    rank = max(rank_of(call), 1)
    start = call.arguments.get("start_dim", 0)
    first = start % rank if isinstance(start, int) else 0
    return _wrapped(tape, tape.between(first, rank - 1), rank)


def _other_dim(call: Call, tape: Tape) -> int:
    rank = max(rank_of(call), 1)
    first = call.arguments.get("dim1", 0)
    step = 1 + tape.below(max(rank - 1, 1))
    return _wrapped(tape, ((first if isinstance(first, int) else 0) + step) % rank, rank)


def _some_dims(call: Call, tape: Tape) -> tuple[int, ...]:
    """Different dims in any order, all of them at times."""
    rank = rank_of(call)
    left = list(range(rank))
    taken = [left.pop(tape.below(len(left))) for _ in range(tape.below(rank + 1))]
    return tuple(_wrapped(tape, dim, rank) for dim in taken)


def _dims(call: Call, tape: Tape) -> Value:
    if tape.chance(50):
        return _some_dims(call, tape) or _dim(call, tape)
    return _dim(call, tape)


def _permuted(call: Call, tape: Tape) -> tuple[int, ...]:
    left = list(range(rank_of(call)))
    rank = len(left)
    return tuple(_wrapped(tape, left.pop(-1 - tape.below(len(left))), rank) for _ in range(rank))


def _matched(call: Call, tape: Tape) -> Value:
    """As many dims as the argument before it has."""
    source = call.arguments.get("source")
    if not isinstance(source, tuple):
        return _dim(call, tape)
    return _permuted(call, tape)[: len(source)]


def _rolled(call: Call, tape: Tape) -> Value:
    """As many dims as there are shifts."""
    shifts = call.arguments.get("shifts")
    if not isinstance(shifts, tuple):
        return _dim(call, tape)
    return _permuted(call, tape)[: len(shifts)]


def _shifts(call: Call, tape: Tape) -> Value:
    along_dims = len(call.signature) > 2
    if along_dims and rank_of(call) > 1 and tape.chance(30):
        return (tape.between(1, 3), tape.pick((-1, 0, 2)))
    return tape.pick((1, -1, 2, 5, 0))


def _new_dim(call: Call, tape: Tape) -> int:
    rank = rank_of(call) + 1
    return _wrapped(tape, tape.below(rank), rank)


def _squeezable(call: Call, tape: Tape) -> Value:
    shape = call.first.shape
    ones = [dim for dim, size in enumerate(shape) if size == 1]
    if ones and not tape.chance(30):
        chosen = _wrapped(tape, tape.pick(ones), len(shape))
        return (chosen,) if tape.chance(25) else chosen
    return _dims(call, tape)


def size_along(call: Call) -> int:
    """The size along the argument `dim`, 0 if it is left out."""
    shape = call.first.shape
    dim = call.arguments.get("dim", 0)
    return shape[dim % len(shape)] if shape and isinstance(dim, int) else 1


def _position(call: Call, tape: Tape) -> int:
    size = size_along(call)
    return _wrapped(tape, tape.below(max(size, 1)), size)


def _start(call: Call, tape: Tape) -> int:
    size = size_along(call)
    return _wrapped(tape, tape.below(max(size, 1)), size) if size else 0


def _length(call: Call, tape: Tape) -> int:
    size = size_along(call)
    start = call.arguments.get("start", 0)
    first = start % size if size and isinstance(start, int) else 0
    return size - first - tape.below(size - first + 1) if size else 0


def _split(call: Call, tape: Tape) -> Value:
    ahead(call, "dim")
    size = size_along(call)
    if tape.chance(45):
        first = tape.below(size + 1)
        return [first, size - first]
    return tape.between(1, 3)


def _expanded(call: Call, tape: Tape) -> tuple[int, ...]:
    sizes = [
        (tape.between(1, 3) if size == 1 else -1 if tape.chance(25) else size)
        for size in call.first.shape
    ]
    return (tape.between(1, 3), *sizes) if tape.chance(30) else tuple(sizes)


def _repeats(call: Call, tape: Tape) -> tuple[int, ...]:
    counts = tuple(tape.pick((1, 2, 1, 2, 3, 0)) for _ in call.first.shape)
    return (2, *counts) if tape.chance(25) else counts


def _index_tensors(call: Call, tape: Tape) -> Value:
    ahead(call, "accumulate")
    return index_tensors(call, tape, repeated=bool(call.arguments.get("accumulate")))


def _values_put(call: Call, tape: Tape) -> Value:
    return values_like(call, selected(call, "indices") if tape.chance(70) else ())


def _source_along(call: Call, tape: Tape) -> Value:
    """As many as there are indices along the dim, and elsewhere the first one's sizes."""
    shape, dim = call.first.shape, call.arguments.get("dim", 0)
    if not isinstance(dim, int) or not shape:
        return values_like(call, shape)
    dim %= len(shape)
    count = call.tensors[1].size
    return values_like(call, (*shape[:dim], count, *shape[dim + 1 :]))


def _number(call: Call, tape: Tape) -> Value:
    return number(tape, frozenset({call.first.category}))


def _finite_number(call: Call, tape: Tape) -> Value:
    return number(tape, frozenset({call.first.category}), special=False)


def _cast(call: Call, tape: Tape) -> DType:
    names = ("float32", "float64", "int64", "float16", "bool", "int32")
    # A cast of a complex tensor to a real one warns and drops half of it; rare is enough.
    if call.first.category == "complex" and not tape.chance(20):
        return DType(tape.pick(("complex64", "complex128")))
    return DType(tape.pick(names))


def _float_dtype(call: Call, tape: Tape) -> DType:
    if call.first.category == "complex":
        return DType(tape.pick(("complex64", "complex128")))
    return DType(tape.pick(("float64", "float32", "float64", "float16")))


ARGUMENTS: Mapping[Kind, Callable[[Call, Tape], Value]] = {
    "alpha": _number,
    "bound": _number,
    "chunks": lambda call, tape: tape.between(1, 4),
    "correction": lambda call, tape: tape.pick((0, 1, 2, 0.5)),
    "diagonal": lambda call, tape: tape.pick((0, 1, -1, 2)),
    "dim": _dim,
    "dims": _dims,
    "dims_matched": _matched,
    "dims_moved": _dims,
    "dims_permuted": _permuted,
    "dims_together": _some_dims,
    "dtype": _cast,
    "finite_number": _finite_number,
    "flag": lambda call, tape: not tape.chance(40),
    "float_dtype": _float_dtype,
    "ignore_index": lambda call, tape: tape.pick((0, 1, -100)),
    "index": index,
    "index_tensors": _index_tensors,
    "later_dim": _later_dim,
    "length": _length,
    "new_dim": _new_dim,
    "number": _number,
    "order": lambda call, tape: tape.pick(
        (2, 1, 3, 0, 2.0, float("inf"), float("-inf"), 0.5, 1.5, "fro")
    ),
    "other_dim": _other_dim,
    "position": _position,
    "range_dim": _dim,
    "reduction": lambda call, tape: tape.pick(("sum", "none", "mean")),
    "repeats": _repeats,
    "rolled_dims": _rolled,
    "rounding_mode": lambda call, tape: tape.pick(("floor", "trunc", None)),
    "shape_expanded": _expanded,
    "shape_reshaped": lambda call, tape: shaping.reshaped(tape, call.first.shape),
    "shifts": _shifts,
    "smoothing": lambda call, tape: tape.pick((0.1, 0.0, 0.5, 1.0)),
    "source_along": _source_along,
    "source_gathered": lambda call, tape: values_like(call, call.tensors[1].shape),
    "split": _split,
    "squeezable": _squeezable,
    "start": _start,
    "value_written": value_written,
    "values_put": _values_put,
}
"""A valid value of each kind, given the operands and arguments before it."""

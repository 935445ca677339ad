"""What stands between the square brackets of a tensor, and what is written there."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from conformance.generate.drawing.tape import Tape, weighted
from conformance.generate.values import making, shaping
from conformance.generate.values.values import Array, indices, number
from conformance.program.inputs import Input
from conformance.program.values import Value

if TYPE_CHECKING:
    from conformance.generate.values.operands import Call

_READ = weighted(
    ("slice", 38), ("integer", 26), ("none", 8), ("tensor", 12), ("mask", 8), ("list", 8)
)
# Where two indices name one element, which of two values is written there is not defined.
_WRITTEN = weighted(("slice", 50), ("integer", 35), ("none", 5), ("mask", 10))


def index(call: Call, tape: Tape) -> Value:
    """An index that fits the first tensor: basic for the most part, else with tensors, masks and
    lists; a single item, or a tuple of items with an ellipsis at times."""
    shape = call.first.shape
    rows = _WRITTEN if call.writes else _READ
    items: list[Value] = []
    dim = 0
    for _ in range(max(1, min(len(shape), 1 + tape.below(3)))):
        item, taken = _item(call, tape, tape.pick(rows), shape, dim)
        if taken and dim + taken > len(shape):
            break
        items.append(item)
        dim += taken
    if tape.chance(12):
        items.append(...)
    return items[0] if len(items) == 1 and not tape.chance(15) else tuple(items)


def _item(call: Call, tape: Tape, kind: str, shape: shaping.Shape, dim: int) -> tuple[Value, int]:
    """One item, and how many dims it takes."""
    if kind == "none" or dim >= len(shape):
        return (None if tape.chance(50) or dim else ...), 0
    size = shape[dim]
    if kind == "slice" or not size:
        return _slice(tape, size), 1
    if kind == "integer":
        return tape.below(size) - (size if tape.chance(40) else 0), 1
    if kind == "list":
        return indices(tape, tape.between(1, 3), size).tolist(), 1
    if kind == "mask":
        rank = 2 if dim + 1 < len(shape) and tape.chance(30) else 1
        return _mask(call, tape, shape[dim : dim + rank]), rank
    return _index_tensor(call, tape, size), 1


def _slice(tape: Tape, size: int) -> slice:
    start = tape.pick((None, 0, 1, -1, -2, size))
    stop = tape.pick((None, size, -1, 1, 2, size + 2))
    return slice(start, stop, tape.pick((None, None, None, 1, 2, 3)))


def _mask(call: Call, tape: Tape, shape: shaping.Shape) -> Value:
    return call.drawing.fresh(lambda name: making.tensor(tape, name, "bool", shape)).ref


def _index_tensor(call: Call, tape: Tape, size: int) -> Value:
    shape = tape.pick(((2,), (), (3,), (2, 2), (1,)))
    values = indices(tape, shaping.product(shape), size).reshape(shape)
    if tape.chance(25):
        values = values - size
    return _made(call, values)


def value_written(call: Call, tape: Tape) -> Value:
    """A number or a new tensor: one that is there already may share the memory written to."""
    target = call.first
    if tape.chance(45):
        shape = selected(call, "index") if tape.chance(60) else ()
        whole = target.category in ("int", "bool")
        dtype = target.dtype if tape.chance(70) or whole else making.dtype(tape)
        return call.drawing.fresh(lambda name: making.tensor(tape, name, dtype, shape)).ref
    return number(tape, frozenset({target.category}))


def index_tensors(call: Call, tape: Tape, *, repeated: bool) -> Value:
    """Tensors that index the first dims together, as `index_put` takes them; a mask at times.
    Where two of them name one element, which of two values is put there is not defined."""
    shape = call.first.shape
    if tape.chance(15):
        return (_mask(call, tape, shape[:1]),)
    sizes = shape[: 1 + tape.below(len(shape))]
    count = tape.between(1, 3) if all(sizes) else 0
    rows = [indices(tape, count, size) for size in sizes]
    if not repeated:
        count = min(count, sizes[0])
        rows = [row[:count] for row in rows]
        rows[0] = (np.arange(count) + tape.below(max(sizes[0], 1))) % max(sizes[0], 1)
    if tape.chance(25):
        rows[0] = rows[0] - sizes[0]
    return tuple([_made(call, row) for row in rows])


def _made(call: Call, values: Array) -> Value:
    return call.drawing.fresh(lambda name: Input.of(name, values)).ref


def values_like(call: Call, shape: shaping.Shape) -> Value:
    """A new tensor of the first one's dtype, whose values go into it."""
    dtype = call.first.dtype
    return call.drawing.fresh(
        lambda name: making.tensor(call.drawing.tape, name, dtype, shape, special=False)
    ).ref


def selected(call: Call, argument: str) -> shaping.Shape:
    """The shape of what the index selects that was drawn as this argument."""
    resolved = call.drawing.session.names.resolve(call.arguments[argument])
    items = resolved if isinstance(resolved, tuple) else (resolved,)
    plain = tuple(item.numpy() if hasattr(item, "numpy") else item for item in items)
    try:
        selected = np.broadcast_to(np.empty(()), call.first.shape)[plain]
    except IndexError:
        return ()
    return tuple(selected.shape)

"""How the tensors of a call are drawn: mostly one that is there already, else a new input."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from conformance.catalogue.entry import (
    ANY,
    INEXACT,
    Category,
    OpEntry,
    Operand,
    SampleInput,
    Signature,
)
from conformance.generate.drawing.drawing import Drawing, Live
from conformance.generate.drawing.tape import weighted
from conformance.generate.values import making, shaping
from conformance.generate.values.shaping import Shape, Sizes, broadcast
from conformance.generate.values.values import indices
from conformance.program.inputs import Input
from conformance.program.values import COMPLEX, Value

_WITHIN: Mapping[Category, frozenset[Category]] = {
    "bool": frozenset({"bool"}),
    "int": frozenset({"bool", "int"}),
    "float": frozenset({"bool", "int", "float"}),
    "complex": ANY,
}
"""What may be written into a tensor of each category."""


@dataclass(slots=True)
class Call:
    """A call in the course of being drawn."""

    drawing: Drawing
    entry: OpEntry
    signature: Signature
    writes: bool
    omitted: set[str] = field(default_factory=set)
    letters: Sizes = field(default_factory=dict)
    tensors: list[Live] = field(default_factory=list)
    arguments: dict[str, Value] = field(default_factory=dict)

    @property
    def first(self) -> Live:
        """The first tensor."""
        return self.tensors[0]

    @property
    def together(self) -> Shape:
        """The shape that the tensors so far broadcast to."""
        result = self.first.shape
        for live in self.tensors[1:]:
            result = broadcast(result, live.shape) or result
        return result

    def may_take_part(self, live: Live) -> bool:
        """Whether the tensor may be written to, or read by a call that writes to the first."""
        if not self.tensors:
            allowed = self.drawing.flawed or not _is_guarded(self, live)
            return allowed and self.drawing.may_be_written(live)
        if live.ref == self.first.ref and self.entry.family == "pointwise":
            return True
        # Reading and writing one memory in two layouts is not defined.
        return not live.shares_memory(self.first)

    def broadcasts(self, shape: Shape, within: bool) -> bool:
        """Whether the shape broadcasts with those so far; `within`, to that of the first."""
        if within:
            return broadcast(self.first.shape, shape) == self.first.shape
        return broadcast(self.together, shape) is not None

    def partner(self, within: bool) -> Shape:
        """A drawn shape that does."""
        of = self.first.shape if within else self.together
        return shaping.partner(self.drawing.tape, of, within=within)

    def grad_percent(self, constant: bool) -> float:
        """How many of a hundred new inputs are to require grad."""
        if self.writes and not self.tensors and not self.drawing.flawed:
            return 1.0
        if constant or (self.writes and not self.tensors):
            return 6.0
        return 98.0 if self.drawing.walked else 85.0


# Which of the tensors that fit is taken, or that it is a new one.
_FIRST_PLACES = weighted((0, 62), (1, 16), (2, 8), (3, 6), (5, 4), (None, 14))
_PLACES = weighted((0, 30), (1, 22), (2, 14), (3, 8), (5, 4), (None, 40))


OTHER_PERCENT = 35.0  # of the operands may have another dtype than the first
FRESH_PERCENT = 30.0  # of the operands in a program of few dtypes are new inputs
OTHER_OF_FEW_PERCENT = 75.0  # of them in a program of few dtypes


def operand(call: Call, spec: Operand) -> Live:
    """A tensor for the operand; the call takes note of it."""
    place = call.drawing.tape.pick(_PLACES if call.tensors else _FIRST_PLACES)
    if call.entry.conventions and call.drawing.tape.chance(30):
        place = None  # The values that its conventions are about are drawn into new inputs.
    elif call.drawing.tape.dtypes and call.drawing.tape.chance(FRESH_PERCENT):
        place = None  # Of results with a graph, which are taken first, few are of a rare dtype.
    fitting = []
    if place is not None and not spec.indexes:
        fitting = in_order(call, [lv for lv in call.drawing.live() if _fits(call, spec, lv)])
    live = fitting[(place or 0) % len(fitting)] if fitting else fresh(call, spec)
    call.tensors.append(live)
    if spec.shape not in RELATIONS:
        call.letters = shaping.matches(spec.shape, live.shape, call.letters) or call.letters
    return live


def in_order(call: Call, fitting: list[Live]) -> list[Live]:
    """The best first. To write into: a tensor to which something else was done before. To read:
    one that was then written to, or a gradient. Then results with a graph, newest first, so that
    graphs grow deep, and tensors that the call does not have yet, so that graphs join."""
    history = call.drawing.history
    if call.writes and not call.tensors:
        # Few functions have whole numbers as values.
        inexact = [live for live in fitting if live.category in INEXACT]
        whole = not inexact or call.drawing.tape.chance(15)
        return sorted(
            fitting if whole else inexact,
            key=lambda live: (
                live.category not in INEXACT,
                -history.weight(live.ref.name),
                live.is_leaf,
            ),
        )
    taken = {live.ref for live in call.tensors}
    mixed = bool(call.tensors and call.drawing.tape.dtypes)
    return sorted(
        fitting,
        key=lambda live: (
            mixed and live.dtype == call.first.dtype,
            live.ref in taken or not history.is_telling(live.ref.name),
            live.is_leaf,
            live.ref in taken,
        ),
    )


def anything(call: Call) -> Live:
    """A tensor of any shape and dtype, which the op may well refuse."""
    tape = call.drawing.tape
    tensors_there = call.drawing.live()
    if tensors_there and tape.chance(50):
        live = tape.pick(tensors_there)
    else:
        live = call.drawing.fresh(
            lambda name: making.tensor(tape, name, making.dtype(tape), shaping.shape(tape))
        )
    call.tensors.append(live)
    return live


def _fits(call: Call, spec: Operand, live: Live) -> bool:
    return (
        live.category in _categories(call, spec)
        and not _makes_complex_half(call, live.dtype)
        and (not spec.alike or not call.tensors or live.dtype == call.first.dtype)
        and _fits_shape(call, spec, live.shape)
        and (not call.writes or call.may_take_part(live))
        and (not spec.constant or not live.requires_grad or call.drawing.flawed)
        and (not call.drawing.walked or live.category in INEXACT or not spec.dtypes & INEXACT)
        and (spec.domain != "finite" or _is_moderate(live))
        and (spec.domain != "divisor" or not call.writes or bool(live.values().all()))
    )


def _makes_complex_half(call: Call, dtype: str) -> bool:
    """Whether halves would meet complex numbers: of one such number torch makes a complex32,
    an experiment by its own warning, which is not drawn."""
    dtypes = [dtype, *(live.dtype for live in call.tensors)]
    return "float16" in dtypes and any(each in COMPLEX for each in dtypes)


def _categories(call: Call, spec: Operand) -> frozenset[Category]:
    if call.writes and call.tensors:
        return spec.dtypes & _WITHIN[call.first.category]
    return spec.dtypes


def _is_guarded(call: Call, live: Live) -> bool:
    """Whether torch refuses to write into it: a leaf that requires grad, or a view of one, where
    grad mode is on."""
    if not call.drawing.grad_enabled:
        return False
    leaves = [other for other in call.drawing.live() if other.is_leaf and other.requires_grad]
    return any(live.shares_memory(leaf) for leaf in leaves)


def _is_moderate(live: Live) -> bool:
    """Whether the values are defined as integers of any width."""
    if live.category in ("int", "bool"):
        return True
    values = live.values()
    with np.errstate(invalid="ignore"):
        return bool((np.abs(values) < 100).all())


def _fits_shape(call: Call, spec: Operand, shape: Shape) -> bool:
    if spec.shape == "any":
        return True
    if spec.shape in RELATIONS:
        if not call.tensors:
            return bool(shape) or spec.shape != "joinable"
        if spec.shape == "same":
            return shape == call.first.shape
        if spec.shape == "joinable":
            return _joins(shape, call.first.shape, _dim(call))
        if spec.shape == "gathered":
            return False  # Indices are always new inputs.
        return call.broadcasts(shape, _within(call, spec))
    return shaping.matches(spec.shape, shape, call.letters) is not None


RELATIONS = frozenset({"any", "same", "broadcast", "expandable", "joinable", "gathered"})


def _within(call: Call, spec: Operand) -> bool:
    """Whether the operand is to broadcast to the first one's shape."""
    return call.writes or spec.shape == "expandable"


def _joins(shape: Shape, first: Shape, dim: int) -> bool:
    return (
        len(shape) == len(first) > 0
        and shape[:dim] == first[:dim]
        and shape[dim + 1 :] == first[dim + 1 :]
    )


def _dim(call: Call) -> int:
    """The argument `dim`, counted from the front; 0 where it is left out."""
    dim = call.arguments.get("dim", 0)
    rank = len(call.first.shape)
    return dim % rank if isinstance(dim, int) and rank else 0


def fresh(call: Call, spec: Operand) -> Live:
    """A new input made for the operand."""
    tape = call.drawing.tape
    shape = _fresh_shape(call, spec)
    if spec.indexes:
        bound = _bound(call, spec)
        values = indices(tape, shaping.product(shape), bound).reshape(shape)
        return call.drawing.fresh(lambda name: Input.of(name, values))
    dtype = _fresh_dtype(call, spec)
    grad_percent = call.grad_percent(spec.constant)
    if given := _of_the_theme(call, spec):
        return call.drawing.fresh(
            lambda name: making.like_sample(tape, name, given, dtype, grad_percent=grad_percent)
        )
    return call.drawing.fresh(
        lambda name: making.tensor(
            tape,
            name,
            dtype,
            shape,
            domain="real" if spec.domain == "divisor" and not call.writes else spec.domain,
            edges=bool(call.entry.conventions),
            grad_percent=grad_percent,
        )
    )


def _of_the_theme(call: Call, spec: Operand) -> SampleInput | None:
    """A tensor that the program's theme takes, if there is one and this is to be like it."""
    theme = call.drawing.theme
    if theme is None or call.tensors or spec.shape != "any" or spec.domain not in _UNBOUND:
        return None
    given = [each for each in theme.sample.inputs if not each.dtype]
    return call.drawing.tape.pick(given) if given and call.drawing.tape.chance(60) else None


_UNBOUND = frozenset({"real", "positive", "probability"})  # where other values are no fault


def _fresh_dtype(call: Call, spec: Operand) -> str:
    tape = call.drawing.tape
    categories = _categories(call, spec)
    other = OTHER_OF_FEW_PERCENT if tape.dtypes else OTHER_PERCENT
    if call.tensors and (spec.alike or not tape.chance(other)):
        first = call.first
        # What a condition chooses from is no condition.
        if first.category in categories and (spec.alike or _may_be_like_the_first(call, spec)):
            return first.dtype
    if call.tensors and (others := making.others(tape, call.first.dtype, categories)):
        return tape.pick(others)
    inexact = call.drawing.walked or (call.writes and not call.tensors)
    if inexact and not tape.chance(15):
        categories = categories & INEXACT or categories
    dtype = making.dtype(tape, categories or ANY)
    return "float32" if _makes_complex_half(call, dtype) else dtype


def _may_be_like_the_first(call: Call, spec: Operand) -> bool:
    first = call.signature[0]
    return isinstance(first, Operand) and bool(first.dtypes & INEXACT or not spec.dtypes & INEXACT)


def _fresh_shape(call: Call, spec: Operand) -> Shape:
    tape = call.drawing.tape
    if spec.shape not in RELATIONS:
        return shaping.by_pattern(tape, spec.shape, call.letters)
    if not call.tensors or spec.shape == "any":
        return shaping.shape(tape) or ((2,) if spec.shape == "joinable" else ())
    first = call.first.shape
    if spec.shape == "same":
        return first
    if spec.shape == "joinable":
        dim = _dim(call)
        return (*first[:dim], tape.between(1, 3), *first[dim + 1 :])
    if spec.shape == "gathered":
        return _gathered(call, first)
    return call.partner(_within(call, spec))


def _gathered(call: Call, first: Shape) -> Shape:
    """As many indices along the dim as one likes, and elsewhere the sizes of the first."""
    dim = _dim(call)
    count = call.drawing.tape.between(1, 3) if first[dim] else 0
    return (*first[:dim], count, *first[dim + 1 :])


def _bound(call: Call, spec: Operand) -> int:
    if spec.indexes == "numel":
        return call.first.size
    if spec.indexes == "dim":
        return call.first.shape[_dim(call)] if call.first.shape else 1
    size = call.letters.get(spec.indexes, 1)
    return size if isinstance(size, int) else 1

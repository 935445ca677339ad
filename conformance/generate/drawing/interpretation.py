"""How bytes become a program: one reading of choices, for whoever makes them.

Hypothesis draws the bytes in a property test, and a plain generator in a campaign; what the one
has found the other runs by the same bytes.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Collection, Iterable, Mapping
from itertools import accumulate
from typing import TypeAlias

from conformance.engines import TorchLike
from conformance.generate.drawing.drawing import WIDE, Drawing
from conformance.generate.drawing.drawn import Drawn
from conformance.generate.drawing.features import FLAWED_PERCENT, pair_of, switched_on
from conformance.generate.drawing.ops import Ops
from conformance.generate.drawing.tape import Tape, sizes_of_a_program
from conformance.generate.planning.steering import awaits_walk, steered
from conformance.generate.steps import calls, contexts, hooks, memory, reads
from conformance.generate.steps.custom import applying, calling, differentiating
from conformance.generate.steps.odd import into, scalars
from conformance.generate.steps.walks import leaves, passes, roots, sizes
from conformance.generate.values import making
from conformance.program.steps import Backward, Grad, Step

Choices: TypeAlias = Callable[[int], bytes]
"""Gives so many bytes, the next ones each time that it is asked."""

ROW = 32  # bytes a step: enough for nearly all; the choices beyond are the simplest
SWITCHES = 72  # bytes that say what the program may use
HEADER = SWITCHES + ROW  # with those that say how it ends

MOST_STEPS = 12
_SHORT = (1, 3, 4, 5, 6, 7, 3, 8, 2, 5, 9, 4, 6, 12, 4, 7)
_LONG = (6, 9, 12, 4, 8, 11, 5, 10, 12, 7, 3, 9, 12, 8, 6, 1)
STEPS = (*_SHORT, *_SHORT, *_SHORT, *_LONG)  # how many are drawn, each as often
JOIN_PERCENT = 30.0  # of the programs that end with `backward` join two graphs before
STEPS_A_PASS = 5  # that are drawn allow for one pass more at the end
MORE_PERCENT = 80.0  # of these, where they come to what none has met
LEAVE_PERCENT = 30.0  # of the steps within a `with` block end it
WANTED = 3  # times as often is a feature used that is asked for
FOLLOW_PERCENT = 40.0  # of the steps go on with what an earlier one began

_DrawStep = Callable[[Drawing], Step | None]
_Weighted = tuple[tuple[_DrawStep, int], ...]

_ALWAYS: _Weighted = ((calls.plain, 36), (passes.backward, 12), (sizes.again, 3))

STEPS_OF_FEATURES: Mapping[str, _Weighted] = {
    "in-place": ((calls.write, 50),),
    "items": ((calls.item, 10),),
    "views": ((calls.view, 54), (memory.as_strided, 3)),
    "detach": ((memory.detach, 16),),
    ".data": ((memory.data, 10), (memory.set_data, 8)),
    "copies": ((memory.copy, 16),),
    "del": ((memory.forget, 20),),
    "tensor hooks": ((hooks.on_tensor, 22), (hooks.twin, 4)),
    "accumulate hooks": ((hooks.on_accumulation, 20),),
    "node hooks": ((hooks.on_node, 22),),
    "multi-grad hooks": ((hooks.on_several, 16),),
    "hook removal": ((hooks.remove, 28),),
    "pack hooks": ((contexts.pack, 24),),
    "grad modes": ((contexts.grad_mode, 14),),
    "inference mode": ((contexts.inference, 12),),
    "other modes": ((contexts.other, 14),),
    "left by an error": (),
    "functions": ((applying.apply, 34),),
    "functional": ((differentiating.functional, 14),),
    "autograd.grad": ((passes.grad, 20),),
    "create_graph": ((leaves.use_grad, 4),),
    "retain_graph": ((passes.backward, 12),),
    "inputs=": (),
    "set .grad": ((leaves.set_grad, 14),),
    "clear .grad": ((leaves.clear_grad, 14),),
    "use .grad": ((leaves.use_grad, 22),),
    "requires_grad_": ((leaves.requires_grad, 14),),
    "retain_grad": ((leaves.retain_grad, 18),),
    "reads": ((reads.read, 22),),
    "several roots": ((roots.several, 30),),
    "gradient edges": ((roots.edge, 20), (roots.through_edges, 24)),
    "set_": ((memory.set_, 20),),
    "grad_dtype": ((leaves.set_grad_dtype, 20),),
    "out=": ((into.into, 30),),
    "NumPy scalars": ((scalars.scalar_operand, 30),),
    "life times": ((memory.life, 44),),
    "decorators": ((calling.decorated, 22),),
    "threads": ((calling.in_a_thread, 22),),
    "deep graphs": ((calling.repeated, 20),),
    "checkpoint": ((calling.checkpointed, 24),),
    "vmap": ((calling.mapped, 28),),
    "forward AD": ((calling.along, 20), (contexts.dual, 24)),
}
"""For each feature the steps that may use it, and how often they are drawn beside those of every
program. A feature with an empty row changes how the steps of another are drawn."""


def replayed(parts: Iterable[bytes]) -> Choices:
    """The choices that are recorded in these bytes; after their end the simplest ones."""
    left = iter(parts)
    return lambda size: next(left, b"").ljust(size, b"\0")


def interpret(
    reference: TorchLike,
    ops: Ops,
    choices: Choices,
    *,
    features: frozenset[str] | None = None,
    max_steps: int = MOST_STEPS,
) -> Drawn:
    """The program that the choices make: a header says how many steps are drawn, what they may
    use, and how the program ends; a row of bytes is read for each step. Any bytes give a program.

    A row of zeros is no step, so that one may be taken out and leave the others as they are.

    Args:
        features: those that the program may use, each often; any of them where this is None.
        max_steps: the most steps that are drawn; two may be added, an op that joins two graphs
            and a last `backward`; and a pass more for every five.
    """
    header = choices(HEADER)
    first, last = Tape(header[ROW:]), Tape(header[:ROW])
    drawing = Drawing(reference, ops)
    count = drawing.most = min(first.pick(STEPS), max_steps)
    drawing.flawed = first.chance(FLAWED_PERCENT)
    sizes = last.sizes = sizes_of_a_program(first)
    drawing.features = switched_on(first, features)
    pair = pair_of(first) if features is None else ()
    drawing.features |= {*pair}
    drawing.theme = ops.theme(first)
    asks_no_view = features is not None and "views" not in features
    if drawing.theme and drawing.theme.entry.view and asks_no_view:
        drawing.theme = None
    dtypes = last.dtypes = making.dtypes_of_a_program(first)
    if drawing.theme and features is None:
        drawing.features |= {"views"}  # by which other tensors come to the shapes that it takes
    table = _Table(drawing.features, features or pair)
    try:
        for row in [choices(ROW) for _ in range(count)]:
            if any(row) and drawing.left > 0:
                drawing.tape = Tape(row, sizes, dtypes)
                drawing.take(_survived(drawing, _step(drawing, table)))
        drawing.tape = last
        if not drawing.steps:
            drawing.take(calls.plain(drawing))
        _finish(drawing)
    except BaseException:
        drawing.session.finish()
        raise
    return drawing.finish()


def of_many_steps(header: bytes) -> bytes:
    """The header with a choice of more steps. A campaign draws longer programs, since some faults
    show in no short one; a property test needs its time for many examples, and to shrink them."""
    long = len(STEPS) - len(_LONG) + header[-1] % len(_LONG)
    return header[:-1] + bytes([long])


class _Table:
    """The steps that a program may draw, each as often as it weighs. Two numbers that are next to
    each other name steps that are far from each other: Hypothesis seeks by small changes."""

    def __init__(self, features: frozenset[str], wanted: Collection[str]) -> None:
        rows = [
            (draw, weight * (WANTED if name in wanted else 1))
            for name, rows in STEPS_OF_FEATURES.items()
            if name in features
            for draw, weight in rows
        ]
        self.steps = [draw for draw, _ in (*_ALWAYS, *rows)]
        self.ends = [*accumulate(weight for _, weight in (*_ALWAYS, *rows))]

    def step(self, number: int) -> _DrawStep:
        """What draws the step of that number; the plainest is that of 0."""
        return self.steps[bisect_right(self.ends, number * _STRIDE % self.ends[-1])]


_STRIDE = 7919  # a prime, greater than the weights together


def _step(drawing: Drawing, table: _Table) -> Step:
    tape = drawing.tape
    number = drawing.number = tape.below(WIDE)
    if drawing.history.modes and tape.chance(LEAVE_PERCENT):
        return contexts.leave(drawing)
    if tape.chance(FOLLOW_PERCENT) and (step := steered(drawing, number)):
        return step
    return table.step(number)(drawing) or calls.plain(drawing)


def _survived(drawing: Drawing, step: Step) -> Step:
    """The step; in place of a walk that torch would die of, the end of the block."""
    dies = isinstance(step, Backward | Grad) and drawing.history.dies_of_a_walk
    return contexts.leave(drawing) if dies else step


def _lies_unmet(drawing: Drawing) -> bool:
    """Whether there are results with a graph to which no backward pass has come."""
    history = drawing.history
    return any(live.requires_grad and history.unwalked(live.ref.name) for live in drawing.live())


def _finish(drawing: Drawing) -> None:
    """Go backward at the end of most programs that have not done so, through an op that joins
    two graphs at times: what is lost on one path shows only where another leads on. And go on to
    what no pass has come to: a call behind which none goes shows nothing of its derivative."""
    done = any(isinstance(step, Backward) for step in drawing.steps)
    if not done and drawing.tape.chance(JOIN_PERCENT) and (step := calls.join(drawing)):
        drawing.take(step)
    percent = 85 if not done or awaits_walk(drawing) else 60 if _lies_unmet(drawing) else 25
    if drawing.tape.chance(percent) and (step := passes.backward(drawing)):
        drawing.take(_survived(drawing, step))
    for _ in range(drawing.most // STEPS_A_PASS):
        if drawing.tape.chance(MORE_PERCENT) and (step := passes.backward_to_unmet(drawing)):
            drawing.take(_survived(drawing, step))

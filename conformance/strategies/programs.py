"""Whole programs, drawn step by step while the reference runs them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from itertools import combinations
from typing import Any, NamedTuple

from hypothesis import event, target
from hypothesis import strategies as st
from hypothesis.errors import InvalidArgument

from conformance.engines import TorchLike
from conformance.program import Program
from conformance.program.steps import Backward, Step
from conformance.strategies import acts, calls, contexts, custom, hooks, memory, reads
from conformance.strategies.drawing import Drawing
from conformance.strategies.features import (
    FLAWED_PERCENT,
    features_of,
    is_valid,
    switched_on,
)
from conformance.strategies.following import awaits_walk, following
from conformance.strategies.history import interactions
from conformance.strategies.ops import Ops, entries_of
from conformance.strategies.tape import Tape, sizes_of_a_program, weighted
from conformance.trace import Trace

ROW = 44  # bytes a step: enough for nearly all; the choices beyond are the simplest
HEADER = 64 + ROW  # bytes that say what the program may use, then how it ends
JOIN_PERCENT = 35.0  # of the programs that end with `backward` join two graphs before
LEAVE_PERCENT = 30.0  # of the steps within a `with` block end it

FOLLOW_PERCENT = 40.0  # of the steps go on with what an earlier one began

_Act = Callable[[Drawing], Step | None]
_Weighted = tuple[tuple[_Act, int], ...]

_ALWAYS: _Weighted = ((calls.plain, 36), (acts.backward, 12))

ACTS: Mapping[str, _Weighted] = {
    "in-place": ((calls.write, 38),),
    "items": ((calls.item, 18),),
    "views": ((calls.view, 32),),
    "detach": ((memory.detach, 16),),
    ".data": ((memory.data, 10), (memory.set_data, 8)),
    "copies": ((memory.copy, 16),),
    "del": ((memory.forget, 14),),
    "tensor hooks": ((hooks.on_tensor, 22),),
    "accumulate hooks": ((hooks.on_accumulation, 20),),
    "node hooks": ((hooks.on_node, 22),),
    "multi-grad hooks": ((hooks.on_several, 16),),
    "hook removal": ((hooks.remove, 18),),
    "pack hooks": ((contexts.pack, 16),),
    "grad modes": ((contexts.grad_mode, 14),),
    "inference mode": ((contexts.inference, 12),),
    "other modes": ((contexts.other, 14),),
    "left by an error": (),
    "functions": ((custom.apply, 34),),
    "functional": ((custom.functional, 14),),
    "autograd.grad": ((acts.grad, 20),),
    "create_graph": ((acts.use_grad, 4),),
    "retain_graph": ((acts.backward, 12),),
    "inputs=": (),
    "set .grad": ((acts.set_grad, 14),),
    "clear .grad": ((acts.clear_grad, 14),),
    "use .grad": ((acts.use_grad, 22),),
    "requires_grad_": ((acts.requires_grad, 14),),
    "retain_grad": ((acts.retain_grad, 18),),
    "reads": ((reads.read, 22),),
}
"""What a program does that may use a feature, beside what every program does, and how often. A
feature without a row of its own is one of how another is drawn."""


class Drawn(NamedTuple):
    """A drawn program, and what the reference did while it was drawn."""

    program: Program
    trace: Trace

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:
        """How Hypothesis shows it: as a script that a person can run."""
        with printer.indent(0):
            printer.text("# a program:\n" + self.program.script(self.trace))


def programs(
    reference: TorchLike,
    *,
    ops: Sequence[str] | None = None,
    max_steps: int = 12,
) -> st.SearchStrategy[Drawn]:
    """Programs with what the reference did.

    Most are valid, a good part hold something that torch refuses. They shrink by losing steps
    and features, and by every choice in a step becoming the simplest. Under
    `--hypothesis-show-statistics` each tells its features and their pairs.

    Args:
        reference: the engine that runs each step as it is drawn: torch.
        ops: the ops to call, by their names in the catalogue; all of them by default.
        max_steps: the most steps that are drawn; two may be added, an op that joins two graphs
            and a last `backward`.
    """
    entries = entries_of(ops)
    header = st.binary(min_size=HEADER, max_size=HEADER)
    rows = st.lists(st.binary(min_size=ROW, max_size=ROW), min_size=1, max_size=max_steps)

    @st.composite
    def drawn(draw: st.DrawFn) -> Drawn:
        pair = interpret(reference, entries, draw(rows), draw(header))
        _tell(pair)
        return pair

    return drawn()


def _tell(pair: Drawn) -> None:
    """Tell Hypothesis what was exercised, and let it seek programs in which more meets."""
    used = features_of(pair.program)
    for name in used:
        event(f"feature: {name}")
    for first, second in combinations(used, 2):
        event(f"pair: {first} + {second}")
    event("valid" if is_valid(pair.trace) else "raises")
    met = interactions(pair.program, pair.trace)
    for name in met:
        event(f"met: {name}")
    # A test that draws two programs can seek by the first one only.
    with suppress(InvalidArgument):
        target(len(met), label="interactions")


def interpret(reference: TorchLike, ops: Ops, rows: Sequence[bytes], header: bytes) -> Drawn:
    """The program whose choices are in these bytes: a row for each step, and a header for what
    the program may use and how it ends. Any bytes give a program."""
    drawing = Drawing(reference, ops)
    last = drawing.tape = Tape(header)
    drawing.flawed = last.chance(FLAWED_PERCENT)
    last.sizes = sizes_of_a_program(last)
    drawing.features = switched_on(last)
    last.position = HEADER - ROW  # A switch more shifts nothing that comes after.
    table = _table(drawing.features)
    try:
        for row in rows:
            drawing.tape = Tape(row, last.sizes)
            drawing.take(_step(drawing, table))
        drawing.tape = last
        _finish(drawing)
    except BaseException:
        drawing.session.finish()
        raise
    return Drawn(*drawing.finish())


def _table(features: frozenset[str]) -> tuple[_Act, ...]:
    rows = [row for name, rows in ACTS.items() if name in features for row in rows]
    return weighted(*_ALWAYS, *rows)


def _step(drawing: Drawing, table: Sequence[_Act]) -> Step:
    if drawing.history.modes and drawing.tape.chance(LEAVE_PERCENT):
        return contexts.leave(drawing)
    if drawing.tape.chance(FOLLOW_PERCENT) and (step := following(drawing)):
        return step
    return drawing.tape.pick(table)(drawing) or calls.plain(drawing)


def _finish(drawing: Drawing) -> None:
    """Go backward at the end of most programs that have not done so, through an op that joins
    two graphs at times: what is lost on one path shows only where another leads on."""
    done = any(isinstance(step, Backward) for step in drawing.steps)
    if not done and drawing.tape.chance(JOIN_PERCENT) and (step := calls.join(drawing)):
        drawing.take(step)
    percent = 25 if done and not awaits_walk(drawing) else 85
    if drawing.tape.chance(percent) and (step := acts.backward(drawing)):
        drawing.take(step)

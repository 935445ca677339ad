"""Strategies for programs of autograd, and for calls of one op."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import cache

from hypothesis import event
from hypothesis import strategies as st
from hypothesis.errors import InvalidArgument

from conformance.catalogue import CATALOGUE, op_of
from conformance.engines import TorchLike, resolve_engine
from conformance.generate.drawing.drawn import Drawn
from conformance.generate.drawing.features import FEATURES, features_of, is_valid
from conformance.generate.drawing.interpretation import MOST_STEPS, interpret
from conformance.generate.drawing.ops import entries_of
from conformance.generate.drawing.single import QUESTIONS, Question, interpret_call
from conformance.generate.drawing.warming import warm_up
from conformance.generate.ingredients import known
from conformance.program.words.own import OWN


def op_calls(
    op: str, *, check: Question = "value", reference: TorchLike | None = None
) -> st.SearchStrategy[Drawn]:
    """Programs that call one op once, in any of its forms: as function, method, operator or
    attribute, or in place. They shrink to the plain call on `[1., 2.]`, or what the op needs.

    Args:
        op: its name in the catalogue, which `conformance ops` lists.
        check: what follows: nothing, for a "value"; for a "gradient" a backward pass with a
            drawn seed; for the "second_order" another through the graph of the first. For
            "errors" an argument or operand is drawn that torch may refuse.
        reference: the engine that takes each step as it is drawn; torch by default.
    """
    _drawable((op,))
    known((check,), QUESTIONS, "check")
    on = _prepared(reference)

    @st.composite
    def op_call(draw: st.DrawFn) -> Drawn:
        return _told(interpret_call(on, op, check, _choices(draw)))

    return op_call()


def programs(
    *,
    ops: Iterable[str] | None = None,
    features: Iterable[str] | None = None,
    max_steps: int = MOST_STEPS,
    reference: TorchLike | None = None,
) -> st.SearchStrategy[Drawn]:
    """Whole programs, each with what the reference did: `program, trace = drawn`.

    Most are valid, a part holds something that torch refuses. They shrink by losing steps and
    features, and by every choice in a step becoming the simplest, to `t0 = torch.add(x0, x0)` of
    `x0 = torch.tensor([1., 2.])`. Events tell the ops, the features and what met in a program. A
    test that says `target(len(drawn.met))` lets Hypothesis seek programs in which more meets.

    Args:
        ops: those that a program may call, by their names in the catalogue; all by default.
        features: those that a program may use, by their names in `FEATURES`, each with what it
            needs (a hook that is removed is one that was registered). Of few most are used in a
            program; with `[]` there are calls and backward passes alone; by default each program
            uses some of all.
        max_steps: the most steps that are drawn; two may be added, an op that joins two graphs
            and a last `backward`.
        reference: the engine that takes each step as it is drawn; torch by default.
    """
    entries = entries_of(None if ops is None else _drawable(ops))
    if max_steps < 1:
        raise InvalidArgument(f"max_steps must be 1 or more, not {max_steps}")
    wanted = None if features is None else _features(features)
    on = _prepared(reference)

    @st.composite
    def program(draw: st.DrawFn) -> Drawn:
        return _told(interpret(on, entries, _choices(draw), features=wanted, max_steps=max_steps))

    return program()


def _features(names: Iterable[str]) -> frozenset[str]:
    """Those features, or none: programs of calls and backward passes alone."""
    wanted = (names,) if isinstance(names, str) else tuple(names)
    return frozenset(known(wanted, FEATURES, "feature")) if wanted else frozenset()


@cache
def _rows_of(size: int) -> st.SearchStrategy[bytes]:
    return st.binary(min_size=size, max_size=size)


def _choices(draw: st.DrawFn) -> Callable[[int], bytes]:
    """Hypothesis as that which makes the choices: a draw for the header and for each row."""
    return lambda size: draw(_rows_of(size))


def _prepared(reference: TorchLike | None) -> TorchLike:
    """The reference, with all loaded that it loads when it is first used: a first example that
    takes seconds would fail Hypothesis's health check."""
    on = resolve_engine("torch") if reference is None else reference
    if not isinstance(on, TorchLike):
        raise InvalidArgument(
            "reference is an engine that looks like torch, as resolve_engine('torch') gives, "
            f"not {on!r}"
        )
    warm_up(on)
    return on


def _drawable(ops: Iterable[str]) -> tuple[str, ...]:
    """The ops, of which one at least can be drawn.

    Raises:
        InvalidArgument: one is unknown, or none can be.
    """
    names = tuple(known(ops, (*CATALOGUE, *OWN), "op"))
    try:
        entries_of(names)
    except ValueError as error:
        raise InvalidArgument(str(error)) from error
    return names


def _told(drawn: Drawn) -> Drawn:
    """Tell Hypothesis what was exercised."""
    program, trace = drawn
    for op in dict.fromkeys(filter(None, map(op_of, program.steps))):
        event(f"op: {op}")
    for name in features_of(program):
        event(f"feature: {name}")
    event("on the reference: raises nowhere" if is_valid(trace) else "on the reference: raises")
    for name in drawn.met:
        event(f"met: {name}")
    return drawn

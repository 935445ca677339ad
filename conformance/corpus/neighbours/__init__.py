"""The neighbours of a sample's call: calls that differ from it in one thing.

Torch's own test data shows how an op is called. It seldom shows how a call fails, or what becomes
of it at the edges: so each argument, each operand, the number of them and the name are changed,
one at a time, in every way that a table has for their kind.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from typing import Final

from conformance.catalogue.entry import OpEntry, Operand
from conformance.corpus.neighbours import arguments, operands
from conformance.program import Program
from conformance.program.steps import Call
from conformance.program.values import NUMPY_DTYPES, ProgramError, Ref, Value
from conformance.program.words.checked import check_vocabulary

LARGEST: Final = 120  # elements of the inputs of a call whose neighbours are asked
BASES: Final = 2
"""Such calls of an op that has a row by hand; one of any other, of which there are many."""

FRAGILE: Final = frozenset(
    {
        "_native_batch_norm_legit",
        "grid_sampler_2d",
        "grid_sampler_3d",
        "linalg.ldl_solve",
        "lu_unpack",
        "native_batch_norm",
        "nn.functional.embedding_bag",
        "nn.functional.pdist",
    }
)
"""Ops that do not look at what they are given, so that a neighbour kills torch's process, or makes
it write past the end of a tensor: all were tried with the allocator's own checks switched on."""


def bases(programs: Iterable[Program], most: int = BASES) -> list[Program]:
    """The few programs whose neighbours are asked, each of another kind of call."""
    found: dict[object, Program] = {}
    for program in sorted(filter(_is_base, programs), key=_rank):
        found.setdefault(_kind(program), program)
    return [*found.values()][:most]


def _is_base(program: Program) -> bool:
    """Whether it is small, and of dtypes that nearly all engines have: of what lacks the dtype no
    neighbour tells anything."""
    return (
        len(program.steps) == 1
        and isinstance(program.steps[0], Call)
        and program.steps[0].op not in FRAGILE
        and _elements(program) <= LARGEST
        and all(entry.dtype in NUMPY_DTYPES for entry in program.inputs)
    )


def _elements(program: Program) -> int:
    return sum(entry.array.size for entry in program.inputs)


def _rank(program: Program) -> tuple[int, ...]:
    """Those first that show most: of more than a few elements, and with more arguments."""
    call = _call(program)
    return (
        any(0 in entry.shape for entry in program.inputs),
        all(entry.array.size < 4 for entry in program.inputs),
        -len(call.args) - len(call.kwargs),
        _elements(program),
    )


def _kind(program: Program) -> object:
    call = _call(program)
    return call.op, call.form, tuple(map(type, call.args)), tuple(sorted(call.kwargs))


def _call(program: Program) -> Call:
    (step,) = program.steps
    assert isinstance(step, Call)
    return step


def neighbours(
    entry: OpEntry, base: Program, aliases: Sequence[str] = ()
) -> Iterator[tuple[str, Program]]:
    """Each with what differs: "argument-1", "dim", "x0", "operands", "arguments" or
    "name".

    Args:
        entry: the op's row.
        base: one call of it.
        aliases: other names of its function.
    """
    call = _call(base)
    for what, steps in (*_of_arguments(call), *_of_other_counts(call), *_named(entry, call)):
        yield from _made(what, base, steps)
    for name in aliases:
        yield from _made("name", base, (replace(call, form="function", op=name),))
    finite = any(
        isinstance(param, Operand) and param.domain == "finite"
        for signature in entry.signatures
        for param in signature
    )
    for place, given in enumerate(base.inputs):
        for other in operands.in_place_of(given, finite=finite):
            inputs = (*base.inputs[:place], other, *base.inputs[place + 1 :])
            yield given.name, Program(inputs, base.steps)
    if base.inputs:
        for together in operands.together(base.inputs, finite=finite):
            yield "operands", Program(together, base.steps)


_Named = Iterator[tuple[str, tuple[Call, ...]]]


def _made(what: str, base: Program, steps: tuple[Call, ...]) -> Iterator[tuple[str, Program]]:
    with suppress(ProgramError):  # There are no words for it.
        for step in steps:
            check_vocabulary(step, step.op)
        yield what, Program(base.inputs, steps)


def _of_arguments(call: Call) -> _Named:
    for place, value in enumerate(call.args):
        for other in arguments.in_place_of(value):
            args = (*call.args[:place], other, *call.args[place + 1 :])
            yield f"argument-{place}", (replace(call, args=args),)
    for name, value in call.kwargs.items():
        rest = {key: each for key, each in call.kwargs.items() if key != name}
        yield name, (replace(call, kwargs=rest),)
        for other in arguments.in_place_of(value):
            yield name, (replace(call, kwargs={**call.kwargs, name: other}),)


def _of_other_counts(call: Call) -> _Named:
    counts: list[tuple[Value, ...]] = [(*call.args, 1), (*call.args, None)]
    if call.args:
        counts += [call.args[:-1], (*call.args[1:], call.args[0])]
    for args in counts:
        if args and (call.form == "function" or isinstance(args[0], Ref)):
            yield "arguments", (replace(call, args=args),)
    yield "arguments", (replace(call, kwargs={**call.kwargs, "unknown": 1}),)


def _named(entry: OpEntry, call: Call) -> _Named:
    """The other ways to write it, and those that write in place of a copy."""
    for form in entry.forms:
        if (form.kind, form.op) != (call.form, call.op) and not form.order:
            yield "name", (replace(call, form=form.kind, op=form.op),)
    first = call.args[0] if call.args else None
    if isinstance(first, Ref):
        copy = Call("clone", (first,), form="method", result="a0")
        for form in entry.inplace:
            args = (Ref("a0"), *call.args[1:])
            yield "name", (copy, replace(call, form=form.kind, op=form.op, args=args))

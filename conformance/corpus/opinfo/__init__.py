"""The programs that torch's OpInfo database gives for an op, the same in every process.

The database is torch's own test data: for each op, samples that reach its corners, and calls that
must raise. Each sample becomes a program for each check; nothing random is left in it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from math import prod
from typing import Any

from conformance.catalogue import BY_HAND, CATALOGUE
from conformance.corpus.case import Case, Check
from conformance.corpus.neighbours import BASES, bases, neighbours
from conformance.corpus.opinfo.database import (
    MOST,
    TRIED,
    database,
    entry_name,
    error_samples,
    sample_of_untaken,
    samples_of,
)
from conformance.corpus.opinfo.running import Differentiation, run_on_torch
from conformance.program import Program
from conformance.program.trace import Raised
from conformance.program.values import ProgramError
from conformance.program.words.checked import check_vocabulary

GRADIENTS: tuple[Check, ...] = ("value", "gradient", "second_order")

SHARES: Mapping[str, tuple[tuple[Check, ...], int]] = {
    "float32": (GRADIENTS, 1),
    "float64": (GRADIENTS, 2),
    "float16": (("value", "gradient"), 2),
    "complex64": (GRADIENTS, 1),
    "int64": (("value",), 1),
    "uint8": (("value",), 2),
    "bool": (("value",), 1),
    "bfloat16": (("value", "gradient"), 2),
    "complex32": (("value", "gradient"), 2),
}
"""For each dtype, what its samples are asked, and that every n-th of them is taken."""

AT_MOST: Mapping[str, int] = {
    "float32": 4, "float64": 1, "float16": 1, "complex64": 2, "int64": 1, "uint8": 1, "bool": 1,
    "bfloat16": 1, "complex32": 1, "errors": 4,
}  # fmt: skip
"""Of an op without a row by hand, how many samples are taken of each dtype, one as far from the
next as from any other, and of its errors: some have thousands."""


LARGEST = 200_000  # elements of a sample's inputs together: more say nothing that fewer do not
_LARGEST_RESULT = 10_000  # elements: an argument of 100 makes some of millions


@dataclass(frozen=True, slots=True)
class Excluded:
    """A sample that gave no program, by the id that it would have had, and why."""

    id: str
    reason: str


@dataclass(frozen=True, slots=True)
class Corpus:
    """What the database gives for an op."""

    cases: tuple[Case, ...] = ()
    excluded: tuple[Excluded, ...] = ()


@cache
def corpus_of(op: str, infos: tuple[tuple[str, str], ...]) -> Corpus:
    """Every case of an op, in a fixed order.

    Args:
        op: the catalogue's name of it.
        infos: the database's entries for it, each by name and variant. One that the installed
            torch does not have is excluded, and says so.
    """
    found = [item for name, variant in infos for item in _cases(op, entry_name(name, variant))]
    return Corpus(
        tuple(item for item in found if isinstance(item, Case)),
        tuple(item for item in found if isinstance(item, Excluded)),
    )


def _cases(op: str, name: str) -> Iterator[Case | Excluded]:
    info = database().get(name)
    if info is None:
        yield Excluded(f"opinfo/{name}", "this torch's database has no such entry")
        return
    few = (info.name, info.variant_test_name) not in _BY_HAND
    yield from cases_from(info, op, f"opinfo/{name}", few=few)
    for dtype in TRIED:
        if (sample := sample_of_untaken(info, name, dtype)) is not None:
            yield _of_untaken(_Identity(op, f"opinfo/{name}", dtype, 0), info, sample)


@cache
def neighbours_of(op: str, infos: tuple[tuple[str, str], ...]) -> Corpus:
    """The calls that differ in one thing from one of an op's samples, and the gradients of each;
    arguments as of `corpus_of`."""
    return Corpus(tuple(_neighbours(op, corpus_of(op, infos).cases, infos)))


def _neighbours(op: str, cases: Sequence[Case], infos: Sequence[tuple[str, str]]) -> Iterator[Case]:
    programs = [case.program for case in cases if case.check == "value"]
    known = {form.op for form in CATALOGUE[op].forms}
    aliases = [
        alias
        for name, variant in infos
        if (info := database().get(entry_name(name, variant))) and not variant
        for alias in (each.name for each in info.aliases)
        if alias not in known
    ]
    numbers = Counter[str]()
    for base in bases(programs, BASES if op in BY_HAND else 1):
        for what, program in neighbours(CATALOGUE[op], base, aliases):
            identity = _Identity(op, f"opinfo/{op}/neighbours", what, numbers[what])
            numbers[what] += 1
            trace = run_on_torch(program)
            if all(prod(state.shape) <= _LARGEST_RESULT for state in trace.tensors.values()):
                run = Differentiation(program, trace, identity.id)
                asked = run.gradient() if run.outputs and run.inputs else program
                yield Case(f"{identity.within}/{what}/{identity.number}", op, "neighbours", asked)


def cases_from(info: Any, op: str, within: str, *, few: bool = False) -> Iterator[Case | Excluded]:
    """The cases that an entry gives, of ids that begin with `within`.

    Args:
        few: whether it is one that `AT_MOST` is about.
    """
    name = within.partition("/")[2]
    for dtype, (checks, _) in SHARES.items():
        most = 1 if few and AT_MOST[dtype] == 1 else MOST  # the first alone is taken
        for number, sample in _taken(dtype, samples_of(info, name, dtype, most), few):
            yield from _of_sample(_Identity(op, within, dtype, number), info, sample, checks)
    for number, wrong in _taken("errors", error_samples(info, name), few):
        yield _of_error(_Identity(op, within, "errors", number), info, wrong.sample_input)


def _taken(dtype: str, samples: Sequence[Any], few: bool) -> Iterator[tuple[int, Any]]:
    """The samples of which cases are made, by their numbers."""
    if few:
        every = -(-len(samples) // AT_MOST[dtype])
    else:
        every = SHARES[dtype][1] if dtype in SHARES else 1
    yield from ((n, each) for n, each in enumerate(samples) if n % max(every, 1) == 0)


_BY_HAND = frozenset(pair for entry in BY_HAND.values() for pair in entry.opinfo)


@dataclass(frozen=True, slots=True)
class _Identity:
    op: str
    within: str
    dtype: str
    number: int

    def id(self, check: Check) -> str:
        middle = check if self.dtype == check else f"{self.dtype}/{check}"
        return f"{self.within}/{middle}/{self.number}"

    def case(self, check: Check, program: Program) -> Case:
        return Case(self.id(check), self.op, check, program)

    def excluded(self, check: Check, reason: str) -> Excluded:
        return Excluded(self.id(check), reason)


def _of_sample(
    identity: _Identity, info: Any, sample: Any, checks: Sequence[Check]
) -> Iterator[Case | Excluded]:
    value = program_of(info.op, sample, info.name)
    if isinstance(value, str):
        yield identity.excluded("value", value)
        return
    yield identity.case("value", value)
    if "gradient" not in checks:
        return
    run = Differentiation(value, run_on_torch(value), identity.id)
    if not run.outputs or not run.inputs:
        return
    yield identity.case("gradient", run.gradient())
    if "second_order" in checks and (second := run.second_order()) is not None:
        yield identity.case("second_order", second)


def _of_untaken(identity: _Identity, info: Any, sample: Any) -> Case | Excluded:
    """A call in a dtype of which it is not known whether there is a kernel."""
    program = program_of(info.op, sample, info.name)
    if isinstance(program, str):
        return identity.excluded("errors", program)
    raises = any(isinstance(each, Raised) for each in run_on_torch(program).outcomes)
    return identity.case("errors" if raises else "value", program)


def _of_error(identity: _Identity, info: Any, sample: Any) -> Case | Excluded:
    program = program_of(info.op, sample, info.name)
    if isinstance(program, str):
        return identity.excluded("errors", program)
    if not isinstance(run_on_torch(program).outcomes[0], Raised):
        return identity.excluded("errors", "torch raises only for what a program leaves out")
    return identity.case("errors", program)


def program_of(function: Any, sample: Any, entry: str = "") -> Program | str:
    """The sample's call as a program, or why there is none."""
    from conformance.corpus.opinfo.samples import Inexpressible, calls_of

    try:
        recording, calls = calls_of(function, (sample.input, *sample.args), sample.kwargs, entry)
        for call in calls:
            check_vocabulary(call, call.op)
        if (elements := sum(entry.array.size for entry in recording.inputs)) > LARGEST:
            return f"inputs of {elements:,} elements"
        return Program(tuple(recording.inputs), calls)
    except (Inexpressible, ProgramError) as reason:
        return str(reason)


__all__ = ["GRADIENTS", "SHARES", "Corpus", "Excluded", "corpus_of", "neighbours_of", "program_of"]

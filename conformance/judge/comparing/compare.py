"""Trace × Trace → mismatches: every difference that can be observed, in program order."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from conformance.judge.comparing.closeness import (
    as_array,
    difference,
    numbers_differ,
    same,
    same_text,
    sign_of_zero_differs,
)
from conformance.judge.comparing.consequences import Consequences
from conformance.judge.comparing.events import Sayings
from conformance.judge.comparing.states import compare_states
from conformance.judge.formatting import brief, brief_outcome
from conformance.program import Program
from conformance.program.script.literals import literal
from conformance.program.steps import Grad, Read, Step, result_of
from conformance.program.trace import Lost, Outcome, Raised, Returned, Text, Trace, Unsupported
from conformance.program.values import Ref
from conformance.program.words.reads import READS
from conformance.verdict import Kind, Mismatch


def compare(expected: Trace, actual: Trace, program: Program) -> tuple[Mismatch, ...]:
    """Every difference between the reference's trace and the subject's, in program order.

    Once one raised and the other did not, what that may have reached is marked as its
    consequence, and only that. Once a step could not be run, what that may have reached is not
    compared: it would blame the subject for what it does not claim to do. What only one side can
    observe is no difference but `unsupported`, without a step.
    """
    if actual.end is not None:
        return (_lost(actual.end, len(program.steps)),)
    return _Comparison(expected, actual, program).found()


class _Comparison:
    """A comparison under way: what is found, and what no more counts, or is no more told."""

    def __init__(self, expected: Trace, actual: Trace, program: Program) -> None:
        self.expected, self.actual, self.program = expected, actual, program
        self.mismatches: list[Mismatch] = []
        self.raised: Consequences | None = None
        self.lacking: Consequences | None = None
        self._untold: set[tuple[str, bool]] = set()  # each field that is lacking is said once

    def found(self) -> tuple[Mismatch, ...]:
        sayings = Sayings(self.expected, self.actual)
        for number, step in enumerate(self.program.steps):
            self._follow(step)
            kinds = set()
            for mismatch in _outcomes(number, step, self.expected, self.actual):
                self._add(mismatch, step)
                kinds.add(mismatch.kind)
            if form := self.actual.forms.get(number):
                self._add(Mismatch("unsupported", None, "", "", "", form))
            if "raises" in kinds:
                self.raised = self._begun(self.raised, number)
            if "unsupported" in kinds:
                self.lacking = self._begun(self.lacking, number)
            for mismatch in sayings.compare(number, step):
                self._add(mismatch, step)
        states = compare_states(self.expected, self.actual, self.program, self._explained)
        for mismatch in states:
            self._add(mismatch)
        return tuple(self.mismatches)

    def _follow(self, step: Step) -> None:
        for consequences in (self.raised, self.lacking):
            if consequences is not None:
                consequences.follow(step)

    def _begun(self, consequences: Consequences | None, number: int) -> Consequences:
        if consequences is None:
            consequences = Consequences(self.program)
            for step in self.program.steps[: number + 1]:
                consequences.follow(step)
        consequences.begin(self.program.steps[number])
        return consequences

    def _explained(self, where: str) -> bool:
        reached = (self.raised, self.lacking)
        return any(each is not None and each.reaches_place(where) for each in reached)

    def _add(self, mismatch: Mismatch, step: Step | None = None) -> None:
        if _reached(self.lacking, mismatch, step):
            return
        if mismatch.kind == "unsupported" and mismatch.step is None:
            told = (mismatch.detail, mismatch.leaves_open(1))
            if told in self._untold:
                return
            self._untold.add(told)
        if _reached(self.raised, mismatch, step):
            mismatch = replace(mismatch, consequence=True)
        self.mismatches.append(mismatch)


def _reached(consequences: Consequences | None, mismatch: Mismatch, step: Step | None) -> bool:
    if consequences is None:
        return False
    if step is None:
        return consequences.reaches_place(mismatch.where)
    return consequences.reaches(step)


def _lost(end: Lost, steps: int) -> Mismatch:
    where = "" if end.step is not None else "the inputs"
    step = end.step
    if step is not None and step >= steps:
        step, where = None, "the final state"
    return Mismatch(end.kind, step, where, "an answer", end.detail, reason=end.output)


@dataclass(frozen=True, slots=True)
class _Site:
    """Where a returned value is, and what a difference in it means."""

    number: int
    where: str
    kind: Kind  # when the values differ
    missing: Kind  # when there is a tensor on one side only
    dtype: str  # whose tolerance holds

    @classmethod
    def of(cls, number: int, step: Step, expected: Trace) -> _Site:
        if isinstance(step, Read):
            row = READS[step.what]
            state = expected.tensors.get(step.tensor.name)
            # What a program has deleted was single, as far as its tolerance goes: not exact.
            dtype = "float32" if state is None else state.dtype
            where = row.written(step.tensor.name, literal(step.other))
            return cls(number, where, row.mismatch, "value", dtype)
        missing: Kind = "grad_missing" if isinstance(step, Grad) else "value"
        return cls(number, result_of(step) or "", "value", missing, "float32")

    def within(self, where: str) -> _Site:
        return replace(self, where=where)

    def differs(self, kind: Kind, wanted: Any, got: Any, detail: str = "") -> Mismatch:
        return Mismatch(kind, self.number, self.where, brief(wanted), brief(got), detail)


def _outcomes(number: int, step: Step, expected: Trace, actual: Trace) -> Iterator[Mismatch]:
    if number >= len(actual.outcomes):
        return  # The subject died earlier, and that was said there.
    wanted, got = expected.outcomes[number], actual.outcomes[number]
    if isinstance(wanted, Returned) and isinstance(got, Returned):
        if wanted.value is None and got.value is None:
            return
        if isinstance(wanted.value, Ref) and isinstance(got.value, Ref):
            return  # What most steps give: two tensors, whose states are compared at the end.
        yield from _results(_Site.of(number, step, expected), wanted.value, got.value)
    elif isinstance(wanted, Raised) and isinstance(got, Raised):
        yield from _errors(number, wanted, got)
    elif type(wanted) is not type(got) or isinstance(got, Unsupported):
        kind, detail, reason = _failure(wanted, got)
        texts = brief_outcome(wanted), brief_outcome(got)
        yield Mismatch(kind, number, "", *texts, detail, reason=reason)


def _failure(wanted: Outcome, got: Outcome) -> tuple[Kind, str, str]:
    """The kind of mismatch, its detail and its reason."""
    if isinstance(got, Unsupported):
        return "unsupported", got.what, got.reason
    if isinstance(wanted, Unsupported):
        return "unsupported", f"by the reference: {wanted.what}", wanted.reason
    if isinstance(got, Raised) and got.lacking:
        return "unsupported", got.lacking, brief_outcome(got)
    return "raises", "", ""


def _errors(number: int, wanted: Raised, got: Raised) -> Iterator[Mismatch]:
    texts = brief_outcome(wanted), brief_outcome(got)
    # An engine's own subclass will do: every `except` that catches torch's error catches it.
    if wanted.error != got.error and wanted.error not in got.bases:
        yield Mismatch("error_type", number, "", *texts)
    if wanted.message != got.message:
        yield Mismatch("error_message", number, "", *texts)
    if wanted.printed != got.printed:
        yield Mismatch("value", number, "", brief(wanted.printed), brief(got.printed))


def _results(site: _Site, wanted: Any, got: Any) -> Iterator[Mismatch]:
    """What a step returned here and there. Tensors are only told from what is none, since their
    states are compared at the end."""
    if isinstance(wanted, Ref) or isinstance(got, Ref):
        if type(wanted) is not type(got):
            yield site.differs(site.missing, wanted, got)
    elif isinstance(wanted, tuple | list) and any(isinstance(item, Ref) for item in wanted):
        if not isinstance(got, tuple | list) or len(got) != len(wanted):
            yield site.differs("shape", wanted, got)
            return
        if type(wanted) is not type(got):
            yield site.differs("flag", wanted, got)
        for number, pair in enumerate(zip(wanted, got, strict=True)):
            yield from _results(site.within(f"{site.where}[{number}]"), *pair)
    else:
        yield from _plain(site, wanted, got)


def _plain(site: _Site, wanted: Any, got: Any) -> Iterator[Mismatch]:
    if isinstance(wanted, Text) and isinstance(got, Text):
        if wanted != got:
            words: Kind = "value" if numbers_differ(wanted.text, got.text) else "flag"
            yield site.differs(words, wanted.text, got.text)
    elif isinstance(wanted, str) and isinstance(got, str):
        if not same_text(wanted, got):
            yield site.differs(site.kind, wanted, got)
    elif type(wanted) is not type(got):
        yield site.differs("dtype" if site.kind == "value" else site.kind, wanted, got)
    elif (left := as_array(wanted)) is None or (right := as_array(got)) is None:
        if not same(wanted, got):
            yield site.differs(site.kind, wanted, got)
    elif left.dtype != right.dtype:
        yield site.differs("dtype" if site.kind == "value" else site.kind, wanted, got)
    elif left.shape != right.shape:
        yield site.differs("shape", wanted, got)
    elif detail := difference(left, right, site.dtype):
        yield site.differs(site.kind, wanted, got, detail)
    elif sign_of_zero_differs(left, right):
        yield site.differs("zero_sign", wanted, got, "a zero has another sign")

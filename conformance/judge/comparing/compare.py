"""Trace × Trace → mismatches: every difference that can be observed, in program order."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from conformance.judge.comparing.closeness import as_array, numbers_differ, same, same_text
from conformance.judge.comparing.consequences import Consequences
from conformance.judge.comparing.events import Events
from conformance.judge.comparing.randomness import Randomness
from conformance.judge.comparing.site import GRADIENTS, VALUES, Kinds, Site
from conformance.judge.comparing.states import compare_states
from conformance.program import Program
from conformance.program.script.literals import literal
from conformance.program.steps import Grad, Read, Step, result_of
from conformance.program.trace import (
    Lost,
    Outcome,
    Raised,
    Returned,
    TensorState,
    Text,
    Trace,
    Unobserved,
    Unsupported,
)
from conformance.program.values import Ref
from conformance.program.words.reads import READS
from conformance.verdict import ZEROS, Kind, Mismatch


def compare(expected: Trace, actual: Trace, program: Program) -> tuple[Mismatch, ...]:
    """Every difference between the reference's trace and the subject's, in program order.

    Once one raised and the other did not, what that may have reached is marked as its
    consequence, and only that. Once a step could not be run, what that may have reached is not
    compared: it would blame the subject for what it does not claim to do. What only one side can
    observe is no difference but `unsupported`, without a step. Values that follow from random
    numbers are not compared.
    """
    if actual.end is not None:
        return (_lost(actual.end, len(program.steps)),)
    return _Comparison(expected, actual, program).found()


class _Comparison:
    """A comparison under way: what was found, and what may differ only because of that."""

    def __init__(self, expected: Trace, actual: Trace, program: Program) -> None:
        self.expected, self.actual, self.program = expected, actual, program
        self.mismatches: list[Mismatch] = []
        self.raised: Consequences | None = None
        self.unsupported: Consequences | None = None
        self.randomness = Randomness(program, self._changed())
        self._untold: set[tuple[str, bool]] = set()  # each field that is lacking is said once

    def found(self) -> tuple[Mismatch, ...]:
        events = Events(self.expected, self.actual)
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
                self.unsupported = self._begun(self.unsupported, number)
            for mismatch in events.compare(number, step):
                self._add(mismatch, step)
        states = compare_states(self.expected, self.actual, self.program, self._explained)
        for mismatch in states:
            self._add(mismatch)
        return tuple(self.mismatches)

    def _follow(self, step: Step) -> None:
        self.randomness.follow(step)
        for consequences in (self.raised, self.unsupported):
            if consequences is not None:
                consequences.follow(step)

    def _begun(self, consequences: Consequences | None, number: int) -> Consequences:
        if consequences is None:
            consequences = Consequences(self.program, self._changed())
            for step in self.program.steps[: number + 1]:
                consequences.follow(step)
        consequences.begin(self.program.steps[number])
        return consequences

    def _changed(self) -> list[str]:
        """The inputs that the reference wrote to; not every kernel counts its writes."""
        states = ((entry, self.expected.tensors.get(entry.name)) for entry in self.program.inputs)
        return [
            entry.name
            for entry, state in states
            if state is not None and not same(entry.array, state.values)
        ]

    def _is_zero(self, where: str) -> bool:
        """Whether the side that has a gradient there has zeros."""
        base, *grads = where.split(".")
        states: list[Any] = [trace.tensors.get(base) for trace in (self.expected, self.actual)]
        for _ in grads:
            states = [getattr(state, "grad", None) for state in states]
        values = [state.values for state in states if isinstance(state, TensorState)]
        return len(values) == 1 and not isinstance(values[0], Unobserved) and not values[0].any()

    def _explained(self, where: str) -> bool:
        reached = (self.raised, self.unsupported)
        return any(each is not None and each.reaches_place(where) for each in reached)

    def _add(self, mismatch: Mismatch, step: Step | None = None) -> None:
        if _reached(self.unsupported, mismatch, step):
            return
        if self.randomness.leaves_open(mismatch, step):
            return
        if mismatch.kind == "grad_missing" and self._is_zero(mismatch.where):
            mismatch = replace(mismatch, detail=ZEROS)
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
    return Mismatch(end.kind, step, where, "an answer", end, reason=end.output)


def _site(number: int, step: Step, expected: Trace) -> tuple[Site, str]:
    """Where a step's result is, and the dtype whose tolerance holds there."""
    if isinstance(step, Read):
        row = READS[step.what]
        state = expected.tensors.get(step.tensor.name)
        # What a program has deleted was single, as far as its tolerance goes: not exact.
        dtype = "float32" if state is None else state.dtype
        where = row.written(step.tensor.name, literal(step.other))
        of_dtype: Kind = "dtype" if row.mismatch == "value" else row.mismatch
        return Site(number, where, Kinds("shape", of_dtype, row.mismatch, "value")), dtype
    missing = (GRADIENTS if isinstance(step, Grad) else VALUES).presence
    return Site(number, result_of(step) or "", VALUES._replace(presence=missing)), "float32"


def _outcomes(number: int, step: Step, expected: Trace, actual: Trace) -> Iterator[Mismatch]:
    if number >= len(actual.outcomes):
        return  # The subject died earlier, and that was said there.
    wanted, got = expected.outcomes[number], actual.outcomes[number]
    if isinstance(wanted, Returned) and isinstance(got, Returned):
        if wanted.value is None and got.value is None:
            return
        if isinstance(wanted.value, Ref) and isinstance(got.value, Ref):
            return  # What most steps give: two tensors, whose states are compared at the end.
        yield from _results(*_site(number, step, expected), wanted.value, got.value)
    elif isinstance(wanted, Raised) and isinstance(got, Raised):
        if _takes_no_such_arguments(wanted, got):
            yield Mismatch("unsupported", number, "", wanted, got, got.lacking, reason=got)
        else:
            yield from _errors(number, wanted, got)
    elif type(wanted) is not type(got) or isinstance(got, Unsupported):
        kind, detail, reason = _failure(wanted, got)
        yield Mismatch(kind, number, "", wanted, got, detail, reason=reason)


def _takes_no_such_arguments(wanted: Raised, got: Raised) -> bool:
    """Whether the subject refuses to be given the arguments, which the reference has looked at: it
    says nothing of what is wrong with them."""
    return bool(got.lacking) and got.error == "TypeError" != wanted.error


def _failure(wanted: Outcome, got: Outcome) -> tuple[Kind, str, str | Raised]:
    """The kind of mismatch, its detail and its reason."""
    if isinstance(got, Unsupported):
        return "unsupported", got.what, got.reason
    if isinstance(wanted, Unsupported):
        return "unsupported", f"by the reference: {wanted.what}", wanted.reason
    if isinstance(got, Raised) and got.lacking:
        return "unsupported", got.lacking, got
    return "raises", "", ""


def _errors(number: int, wanted: Raised, got: Raised) -> Iterator[Mismatch]:
    # An engine's own subclass will do: every `except` that catches torch's error catches it.
    if wanted.error != got.error and wanted.error not in got.bases:
        yield Mismatch("error_type", number, "", wanted, got)
    if wanted.message != got.message:
        yield Mismatch("error_message", number, "", wanted, got)
    if wanted.printed != got.printed:
        yield Mismatch("value", number, "", Text(wanted.printed), Text(got.printed))


def _results(site: Site, dtype: str, wanted: Any, got: Any) -> Iterator[Mismatch]:
    """What a step returned here and there. Tensors are only told from what is none, since their
    states are compared at the end."""
    if isinstance(wanted, Ref) or isinstance(got, Ref):
        if type(wanted) is not type(got):
            yield site.differs(site.kinds.presence, wanted, got)
    elif isinstance(wanted, tuple | list) and any(isinstance(item, Ref) for item in wanted):
        if not isinstance(got, tuple | list) or len(got) != len(wanted):
            yield site.differs("shape", wanted, got)
            return
        if type(wanted) is not type(got):
            yield site.differs("flag", wanted, got)
        for number, pair in enumerate(zip(wanted, got, strict=True)):
            yield from _results(site.at(f"[{number}]"), dtype, *pair)
    else:
        yield from _plain(site, dtype, wanted, got)


def _plain(site: Site, dtype: str, wanted: Any, got: Any) -> Iterator[Mismatch]:
    if isinstance(wanted, Text) and isinstance(got, Text):
        if wanted != got:
            kind: Kind = "value" if numbers_differ(wanted.text, got.text) else "flag"
            yield site.differs(kind, wanted, got)
    elif isinstance(wanted, str) and isinstance(got, str):
        if not same_text(wanted, got):
            yield site.differs(site.kinds.values, wanted, got)
    elif type(wanted) is not type(got):
        yield site.differs(site.kinds.dtype, wanted, got)
    elif (left := as_array(wanted)) is None or (right := as_array(got)) is None:
        if not same(wanted, got):
            yield site.differs(site.kinds.values, wanted, got)
    elif left.dtype != right.dtype:
        yield site.differs(site.kinds.dtype, wanted, got)
    elif left.shape != right.shape:
        yield site.differs("shape", wanted, got)
    else:
        yield from site.numbers(wanted, got, (left, right), dtype)

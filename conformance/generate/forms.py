"""A sample call of each form of an op, and what an engine does when it is called."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from random import Random
from typing import Literal

import numpy as np

from conformance.catalogue import Form, OpEntry
from conformance.engines import Engine, TorchLike
from conformance.engines.execute import execute
from conformance.generate.drawing.single import interpret_call
from conformance.judge.comparing.compare import compare
from conformance.program import Program
from conformance.program.script.wording import worded
from conformance.program.steps import Call
from conformance.program.trace import Raised, Returned, Trace, Unsupported
from conformance.verdict import GRADE_OF

DRAWS = 120  # programs of one step among which each form of an op is looked for
ASKED = 5  # samples of a form that are called

Answer = Literal["works", "absent", "raises", "differs", "crashed", "hung", "not tried"]


@dataclass(frozen=True, slots=True)
class Tried:
    """What an engine did when a form of an op was called a few times; `said` is why it fails."""

    form: Form
    answer: Answer
    said: str = ""


def tried(entry: OpEntry, engine: Engine, reference: TorchLike) -> tuple[Tried, ...]:
    """Each form of the op, called a few times on the engine; in-place forms after the others. A
    form is not tried if the engine can make the inputs of none of the samples."""
    samples = _samples(entry, reference)
    return tuple(
        _tried(form, samples[form.kind, form.op], engine) for form in (*entry.forms, *entry.inplace)
    )


Samples = list[tuple[Program, Trace]]


def _samples(entry: OpEntry, reference: TorchLike) -> dict[tuple[str, str], Samples]:
    """Programs that are one call of each form, which the reference takes; the plainest first."""
    found: dict[tuple[str, str], Samples] = defaultdict(list)
    for program, expected in calls_of(entry, reference):
        step = program.steps[0]
        if isinstance(step, Call) and isinstance(expected.outcomes[0], Returned):
            found[step.form, step.op].append((program, expected))
        if all(len(found[form.kind, form.op]) >= ASKED for form in (*entry.forms, *entry.inplace)):
            break
    for samples in found.values():
        samples.sort(key=lambda sample: _intricate(sample[0]))
    return found


def _intricate(program: Program) -> tuple[int, ...]:
    """How much a program asks of an engine beside the call itself."""
    inputs, step = program.inputs, program.steps[0]
    return (
        sum(entry.dtype != "float32" for entry in inputs),
        sum(not np.isfinite(entry.array).all() for entry in inputs),
        sum(bool(entry.layout.views) or 0 in entry.shape for entry in inputs),
        len(step.kwargs) if isinstance(step, Call) else 0,
        sum(len(entry.data) for entry in inputs),
    )


def calls_of(entry: OpEntry, reference: TorchLike) -> Iterator[tuple[Program, Trace]]:
    if entry.drawable:
        for number in range(DRAWS):
            choices = Random(f"{entry.name}/{number}").randbytes
            program, expected = interpret_call(reference, entry.name, "value", choices)
            yield program, expected


def _tried(form: Form, samples: Samples, engine: Engine) -> Tried:
    answer = Tried(form, "not tried")
    for program, expected in samples[:ASKED]:
        trace = execute(program, engine)
        if not trace.missing:
            answer = _answered(form, program, expected, trace)
            if answer.answer != "works":
                break
    return answer


def _answered(form: Form, program: Program, expected: Trace, trace: Trace) -> Tried:
    outcome = trace.outcomes[0]
    if 0 in trace.forms:
        return Tried(form, "absent", trace.forms[0])
    if isinstance(outcome, Unsupported):
        return Tried(form, "absent", outcome.reason or outcome.what)
    if isinstance(outcome, Raised):
        answer: Answer = "absent" if outcome.lacking else "raises"
        return Tried(form, answer, f"{outcome.error}: {outcome.message}")
    for mismatch in compare(expected, trace, program):
        if GRADE_OF.get(mismatch.kind) == 1:
            return Tried(form, "differs", worded(mismatch).located())
    return Tried(form, "works")

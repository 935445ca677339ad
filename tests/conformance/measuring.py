"""A campaign without its processes: programs are judged, what differs is shrunk as the report
chooses, and a report is made of it all."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from conformance import Engine, Program, execute, resolve_engine
from conformance.campaign.causes.signature import is_failure, shows_the_same, suspect_of
from conformance.campaign.gathering import Run
from conformance.campaign.plan import Settings
from conformance.campaign.result import Failure, Result
from conformance.catalogue import op_of
from conformance.generate.generated import drawn
from conformance.judge.referee import adjudicate, judge
from conformance.report.choosing import to_shrink
from conformance.report.report import Report, build_report
from conformance.shrink.reduction import reduce
from conformance.shrink.unsupported import without_unsupported

ROUNDS = 3
ATTEMPTS = 150


def measure(name: str, subject: Engine, *, ops: Sequence[str], count: int, seed: int = 0) -> Report:
    """The report of a subject on so many generated programs."""
    reference = resolve_engine("torch")
    programs = [program for program, _ in drawn(reference, count=count, seed=seed, ops=ops)]
    return report_on(name, subject, programs)


def report_on(name: str, subject: Engine, programs: Iterable[Program]) -> Report:
    """The report of a subject on these programs."""
    reference = resolve_engine("torch")
    results = [_result(program, reference, subject) for program in programs]
    tried: set[str] = set()
    for _ in range(ROUNDS):
        chosen = [each for each in to_shrink(results) if each.key not in tried]
        tried |= {each.key for each in chosen}
        short = {each.key: _shrunk(each, reference, subject) for each in chosen}
        results = [short.get(each.key, each) for each in results]
    settings = Settings(name, max_examples=len(results))
    return build_report(Run(settings, {"engine": "1", "reference": "2"}, tuple(results)))


def _result(program: Program, reference: Engine, subject: Engine) -> Result:
    expected = execute(program, reference)
    verdict = adjudicate(program, expected, execute(program, subject), reference)
    if verdict.outcome == "unsupported":
        rest = without_unsupported(program, subject, reference)
        if (left := judge(rest, reference, subject)).outcome == "differ":
            program, verdict = rest, left
    counted = tuple(filter(is_failure, verdict.mismatches))
    step = counted[0].step if counted else None
    op = "" if step is None else op_of(program.steps[step]) or ""
    failure = Failure(program, counted or verdict.mismatches, "", False)
    name = f"programs/{program.hash[:12]}"
    return Result(name, op, "programs", "generated", verdict, failure)


def _shrunk(result: Result, reference: Engine, subject: Engine) -> Result:
    assert result.failure is not None
    program, left = result.failure.program, ATTEMPTS
    sought = suspect_of(program, result.failure.mismatches[0], result.op, shrunk=False)

    def shown(candidate: Program) -> list[bool]:
        found = judge(candidate, reference, subject).mismatches
        return [shows_the_same(candidate, m, sought) for m in found if m.counts]

    def still_shows(candidate: Program) -> bool:
        nonlocal left
        left -= 1
        return left >= 0 and any(shown(candidate))

    short = reduce(program, still_shows, reference)
    counted = [m for m in judge(short, reference, subject).mismatches if m.counts]
    counted.sort(key=lambda m: not shows_the_same(short, m, sought))
    if not counted:
        return result
    script = short.script(execute(short, reference), counted)
    return replace(result, failure=Failure(short, tuple(counted), script, True))

"""Which failures are to be shrunk: so many that every finding has a shrunk program."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from conformance.campaign.result import Result
from conformance.claims.known import Known
from conformance.report.findings import Failing, Finding, folded, size
from conformance.report.report import counts_beside
from conformance.report.scoring.counting import standing
from conformance.report.systematic import systematic, without
from conformance.verdict import Mismatch

MOST = 60  # findings: more than any form of the report shows
NAMED = 2  # programs to shrink where a guess names an op: its causes are few
UNNAMED = 8  # where it names none, since there may be many causes


def to_shrink(
    results: Sequence[Result], known: Sequence[Known] = (), agreeing: int = 0
) -> tuple[Result, ...]:
    """The failures to shrink next, what is to be mended first at the front; () once every finding
    has a program that was shrunk. Each comes with the one difference for which it is to be shrunk;
    what it turns out to be may leave others unexplained, so this is asked again after that.

    Args:
        agreeing: how many cases agree that are not among the results.
    """
    counted = counts_beside(known)
    beside = without(systematic(results, counted, agreeing), counted)
    failing = [result for result in results if standing(result, known) in ("differ", "flaky")]
    findings = folded(failing, beside)[:MOST]
    chosen = (case for finding in findings for case in _of(finding))
    return tuple(_sought(case.result, case.mismatch) for case in chosen)


def _sought(result: Result, mismatch: Mismatch) -> Result:
    """The result with the difference that is sought alone."""
    assert result.failure is not None
    return replace(result, failure=replace(result.failure, mismatches=(mismatch,)))


def _of(finding: Finding) -> Iterator[Failing]:
    """The cases of a finding to shrink."""
    if finding.shortest.short:
        return
    cases = sorted((c for c in finding.cases if c.shown and not c.short), key=_simple_first)
    if not finding.signature.guessed:
        yield from cases[:1]
        return
    taken: list[Failing] = []
    most = NAMED if any(finding.signature.about) else UNNAMED
    for case in cases:
        # What does all that another does and more will most likely turn out to be the same.
        if len(taken) < most and not any(
            case.suspect.candidates >= other.suspect.candidates for other in taken
        ):
            taken.append(case)
            yield case


def _simple_first(case: Failing) -> tuple[int, tuple[int, int]]:
    return len(case.suspect.candidates), size(case.failure.program)

"""Differences that nearly every program shows: listed once, so that the others are still seen."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from conformance.campaign.causes.signature import Symptom, symptom_of
from conformance.campaign.result import Failure, Result
from conformance.report.findings import Counts, size
from conformance.verdict import Mismatch

SHARE = 2 / 3  # of the cases that could be run
FEWEST = 20  # cases: of fewer, nothing is nearly all


@dataclass(frozen=True, slots=True)
class Systematic:
    """A difference that nearly every program shows, with the shortest program that does.

    Attributes:
        cases, of: how many show it, of how many that could be run.
    """

    symptom: Symptom
    cases: int
    of: int
    example: Mismatch
    result: Result
    failure: Failure


def systematic(
    results: Sequence[Result], counts: Counts, agreeing: int = 0
) -> tuple[Systematic, ...]:
    """The differences that nearly every program shows, the commonest first. `agreeing`: how many
    cases agree that are not among the results."""
    attempted = [result for result in results if result.verdict.attempted]
    total = len(attempted) + agreeing
    seen = Counter(symptom for result in attempted for symptom in _symptoms(result, counts))
    found = [
        _systematic(symptom, cases, total, attempted)
        for symptom, cases in seen.most_common()
        if cases >= FEWEST and cases >= SHARE * total
    ]
    return tuple(entry for entry in found if entry is not None)


def _symptoms(result: Result, counts: Counts) -> set[Symptom]:
    found = (symptom_of(m) for m in result.verdict.mismatches if m.counts and counts(result, m))
    return {symptom for symptom in found if symptom is not None}


def _systematic(
    symptom: Symptom, cases: int, total: int, attempted: Sequence[Result]
) -> Systematic | None:
    shown = [
        (result, result.failure, mismatch)
        for result in attempted
        if result.failure is not None
        for mismatch in result.failure.mismatches
        if symptom_of(mismatch) == symptom
    ]
    if not shown:
        return None
    result, failure, mismatch = min(shown, key=lambda entry: size(entry[1].program))
    return Systematic(symptom, cases, total, mismatch, result, failure)


def without(entries: Iterable[Systematic], counts: Counts) -> Counts:
    """What is to be looked at beside the systematic differences."""
    symptoms = frozenset(entry.symptom for entry in entries)
    if not symptoms:
        return counts
    return lambda result, mismatch: (
        counts(result, mismatch) and (symptom_of(mismatch) not in symptoms)
    )

"""The frozen corpus under pytest: how a test's results become its outcome."""

from __future__ import annotations

import warnings
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import NoReturn

import pytest

from conformance.campaign.examine import gravest
from conformance.campaign.plan import Piece
from conformance.campaign.plan import Source as PieceSource
from conformance.campaign.result import Result, Source
from conformance.campaign.workers.worker import cases_of, source_of
from conformance.claims.known import Known, matches
from conformance.corpus.case import Case, Check
from conformance.program.script.wording import worded
from conformance.program.words.own import OWN
from conformance.report.formats.texts import capped, differing
from conformance.report.scoring.counting import standing, unexpected
from conformance.suite.support.session import Suite, current

SHOWN = 5  # ids of failing cases in a message
SHRINKS = 2  # failures of a test that are made shorter, of a kind each


def check_samples(op: str, check: Check) -> None:
    """Run the test of an op's samples, and end it as pytest ends tests: it returns, or it fails,
    skips or xfails."""
    source: PieceSource = "own" if op in OWN else "opinfo"
    piece = Piece("neighbours" if check == "neighbours" else source, op, op=op)
    check_cases([case for case in cases_of(piece)[0] if case.check == check], source_of(piece))


def check_cases(cases: Iterable[Case], source: Source = "corpus") -> None:
    """Run the test of several cases, and end it likewise."""
    suite = current()
    asked = [case for case in cases if not matches(suite.settings.skips, case.id)]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # Programs go to edges of which torch warns.
        found = [suite.examiner.examine(case, source) for case in asked]
    conclude(found, suite)


def check_case(case: Case) -> None:
    """Run the test of one case of the corpus, and end it likewise."""
    suite = current()
    conclude([suite.examiner.examine(case, "corpus")], suite)


def conclude(results: Sequence[Result], suite: Suite) -> None:
    """End a test by its results."""
    if not results:
        pytest.skip("torch's database has no such sample")
    failing = _shortened([r for r in results if standing(r, suite.known) == "differ"], suite)
    final = {result.key: result for result in failing}  # When asked again, it may be flaky.
    aim = suite.settings.claims.grade
    suite.scored.count([final.get(r.key, r) for r in results], suite.known, aim)
    if still := [result for result in failing if result.verdict.outcome == "differ"]:
        pytest.fail(message_of(still, len(results), suite), pytrace=False)
    if changing := [r for r in (*failing, *results) if r.verdict.outcome == "flaky"]:
        pytest.fail(_flaky_message(changing, len(results)), pytrace=False)
    _refuse_stale(results, suite.known)
    if reasons := list(dict.fromkeys(_known_reasons(results, suite.known))):
        pytest.xfail("; ".join(reasons))
    if all(result.verdict.outside for result in results):
        outside = dict.fromkeys(result.verdict.outside for result in results)
        pytest.skip(f"not claimed: {', '.join(outside)}")
    if not any(result.verdict.attempted and not result.verdict.outside for result in results):
        _skip_unsupported(results)


def _shortened(failing: Sequence[Result], suite: Suite) -> list[Result]:
    """The failing results, of which the shortest of each kind, a few at most, is made shorter."""
    first: dict[str, Result] = {}
    for result in sorted(failing, key=_size):
        first.setdefault(gravest(unexpected(result, suite.known)).kind, result)
    chosen = {id(result) for result in [*first.values()][:SHRINKS]}
    examiner = suite.examiner
    return [examiner.shorten(r) if id(r) in chosen else r for r in failing]


def _size(result: Result) -> tuple[int, int]:
    assert result.failure is not None
    program = result.failure.program
    return len(program.steps), sum(len(entry.data) for entry in program.inputs)


def _flaky_message(results: Sequence[Result], total: int) -> str:
    texts = worded(results[0].verdict.mismatches[0])
    lines = [
        f"{len(results)} of {total} cases are answered otherwise each time",
        *(f"  {result.id}" for result in results[:SHOWN]),
        "",
        f"expected: {texts.expected}",
        f"actual:   {texts.actual}",
        f"          {texts.reason}",
    ]
    return "\n".join(lines)


def _known_reasons(results: Iterable[Result], known: Sequence[Known]) -> Iterator[str]:
    for result in results:
        for mismatch in result.verdict.mismatches:
            if mismatch.counts:
                yield from (e.reason for e in known if e.covers(result.id, mismatch))


def _refuse_stale(results: Sequence[Result], known: Sequence[Known]) -> None:
    """Fail for an entry that names a single case which no longer differs so. Whether a pattern
    is stale, a single test cannot tell."""
    agreeing = {
        (result.id, entry)
        for result in results
        for entry in known
        if result.id == entry.pattern
        and not any(entry.covers(result.id, m) for m in result.verdict.mismatches if m.counts)
    }
    if agreeing:
        lines = "\n".join(sorted(f"{entry.where}: {case}" for case, entry in agreeing))
        pytest.fail(f"known to differ, but no longer so:\n{lines}", pytrace=False)


def _skip_unsupported(results: Sequence[Result]) -> NoReturn:
    lacks = dict.fromkeys(
        mismatch.detail
        for result in results
        for mismatch in result.verdict.mismatches
        if mismatch.kind == "unsupported" and mismatch.step is not None
    )
    pytest.skip(f"unsupported: {', '.join(lacks)}")


def message_of(failing: Sequence[Result], total: int, suite: Suite) -> str:
    """What a failing test says: the shortest program first, since it is what a person runs."""
    written = (result.failure for result in failing if result.failure and result.failure.script)
    shortest = min(written, key=lambda each: (each.script.count("\n"), len(each.script)))
    mismatch = shortest.mismatch
    kinds = Counter(gravest(unexpected(result, suite.known)).kind for result in failing)
    differ = ", ".join(f"{kind} {count}" for kind, count in kinds.most_common())
    lines = [
        f"{len(failing)} of {total} cases differ: {differ}",
        *(f"  {result.id}" for result in failing[:SHOWN]),
        *([f"  and {len(failing) - SHOWN} more"] if len(failing) > SHOWN else []),
        "",
        capped(shortest.script, "what `conformance run` writes"),
        "",
        *differing(mismatch),
    ]
    return "\n".join(lines)

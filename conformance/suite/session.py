"""What the tests of one pytest run share, and how a test's results become its outcome."""

from __future__ import annotations

import warnings
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import NoReturn

import pytest

from conformance.campaign.examine import Examiner, gravest
from conformance.campaign.generated import results as generated_results
from conformance.campaign.patience import Patient
from conformance.campaign.plan import Piece, Settings
from conformance.campaign.result import Result
from conformance.campaign.worker import cases_of
from conformance.claims import ClaimsError, claims_of
from conformance.engines import Engine, EngineError, resolve_engine
from conformance.isolation import Limits
from conformance.known import (
    Known,
    KnownError,
    matches,
    read_known,
    read_patterns,
    shipped_known,
)
from conformance.pytest_plugin import timeout
from conformance.report import standing, unexpected
from conformance.report.texts import capped, differing
from conformance.sources.case import Check
from conformance.sources.statistics import Statistics
from conformance.suite.summary import Scored
from conformance.verdict import Verdict

_SUITE = pytest.StashKey["Suite"]()

SHOWN = 5  # ids of failing cases in a message
SHRINKS = 2  # failures of a test that are made shorter, of a kind each


@dataclass(frozen=True, slots=True)
class Suite:
    """The engines, what is known of the subject, and how much to generate. The subject runs in a
    process of its own: it may crash, hang or exit, and pytest goes on."""

    settings: Settings
    reference: Engine
    subject: Patient
    known: tuple[Known, ...]
    scored: Scored = field(default_factory=Scored)

    @property
    def title(self) -> str:
        """A line for the header."""
        return (
            f"{self.subject.name} {self.subject.version} against "
            f"{self.reference.name} {self.reference.version}, "
            f"{self.settings.max_examples} programs an op, seed {self.settings.seed}"
        )

    def results(self, op: str, check: Check) -> Iterator[Result]:
        """The results of one test."""
        if check == "programs":
            count, seed = self.settings.max_examples, self.settings.seed
            piece = Piece("generated", op, seed=seed, count=count)
            only = Settings(self.settings.engine, self.settings.reference, ops=(op,))
            for number, result in enumerate(
                generated_results(piece, only, self.examiner, Statistics())
            ):
                yield result or _agreeing(op, number)
            return
        cases, _ = cases_of(Piece("opinfo", op, op=op))
        for case in cases:
            if case.check == check and not matches(self.settings.skips, case.id):
                yield self.examiner.examine(case, "corpus")

    @property
    def examiner(self) -> Examiner:
        """What judges the cases."""
        return Examiner(self.reference, self.subject, self.settings.claims)


def _agreeing(op: str, number: int) -> Result:
    """A generated program that agrees bit for bit, of which nothing more is to be told."""
    return Result(f"programs/{op}/{number}", op, "programs", "generated", Verdict(""))


def prepare(config: pytest.Config) -> None:
    """Read the options into the run's suite.

    Raises:
        pytest.UsageError: no engine is named, one cannot be loaded, or a file is broken.
    """
    option = config.option
    if not option.conformance_engine:
        raise pytest.UsageError("name the engine to test: --engine NAME, or CONFORMANCE_ENGINE")
    try:
        settings = Settings(
            engine=option.conformance_engine,
            max_examples=_max_examples(config),
            seed=_seed(config),
            hang_after=timeout(),
            skips=read_patterns(map(Path, option.conformance_skips)),
            claims=claims_of(option.conformance_engine, _path(option.conformance_claims)),
        )
        known = (
            *shipped_known(settings.engine),
            *read_known(map(Path, option.conformance_xfails)),
        )
        reference = resolve_engine(settings.reference)
        subject = Patient(settings.engine, Limits(step=settings.hang_after))
        _ = subject.version  # Loaded here, so that a name that is wrong is said once.
    except (ClaimsError, EngineError, KnownError) as error:
        raise pytest.UsageError(str(error)) from error
    config.stash[_SUITE] = Suite(settings, reference, subject, known)


def _path(text: str | None) -> Path | None:
    return Path(text) if text else None


def close(config: pytest.Config) -> None:
    """End the subject's process."""
    if (suite := config.stash.get(_SUITE, None)) is not None:
        suite.subject.close()


def suite_of(config: pytest.Config) -> Suite:
    """The run's suite, which `prepare` made."""
    return config.stash[_SUITE]


def _max_examples(config: pytest.Config) -> int:
    from hypothesis import settings

    given: int | None = config.option.conformance_max_examples
    if given is not None and given < 0:
        raise pytest.UsageError(f"--max-examples must be 0 or more, not {given}")
    return settings.default.max_examples if given is None and settings.default else given or 0


def _seed(config: pytest.Config) -> int:
    """Hypothesis's option, where it is given: otherwise every run asks the same."""
    given = config.getoption("hypothesis_seed", default=None)
    if given == "random":
        import random

        return random.getrandbits(32)
    return int(given) if given is not None else 0


def run_test(suite: Suite, op: str, check: Check) -> None:
    """Run one test, and end it as pytest ends tests: it returns, or it fails, skips or xfails."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # Programs go to edges of which torch warns.
        results = list(suite.results(op, check))
    conclude(results, suite)


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
    mismatch = results[0].verdict.mismatches[0]
    lines = [
        f"{len(results)} of {total} cases are answered otherwise each time",
        *(f"  {result.id}" for result in results[:SHOWN]),
        "",
        f"expected: {mismatch.expected}",
        f"actual:   {mismatch.actual}",
        f"          {mismatch.reason}",
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
    shortest = min(written, key=_length)
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


def _length(failure: object) -> tuple[int, int]:
    script = getattr(failure, "script", "")
    return script.count("\n"), len(script)

"""Generated programs under Hypothesis: what each example is held to, and how a test ends."""

from __future__ import annotations

import json
import re
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path

import pytest
from hypothesis import event
from hypothesis import strategies as st

from conformance.campaign.generated import result_of
from conformance.campaign.result import Result
from conformance.corpus.found import names_found
from conformance.engines import resolve_engine
from conformance.engines.execute import execute
from conformance.generate.drawing.drawn import SCRIPT
from conformance.generate.drawing.warming import warm_up
from conformance.generate.planning.history import interactions
from conformance.program import Program
from conformance.report.formats.texts import replay_command
from conformance.report.scoring.counting import standing, unexpected
from conformance.strategies import Drawn, programs
from conformance.suite.support.agreement import Differs, failure_of
from conformance.suite.support.session import current

FOLDER = Path(".hypothesis", "programs")
"""Where the program of a failing test is kept, beside Hypothesis's own database."""


def asked(**options: object) -> st.SearchStrategy[Drawn]:
    """`programs` of the ops that the run's subject has."""
    return st.deferred(lambda: programs(ops=current().ops, **options))  # type: ignore[arg-type]


@dataclass(slots=True)
class Tally:
    """What the examples of one test came to.

    Attributes:
        failing: the last program that differed, which is Hypothesis's shortest at the end.
        lacks: what the subject lacked for those that it could not run.
        outside: whether any was outside of what is claimed.
    """

    attempted: bool = False
    outside: bool = False
    failing: Program | None = None
    lacks: dict[str, None] = field(default_factory=dict)


_TALLY = Tally()


@cache
def begin() -> None:
    """Load what takes long, once in a process, so that the first example is as fast as the rest."""
    warm_up(resolve_engine("torch"))


def hold(drawn: Drawn) -> None:
    """Run the program on the subject, and fail if it does something else than the reference.

    Raises:
        Differs: it does, in what is claimed and not known.
    """
    __tracebackhide__ = True
    suite = current()
    program, expected = drawn
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # Programs go to edges of which torch warns.
        verdict = suite.examiner.verdict(program, expected)
        rescue = verdict is not None and not verdict.attempted
        result = _named(result_of(program, verdict, suite.examiner, rescue=rescue))
    if _TALLY.failing is None:  # What is run to make a failure shorter is no case of its own.
        suite.scored.count([result], suite.known, suite.settings.claims.grade)
    came_to = standing(result, suite.known)
    event(f"on the engine: {came_to}")
    _note(result)
    if came_to in ("differ", "flaky"):
        _TALLY.failing = result.failure.program if result.failure else program
        raise failure_of(_TALLY.failing, result.verdict, unexpected(result, suite.known))


def _named(result: Result) -> Result:
    """The result under the name that the corpus has for its program, if fuzzing found it before:
    known differences name it so."""
    name = names_found().get(result.verdict.program_hash)
    return replace(result, id=name) if name else result


def _note(result: Result) -> None:
    verdict = result.verdict
    _TALLY.attempted |= verdict.attempted and not verdict.outside
    _TALLY.outside |= bool(verdict.outside)
    if not verdict.attempted and not _TALLY.attempted:
        _TALLY.lacks.update((m.detail, None) for m in verdict.mismatches if m.kind == "unsupported")


@contextmanager
def concluded(name: str) -> Iterator[None]:
    """Runs a test, and then says how its failure is replayed, or skips it where the subject could
    run none of its programs."""
    global _TALLY
    _TALLY = Tally()
    try:
        yield
    except Differs as failure:
        if line := _kept(name, failure.program):
            failure.add_note(line)
        raise
    if not _TALLY.attempted and _TALLY.lacks:
        pytest.skip(f"unsupported: {', '.join(_TALLY.lacks)}")
    if not _TALLY.attempted and _TALLY.outside:
        pytest.skip("not claimed")


LINES = 40
"""The most lines of a failing property's report; the whole script is in the file."""


def failure_report(failure: Differs) -> str:
    """The report of a failing property: what differs, Hypothesis's shortest program, and how to
    run it again. The harness's own traceback is left out."""
    parts = [str(failure), *getattr(failure, "__notes__", ())]
    lines = [part.rstrip().splitlines() for part in parts]
    more = sum(map(len, lines)) - LINES
    for part in lines:
        begin = next((n for n, line in enumerate(part) if SCRIPT in line), None)
        if more > 0 and begin is not None:
            _shorten(part, begin + 1, more)
            break
    return "\n".join(line for part in lines for line in part)


def _shorten(part: list[str], begin: int, more: int) -> None:
    """Leave out the last `more` lines of a script. It ends with the part, or where Hypothesis's
    text about the call goes on."""
    after = [n for n in range(begin, len(part)) if part[n].strip() in (",", ")")]
    last = after[0] if after else len(part)
    kept = max(begin, last - more - 1)
    part[kept:last] = [f"# … {last - kept} more lines in the file that `replay` takes"]


def _kept(name: str, program: Program) -> str:
    """The line that replays the program, which is written to a file; none where it cannot be."""
    suite = current()
    path = FOLDER / f"{re.sub(r'[^A-Za-z0-9_.-]+', '-', name).strip('-')}.json"
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"{json.dumps(program.to_json(), indent=1)}\n", encoding="utf-8")
    except OSError:
        return ""
    settings = suite.settings
    command = replay_command(str(path), settings.engine, settings.reference, settings.own)
    return f"replay:   {command}"


def replayed(program: Program) -> Drawn:
    """The program with what the reference does today."""
    trace = execute(program, resolve_engine("torch"))
    return Drawn(program, trace, interactions(program, trace))


def require(op: str) -> None:
    """Skip the test where the subject has no such op, or does not claim it."""
    suite = current()
    if not suite.settings.claims.has(op):
        pytest.skip(f"not claimed: {op}")
    if (has := suite.settings.has) and op not in has:
        pytest.skip(f"unsupported: {op}")

"""What `conformance run` and `conformance replay` do once their options are understood."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.markup import escape
from rich.syntax import Syntax
from rich.table import Table

from conformance.campaign.campaign import as_begun, run_campaign
from conformance.campaign.journal import JournalError
from conformance.campaign.plan import Settings
from conformance.campaign.workers.lock import LockedError
from conformance.campaign.workers.pool import CampaignError
from conformance.claims.known import KnownError, known_of, read_patterns
from conformance.cli.progress import ProgressLine
from conformance.cli.statistics import show_statistics
from conformance.corpus.case import CHECKS
from conformance.engines import Engine, EngineError
from conformance.engines.execute import execute
from conformance.engines.isolation import Limits, RemoteEngine
from conformance.engines.naming.reference import reference_of
from conformance.judge.referee import adjudicate
from conformance.program import Program
from conformance.program.script import RENDER
from conformance.program.script.wording import worded, words
from conformance.program.trace import Trace
from conformance.report.choosing import to_shrink
from conformance.report.formats.terminal import show
from conformance.report.formats.texts import printable
from conformance.report.formats.writing import deaf_to_interrupts, write
from conformance.report.report import build_report
from conformance.verdict import Mismatch


def run_and_report(options: Mapping[str, Any], versions: tuple[str, str], console: Console) -> int:
    """Run a campaign, write and print its report; gives the exit code.

    Args:
        versions: of the reference and of the subject.

    Raises:
        click.ClickException: a file of the options cannot be used, or the campaign cannot go on.
    """
    output: Path = options["output"]
    try:
        settings = settings_of(options)
        known = known_of(options["engine"], options["xfails"])
        output.mkdir(parents=True, exist_ok=True)
        if options["resume"]:
            settings = as_begun(settings, output)
        with ProgressLine(settings, console, known) as watch:
            run = run_campaign(
                settings,
                versions,
                jobs=options["jobs"],
                output=output,
                choose=lambda results, agreeing: to_shrink(results, known, agreeing),
                resume=options["resume"],
                watch=watch,
            )
    except (EngineError, KnownError, CampaignError, JournalError, LockedError, OSError) as error:
        raise click.ClickException(str(error)) from error
    failure: OSError | None = None
    with deaf_to_interrupts():  # A second Ctrl-C, which many give, loses nothing.
        report = build_report(run, known, folder_of(output))
        try:
            write(report, output)
        except OSError as error:
            failure = error
    show(report, console)
    if failure is not None:  # Said last: what was found is on the screen at least.
        raise click.ClickException(f"the report cannot be written: {failure}")
    if options["statistics"]:
        show_statistics(run.statistics, console)
    console.print(f"{escape(str(output / 'parity.md'))}, {escape(str(output / 'parity.json'))}")
    return report.exit_code


def folder_of(output: Path) -> str:
    """The folder as a prefix of its files' names, from where the command was given."""
    return "" if output == Path() else f"{output.as_posix().rstrip('/')}/"


def settings_of(options: Mapping[str, Any]) -> Settings:
    """The settings that the command's options say."""
    return Settings(
        engine=options["engine"],
        reference=options["reference"],
        ops=options["ops"],
        checks=options["checks"] or CHECKS,
        max_examples=options["max_examples"],
        seed=options["seed"],
        skips=read_patterns(options["skips"]),
        hang_after=options["timeout"],
        memory=int(options["memory"] * (1 << 30)),
        environment=options["engine_env"],
        claims=options["claims"],
        has=options.get("has", ()),
        own=options["own"],
    )


def show_replay(
    program: Program, reference: str, engine: str, timeout: float, console: Console
) -> int:
    """Print the program, what each engine did at each step, and what differs.

    Raises:
        click.ClickException: an engine cannot be loaded.
    """
    engines = [RemoteEngine(engine, Limits(step=timeout))]
    try:
        right = reference_of(reference, Limits(step=timeout))
        if isinstance(right, RemoteEngine):
            engines.append(right)
        return _replayed(program, right, engines[0], console)
    except EngineError as error:
        raise click.ClickException(str(error)) from error
    finally:
        for each in engines:
            each.close()


def _replayed(program: Program, reference: Engine, subject: Engine, console: Console) -> int:
    expected = execute(program, reference)
    if expected.end is not None:
        raise EngineError(f"{reference.name}: {expected.end.detail}")
    # Printed first: if the program kills the engine, this is what is left to see.
    script = printable(program.script(expected)).rstrip()
    console.print(Syntax(script, "python", word_wrap=True))
    actual = execute(program, subject)
    console.print(_steps(program, expected, actual))
    verdict = adjudicate(program, expected, actual, reference, subject)
    for mismatch in verdict.mismatches:
        console.print(printable(_line(mismatch)), markup=False)
    console.print(f"\n{subject.name} against {reference.name}: {verdict.outcome}", markup=False)
    return int(verdict.outcome == "differ")


def _line(mismatch: Mismatch) -> str:
    """The difference, where it is, and what is to be said of it."""
    judged = f" [{mismatch.judgement}]" if mismatch.judgement else ""
    consequence = " (a consequence)" if mismatch.consequence else ""
    where = mismatch.where or ("" if mismatch.step is None else f"step {mismatch.step}")
    where = f" {where}" if where else ""
    texts = worded(mismatch)
    found = texts.sides()
    if mismatch.kind == "unsupported":  # What is lacking is said by what was got, where it was.
        found = found if texts.actual else f"no {texts.detail}"
        return f"{mismatch.kind}{consequence}{where}: {found}"
    said = "; ".join(filter(None, (found, texts.detail, texts.reason)))
    return f"{mismatch.kind}{judged}{consequence}{where}: {said}"


def _steps(program: Program, expected: Trace, actual: Trace) -> Table:
    table = Table("step", expected.engine, actual.engine)
    for number, step in enumerate(program.steps):
        written = "\n".join(RENDER[type(step)](step))
        outcomes = (_outcome(trace, number) for trace in (expected, actual))
        table.add_row(*(escape(printable(text)) for text in (written, *outcomes)))
    return table


def _outcome(trace: Trace, number: int) -> str:
    """What became of a step, of which a process that was lost has told nothing."""
    if trace.end is None:
        return words(trace.outcomes[number])
    return trace.end.detail if trace.end.step == number else "?"

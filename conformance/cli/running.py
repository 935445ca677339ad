"""What `conformance run` and `conformance replay` do once their options are understood."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.markup import escape
from rich.syntax import Syntax
from rich.table import Table

from conformance.brief import brief_outcome
from conformance.campaign import (
    CampaignError,
    JournalError,
    LockedError,
    Settings,
    run_campaign,
)
from conformance.campaign.progress import ProgressLine
from conformance.cli.statistics import show_statistics
from conformance.engines import Engine
from conformance.execute import execute
from conformance.judge.referee import adjudicate
from conformance.known import Known, KnownError, read_known, read_patterns, shipped_known
from conformance.program import Program
from conformance.program.script import RENDER
from conformance.report import (
    FAILURES,
    Report,
    build_report,
    file_name,
    show,
    this_environment,
    to_document,
    to_markdown,
)
from conformance.sources.case import CHECKS
from conformance.trace import Trace
from conformance.verdict import Mismatch


def run_and_report(
    options: Mapping[str, Any], reference: Engine, subject: Engine, console: Console
) -> int:
    """Run a campaign, write and print its report; gives the exit code.

    Raises:
        click.ClickException: a file of the options cannot be used, or the campaign cannot go on.
    """
    output: Path = options["output"]
    try:
        settings = settings_of(options)
        known = known_of(options["xfails"], options["engine"])
        output.mkdir(parents=True, exist_ok=True)
        with ProgressLine(settings, console) as watch:
            run = run_campaign(
                settings,
                (reference.version, subject.version),
                jobs=options["jobs"],
                output=output,
                choose=lambda results: [r for r in results if r.verdict.outcome == "differ"][:40],
                resume=options["resume"],
                watch=watch,
            )
    except (KnownError, CampaignError, JournalError, LockedError, OSError) as error:
        raise click.ClickException(str(error)) from error
    report = build_report(run, known)
    show(report, console)
    write(report, output)
    if options["statistics"]:
        show_statistics(run.statistics, console)
    console.print(f"{escape(str(output / 'parity.md'))}, {escape(str(output / 'parity.json'))}")
    return report.exit_code


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
    )


def known_of(paths: Sequence[Path], engine: str) -> tuple[Known, ...]:
    """The known differences: what the engine ships, then what the files say."""
    return (*shipped_known(engine), *read_known(paths))


def write(report: Report, output: Path) -> None:
    """Write parity.json, parity.md, and each failing program as a file for `replay`."""
    environment = this_environment()
    _remove_failures(output)  # first: what it may remove, the old report says
    document = json.dumps(to_document(report, environment), indent=1, allow_nan=False)
    (output / "parity.json").write_text(f"{document}\n", encoding="utf-8")
    (output / "parity.md").write_text(to_markdown(report, environment), encoding="utf-8")
    for group in report.groups:
        for result in group.results:
            assert result.failure is not None
            path = output / file_name(result)
            path.parent.mkdir(exist_ok=True)
            program = json.dumps(result.failure.program.to_json(), indent=1, allow_nan=False)
            path.write_text(f"{program}\n", encoding="utf-8")


def _remove_failures(output: Path) -> None:
    """Remove the programs that the report which is there names: what else lies beside them is not
    ours, nor is anything where there is no such report."""
    try:
        document = json.loads((output / "parity.json").read_text(encoding="utf-8"))
        files = [str(failure["file"]) for failure in document["data"]["failures"]]
    except (OSError, ValueError, KeyError, TypeError):
        return
    for file in files:
        path = output / file
        # A report may come from anywhere: it is not to lead us out of our own folder.
        if path.parent == output / FAILURES and path.suffix == ".json" and path.is_file():
            path.unlink()


def show_replay(program: Program, reference: Engine, subject: Engine, console: Console) -> int:
    """Print the program, what each engine did at each step, and what differs."""
    expected = execute(program, reference)
    # Printed first: if the program kills the engine, this is what is left to see.
    console.print(Syntax(program.script(expected).rstrip(), "python", word_wrap=True))
    actual = execute(program, subject)
    console.print(_steps(program, expected, actual))
    verdict = adjudicate(program, expected, actual, reference)
    for mismatch in verdict.mismatches:
        console.print(_line(mismatch), markup=False)
    console.print(f"\n{subject.name} against {reference.name}: {verdict.outcome}", markup=False)
    return int(verdict.outcome == "differ")


def _line(mismatch: Mismatch) -> str:
    """The difference, where it is, and what is to be said of it."""
    judged = f" [{mismatch.judgement}]" if mismatch.judgement else ""
    consequence = " (a consequence)" if mismatch.consequence else ""
    where = mismatch.where or f"step {mismatch.step}"
    found = f"expected {mismatch.expected}, got {mismatch.actual}"
    if mismatch.kind == "unsupported":  # What is lacking is said by what was got.
        return f"{mismatch.kind}{consequence} {where}: {found}"
    said = "; ".join(filter(None, (found, mismatch.detail, mismatch.reason)))
    return f"{mismatch.kind}{judged}{consequence} {where}: {said}"


def _steps(program: Program, expected: Trace, actual: Trace) -> Table:
    table = Table("step", expected.engine, actual.engine)
    for number, step in enumerate(program.steps):
        written = "\n".join(RENDER[type(step)](step))
        outcomes = (brief_outcome(trace.outcomes[number]) for trace in (expected, actual))
        table.add_row(*map(escape, (written, *outcomes)))
    return table

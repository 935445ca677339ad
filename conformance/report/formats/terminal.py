"""Report → what the terminal shows: the score, what to mend first, and what was left aside."""

from __future__ import annotations

from rich.console import Console
from rich.table import Table
from rich.text import Text

from conformance.corpus.case import CHECKS
from conformance.program.script.wording import worded
from conformance.report.findings import Finding
from conformance.report.formats.files import finding_file, lack_file, replay
from conformance.report.formats.notes import notes_of
from conformance.report.formats.texts import cases, essence, line, printable
from conformance.report.report import Report
from conformance.report.scoring.score import Tally, share
from conformance.report.systematic import Systematic

SHOWN = 10  # findings in the terminal; the Markdown has more, the JSON all
LACKS = 5  # of what is unsupported
ROWS = 15  # ops in a table; of more, the Markdown has it


def show(report: Report, console: Console) -> None:
    """Print the report: the score, the findings in the order in which they are to be mended, and
    what counts for nothing."""
    width = max(console.width, 40)
    for part in (_score(report), _systematic(report, width), _findings(report, width)):
        _print(part, console)
    if 0 < len(rows := _rows(report)) <= ROWS:
        console.print(_ops(report, rows))
        console.print()
    elif rows:
        _print(
            [f"{len(rows)} ops differ or are unsupported in part: parity.md says which"],
            console,
        )
    _print(_aside(report, width), console)
    _print(_closing(report), console)


def _print(lines: list[str] | list[Text], console: Console) -> None:
    """Lines as they are, never wrapped: a command is there to be copied. And an empty one."""
    encoding = console.encoding or "utf-8"
    for each in lines:
        text = each if isinstance(each, Text) else Text(printable(each))
        if text.plain.encode(encoding, "replace").decode(encoding) != text.plain:
            text = Text(text.plain.encode(encoding, "backslashreplace").decode(encoding))
        console.print(text, soft_wrap=True)
    if lines:
        console.print()


def _score(report: Report) -> list[str]:
    settings, versions = report.run.settings, report.run.versions
    return [
        f"Parity of {settings.engine} with {settings.reference} {versions['reference']}, "
        f"{report.total.total:,} cases of the frozen corpus"
        + ("" if report.run.whole else " (a part of it)"),
        *(f"  {said}" for said in report.score.lines(f"generated programs (seed {settings.seed})")),
    ]


def _systematic(report: Report, width: int) -> list[str]:
    lines = [line(systematic_line(entry), width) for entry in report.systematic]
    if lines:
        lines.append(f"  {cases(report.only_systematic)} with no other difference")
    return lines


def systematic_line(entry: Systematic) -> str:
    """`in 98.3 % of cases: x0.grad_fn: expected None, got ...`."""
    found = f"{entry.symptom.kind}: {worded(entry.example).located(line)}"
    return f"in {share(entry.cases, entry.of)} of cases: {found}"


def _findings(report: Report, width: int) -> list[Text]:
    found = report.findings
    if not found:
        return []
    count = f"{len(found):,} finding{'s' * (len(found) != 1)}"
    lines = [Text(f"{count}, what to mend first at the front", style="bold")]
    for number, finding in enumerate(found[:SHOWN], 1):
        lines += _finding(report, number, finding, width)
    if len(found) > SHOWN:
        lines.append(Text(f"and {len(found) - SHOWN:,} more: parity.md, parity.json"))
    return lines


def _finding(report: Report, number: int, finding: Finding, width: int) -> list[Text]:
    """At most five lines: what, a line or two of program, the difference, and how to see it."""
    mismatch = finding.mismatch
    header = f"{number}. {finding.title}: {finding.kind} ({cases(len(finding.results))})"
    where = f"{mismatch.where}: " if mismatch.where else ""
    side = max((width - len(where) - 20) // 2, 12)
    difference = worded(mismatch).located(lambda text: line(text, side))
    return [
        Text(line(f"{header} {finding.id}", width), style="bold red"),
        *(Text(f"   {each}") for each in essence(finding.script, width - 3)),
        Text(f"   {line(difference, width - 3)}", style="yellow"),
        Text(f"   {replay(report, finding_file(finding))}", style="dim"),
    ]


def _rows(report: Report) -> list[str]:
    """The ops of which something basic differs or is unsupported."""
    tests = ((op, report.basics[op, check]) for op, check in report.tests)
    return list(dict.fromkeys(op for op, tally in tests if tally.agree < tally.asked))


def _ops(report: Report, rows: list[str]) -> Table:
    table = Table(title="Ops that differ or are unsupported in part: agreeing / asked")
    table.add_column("op")
    checks = [check for check in CHECKS if check != "programs"]
    for check in checks:
        table.add_column(check.replace("_", " "), justify="right")
    for op in rows:
        table.add_row(op, *(_cell(report.basics.get((op, check))) for check in checks))
    return table


def _cell(tally: Tally | None) -> Text:
    if tally is None:
        return Text("")
    if not tally.attempted:
        return Text("not claimed" if not tally.asked else "unsupported", style="dim")
    style = "red" if tally.differ or tally.flaky else "yellow" if tally.known else "green"
    return Text(f"{tally.agree}/{tally.asked}", style=style)


def _aside(report: Report, width: int) -> list[str]:
    """What counts for nothing: what is lacking, and what is excused."""
    lines = []
    lacks = [lack for lack in report.lacks if not lack.runs]
    unread = [lack for lack in report.lacks if lack.runs]
    if lacks:
        lines.append("unsupported, by what is lacking:")
    for lack in lacks[:LACKS]:
        reason = f": {lack.reason}" if lack.reason else ""
        lines.append("  " + line(f"{lack.what}: {cases(lack.cases)}{reason}", width - 2))
        if lack.program is not None:
            lines.append(f"    {replay(report, lack_file(lack))}")
    if len(lacks) > LACKS:
        lines.append(f"  and {len(lacks) - LACKS:,} more")
    if unread:
        said = ", ".join(f"{lack.what} ({lack.cases:,})" for lack in unread)
        lines.append(line(f"run, but not to be read: {said}", width))
    if report.unclaimed:
        said = ", ".join(f"{what} ({number:,})" for what, number in report.unclaimed.items())
        lines.append(line(f"not claimed: {said}", width))
    if report.excused:
        lines.append("not counted, since the reference itself is of two minds:")
    for entry in report.excused:
        said = f"{entry.judgement.replace('_', ' ')}: {entry.witness}"
        lines.append("  " + line(f"{cases(entry.cases)}, {said} ({entry.example})", width - 2))
    return lines


def _closing(report: Report) -> list[str]:
    """What else is to be known of the run."""
    run = report.run
    lines = []
    tallies = (report.total, report.own, report.generated)
    if any(each.asked for each in tallies) and not any(each.attempted for each in tallies):
        lack = report.lacks[0].what if report.lacks else "what the cases need"
        lines.append(f"nothing could be run: {run.settings.engine} lacks {lack}")
    lines += [f"stale: {use.entry.where}: {use.entry.pattern}" for use in report.stale]
    lines += [
        f"warning: {use.entry.where}: {use.entry.pattern} matches nothing that was run"
        for use in report.known
        if use.state == "unmatched" and run.whole
    ]
    if run.drift:
        names = ", ".join(cell.id for cell in run.drift)
        lines.append(f"version drift of the reference itself: {names}")
    lines += notes_of(report)
    if run.interrupted:
        lines.append("interrupted: go on with --resume")
    lines.append(f"{run.seconds:.0f} seconds")
    return lines

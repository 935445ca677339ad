"""Report → what the terminal shows."""

from __future__ import annotations

from rich.console import Console, RenderableType
from rich.panel import Panel
from rich.syntax import Syntax
from rich.table import Table
from rich.text import Text

from conformance.report.groups import Group
from conformance.report.report import Report, Tally
from conformance.sources.case import CHECKS
from conformance.verdict import GRADES

SHOWN = 5  # groups of failures in the terminal; the Markdown has more, the JSON all


def show(report: Report, console: Console) -> None:
    """Print the report: grades, the ops that do not wholly agree, and the gravest failures."""
    for part in _parts(report):
        console.print(part)
        console.print()


def _parts(report: Report) -> list[RenderableType]:
    parts: list[RenderableType] = [_ops(report)] if _rows(report) else []
    parts += [_failure(group) for group in report.groups[:SHOWN]]
    parts += [_grades(report), _closing(report)]
    return parts


def share(tally: Tally) -> str:
    """How much agrees, rounded down: 99.96 % is not 100 %."""
    if tally.parity is None:
        return "–"
    return f"{int(tally.parity * 1000) / 10:.1f} %"


def _grades(report: Report) -> Table:
    settings = report.run.settings
    table = Table(title=f"Parity of {settings.engine} with {settings.reference}, frozen corpus")
    for heading in ("grade", "parity", "agree", "differ", "known", "unsupported"):
        table.add_column(heading, justify="left" if heading == "grade" else "right")
    for number, tally in report.grades.items():
        cells = (tally.agree, tally.differ, tally.known, tally.unsupported)
        table.add_row(f"{number}. {GRADES[number]}", share(tally), *map(str, cells))
    return table


def _rows(report: Report) -> list[str]:
    """The ops of which something differs or is unsupported."""
    return list(dict.fromkeys(op for (op, _), t in report.tests.items() if t.agree < t.total))


def _ops(report: Report) -> Table:
    table = Table(title="Ops that do not wholly agree: agreeing / attempted")
    table.add_column("op")
    checks = [check for check in CHECKS if check != "programs"]
    for check in checks:
        table.add_column(check.replace("_", " "), justify="right")
    for op in _rows(report):
        table.add_row(op, *(_cell(report.tests.get((op, check))) for check in checks))
    return table


def _cell(tally: Tally | None) -> Text:
    if tally is None:
        return Text("")
    if not tally.attempted:
        return Text("unsupported", style="dim")
    style = "red" if tally.differ else "yellow" if tally.known else "green"
    return Text(f"{tally.agree}/{tally.attempted}", style=style)


def _failure(group: Group) -> Panel:
    assert group.shortest.failure is not None
    mismatch = group.mismatch
    table = Table.grid(padding=(0, 1))
    table.add_row("expected", Text(mismatch.expected))
    table.add_row("actual", Text(mismatch.actual))
    if mismatch.detail:
        table.add_row("", Text(mismatch.detail, style="dim"))
    code = Syntax(group.shortest.failure.script.rstrip(), "python", word_wrap=True)
    body = Table.grid()
    body.add_row(code)
    body.add_row("")
    body.add_row(table)
    more = f"{len(group.results)} cases: {', '.join(group.about[:SHOWN])}"
    return Panel(body, title=f"{group.kind}: {group.shortest.id}", subtitle=more)


def _first_lack(report: Report) -> str:
    """What most cases needed."""
    return next(iter(report.unsupported), "what the cases need")


def _closing(report: Report) -> Text:
    """The figures in words."""
    run, total, generated = report.run, report.total, report.generated
    lines = [
        f"{total.total:,} cases of the frozen corpus: {total.agree:,} agree, "
        f"{total.differ:,} differ, {total.known:,} differ as known, "
        f"{total.unsupported:,} unsupported",
    ]
    if generated.total:
        lines.append(
            f"{generated.total:,} generated programs (seed {run.settings.seed}): "
            f"{generated.agree:,} agree, {generated.differ:,} differ, "
            f"{generated.known:,} differ as known, {generated.unsupported:,} unsupported"
        )
    if total.total + generated.total and not total.attempted + generated.attempted:
        lines.append(f"nothing could be run: {run.settings.engine} lacks {_first_lack(report)}")
    if report.unsupported:
        lacks = [f"{what} ({cases})" for what, cases in report.unsupported.items()]
        more = f" and {len(lacks) - SHOWN} more" if len(lacks) > SHOWN else ""
        lines.append(f"unsupported: {', '.join(lacks[:SHOWN])}{more}")
    lines += [f"stale: {use.entry.where}: {use.entry.pattern}" for use in report.stale]
    lines += [
        f"warning: {use.entry.where}: {use.entry.pattern} matches nothing that was run"
        for use in report.known
        if use.state == "unmatched" and run.whole
    ]
    if run.drift:
        names = ", ".join(cell.id for cell in run.drift)
        lines.append(f"version drift of the reference itself: {names}")
    if run.given_up:
        lines.append(f"given up after crashes or hangs: {', '.join(run.given_up)}")
    if run.interrupted:
        lines.append("interrupted: go on with --resume")
    lines.append(f"{run.seconds:.0f} seconds")
    return Text("\n".join(lines))

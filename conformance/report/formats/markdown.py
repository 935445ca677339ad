"""Report → Markdown, for a reader who knows nothing of the harness."""

from __future__ import annotations

import re
import shlex
from functools import cache, partial

import jinja2

from conformance.corpus.case import CHECKS
from conformance.program.script.wording import worded
from conformance.report.environment import Environment
from conformance.report.formats.files import file_name, finding_file, lack_file, replay
from conformance.report.formats.notes import notes_of
from conformance.report.formats.terminal import systematic_line
from conformance.report.formats.texts import capped, line, printable
from conformance.report.report import Report
from conformance.report.scoring.score import Tally, headline, outcomes, share
from conformance.verdict import GRADES

SHOWN = 40  # findings, and things lacking; the JSON has them all


def to_markdown(report: Report, environment: Environment) -> str:
    """The report as a page of Markdown."""
    ops: dict[str, dict[str, Tally]] = {}
    for op, check in report.tests:
        ops.setdefault(op, {})[check] = report.basics[op, check]
    return printable(
        _template().render(
            report=report,
            run=report.run,
            notes=notes_of(report),
            settings=report.run.settings,
            environment=environment,
            grades=GRADES,
            checks=[check for check in CHECKS if check != "programs"],
            ops=ops,
            findings=report.findings[:SHOWN],
            more=len(report.findings[SHOWN:]),
            lacks=report.lacks[:SHOWN],
            more_lacks=len(report.lacks[SHOWN:]),
            headline=headline(report.grades),
            replay=partial(replay, report),
            command=_command(report),
        )
    )


def _command(report: Report) -> str:
    settings = report.run.settings
    parts = ["conformance run", f"--engine {settings.engine}", f"--reference {settings.reference}"]
    parts += [f"--ops-from {shlex.quote(source)}" for source in settings.own]
    parts += [f"--ops {','.join(settings.ops)}"] if settings.ops else []
    parts += [f"--checks {','.join(settings.checks)}"] if settings.checks != CHECKS else []
    parts += [f"--max-examples {settings.max_examples}", f"--seed {settings.seed}"]
    return " ".join(parts)


@cache
def _template() -> jinja2.Template:
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("conformance", "report/formats"),
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        undefined=jinja2.StrictUndefined,
        autoescape=False,  # Markdown, not HTML
    )
    used = (outcomes, share, capped, systematic_line, file_name, finding_file, lack_file, worded)
    environment.globals.update({each.__name__: each for each in used})
    environment.filters.update(
        {"cell": _cell, "count": "{:,}".format, "inline": _inline, "oneline": line}
    )
    return environment.get_template("report.md.j2")


def _cell(tally: Tally | None) -> str:
    if tally is None:
        return ""
    if not tally.attempted:
        return "unsupported" if tally.asked else "not claimed"
    text = f"{tally.agree}/{tally.asked}"
    if tally.differ or tally.flaky:
        return f"**{text}**"
    return f"{text} (known)" if tally.known else text


def _inline(text: str) -> str:
    """Code in a line, or in a cell of a table, whatever characters it has."""
    text = line(text, 400).replace("|", "\\|")
    fence = "`" * (1 + max(map(len, re.findall("`+", text)), default=0))
    return f"{fence} {text} {fence}" if "`" in text else f"`{text}`" if text else ""

"""Prints, when this folder is run alone, how soon each fault was found and how shortly shown."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

_HEAD = ("fault", "ops drawn", "kind", "programs", "steps", "shortest")


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """A line for each fault: programs until it was found, steps of that one and of the shortest."""
    rows = sorted(_rows(terminalreporter))
    if not rows:
        return
    terminalreporter.section("planted faults")
    table = [_HEAD, *rows]
    widths = [max(len(row[at]) for row in table) for at in range(len(_HEAD))]
    for row in table:
        words = [
            text.ljust(width) if at < 3 else text.rjust(width)
            for at, (text, width) in enumerate(zip(row, widths, strict=True))
        ]
        terminalreporter.write_line("  ".join(words))


def _rows(reporter: pytest.TerminalReporter) -> Iterator[tuple[str, ...]]:
    for outcome in ("passed", "failed"):
        for report in reporter.stats.get(outcome, ()):
            for key, value in getattr(report, "user_properties", ()):
                if key == "fault" and report.when == "call":
                    yield tuple(map(str, value))

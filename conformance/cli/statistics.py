"""What `conformance run --statistics` prints: how often the generated programs did what."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from rich.columns import Columns
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from conformance.generate.statistics import Statistics

CELL = 6  # characters of a column of pairs: a count, and what parts it from the next
ERRORS = 60  # patterns of errors that are listed


def show_statistics(statistics: Statistics, console: Console) -> None:
    """Tables of the programs that used each kind of step, each feature, each two of these, where
    doings met in them, and the errors that they raised on the reference."""
    if not statistics.programs:
        console.print("nothing to count: no piece of generated programs came to its end")
        return
    programs, valid = statistics.programs, statistics.valid
    console.print(
        f"{programs:,} generated programs of {statistics.steps.total() / programs:.1f} steps, "
        f"{share(valid, programs)} of which raise nowhere"
    )
    counted = (
        ("kind of step", statistics.kinds),
        ("feature", statistics.features),
        ("what met", statistics.met),
    )
    tables = [_shares(heading, counter, programs) for heading, counter in counted]
    console.print(Columns(tables, padding=(0, 2)))
    for table in _matrices(statistics, console.width):
        console.print(table)
        console.print()
    console.print(_errors(statistics.errors))


def share(count: int, of: int) -> str:
    """A percentage with one decimal."""
    return f"{100 * count / of:.1f} %"


def _shares(heading: str, counter: Counter[str], programs: int) -> Table:
    table = Table(heading)
    table.add_column("programs", justify="right")
    table.add_column("", justify="right")
    for name, count in counter.most_common():
        table.add_row(name, f"{count:,}", share(count, programs))
    return table


def _matrices(statistics: Statistics, width: int) -> Iterator[Table]:
    """How many programs used each two features: a triangle, cut into tables that fit the width. A
    number stands for each column's feature."""
    names = [name for name, _ in statistics.features.most_common()]
    labels = [f"{number} {name}" for number, name in enumerate(names, 1)]
    columns = max((width - max(map(len, labels))) // CELL, 1)
    for start in range(0, len(names) - 1, columns):
        shown = range(start, min(start + columns, len(names) - 1))
        table = Table(box=None, padding=(0, 1, 0, 0))
        table.add_column("two features", no_wrap=True, overflow="ignore")
        for column in shown:
            table.add_column(str(column + 1), justify="right", no_wrap=True, min_width=CELL - 1)
        for row in range(start, len(names)):  # the first only says what its number stands for
            others = names[start : min(row, shown.stop)]
            cells = (str(statistics.pair(names[row], other) or "·") for other in others)
            table.add_row(labels[row], *cells)
        yield table


def _errors(errors: Counter[str]) -> Table:
    more = len(errors) - ERRORS
    caption = f"and {more} more, {sum(sorted(errors.values())[:more]):,} times" if more > 0 else ""
    table = Table("error on the reference", caption=caption)
    table.add_column("times", justify="right")
    for name, count in errors.most_common(ERRORS):
        table.add_row(escape(name), f"{count:,}")
    return table

"""Writes the table, as a page and as the rows that it was made of, and reads these back."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

from jinja2 import Environment, StrictUndefined

from kill_table.running.record import Record
from kill_table.table.marks import Mark
from kill_table.table.sums import WANTED, WANTED_BY_FEW, WANTED_STEPS, table_of

ROWS, PAGE = "table.jsonl", "TABLE.md"


def page(records: Sequence[Record], marks: Mapping[str, Mark], about: Mapping[str, str]) -> str:
    """The page, in Markdown."""
    made = Environment(
        trim_blocks=True, lstrip_blocks=True, undefined=StrictUndefined, autoescape=False
    )
    made.filters["code"] = _code
    text = (Path(__file__).parent / "table.md.j2").read_text(encoding="utf-8")
    wanted = {"wanted": WANTED, "wanted_by_few": WANTED_BY_FEW, "wanted_steps": WANTED_STEPS}
    return made.from_string(text).render(table=table_of(records, marks, about), **wanted)


def _code(text: str) -> str:
    """A line as code in a list, whatever backticks it has."""
    short = text if len(text) <= 160 else f"{text[:160]} …"
    return f"`` {short} ``" if "`" in short else f"`{short}`"


def write(
    folder: Path, records: Sequence[Record], marks: Mapping[str, Mark], about: Mapping[str, str]
) -> None:
    """Write both files into the folder."""
    lines = [json.dumps(about), *[row.to_json() for row in records]]
    (folder / ROWS).write_text("\n".join(lines) + "\n", encoding="utf-8")
    (folder / PAGE).write_text(page(records, marks, about), encoding="utf-8")


def read(folder: Path) -> tuple[list[Record], dict[str, str]]:
    """The rows and what is said about them, as `write` left them."""
    first, *lines = (folder / ROWS).read_text(encoding="utf-8").splitlines()
    return [Record.from_json(line) for line in lines], json.loads(first)

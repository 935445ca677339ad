"""The table of what the programs reach, as Markdown."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from reach.cells import AXES, Cell, universe
from reach.measuring import Reach

NEEDED = ("feature", "op", "argument", "dtypes", "layout", "value")
"""The axes of which no cell may be empty."""

FULL = 0.98  # of the cells of the others
EXPLAINED = (
    "A cell is *called* where a program has such a step, *walked* where a backward pass of torch",
    "went through the node that it made, and *told* where the gradients there told elements apart:",
    "two of one tensor differ; or, of one element, it is neither 0 nor 1. Of some cells no",
    "gradient can come; these are to be called only.",
)
LISTED = 40  # empty cells of an axis are listed


@dataclass(frozen=True, slots=True)
class Axis:
    """One axis of the table.

    Attributes:
        cells: that there are to reach.
        called: those that some program called.
        flowing: those through which a gradient can flow.
        walked: those of them through which a backward pass went.
        told: where it told elements apart.
        empty: those that were not called, and those that should have been told and were not.
    """

    name: str
    cells: int
    called: int
    flowing: int
    walked: int
    told: int
    empty: tuple[str, ...]

    @property
    def full(self) -> bool:
        """Whether no more is empty than may be."""
        most = 0 if self.name in NEEDED else int((1 - FULL) * self.cells)
        return len(self.empty) <= most


def axes(reach: Reach) -> list[Axis]:
    """The axes, each with what was reached of it."""
    every = universe()
    return [_axis(name, {cell: flows for cell, flows in every.items() if cell[0] == name}, reach)
            for name in AXES]  # fmt: skip


def _axis(name: str, cells: dict[Cell, bool], reach: Reach) -> Axis:
    flowing = [cell for cell, flows in cells.items() if flows]
    empty = [cell[1] for cell in cells if not (reach.told if cells[cell] else reach.called)[cell]]
    return Axis(
        name,
        len(cells),
        sum(1 for cell in cells if reach.called[cell]),
        len(flowing),
        sum(1 for cell in flowing if reach.walked[cell]),
        sum(1 for cell in flowing if reach.told[cell]),
        tuple(empty),
    )


def page(reach: Reach, seed: int, made: str) -> str:
    """The page; `made` says of what and when."""
    return "\n".join([*_head(reach, seed, made), *_empty(axes(reach))]) + "\n"


def _head(reach: Reach, seed: int, made: str) -> Iterator[str]:
    yield "# What the generated programs reach"
    yield ""
    yield f"{reach.programs:,} programs of seed {seed}, {made}: `python -m reach --publish`."
    yield ""
    yield from EXPLAINED
    yield ""
    yield "| axis | cells | called | with a gradient | walked | told | empty |"
    yield "|---|--:|--:|--:|--:|--:|--:|"
    for axis in axes(reach):
        counts = (axis.cells, axis.called, axis.flowing, axis.walked, axis.told, len(axis.empty))
        yield f"| {axis.name} | " + " | ".join(f"{count:,}" for count in counts) + " |"
    yield ""


def _empty(found: list[Axis]) -> Iterator[str]:
    yield "## Empty cells"
    yield ""
    for axis in found:
        if axis.empty:
            more = len(axis.empty) - LISTED
            listed = ", ".join(f"`{name}`" for name in axis.empty[:LISTED])
            yield f"- **{axis.name}**: {listed}{f' and {more} more' if more > 0 else ''}"

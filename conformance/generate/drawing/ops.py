"""Which ops a program may call, sorted by what a call of them does: a new tensor, a view, a write.

Each stands as often in its row as it is to be drawn.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property

from conformance.catalogue import CATALOGUE
from conformance.catalogue.entry import OpEntry, Operand
from conformance.generate.drawing.tape import spread, weighted


@dataclass(frozen=True)
class Ops:
    """The ops of a program.

    Attributes:
        plain: those that make a tensor.
        views: those whose result may share memory.
        writing: those that write into a tensor.
        items: item assignment.
    """

    plain: tuple[OpEntry, ...]
    views: tuple[OpEntry, ...]
    writing: tuple[OpEntry, ...]
    items: tuple[OpEntry, ...]

    @cached_property
    def joining(self) -> tuple[OpEntry, ...]:
        """Those of `plain` that join the graphs of two tensors of any shape that broadcasts."""
        return tuple(entry for entry in self.plain if entry.differentiable and _joins(entry))


def entries_of(names: Sequence[str] | None) -> Ops:
    """The catalogue's ops of those names, all of them for None.

    Raises:
        ValueError: none of them can be drawn.
    """
    entries = [CATALOGUE[name] for name in (CATALOGUE if names is None else names)]
    drawable = [entry for entry in entries if entry.signatures]
    if not drawable:
        raise ValueError(f"no generated program calls any of {', '.join(names or CATALOGUE)}")
    return Ops(
        plain=_row([entry for entry in drawable if entry.forms and not entry.view], _weight),
        views=_row([entry for entry in drawable if entry.forms and entry.view], _alike),
        writing=_row([e for e in drawable if e.inplace and not _is_item(e)], _alike),
        items=_row([entry for entry in drawable if _is_item(entry)], _alike),
    )


def _is_item(entry: OpEntry) -> bool:
    return any(form.op == "[]=" for form in entry.inplace)


def _row(entries: Sequence[OpEntry], weight: Callable[[OpEntry], int]) -> tuple[OpEntry, ...]:
    return spread(weighted(*((entry, weight(entry)) for entry in entries)))


def _weight(entry: OpEntry) -> int:
    """More for an op where graphs join, less for one where they end."""
    if not entry.differentiable:
        return 4
    operands = [param for param in entry.signatures[0] if isinstance(param, Operand)]
    return 7 if len(operands) > 1 or operands[0].many else 5


def _alike(entry: OpEntry) -> int:
    """More for an op that has only this row."""
    return 1 if entry.forms and not entry.view else 2


def _joins(entry: OpEntry) -> bool:
    second = entry.signatures[0][1:2]
    return any(isinstance(param, Operand) and param.shape == "broadcast" for param in second)

"""Which ops a program may call, sorted by what a call of them does: a new tensor, a view, a write.

Each stands as often in its row as it is to be drawn.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Final, NamedTuple

from conformance.catalogue import CATALOGUE
from conformance.catalogue.derived import samples_of
from conformance.catalogue.entry import Form, OpEntry, Operand, Sample
from conformance.corpus.opinfo.own import entry_of
from conformance.generate.drawing.tape import Tape, spread, weighted
from conformance.program.words.operators import OPERATORS
from conformance.program.words.own import OWN, OwnOp

THEME_PERCENT: Final = 35.0  # of the programs have one
RESHAPING: Final = frozenset({"sum", "expand", "reshape", "__getitem__"})
_NAMES = (
    "abs add atan2 bmm cat ceil clamp cos cumsum cumprod div eq exp floor ge gt le log lt matmul "
    "maximum mean minimum mm mul mv ne neg pow prod reciprocal round rsqrt sigmoid sign sin sqrt "
    "stack sub sum tan tanh trunc"
)
_TAKING_OUT = frozenset(_NAMES.split())


class Theme(NamedTuple):
    """An op and one of its samples, of whose tensors most of a program's have the shapes, so that
    the op meets what is done to tensors before."""

    entry: OpEntry
    sample: Sample


@dataclass(frozen=True)
class Ops:
    """The ops of a program.

    Attributes:
        plain: those that make a tensor.
        views: those whose result may share memory.
        writing: those that write into a tensor.
        items: item assignment.
        sampled: those that have no signature, and are called as torch's own samples are.
        names: those of them all.
    """

    plain: tuple[OpEntry, ...]
    views: tuple[OpEntry, ...]
    writing: tuple[OpEntry, ...]
    items: tuple[OpEntry, ...]
    sampled: tuple[OpEntry, ...]
    names: frozenset[str]

    def theme(self, tape: Tape) -> Theme | None:
        """What a program is about, if it is about one op more than others."""
        if not self.sampled or not tape.chance(THEME_PERCENT):
            return None
        entry = self.sampled[tape.below(1 << 16) % len(self.sampled)]
        return Theme(entry, tape.pick(samples_of(entry)))

    @cached_property
    def reshaping(self) -> bool:
        """Whether a tensor may be brought to another shape for one of these."""
        return self.names >= RESHAPING

    @cached_property
    def of_any_shape(self) -> tuple[OpEntry, ...]:
        """Those of `plain` that take what a theme's tensors are like; all where there are none."""
        return tuple(entry for entry in self.plain if entry.signatures) or self.plain

    @cached_property
    def joining(self) -> tuple[OpEntry, ...]:
        """Those of `plain` that join the graphs of two tensors of any shape that broadcasts."""
        return tuple(entry for entry in self.plain if entry.differentiable and _joins(entry))

    @cached_property
    def taking_out(self) -> tuple[OpEntry, ...]:
        """Those of `plain` that may be given `out=`."""
        drawn = (entry for entry in self.plain if entry.signatures)
        return tuple(entry for entry in drawn if function_with_out(entry) is not None)

    @cached_property
    def beside_numbers(self) -> tuple[OpEntry, ...]:
        """Those of `plain` that have an operator between a tensor and a number."""
        return tuple(entry for entry in self.plain if operators_of(entry, entry.forms))

    @cached_property
    def written_from_numbers(self) -> tuple[OpEntry, ...]:
        """Those of `writing` that have an operator which writes from a number."""
        return tuple(entry for entry in self.writing if operators_of(entry, entry.inplace))


def function_with_out(entry: OpEntry) -> int | None:
    """The place of torch's function that takes `out=`, among the forms of an op whose result is
    one tensor."""
    forms = enumerate(entry.forms)
    return next((n for n, f in forms if f.kind == "function" and f.op in _TAKING_OUT), None)


def operators_of(entry: OpEntry, forms: Iterable[Form]) -> list[Form]:
    """Those of an op's forms that are operators between a tensor and a number."""
    if not entry.signatures or len(entry.signatures[0]) < 2:
        return []
    second = entry.signatures[0][1]
    if not isinstance(second, Operand) or not second.number:
        return []
    return [f for f in forms if f.kind == "operator" and OPERATORS[f.op].operands == 2]


def entries_of(names: Sequence[str] | None) -> Ops:
    """The catalogue's ops of those names, all of them for None.

    Raises:
        ValueError: none of them can be drawn.
    """
    given = tuple(CATALOGUE if names is None else names)
    return _entries_of(given, tuple(OWN.get(name) for name in given if name in OWN))


@lru_cache(maxsize=64)
def _entries_of(names: tuple[str, ...], own: tuple[OwnOp | None, ...]) -> Ops:
    entries = [entry_of(name) for name in names]
    drawable = [entry for entry in entries if entry.drawable]
    if not drawable:
        raise ValueError(f"no generated program calls any of {', '.join(names)}")
    return Ops(
        plain=_row([entry for entry in drawable if entry.forms and not entry.view], _weight),
        views=_row([entry for entry in drawable if entry.forms and entry.view], _alike),
        writing=_row([e for e in drawable if _is_written(e) and not _is_item(e)], _alike),
        items=_row([entry for entry in drawable if _is_item(entry)], _alike),
        sampled=tuple(entry for entry in drawable if entry.forms and not entry.signatures),
        names=frozenset(names),
    )


def _is_written(entry: OpEntry) -> bool:
    taken = entry.signatures or any(samples_of(entry, form.op) for form in entry.inplace)
    return bool(entry.inplace and taken)


def _is_item(entry: OpEntry) -> bool:
    return any(form.op == "[]=" for form in entry.inplace)


def _row(entries: Sequence[OpEntry], weight: Callable[[OpEntry], int]) -> tuple[OpEntry, ...]:
    return spread(weighted(*((entry, weight(entry)) for entry in entries)))


def _weight(entry: OpEntry) -> int:
    """More for an op where graphs join, less for one where they end."""
    if not entry.signatures:
        return 1  # there are five times as many
    if not entry.differentiable:
        return 4
    operands = [param for param in entry.signatures[0] if isinstance(param, Operand)]
    return 7 if len(operands) > 1 or operands[0].many else 5


def _alike(entry: OpEntry) -> int:
    """More for an op that has only this row."""
    if not entry.signatures:
        return 1
    return 1 if entry.forms and not entry.view else 2


def _joins(entry: OpEntry) -> bool:
    second = entry.signatures[0][1:2] if entry.signatures else ()
    return any(isinstance(param, Operand) and param.shape == "broadcast" for param in second)

"""What first contact with an engine found: its rungs, the first that fails, and what to add."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any

from conformance.contact.rungs.ladder import LADDER
from conformance.contact.rungs.rung import LOWEST, Climbed


@dataclass(frozen=True, slots=True)
class Contact:
    """First contact with an engine.

    Attributes:
        engine, version: as the engine says; "unknown" where it cannot.
        rungs: what came of each that was tried or is blocked, in the ladder's order.
        ops: the catalogue's names that the engine has in some form; () where nothing tells.
    """

    engine: str
    version: str
    rungs: tuple[Climbed, ...]
    ops: tuple[str, ...] = ()

    @property
    def passed(self) -> tuple[Climbed, ...]:
        """The rungs that were reached."""
        return tuple(each for each in self.rungs if each.state == "passed")

    @property
    def failing(self) -> tuple[Climbed, ...]:
        """The rungs that were tried and not reached."""
        return tuple(each for each in self.rungs if each.state not in ("passed", "blocked"))

    @property
    def first(self) -> Climbed | None:
        """What to mend first: the lowest rung that comes out wrong or that others stand on."""
        graver = (each for each in self.failing if each.wrong or self.depending(each.rung))
        return next(graver, next(iter(self.failing), None))

    @property
    def stops(self) -> bool:
        """Whether nothing can be asked of the engine: one of the lowest rungs was not reached."""
        return any(each.rung in LOWEST for each in self.rungs if each.state != "passed")

    @property
    def exit_code(self) -> int:
        """0 when every rung was reached, 1 when some was not, 2 when nothing can be asked."""
        return 2 if self.stops else int(len(self.passed) < len(self.rungs))

    def depending(self, rung: str) -> tuple[str, ...]:
        """The rungs above that stand on this one, directly or not."""
        on: set[str] = {rung}
        for each in LADDER:
            if on.intersection(each.needs):
                on.add(each.name)
        return tuple(each.name for each in LADDER if each.name in on - {rung})

    @property
    def text(self) -> str:
        """What to tell the engine's author: the first rung that fails, why, and what to add."""
        lines = [*self.summary]
        if self.first is not None and (above := self.depending(self.first.rung)):
            every = len(above) + 1 + len(self.passed) >= len(LADDER) + 1
            lines.append(f"  depends on it: {'everything above' if every else ', '.join(above)}")
        return "\n".join(lines)

    @property
    def summary(self) -> tuple[str, ...]:
        """The same without the rungs that depend on it, as lines."""
        reached = f"{self.engine}: {len(self.passed)} of {len(LADDER) + 1} rungs reached"
        if (first := self.first) is None:
            return (reached,)
        return reached, f"it stops at {first.rung!r} ({first.asks})", *reasons(first)

    def to_json(self) -> dict[str, Any]:
        """The contact as JSON data."""
        return {
            "engine": self.engine,
            "version": self.version,
            "exit_code": self.exit_code,
            "rungs": [
                {**asdict(each), "needed_by": [*self.depending(each.rung)]} for each in self.rungs
            ],
        }


def reasons(climbed: Climbed) -> Iterator[str]:
    """Why a rung was not reached, where, and what to add, a line each."""
    yield f"  {climbed.said}"
    if climbed.where:
        yield f"  at {climbed.where}"
    if climbed.add:
        yield f"  {climbed.add}"

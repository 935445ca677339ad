"""The score: counts of cases, and the one way in which every form of the report says them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any, Literal, TypeAlias, get_args

from conformance.verdict import GRADES

Standing: TypeAlias = Literal["agree", "differ", "known", "unsupported", "flaky", "unclaimed"]
"""What a case comes to once the known differences and the claims are taken into account."""

OUTCOMES: tuple[Standing, ...] = get_args(Standing)


@dataclass(slots=True)
class Tally:
    """How many cases came to what.

    Attributes:
        unsupported: those of which something could not be run, or not be read.
        unread: of these, those that could be run.
        flaky: the subject answered differently when it was asked again.
        unclaimed: what the subject does not say that it does; not asked.
        as_claimed: of these, those that were run and agree in all that is claimed.
        lacking: of those that differ or are known to, what the subject claims and cannot run.
        silent: what says nothing at this grade: an error says nothing of values.
    """

    agree: int = 0
    differ: int = 0
    known: int = 0
    unsupported: int = 0
    unread: int = 0
    flaky: int = 0
    unclaimed: int = 0
    as_claimed: int = 0
    lacking: int = 0
    silent: int = 0

    def count(self, standing: Standing | Literal["silent"], *, attempted: bool = True) -> None:
        """One more. `attempted`: whether the subject could run it."""
        setattr(self, standing, getattr(self, standing) + 1)
        if standing == "unsupported" and attempted:
            self.unread += 1
        if standing not in ("unsupported", "unclaimed", "silent") and not attempted:
            self.lacking += 1

    def add(self, other: Tally) -> None:
        """Add what was counted elsewhere."""
        for each in fields(Tally):
            setattr(self, each.name, getattr(self, each.name) + getattr(other, each.name))

    @property
    def asked(self) -> int:
        """The cases that can tell how the subject fares, whether or not it could run them."""
        return self.agree + self.differ + self.known + self.unsupported + self.flaky

    @property
    def attempted(self) -> int:
        """The cases that the subject could run."""
        return self.asked - self.unsupported + self.unread - self.lacking

    @property
    def left_out(self) -> int:
        """The cases that ask for something that is not claimed, and were not run."""
        return self.unclaimed - self.as_claimed

    @property
    def total(self) -> int:
        """All of them."""
        return self.asked + self.unclaimed + self.silent

    @property
    def parity(self) -> float | None:
        """The share that agrees, of those asked; a known difference is a difference."""
        return _floor(self.agree, self.asked)

    def to_json(self) -> dict[str, Any]:
        """The counts and both shares as JSON data."""
        return {
            "asked": self.asked,
            "attempted": self.attempted,
            **{name: getattr(self, name) for name in (*OUTCOMES, "as_claimed", "unread", "silent")},
            "parity": self.parity,
            "parity_of_attempted": _floor(self.agree, self.attempted),
        }


def _floor(part: int, whole: int) -> float | None:
    """The share to six places, rounded down."""
    return None if not whole else part * 1_000_000 // whole / 1_000_000


def share(part: int, whole: int) -> str:
    """A percentage, rounded down: 99.96 % is not 100 %."""
    if not whole:
        return "–"
    tenths = part * 1000 // whole
    return f"{tenths // 10}.{tenths % 10} %"


def coverage(tally: Tally) -> str:
    """Agree of asked and agree of attempted, as every form of the report says it."""
    if not tally.asked:
        return "not claimed" if tally.unclaimed else "nothing was asked"
    return (
        f"{tally.agree:,} of {tally.asked:,} asked agree ({share(tally.agree, tally.asked)}); "
        f"{tally.agree:,} of {tally.attempted:,} attempted"
    )


def headline(grades: Mapping[int, Tally]) -> tuple[str, ...]:
    """A line a grade, that of values and gradients first."""
    return tuple(
        f"grade {number} {GRADES[number]}: {coverage(tally)}" for number, tally in grades.items()
    )


_SAID: tuple[tuple[str, str], ...] = (
    ("agree", "agree in everything"),
    ("differ", "differ"),
    ("known", "differ as known"),
    ("flaky", "answer differently each time"),
    ("unsupported", "unsupported"),
    ("as_claimed", "agree in all that is claimed"),
    ("left_out", "not claimed"),
)
_ALWAYS = ("agree", "differ", "unsupported")


def outcomes(tally: Tally) -> str:
    """What the cases came to: `2 agree in everything, 4 differ, 1 unsupported`."""
    return ", ".join(
        f"{getattr(tally, name):,} {text}"
        for name, text in _SAID
        if name in _ALWAYS or getattr(tally, name)
    )

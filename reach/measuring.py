"""Programs × torch → how often each cell was called, walked and told."""

from __future__ import annotations

import warnings
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import combinations
from typing import Any

from conformance import Program, TorchLike
from conformance.engines.execute import finished
from conformance.engines.torchlike import TorchLikeSession
from conformance.generate.drawing.features import FEATURES, shown_by
from conformance.generate.planning.effects import writes
from conformance.program.steps import (
    Call,
    EnterMode,
    LeaveMode,
    PackHooks,
    Step,
    refs_of,
    result_of,
)
from conformance.program.trace import Outcome, Returned
from conformance.program.values import refs
from reach.cells import Cell, cells_of
from reach.watching import Key, Met, Watching

_ORDER = {name: place for place, name in enumerate(FEATURES)}


@dataclass(slots=True)
class Reach:
    """Counts of programs, by cell.

    Attributes:
        called: those that have such a step.
        walked: those in which a backward pass went through it.
        told: those in which the gradients there told elements apart.
    """

    programs: int = 0
    called: Counter[Cell] = field(default_factory=Counter)
    walked: Counter[Cell] = field(default_factory=Counter)
    told: Counter[Cell] = field(default_factory=Counter)

    def add(self, one: _Run) -> None:
        """Count one program."""
        self.programs += 1
        self.called.update(one.called)
        self.walked.update(one.met.walked)
        self.told.update(one.met.told)

    def merge(self, other: Reach) -> None:
        """Count what the other has counted, too."""
        self.programs += other.programs
        self.called.update(other.called)
        self.walked.update(other.walked)
        self.told.update(other.told)


def measured(programs: Iterable[Program], reference: TorchLike) -> Reach:
    """What these programs reach."""
    reach = Reach()
    for program in programs:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            run = _Run(reference.start(program.inputs))
            try:
                run.all(program)
            finally:
                finished(run.session)
        reach.add(run)
    return reach


@dataclass(slots=True)
class _Block:
    """A `with` block that is open: the features that it shows, and what was used within."""

    shown: list[str]
    keys: list[Key | None] = field(default_factory=list)


class _Run:
    """One run of one program, watched."""

    def __init__(self, session: TorchLikeSession) -> None:
        self.session = session
        self.watching = Watching(session)
        self.met = Met()
        self.called: set[Cell] = set()
        self._open: list[_Block] = []

    def all(self, program: Program) -> None:
        for entry in program.inputs:
            self.watching.follow([entry.name])
        for step in program.steps:
            self._take(step)
        features = {name for axis, name in self.called if axis == "feature"}
        self.called.update(_two(features))

    def _take(self, step: Step) -> None:
        self.watching.begin()
        shown = shown_by(step)
        self.called.update(("feature", name) for name in shown)
        cells = self._cells(step)
        self.called.update(cells)
        outcome = self.session.step(step)
        key = self._follow(step, outcome)
        self.met.await_pass([key], cells)
        touched = [self.watching.keys.get(ref.name) for ref in refs_of(step)]
        modes = [name for block in self._open for name in block.shown]
        features = [("feature", name) for name in (*shown, *modes)]
        for block in self._open:
            block.keys += [key, *touched]
        if isinstance(step, LeaveMode) and self._open:
            touched = self._open.pop().keys
        self.met.await_pass([key, *touched], features)
        if self.watching.passed:
            self._walked(shown)
        if isinstance(step, EnterMode | PackHooks):
            self._open.append(_Block(shown))

    def _cells(self, step: Step) -> set[Cell]:
        if not isinstance(step, Call):
            return set()
        try:
            return cells_of(step, self.session.value)
        except KeyError:  # What it takes is not there; it is not called.
            return set()

    def _follow(self, step: Step, outcome: Outcome) -> Key | None:
        names: list[str] = []
        if isinstance(outcome, Returned):
            names += [ref.name for ref in refs(outcome.value)]
        used = list(refs_of(step))
        if writes(step) and used:
            names.append(used[0].name)
        key = self.watching.follow(names) if names else None
        result = result_of(step)
        if result and key is None and used:  # a handle, say, stands for what it is of
            self._stands_for(result, used[0].name)
        return key

    def _stands_for(self, name: str, other: str) -> None:
        keys = self.watching.keys
        if other in keys:
            keys[name] = keys[other]

    def _walked(self, shown: list[str]) -> None:
        walked, told = self.met.pass_by(self.watching.passed)
        here: list[Any] = [("feature", name) for name in shown]
        for found, of, did in (
            (walked, self.met.walked, True),
            (told, self.met.told, any(self.watching.passed.values())),
        ):
            if did:
                of.update(here)
                names = {name for axis, name in (*found, *here) if axis == "feature"}
                of.update(_two(names))


def _two(names: Iterable[str]) -> Iterator[Cell]:
    ordered = sorted(names, key=lambda name: _ORDER[name])
    for first, other in combinations(ordered, 2):
        yield "two features", f"{first} + {other}"

"""How many mixed programs a second one core draws, runs on both engines and compares, beside how
many the two engines run when nothing is drawn, looked at or compared."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from time import perf_counter
from typing import NamedTuple

import torch

import mini_autograd
from conformance import Program, TorchLike, execute
from conformance.judge.compare import compare
from conformance.sources.generated import drawn

COUNT = 1200  # programs in one turn
TURNS = 3
SEED = 2013

WANTED = 300.0  # programs a second
WANTED_SHARE = 1 / 3  # of the bare rate


class Rates(NamedTuple):
    """Programs a second."""

    compared: float
    bare: float

    @property
    def share(self) -> float:
        """The one as a part of the other."""
        return self.compared / self.bare


def measured() -> Rates:
    """The rates, of a few turns the best."""
    engines = TorchLike(torch), TorchLike(mini_autograd)
    programs = [program for program, _ in drawn(engines[0], count=COUNT, seed=SEED)]
    compared = _best(lambda: _compared(*engines))
    bare = _best(lambda: _bare(programs, engines))
    return Rates(compared, bare)


def _best(run: Callable[[], object]) -> float:
    times = []
    for _ in range(TURNS):
        began = perf_counter()
        run()
        times.append(perf_counter() - began)
    return COUNT / min(times)


def _compared(reference: TorchLike, subject: TorchLike) -> None:
    for program, expected in drawn(reference, count=COUNT, seed=SEED):
        compare(expected, execute(program, subject), program)


def _bare(programs: Sequence[Program], engines: Sequence[TorchLike]) -> None:
    for engine in engines:
        for program in programs:
            session = engine.start(program.inputs)
            for step in program.steps:
                session.step(step)
            session.abandon()

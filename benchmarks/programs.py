"""How many mixed programs a second one core draws, runs on both engines and compares, beside how
many the two engines run when nothing is drawn, looked at or compared."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Sequence
from contextlib import suppress
from time import perf_counter
from types import CodeType, ModuleType
from typing import NamedTuple

import torch

import mini_autograd
from conformance import Program, TorchLike, Trace, execute
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
    scripts = [_compiled(*each) for each in drawn(engines[0], count=COUNT, seed=SEED)]
    compared = _best(lambda: _compared(*engines))
    bare = _best(lambda: _bare(scripts, (torch, mini_autograd)))
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


def _compiled(program: Program, trace: Trace) -> CodeType:
    """What a person would paste into a shell, but for the import: each engine stands for torch."""
    text = program.script(trace)
    return compile(text.removeprefix("import torch\n"), "<program>", "exec")


def _bare(scripts: Sequence[CodeType], modules: Sequence[ModuleType]) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for module in modules:
            for script in scripts:
                with suppress(Exception):  # where the engines differ
                    exec(script, {"torch": module, "print": _print_nothing})


def _print_nothing(*values: object) -> None:
    """Printing tensors would take longer than making them."""

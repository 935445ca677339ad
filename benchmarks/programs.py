"""How many mixed programs a second one core draws, runs on both engines and compares, beside how
many the two engines run when nothing is drawn, looked at or compared."""

from __future__ import annotations

import gc
import warnings
from collections.abc import Callable, Sequence
from contextlib import suppress
from time import process_time
from types import CodeType, ModuleType
from typing import NamedTuple

import torch

import mini_autograd
from conformance import Program, TorchLike, Trace, execute
from conformance.generate.generated import drawn
from conformance.judge.comparing.compare import compare

COUNT = 1200  # programs in one turn
TURNS = 3
SEED = 2013

WANTED = 300.0  # programs a second
WANTED_SHARE = 1 / 3  # of the bare rate


class Rates(NamedTuple):
    """Programs a second of one core's time, whoever else the machine works for."""

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
    gc.collect()
    gc.freeze()  # as the campaign's workers do: what was imported is no garbage
    runs = (lambda: _compared(*engines), lambda: _bare(scripts, (torch, mini_autograd)))
    turns = [[_seconds(run) for run in runs] for _ in range(TURNS)]  # both see the same machine
    gc.unfreeze()
    return Rates(*[COUNT / min(times) for times in zip(*turns, strict=True)])


def _seconds(run: Callable[[], object]) -> float:
    began = process_time()
    run()
    return process_time() - began


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

"""How many examples a second one core runs through Hypothesis, beside the campaign's driver, and
where the rest of the time goes."""

from __future__ import annotations

import gc
import warnings
from collections.abc import Callable
from time import process_time
from typing import NamedTuple

import torch
from hypothesis import Phase, given, seed, settings
from hypothesis import strategies as st

import mini_autograd
from conformance import TorchLike, execute
from conformance.generate.drawing.interpretation import HEADER, ROW
from conformance.generate.generated import drawn
from conformance.judge.comparing.compare import compare
from conformance.strategies import Drawn, programs

COUNT = 1500  # examples, or programs, in one turn
TURNS = 3
SEED = 2013
WANTED = 250.0  # examples a second


class Rates(NamedTuple):
    """Programs a second of one core's time: drawn, run on both engines and compared."""

    hypothesis: float
    campaign: float
    shares: dict[str, float]  # of the time of an example through Hypothesis, by what takes it


def measured() -> Rates:
    """The rates, of a few turns the best."""
    reference, subject = TorchLike(torch), TorchLike(mini_autograd)
    programs(reference=reference)  # what is loaded when it is first used is loaded now
    kept: list[Drawn] = []
    _under_hypothesis(programs(reference=reference), kept.append)
    gc.collect()
    gc.freeze()
    runs: dict[str, Callable[[], object]] = {
        "whole": lambda: _under_hypothesis(
            programs(reference=reference), lambda drawn: _compared(drawn, subject)
        ),
        "campaign": lambda: [
            _compared(each, subject) for each in drawn(reference, count=COUNT, seed=SEED)
        ],
        "drawing": lambda: _under_hypothesis(programs(reference=reference), lambda _: None),
        "Hypothesis": lambda: _under_hypothesis(_BYTES, lambda _: None),
        "the engine": lambda: [execute(each.program, subject) for each in kept],
    }
    turns = [{name: _seconds(run) for name, run in runs.items()} for _ in range(TURNS)]
    gc.unfreeze()
    best = {name: min(turn[name] for turn in turns) for name in runs}
    shares = {
        "Hypothesis": best["Hypothesis"],
        "drawing, and the reference": best["drawing"] - best["Hypothesis"],
        "the engine": best["the engine"],
        "comparing": best["whole"] - best["drawing"] - best["the engine"],
    }
    whole = best["whole"]
    return Rates(
        COUNT / whole, COUNT / best["campaign"], {k: each / whole for k, each in shares.items()}
    )


def _row(size: int) -> st.SearchStrategy[bytes]:
    return st.binary(min_size=size, max_size=size)


# As many choices as a program has on the average: what Hypothesis itself takes for them.
_BYTES = st.tuples(_row(HEADER), *[_row(ROW)] * 6)


def _compared(each: Drawn, subject: TorchLike) -> None:
    program, expected = each
    compare(expected, execute(program, subject), program)


def _under_hypothesis(strategy: st.SearchStrategy, then: Callable) -> None:
    @seed(SEED)
    @settings(max_examples=COUNT, deadline=None, database=None, phases=(Phase.generate,))
    @given(strategy)
    def example(value: object) -> None:
        then(value)

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        example()


def _seconds(run: Callable[[], object]) -> float:
    began = process_time()
    run()
    return process_time() - began

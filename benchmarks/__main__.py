"""`python -m benchmarks`: mini_autograd's speed as a ratio to torch's, both in one run.

The two are timed in turns, so that whatever else the machine does falls on both, and the least
time of each counts: it is the one that was disturbed least.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import torch
from rich.console import Console
from rich.table import Table

import mini_autograd
from benchmarks.cases import CASES, Case, chain

ROUNDS = 15  # turns of each engine
LEAST = 0.02  # seconds that one turn lasts at least


def turn(run: Callable[[], Any], count: int) -> float:
    """Seconds a call, over so many calls."""
    begin = time.perf_counter()
    for _ in range(count):
        run()
    return (time.perf_counter() - begin) / count


def calibrated(run: Callable[[], Any]) -> int:
    """How many calls make a turn last long enough."""
    run()
    return max(1, int(LEAST / max(turn(run, 1), 1e-9)))


def compared(case: Case) -> tuple[float, float]:
    """The least seconds a call, torch's and ours."""
    runs = [case.make(torch), case.make(mini_autograd)]
    counts = [calibrated(run) for run in runs]
    best = [float("inf"), float("inf")]
    for _ in range(ROUNDS):
        for which, (run, count) in enumerate(zip(runs, counts, strict=True)):
            best[which] = min(best[which], turn(run, count))
    return best[0], best[1]


def duration(seconds: float) -> str:
    """Seconds in the unit that reads best."""
    return f"{seconds * 1e6:,.1f} µs" if seconds < 1e-3 else f"{seconds * 1e3:,.2f} ms"


def ratios() -> Table:
    """Each case on both engines; the limit is the issue's, on our time over torch's."""
    table = Table(title="Speed against torch eager, one thread")
    table.add_column("case")
    for name in ("torch", "mini_autograd", "ours / torch", "limit"):
        table.add_column(name, justify="right")
    for case in CASES:
        reference, ours = compared(case)
        table.add_row(
            case.name, duration(reference), duration(ours), f"{ours / reference:.2f}", case.limit
        )
    return table


def depth() -> Table:
    """Going back through a long chain: the time for one node must not grow with its length."""
    table = Table(title="A chain of additions, forward and back, ours alone")
    for name in ("additions", "time", "time each"):
        table.add_column(name, justify="right")
    for length in (25_000, 50_000, 100_000):
        run = chain(length)
        seconds = min(turn(run, 1) for _ in range(3))
        table.add_row(f"{length:,}", duration(seconds), duration(seconds / length))
    return table


def main() -> None:
    """Prints both tables."""
    torch.set_num_threads(1)
    console = Console()
    console.print(ratios())
    console.print(depth())


if __name__ == "__main__":
    main()

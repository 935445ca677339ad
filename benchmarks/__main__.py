"""Measures every case on torch and on `mini_autograd` in turns, and prints the table."""

from __future__ import annotations

import platform
import timeit
from collections.abc import Sequence

import numpy as np
import torch
from rich.console import Console
from rich.progress import track
from rich.table import Table

import mini_autograd
from benchmarks import ops, programs, properties, startup
from benchmarks.cases import CASES, Case


def measured(case: Case) -> tuple[float, float]:
    """Seconds a call on torch and on `mini_autograd`: of many short turns the best of each.

    A shared machine slows down and recovers within seconds; turns see the same of it, and the
    best of many is what the program needs.
    """
    timers = [timeit.Timer(case.build(engine)) for engine in (torch, mini_autograd)]
    for timer in timers:
        timer.timeit(case.calls)
    turns = [[timer.timeit(case.calls) for timer in timers] for _ in range(case.rounds)]
    reference, subject = (min(times) / case.calls for times in zip(*turns, strict=True))
    return reference, subject


def shown(seconds: float) -> str:
    """A time in the unit that suits it."""
    unit, factor = ("µs", 1e6) if seconds < 1e-3 else ("ms", 1e3)
    return f"{seconds * factor:.1f} {unit}"


def table(rows: Sequence[tuple[Case, float, float]]) -> Table:
    """The times, and whether each is within its target."""
    made = Table(title="Time a call, one thread, best of many turns")
    for heading in ("case", "torch", "mini_autograd", "ratio", "target"):
        made.add_column(heading, justify="left" if heading == "case" else "right")
    for case, reference, subject in rows:
        ratio = subject / reference
        target = "linear" if case.target is None else f"≤ {case.target:.2f}"
        met = case.target is None or ratio <= case.target
        style = "green" if met else "red"
        made.add_row(
            case.name, shown(reference), shown(subject), f"[{style}]{ratio:.2f}[/]", target
        )
    return made


def calls(rows: Sequence[ops.Measured]) -> Table:
    """Every op on a handful of elements, in torch's time, and why one is slow."""
    forward, both = ops.medians(rows)
    made = Table(title="Time of each op on a handful of elements, in torch's")
    made.add_column("call", max_width=50)
    made.add_column("alone", justify="right")
    made.add_column("with backward", justify="right")
    made.add_column("why more than three times")
    for row in rows:
        made.add_row(row.call, f"{row.forward:.2f}", _ratio(row.both), row.reason)
    styles = [
        "green" if found <= wanted else "red"
        for found, wanted in ((forward, ops.WANTED_FORWARD), (both, ops.WANTED_BOTH))
    ]
    made.add_section()
    made.add_row("median", f"[{styles[0]}]{forward:.2f}[/]", f"[{styles[1]}]{both:.2f}[/]", "")
    made.add_row("target", f"≤ {ops.WANTED_FORWARD}", f"≤ {ops.WANTED_BOTH}", "")
    return made


def _ratio(value: float | None) -> str:
    return "" if value is None else f"{value:.2f}"


def rates(measured: programs.Rates) -> Table:
    """Programs a second, and whether they are as many as wanted."""
    made = Table(title="Generated programs a second on one core, of any op")
    for heading in ("drawn, run on both and compared", "run on both, bare", "share", "target"):
        made.add_column(heading, justify="right")
    met = measured.compared >= programs.WANTED and measured.share >= programs.WANTED_SHARE
    style = "green" if met else "red"
    made.add_row(
        f"[{style}]{measured.compared:.0f}[/]",
        f"{measured.bare:.0f}",
        f"[{style}]{measured.share:.2f}[/]",
        f"≥ {programs.WANTED:.0f}, ≥ {programs.WANTED_SHARE:.2f}",
    )
    return made


def examples(measured: properties.Rates) -> Table:
    """Examples a second of Hypothesis, whether they are as many as wanted, and what takes how much
    of the time."""
    made = Table(title="Programs a second on one core, drawn, run on both and compared")
    for heading in ("through Hypothesis", "by the campaign's driver", "target", *measured.shares):
        made.add_column(heading, justify="right")
    style = "green" if measured.hypothesis >= properties.WANTED else "red"
    made.add_row(
        f"[{style}]{measured.hypothesis:.0f}[/]",
        f"{measured.campaign:.0f}",
        f"≥ {properties.WANTED:.0f}",
        *[f"{share:.0%}" for share in measured.shares.values()],
    )
    return made


def start(measured: startup.Startup) -> Table:
    """How long the import takes, and the first backward pass."""
    made = Table(title="Start of a process, its processor time")
    for heading in ("import numpy", "import mini_autograd", "ratio", "target", "first backward"):
        made.add_column(heading, justify="right")
    style = "green" if measured.ratio <= startup.WANTED else "red"
    walk = "green" if measured.first_backward <= startup.WANTED_BACKWARD else "red"
    made.add_row(
        shown(measured.numpy),
        shown(measured.engine),
        f"[{style}]{measured.ratio:.2f}[/]",
        f"≤ {startup.WANTED:.1f}",
        f"[{walk}]{shown(measured.first_backward)}[/]",
    )
    return made


def main() -> None:
    """Runs all and prints."""
    torch.set_num_threads(1)
    console = Console()
    rows = [
        (case, *measured(case))
        for case in track(CASES, description="measuring", console=console, transient=True)
    ]
    console.print(table(rows))
    console.print(calls(ops.measured()))
    console.print(start(startup.measured()))
    console.print(rates(programs.measured()))
    console.print(examples(properties.measured()))
    console.print(
        f"Python {platform.python_version()}, NumPy {np.__version__}, torch {torch.__version__}"
    )


if __name__ == "__main__":
    main()

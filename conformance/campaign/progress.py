"""The live line while a campaign runs."""

from __future__ import annotations

import time
from types import TracebackType

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from conformance.campaign.plan import Piece, Settings, pieces
from conformance.campaign.result import Result
from conformance.campaign.worker import Ended

EVERY = 10.0  # seconds between lines where there is no terminal, as in CI


class ProgressLine:
    """Shows how many pieces are done, what is at work, and what was found so far. Where the
    output is no terminal, a plain line now and then says the same. It is a `Watcher`."""

    def __init__(self, settings: Settings, console: Console) -> None:
        self._console = console
        self._told = time.monotonic()
        self._progress = Progress(
            TextColumn("[bold]{task.description}"),
            BarColumn(),
            TextColumn("{task.completed:.0f}/{task.total:.0f}"),
            TimeElapsedColumn(),
            TextColumn("{task.fields[found]}"),
            console=console,
            disable=not console.is_terminal,
            transient=True,
        )
        self._pieces, self._ended = len(pieces(settings)), 0
        # Workers import torch's test data first, which takes longer than many an op.
        self._task = self._progress.add_task(
            "loading torch's samples", total=self._pieces, found=""
        )
        self._programs = self._differ = 0

    def __enter__(self) -> ProgressLine:
        self._progress.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._progress.stop()

    def __call__(self, piece: Piece, event: Result | Ended) -> None:
        """One more result, or the end of a piece."""
        if isinstance(event, Result):
            self._programs += 1
            self._differ += event.verdict.outcome == "differ"
            self._progress.update(self._task, description=piece.name, found=self._found())
        else:
            self._ended += 1
            self._progress.advance(self._task)
        if not self._console.is_terminal and time.monotonic() - self._told >= EVERY:
            self._told = time.monotonic()
            done = f"{self._ended} of {self._pieces} pieces done"
            self._console.print(f"{done}, {self._found()}", highlight=False)

    def _found(self) -> str:
        return f"{self._programs:,} programs, {self._differ:,} differ"

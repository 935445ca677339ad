"""The live line while a campaign runs."""

from __future__ import annotations

from types import TracebackType

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from conformance.campaign.plan import Piece, Settings, pieces
from conformance.campaign.result import Result
from conformance.campaign.worker import Ended


class ProgressLine:
    """Shows how many pieces are done, what is at work, and what was found so far. Silent where
    the output is no terminal. It is a `Watcher`."""

    def __init__(self, settings: Settings, console: Console) -> None:
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
        total = len(pieces(settings))
        # Workers import torch's test data first, which takes longer than many an op.
        self._task = self._progress.add_task("loading torch's samples", total=total, found="")
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
            found = f"{self._programs:,} programs, {self._differ:,} differ"
            self._progress.update(self._task, description=piece.name, found=found)
        else:
            self._progress.advance(self._task)

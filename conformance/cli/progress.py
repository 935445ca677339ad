"""The live line while a campaign runs."""

from __future__ import annotations

import time
from types import TracebackType

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from conformance.campaign.campaign import count_pieces
from conformance.campaign.plan import Piece, Settings
from conformance.campaign.result import Result
from conformance.campaign.work import Ended, Event

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
        self._pieces, self._ended = count_pieces(settings), 0
        # Workers import torch's test data first, which takes longer than many an op.
        self._task = self._progress.add_task(
            "loading torch's samples", total=self._pieces, found=""
        )
        self._programs = self._differ = self._shortened = 0

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

    def __call__(self, piece: Piece | None, event: Event) -> None:
        """One more result, the end of a piece, or a failure that was shortened."""
        if isinstance(event, Result):
            self._differ += event.verdict.outcome == "differ"
            self._programs += piece is not None and piece.source != "generated"
            self._update(piece)
        elif isinstance(event, Ended):
            self._ended += 1
            self._programs += piece.count if piece is not None else 0
            self._progress.advance(self._task)
            self._update(piece)
        else:
            self._shortened += 1
            self._progress.update(
                self._task, description="shortening", found=f"{self._shortened:,} done"
            )
        if not self._console.is_terminal and time.monotonic() - self._told >= EVERY:
            self._told = time.monotonic()
            done = f"{self._ended} of {self._pieces} pieces done"
            more = f", {self._shortened} failures shortened" if self._shortened else ""
            self._console.print(f"{done}, {self._found()}{more}", highlight=False)

    def _update(self, piece: Piece | None) -> None:
        name = "" if piece is None else piece.name
        self._progress.update(self._task, description=name, found=self._found())

    def _found(self) -> str:
        return f"{self._programs:,} programs, {self._differ:,} differ"

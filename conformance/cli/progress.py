"""The live line while a campaign runs, and the first differences as they come."""

from __future__ import annotations

import time
from collections.abc import Sequence

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from conformance.campaign.causes.signature import Signature, by_gravity, suspect_of
from conformance.campaign.plan import Piece, Settings, count_pieces
from conformance.campaign.result import Result
from conformance.campaign.workers.orders import Ended, Event
from conformance.claims.known import Known
from conformance.program.script.wording import worded
from conformance.report.findings import AS_THEY_ARE
from conformance.report.formats.texts import line
from conformance.report.scoring.counting import unexpected
from conformance.report.urgency import urgency

EARLY = 8  # wrong values of unlike causes that are printed as soon as they are seen
EVERY = 10.0  # seconds between lines where there is no terminal, as in CI


class ProgressLine:
    """Shows how many pieces are done, what is at work, and what was found so far. Where the
    output is no terminal, a plain line now and then says the same. It is a `Watcher`."""

    def __init__(self, settings: Settings, console: Console, known: Sequence[Known] = ()) -> None:
        self._console, self._known = console, known
        self._settings = settings
        self._seen: set[Signature] = set()
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
        if not self._console.is_terminal:
            settings = self._settings
            text = f"{settings.engine} against {settings.reference}: loading torch's samples"
            self._console.print(escape(text), highlight=False)
        return self

    def __exit__(self, *raised: object) -> None:
        self._progress.stop()

    def __call__(self, piece: Piece | None, event: Event) -> None:
        """One more result, the end of a piece, or a failure that was shortened."""
        if isinstance(event, Result):
            self._differ += event.verdict.outcome == "differ"
            self._programs += piece is not None and piece.source != "generated"
            self._update(piece)
            self._first_of_its_kind(event)
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

    def _first_of_its_kind(self, result: Result) -> None:
        """Print a wrong value or gradient, if no case before had one of the same cause as far as
        can be told; a person who just broke a rule need not wait for the report."""
        if result.failure is None or result.check in AS_THEY_ARE or len(self._seen) == EARLY:
            return
        differences = by_gravity(unexpected(result, self._known))
        if not differences or urgency(differences[0], result.failure.program).tier:
            return
        first = differences[0]
        cause = suspect_of(result.failure.program, first, result.op, shrunk=False).signature
        if cause in self._seen:
            return
        self._seen.add(cause)
        where = f"{first.where}: " if first.where else ""
        texts = worded(first)
        sides = f"expected {line(texts.expected, 40)}, got {line(texts.actual, 70)}"
        text = f"seen: {result.id}: {first.kind}: {where}{sides}"
        self._console.print(escape(text), highlight=False, soft_wrap=True)

    def _update(self, piece: Piece | None) -> None:
        name = "" if piece is None else piece.name
        self._progress.update(self._task, description=name, found=self._found())

    def _found(self) -> str:
        return f"{self._programs:,} programs, {self._differ:,} differ"

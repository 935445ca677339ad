"""Mutant → Record: planted in a child, asked the generated programs, then the corpus."""

from __future__ import annotations

import gc
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from importlib import import_module
from typing import Any, TypeAlias

from conformance import TorchLike, adjudicate, execute, resolve_engine
from conformance.shrink.reduction import reduce
from kill_table.mutation.mutants import Mutant
from kill_table.mutation.source import Source
from kill_table.running.asking import Found, Kill, ask
from kill_table.running.child import NOTHING, Begin, Ended, in_child
from kill_table.running.planted import plant
from kill_table.running.prepare import Prepared
from kill_table.running.questions import ENGINE
from kill_table.running.reach import Chooser
from kill_table.running.record import Record

PATIENCE = 30.0  # seconds for one program, and for the import
LIMIT = 400.0  # seconds for all that one mutant is asked of one kind
ATTEMPTS = 300  # programs tried to shorten one
UNVIABLE = "unviable"

Shown: TypeAlias = tuple[Found, int | None]
"""What was found, and the steps of the shortest program if that was looked for."""


class Runner:
    """Asks mutants, one after the other."""

    def __init__(
        self, prepared: Prepared, sources: dict[str, Source], chooser: Chooser, shorten: int = 1
    ) -> None:
        """`shorten`: of so many mutants, the program that kills one is made as short as it can."""
        self.prepared, self.sources, self.shorten = prepared, sources, shorten
        self.chooser = chooser

    def record(self, mutant: Mutant) -> Record:
        """What is found out about the mutant."""
        began = time.monotonic()
        source = self.sources[mutant.file]
        row = Record(
            mutant.id, mutant.file, mutant.scope, mutant.operator,
            source.line_of(mutant.edit.start), mutant.old, mutant.new, viable=False,
        )  # fmt: skip
        asked, border = self.chooser.asked(mutant), self.prepared.programs
        first = _halved(asked.first, border)
        plans = [[*a, *b] for a, b in zip(first, _halved(asked.then, border), strict=True)]
        shortens = int(mutant.id, 16) % self.shorten == 0
        found = self._asked(mutant.file, source.edited(mutant.edit), plans, shortens)
        row = replace(row, seconds=time.monotonic() - began)
        if found is None:
            return row
        (programs, short), (cases, _) = found
        kill = cases.kill
        case = (self.prepared.questions[kill.number].case, kill) if kill else None
        return replace(
            row, viable=True, program=programs.kill, case=case, late=programs.late or cases.late,
            asked=(programs.asked, cases.asked), reached=(len(first[0]), len(first[1])),
            flaky=programs.flaky + cases.flaky, short=short,
        )  # fmt: skip

    def _asked(
        self, file: str, data: bytes, plans: Sequence[Sequence[int]], shortens: bool
    ) -> list[Shown] | None:
        """What each plan found, and the steps of the shortest program; None if the mutant cannot
        be imported. Where a child is lost over one plan, another goes on with the next."""
        found: list[Shown] = []
        while len(found) < len(plans):
            left = plans[len(found) :]
            ended = in_child(
                lambda begin, left=left: self._work(file, data, left, shortens, begin),  # type: ignore[misc]
                patience=PATIENCE,
                limit=LIMIT,
            )
            if UNVIABLE in ended.values or (ended.at == NOTHING and ended.how != "returned"):
                return None
            told = list(_with_steps(ended.values))
            found += told
            # One that is lost while a program is shortened is lost over nothing that is left.
            if len(told) < len(left) and (not told or ended.at in left[len(told)]):
                found.append((self._lost(ended), None))
        return found

    def _lost(self, ended: Ended) -> Found:
        """What it means that a child did not return."""
        if ended.how == "late":
            return Found(None, 0, late=True)
        kind = "hang" if ended.how == "hang" else "crash"
        program, _ = self.prepared.questions[ended.at].parts()
        last = ended.detail.strip().rpartition("\n")[2]
        return Found(Kill(ended.at, kind, last, len(program.steps), 0.0), 0)

    def _work(
        self, file: str, data: bytes, plans: Sequence[Sequence[int]], shortens: bool, begin: Begin
    ) -> Iterator[Any]:
        """In the child: for each plan what was found, and if that is wanted a number of steps."""
        import torch

        torch.set_num_threads(1)
        module = plant(file, data)
        try:
            subject = resolve_engine(ENGINE)
            import_module(module)
        except Exception:
            yield UNVIABLE
            return
        assert isinstance(subject, TorchLike)
        gc.freeze()
        for plan in plans:
            found = ask(self.prepared.questions, plan, subject, begin)
            yield found
            if shortens and found.kill and found.kill.number < self.prepared.programs:
                yield self._shortest(found.kill, subject, begin)

    def _shortest(self, kill: Kill, subject: TorchLike, begin: Begin) -> int:
        """The steps of the shortest program that shows a difference of the same kind."""
        reference, left = resolve_engine("torch"), ATTEMPTS

        def shows(candidate: Any) -> bool:
            nonlocal left
            left -= 1
            if left < 0:
                return False
            begin(kill.number)
            expected = execute(candidate, reference)
            actual = execute(candidate, subject)
            verdict = adjudicate(candidate, expected, actual, reference, subject)
            kinds: set[str] = {each.kind for each in verdict.mismatches if each.counts}
            return kill.kind in (kinds or {verdict.outcome})

        program, _ = self.prepared.questions[kill.number].parts()
        return len(reduce(program, shows, reference).steps)


def _halved(numbers: Sequence[int], border: int) -> tuple[list[int], list[int]]:
    """Those of generated programs, and those of cases."""
    return [n for n in numbers if n < border], [n for n in numbers if n >= border]


def _with_steps(values: Sequence[Any]) -> Iterator[Shown]:
    """Each finding with the number of steps that follows it, if one does."""
    for value, after in zip(values, (*values[1:], None), strict=False):
        if isinstance(value, Found):
            yield value, after if isinstance(after, int) else None

"""A campaign's findings into Hypothesis's database, so that the property test tries them first.

Both drivers give the same reading the same kind of choices; so what a campaign drew under a seed is
a choice sequence of Hypothesis's, too, which it then makes shorter by its own means.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from hypothesis.database import ExampleDatabase, choices_to_bytes
from hypothesis.internal.reflection import function_digest

from conformance.campaign.journal import NAME, ops_in
from conformance.campaign.plan import Settings
from conformance.campaign.result import Number, Result
from conformance.engines import TorchLike
from conformance.generate.drawing.interpretation import interpret, replayed
from conformance.generate.drawing.ops import entries_of
from conformance.generate.generated import choices_of


class FeedError(Exception):
    """The folder holds no campaign; the message says what is wrong with it."""


class Fed(NamedTuple):
    """What became of the programs that differed.

    Attributes:
        whole: how many were handed over.
        alone: how many call one op alone: those are of another test, which Hypothesis knows by its
            place in a run of pytest.
        others: how many were drawn from other ops than the test draws from now: the same choices
            are other programs there.
    """

    whole: int
    alone: int
    others: int


def feed(folder: Path, database: ExampleDatabase, reference: TorchLike) -> Fed:
    """Save the programs that differed in the campaign of that folder for `test_programs`.

    Raises:
        FeedError: there is no journal of a campaign.
    """
    from conformance.suite.test_programs import test_programs

    has = ops_in(folder / NAME)
    if has is None:
        raise FeedError(f"{folder}: no campaign was run there: it has no {NAME}")
    entries = entries_of(Settings(engine="", has=has).drawn or None)
    key = function_digest(test_programs.hypothesis.inner_test)  # type: ignore[attr-defined]
    whole = alone = others = 0
    for drawn, program_hash in _failing(folder / NAME):
        if drawn.op:
            alone += 1
            continue
        choices = choices_of(reference, drawn.number, seed=drawn.seed)
        if interpret(reference, entries, replayed(choices)).program.hash != program_hash:
            others += 1
            continue
        database.save(key, choices_to_bytes(choices))
        whole += 1
    return Fed(whole, alone, others)


def _failing(journal: Path) -> Iterator[tuple[Number, str]]:
    """Which programs differed, each once, with its hash."""
    seen: set[Number] = set()
    with journal.open(encoding="utf-8") as lines:
        for line in lines:
            try:
                entry = json.loads(line)
                if "drawn" not in entry:
                    continue
                result = Result.from_json(entry)
            except (ValueError, KeyError, TypeError):
                continue  # torn, or another version's
            if result.drawn and result.drawn not in seen and result.verdict.outcome == "differ":
                seen.add(result.drawn)
                yield result.drawn, result.verdict.program_hash

"""What is neither a pass nor a failure: what the subject does not support, and differences that
are excused, since the reference itself might give either. All of it is shown."""

from __future__ import annotations

import hashlib
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from conformance.campaign.causes.abstracting import abstract
from conformance.campaign.result import Failure, Result
from conformance.program.script.wording import worded
from conformance.report.findings import size
from conformance.verdict import Mismatch


@dataclass(frozen=True, slots=True)
class Lack:
    """Something that the subject lacks.

    Attributes:
        what: the root: an op, an argument, something that it does not let be read.
        runs: whether the case could be run, and something could not be read of it.
        reason: the exception's text, where there was one.
        cases: how many needed it.
        example: a case that did; `program` is what to replay, if one was kept.
    """

    what: str
    runs: bool
    reason: str
    cases: int
    example: str
    program: Failure | None

    @property
    def id(self) -> str:
        """Short, and the same in every run."""
        return hashlib.sha256(self.what.encode("utf-8", "backslashreplace")).hexdigest()[:8]


@dataclass(frozen=True, slots=True)
class Excused:
    """Differences that are not counted, for one reason.

    Attributes:
        judgement: what the referee says they are.
        witness: the reason, without its numbers.
        cases: how many cases have such a difference.
        example, mismatch: one of them.
    """

    judgement: str
    witness: str
    cases: int
    example: str
    mismatch: Mismatch


def lacks_of(results: Iterable[Result]) -> tuple[Lack, ...]:
    """What could not be run, by its root, the commonest first; then what could not be read."""
    found: dict[str, list[tuple[Result, Mismatch]]] = defaultdict(list)
    for result in results:
        roots = (
            m
            for m in result.verdict.mismatches
            if m.kind == "unsupported" and m.judgement != "unclaimed"
        )
        unsupported = {_SHAPE.sub("", m.detail or m.where): m for m in roots}
        for what, mismatch in unsupported.items():
            found[what].append((result, mismatch))
    lacks = [_lack(what, entries) for what, entries in found.items()]
    return tuple(sorted(lacks, key=lambda lack: (lack.runs, -lack.cases, lack.what)))


_SHAPE = re.compile(r"\[[\d, ]*\]")  # of an input that cannot be made: it is not for its shape


def _lack(what: str, entries: list[tuple[Result, Mismatch]]) -> Lack:
    reasons = (worded(mismatch).reason for _, mismatch in entries if mismatch.reason)
    kept = [(r.failure, r.id) for r, _ in entries if r.failure and _shows(r.failure, what)]
    shortest = min(kept, key=lambda entry: size(entry[0].program), default=(None, entries[0][0].id))
    runs = all(mismatch.step is None for _, mismatch in entries)
    return Lack(what, runs, next(reasons, ""), len(entries), shortest[1], shortest[0])


def _shows(failure: Failure, what: str) -> bool:
    """Whether the program that was kept of the case lacks this."""
    return any(
        mismatch.kind == "unsupported" and what == _SHAPE.sub("", mismatch.detail or mismatch.where)
        for mismatch in failure.mismatches
    )


def unclaimed_of(results: Iterable[Result], drawn: Mapping[str, int]) -> Mapping[str, int]:
    """What the subject does not claim, with how many cases asked for it, the commonest first.

    Args:
        drawn: the same of generated programs that are not among the results.
    """
    found = Counter(drawn)
    for result in results:
        if result.verdict.outside:
            found[result.verdict.outside] += 1
        apart = (m for m in result.verdict.mismatches if m.judgement == "unclaimed")
        found.update(
            {f"{m.kind} {m.detail if m.kind == 'unsupported' else ''}".strip() for m in apart}
        )
    return dict(sorted(found.items(), key=lambda entry: (-entry[1], entry[0])))


def excused_of(results: Iterable[Result]) -> tuple[Excused, ...]:
    """The differences for which nobody is blamed, by what was said for them."""
    found: dict[tuple[str, str], list[tuple[Result, Mismatch]]] = defaultdict(list)
    for result in results:
        seen: set[tuple[str, str]] = set()
        for mismatch in result.verdict.mismatches:
            if mismatch.judgement in (None, "unclaimed") or mismatch.counts or mismatch.consequence:
                continue
            key = mismatch.judgement, abstract(worded(mismatch).reason)
            if key not in seen:
                seen.add(key)
                found[key].append((result, mismatch))
    entries = [
        Excused(*key, len(cases), cases[0][0].id, cases[0][1]) for key, cases in found.items()
    ]
    return tuple(sorted(entries, key=lambda entry: (-entry.cases, entry.witness)))

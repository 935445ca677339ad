"""Failures → findings: the failures of one cause together, with the shortest program that shows it.
What should be mended first comes first."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from conformance.campaign.causes.signature import (
    Signature,
    Suspect,
    by_gravity,
    is_failure,
    ops_of,
    suspect_of,
)
from conformance.campaign.result import Failure, Result
from conformance.program import Program
from conformance.program.steps import kind_of
from conformance.report.urgency import urgency
from conformance.verdict import GRADE_OF, Mismatch

Counts: TypeAlias = Callable[[Result, Mismatch], bool]
"""Whether a difference of a case is to be looked at."""

AS_THEY_ARE = ("tutorial", "messages")
"""Checks whose programs people know, or which are a few lines by nature: they are not shrunk."""


@dataclass(frozen=True, slots=True)
class Failing:
    """A case that differs, with one of its differences. `shown`: whether the program that was kept
    of the case shows this one; it may have been shrunk for another."""

    result: Result
    failure: Failure
    mismatch: Mismatch
    suspect: Suspect
    shown: bool = True

    @property
    def short(self) -> bool:
        """Whether its program is as short as it is going to be."""
        return self.shown and (self.failure.reduced or self.result.check in AS_THEY_ARE)


@dataclass(frozen=True, slots=True)
class Finding:
    """Failures with one cause.

    Attributes:
        signature: what they share.
        shortest: the one that stands for them, with the shortest program.
        cases: those of which a program was kept, in the order in which they were run.
        more: those that were like one of these when they were found, and lost their program since
            there were enough of them.
    """

    signature: Signature
    shortest: Failing
    cases: tuple[Failing, ...]
    more: tuple[Result, ...] = ()

    @property
    def results(self) -> tuple[Result, ...]:
        """All of the cases."""
        return (*(case.result for case in self.cases), *self.more)

    @property
    def kinds(self) -> Mapping[str, int]:
        """The kinds of difference, with the number of cases."""
        return Counter[str](case.mismatch.kind for case in self.cases)

    @property
    def script(self) -> str:
        """The program to look at, as plain torch code."""
        return self.failure.script or self.failure.program.script(None, self.failure.mismatches)

    @property
    def id(self) -> str:
        """Short, and the same in every run and on every machine."""
        return self.signature.id

    @property
    def kind(self) -> str:
        """The kind of difference that its program shows."""
        return self.shortest.mismatch.kind

    @property
    def grade(self) -> int:
        """The grade that it breaks."""
        return GRADE_OF.get(self.kind, 1)

    @property
    def mismatch(self) -> Mismatch:
        """The difference that its program shows."""
        return self.shortest.mismatch

    @property
    def failure(self) -> Failure:
        """The program to look at."""
        return self.shortest.failure

    @property
    def ops(self) -> tuple[str, ...]:
        """The ops that it was seen on, the commonest first; of a long program, which op is at
        fault cannot be told."""
        if self.signature.about and not self.signature.guessed:
            return tuple(name for name in self.signature.about if name)
        seen = Counter(name for result in self.results for name in _ops(result) if name)
        return tuple(name for name, _ in seen.most_common())

    @property
    def title(self) -> str:
        """What it is about, in a few words."""
        steps = dict.fromkeys(
            kind_of(step).replace("_", " ") for step in self.failure.program.steps
        )
        names = self.ops or ops_of(self.failure.program) or tuple(steps) or ("inputs",)
        more = f" and {len(names) - 4} more" if len(names) > 4 else ""
        return f"{', '.join(names[:4])}{more}"


def _ops(result: Result) -> tuple[str, ...]:
    if result.op or result.failure is None or not result.failure.reduced:
        return (result.op,)
    return ops_of(result.failure.program)


def folded(results: Iterable[Result], counts: Counts) -> tuple[Finding, ...]:
    """The failures as findings, what is to be mended first at the front.

    Args:
        counts: whether a difference of a case is to be looked at: it is not expected, and not
            said elsewhere.
    """
    results = tuple(results)
    cases = [case for result in results if (case := _failing(result, counts)) is not None]
    known: dict[Signature, list[Failing]] = defaultdict(list)
    guessed = []
    for case in cases:
        if case.suspect.signature.guessed:
            guessed.append(case)
        else:
            known[case.suspect.signature].append(case)
    causes = _without_supersets(known)
    sizes = {signature: len(members) for signature, members in causes.items()}
    for case in guessed:
        causes[_cause_of(case, sizes)].append(case)
    like: dict[str, list[Result]] = defaultdict(list)
    for result in results:
        if result.failure is None:
            like[result.like].append(result)
    findings = [_finding(signature, members, like) for signature, members in causes.items()]
    return tuple(sorted(findings, key=_order))


def _failing(result: Result, counts: Counts) -> Failing | None:
    """The case with one difference that counts, if possible one that its program shows; None where
    no difference counts, or no program was kept."""
    kept = result.failure
    if kept is None:
        return None
    shows = [m for m in kept.mismatches if is_failure(m) and counts(result, m)]
    found = shows or by_gravity(m for m in result.verdict.mismatches if counts(result, m))
    if not found:
        return None
    shrunk = kept.reduced and bool(shows)
    about = result.id if result.check == "tutorial" else result.op
    suspect = suspect_of(kept.program, found[0], about, shrunk=shrunk)
    return Failing(result, kept, found[0], suspect, bool(shows))


def _without_supersets(known: Mapping[Signature, list[Failing]]) -> dict[Signature, list[Failing]]:
    """A cause that names all ops of another, and more, counts as that other: a multiplication that
    is wrong alone is the cause in a program with a sum, too. If several are possible, it is the
    one whose op comes first: the last op often only makes a number to go backward from."""
    causes: dict[Signature, list[Failing]] = defaultdict(list)
    for signature in sorted(known, key=lambda each: (len(each.about), each.about)):
        program = min(known[signature], key=_length).failure.program
        order = {name: place for place, name in enumerate(ops_of(program))}
        inside = [cause for cause in causes if _is_within(cause, signature)]
        first = min(inside, key=lambda cause: _earliest(cause, order), default=None)
        causes[signature if first is None else first] += known[signature]
    return causes


def _is_within(cause: Signature, other: Signature) -> bool:
    """Whether a cause is another with fewer ops."""
    alike = (cause.family, cause.place, cause.texts) == (other.family, other.place, other.texts)
    return alike and set(cause.about) < set(other.about)


def _earliest(cause: Signature, order: Mapping[str, int]) -> int:
    return min(order.get(name, len(order)) for name in cause.about)


def _cause_of(case: Failing, sizes: Mapping[Signature, int]) -> Signature:
    """The cause that explains the case: the one that names the op that the case asks about, else
    the most frequent one; where none does, the case's own guess."""
    possible = [signature for signature in sizes if case.suspect.may_be(signature)]
    asked = case.suspect.signature.about
    return max(
        possible,
        key=lambda cause: (cause.about == asked, asked[0] in cause.about, sizes[cause], cause.id),
        default=case.suspect.signature,
    )


def _finding(
    signature: Signature, members: Sequence[Failing], like: Mapping[str, Sequence[Result]]
) -> Finding:
    keys = dict.fromkeys(case.result.key for case in members)  # a program may be drawn twice
    more = (result for key in keys for result in like.get(key, ()))
    return Finding(signature, min(members, key=_length), tuple(members), tuple(more))


def _length(case: Failing) -> tuple[bool, bool, int, int, int]:
    """Those that are shrunk first; plain programs first, and of these the one with few steps."""
    program = case.failure.program
    odd = urgency(case.mismatch, program).oddness
    return not case.shown, not case.short, odd, *size(program)


def size(program: Program) -> tuple[int, int]:
    """How long a program is: its steps and inputs, then its bytes of data."""
    data = sum(len(entry.data) for entry in program.inputs)
    return len(program.steps) + len(program.inputs), data


def _order(finding: Finding) -> tuple[int, int, int, tuple[int, int], str]:
    first = urgency(finding.mismatch, finding.failure.program)
    length = size(finding.failure.program)
    return first.tier, first.oddness, -len(finding.cases), length, finding.id

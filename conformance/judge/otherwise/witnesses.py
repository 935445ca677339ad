"""What torch itself leaves open: the reference run with the subject's own roundings, and in other
ways than its usual one. A difference that is gone there is nobody's fault.

Step by step the subject's values are adopted, as far as each is what torch might have given at
this step for the operands that the subject had: the same but for the last places; or what torch
gives in another way (`ways.WAYS`); or no further off than one unit in the last place moves it.
What differs all the same differs by the step's own fault; what followed from it agrees.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cached_property, partial
from typing import TypeAlias

import numpy as np

from conformance.engines.protocol import Engine, Session
from conformance.judge.comparing.closeness import Array
from conformance.judge.nearby.evidence import Find
from conformance.judge.nearby.replay import dtypes, places, read, replay, write
from conformance.judge.otherwise.allowance import Flags, Question, alike, same_but_rounding
from conformance.judge.otherwise.dispatching import ALL_OR_NOTHING, Way
from conformance.judge.otherwise.overwritten import (
    Earlier,
    differing,
    place_after,
    place_of,
    settling,
)
from conformance.judge.otherwise.roundings import ROUNDINGS
from conformance.judge.otherwise.ways import WAYS
from conformance.program import Program
from conformance.program.trace import Raised, Trace

MOST = 6  # steps that are asked about: each takes as many runs as there are ways
DRAWS = 4  # of roundings, before it is seen whether there is hope

Keeps: TypeAlias = Mapping[str, Flags]
"""By their places, the elements with the same bits on both sides that a way is to keep."""

Answers: TypeAlias = Callable[[Way, Keeps], Mapping[str, Array | None]]
"""What the reference gives in a way that keeps these elements."""

NOTHING: Keeps = {}


class Witnesses:
    """The reference's runs of a program with the subject's values adopted."""

    def __init__(
        self,
        program: Program,
        reference: Engine,
        expected: Trace,
        actual: Trace,
        *,
        ways: Mapping[str, Way] = WAYS,
        roundings: Sequence[Way] = ROUNDINGS,
        earlier: Earlier | None = None,
    ) -> None:
        """`earlier`: what the subject had at places to which the program writes again."""
        self.program, self.reference = program, reference
        self._ways, self._roundings = ways, roundings
        wanted, got = places(expected), places(actual)
        both = wanted.keys() & got.keys()
        self._subjects = {
            where: got[where]
            for where in wanted
            if where in both and alike(wanted[where], got[where])
        }
        self._dtypes = dtypes(expected)
        self._differing = differing(wanted, got)
        self._earlier = earlier or {}
        for number, values in self._earlier.items():
            had = {place_after(where, number): value for where, value in values.items()}
            self._subjects |= had
            self._differing |= had.keys()
        self._answered: dict[str, Question] = {}
        self._refused = False
        self._raises = any(isinstance(outcome, Raised) for outcome in expected.outcomes)

    @cached_property
    def trace(self) -> Trace:
        """The run in which all that torch leaves open is as the subject has it. Once a value is
        found that nothing explains, no more is asked."""
        _ = self._settled  # Computed first: its run must not be inside a block of another run.
        for _ in range(MOST):
            trace, number, questions = self._pass()
            if number is None:
                return trace
            self._ask(questions, partial(self._after, number, questions))
            self._answered |= questions
            self._refused = any(question.differs for question in questions.values())
            if self._refused:
                break
        return self._pass()[0]

    @property
    def evidence(self) -> tuple[str, ...]:
        """What was adopted for more than its last places, and why: a line a place."""
        _ = self.trace
        return tuple(
            f"step {number}: {where} by {', '.join(found.by)}"
            for number, names in sorted(self._settled.items())
            for where in names
            if (found := self._answered.get(where)) and found.by
        )

    def ways_to(
        self, where: str, find: Find, here: Array, subject: Array, dtype: str
    ) -> tuple[str, ...]:
        """The ways in which the reference gives all that the subject has at a place that no step
        settles, such as what a hook is given, or that a later step wrote again with the same bits;
        none if they do not give all of it.

        Args:
            find: where the place is in a trace.
            here: what the reference has there, of that dtype.
        """
        _ = self.trace
        if self._refused or not alike(here, subject):
            return ()
        question = Question(here, subject, dtype)
        self._ask({where: question}, lambda way, keeps: {where: find(self._run(way, keeps))})
        explained = not question.differs and not (question.open & (here == 0)).any()
        return tuple(question.by) if explained else ()

    def _ask(self, questions: Mapping[str, Question], answers: Answers) -> None:
        """Answer the questions of one step in as few runs as possible: for a value that is far
        off, no more are made after a few draws; for signs of zeros alone, draws come last."""

        def is_open() -> bool:
            return any(question.open.any() for question in questions.values())

        def draw(ways: Sequence[Way]) -> None:
            for way in ways:
                if is_open():
                    found = answers(way, self._exact)
                    for where, question in questions.items():
                        question.draw(found.get(where))

        def hear(name: str, way: Way) -> None:
            if is_open():
                found = answers(way, self._alike)
                for where, question in questions.items():
                    question.hear(name, found.get(where), signs=way.signs)

        if self._raises:  # No draw moves a value so far: hope is no matter there.
            hear("an op that raises writes nothing", ALL_OR_NOTHING)
        drawn = 0
        if not all(question.is_about_signs for question in questions.values()):
            drawn = DRAWS
            draw(self._roundings[:drawn])
            if any(question.is_hopeless for question in questions.values()):
                return
        for name, way in self._ways.items():
            hear(name, way)
        draw(self._roundings[drawn:])

    @cached_property
    def _settled(self) -> Mapping[int, list[str]]:
        """The places that the subject has as well, by the last step that writes there: the
        subject's trace does not show what was there before."""
        seen: dict[str, list[Array | None]] = {
            where: [] for where in self._subjects if where == place_of(where)
        }

        def after(number: int, session: Session) -> None:
            for where, states in seen.items():
                states.append(read(session, where))

        replay(self.program, self.reference, after)
        found: dict[int, list[str]] = {}
        for where, states in seen.items():
            found.setdefault(settling(states), []).append(where)
        for number, values in self._earlier.items():
            found.setdefault(number, []).extend(place_after(where, number) for where in values)
        return found

    @cached_property
    def _alike(self) -> Keeps:
        """All that both sides have with the same bits: another way goes on from it, too."""
        return {
            where: np.ones(values.shape, bool)
            for where, values in self._subjects.items()
            if where not in self._differing
        }

    @cached_property
    def _exact(self) -> Keeps:
        """Of these, the elements that a draw of roundings is to keep: zeros, and values that occur
        twice. The rest may be equal by chance, but where two of the subject's own values are
        equal, it has to go on as with equal values."""
        sizes = {where: np.abs(self._subjects[where]) for where in self._alike}
        seen = Counter(size for values in sizes.values() for size in values.ravel().tolist())
        tied = [size for size, count in seen.items() if count > 1 or size == 0]
        flags = {where: np.isin(values, tied) for where, values in sizes.items()}
        return {where: found for where, found in flags.items() if found.any()}

    def _pass(self) -> tuple[Trace, int | None, dict[str, Question]]:
        """A run that adopts what is allowed; and of the first step at which that is not known,
        the number, and the questions at the places where it is not."""
        asked: int | None = None
        questions: dict[str, Question] = {}

        def after(number: int, session: Session) -> None:
            nonlocal asked
            for where, here in self._here(number, session):
                subject, dtype = self._subjects[where], self._dtypes[place_of(where)]
                known = where in self._answered or same_but_rounding(here, subject, dtype).all()
                if not known and not self._refused and asked in (None, number):
                    asked, questions[where] = number, Question(here, subject, dtype)
                self._adopt(session, where, here)

        return replay(self.program, self.reference, after), asked, questions

    def _here(
        self, number: int, session: Session, keeps: Keeps = NOTHING
    ) -> Iterable[tuple[str, Array]]:
        """What stands at the places that a step settles: where the subject has other bits, and
        where a way is to keep some."""
        for where in self._settled.get(number, ()):
            if where not in self._differing and where not in keeps:
                continue
            here = read(session, place_of(where))
            if here is not None and alike(here, self._subjects[where]):
                yield where, here

    def _adopt(self, session: Session, where: str, here: Array, keeps: Keeps = NOTHING) -> None:
        """Put what the subject has in the place of what the reference has, where it may."""
        subject = self._subjects[where]
        allowed = keeps.get(where)
        if allowed is None:
            allowed = same_but_rounding(here, subject, self._dtypes[place_of(where)])
        if question := self._answered.get(where):
            allowed = allowed | question.allowed
        if allowed.any():
            write(session, place_of(where), np.where(allowed, subject, here))

    def _adopting(self, number: int, session: Session, keeps: Keeps) -> None:
        for where, here in self._here(number, session, keeps):
            self._adopt(session, where, here, keeps)

    def _run(self, way: Way, keeps: Keeps) -> Trace:
        after = partial(self._adopting, keeps=keeps)
        return replay(self.program, self.reference, after, way=way)

    def _after(
        self, number: int, asked: Iterable[str], way: Way, keeps: Keeps
    ) -> Mapping[str, Array | None]:
        """What the places hold right after the step when all is computed in this way."""
        found: dict[str, Array | None] = {}

        def after(step: int, session: Session) -> None:
            if step == number:
                found.update({where: read(session, place_of(where)) for where in asked})
            else:
                self._adopting(step, session, keeps)

        until = Program(self.program.inputs, self.program.steps[: number + 1])
        replay(until, self.reference, after, way=way)
        return found

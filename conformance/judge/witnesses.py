"""What torch itself leaves open: the reference run with the subject's own roundings, and by other
ways than its usual one. A difference that is gone there is nobody's fault.

Step by step the subject's values are adopted, as far as each is what torch might have given at
this step for the operands that the subject had: the same but for the last places; or what torch
gives in another way (`ways.WAYS`); or no further off than one unit in the last place moves it.
What differs all the same differs by the step's own fault; what followed from it agrees.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import TypeGuard

import numpy as np

from conformance.engines.protocol import Engine, Session
from conformance.judge.allowance import Allowance, allowance, same_but_rounding
from conformance.judge.closeness import is_close, tolerances
from conformance.judge.dispatching import Way
from conformance.judge.evidence import Find
from conformance.judge.replay import After, Array, places, read, replay, write
from conformance.judge.roundings import ROUNDINGS
from conformance.judge.ways import WAYS
from conformance.program import Program
from conformance.trace import Trace

MOST = 8  # steps that are asked about: each takes as many runs as there are ways


class Witnesses:
    """The reference's runs of a program with the subject's values adopted."""

    def __init__(self, program: Program, reference: Engine, expected: Trace, actual: Trace) -> None:
        self.program, self.reference = program, reference
        wanted, got = places(expected), places(actual)
        self._subjects = {
            where: got[where]
            for where in wanted.keys() & got.keys()
            if _alike(wanted[where], got[where]) and wanted[where].tobytes() != got[where].tobytes()
        }
        self._allowed: dict[str, Allowance] = {}

    @cached_property
    def trace(self) -> Trace:
        """The run in which all that torch leaves open is as the subject has it."""
        for _ in range(MOST):
            trace, number, open_places = self._pass()
            if number is None:
                return trace
            self._ask(number, open_places)
        return self._pass()[0]

    @cached_property
    def others(self) -> Mapping[str, Trace]:
        """The same run in each of the other ways."""
        return {name: self._run(way) for name, way in WAYS.items()}

    @cached_property
    def rounded(self) -> list[Trace]:
        """The same run with operands and results moved by one unit in the last place."""
        return [self._run(way) for way in ROUNDINGS]

    def ways_to(self, find: Find, here: Array, subject: Array) -> tuple[str, ...]:
        """The ways in which the reference gives all that the subject has at a place that no step
        settles, such as what a hook is given; none if they do not give all of it.

        Args:
            find: where the place is in a trace.
            here: what the reference has there.
        """
        others = {name: find(trace) for name, trace in self.others.items()}
        rounded = [find(trace) for trace in self.rounded]
        allowed = allowance(
            here,
            subject,
            {name: values for name, values in others.items() if _fits(values, subject)},
            [values for values in rounded if _fits(values, subject)],
        )
        close = is_close(here, subject, *tolerances().get(here.dtype.name, (0.0, 0.0)))
        zeros = (here == 0) & (subject == 0)
        return allowed.by if (allowed.elements | close & ~zeros).all() else ()

    @property
    def evidence(self) -> tuple[str, ...]:
        """What was adopted, and why it may be: a line a place."""
        _ = self.trace
        lines = []
        for number, names in sorted(self._settled.items()):
            for where in names:
                found = self._allowed.get(where)
                if found and found.by:
                    lines.append(f"step {number}: {where} by {', '.join(found.by)}")
        return tuple(lines)

    @cached_property
    def _settled(self) -> Mapping[int, list[str]]:
        """The places where the subject has other bits, by the step after which the reference
        writes there no more: what stood there before the subject's trace does not tell."""
        seen: dict[str, list[Array | None]] = {where: [] for where in self._subjects}

        def after(number: int, session: Session) -> None:
            for where, states in seen.items():
                states.append(read(session, where))

        replay(self.program, self.reference, after)
        found: dict[int, list[str]] = {}
        for where, states in seen.items():
            found.setdefault(_settling(states), []).append(where)
        return found

    def _pass(self) -> tuple[Trace, int | None, dict[str, Array]]:
        """A run that adopts what is allowed; and of the first step at which that is not known,
        the number, and what the reference has at the places in question."""
        asked: int | None = None
        unknown: dict[str, Array] = {}

        def after(number: int, session: Session) -> None:
            nonlocal asked
            for where in self._settled.get(number, ()):
                here = read(session, where)
                if here is None or not _alike(here, self._subjects[where]):
                    continue
                if where not in self._allowed and asked in (None, number):
                    close = same_but_rounding(here, self._subjects[where])
                    if close.all():
                        self._allowed[where] = Allowance(close, ())
                    else:
                        asked, unknown[where] = number, here
                self._adopt(session, where, here)

        return replay(self.program, self.reference, after), asked, unknown

    def _adopt(self, session: Session, where: str, here: Array) -> None:
        if allowed := self._allowed.get(where):
            write(session, where, np.where(allowed.elements, self._subjects[where], here))

    def _run(self, way: Way) -> Trace:
        return replay(self.program, self.reference, self._adopting(), way=way)

    def _adopting(self) -> After:
        def after(number: int, session: Session) -> None:
            for where in self._settled.get(number, ()):
                here = read(session, where)
                if here is not None and _alike(here, self._subjects[where]):
                    self._adopt(session, where, here)

        return after

    def _ask(self, number: int, unknown: dict[str, Array]) -> None:
        """Settle what the places in question may hold after the step."""
        others = {name: self._after(number, unknown, way) for name, way in WAYS.items()}
        rounded = [self._after(number, unknown, way) for way in ROUNDINGS]
        for where, here in unknown.items():
            self._allowed[where] = allowance(
                here,
                self._subjects[where],
                {name: found[where] for name, found in others.items() if where in found},
                [found[where] for found in rounded if where in found],
            )

    def _after(self, number: int, unknown: dict[str, Array], way: Way) -> dict[str, Array]:
        """What the places hold right after the step when all is computed in this way."""
        found: dict[str, Array] = {}
        adopt = self._adopting()

        def after(step: int, session: Session) -> None:
            if step == number:
                for where in unknown:
                    values = read(session, where)
                    if values is not None and _alike(values, unknown[where]):
                        found[where] = values
            adopt(step, session)

        until = Program(self.program.inputs, self.program.steps[: number + 1])
        replay(until, self.reference, after, way=way)
        return found


def _fits(values: Array | None, other: Array) -> TypeGuard[Array]:
    return values is not None and _alike(values, other)


def _alike(left: Array, right: Array) -> bool:
    return bool(left.shape == right.shape and left.dtype == right.dtype)


def _settling(states: Sequence[Array | None]) -> int:
    """The first step after which a place holds what it holds at the end."""
    last = states[-1]
    number = len(states) - 1
    while number and last is not None and _same_bits(states[number - 1], last):
        number -= 1
    return number


def _same_bits(left: Array | None, right: Array) -> bool:
    return left is not None and _alike(left, right) and left.tobytes() == right.tobytes()

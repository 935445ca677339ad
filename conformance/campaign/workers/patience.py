"""How long a subject is waited for that hangs again and again."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace

from conformance.engines.isolation.remote import Answer, RemoteEngine
from conformance.engines.protocol import EngineError
from conformance.program import Program
from conformance.program.steps import Call, Step, kind_of
from conformance.program.trace import Lost

PATIENT = 2  # hangs at one kind of step that are waited for in full
HASTY = 5  # seconds that the next are waited for
LOADS = 2  # of an engine for one program: what fails once may have been this machine's doing
MOST = 4  # hangs at one kind of step after which it is asked no more

_ELSEWHERE = ""  # stands for hanging at no step: while inputs are made, or results looked at
_UNLOADED = "the engine could not be loaded again"


@dataclass(slots=True)
class Patient(RemoteEngine):
    """A remote engine whose hangs cost minutes and not hours: a kind of step that hung twice gets
    less time, and one that hung four times is not run any more.

    Attributes:
        hung: how often each kind of step hung; of a worker that takes another's place, what that
            one knew.
    """

    hung: Counter[str] = field(default_factory=Counter)
    unloaded: int = 0  # how often, one time after the other, it could not be loaded

    @property
    def given_up(self) -> set[str]:
        """The kinds of step that are asked no more."""
        return {name for name, times in self.hung.items() if times >= MOST and name}

    def asks(self, program: Program) -> bool:
        """Whether none of its steps hung too often."""
        return self.given_up.isdisjoint(map(name_of, program.steps))

    def answer(self, program: Program) -> Answer:
        """The answer; a hang without a wait where a step is asked no more."""
        if not self.hung:
            return self._counted(program)
        names = [name_of(step) for step in program.steps]
        for number, name in enumerate(names):
            if self.hung[name] >= MOST:
                detail = f"not asked: {name} hung {MOST} times"
                return Answer(lost=Lost("hang", number, detail))
        patient = all(self.hung[name] < PATIENT for name in (*names, _ELSEWHERE))
        if patient or self.limits.step <= HASTY:
            return self._counted(program)
        limits, self.limits = self.limits, replace(self.limits, step=HASTY)
        try:
            return self._counted(program)
        finally:
            self.limits = limits

    def _counted(self, program: Program) -> Answer:
        answer = self._answered(program)
        if (lost := answer.lost) is not None and lost.kind == "hang":
            at = program.steps[lost.step : lost.step + 1] if lost.step is not None else ()
            self.hung[name_of(at[0]) if at else _ELSEWHERE] += 1
        return answer

    def _answered(self, program: Program) -> Answer:
        """The answer; one of its own where the engine, which could be loaded when the run began,
        cannot be any more."""
        if self.unloaded >= MOST:
            return Answer(lost=Lost("crash", None, f"not asked: {_UNLOADED} {MOST} times"))
        for _ in range(LOADS):
            try:
                answer = RemoteEngine.answer(self, program)
            except EngineError as error:
                said = str(error)
            else:
                self.unloaded = 0
                return answer
        self.unloaded += 1
        return Answer(lost=Lost("crash", None, f"{_UNLOADED}: {said}"))


def name_of(step: Step) -> str:
    """What a step is, as far as hanging goes: the op of a call, else its kind."""
    return step.op if isinstance(step, Call) else kind_of(step)

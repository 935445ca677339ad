"""What may differ only because an earlier step did, by what the steps of a program share."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable

from conformance.program import Program, steps
from conformance.program.steps import Call, Snippet, Step, names_of, result_of
from conformance.program.words.operators import OPERATORS

# Steps that change nothing but the name that they bind, and steps that may change all that follows.
_PURE = (steps.Copy, steps.Detach, steps.Forget, steps.WeakReference, steps.Read)
_GLOBAL = (steps.EnterMode, steps.LeaveMode, steps.PackHooks, Snippet)
_NAMES = re.compile(r"[A-Za-z_]\w*")


class Consequences:
    """Which names and steps an early difference may have reached.

    A step that was taken on one side only has its result there only. If it is one that changes
    what it is given (it writes, goes backward, registers a hook), then everything that it may
    have reached differs too: each name that any step so far has used together with one of its
    own, since those may share memory or a graph. From then on what is reached reaches on.

    Args:
        program: whose steps they are.
        written: the inputs that somebody wrote to. Where no step says that it writes to one, a
            call did so that does not say it: batch normalization writes its running mean.
    """

    def __init__(self, program: Program, written: Collection[str] = ()) -> None:
        self._all = False
        telling = [step for step in program.steps if isinstance(step, Call) and not _is_pure(step)]
        self._written = frozenset(written).difference(*map(names_of, telling))
        self._reached: set[str] = set()
        self._group: dict[str, set[str]] = {}  # names used together, however indirectly
        self._of_program = {entry.name for entry in program.inputs}
        self._of_program |= {name for step in program.steps if (name := result_of(step))}

    def follow(self, step: Step) -> None:
        """Go on to a step, before its outcome is looked at."""
        names = names_of(step)
        self._join(names)
        if self.reaches(step):
            self._spread(step, names)

    def begin(self, step: Step) -> None:
        """The step last followed was taken on one side only."""
        self._spread(step, names_of(step))

    def reaches(self, step: Step) -> bool:
        """Whether what the step does may differ for an earlier difference."""
        if self._all:
            return True
        if isinstance(step, Snippet):  # Its text may use any name.
            return bool(self._reached)
        return not self._reached.isdisjoint(names_of(step))

    def reaches_place(self, where: str) -> bool:
        """Whether what is written so, `t0[1].grad` say, may differ for an earlier difference."""
        return self._all or not self._reached.isdisjoint(_NAMES.findall(where))

    def _spread(self, step: Step, names: Iterable[str]) -> None:
        if _is_global(step):
            self._all = True
        elif _is_pure(step) and self._written.isdisjoint(names_of(step)):
            self._reached.update(filter(None, (result_of(step),)))
        else:
            for name in names:
                self._reached |= self._group[name]

    def _join(self, names: Iterable[str]) -> None:
        together: set[str] = set()
        for name in names:
            together |= self._group.get(name, {name})
        for name in together:
            self._group[name] = together


def _is_global(step: Step) -> bool:
    """Whether it may change what no name stands for. A call that neither takes nor gives a name
    is there for nothing else."""
    if isinstance(step, Call):
        return result_of(step) is None and not names_of(step)
    return isinstance(step, _GLOBAL)


def _is_pure(step: Step) -> bool:
    if not isinstance(step, Call):
        return isinstance(step, _PURE)
    if step.form == "operator":
        return not OPERATORS[step.op].statement
    unknown = step.form == "own" or "." in step.op
    writes = step.op.endswith("_") or step.result is None or unknown
    return not writes and not any(step.kwargs.get(name) for name in ("out", "inplace"))

"""What a program has done so far to each of its tensors, and where two of these effects met.

Nothing here runs: the history goes by names, steps and outcomes, so that a program in the course
of being drawn and one that was read from a file are told by the same rules.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from conformance.generate.planning.effects import EDGE, IN_PLACE, MUTATION, ZEROS, views, writes
from conformance.generate.planning.modes import Modes
from conformance.program import Program
from conformance.program.steps import (
    Apply,
    Backward,
    Call,
    Detach,
    EnterMode,
    Forget,
    Grad,
    LeaveMode,
    MultiGradHook,
    PackHooks,
    RegisterHook,
    RemoveHook,
    RetainGrad,
    SetData,
    Step,
    WeakReference,
    refs_of,
)
from conformance.program.trace import Outcome, Raised, Returned, Trace
from conformance.program.values import Ref, refs
from conformance.program.words.hooks import HOOKS

SAVED, VIEWED, HOOKED, RETAINED = "a save", "a view", "a hook", "retain_grad"
UNHOOKED, MADE, PACKED = "a hook removed", "a Function", "a pack hook"
UNRECORDED = "a view in a mode"
"""What may have been done to a tensor, or to another name of its memory, before a write."""

_WALKED = frozenset({HOOKED, RETAINED, MADE})  # what a backward pass meets


class History:
    """The effects of the steps so far.

    Attributes:
        modes: the `with` blocks that are open.
        handles: the names of the hooks' handles, oldest first.
        edges: those of gradient edges.
        watched: those of weak references, each with that of its tensor.
        forgotten: the tensors that the program has deleted.
        leaks: whether it made a cycle that torch never frees, of a hook that uses its tensor, or
            of a gradient with a graph: who is alive then is an engine's own affair.
        met: how often two effects met, by their names.
    """

    def __init__(self) -> None:
        self.modes = Modes()
        self.handles: dict[str, str] = {}  # each with the tensor that it is registered on
        self.edges: dict[str, str] = {}  # each with the tensor whose gradient passes there
        self.watched: dict[str, str] = {}
        self.forgotten: set[str] = set()
        self.leaks = False
        self._ops: dict[str, str] = {}  # of each result the op that made it
        self._passes: dict[tuple[str, ...], frozenset[str]] = {}  # by the ops, from which names
        self.met: Counter[str] = Counter()
        self._parents: dict[str, frozenset[str]] = {}
        self._memory: dict[str, str] = {}  # the name that stands for all of one memory
        self._marks: dict[str, set[str]] = {}  # by memory
        self._stale: dict[str, set[str]] = {}  # by memory: what it was before it was written to
        self._unrecorded: set[str] = set()  # views that were made while nothing was recorded
        self._inference: set[str] = set()  # what was made in inference mode
        self._zeros = False  # whether some gradient will be zeros without memory
        self._used: set[str] = set()  # what something was made from
        self._awaiting: set[str] = set()  # memories and gradients that no backward has met
        self._graphs: set[str] = set()  # names whose tensor was made, or written, by a step
        self._spent: set[str] = set()  # of these, those whose graph a backward has freed
        self._walked: set[str] = set()
        self._gradients: set[str] = set()
        self._failed: frozenset[str] = frozenset()  # what the last step that raised was about

    def input(self, name: str) -> None:
        """One more input."""
        self._parents[name] = frozenset({name})
        self._memory[name] = name

    def take(self, step: Step, outcome: Outcome) -> tuple[str, ...]:
        """Take note of a step; gives the names of the tensors that it made."""
        used = tuple(refs_of(step))
        if not self._failed.isdisjoint(ref.name for ref in used):
            self.met["an error, then the same tensor"] += 1
        if isinstance(outcome, Raised):
            self._failed |= {ref.name for ref in used}
        if not isinstance(outcome, Returned):
            return ()
        made = tuple(ref.name for ref in refs(outcome.value))
        ancestors = self.ancestors(used)
        for name in made:
            self._parents[name] = ancestors | {name}
            self._memory[name] = name
            self._graphs.add(name)
        if made and self.modes.inference:
            self._inference.update(made)
        follow = _FOLLOW.get(type(step))
        if follow is not None:
            follow(self, step, used, made)
        return made

    @property
    def dies_of_a_walk(self) -> bool:
        """Whether torch may not survive a backward pass now: the mode looks at each tensor's
        memory, also where zeros have none."""
        return self._zeros and self.modes.within(MUTATION)

    def ancestors(self, of: Iterable[Ref]) -> frozenset[str]:
        """The tensors from which these were made, and these."""
        return frozenset().union(*(self._parents.get(ref.name, frozenset()) for ref in of))

    def marks(self, name: str) -> frozenset[str] | set[str]:
        """What was done to the tensor, under this name or another of the same memory."""
        return self._marks.get(self._memory.get(name, name), frozenset())

    def mark(self, name: str, what: str) -> None:
        """Take note of what was done to the tensor."""
        memory = self._memory.get(name, name)
        self._marks.setdefault(memory, set()).add(what)
        if what in _WALKED:
            self._awaiting.add(memory)

    def share(self, name: str, owner: str) -> None:
        """From now on the one has the other's memory."""
        self._memory[name] = self._memory.get(owner, owner)

    def called(self, step: Call, used: tuple[Ref, ...], made: tuple[str, ...]) -> None:
        """An op was called."""
        names = {ref.name for ref in used}
        if not self.modes.inference and not names.isdisjoint(self._inference):
            self.met["an inference tensor, then an op"] += 1
        self._awaiting |= names & self._gradients
        if step.op == EDGE and step.result is not None:
            self.edges[step.result] = used[0].name
            self._parents[step.result] = self.ancestors(used)
            return
        self._used |= names
        self._zeros |= step.op in ZEROS
        self._ops.update(dict.fromkeys(made, step.op))
        if isinstance(target := step.kwargs.get("out"), Ref):
            self.written((target, *used))
        elif writes(step):
            self.written(used)
            if step.op == "set_" and len(used) > 1:
                self.share(used[0].name, used[1].name)
        elif step.form == "attribute" and step.op == "grad":
            self._gradients.update(made)
        elif used and (views(step) or step.form == "attribute"):  # `.data`, `.T`
            for name in made:
                self.share(name, used[0].name)
            self.mark(used[0].name, VIEWED)
            if not self.modes.records:
                self.mark(used[0].name, UNRECORDED)
                self._unrecorded.update(made)
        else:
            for ref in used:
                self.mark(ref.name, SAVED)
            if self.modes.packs:
                for name in made:
                    self.mark(name, PACKED)

    def written(self, used: tuple[Ref, ...]) -> None:
        """The first of these was written to, from the others."""
        if not used:
            return
        name = used[0].name
        memory = self._memory.get(name, name)
        self.changed(name, "a write")
        if self.modes:
            self.met["a write in a mode"] += 1
        ancestors = self.ancestors(used)
        for other, of in self._memory.items():
            if of == memory:
                self._parents[other] |= ancestors
                self._graphs.add(other)

    def changed(self, name: str, how: str) -> None:
        """The tensor's values were changed."""
        memory = self._memory.get(name, name)
        marks = self._marks.get(memory, set())
        for mark in marks:
            self.met[f"{mark}, then {how}"] += 1
        self._stale.setdefault(memory, set()).update(marks)
        if marks - {SAVED}:
            self._awaiting.add(memory)

    def walked(self, step: Backward | Grad, used: tuple[Ref, ...], made: tuple[str, ...]) -> None:
        """A backward pass went through the graph."""
        roots = refs(step.root if isinstance(step, Backward) else step.outputs)
        self.leaks |= isinstance(step, Backward) and step.create_graph is not False
        ancestors = self.ancestors(roots)
        graph = ancestors & self._graphs
        ops = tuple([op for name, op in self._ops.items() if name in ancestors])
        if ops and self._passes.setdefault(ops, ancestors).isdisjoint(graph):
            self.met["backward, then through the same ops anew"] += 1
        self._gradients.update(made)
        self._awaiting -= {self._memory.get(name, name) for name in ancestors} | graph
        for met in self._met_by_a_walk(ancestors, graph):
            self.met[f"{met}, then backward"] += 1
        if self.modes:
            self.met["backward in a mode"] += 1
        self._walked |= graph
        if not step.create_graph:
            self.forget_graph(made)
        keeps = step.create_graph if step.retain_graph is None else step.retain_graph
        if not keeps:
            self._spent |= graph

    def forget_graph(self, made: tuple[str, ...]) -> None:
        """What was made leads nowhere, so that no freed graph is in the way either."""
        for name in made:
            self._parents[name] = frozenset({name})

    def _met_by_a_walk(self, ancestors: frozenset[str], graph: frozenset[str]) -> Iterable[str]:
        memories = {self._memory.get(name, name) for name in ancestors}
        for memory in memories & self._stale.keys():
            yield "a write"
            yield from (f"{mark} and a write" for mark in self._stale[memory])
        for mark in {mark for memory in memories for mark in self._marks.get(memory, ())}:
            if mark != SAVED:
                yield mark
        if graph & self._walked:
            yield "backward"
        if graph & self._gradients:
            yield "a gradient as operand"


def _opened(history: History, step: EnterMode | PackHooks, used: Any, made: Any) -> None:
    history.modes.enter(step)


def _closed(history: History, step: Step, used: Any, made: Any) -> None:
    history.modes.leave()


def _retained(history: History, step: RetainGrad, used: Any, made: Any) -> None:
    history.mark(step.tensor.name, RETAINED)


def _detached(history: History, step: Detach, used: Any, made: tuple[str, ...]) -> None:
    for name in made:
        history.share(name, step.tensor.name)
    history.forget_graph(made)
    history.mark(step.tensor.name, VIEWED)


def _hooked(history: History, step: Any, used: tuple[Ref, ...], made: Any) -> None:
    place = step.on if isinstance(step, RegisterHook) else step.mode
    history.leaks |= "{tensor}" in HOOKS[place][step.behaviour]
    history.handles[step.result] = used[0].name
    for ref in used:
        history.mark(ref.name, HOOKED)


def _unhooked(history: History, step: RemoveHook, used: Any, made: Any) -> None:
    history.mark(history.handles.get(step.handle.name, ""), UNHOOKED)


def _applied(history: History, step: Apply, used: tuple[Ref, ...], made: tuple[str, ...]) -> None:
    for name in made:
        history.mark(name, MADE)
    if step.function in IN_PLACE:
        history.written(used)
        for name in made:
            history.share(name, used[0].name)


def _replaced(history: History, step: SetData, used: tuple[Ref, ...], made: Any) -> None:
    history.changed(step.tensor.name, "set .data")
    if len(used) > 1:
        history.share(used[0].name, used[1].name)


def _watched(history: History, step: WeakReference, used: Any, made: Any) -> None:
    history.watched[step.result] = step.tensor.name


def _forgotten(history: History, step: Forget, used: Any, made: Any) -> None:
    history.forgotten.add(step.tensor.name)


_FOLLOW: Mapping[type[Step], Callable[[History, Any, tuple[Ref, ...], tuple[str, ...]], None]] = {
    Apply: _applied,
    Backward: History.walked,
    Call: History.called,
    Detach: _detached,
    EnterMode: _opened,
    Forget: _forgotten,
    Grad: History.walked,
    LeaveMode: _closed,
    MultiGradHook: _hooked,
    PackHooks: _opened,
    RegisterHook: _hooked,
    RemoveHook: _unhooked,
    RetainGrad: _retained,
    SetData: _replaced,
    WeakReference: _watched,
}
"""What each kind of step does to the history; a kind that is not here does nothing to it."""


def interactions(program: Program, trace: Trace) -> Counter[str]:
    """Where effects of a program's steps met: what was done to a tensor before a write, what a
    backward pass found on its way, what was done in a mode or after an error."""
    history = History()
    for entry in program.inputs:
        history.input(entry.name)
    for step, outcome in zip(program.steps, trace.outcomes, strict=True):
        history.take(step, outcome)
    return history.met

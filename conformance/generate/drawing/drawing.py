"""A program in the course of being drawn, each step of which the reference has already taken."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Sequence
from typing import Any

from conformance.catalogue.entry import Category, OpEntry
from conformance.engines.execute import finished
from conformance.engines.observing.observe import dtype_name, values_of
from conformance.engines.torchlike import TorchLike, TorchLikeSession
from conformance.generate.drawing.drawn import Drawn
from conformance.generate.drawing.ops import Ops, Theme
from conformance.generate.drawing.tape import Tape
from conformance.generate.planning.effects import writes
from conformance.generate.planning.planner import Planner
from conformance.generate.values.making import DRAWN, category
from conformance.generate.values.shaping import Shape
from conformance.program import Program
from conformance.program.inputs import Input
from conformance.program.steps import (
    Backward,
    Call,
    Copy,
    Detach,
    EnterMode,
    Forget,
    Grad,
    LeaveMode,
    Read,
    RegisterHook,
    RequiresGrad,
    RetainGrad,
    Step,
    refs_of,
    result_of,
)
from conformance.program.trace import Outcome, Returned
from conformance.program.values import DIFFERENTIABLE, Ref

WIDE = 1 << 16  # more than there are ops, by far: each is picked as often as any other


class Live:
    """A tensor that the program has at this point, as the reference shows it."""

    __slots__ = ("category", "dtype", "is_leaf", "ref", "requires_grad", "shape", "tensor")

    def __init__(self, name: str, tensor: Any, leaves: Container[str]) -> None:
        self.ref = Ref(name)
        self.tensor = tensor
        self.shape: Shape = tuple(tensor.shape)
        self.dtype = dtype_name(tensor.dtype)
        self.category: Category = category(self.dtype)
        self.requires_grad: bool = tensor.requires_grad
        # Asking torch itself makes it bring the grad_fn of a view up to date after a write to
        # its base, and what the program does next may then differ.
        self.is_leaf = not self.requires_grad or name in leaves

    @property
    def size(self) -> int:
        """How many elements it has."""
        return int(self.tensor.numel())

    @property
    def is_expanded(self) -> bool:
        """Whether elements along some dim are one place in memory."""
        return 0 in self.tensor.stride()

    @property
    def overlaps(self) -> bool:
        """Whether elements are one place in memory, but for those along a dim of stride 0, which
        torch refuses to write to."""
        dims = sorted(
            (step, size)
            for step, size in zip(self.tensor.stride(), self.shape, strict=True)
            if step and size > 1
        )
        reach = 0
        for step, size in dims:
            if step <= reach:
                return True
            reach += step * (size - 1)
        return False

    @property
    def has_no_memory(self) -> bool:
        """Whether it is one of those zeros that torch gives without memory as some gradients. Of
        a slice of such, torch's `tolist()` reads memory that is nobody's."""
        return bool(self.tensor._is_zerotensor())

    def values(self) -> Any:
        """Its values as a NumPy array."""
        return values_of(self.tensor)

    def shares_memory(self, other: Live) -> bool:
        """Whether the two have a storage in common."""
        try:
            mine, others = self.tensor.untyped_storage(), other.tensor.untyped_storage()
            return bool(mine.data_ptr() == others.data_ptr())
        except RuntimeError:  # Of one that is known to be all zeros, torch allocates none.
            return False


class Drawing:
    """The program so far, its tensors on the reference, and the tape that choices are read from.

    Attributes:
        ops: those that the program may call.
        features: those that it may use.
        flawed: whether it may hold calls that are wrong on purpose.
        theme: what the program is about, if it is about one op more than others.
        walked: whether a backward pass through its calls is the point of it.
        most: how many steps may be drawn.
        number: the choice of the step that is being drawn; it has a say in which op is called.
        history: what was done so far, and to what.
        leaves: the tensors that require grad and are no result of an op.
        repeated: what is left of a pass that is gone through again.
        renamed: what stands there for the names of the first time.
    """

    def __init__(self, reference: TorchLike, ops: Ops) -> None:
        self.session: TorchLikeSession = reference.start(())
        self.ops = ops
        self.tape = Tape(b"")
        self.features: frozenset[str] = frozenset()
        self.flawed = False
        self.theme: Theme | None = None
        self.walked = False
        self.most = 0
        self.number = 0
        self.inputs: list[Input] = []
        self.steps: list[Step] = []
        self.history = Planner()
        self.leaves: set[str] = set()
        self.repeated: list[Step] = []
        self.renamed: dict[str, Ref] = {}
        self._names: list[str] = []  # of the tensors, oldest first
        self._live: list[Live] | None = None  # what `live` gave since the last step
        self._results = 0

    @property
    def grad_enabled(self) -> bool:
        """Whether what is called now becomes part of a graph."""
        return bool(self.session.module.is_grad_enabled())

    def pick_op(self, entries: Sequence[OpEntry]) -> OpEntry:
        """An op. Another number of the step is another op, even where it draws the same kind."""
        return entries[(self.tape.below(WIDE) + self.number) % len(entries)]

    def live(self) -> list[Live]:
        """The tensors, newest first."""
        if self._live is None:
            leaves = self.leaves
            value = self.session.value
            self._live = [Live(name, value(name), leaves) for name in reversed(self._names)]
        return self._live

    def named(self, ref: Ref) -> Live | None:
        """The tensor of that name, if there is one."""
        return next((live for live in self.live() if live.ref == ref), None)

    @property
    def left(self) -> int:
        """How many steps may be drawn yet."""
        return self.most - len(self.steps)

    def may_be_written(self, live: Live) -> bool:
        """Whether torch survives a write to it, and says what comes of it: it dies in the next
        backward pass if that memory is a later output of an op, which retains its gradient; and
        where windows overlap, how often an element is written to is a kernel's own affair."""
        return not live.overlaps and not any(
            other.tensor.output_nr and live.shares_memory(other)
            for other in self.live()
            if other.tensor.retains_grad
        )

    def one(self, fits: Callable[[Live], bool], wrong: float = 20) -> Live | None:
        """A tensor that fits; in a program that may be wrong at times any one."""
        live = self.live()
        fitting = [entry for entry in live if fits(entry)]
        if self.flawed and self.tape.chance(wrong):
            fitting = live
        return self.tape.pick(fitting) if fitting else None

    def fresh(self, make: Callable[[str], Input]) -> Live:
        """One more input; `make` is given its name."""
        entry = make(f"x{len(self.inputs)}")
        self.inputs.append(entry)
        self.session.add(entry)
        self._names.append(entry.name)
        self.history.input(entry.name)
        if entry.layout.views:
            self.history.made_as_views.add(entry.name)
        if entry.requires_grad:
            self.leaves.add(entry.name)
        live = Live(entry.name, self.session.value(entry.name), self.leaves)
        if self._live is not None:
            self._live = [live, *self._live]
        return live

    def result(self) -> str:
        """The name that the next step to be taken may bind."""
        return f"t{self._results}"

    def take(self, step: Step) -> Outcome:
        """Add the step, and let the reference take it."""
        required = isinstance(step, RequiresGrad) and self._value(step.tensor).requires_grad
        outcome = self.session.step(step)
        self.steps.append(step)
        if result_of(step) is not None:
            self._results += 1
        made = self.history.take(step, outcome)
        # What is of no dtype that is drawn, as complex32, is looked at and not used.
        made = tuple(name for name in made if dtype_name(self._value(Ref(name)).dtype) in DRAWN)
        self._names += made
        if isinstance(outcome, Returned):
            self._follow(step, required)
            self._leaves_among(made, step)
        if self._live is not None:
            self._live = self._with(made) if _changes_nothing(step) else None
        return outcome

    def _with(self, made: Sequence[str]) -> list[Live]:
        """The tensors with those that a step made, which changed no other."""
        new = [Live(name, self._value(Ref(name)), self.leaves) for name in reversed(made)]
        return new + (self._live or [])

    def _value(self, ref: Ref) -> Any:
        return self.session.value(ref.name)

    def _follow(self, step: Step, required: bool) -> None:
        """What the step did to which tensors there are, and which are leaves; `required` says
        that one which was asked to require grad had done so before, as a result may."""
        if isinstance(step, Forget):
            gone = step.tensor.base
            self._names = [name for name in self._names if name.partition("[")[0] != gone]
        elif isinstance(step, Copy):
            self.leaves.add(step.result)
        elif isinstance(step, RequiresGrad):
            if not self._value(step.tensor).requires_grad:
                self.leaves.discard(step.tensor.name)
            elif not required:
                self.leaves.add(step.tensor.name)

    def _leaves_among(self, made: Sequence[str], step: Step) -> None:
        """Some ops give the very tensor that they were given: `x.real`, `x.to(x.dtype)`."""
        if not made:
            return
        given = [ref for ref in refs_of(step) if ref.name in self.leaves]
        for name in made:
            if any(self._value(Ref(name)) is self._value(ref) for ref in given):
                self.leaves.add(name)

    def finish(self) -> Drawn:
        """The program, and what the reference did."""
        trace = finished(self.session)
        return Drawn(Program(tuple(self.inputs), tuple(self.steps)), trace, self.history.met)


_HARMLESS = (Backward, Detach, EnterMode, Grad, LeaveMode, Read, RegisterHook, RetainGrad)


def _changes_nothing(step: Step) -> bool:
    """Whether the step leaves the shape, dtype and `requires_grad` of every tensor as they are."""
    return isinstance(step, _HARMLESS) or (
        isinstance(step, Call) and not writes(step) and "out" not in step.kwargs
    )


def differentiable(tensors: Iterable[Live]) -> list[Live]:
    """Those of a dtype that may require grad."""
    return [live for live in tensors if live.dtype in DIFFERENTIABLE]

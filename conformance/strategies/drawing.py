"""A program in the course of being drawn, each step of which the reference has already taken."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable
from typing import Any

from conformance.catalogue.entry import Category
from conformance.engines.observe import dtype_name, values_of
from conformance.engines.torchlike import TorchLike, TorchLikeSession
from conformance.program import Program
from conformance.program.inputs import Input
from conformance.program.steps import (
    Backward,
    EnterMode,
    Grad,
    LeaveMode,
    RequiresGrad,
    Step,
    refs_of,
    result_of,
)
from conformance.program.values import DIFFERENTIABLE, Ref, refs
from conformance.strategies.shaping import Shape
from conformance.strategies.tape import Tape
from conformance.strategies.tensors import category
from conformance.trace import Outcome, Returned, Trace


class Live:
    """A tensor that the program has at this point, as the reference shows it."""

    __slots__ = ("category", "dtype", "is_leaf", "ref", "requires_grad", "shape", "tensor")

    def __init__(self, name: str, tensor: Any, leaves: Container[str]) -> None:
        self.ref = Ref(name)
        self.tensor = tensor
        self.shape: Shape = tuple(tensor.shape)
        self.dtype = _dtype_names(tensor.dtype)
        self.category: Category = category(self.dtype)
        self.requires_grad: bool = tensor.requires_grad
        # Asking torch itself makes it bring the grad_fn of a view up to date after a write to
        # its base, and what the program does next may then differ.
        self.is_leaf = not self.requires_grad or name in leaves

    @property
    def size(self) -> int:
        """How many elements it has."""
        return int(self.tensor.numel())

    def values(self) -> Any:
        """Its values as a NumPy array."""
        return values_of(self.tensor)

    def shares_memory(self, other: Live) -> bool:
        """Whether the two have a storage in common."""
        mine, others = self.tensor.untyped_storage(), other.tensor.untyped_storage()
        return bool(mine.data_ptr() == others.data_ptr())


_NAMES: dict[Any, str] = {}


def _dtype_names(dtype: Any) -> str:
    name = _NAMES.get(dtype)
    if name is None:
        name = _NAMES[dtype] = dtype_name(dtype)
    return name


class Drawing:
    """The program so far, its tensors on the reference, and the tape that choices are read from.

    `flawed` says that this program may hold calls that are wrong on purpose.
    """

    def __init__(self, reference: TorchLike) -> None:
        self.session: TorchLikeSession = reference.start(())
        self.tape = Tape(b"")
        self.flawed = False
        self.inputs: list[Input] = []
        self.steps: list[Step] = []
        self.modes = 0
        self.spent: set[str] = set()  # results whose graph a backward has freed
        self._names: list[str] = []  # of the tensors, oldest first
        self._parents: dict[str, frozenset[str]] = {}
        self._leaves: set[str] = set()  # those that require grad
        self._results = 0

    def live(self) -> list[Live]:
        """The tensors, newest first."""
        return [
            Live(name, self.session.value(name), self._leaves) for name in reversed(self._names)
        ]

    def fresh(self, make: Callable[[str], Input]) -> Live:
        """One more input; `make` is given its name."""
        entry = make(f"x{len(self.inputs)}")
        self.inputs.append(entry)
        self.session.add(entry)
        self._names.append(entry.name)
        if entry.requires_grad:
            self._leaves.add(entry.name)
        self._parents[entry.name] = frozenset({entry.name})
        return Live(entry.name, self.session.value(entry.name), self._leaves)

    def result(self) -> str:
        """The name that the next step to be taken may bind."""
        return f"t{self._results}"

    def take(self, step: Step) -> Outcome:
        """Add the step, and let the reference take it."""
        outcome = self.session.step(step)
        self.steps.append(step)
        if result_of(step) is not None:
            self._results += 1
        if isinstance(outcome, Returned):
            made = [ref.name for ref in refs(outcome.value)]
            self._names += made
            ancestors = self.ancestors(refs_of(step))
            for name in made:
                self._parents[name] = ancestors | {name}
            self._follow(step, ancestors)
        return outcome

    def _follow(self, step: Step, ancestors: frozenset[str]) -> None:
        if isinstance(step, RequiresGrad):
            self._leaves.add(step.tensor.name)
        elif isinstance(step, EnterMode):
            self.modes += 1
        elif isinstance(step, LeaveMode):
            self.modes = max(self.modes - 1, 0)
        elif isinstance(step, Backward | Grad):
            keeps = step.create_graph if step.retain_graph is None else step.retain_graph
            if not keeps:
                self.spent |= {name for name in ancestors if name.startswith("t")}

    def ancestors(self, of: Iterable[Ref]) -> frozenset[str]:
        """The tensors from which these were made, and these."""
        return frozenset().union(*(self._parents.get(ref.name, frozenset()) for ref in of))

    def is_spent(self, live: Live) -> bool:
        """Whether backward from this tensor would walk through a freed graph, as far as the
        names tell."""
        return not self.spent.isdisjoint(self._parents[live.ref.name])

    def finish(self) -> tuple[Program, Trace]:
        """The program, and what the reference did."""
        trace = self.session.finish()
        return Program(tuple(self.inputs), tuple(self.steps)), trace


def differentiable(tensors: Iterable[Live]) -> list[Live]:
    """Those of a dtype that may require grad."""
    return [live for live in tensors if live.dtype in DIFFERENTIABLE]

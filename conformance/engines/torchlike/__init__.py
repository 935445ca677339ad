"""Runs programs on any module that looks like torch, torch included.

What the module needs: `tensor(nested_list, dtype=)`, a `Tensor` class, its dtypes by torch's names,
and on a tensor `shape`, `dtype`, `detach()` and `numpy()` or `tolist()`. Everything else is used
where it is there, and reported as unsupported where it is not.
"""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from contextlib import ExitStack, suppress
from types import ModuleType
from typing import Any

from conformance.engines.observing.failures import raised, unread
from conformance.engines.observing.listening import Listener
from conformance.engines.observing.memory import aliases_of, gradients_of
from conformance.engines.observing.observe import Observer
from conformance.engines.observing.plain import plain
from conformance.engines.observing.texts import asked_by_program, compiled, said
from conformance.engines.torchlike.actions import ACTIONS
from conformance.engines.torchlike.bindings import Bindings
from conformance.engines.torchlike.create import make, unsupported_for
from conformance.engines.torchlike.global_state import globals_of
from conformance.engines.torchlike.names import Absent, Names, Refused
from conformance.engines.torchlike.way import PLAIN, Way
from conformance.program.inputs import Input
from conformance.program.steps import (
    HANDLED,
    Call,
    Read,
    RequiresGrad,
    Snippet,
    Step,
    kind_of,
    may_have_gradient,
    result_of,
    walks,
)
from conformance.program.trace import (
    NotRun,
    Outcome,
    Raised,
    Returned,
    TensorState,
    Text,
    Trace,
    Unsupported,
)
from conformance.program.values import Value

_TELLING = (Read, Snippet)  # the steps whose result is a plain value that is observed
_GIVING = (Call, RequiresGrad)  # those that give a tensor also where its name is not kept


class TorchLike:
    """The engine that a torch-like module is."""

    def __init__(self, module: Any, name: str | None = None, way: Way = PLAIN) -> None:
        self.module = module
        self.name = name or module.__name__
        self.way = way
        self.definitions: dict[str, tuple[Any, dict[str, Any]]] = {}

    @property
    def version(self) -> str:
        """`module.__version__`, or "unknown"."""
        return str(getattr(self.module, "__version__", "unknown"))

    def start(self, inputs: Sequence[Input]) -> TorchLikeSession:
        """Begin a program: make its inputs."""
        return TorchLikeSession(self, inputs)

    def make(self, entry: Input) -> Any:
        """The input as a leaf tensor; raises whatever the module raises when it cannot."""
        return make(self.module, entry, self.way)

    def __repr__(self) -> str:
        return f"TorchLike({self.name!r})"


class TorchLikeSession:
    """One run of one program on a module."""

    def __init__(self, engine: TorchLike, inputs: Sequence[Input]) -> None:
        self.module: Any = engine.module
        self.engine = engine
        self.names: Names = Names(self.module)
        self.modes: list[Any] = []  # the open `with` blocks, innermost last
        self.printed = ""  # what the last snippet printed
        self.outcomes: list[Outcome] = []
        self.replaced: dict[int, tuple[str, ...]] = {}
        self.forms: dict[int, str] = {}  # steps whose form of call is lacking: what was called
        self.missing: dict[str, str] = {}
        self.unread: dict[str, Raised | Text] = {}
        self.tensor_type: type[Any] = engine.module.Tensor
        self._dtype_type: type | None = type(getattr(engine.module, "float32", None))
        self.bound = Bindings(self.names, self.outcomes, self.tensor_type, self._dtype_type)
        self._globals = globals_of(self.module)
        self.way = engine.way
        self._open = ExitStack()
        self._open.enter_context(self.way.opened())
        if set_warn_always := getattr(self.module, "set_warn_always", None):
            set_warn_always(True)  # Else the first program of a process would warn, and no other.
        self._listener = Listener(self.outcomes, self.tensor_type, self._dtype_type)
        self.log = self._listener.log
        self._inputs: set[str] = set()
        self._owners: dict[str, None] = {}  # of those that may have a gradient, the names
        for entry in inputs:
            self._make(entry)

    def add(self, entry: Input) -> None:
        """Make one more input, just as if the program had begun with it, modes or not."""
        with ExitStack() as stack:
            if self.modes:
                for name, args in (("inference_mode", (False,)), ("enable_grad", ())):
                    if mode := getattr(self.module, name, None):
                        stack.enter_context(mode(*args))
            self._make(entry)

    def enter(self, mode: Any) -> None:
        """Open a `with` block, to be closed by `LeaveMode` or at the end."""
        mode.__enter__()
        self.modes.append(mode)

    def defined(self, name: str, source: str) -> Any:
        """What the source defines under that name, with `torch` and `log` as names that it may
        use. A class is expensive, so it is kept, as long as the module's `Function` stays."""
        parent = getattr(getattr(self.module, "autograd", None), "Function", None)
        kept, namespace = self.engine.definitions.get(name, (None, {}))
        if not namespace or kept is not parent:
            namespace = {"torch": self.module}
            exec(compiled(source), namespace)
            self.engine.definitions[name] = parent, namespace
        namespace["log"] = self.log
        return namespace[name]

    def defined_by(self, source: str) -> dict[str, Any]:
        """The names that the source defines, with those that it may use."""
        namespace = {"torch": self.module, "log": self.log}
        if source:
            exec(compiled(source), namespace)
        return namespace

    def _make(self, entry: Input) -> None:
        self._inputs.add(entry.name)
        self._owners[entry.name] = None
        try:
            self.bound.input(entry.name, self.engine.make(entry))
        except Exception as error:  # Whatever it is, the engine cannot make this input.
            lacking = unsupported_for(self.module, entry, error)
            self.missing[entry.name] = f"{lacking.what}: {lacking.reason}"
            self.names.absent[entry.name] = lacking

    def step(self, step: Step) -> Outcome:
        """Take the next step."""
        name = result_of(step)
        outcome: Outcome
        self._listener.hearing = True
        try:
            value = self._walked(step) if walks(step) else self._taken(step)
            outcome = Returned(self._kept(step, name, value))
        except Absent as absent:
            outcome = absent.outcome
        except Refused as refused:
            outcome = raised(refused.error, lacking=refused.lacking)
        except Exception as error:
            printed = self.printed if isinstance(step, Snippet) else ""
            unfinished = isinstance(error, NotImplementedError)
            outcome = raised(error, printed, named(step) if unfinished else "")
        else:
            if owner := may_have_gradient(step):
                self._owners[owner] = None
        self._listener.hearing = False
        if name and not isinstance(outcome, Returned):
            self.names.pop(name, None)  # What it gave could not even be looked at.
            self.names.absent[name] = outcome if isinstance(outcome, Unsupported) else NotRun(name)
        self.outcomes.append(outcome)
        return outcome

    def _taken(self, step: Step) -> Any:
        try:
            return ACTIONS[type(step)](self, step)
        except AttributeError as error:
            # In a hook, say, or in a snippet. What fails inside an engine's op is an error.
            lacking = isinstance(error.obj, ModuleType | self.tensor_type)
            if lacking and asked_by_program(error):
                raise Absent(Unsupported(str(error.name), said(error))) from error
            raise

    def _walked(self, step: Step) -> Any:
        """Take the step, and see whose `.grad` it replaces by another object."""
        before = self._gradients()
        try:
            return self._taken(step)
        finally:
            if before:
                after = self._gradients()
                self.replaced[len(self.outcomes)] = tuple(
                    [name for name, grad in before.items() if after.get(name, grad) is not grad]
                )

    def _gradients(self) -> dict[str, Any]:
        """What the program's leaves, and those that retain theirs, have for a gradient."""
        self._listener.hearing = False  # An input that was written to is no leaf, and warns.
        found = gradients_of(self.names, self._owners)
        self._listener.hearing = True
        return found

    def value(self, name: str) -> Any:
        """The module's own object of that name; KeyError when there is none."""
        if name not in self.names:
            raise KeyError(name)
        return self.names[name]

    def tensors(self) -> Mapping[str, TensorState]:
        """The present state of every live tensor, by name."""
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # Torch warns when `.grad` of a non-leaf is read.
            return self._seen(self._live())[0]

    def _seen(self, live: Mapping[str, Any]) -> tuple[dict[str, TensorState], Observer]:
        """The state of every live tensor, and what looked at them."""
        observer = Observer(live, self.tensor_type)
        states = {}
        for name, tensor in live.items():
            try:
                states[name] = observer.state_of(tensor, self.bound.versions.get(name))
            except Exception as error:  # It has no shape or dtype to begin with.
                self.unread[name] = unread(error)
        return states, observer

    def finish(self) -> Trace:
        """Observe the final state, leave the modes, and restore the module's global state."""
        self._restore()
        try:
            warnings.simplefilter("ignore")  # As in `tensors`; what it was the listener puts back.
            live = self._live()
            tensors, observer = self._seen(live)
            aliases = aliases_of(live, tensors)
        finally:
            self._open.close()
            self._listener.close()
        return Trace(
            self.engine.name,
            tuple(self.outcomes),
            tensors,
            aliases,
            self.missing,
            tuple(self._listener.calls),
            tuple(self._listener.warnings),
            self.replaced,
            self.bound.same,
            tuple(observer.graph.nodes),
            self.unread,
            self.forms,
            {
                name: self.bound.versions[name] or 0
                for name in live
                if self.bound.versions.get(name)
            },
        )

    def release(self) -> None:
        """Let go of everything, once nothing more is asked: a gradient with a graph of its own
        holds the tensor that holds it, and hooks hold the session, which torch never frees. Over a
        long campaign that is all the memory there is."""
        for tensor in self._live().values():
            with suppress(Exception), warnings.catch_warnings():
                warnings.simplefilter("ignore")
                if tensor.grad is not None:
                    tensor.grad = None
        self.names.clear()

    def _live(self) -> dict[str, Any]:
        """The tensors by name, inputs first, whenever they were added."""
        names, inputs, kind = self.names, self._inputs, self.tensor_type
        ordered = [
            *[name for name in names if name in inputs],
            *[name for name in names if name not in inputs],
        ]
        return {name: names[name] for name in ordered if isinstance(names[name], kind)}

    def _restore(self) -> None:
        while self.modes:
            with suppress(Exception):  # Else those further out would stay open.
                self.modes.pop().__exit__(None, None, None)
        for read, write, value in self._globals:
            with suppress(Exception):
                if read() != value:
                    write(value)

    def _kept(self, step: Step, name: str | None, value: Any) -> Value:
        """What of the step's result is observed. Of one that a call leaves unbound it is only
        whether it has a name already: it is dropped, as the program's text drops it."""
        if name is not None:
            if not isinstance(step, HANDLED):
                return self.bound.bind(name, value)
            self.names[name] = value
            return None
        if isinstance(step, _GIVING) and isinstance(value, self.tensor_type):
            self.bound.note("", value)
        return plain(value, self._dtype_type) if isinstance(step, _TELLING) else None


def named(step: Step) -> str:
    """The step in a word or two, as that which an engine may lack."""
    if isinstance(step, Call):
        return f"Tensor.{step.op}" if step.form in ("method", "attribute") else step.op
    return kind_of(step)

"""What a run of a program produced: an outcome for each step, and every tensor's final state."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Any, Literal, TypeAlias, TypeVar

import numpy as np

from conformance.program.values import Value

T = TypeVar("T")


class Unobserved(Enum):
    """The type of `UNOBSERVED`."""

    UNOBSERVED = "not observable"


UNOBSERVED: Literal[Unobserved.UNOBSERVED] = Unobserved.UNOBSERVED
"""What stands where an engine cannot tell: neither agreement nor a difference. It is not None,
since None is an answer: no gradient, no grad_fn."""

Observed: TypeAlias = T | Unobserved


@dataclass(frozen=True, slots=True)
class Text:
    """Printed text, which is compared as text."""

    text: str


@dataclass(frozen=True, slots=True)
class Opaque:
    """A value that the harness has no form for, by its type's name."""

    type: str


@dataclass(frozen=True, slots=True)
class Returned:
    """The step returned. `value` holds plain values, NumPy arrays, `DType`, `Text`, `Opaque`,
    and a `Ref` wherever there is a tensor, named by the result it is part of."""

    value: Value | Text | Opaque | np.ndarray[Any, Any] = None


@dataclass(frozen=True, slots=True)
class Raised:
    """The step raised: the error's class, that class with its bases (an `except` for any of
    which would catch it), the message, and what a `Snippet` had printed before."""

    error: str
    message: str
    bases: tuple[str, ...] = ()
    printed: str = ""
    lacking: str = field(default="", compare=False)
    """What the error says that the engine lacks: an error only where the reference has one too."""


@dataclass(frozen=True, slots=True)
class Unsupported:
    """The engine lacks `what`, or the step uses a value that it could not make for that reason.
    `reason` is the text of the error that says so."""

    what: str
    reason: str = field(default="", compare=False)


@dataclass(frozen=True, slots=True)
class NotRun:
    """The step uses `name`, which an earlier step raised instead of making."""

    name: str


@dataclass(frozen=True, slots=True)
class Lost:
    """How an engine's process ended that did not survive the program.

    Attributes:
        kind: whether it died, or was ended since it did not answer.
        step: the number of the step under way; None while the inputs were made, or the final
            state was observed.
        detail: what ended it.
        output: the end of what it wrote to its standard error.
    """

    kind: Literal["crash", "hang"]
    step: int | None
    detail: str
    output: str = ""


Outcome: TypeAlias = Returned | Raised | Unsupported | NotRun


# Not frozen, though nobody changes one: made frozen it takes eight times as long to make, and each
# program needs twenty.
@dataclass(slots=True, eq=False)
class TensorState:
    """What can be observed of one tensor. `grad_fn` is the node's name, and `node` its place in
    the trace's `graph`; `version` counts the writes since the program was given the tensor.
    `values` of a dtype that NumPy has not are of the one that `HELD` names.
    `unread` says, of a field that is UNOBSERVED, what the engine raised when it was read, or what
    stood there that makes no sense."""

    shape: tuple[int, ...]
    dtype: str
    values: Observed[np.ndarray[Any, Any]]
    requires_grad: Observed[bool] = UNOBSERVED
    is_leaf: Observed[bool] = UNOBSERVED
    grad: Observed[TensorState | Opaque | None] = UNOBSERVED
    grad_fn: Observed[str | None] = UNOBSERVED
    node: Observed[int | None] = UNOBSERVED
    stride: Observed[tuple[int, ...]] = UNOBSERVED
    version: Observed[int] = UNOBSERVED
    output_nr: Observed[int] = UNOBSERVED
    unread: Mapping[str, Raised | Text] = field(default_factory=dict)


GraphNode: TypeAlias = tuple[str, tuple[tuple[int, int], ...] | Raised, str | None]
"""A node of the graph: its name; for each of its inputs the place of the node that the gradient
goes to (`NO_NODE`, `NOT_FOLLOWED`) and which of its outputs that was, or what the engine raised
instead of telling; and of what accumulates a gradient the name of its tensor, "" if that has
none. (A plain tuple, as of these there are many.)"""

NO_NODE = -1
NOT_FOLLOWED = -2


@dataclass(frozen=True, slots=True, eq=False)
class Called:
    """A call that a hook or a custom function recorded during a step: its label and what it was
    given, with a `TensorState` of shape, dtype, values and requires_grad for each tensor."""

    step: int
    values: tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Warned:
    """A warning during a step. Where in an engine it was raised is no part of the text."""

    step: int
    category: str
    text: str


@dataclass(frozen=True, slots=True, eq=False)
class Trace:
    """A run of a program on an engine.

    Attributes:
        outcomes: one a step.
        tensors: the final state of every live tensor, by name (`x0`, `t0`, `t1[0]`).
        aliases: the groups of names, `x0.grad` included, that share memory; in program order.
        missing: the inputs that the engine could not make, and what it lacks.
        calls: what hooks and custom functions recorded, in order.
        warnings: what was warned of, in order.
        replaced: the number of each step of the walk, and the names whose `.grad` was another
            object after it than before.
        same: of the steps that gave an object that had a name already, the number of each, and
            the pairs of what it gave (the new name, or "" for a result that is dropped) and the
            first name of the same object.
        graph: the nodes that the tensors' grad_fn lead to, each once.
        unread: the tensors of which not even shape and dtype could be read, and why.
        forms: the number of each step whose form of call the engine lacks, and which one was
            called in its place.
        born: of the tensors whose version was not 0 when they got their name, that version.
        end: how the engine's process was lost, if it was; nothing else is known then.
    """

    engine: str
    outcomes: tuple[Outcome, ...]
    tensors: Mapping[str, TensorState]
    aliases: Observed[tuple[tuple[str, ...], ...]] = UNOBSERVED
    missing: Mapping[str, str] = field(default_factory=dict)
    calls: tuple[Called, ...] = ()
    warnings: Observed[tuple[Warned, ...]] = UNOBSERVED
    replaced: Observed[Mapping[int, tuple[str, ...]]] = UNOBSERVED
    same: Observed[Mapping[int, tuple[tuple[str, str], ...]]] = UNOBSERVED
    graph: tuple[GraphNode, ...] = ()
    unread: Mapping[str, Raised | Text] = field(default_factory=dict)
    forms: Mapping[int, str] = field(default_factory=dict)
    born: Mapping[str, int] = field(default_factory=dict)
    end: Lost | None = None

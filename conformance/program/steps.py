"""The kinds of step: one frozen class for each thing that a user of autograd does.

A new kind is a class here, in the union `Step`, with a row in `script.RENDER` and a row in the
table of each engine adapter; a test holds the tables complete.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import MISSING, dataclass, field, fields, replace
from typing import Any, TypeAlias, get_args

from conformance.program.values import Ref, Value, map_refs, refs


@dataclass(frozen=True, slots=True)
class Call:
    """Apply an op. `result` names what it gives; a tuple's items are then `t0[0]`, `t0[1]`.

    `form` says how `op` is written (`operators.FORMS`): "function" (`torch.<op>(*args)`, dotted
    names included), "method" (`args[0].<op>(*args[1:])`), "attribute" (`args[0].<op>`), "own",
    where `op` is one of a user's own (`own.OWN`), or "operator", where it is a symbol of
    `operators.OPERATORS`: "+", "+=", "[]", "[]=", ... A reflected operator is one whose first
    operand is a Python number.
    """

    op: str
    args: tuple[Value, ...] = ()
    kwargs: Mapping[str, Value] = field(default_factory=dict)
    form: str = "function"
    result: str | None = None


@dataclass(frozen=True, slots=True)
class Backward:
    """`root.backward(gradient, retain_graph=, create_graph=, inputs=)`; of several roots, or of
    gradient edges, `torch.autograd.backward(roots, gradients, ...)`."""

    root: Value
    gradient: Value = None
    retain_graph: Value = None
    create_graph: Value = False
    inputs: Value = None


@dataclass(frozen=True, slots=True)
class Grad:
    """`torch.autograd.grad(...)`; `result` names the tuple of gradients."""

    outputs: Value
    inputs: Value
    grad_outputs: Value = None
    retain_graph: Value = None
    create_graph: Value = False
    allow_unused: Value = None
    materialize_grads: Value = False
    result: str | None = None


@dataclass(frozen=True, slots=True)
class SetGrad:
    """`tensor.grad = value`."""

    tensor: Ref
    value: Value


@dataclass(frozen=True, slots=True)
class ClearGrad:
    """`tensor.grad = None`, as an optimiser does between two steps."""

    tensor: Ref


@dataclass(frozen=True, slots=True)
class SetGradDtype:
    """`tensor.grad_dtype = dtype`: what its gradients are cast to; None takes any."""

    tensor: Ref
    dtype: Value


@dataclass(frozen=True, slots=True)
class Detach:
    """`result = tensor.detach()`."""

    tensor: Ref
    result: str


@dataclass(frozen=True, slots=True)
class RequiresGrad:
    """`tensor.requires_grad_(flag)`."""

    tensor: Ref
    flag: Value = True


@dataclass(frozen=True, slots=True)
class RetainGrad:
    """`tensor.retain_grad()`."""

    tensor: Ref


@dataclass(frozen=True, slots=True)
class EnterMode:
    """Open a `with torch.<mode>(*args):` block, until the `LeaveMode` that matches."""

    mode: str
    args: tuple[Value, ...] = ()


@dataclass(frozen=True, slots=True)
class PackHooks:
    """Open a `with torch.autograd.graph.saved_tensors_hooks(...):` block, as `EnterMode` does.
    `behaviour` is a row of `hooks.PACKS`; `label` is what its calls are recorded under."""

    behaviour: str
    label: str = "pack"


@dataclass(frozen=True, slots=True)
class LeaveMode:
    """Close the innermost open block; without one it does nothing, so that shrinking may drop
    the `EnterMode`. Blocks left open end with the program. A block may be left by an exception,
    which is raised as the block's last statement and caught around it."""

    raising: Value = False


@dataclass(frozen=True, slots=True)
class RegisterHook:
    """Register a hook; `result` names its handle, and its calls are recorded under that name.

    `on` says what it is registered on: "tensor" (`register_hook`), "post_accumulate"
    (`register_post_accumulate_grad_hook`), "node" or "node_pre" (`register_hook` and
    `register_prehook` of the tensor's grad_fn). `behaviour` is a row of `hooks.HOOKS[on]`.
    """

    tensor: Ref
    behaviour: str
    on: str
    result: str


@dataclass(frozen=True, slots=True)
class MultiGradHook:
    """`torch.autograd.graph.register_multi_grad_hook(tensors, hook, mode=)`; `behaviour` is a row
    of `hooks.HOOKS[mode]`, and the mode "all" or "any"."""

    tensors: tuple[Value, ...]
    mode: str
    behaviour: str
    result: str


@dataclass(frozen=True, slots=True)
class RemoveHook:
    """`handle.remove()`."""

    handle: Ref


@dataclass(frozen=True, slots=True)
class Apply:
    """`result = function.apply(*args)`, of a custom `torch.autograd.Function` that is a row of
    `functions.FUNCTIONS`."""

    function: str
    args: tuple[Value, ...] = ()
    result: str | None = None


@dataclass(frozen=True, slots=True)
class Functional:
    """Differentiate a function of `functionals.MAPS` by a functional call: `api` is a row of
    `functionals.APIS`, which says how its arguments are written. `vectors` are the cotangents,
    or the tangents, of the APIs that take some."""

    api: str
    function: str
    inputs: Value
    vectors: Value = None
    kwargs: Mapping[str, Value] = field(default_factory=dict)
    result: str | None = None


@dataclass(frozen=True, slots=True)
class SetData:
    """`tensor.data = value`."""

    tensor: Ref
    value: Value


@dataclass(frozen=True, slots=True)
class Copy:
    """A copy of the tensor by Python's own means: `how` is a row of `operators.COPIES`."""

    tensor: Ref
    how: str
    result: str


@dataclass(frozen=True, slots=True)
class Forget:
    """`del tensor`: the program drops its reference; steps that use the name later do not run."""

    tensor: Ref


@dataclass(frozen=True, slots=True)
class WeakReference:
    """`result = weakref.ref(tensor)`: it tells whether the tensor is still alive."""

    tensor: Ref
    result: str


@dataclass(frozen=True, slots=True)
class Read:
    """Observe a tensor: `what` is a row of `reads.READS`; the outcome is a plain value.
    `other` is the second operand of those that have one: `x._base is y`."""

    tensor: Ref
    what: str
    other: Value = None


@dataclass(frozen=True, slots=True)
class Snippet:
    """Plain torch code as text, run in a fresh namespace that holds `torch` and every name of the
    program; the outcome is what it prints."""

    code: str


Step: TypeAlias = (
    Call | Backward | Grad | SetGrad | ClearGrad | SetGradDtype | Detach | RequiresGrad
    | RetainGrad | EnterMode | PackHooks | LeaveMode | RegisterHook | MultiGradHook | RemoveHook
    | Apply | Functional | SetData | Copy | Forget | WeakReference | Read | Snippet
)  # fmt: skip

KINDS: Mapping[str, type[Step]] = {
    re.sub(r"\B(?=[A-Z])", "_", kind.__name__).lower(): kind for kind in get_args(Step)
}
"""The name of each kind in JSON, in statistics and in reports: `set_grad` of `SetGrad`."""

HANDLED = RegisterHook | MultiGradHook | WeakReference
"""The kinds whose result is a handle: it is there to be used, and not to be seen."""

_NAMES: Mapping[type[Step], str] = {kind: name for name, kind in KINDS.items()}
_FIELDS: Mapping[type[Step], tuple[str, ...]] = {
    kind: tuple(entry.name for entry in fields(kind)) for kind in KINDS.values()
}


OPTIONS: Mapping[type[Step], Mapping[str, Value]] = {
    kind: {
        entry.name: entry.default
        for entry in fields(kind)
        if entry.default is not MISSING and entry.name != "result"
    }
    for kind in (Backward, Grad)
}
"""Of the steps that go backward, the optional arguments with their defaults."""


def kind_of(step: Step) -> str:
    """The step's name in `KINDS`."""
    return _NAMES[type(step)]


def walks(step: Step) -> bool:
    """Whether the step goes backward through the graph."""
    if isinstance(step, Call):
        return step.op == "autograd.backward"
    return isinstance(step, _WALKS)


def may_have_gradient(step: Step) -> str | None:
    """The name of the tensor whose `.grad` may be something from this step on, if there is one."""
    if isinstance(step, Call):
        return step.result if step.kwargs.get("requires_grad") else None
    if isinstance(step, _GIVE_GRADIENT):
        return step.tensor.name
    return step.result if isinstance(step, Copy) else None


# Tuples that are made once: these are asked of each step, and a union is made where it is written.
_WALKS = (Backward, Grad, Functional)
_GIVE_GRADIENT = (RequiresGrad, RetainGrad, SetGrad)


def options_of(step: Backward | Grad) -> dict[str, Value]:
    """The optional arguments of the step that are not the defaults."""
    defaults = OPTIONS[type(step)]
    given = ((name, getattr(step, name), default) for name, default in defaults.items())
    return {name: value for name, value, default in given if value is not default}


def result_of(step: Step) -> str | None:
    """The name that the step binds, if it binds one."""
    return getattr(step, "result", None)


def refs_of(step: Step) -> Iterator[Ref]:
    """Every value that the step uses, in reading order."""
    return refs(values_of(step))


def map_step(step: Step, of: Callable[[Ref], Value]) -> Step:
    """The step with its references replaced by what `of` gives for them."""
    changed: dict[str, Any] = {
        name: after
        for name in _FIELDS[type(step)]
        if (after := map_refs(before := getattr(step, name), of)) != before
    }
    return replace(step, **changed) if changed else step


def names_of(step: Step) -> set[str]:
    """The names that the step uses, without what of them, and the one that it binds."""
    return {*(ref.base for ref in refs_of(step)), *filter(None, (result_of(step),))}


def values_of(step: Step) -> list[Value]:
    """What its fields hold, in the order of the class."""
    return [getattr(step, name) for name in _FIELDS[type(step)]]

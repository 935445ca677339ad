"""The kinds of step: one frozen class for each thing that a user of autograd does.

A new kind is a class here with a row in `KINDS`, a row in `script.RENDER`, and a row in the table
of each engine adapter; a test holds the tables complete.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import MISSING, dataclass, field, fields
from typing import Any, TypeAlias

from conformance.program.values import ProgramError, Ref, Value, decode, encode, refs


@dataclass(frozen=True, slots=True)
class Call:
    """Apply an op. `result` names what it gives; a tuple's items are then `t0[0]`, `t0[1]`.

    `form` says how `op` is written (`operators.FORMS`): "function" (`torch.<op>(*args)`, dotted
    names included), "method" (`args[0].<op>(*args[1:])`), "attribute" (`args[0].<op>`) or
    "operator", where `op` is a symbol of `operators.OPERATORS`: "+", "+=", "[]", "[]=", ...
    A reflected operator is one whose first operand is a Python number.
    """

    op: str
    args: tuple[Value, ...] = ()
    kwargs: Mapping[str, Value] = field(default_factory=dict)
    form: str = "function"
    result: str | None = None


@dataclass(frozen=True, slots=True)
class Backward:
    """`root.backward(gradient, retain_graph=, create_graph=, inputs=)`."""

    root: Ref
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
class LeaveMode:
    """Close the innermost open block; without one it does nothing, so that shrinking may drop
    the `EnterMode`. Blocks left open end with the program."""


@dataclass(frozen=True, slots=True)
class Read:
    """Observe a tensor: `what` is a row of `operators.READS`; the outcome is a plain value."""

    tensor: Ref
    what: str


@dataclass(frozen=True, slots=True)
class Snippet:
    """Plain torch code as text, run in a fresh namespace that holds `torch` and every name of the
    program; the outcome is what it prints."""

    code: str


Step: TypeAlias = (
    Call
    | Backward
    | Grad
    | SetGrad
    | ClearGrad
    | Detach
    | RequiresGrad
    | RetainGrad
    | EnterMode
    | LeaveMode
    | Read
    | Snippet
)

KINDS: Mapping[str, type[Step]] = {
    "call": Call,
    "backward": Backward,
    "grad": Grad,
    "set_grad": SetGrad,
    "clear_grad": ClearGrad,
    "detach": Detach,
    "requires_grad": RequiresGrad,
    "retain_grad": RetainGrad,
    "enter_mode": EnterMode,
    "leave_mode": LeaveMode,
    "read": Read,
    "snippet": Snippet,
}
"""The name of each kind in JSON, in statistics and in reports."""

_NAMES: Mapping[type[Step], str] = {kind: name for name, kind in KINDS.items()}


def kind_of(step: Step) -> str:
    """The step's name in `KINDS`."""
    return _NAMES[type(step)]


def result_of(step: Step) -> str | None:
    """The name that the step binds, if it binds one."""
    return getattr(step, "result", None)


def refs_of(step: Step) -> Iterator[Ref]:
    """Every value that the step uses, in reading order."""
    for entry in fields(step):
        yield from refs(getattr(step, entry.name))


def encode_step(step: Step) -> dict[str, Any]:
    """A step as JSON: its kind, and the fields that differ from their defaults."""
    data: dict[str, Any] = {"kind": kind_of(step)}
    for entry in fields(step):
        value = getattr(step, entry.name)
        # `repr`, since 0 == False and nan != nan: what is left out must read back as it was.
        if entry.default is not MISSING and repr(value) == repr(entry.default):
            continue
        if entry.name == "args":
            data["args"] = [encode(item) for item in value]
        elif entry.name == "kwargs":
            if value:
                data["kwargs"] = {key: encode(item) for key, item in value.items()}
        else:
            data[entry.name] = encode(value)
    return data


def decode_step(data: Any) -> Step:
    """The step that `encode_step` wrote.

    Raises:
        ProgramError: an unknown kind, an unknown or missing field, or a value that is none.
    """
    if not isinstance(data, dict):
        raise ProgramError(f"expected an object, not {data!r}")
    kind = KINDS.get(data.get("kind", ""))
    if kind is None:
        raise ProgramError(f"kind={data.get('kind')!r} is none of {', '.join(KINDS)}")
    entries = {entry.name: entry for entry in fields(kind)}
    if unknown := sorted(data.keys() - entries.keys() - {"kind"}):
        raise ProgramError(f"{data['kind']} has no field {', '.join(unknown)}")
    given = {name: _decode_field(name, data[name]) for name in entries if name in data}
    for name, entry in entries.items():
        if entry.type == "Ref" and not isinstance(given.get(name), Ref):
            raise ProgramError(f"{data['kind']}.{name} must be a ref, not {given.get(name)!r}")
        if entry.type == "str" and not isinstance(given.get(name, entry.default), str):
            raise ProgramError(f"{data['kind']}.{name} must be a string, not {given.get(name)!r}")
    try:
        return kind(**given)
    except TypeError as error:
        raise ProgramError(f"{data['kind']}: {error}") from error


def _decode_field(name: str, data: Any) -> Value:
    if name == "args":
        if not isinstance(data, list):
            raise ProgramError(f"args must be a list, not {data!r}")
        return tuple(decode(item) for item in data)
    if name == "kwargs":
        if not isinstance(data, dict):
            raise ProgramError(f"kwargs must be an object, not {data!r}")
        return {key: decode(item) for key, item in data.items()}
    return decode(data)

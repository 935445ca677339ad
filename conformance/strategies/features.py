"""The switches of swarm testing: what each program may or may not use, and what tells that it did.

A program that may use everything uses little of anything, and two features that meet in one
program in a hundred seldom meet twice. So each program first draws which features it has, and
then uses those often (Groce et al., "Swarm Testing", ISSTA 2012).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from conformance.program import Program
from conformance.program.steps import (
    Apply,
    Backward,
    Call,
    ClearGrad,
    Copy,
    Detach,
    EnterMode,
    Forget,
    Functional,
    Grad,
    LeaveMode,
    MultiGradHook,
    PackHooks,
    Read,
    RegisterHook,
    RemoveHook,
    RequiresGrad,
    RetainGrad,
    SetData,
    SetGrad,
    Step,
)
from conformance.strategies.history import views, writes
from conformance.strategies.tape import Tape
from conformance.trace import Raised, Trace

GRAD_MODES = frozenset({"no_grad", "enable_grad", "set_grad_enabled"})


@dataclass(frozen=True, slots=True)
class Feature:
    """One switch.

    Attributes:
        percent: of the programs have it on.
        shown: whether a step shows that it was on.
    """

    percent: float
    shown: Callable[[Any], bool]


def _of(*kinds: type[Step]) -> Callable[[Any], bool]:
    return lambda step: isinstance(step, kinds)


def _mode(*names: str) -> Callable[[Any], bool]:
    return lambda step: isinstance(step, EnterMode) and step.mode in names


def _walk(option: str) -> Callable[[Any], bool]:
    """A backward pass that is given this option."""
    return lambda step: isinstance(step, Backward | Grad) and bool(getattr(step, option, None))


def _is_item(step: Any) -> bool:
    return isinstance(step, Call) and step.op == "[]="


def _attribute(name: str) -> Callable[[Any], bool]:
    return lambda step: isinstance(step, Call) and (step.form, step.op) == ("attribute", name)


def _hook(*places: str) -> Callable[[Any], bool]:
    return lambda step: isinstance(step, RegisterHook) and step.on in places


def _other_mode(step: Any) -> bool:
    known = GRAD_MODES | {"inference_mode"}
    return isinstance(step, EnterMode) and step.mode not in known


def _data(step: Any) -> bool:
    return isinstance(step, SetData) or _attribute("data")(step)


FEATURES: Mapping[str, Feature] = {
    "in-place": Feature(45, lambda step: writes(step) and not _is_item(step)),
    "items": Feature(18, _is_item),
    "views": Feature(45, views),
    "detach": Feature(14, _of(Detach)),
    ".data": Feature(14, _data),
    "copies": Feature(10, _of(Copy)),
    "del": Feature(10, _of(Forget)),
    "tensor hooks": Feature(20, _hook("tensor")),
    "accumulate hooks": Feature(14, _hook("post_accumulate")),
    "node hooks": Feature(14, _hook("node", "node_pre")),
    "multi-grad hooks": Feature(10, _of(MultiGradHook)),
    "hook removal": Feature(16, _of(RemoveHook)),
    "pack hooks": Feature(12, _of(PackHooks)),
    "grad modes": Feature(22, _mode(*GRAD_MODES)),
    "inference mode": Feature(10, _mode("inference_mode")),
    "other modes": Feature(10, _other_mode),
    "left by an error": Feature(40, lambda step: isinstance(step, LeaveMode) and step.raising),
    "functions": Feature(18, _of(Apply)),
    "functional": Feature(8, _of(Functional)),
    "autograd.grad": Feature(25, _of(Grad)),
    "create_graph": Feature(22, _walk("create_graph")),
    "retain_graph": Feature(25, _walk("retain_graph")),
    "inputs=": Feature(14, lambda step: isinstance(step, Backward) and step.inputs is not None),
    "set .grad": Feature(14, _of(SetGrad)),
    "clear .grad": Feature(14, _of(ClearGrad)),
    "use .grad": Feature(20, _attribute("grad")),
    "requires_grad_": Feature(14, _of(RequiresGrad)),
    "retain_grad": Feature(18, _of(RetainGrad)),
    "reads": Feature(25, _of(Read)),
}
"""Every switch; in a program's bytes they stand in this order."""

FLAWED_PERCENT = 14.0  # of the programs may hold what torch refuses on purpose


def switched_on(tape: Tape) -> frozenset[str]:
    """Which features a program may use; none of them where the bytes are 0."""
    return frozenset([name for name, row in FEATURES.items() if tape.chance(row.percent)])


def features_of(program: Program) -> Iterator[str]:
    """The features that a program's steps show."""
    for name, feature in FEATURES.items():
        if any(feature.shown(step) for step in program.steps):
            yield name


def is_valid(trace: Trace) -> bool:
    """Whether no step raised."""
    return not any(isinstance(outcome, Raised) for outcome in trace.outcomes)

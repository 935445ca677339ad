"""The switches of swarm testing: which features a program may use, and which it has used.

A program that may use everything uses little of anything, and two features that meet in one
program in a hundred seldom meet twice. So each program first draws which features it has, and
then uses those often (Groce et al., "Swarm Testing", ISSTA 2012).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from conformance.generate.drawing.tape import Tape
from conformance.generate.planning.effects import DUAL_LEVEL, EDGE, views, writes
from conformance.program import Program
from conformance.program.steps import (
    KINDS,
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
    SetGradDtype,
    Step,
    WeakReference,
)
from conformance.program.trace import Raised, Trace
from conformance.program.values import NumPyScalar, scalars
from conformance.program.words.functionals import APIS

GRAD_MODES = frozenset({"no_grad", "enable_grad", "set_grad_enabled"})


def _always(step: Any) -> bool:
    return True


@dataclass(frozen=True, slots=True)
class Feature:
    """One switch.

    Attributes:
        percent: of the programs have it on.
        kinds: the kinds of step that can show that it was on.
        shown: whether one of these shows it.
    """

    percent: float
    kinds: tuple[type[Step], ...]
    shown: Callable[[Any], bool] = _always


def _is_item(step: Call) -> bool:
    return step.op == "[]="


def _writes(step: Call) -> bool:
    return writes(step) and not _is_item(step) and step.op != "set_"


def _attribute(name: str) -> Callable[[Any], bool]:
    return lambda step: step.form == "attribute" and step.op == name


def _is_data(step: Call | SetData) -> bool:
    return isinstance(step, SetData) or _attribute("data")(step)


def _hook(*places: str) -> Callable[[Any], bool]:
    return lambda step: step.on in places


def _has_numpy(step: Call) -> bool:
    return any(isinstance(value, NumPyScalar) for value in scalars(step.args))


def _several_roots(step: Backward | Grad) -> bool:
    roots = step.root if isinstance(step, Backward) else step.outputs
    return isinstance(roots, list | tuple) and len(roots) > 1


def _calls(feature: str) -> Callable[[Any], bool]:
    """A call that is given a function, by the feature that it shows."""
    return lambda step: APIS[step.api].feature == feature


def _option(name: str) -> Callable[[Any], bool]:
    """A backward pass that is given this option."""
    return lambda step: bool(getattr(step, name))


def _goes_forward(step: Functional | EnterMode) -> bool:
    if isinstance(step, EnterMode):
        return step.mode == DUAL_LEVEL
    return APIS[step.api].feature == "forward AD"


_WALKS = (Backward, Grad)
_KNOWN_MODES = GRAD_MODES | {"inference_mode", DUAL_LEVEL}

FEATURES: Mapping[str, Feature] = {
    "in-place": Feature(45, (Call,), _writes),
    "items": Feature(18, (Call,), _is_item),
    "views": Feature(45, (Call,), views),
    "detach": Feature(14, (Detach,)),
    ".data": Feature(14, (SetData, Call), _is_data),
    "copies": Feature(12, (Copy,)),
    "del": Feature(14, (Forget,)),
    "tensor hooks": Feature(20, (RegisterHook,), _hook("tensor")),
    "accumulate hooks": Feature(14, (RegisterHook,), _hook("post_accumulate")),
    "node hooks": Feature(14, (RegisterHook,), _hook("node", "node_pre")),
    "multi-grad hooks": Feature(12, (MultiGradHook,)),
    "hook removal": Feature(26, (RemoveHook,)),
    "pack hooks": Feature(12, (PackHooks,)),
    "grad modes": Feature(22, (EnterMode,), lambda step: step.mode in GRAD_MODES),
    "inference mode": Feature(12, (EnterMode,), lambda step: step.mode == "inference_mode"),
    "other modes": Feature(12, (EnterMode,), lambda step: step.mode not in _KNOWN_MODES),
    "left by an error": Feature(60, (LeaveMode,), lambda step: bool(step.raising)),
    "functions": Feature(18, (Apply,)),
    "functional": Feature(12, (Functional,), _calls("functional")),
    "autograd.grad": Feature(25, (Grad,)),
    "create_graph": Feature(22, _WALKS, _option("create_graph")),
    "retain_graph": Feature(25, _WALKS, _option("retain_graph")),
    "inputs=": Feature(14, (Backward,), lambda step: step.inputs is not None),
    "set .grad": Feature(14, (SetGrad,)),
    "clear .grad": Feature(16, (ClearGrad,)),
    "use .grad": Feature(20, (Call,), _attribute("grad")),
    "requires_grad_": Feature(14, (RequiresGrad,)),
    "retain_grad": Feature(18, (RetainGrad,)),
    "reads": Feature(25, (Read,), lambda step: step.what != "alive"),
    "several roots": Feature(10, _WALKS, _several_roots),
    "gradient edges": Feature(9, (Call,), lambda step: step.op == EDGE),
    "set_": Feature(10, (Call,), lambda step: step.op == "set_"),
    "grad_dtype": Feature(8, (SetGradDtype,)),
    "out=": Feature(11, (Call,), lambda step: "out" in step.kwargs),
    "NumPy scalars": Feature(9, (Call,), _has_numpy),
    "life times": Feature(9, (WeakReference,)),
    "decorators": Feature(8, (Functional,), _calls("decorators")),
    "threads": Feature(7, (Functional,), _calls("threads")),
    "deep graphs": Feature(6, (Functional,), _calls("deep graphs")),
    "checkpoint": Feature(5, (Functional,), _calls("checkpoint")),
    "vmap": Feature(5, (Functional,), _calls("vmap")),
    "forward AD": Feature(6, (Functional, EnterMode), _goes_forward),
}
"""Every switch; in a program's bytes they stand in this order."""

_SHOWN_BY: Mapping[type[Step], tuple[tuple[str, Callable[[Any], bool]], ...]] = {
    kind: tuple((name, row.shown) for name, row in FEATURES.items() if kind in row.kinds)
    for kind in KINDS.values()
}

FLAWED_PERCENT = 6.0  # of the programs may hold what torch refuses on purpose


COMPANIONS: tuple[tuple[str, str, float], ...] = (
    ("functions", "create_graph", 55),
    ("use .grad", "create_graph", 30),
    ("clear .grad", "use .grad", 50),
    ("tensor hooks", "in-place", 30),
    ("pack hooks", "in-place", 30),
    ("inference mode", "in-place", 30),
    ("grad modes", "views", 40),
    ("grad modes", "in-place", 40),
    ("requires_grad_", "views", 40),
    ("retain_grad", "tensor hooks", 30),
    ("accumulate hooks", "tensor hooks", 30),
)
"""Pairs that show most together: the first switches the second on, in so many of a hundred
programs."""


NEEDS: Mapping[str, str] = {
    "left by an error": "grad modes",
    "hook removal": "tensor hooks",
    "life times": "del",
}
"""What a feature needs: only a block that was opened is left, and only a hook is removed."""

WANTED_PERCENT = 65.0  # of the programs have a feature on that is asked for beside many others


def switched_on(tape: Tape, wanted: frozenset[str] | None = None) -> frozenset[str]:
    """Which features a program may use; none of them where the bytes are 0. Of those that are
    `wanted` most are on, with what they need, and no others."""
    if wanted is not None:
        share = 1 / max(len(wanted), 1)
        percent = WANTED_PERCENT + (100 - WANTED_PERCENT) * share  # one alone is always on
        found = {name for name in FEATURES if tape.chance(percent) and name in wanted}
        return frozenset(found | {NEEDS[name] for name in found if name in NEEDS})
    on = {name for name, row in FEATURES.items() if tape.chance(row.percent)}
    for name, companion, percent in COMPANIONS:
        if tape.chance(percent) and name in on:
            on.add(companion)
    return frozenset(on)


PAIR_PERCENT = 22.0  # of the programs are about two features, whatever else they may use


def pair_of(tape: Tape) -> tuple[str, ...]:
    """Two features that a program is about, with what they need, if it is about any: those that
    few programs have would else hardly ever meet."""
    if not tape.chance(PAIR_PERCENT):
        return ()
    pair = _NAMES[tape.below(len(_NAMES))], _NAMES[tape.below(len(_NAMES))]
    return (*pair, *(NEEDS[name] for name in pair if name in NEEDS))


_NAMES = tuple(FEATURES)


def features_of(program: Program) -> list[str]:
    """The features that a program's steps show, in the order of `FEATURES`."""
    shown = {name for step in program.steps for name in shown_by(step)}
    return [name for name in FEATURES if name in shown]


def shown_by(step: Step) -> list[str]:
    """The features that a step shows."""
    return [name for name, fits in _SHOWN_BY[type(step)] if fits(step)]


def is_valid(trace: Trace) -> bool:
    """Whether no step raised."""
    return not any(isinstance(outcome, Raised) for outcome in trace.outcomes)

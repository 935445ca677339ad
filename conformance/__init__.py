"""How far does an autograd engine behave like torch's, where does it differ, and what is the
shortest program that shows it?

The nouns of the harness; everything in it is a function between these values.
"""

from __future__ import annotations

from conformance.engines import Engine, EngineError, Session, TorchLike, resolve_engine
from conformance.execute import execute
from conformance.judge.compare import compare
from conformance.judge.referee import adjudicate, judge
from conformance.program import Program
from conformance.program.inputs import Input
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
    Snippet,
    Step,
)
from conformance.program.values import DType, ProgramError, Ref
from conformance.trace import (
    UNOBSERVED,
    Called,
    Crashed,
    Hung,
    NotRun,
    Outcome,
    Raised,
    Returned,
    TensorState,
    Text,
    Trace,
    Unsupported,
    Warned,
)
from conformance.verdict import GRADES, Mismatch, Verdict

__all__ = [
    "GRADES",
    "UNOBSERVED",
    "Apply",
    "Backward",
    "Call",
    "Called",
    "ClearGrad",
    "Copy",
    "Crashed",
    "DType",
    "Detach",
    "Engine",
    "EngineError",
    "EnterMode",
    "Forget",
    "Functional",
    "Grad",
    "Hung",
    "Input",
    "LeaveMode",
    "Mismatch",
    "MultiGradHook",
    "NotRun",
    "Outcome",
    "PackHooks",
    "Program",
    "ProgramError",
    "Raised",
    "Read",
    "Ref",
    "RegisterHook",
    "RemoveHook",
    "RequiresGrad",
    "RetainGrad",
    "Returned",
    "Session",
    "SetData",
    "SetGrad",
    "Snippet",
    "Step",
    "TensorState",
    "Text",
    "TorchLike",
    "Trace",
    "Unsupported",
    "Verdict",
    "Warned",
    "adjudicate",
    "compare",
    "execute",
    "judge",
    "resolve_engine",
]

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
    Backward,
    Call,
    ClearGrad,
    Detach,
    EnterMode,
    Grad,
    LeaveMode,
    Read,
    RequiresGrad,
    RetainGrad,
    SetGrad,
    Snippet,
    Step,
)
from conformance.program.values import DType, ProgramError, Ref
from conformance.trace import (
    UNOBSERVED,
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
)
from conformance.verdict import GRADES, Mismatch, Verdict

__all__ = [
    "GRADES",
    "UNOBSERVED",
    "Backward",
    "Call",
    "ClearGrad",
    "Crashed",
    "DType",
    "Detach",
    "Engine",
    "EngineError",
    "EnterMode",
    "Grad",
    "Hung",
    "Input",
    "LeaveMode",
    "Mismatch",
    "NotRun",
    "Outcome",
    "Program",
    "ProgramError",
    "Raised",
    "Read",
    "Ref",
    "RequiresGrad",
    "RetainGrad",
    "Returned",
    "Session",
    "SetGrad",
    "Snippet",
    "Step",
    "TensorState",
    "Text",
    "TorchLike",
    "Trace",
    "Unsupported",
    "Verdict",
    "adjudicate",
    "compare",
    "execute",
    "judge",
    "resolve_engine",
]

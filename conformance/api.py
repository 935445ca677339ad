"""The harness's nouns, and the functions between them: what `from conformance import ...` gives."""

from __future__ import annotations

from conformance.engines import Engine, EngineError, Session, TorchLike, resolve_engine
from conformance.engines.adapters.functional import FunctionalEngine
from conformance.engines.execute import execute
from conformance.engines.naming.own import add_ops
from conformance.engines.torchlike.create import make
from conformance.judge.comparing.compare import compare
from conformance.judge.referee import adjudicate, judge
from conformance.program import Program
from conformance.program.inputs import Input
from conformance.program.script.wording import worded
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
    SetGradDtype,
    Snippet,
    Step,
    WeakReference,
)
from conformance.program.trace import (
    UNOBSERVED,
    Called,
    Lost,
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
from conformance.program.values import Constant, DType, NumPyScalar, ProgramError, Ref
from conformance.program.words.own import Op, Sample
from conformance.suite.support.agreement import Differs, assert_agrees
from conformance.verdict import GRADES, Mismatch, Verdict

__all__ = [
    "GRADES",
    "UNOBSERVED",
    "Apply",
    "Backward",
    "Call",
    "Called",
    "ClearGrad",
    "Constant",
    "Copy",
    "DType",
    "Detach",
    "Differs",
    "Engine",
    "EngineError",
    "EnterMode",
    "Forget",
    "Functional",
    "FunctionalEngine",
    "Grad",
    "Input",
    "LeaveMode",
    "Lost",
    "Mismatch",
    "MultiGradHook",
    "NotRun",
    "NumPyScalar",
    "Op",
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
    "Sample",
    "Session",
    "SetData",
    "SetGrad",
    "SetGradDtype",
    "Snippet",
    "Step",
    "TensorState",
    "Text",
    "TorchLike",
    "Trace",
    "Unsupported",
    "Verdict",
    "Warned",
    "WeakReference",
    "add_ops",
    "adjudicate",
    "assert_agrees",
    "compare",
    "execute",
    "judge",
    "make",
    "resolve_engine",
    "worded",
]

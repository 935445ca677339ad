"""A program as plain torch code: what a person pastes into a shell or an issue."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from conformance.program.literals import index, literal, operand, tensor
from conformance.program.operators import OPERATORS, READS
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
from conformance.program.values import Value
from conformance.trace import NotRun, Raised, Returned

if TYPE_CHECKING:
    from conformance.program import Program
    from conformance.trace import Outcome, Trace
    from conformance.verdict import Mismatch

INDENT = "    "


def script(program: Program, trace: Trace | None, mismatches: Sequence[Mismatch]) -> str:
    """The program's text; see `Program.script`."""
    lines = ["import torch", ""]
    lines += [f"{entry.name} = {tensor(entry)}" for entry in program.inputs]
    depth = 0
    for number, step in enumerate(program.steps):
        outcome: Outcome = Returned() if trace is None else trace.outcomes[number]
        written = _guarded(RENDER[type(step)](step), outcome)
        lines += [INDENT * depth + line for line in written]
        if isinstance(step, EnterMode) and isinstance(outcome, Returned):
            depth += 1
        elif isinstance(step, LeaveMode) and depth:
            if lines[-1].endswith(":"):
                lines.append(INDENT * depth + "pass")
            depth -= 1
    if depth and lines[-1].endswith(":"):
        lines.append(INDENT * depth + "pass")
    lines += [line for mismatch in mismatches for line in _shown(mismatch)]
    return "\n".join(lines) + "\n"


def _guarded(lines: list[str], outcome: Outcome) -> list[str]:
    """A step that is known to raise is caught, since the program goes on after it."""
    if isinstance(outcome, NotRun):
        return [f"# {line}  # not run: there is no {outcome.name}" for line in lines]
    if not isinstance(outcome, Raised):
        return lines
    if lines[-1].endswith(":"):
        lines = [*lines, INDENT + "pass"]
    return [
        "try:",
        *(INDENT + line for line in lines),
        "except Exception as error:",
        INDENT + "print(type(error).__name__, error, sep=': ')",
    ]


def _shown(mismatch: Mismatch) -> list[str]:
    expected, actual = (" ".join(text.split()) for text in (mismatch.expected, mismatch.actual))
    note = f"# {mismatch.kind}: expected {expected}, got {actual}"
    if not mismatch.where:
        return [f"{note} (step {mismatch.step})"]
    return [note, f"print({mismatch.where!r}, {mismatch.where})"]


def _bound(result: str | None, expression: str) -> list[str]:
    return [expression if result is None else f"{result} = {expression}"]


def _arguments(args: Sequence[Value], kwargs: Mapping[str, Value]) -> str:
    return ", ".join(
        [literal(value) for value in args]
        + [f"{name}={literal(value)}" for name, value in kwargs.items()]
    )


def _call(step: Call) -> list[str]:
    return _bound(step.result, _FORMS[step.form](step))


def _operator(step: Call) -> str:
    writes = [operand(value) for value in step.args]
    if step.op in ("[]", "[]="):
        writes[1] = index(step.args[1])
    return OPERATORS[step.op].text.format(*writes)


_FORMS: Mapping[str, Callable[[Call], str]] = {
    "function": lambda step: f"torch.{step.op}({_arguments(step.args, step.kwargs)})",
    "method": lambda step: (
        f"{operand(step.args[0])}.{step.op}({_arguments(step.args[1:], step.kwargs)})"
    ),
    "attribute": lambda step: f"{operand(step.args[0])}.{step.op}",
    "operator": _operator,
}


def _given(**options: tuple[Value, Value]) -> dict[str, Value]:
    """The options that differ from their defaults; each is a pair of value and default."""
    return {
        name: value for name, (value, default) in options.items() if repr(value) != repr(default)
    }


def _backward(step: Backward) -> list[str]:
    args = [] if step.gradient is None else [step.gradient]
    options = _given(
        retain_graph=(step.retain_graph, None),
        create_graph=(step.create_graph, False),
        inputs=(step.inputs, None),
    )
    return [f"{step.root.name}.backward({_arguments(args, options)})"]


def _grad(step: Grad) -> list[str]:
    options = _given(
        grad_outputs=(step.grad_outputs, None),
        retain_graph=(step.retain_graph, None),
        create_graph=(step.create_graph, False),
        allow_unused=(step.allow_unused, None),
        materialize_grads=(step.materialize_grads, False),
    )
    arguments = _arguments([step.outputs, step.inputs], options)
    return _bound(step.result, f"torch.autograd.grad({arguments})")


def _requires_grad(step: RequiresGrad) -> list[str]:
    flag = "" if step.flag is True else literal(step.flag)
    return [f"{step.tensor.name}.requires_grad_({flag})"]


RENDER: Mapping[type[Step], Callable[[Any], list[str]]] = {
    Call: _call,
    Backward: _backward,
    Grad: _grad,
    SetGrad: lambda step: [f"{step.tensor.name}.grad = {literal(step.value)}"],
    ClearGrad: lambda step: [f"{step.tensor.name}.grad = None"],
    Detach: lambda step: [f"{step.result} = {step.tensor.name}.detach()"],
    RequiresGrad: _requires_grad,
    RetainGrad: lambda step: [f"{step.tensor.name}.retain_grad()"],
    EnterMode: lambda step: [f"with torch.{step.mode}({_arguments(step.args, {})}):"],
    LeaveMode: lambda step: [],
    Read: lambda step: [f"print({READS[step.what].text.format(step.tensor.name)})"],
    Snippet: lambda step: step.code.rstrip("\n").split("\n"),
}
"""How each kind of step is written."""

"""A program as plain torch code: what a person pastes into a shell or an issue."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from conformance.program.script.blocks import INDENT, Blocks
from conformance.program.script.definitions import preamble
from conformance.program.script.literals import index, literal, operand, tensor
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
    options_of,
)
from conformance.program.trace import NotRun, Raised, Returned
from conformance.program.values import Ref, Value
from conformance.program.words.functionals import APIS
from conformance.program.words.hooks import HOOKS, PACKS, PARAMETERS, REGISTER, function
from conformance.program.words.operators import COPIES, OPERATORS
from conformance.program.words.own import OWN
from conformance.program.words.reads import READS

if TYPE_CHECKING:
    from conformance.program import Program
    from conformance.program.trace import Outcome, Trace
    from conformance.verdict import Mismatch


def script(program: Program, trace: Trace | None, mismatches: Sequence[Mismatch]) -> str:
    """The program's text; see `Program.script`."""
    outcomes: Sequence[Outcome] = (
        [Returned() for _ in program.steps] if trace is None else trace.outcomes
    )
    lines = preamble(program.steps)
    lines += [f"{entry.name} = {tensor(entry)}" for entry in program.inputs]
    blocks = Blocks(program.steps, outcomes)
    for number, (step, outcome) in enumerate(zip(program.steps, outcomes, strict=True)):
        if isinstance(step, LeaveMode):
            lines += blocks.close(lines[-1])
            continue
        if isinstance(outcome, Returned) and isinstance(step, EnterMode | PackHooks):
            lines += blocks.open(number, RENDER[type(step)](step))
        else:
            lines += blocks.indented(_guarded(RENDER[type(step)](step), outcome))
    while blocks.inner:
        lines += blocks.close(lines[-1])
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
    note = f"# {mismatch.kind}: {worded(mismatch).sides(_in_a_line)}"
    if not mismatch.where:
        return [f"{note} (step {mismatch.step})"]
    return [note, f"print({mismatch.where!r}, {mismatch.where})"]


def _in_a_line(text: str) -> str:
    """The text as a comment holds it: an engine may say anything, a NUL or half a character."""
    return "".join(c if c.isprintable() else repr(c)[1:-1] for c in " ".join(text.split()))


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
    row = OPERATORS[step.op]
    if step.op in ("[]", "[]="):
        writes[1] = index(step.args[1])
    elif row.statement and writes[0].endswith("]"):
        # `t0[0] += 1` would also assign to an item of a tuple, which cannot be.
        return f"{writes[0]}.{row.methods[0]}({writes[1]})"
    return row.text.format(*writes)


_FORMS: Mapping[str, Callable[[Call], str]] = {
    "function": lambda step: f"torch.{step.op}({_arguments(step.args, step.kwargs)})",
    "method": lambda step: (
        f"{operand(step.args[0])}.{step.op}({_arguments(step.args[1:], step.kwargs)})"
    ),
    "attribute": lambda step: f"{operand(step.args[0])}.{step.op}",
    "operator": _operator,
    "own": lambda step: f"{OWN[step.op].text}({_arguments(step.args, step.kwargs)})",
}


def _backward(step: Backward) -> list[str]:
    options = options_of(step)
    args = [options.pop("gradient")] if "gradient" in options else []
    if not isinstance(step.root, Ref):
        return [f"torch.autograd.backward({_arguments([step.root, *args], options)})"]
    return [f"{step.root.name}.backward({_arguments(args, options)})"]


def _grad(step: Grad) -> list[str]:
    arguments = _arguments([step.outputs, step.inputs], options_of(step))
    return _bound(step.result, f"torch.autograd.grad({arguments})")


def _requires_grad(step: RequiresGrad) -> list[str]:
    flag = "" if step.flag is True else literal(step.flag)
    return [f"{step.tensor.name}.requires_grad_({flag})"]


def _register_hook(step: RegisterHook) -> list[str]:
    body = HOOKS[step.on][step.behaviour].format(tensor=step.tensor.name, handle=step.result)
    text = function("hook", PARAMETERS[step.on], repr(step.result), body)
    register = f"{step.tensor.name}.{REGISTER[step.on]}"
    return [*text.split("\n"), f"{step.result} = {register}(hook)"]


def _multi_grad_hook(step: MultiGradHook) -> list[str]:
    body = HOOKS[step.mode][step.behaviour].format(handle=step.result)
    text = function("hook", PARAMETERS[step.mode], repr(step.result), body)
    mode = "" if step.mode == "all" else f', mode="{step.mode}"'
    register = "torch.autograd.graph.register_multi_grad_hook"
    return [*text.split("\n"), f"{step.result} = {register}({literal(step.tensors)}, hook{mode})"]


def _pack_hooks(step: PackHooks) -> list[str]:
    pack, unpack = PACKS[step.behaviour]
    return [
        *function("pack", "tensor", repr(f"{step.label} packs"), pack).split("\n"),
        *function("unpack", "packed", repr(f"{step.label} unpacks"), unpack).split("\n"),
        "with torch.autograd.graph.saved_tensors_hooks(pack, unpack):",
    ]


def _functional(step: Functional) -> list[str]:
    inputs = step.inputs if isinstance(step.inputs, tuple) else (step.inputs,)
    api = APIS[step.api]
    call = api.text.format(
        api=f"torch.{step.api if api.path is None else api.path}",
        function=step.function,
        inputs=literal(step.inputs),
        spread=_arguments(inputs, {}),
        vectors=literal(step.vectors),
        kwargs="".join(f", {name}={literal(value)}" for name, value in step.kwargs.items()),
    )
    return _bound(step.result, call)


def _read(step: Read) -> list[str]:
    return [f"print({READS[step.what].written(step.tensor.name, literal(step.other))})"]


RENDER: Mapping[type[Step], Callable[[Any], list[str]]] = {
    Call: _call,
    Backward: _backward,
    Grad: _grad,
    SetGrad: lambda step: [f"{step.tensor.name}.grad = {literal(step.value)}"],
    SetGradDtype: lambda step: [f"{step.tensor.name}.grad_dtype = {literal(step.dtype)}"],
    ClearGrad: lambda step: [f"{step.tensor.name}.grad = None"],
    Detach: lambda step: [f"{step.result} = {step.tensor.name}.detach()"],
    RequiresGrad: _requires_grad,
    RetainGrad: lambda step: [f"{step.tensor.name}.retain_grad()"],
    EnterMode: lambda step: [f"with torch.{step.mode}({_arguments(step.args, {})}):"],
    LeaveMode: lambda step: [],  # What ends a block depends on how it began: `Blocks.close`.
    PackHooks: _pack_hooks,
    RegisterHook: _register_hook,
    MultiGradHook: _multi_grad_hook,
    RemoveHook: lambda step: [f"{step.handle.name}.remove()"],
    Apply: lambda step: _bound(step.result, f"{step.function}.apply({_arguments(step.args, {})})"),
    Functional: _functional,
    SetData: lambda step: [f"{step.tensor.name}.data = {literal(step.value)}"],
    Copy: lambda step: [f"{step.result} = {COPIES[step.how].format(step.tensor.name)}"],
    Forget: lambda step: [f"del {step.tensor.name}"],
    WeakReference: lambda step: [f"{step.result} = weakref.ref({step.tensor.name})"],
    Read: _read,
    Snippet: lambda step: step.code.rstrip("\n").split("\n"),
}
"""How each kind of step is written."""

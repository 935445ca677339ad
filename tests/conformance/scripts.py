"""Runs the script that a program prints, and sees whether it does what the program does."""

from __future__ import annotations

import contextlib
import io
from dataclasses import replace

import torch

from conformance import Trace, compare, execute, resolve_engine
from conformance.engines.observing.memory import aliases_of
from conformance.engines.observing.observe import Observer
from conformance.engines.observing.plain import given
from conformance.program.trace import UNOBSERVED, Called

TORCH = resolve_engine("torch")


def run(script):
    """The script's names and what it prints, run as plain Python."""
    names, printed = {"__name__": "script"}, io.StringIO()
    enabled = torch.is_grad_enabled()
    with contextlib.redirect_stdout(printed):
        exec(compile(script, "<script>", "exec"), names)
    assert torch.is_grad_enabled() == enabled
    return names, printed.getvalue()


def differences_of_the_script(program):
    """What differs between the program run by the harness and its script run without it."""
    trace = execute(program, TORCH)
    names, _ = run(_listening(program.script(trace)))
    live = {path: eval(path, names) for path in trace.tensors}
    inputs = {entry.name for entry in program.inputs}
    # What torch's kernels wrote while they made a result is not seen from a script's end.
    observer = Observer(live, torch.Tensor)
    states = {
        path: observer.state_of(tensor, 0 if path in inputs else _made(tensor, trace.tensors[path]))
        for path, tensor in live.items()
    }
    # A script has no steps, so its calls are taken for those of the same steps.
    steps = [call.step for call in trace.calls]
    said = names.get("calls", [])
    assert len(said) == len(steps)
    calls = tuple(Called(step, call) for step, call in zip(steps, said, strict=True))
    again = replace(
        Trace("script", trace.outcomes, states, aliases_of(live, states), {}, calls),
        graph=tuple(observer.graph.nodes),
        born=trace.born,
    )
    return compare(trace, again, program)


def _made(tensor, state):
    return None if state.version is UNOBSERVED else tensor._version - state.version


def _listening(script):
    """The script with calls recorded as they were given: the walk may write into them later."""
    return script.replace("calls.append(call)", "calls.append(seen(call))", 1).replace(
        "import torch\n", "import torch\nfrom scripts import seen\n", 1
    )


def seen(call):
    """What a call was given, as the harness records it."""
    return given(call, torch.Tensor, torch.dtype)

"""Runs on torch of what its samples became, and the programs that ask for their gradients."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from conformance.corpus.case import Check
from conformance.corpus.opinfo.grad_outputs import draw_grad_output, generator
from conformance.engines import TorchLike
from conformance.engines.execute import execute
from conformance.program import Program
from conformance.program.inputs import Input
from conformance.program.steps import Backward, Grad
from conformance.program.trace import Raised, TensorState, Trace
from conformance.program.values import HELD, Ref


class Differentiation:
    """The gradients of one call: which outputs can be differentiated, by which inputs.

    Args:
        value: the call alone.
        trace: what torch does with it.
        id_of: the id of the case that asks a check of it, from which the seeds are drawn.
    """

    def __init__(self, value: Program, trace: Trace, id_of: Callable[[Check], str]) -> None:
        self.value, self.id_of = value, id_of
        self.inputs = [Ref(entry.name) for entry in value.inputs if entry.requires_grad]
        self.outputs = _differentiable(trace, "t0")

    def gradient(self) -> Program:
        """`backward` from a single output, `autograd.grad` from several."""
        seeds = self._seeds("gradient", "v", self.outputs)
        if list(self.outputs) == ["t0"]:
            step: Backward | Grad = Backward(Ref("t0"), Ref(seeds[0].name))
        else:
            step = self._grad(seeds)
        return self._with(seeds, step)

    def second_order(self) -> Program | None:
        """The gradient of a drawn combination of the gradients, by the inputs and by the first
        seed too, so that an op linear in its input is asked something; None where the first
        gradient depends on nothing."""
        seeds = self._seeds("second_order", "v", self.outputs, requires_grad=True)
        first = replace(self._grad(seeds), create_graph=True)
        gradients = _differentiable(run_on_torch(self._with(seeds, first)), "g")
        if not gradients:
            return None
        combination = self._seeds("second_order", "u", gradients)
        second = Grad(
            outputs=[Ref(name) for name in gradients],
            inputs=[*self.inputs, *(Ref(seed.name) for seed in seeds)],
            grad_outputs=[Ref(seed.name) for seed in combination],
            allow_unused=True,
            result="h",
        )
        return self._with([*seeds, *combination], first, second)

    def _grad(self, seeds: Sequence[Input]) -> Grad:
        return Grad(
            outputs=[Ref(name) for name in self.outputs],
            inputs=self.inputs,
            grad_outputs=[Ref(seed.name) for seed in seeds],
            allow_unused=True,
            result="g",
        )

    def _seeds(
        self,
        check: Check,
        prefix: str,
        states: Mapping[str, TensorState],
        requires_grad: bool = False,
    ) -> list[Input]:
        rng = generator(self.id_of(check), prefix)
        return [
            draw_grad_output(rng, f"{prefix}{number}", state.shape, state.dtype, requires_grad)
            for number, state in enumerate(states.values())
        ]

    def _with(self, seeds: Sequence[Input], *steps: Backward | Grad) -> Program:
        return Program((*self.value.inputs, *seeds), (*self.value.steps, *steps))


def _differentiable(trace: Trace, name: str) -> dict[str, TensorState]:
    return {
        key: state
        for key, state in trace.tensors.items()
        if key.partition("[")[0] == name
        and state.requires_grad is True
        and state.dtype in HELD  # else there could be no seed of it
    }


def run_on_torch(program: Program) -> Trace:
    """What torch does with the program."""
    import torch

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return execute(program, TorchLike(torch))


def run(program: Program) -> Trace | None:
    """What torch does with it; None where a step of it raises."""
    trace = run_on_torch(program)
    return None if any(isinstance(each, Raised) for each in trace.outcomes) else trace

"""A short program, and `backward` from its last result with a seed of each kind."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import event
from hypothesis import strategies as st

from conformance.program import Program
from conformance.program.inputs import Input
from conformance.program.steps import Backward
from conformance.program.trace import TensorState
from conformance.program.values import HELD, Ref, Value
from conformance.strategies import Drawn, gradient_seeds
from conformance.suite.support.properties import asked, replayed


@st.composite
def seeded_programs(draw: st.DrawFn) -> Drawn:
    """Programs that end with one to three backward passes from one root, each with a seed."""
    drawn = draw(asked(features=["views", "in-place"], max_steps=3))
    program, trace = drawn
    roots = [name for name, state in trace.tensors.items() if _is_root(state)]
    if not roots:
        return drawn
    root = roots[-1]
    state = trace.tensors[root]
    for _ in range(draw(st.integers(1, 3))):
        seed = draw(gradient_seeds(state.shape, state.dtype))
        event(f"seed: {seed.kind}")
        program = _with_backward(program, root, seed.value)
    return replayed(program)


def _is_root(state: TensorState) -> bool:
    return state.requires_grad is True and state.dtype in HELD


def _with_backward(program: Program, root: str, seed: Input | Value) -> Program:
    inputs = program.inputs
    if isinstance(seed, Input):
        seed = replace(seed, name=f"x{len(inputs)}")
        inputs, value = (*inputs, seed), Ref(seed.name)
    else:
        value = seed
    return Program(inputs, (*program.steps, Backward(Ref(root), value, True)))

"""The reference's run of a program in which values of the subject's replace its own after a step.

The next steps are then computed from the subject's own numbers: a difference in the last place,
which a sine of 1e35 or a comparison would make a great one, is gone there.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator, Mapping
from contextlib import nullcontext, suppress
from typing import Any, TypeAlias

import numpy as np
import torch

from conformance.engines.execute import finished
from conformance.engines.observing.observe import values_of
from conformance.engines.protocol import Engine, Session
from conformance.judge.comparing.closeness import Array
from conformance.judge.otherwise.dispatching import Otherwise, Way
from conformance.program import Program
from conformance.program.steps import EnterMode, LeaveMode, PackHooks
from conformance.program.trace import TensorState, Trace

After: TypeAlias = Callable[[int, Session], None]


_BLOCKS = (EnterMode, LeaveMode, PackHooks)
"""These run without the way: a block that one step opens under a dispatch mode and another closes
would leave torch's dispatcher as it was inside that mode."""


def replay(program: Program, reference: Engine, after: After, *, way: Way | None = None) -> Trace:
    """Run the program, and give the session to `after` when a step is taken.

    Args:
        way: in which each op is computed, if not in torch's own.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        session = reference.start(program.inputs)
        try:
            for number, step in enumerate(program.steps):
                with Otherwise(way) if way and not isinstance(step, _BLOCKS) else nullcontext():
                    session.step(step)
                after(number, session)
        except BaseException:
            finished(session)
            raise
        return finished(session)


def places(trace: Trace) -> Mapping[str, Array]:
    """The values of a trace's tensors and of their gradients, by how a program writes them."""
    return {where: values for where, values, _ in _tensors(trace)}


def dtypes(trace: Trace) -> Mapping[str, str]:
    """The dtypes of the tensors whose values `places` gives, by torch's names."""
    return {where: dtype for where, _, dtype in _tensors(trace)}


def _tensors(trace: Trace) -> Iterator[tuple[str, Array, str]]:
    for name, state in trace.tensors.items():
        where: str = name
        part: Any = state
        while isinstance(part, TensorState):
            if isinstance(part.values, np.ndarray):
                yield where, part.values, part.dtype
            where, part = f"{where}.grad", part.grad


def read(session: Session, where: str) -> Array | None:
    """A copy of the values that stand at a place now; None where there is no tensor."""
    tensor = _tensor(session, where)
    return None if tensor is None else np.array(values_of(tensor))


def write(session: Session, where: str, values: Array) -> None:
    """Put values in the place of those that stand there; neither graph nor versions notice."""
    tensor = _tensor(session, where)
    # A tensor whose elements share memory, or that has none, is left as it is.
    with suppress(RuntimeError), torch.inference_mode(tensor.is_inference()):
        tensor.data.copy_(torch.from_numpy(np.array(values)))


def _tensor(session: Session, where: str) -> Any:
    name, *grads = where.split(".")
    try:
        found = session.value(name)
    except KeyError:
        return None
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # Torch warns when `.grad` of a non-leaf is read.
        for _ in grads:
            found = getattr(found, "grad", None)
    return found if isinstance(found, torch.Tensor) else None

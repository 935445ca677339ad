"""What an engine is to the harness: something that runs a program step by step."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol, runtime_checkable

from conformance.program.inputs import Input
from conformance.program.steps import Step
from conformance.program.trace import Outcome, TensorState, Trace


class EngineError(Exception):
    """The engine cannot be used at all: not installed, or nothing that looks like one."""


class Session(Protocol):
    """One run of one program. Nothing that the program does raises out of it: an error is an
    outcome. At most one session of an engine is open at a time, since modes are global."""

    def step(self, step: Step) -> Outcome:
        """Take the next step."""

    def value(self, name: str) -> Any:
        """The engine's own object that the program calls `name` (`x0`, `t0`, `t1[0]`); KeyError
        when there is none. For looking only."""

    def tensors(self) -> Mapping[str, TensorState]:
        """The present state of every live tensor, by name."""

    def finish(self) -> Trace:
        """Observe the final state and put the engine's global state back as it was at the start.
        Call it exactly once, also when a run is given up."""


@runtime_checkable
class Engine(Protocol):
    """The reference, or a subject."""

    @property
    def name(self) -> str:
        """What the user calls it: a dotted name."""

    @property
    def version(self) -> str:
        """Its version, or "unknown"."""

    def start(self, inputs: Sequence[Input]) -> Session:
        """Begin a program: make its inputs."""

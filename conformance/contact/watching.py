"""Runs a program on an engine, and keeps the exceptions that the harness otherwise turns into
outcomes: first contact has to say where in the engine's own files they came from."""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from typing import Any

from conformance.contact.rungs.rung import Field
from conformance.engines import Engine, Session, TorchLike
from conformance.engines.execute import execute, takes_whole_programs
from conformance.engines.observing.observe import values_of
from conformance.engines.torchlike import TorchLikeSession
from conformance.engines.torchlike.create import make
from conformance.engines.torchlike.names import Absent
from conformance.program import Program
from conformance.program.inputs import Input
from conformance.program.steps import Step
from conformance.program.trace import Trace


class Watched(TorchLikeSession):
    """A session that keeps the last exception of each step."""

    def __init__(self, engine: TorchLike, inputs: Sequence[Input]) -> None:
        self.errors: dict[int, BaseException] = {}
        super().__init__(engine, inputs)

    def _taken(self, step: Step) -> Any:
        try:
            return super()._taken(step)
        except Exception as error:
            self.errors[len(self.outcomes)] = error
            raise


class Run:
    """A run of a rung's program on an engine, and what it said."""

    def __init__(self, program: Program, engine: Engine) -> None:
        self.program, self.engine = program, engine
        if takes_whole_programs(engine):
            self._session: Session | None = None
            self.trace: Trace = execute(program, engine)
            return
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            session = self._session = (
                Watched(engine, program.inputs)
                if isinstance(engine, TorchLike)
                else engine.start(program.inputs)
            )
            for step in program.steps:
                session.step(step)
            self.trace = session.finish()

    def error_of(self, step: int) -> BaseException | None:
        """The exception that the step raised; of one that could not be taken, what said so. None
        if that happened in a place that cannot be looked into."""
        error = self._session.errors.get(step) if isinstance(self._session, Watched) else None
        return _cause(error) if error else None

    def error_of_making(self, name: str) -> BaseException | None:
        """The exception that making the input raises; of one that was made, and of a result, that
        of reading its shape and dtype."""
        entry = next((each for each in self.program.inputs if each.name == name), None)
        if entry is not None and isinstance(self.engine, TorchLike):
            module = self.engine.module
            if error := _raised_by(lambda: make(module, entry)):
                return error
        return self.error_of_reading(name, "shape") or self.error_of_reading(name, "dtype")

    def error_of_reading(self, name: str, field: Field) -> BaseException | None:
        """The exception that reading a field of a tensor raises."""
        if self._session is None:
            return None
        try:
            tensor = self._session.value(name)
        except Exception:
            return None
        return _raised_by(lambda: _READ[field](tensor))

    def gradient_error(self, name: str) -> BaseException | None:
        """The exception that reading the gradient's values raises."""
        if (session := self._session) is None:
            return None
        return _raised_by(lambda: values_of(session.value(name).grad))


_READ: Mapping[Field, Any] = {
    "shape": lambda tensor: tuple(tensor.shape),
    "dtype": lambda tensor: tensor.dtype,
    "values": values_of,
    "grad": lambda tensor: tensor.grad,
    "requires_grad": lambda tensor: tensor.requires_grad,
    "is_leaf": lambda tensor: tensor.is_leaf,
    "grad_fn": lambda tensor: tensor.grad_fn and tensor.grad_fn.next_functions,
    "version": lambda tensor: tensor._version,
    "aliases": lambda tensor: tensor.untyped_storage().data_ptr(),
}


def _raised_by(act: Any) -> BaseException | None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            act()
        except Exception as error:
            return error
    return None


def _cause(error: BaseException) -> BaseException:
    return error.__cause__ if isinstance(error, Absent) and error.__cause__ else error

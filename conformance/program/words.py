"""The words that stand in steps: each is checked against the table that it is a row of."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from conformance.program.functionals import APIS, MAPS
from conformance.program.functions import FUNCTIONS
from conformance.program.hooks import HOOKS, PACKS, REGISTER
from conformance.program.operators import COPIES, FORMS, OPERATORS
from conformance.program.reads import READS
from conformance.program.steps import (
    Apply,
    Call,
    Copy,
    Forget,
    Functional,
    MultiGradHook,
    PackHooks,
    Read,
    RegisterHook,
    Step,
)
from conformance.program.values import ProgramError


def check_words(step: Step, where: str) -> None:
    """Check that every op, read and behaviour of the step is known.

    Raises:
        ProgramError: what is not, and what is known.
    """
    if check := _CHECKS.get(type(step)):
        check(step, where)


def _known(where: str, field: str, word: Any, table: Iterable[str]) -> None:
    if word not in (names := list(table)):
        raise ProgramError(f"{where}: {field}={word!r} is none of {', '.join(names)}")


def _call(step: Call, where: str) -> None:
    _known(where, "form", step.form, sorted(FORMS))
    if step.form == "operator":
        _known(where, "op", step.op, OPERATORS)
        if len(step.args) != (operands := OPERATORS[step.op].operands):
            raise ProgramError(f"{where}: {step.op!r} has {operands} operands, not {step.args!r}")
    if step.form != "function" and not step.args:
        raise ProgramError(f"{where}: the {step.form} {step.op!r} has nothing to act on")


def _read(step: Read, where: str) -> None:
    _known(where, "what", step.what, READS)
    if READS[step.what].operands != 1 + (step.other is not None):
        raise ProgramError(f"{where}: other={step.other!r} for the read {step.what!r}")


def _register_hook(step: RegisterHook, where: str) -> None:
    _known(where, "on", step.on, REGISTER)
    _known(where, "behaviour", step.behaviour, HOOKS[step.on])


def _multi_grad_hook(step: MultiGradHook, where: str) -> None:
    _known(where, "mode", step.mode, ("all", "any"))
    _known(where, "behaviour", step.behaviour, HOOKS[step.mode])


def _functional(step: Functional, where: str) -> None:
    _known(where, "api", step.api, APIS)
    _known(where, "function", step.function, MAPS)


def _forget(step: Forget, where: str) -> None:
    if step.tensor.name != step.tensor.base:
        raise ProgramError(f"{where}: {step.tensor.name!r} is no name that can be deleted")


_CHECKS: Mapping[type[Step], Callable[[Any, str], None]] = {
    Call: _call,
    Read: _read,
    RegisterHook: _register_hook,
    MultiGradHook: _multi_grad_hook,
    PackHooks: lambda step, where: _known(where, "behaviour", step.behaviour, PACKS),
    Apply: lambda step, where: _known(where, "function", step.function, FUNCTIONS),
    Functional: _functional,
    Copy: lambda step, where: _known(where, "how", step.how, COPIES),
    Forget: _forget,
}

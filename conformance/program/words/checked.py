"""Checks that each name in a step (an op, a read, a mode) is a row of its table."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from keyword import iskeyword
from typing import Any

from conformance.program.limits import check_number, check_size
from conformance.program.steps import (
    Apply,
    Backward,
    Call,
    Copy,
    EnterMode,
    Forget,
    Functional,
    MultiGradHook,
    PackHooks,
    Read,
    RegisterHook,
    Snippet,
    Step,
    values_of,
)
from conformance.program.values import Constant, DType, ProgramError, Ref, brief, refs, scalars
from conformance.program.words.functionals import APIS, MAPS
from conformance.program.words.functions import FUNCTIONS
from conformance.program.words.hooks import HOOKS, PACKS, REGISTER
from conformance.program.words.operators import COPIES, FORMS, OPERATORS
from conformance.program.words.own import OWN
from conformance.program.words.reads import READS
from conformance.program.words.vocabulary import (
    CONSTANTS,
    DTYPES,
    KEYWORDS,
    LEFT_OUT,
    MODES,
    OPTIONS,
    may_call,
)


def check_vocabulary(step: Step, where: str) -> None:
    """Check that every op, read, behaviour, dtype and name of an argument of the step is known.

    Raises:
        ProgramError: what is not, and what is known.
    """
    if check := _CHECKS.get(type(step)):
        check(step, where)
    if isinstance(step, Snippet):
        return  # Code, whose text is of any length: where it may come from is another's affair.
    for item in scalars(values_of(step)):
        if isinstance(item, DType):
            _known(where, "dtype", item.name, DTYPES)
        elif isinstance(item, Constant):
            _known(where, "constant", item.name, CONSTANTS)
        else:
            check_number(item, where)


def _known(where: str, field: str, word: Any, table: Iterable[str]) -> None:
    if not isinstance(word, str) or word not in (
        names := sorted(table)
        if isinstance(table, frozenset)
        else list(table)  # sets have no order
    ):
        raise ProgramError(f"{where}: {field}={brief(word)} is none of {', '.join(names)}")


def _call(step: Call, where: str) -> None:
    _known(where, "form", step.form, sorted(FORMS))
    if step.form == "operator":
        _operator(step, where)
    elif step.form == "own":
        _own(step, where)
    elif why := LEFT_OUT.get(step.op.removesuffix("_")):
        raise ProgramError(f"{where}: op={brief(step.op)} {why}, so no program calls it")
    elif not may_call(step.form, step.op):
        raise ProgramError(f"{where}: op={brief(step.op)} is no {step.form} that a program calls")
    if step.form in ("method", "attribute") and not isinstance((*step.args, None)[0], Ref):
        raise ProgramError(f"{where}: the {step.form} {step.op!r} has nothing to act on")
    if step.form != "own":
        _keywords(step.kwargs, where, KEYWORDS)
    if step.kwargs and step.form in ("operator", "attribute"):
        raise ProgramError(f"{where}: an {step.form} takes no {min(step.kwargs)}=")
    check_size(step, where)


def _own(step: Call, where: str) -> None:
    if step.op not in OWN:
        raise ProgramError(
            f"{where}: op={brief(step.op)} is no op of torch's: name the file or module that it "
            "is from by --ops-from"
        )
    for name in step.kwargs:
        if not name.isidentifier() or iskeyword(name):
            raise ProgramError(f"{where}: {brief(name)} is no name of an argument")


def _operator(step: Call, where: str) -> None:
    _known(where, "op", step.op, OPERATORS)
    if len(step.args) != (operands := OPERATORS[step.op].operands):
        given = brief(step.args)
        raise ProgramError(f"{where}: {step.op!r} has {operands} operands, not {given}")
    if not any(refs(step.args)):
        raise ProgramError(f"{where}: the operator {step.op!r} has nothing to act on")


def _keywords(kwargs: Mapping[str, Any], where: str, table: frozenset[str]) -> None:
    for name in kwargs:
        if name not in table:
            raise ProgramError(f"{where}: {brief(name)} is no name of an argument")


def _read(step: Read, where: str) -> None:
    _known(where, "what", step.what, READS)
    if READS[step.what].operands != 1 + (step.other is not None):
        raise ProgramError(f"{where}: other={brief(step.other)} for the read {step.what!r}")


def _register_hook(step: RegisterHook, where: str) -> None:
    _known(where, "on", step.on, REGISTER)
    _known(where, "behaviour", step.behaviour, HOOKS[step.on])


def _multi_grad_hook(step: MultiGradHook, where: str) -> None:
    _known(where, "mode", step.mode, ("all", "any"))
    _known(where, "behaviour", step.behaviour, HOOKS[step.mode])


def _functional(step: Functional, where: str) -> None:
    _known(where, "api", step.api, APIS)
    _known(where, "function", step.function, MAPS)
    _keywords(step.kwargs, where, OPTIONS)


def _backward(step: Backward, where: str) -> None:
    roots = step.root if isinstance(step.root, list | tuple) else (step.root,)
    if not roots or not all(isinstance(root, Ref) for root in roots):
        raise ProgramError(f"{where}: root={brief(step.root)} is no ref, and no list of some")


def _forget(step: Forget, where: str) -> None:
    if step.tensor.name != step.tensor.base:
        raise ProgramError(f"{where}: {step.tensor.name!r} is no name that can be deleted")


_CHECKS: Mapping[type[Step], Callable[[Any, str], None]] = {
    Backward: _backward,
    Call: _call,
    Read: _read,
    RegisterHook: _register_hook,
    MultiGradHook: _multi_grad_hook,
    PackHooks: lambda step, where: _known(where, "behaviour", step.behaviour, PACKS),
    Apply: lambda step, where: _known(where, "function", step.function, FUNCTIONS),
    Functional: _functional,
    EnterMode: lambda step, where: _known(where, "mode", step.mode, sorted(MODES)),
    Copy: lambda step, where: _known(where, "how", step.how, COPIES),
    Forget: _forget,
}

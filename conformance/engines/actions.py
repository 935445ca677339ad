"""How each kind of step is taken on a torch-like module: one row a kind."""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from inspect import Parameter, signature
from typing import TYPE_CHECKING, Any

from conformance.engines.callbacks import CALLBACKS
from conformance.engines.names import Absent, offers
from conformance.engines.texts import compiled
from conformance.program.operators import OPERATORS, Operator
from conformance.program.reads import READS
from conformance.program.steps import (
    Backward,
    Call,
    ClearGrad,
    Detach,
    EnterMode,
    Forget,
    Grad,
    LeaveMode,
    Read,
    RequiresGrad,
    RetainGrad,
    SetData,
    SetGrad,
    Snippet,
    Step,
)
from conformance.program.values import Ref
from conformance.trace import Text, Unsupported

if TYPE_CHECKING:
    from conformance.engines.torchlike import TorchLikeSession as Session


def _function(session: Session, step: Call) -> Any:
    names = session.names
    function = names.lookup(step.op)
    return _called(step.op, function, names.all(step.args), names.resolve(step.kwargs))


def _method(session: Session, step: Call) -> Any:
    names = session.names
    owner, *args = names.all(step.args)
    return _called(step.op, names.attribute(owner, step.op), args, names.resolve(step.kwargs))


def _called(name: str, function: Any, args: Sequence[Any], options: dict[str, Any]) -> Any:
    """The function's answer. It lacks the arguments that its signature shows it does not take."""
    try:
        return function(*args, **options) if options else function(*args)
    except TypeError:
        if lacking := _not_taken(function, len(args), options):
            raise Absent(Unsupported(f"{name}({lacking})")) from None
        raise


def _not_taken(function: Any, count: int, options: dict[str, Any]) -> str | None:
    try:
        parameters = signature(function).parameters
    except (TypeError, ValueError):  # Nothing tells what it takes.
        return None
    kinds = [parameter.kind for parameter in parameters.values()]
    if Parameter.VAR_POSITIONAL not in kinds:
        most = len(kinds) - kinds.count(Parameter.KEYWORD_ONLY) - kinds.count(Parameter.VAR_KEYWORD)
        if count > most:
            return f"argument {most + 1}"
    unknown = (f"{name}=" for name in options if name not in parameters)
    return None if Parameter.VAR_KEYWORD in kinds else next(unknown, None)


def _attribute(session: Session, step: Call) -> Any:
    return session.names.attribute(session.names.resolve(step.args[0]), step.op)


def _operator(session: Session, step: Call) -> Any:
    row = OPERATORS[step.op]
    args = session.names.all(step.args)
    try:
        value = row.apply(*args)
    except TypeError:
        _refuse_if_lacking(session, row, step.op, args)
        raise
    if value is False or value is True:  # as `object` compares, which has `==` and knows no tensor
        _refuse_if_lacking(session, row, step.op, args)
    if not row.statement:
        return value
    if row.binds and isinstance(target := step.args[0], Ref):
        session.bound.bind_again(target.name, value)
    return None


def _refuse_if_lacking(session: Session, row: Operator, symbol: str, args: list[Any]) -> None:
    """Say "unsupported" only if no tensor among the operands has a method that Python looks for."""
    asked = [
        (type(value), names)
        for value, names in zip(args, (row.methods, row.reflected), strict=False)
        if names and isinstance(value, session.tensor_type)
    ]
    if asked and not any(offers(kind, names) for kind, names in asked):
        kind, names = asked[0]
        raise Absent(Unsupported(f"{kind.__name__}.{names[0]} ({symbol})")) from None


_FORMS: Mapping[str, Callable[[Session, Call], Any]] = {
    "function": _function,
    "method": _method,
    "attribute": _attribute,
    "operator": _operator,
}


def _call(session: Session, step: Call) -> Any:
    return _FORMS[step.form](session, step)


def _backward(session: Session, step: Backward) -> None:
    names = session.names
    root = names[step.root.name]
    options: dict[str, Any] = {}
    # Only what is not the default is passed on: an engine need not know the other arguments.
    if step.gradient is not None:
        options["gradient"] = names.resolve(step.gradient)
    if step.retain_graph is not None:
        options["retain_graph"] = names.resolve(step.retain_graph)
    if step.create_graph is not False:
        options["create_graph"] = names.resolve(step.create_graph)
    if step.inputs is not None:
        options["inputs"] = names.resolve(step.inputs)
    _called("backward", names.attribute(root, "backward"), (), options)


def _grad(session: Session, step: Grad) -> Any:
    names = session.names
    options = {
        name: names.resolve(value)
        for name, value, default in (
            ("grad_outputs", step.grad_outputs, None),
            ("retain_graph", step.retain_graph, None),
            ("create_graph", step.create_graph, False),
            ("allow_unused", step.allow_unused, None),
            ("materialize_grads", step.materialize_grads, False),
        )
        if value is not default
    }
    function = names.lookup("autograd.grad")
    args = names.resolve(step.outputs), names.resolve(step.inputs)
    return _called("autograd.grad", function, args, options)


def _set_grad(session: Session, step: SetGrad) -> None:
    session.names[step.tensor.name].grad = session.names.resolve(step.value)


def _clear_grad(session: Session, step: ClearGrad) -> None:
    session.names[step.tensor.name].grad = None


def _detach(session: Session, step: Detach) -> Any:
    return session.names.attribute(session.names[step.tensor.name], "detach")()


def _requires_grad(session: Session, step: RequiresGrad) -> Any:
    names = session.names
    return names.attribute(names[step.tensor.name], "requires_grad_")(names.resolve(step.flag))


def _retain_grad(session: Session, step: RetainGrad) -> None:
    session.names.attribute(session.names[step.tensor.name], "retain_grad")()


def _enter_mode(session: Session, step: EnterMode) -> None:
    session.enter(session.names.lookup(step.mode)(*session.names.all(step.args)))


def _leave_mode(session: Session, step: LeaveMode) -> None:
    if session.modes:
        error = RuntimeError("left") if step.raising else None
        session.modes.pop().__exit__(error and RuntimeError, error, None)


def _set_data(session: Session, step: SetData) -> None:
    tensor = session.names[step.tensor.name]
    if not hasattr(type(tensor), "data") and "data" not in getattr(tensor, "__dict__", ()):
        raise Absent(
            Unsupported(f"{type(tensor).__name__}.data")
        )  # Python would set it all the same.
    tensor.data = session.names.resolve(step.value)


def _forget(session: Session, step: Forget) -> None:
    session.names.forget(step.tensor.name)


def _read(session: Session, step: Read) -> Any:
    row = READS[step.what]
    tensor = session.names[step.tensor.name]
    if row.methods and not offers(type(tensor), row.methods):
        raise Absent(Unsupported(f"{type(tensor).__name__}.{row.methods[0]}"))
    try:
        if step.other is None:
            return row.read(tensor)
        return row.read(tensor, session.names.resolve(step.other))
    except AttributeError as error:
        if error.obj is tensor:
            raise Absent(Unsupported(f"{type(tensor).__name__}.{error.name}")) from None
        raise


def _snippet(session: Session, step: Snippet) -> Text:
    printed = io.StringIO()
    # `print` is a name of the snippet's own: capturing sys.stdout would be global state.
    namespace = {**session.names, "torch": session.module, "print": partial(print, file=printed)}
    try:
        exec(compiled(step.code), namespace)
    finally:
        session.printed = _under_torch(printed.getvalue(), session.module.__name__)
    return Text(session.printed)


def _under_torch(text: str, module: str) -> str:
    """Where a class is defined inside the engine is its own affair: `<class 'torch.Tensor'>`."""
    return re.sub(rf"<class '{re.escape(module)}(?:\.\w+)*\.(\w+)'>", r"<class 'torch.\1'>", text)


ACTIONS: Mapping[type[Step], Callable[[Session, Any], Any]] = {
    Call: _call,
    Backward: _backward,
    Grad: _grad,
    SetGrad: _set_grad,
    ClearGrad: _clear_grad,
    Detach: _detach,
    RequiresGrad: _requires_grad,
    RetainGrad: _retain_grad,
    EnterMode: _enter_mode,
    LeaveMode: _leave_mode,
    SetData: _set_data,
    Forget: _forget,
    Read: _read,
    Snippet: _snippet,
    **CALLBACKS,
}
"""What the session does for each kind of step; what it returns is the step's result."""

"""How each kind of step is taken on a torch-like module: one row a kind."""

from __future__ import annotations

import io
import re
import weakref
from collections.abc import Callable, Mapping
from functools import partial
from typing import TYPE_CHECKING, Any

from conformance.engines.observing.texts import compiled, said
from conformance.engines.torchlike.callbacks import CALLBACKS
from conformance.engines.torchlike.forms import call, called
from conformance.engines.torchlike.names import Absent, offers
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
from conformance.program.trace import Text, Unsupported
from conformance.program.values import Ref
from conformance.program.words.reads import READS

if TYPE_CHECKING:
    from conformance.engines.torchlike import TorchLikeSession as Session


def _backward(session: Session, step: Backward) -> None:
    names = session.names
    # Only what is not the default is passed on: an engine need not know the other arguments.
    options = names.resolve(options_of(step))
    if isinstance(step.root, Ref):
        called("backward", names.attribute(names[step.root.name], "backward"), (), options)
        return
    seeds = (options.pop("gradient"),) if "gradient" in options else ()
    function = names.lookup("autograd.backward")
    called("autograd.backward", function, (names.resolve(step.root), *seeds), options)


def _grad(session: Session, step: Grad) -> Any:
    names = session.names
    options = names.resolve(options_of(step))
    function = names.lookup("autograd.grad")
    args = names.resolve(step.outputs), names.resolve(step.inputs)
    return called("autograd.grad", function, args, options)


def _set_grad(session: Session, step: SetGrad) -> None:
    session.names[step.tensor.name].grad = session.names.resolve(step.value)


def _method(session: Session, of: Ref, name: str) -> Any:
    return session.names.attribute(session.names[of.name], name)


def _leave_mode(session: Session, step: LeaveMode) -> None:
    if session.modes:
        error = RuntimeError("left") if step.raising else None
        session.modes.pop().__exit__(error and RuntimeError, error, None)


def _set_data(session: Session, step: SetData) -> None:
    tensor = session.names[step.tensor.name]
    if not hasattr(type(tensor), "data") and "data" not in getattr(tensor, "__dict__", ()):
        lacking = f"{type(tensor).__name__}.data"
        raise Absent(Unsupported(lacking))  # Python would set it all the same.
    tensor.data = session.names.resolve(step.value)


def _set_grad_dtype(session: Session, step: SetGradDtype) -> None:
    tensor = session.names[step.tensor.name]
    if not hasattr(type(tensor), "grad_dtype"):
        raise Absent(Unsupported(f"{type(tensor).__name__}.grad_dtype"))  # as of `.data`
    tensor.grad_dtype = session.names.resolve(step.dtype)


def _weak_reference(session: Session, step: WeakReference) -> Any:
    tensor = session.names[step.tensor.name]
    try:
        return weakref.ref(tensor)
    except TypeError as error:
        raise Absent(Unsupported("weakref.ref", said(error))) from error


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
            lacking = f"{type(tensor).__name__}.{error.name}"
            raise Absent(Unsupported(lacking, said(error))) from error
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
    Call: call,
    Backward: _backward,
    Grad: _grad,
    SetGrad: _set_grad,
    ClearGrad: lambda session, step: setattr(session.names[step.tensor.name], "grad", None),
    Detach: lambda session, step: _method(session, step.tensor, "detach")(),
    RequiresGrad: lambda session, step: _method(session, step.tensor, "requires_grad_")(
        session.names.resolve(step.flag)
    ),
    RetainGrad: lambda session, step: _method(session, step.tensor, "retain_grad")(),
    RemoveHook: lambda session, step: _method(session, step.handle, "remove")(),
    EnterMode: lambda session, step: session.enter(
        session.names.lookup(step.mode)(*session.names.all(step.args))
    ),
    LeaveMode: _leave_mode,
    SetGradDtype: _set_grad_dtype,
    SetData: _set_data,
    Forget: lambda session, step: session.names.forget(step.tensor.name),
    WeakReference: _weak_reference,
    Read: _read,
    Snippet: _snippet,
    **CALLBACKS,
}
"""What the session does for each kind of step; what it returns is the step's result."""

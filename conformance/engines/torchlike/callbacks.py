"""Hooks, custom functions and functional calls on a torch-like module: made of the same text that
a printed script shows, and run."""

from __future__ import annotations

import copy
import pickle
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from conformance.engines.observing.texts import compiled
from conformance.program.steps import (
    Apply,
    Copy,
    Functional,
    MultiGradHook,
    PackHooks,
    RegisterHook,
    Step,
)
from conformance.program.words.functionals import APIS, MAPS
from conformance.program.words.functions import FUNCTIONS
from conformance.program.words.hooks import HOOKS, PACKS, PARAMETERS, REGISTER, function
from conformance.program.words.operators import COPIES

if TYPE_CHECKING:
    from conformance.engines.torchlike import TorchLikeSession as Session


@lru_cache(maxsize=4096)
def _hook_text(on: str, behaviour: str) -> str:
    body = HOOKS[on][behaviour].format(tensor="tensor", handle="handle()")
    return function("hook", PARAMETERS[on], "label", body)


@lru_cache(maxsize=4096)
def _pack_text(behaviour: str) -> str:
    pack, unpack = PACKS[behaviour]
    return "\n".join(
        (
            function("pack", "tensor", "f'{label} packs'", pack),
            function("unpack", "packed", "f'{label} unpacks'", unpack),
        )
    )


def _defined(session: Session, text: str, label: str, tensor: Any = None) -> dict[str, Any]:
    """The names that the text defines. Only a text that uses the tensor keeps it alive."""
    namespace = {"torch": session.module, "log": session.log, "label": label}
    if "tensor" in text:
        namespace["tensor"] = tensor
    if "handle" in text:
        namespace["handle"] = lambda: session.names[label]
    exec(compiled(text), namespace)
    return namespace


def _with_grad_fn(tensor: Any) -> Any:
    """The tensor, whose grad_fn is up to date: a view whose base was written to gets another when
    it is asked for. `register_hook` of torch up to 2.14 asks after it has set its first hook, and
    crashes (pytorch issue 196459); from then on it asks before, as is done here."""
    getattr(tensor, "grad_fn", None)
    return tensor


def _register_hook(session: Session, step: RegisterHook) -> Any:
    names = session.names
    owner = tensor = _with_grad_fn(names[step.tensor.name])
    for name in REGISTER[step.on].split("."):
        owner = names.attribute(owner, name)
    text = _hook_text(step.on, step.behaviour)
    return owner(_defined(session, text, step.result, tensor)["hook"])


def _multi_grad_hook(session: Session, step: MultiGradHook) -> Any:
    names = session.names
    register = names.lookup("autograd.graph.register_multi_grad_hook")
    hook = _defined(session, _hook_text(step.mode, step.behaviour), step.result)["hook"]
    options = {} if step.mode == "all" else {"mode": step.mode}
    tensors = [_with_grad_fn(tensor) for tensor in names.all(step.tensors)]
    return register(type(step.tensors)(tensors), hook, **options)


def _pack_hooks(session: Session, step: PackHooks) -> None:
    hooks = session.names.lookup("autograd.graph.saved_tensors_hooks")
    made = _defined(session, _pack_text(step.behaviour), step.label)
    session.enter(hooks(made["pack"], made["unpack"]))


def _apply(session: Session, step: Apply) -> Any:
    session.names.lookup("autograd.Function")
    made = session.defined(step.function, FUNCTIONS[step.function].source(step.function))
    return made.apply(*session.names.all(step.args))


def _functional(session: Session, step: Functional) -> Any:
    names = session.names
    inputs = names.resolve(step.inputs)
    api = APIS[step.api]
    path = step.api if api.path is None else api.path
    text = api.text.format(
        api="api",
        function="function",
        inputs="inputs",
        spread="*spread",
        vectors="vectors",
        kwargs=", **kwargs",
    )
    namespace = {
        **session.defined_by(api.defines),
        "api": names.lookup(path) if path else None,
        "function": session.defined(step.function, MAPS[step.function].source),
        "inputs": inputs,
        "spread": inputs if isinstance(inputs, tuple) else (inputs,),
        "vectors": names.resolve(step.vectors),
        "kwargs": names.resolve(step.kwargs),
    }
    return eval(compiled(text, "eval"), namespace)


def _copy(session: Session, step: Copy) -> Any:
    namespace = {"copy": copy, "pickle": pickle, "tensor": session.names[step.tensor.name]}
    return eval(compiled(COPIES[step.how].format("tensor"), "eval"), namespace)


CALLBACKS: Mapping[type[Step], Callable[[Session, Any], Any]] = {
    RegisterHook: _register_hook,
    MultiGradHook: _multi_grad_hook,
    PackHooks: _pack_hooks,
    Apply: _apply,
    Functional: _functional,
    Copy: _copy,
}
"""The rows of `actions.ACTIONS` for steps that run code of the program's own."""

"""Torch by `torch.compile`: each call of a program is a compiled function of its own.

A call, and not a run of calls, is what is compiled: each step's result and error is observed, and
hooks, modes and backward passes come between them as in eager mode. Dynamo traces the call, AOT
Autograd its backward graph, and writes to the arguments are carried out by the compiled function.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from functools import wraps
from types import CodeType, FunctionType
from typing import Any

import torch
import torch._dynamo
from torch.utils._pytree import tree_flatten

from conformance.engines.protocol import EngineError
from conformance.engines.torchlike.way import Way, unbound

KEPT = 2000  # compiled functions; then all are dropped


def way(backend: str) -> Way:
    """The way of a backend that torch.compile lists.

    Raises:
        EngineError: there is none of the name, or it finds no compiler.
    """
    known = torch._dynamo.list_backends(exclude_tags=())
    if backend not in known:
        begins = f"there is no backend {backend!r}, but" if backend else "name a backend, as in"
        raise EngineError(f"{begins} {', '.join(f'compile:{each}' for each in known)}")
    if backend == "inductor":
        _refuse_without_compiler()
    config: Any = torch._dynamo.config
    config.recompile_limit = config.accumulated_recompile_limit = 1 << 20
    config.fail_on_recompile_limit_hit = True  # else the call would run as it is, and agree
    torch._logging._internal.set_logs(all=logging.CRITICAL)  # what fails is told in the trace
    return Way(carried=_Compiled(backend))


def _refuse_without_compiler() -> None:
    from torch._inductor import cpp_builder

    try:
        cpp_builder.get_cpp_compiler()
    except Exception as error:
        raise EngineError(f"inductor finds no C++ compiler: {error}") from error


class _Compiled:
    """Compiles calls, and keeps what it has compiled by function, arguments and what Dynamo
    would look at: a program gives the same whatever ran before it."""

    def __init__(self, backend: str) -> None:
        self.backend = backend
        self.kept: dict[Any, Callable[..., Any]] = {}

    def __call__(self, function: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(function)
        def called(*args: Any, **options: Any) -> Any:
            called_as, given = unbound(function, args, torch.Tensor)
            return self._compiled(called_as, given, options)(*given, **options)

        return called

    def _compiled(self, function: Any, args: Any, options: Any) -> Callable[..., Any]:
        leaves, spec = tree_flatten((args, options))
        key = function, repr(spec), *map(_told, leaves), torch.is_grad_enabled()
        found = self.kept.get(key)
        if found is None:
            if len(self.kept) >= KEPT:
                self.kept.clear()
                torch._dynamo.reset()
            found = torch.compile(_fresh(function), backend=self.backend, dynamic=False)
            self.kept[key] = found
        return found


def _told(leaf: Any) -> Any:
    if isinstance(leaf, torch.Tensor):
        return tuple(leaf.shape), leaf.dtype, leaf.stride(), leaf.requires_grad
    return type(leaf), repr(leaf)


def _fresh(function: Any) -> Callable[..., Any]:
    """A function that calls it, with code of its own, since that is what Dynamo keeps by."""

    def call(*args: Any, **options: Any) -> Any:
        return function(*args, **options)

    code: CodeType = call.__code__.replace()
    return FunctionType(code, call.__globals__, call.__name__, None, call.__closure__)

"""Decorators made of context managers: for functions, and for generators."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Generator
from contextlib import AbstractContextManager
from typing import Any

Blocks = Callable[[], AbstractContextManager[Any]]


def in_block(block: Blocks, function: Callable[..., Any]) -> Callable[..., Any]:
    """Wrap the function so that each call runs in a new block."""
    if inspect.isgeneratorfunction(function):
        return _resumed_in(block, function)

    @functools.wraps(function)
    def decorate_context(*args: Any, **kwargs: Any) -> Any:
        with block():
            return function(*args, **kwargs)

    return decorate_context


def _resumed_in(block: Blocks, function: Callable[..., Any]) -> Callable[..., Any]:
    """Wrap a generator function: the block is left at each `yield` and entered again after it."""

    @functools.wraps(function)
    def generator_context(*args: Any, **kwargs: Any) -> Generator[Any, Any, Any]:
        generator = function(*args, **kwargs)
        resume, sent = generator.send, None
        while True:
            try:
                with block():
                    value = resume(sent)
            except StopIteration as stop:
                return stop.value
            try:
                sent = yield value
                resume = generator.send
            except GeneratorExit:
                with block():
                    generator.close()
                raise
            except BaseException as error:
                resume, sent = generator.throw, error

    return generator_context

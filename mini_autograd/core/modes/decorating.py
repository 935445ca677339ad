"""Puts a function, or each resumption of a generator, into a context manager's block."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Generator
from contextlib import AbstractContextManager
from typing import Any

Blocks = Callable[[], AbstractContextManager[Any]]


def in_block(block: Blocks, function: Callable[..., Any]) -> Callable[..., Any]:
    """The function, each call of which runs in a block of its own."""
    if inspect.isgeneratorfunction(function):
        return _resumed_in(block, function)

    @functools.wraps(function)
    def decorate_context(*args: Any, **kwargs: Any) -> Any:
        with block():
            return function(*args, **kwargs)

    return decorate_context


def _resumed_in(block: Blocks, function: Callable[..., Any]) -> Callable[..., Any]:
    """The block holds while the generator runs; between its yields, what holds is the caller's."""

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

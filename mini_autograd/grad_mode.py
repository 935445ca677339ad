"""Whether ops record a graph: per thread, and set by context managers that work as decorators."""

from __future__ import annotations

import functools
import inspect
import threading
from collections.abc import Callable, Generator
from types import TracebackType
from typing import Any, ClassVar, Self

from mini_autograd.errors import arguments as errors


class _State(threading.local):
    enabled = True


# Read on every op: `state.enabled` costs one attribute access.
state = _State()


def is_grad_enabled() -> bool:
    """Whether ops on this thread record a graph."""
    return state.enabled


class _Mode:
    """Sets grad mode for a `with` block, a function, or each resumption of a generator."""

    def __init__(self, mode: bool) -> None:
        self._mode = mode
        self._previous: list[bool] = []

    def __enter__(self) -> Self:
        self._previous.append(state.enabled)
        state.enabled = self._mode
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        state.enabled = self._previous.pop()

    def __call__(self, function: Callable[..., Any]) -> Callable[..., Any]:
        mode = self._mode
        if inspect.isgeneratorfunction(function):
            return _wrap_generator(function, mode)

        @functools.wraps(function)
        def wrapped(*args: Any, **kwargs: Any) -> Any:
            with _Mode(mode):
                return function(*args, **kwargs)

        return wrapped


def _wrap_generator(function: Callable[..., Any], mode: bool) -> Callable[..., Any]:
    """The mode holds while the generator runs and is the caller's own between its yields."""

    @functools.wraps(function)
    def wrapped(*args: Any, **kwargs: Any) -> Generator[Any, Any, Any]:
        generator = function(*args, **kwargs)
        resume, sent = generator.send, None
        while True:
            try:
                with _Mode(mode):
                    value = resume(sent)
            except StopIteration as stop:
                return stop.value
            try:
                sent = yield value
                resume = generator.send
            except GeneratorExit:
                with _Mode(mode):
                    generator.close()
                raise
            except BaseException as error:
                resume, sent = generator.throw, error

    return wrapped


class _Fixed(_Mode):
    """A mode by its name: `with no_grad():`, `@no_grad()`, and `@no_grad` without parentheses."""

    _enables: ClassVar[bool]

    def __new__(cls, function: Callable[..., Any] | None = None) -> Any:
        """The mode, or the function decorated at once."""
        made = super().__new__(cls)
        if function is None:
            return made
        _Mode.__init__(made, cls._enables)
        return made(function)

    def __init__(self) -> None:
        super().__init__(self._enables)


class no_grad(_Fixed):  # torch's name
    """Ops inside record nothing."""

    _enables = False


class enable_grad(_Fixed):  # torch's name
    """Ops inside record, even within `no_grad`."""

    _enables = True


class set_grad_enabled(_Mode):  # torch's name
    """Sets the mode at once; as a context manager it restores the previous one at the end."""

    def __init__(self, mode: bool) -> None:
        if not isinstance(mode, bool):
            raise errors.wrong_type("set_grad_enabled", "enabled", 1, "bool", mode)
        super().__init__(mode)
        self._before = state.enabled
        state.enabled = mode

    def __enter__(self) -> Self:
        self._previous.append(self._before)
        return self

    def __call__(self, function: Callable[..., Any]) -> Callable[..., Any]:
        state.enabled = self._before  # as a decorator it changes nothing outside the function
        return super().__call__(function)

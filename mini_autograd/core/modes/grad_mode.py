"""Grad mode and inference mode of each thread, and the context managers that set them."""

from __future__ import annotations

import inspect
import threading
import warnings
from collections.abc import Callable
from typing import Any

from mini_autograd.core.modes.creation_observers import inference_used, observing_threads
from mini_autograd.core.modes.decorating import in_block
from mini_autograd.core.modes.transforms import state as transforms
from mini_autograd.messages import arguments as errors
from mini_autograd.messages.functions import transforms as func_errors
from mini_autograd.messages.graph import modes as mode_errors


class _State(threading.local):
    enabled = True  # whether ops record: grad mode is on and inference mode is off
    inference = False
    wanted = True  # grad mode as the user set it; inference mode does not change it
    multithreading = True
    composing = False  # within a composite of which torch neither tracks views nor counts writes


# Read on every op: `state.enabled` costs one attribute access.
state = _State()


def is_grad_enabled() -> bool:
    """Whether grad mode is on in this thread: ops record a graph, unless in inference mode."""
    return state.wanted if state.inference else state.enabled


def is_inference_mode_enabled() -> bool:
    """Whether inference mode is on in this thread."""
    return state.inference


def is_multithreading_enabled() -> bool:
    """The flag of `set_multithreading_enabled`; it has no effect, as backward uses one thread."""
    return state.multithreading


def _set_grad(mode: bool) -> None:
    if not isinstance(mode, bool):
        raise errors.wrong_type("set_grad_enabled", "enabled", 1, "bool", mode)
    state.wanted = mode
    state.enabled = mode and not state.inference


def _set_modes(grad: bool, inference: bool) -> None:
    state.inference = inference
    observer = threading.get_ident(), "inference"
    if inference:
        observing_threads.add(observer)
    else:
        observing_threads.discard(observer)
    _set_grad(grad)


class unrecorded:
    """`no_grad` for the engine's own use: without checks, and cheaper."""

    __slots__ = ("enabled", "wanted")

    def __enter__(self) -> None:
        self.enabled, self.wanted = state.enabled, state.wanted
        state.enabled = state.wanted = False

    def __exit__(self, *_: object) -> None:
        state.enabled, state.wanted = self.enabled, self.wanted


def _check_recorded() -> None:
    if transforms.forward:
        raise func_errors.unrecorded_forward()


class _Mode:
    """A context manager that can also decorate a function or a generator function."""

    def __call__(self, orig_func: Callable[..., Any]) -> Callable[..., Any]:
        """Decorate a function: it runs in this mode."""
        function = orig_func
        if inspect.isclass(orig_func):
            warnings.warn(mode_errors.decorated_class(), FutureWarning, stacklevel=2)

            def function(*args: Any, **kwargs: Any) -> Any:
                return orig_func(*args, **kwargs)

        return in_block(self.clone, function)

    def clone(self) -> Any:
        """A new context manager of the same kind, not entered."""
        return self.__class__()


class _GradMode(_Mode):
    """On exit restores the mode of the last entry: as in torch, one value and not a stack."""

    prev: bool  # not set before it is entered

    def __exit__(self, exc_type: object, exc_value: object, traceback: object) -> None:
        _set_grad(self.prev)


class _BareDecorator(_GradMode):
    """A mode that decorates as `@no_grad` too, without parentheses."""

    def __new__(cls, orig_func: Callable[..., Any] | None = None) -> Any:
        """The mode, or the function decorated at once."""
        return super().__new__(cls) if orig_func is None else cls()(orig_func)


class no_grad(_BareDecorator):  # torch's name
    """Ops inside record nothing.

    Raises:
        NotImplementedError: inside a forward-mode transform, where torch still computes tangents.
    """

    def __init__(self) -> None:
        """Takes no options."""
        self.prev = False

    def __enter__(self) -> None:
        _check_recorded()
        self.prev = is_grad_enabled()
        _set_grad(False)


class enable_grad(_BareDecorator):  # torch's name
    """Ops inside record, even within `no_grad`."""

    def __enter__(self) -> None:
        self.prev = is_grad_enabled()
        _set_grad(True)


class set_grad_enabled(_GradMode):  # torch's name
    """Sets the mode at once; as a context manager it restores the previous one at the end."""

    def __init__(self, mode: bool) -> None:
        if mode is False:
            _check_recorded()
        self.prev = is_grad_enabled()
        self.mode = mode
        _set_grad(mode)

    def __call__(self, orig_func: Callable[..., Any]) -> Callable[..., Any]:
        """Decorate a function; the mode outside it is restored to what it was."""
        _set_grad(self.prev)
        return super().__call__(orig_func)

    def __enter__(self) -> None:
        _set_grad(self.mode)

    def __repr__(self) -> str:
        return f"torch.autograd.grad_mode.set_grad_enabled(mode={self.mode})"

    def clone(self) -> set_grad_enabled:
        """A new one of the same mode; as in torch, making it sets the mode."""
        return self.__class__(self.mode)


class inference_mode(_Mode):  # torch's name
    """Ops inside record nothing, and the tensors that they make can never be part of a graph.

    Such an inference tensor has no version counter, cannot be saved for backward and cannot be
    written to outside. `inference_mode(False)` leaves the mode, and turns grad mode on.
    """

    _inference_mode_context: tuple[bool, bool] | None  # the modes to restore; torch's name

    def __new__(cls, mode: Any = True) -> Any:
        """The mode, or the function decorated at once."""
        return super().__new__(cls) if isinstance(mode, bool) else cls()(mode)

    def __init__(self, mode: bool = True) -> None:
        self.mode = mode

    def __enter__(self) -> None:
        outer = getattr(self, "_inference_mode_context", None)
        self._inference_mode_context = is_grad_enabled(), state.inference
        inference_used.add(True)
        _set_modes(not self.mode, self.mode)
        if outer is not None:  # entered within itself, torch 2.13 drops the first block's guard
            _set_modes(*outer)

    def __exit__(self, exc_type: object, exc_value: object, traceback: object) -> None:
        left, self._inference_mode_context = self._inference_mode_context, None
        if left is not None:
            _set_modes(*left)

    def clone(self) -> inference_mode:
        """A new one of the same mode, not entered."""
        return self.__class__(self.mode)


class set_multithreading_enabled(_Mode):  # torch's name
    """Accepted for compatibility: on the CPU torch's results do not depend on it either."""

    def __init__(self, mode: bool) -> None:
        if not isinstance(mode, bool):
            raise errors.wrong_type("set_multithreading_enabled", "enabled", 1, "bool", mode)
        self.prev = state.multithreading
        self.mode = state.multithreading = mode

    def __enter__(self) -> None:
        """Nothing to do: `__init__` has set the mode."""

    def __exit__(self, exc_type: object, exc_value: object, traceback: object) -> None:
        state.multithreading = self.prev

    def clone(self) -> set_multithreading_enabled:
        """A new one of the same mode; as in torch, making it sets the mode."""
        return self.__class__(self.mode)

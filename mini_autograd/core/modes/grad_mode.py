"""Whether ops record a graph: per thread, and set by context managers that work as decorators."""

from __future__ import annotations

import inspect
import threading
import warnings
from collections.abc import Callable
from types import TracebackType
from typing import Any

from mini_autograd.core.modes.creation_observers import inferred, marking_threads
from mini_autograd.core.modes.decorating import in_block
from mini_autograd.core.modes.transforms import state as transforms
from mini_autograd.messages import arguments as errors
from mini_autograd.messages.functions import transforms as func_errors
from mini_autograd.messages.graph import modes as mode_errors


class _State(threading.local):
    enabled = True  # what ops ask
    inference = False
    wanted = True  # grad mode as the user sees it, while inference mode lets nothing be recorded
    multithreading = True


# Read on every op: `state.enabled` costs one attribute access.
state = _State()


def is_grad_enabled() -> bool:
    """Whether grad mode is on in this thread: ops record a graph, unless in inference mode."""
    return state.wanted if state.inference else state.enabled


def is_inference_mode_enabled() -> bool:
    """Whether inference mode is on in this thread."""
    return state.inference


def is_multithreading_enabled() -> bool:
    """What `set_multithreading_enabled` set in this thread; the walk is of one thread anyway."""
    return state.multithreading


def _set_grad(mode: bool) -> None:
    if not isinstance(mode, bool):
        raise errors.wrong_type("set_grad_enabled", "enabled", 1, "bool", mode)
    state.wanted = mode
    state.enabled = mode and not state.inference


def _set_modes(grad: bool, inference: bool) -> None:
    state.inference = inference
    mark = threading.get_ident(), "inference"
    if inference:
        marking_threads.add(mark)
    else:
        marking_threads.discard(mark)
    _set_grad(grad)


class unrecorded:
    """`no_grad` for what the engine itself does."""

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
    """A context manager that decorates functions, and the resumptions of generators, too."""

    def __call__(self, orig_func: Callable[..., Any]) -> Callable[..., Any]:
        """The function, in the mode from its call to its return."""
        function = orig_func
        if inspect.isclass(orig_func):
            warnings.warn(mode_errors.decorated_class(), FutureWarning, stacklevel=2)

            def function(*args: Any, **kwargs: Any) -> Any:
                return orig_func(*args, **kwargs)

        return in_block(self.clone, function)

    def clone(self) -> Any:
        """Another such, not entered."""
        return self.__class__()


class _GradMode(_Mode):
    """Leaving restores the mode of the last entering: torch keeps one, not a stack."""

    prev: bool  # not set before it is entered

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc_value: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        _set_grad(self.prev)


class _Bare(_GradMode):
    """Decorates without parentheses, too."""

    def __new__(cls, orig_func: Callable[..., Any] | None = None) -> Any:
        """The mode, or the function decorated at once."""
        return super().__new__(cls) if orig_func is None else cls()(orig_func)


class no_grad(_Bare):  # torch's name
    """Ops inside record nothing.

    Raises:
        NotImplementedError: inside of a transform with a forward mode, which in torch goes on.
    """

    def __init__(self) -> None:
        """Nothing can be chosen."""
        self.prev = False

    def __enter__(self) -> None:
        _check_recorded()
        self.prev = is_grad_enabled()
        _set_grad(False)


class enable_grad(_Bare):  # torch's name
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
        """The function in the mode; nothing outside of it changes."""
        _set_grad(self.prev)
        return super().__call__(orig_func)

    def __enter__(self) -> None:
        _set_grad(self.mode)

    def __repr__(self) -> str:
        return f"torch.autograd.grad_mode.set_grad_enabled(mode={self.mode})"

    def clone(self) -> set_grad_enabled:
        """Another of the same mode; as it is made, the mode is set."""
        return self.__class__(self.mode)


class inference_mode(_Mode):  # torch's name
    """Ops inside record nothing, and what they make stays out of every graph.

    Such a tensor has no version counter, cannot be saved for backward and cannot be written to
    outside. `inference_mode(False)` leaves the mode, and turns grad mode on.
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
        inferred.add(True)
        _set_modes(not self.mode, self.mode)
        if outer is not None:  # entered within itself, torch 2.13 drops the first block's guard
            _set_modes(*outer)

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc_value: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        left, self._inference_mode_context = self._inference_mode_context, None
        if left is not None:
            _set_modes(*left)

    def clone(self) -> inference_mode:
        """Another of the same mode, not entered."""
        return self.__class__(self.mode)


class set_multithreading_enabled(_Mode):  # torch's name
    """Accepted as torch does on the CPU, where it changes nothing that can be seen."""

    def __init__(self, mode: bool) -> None:
        if not isinstance(mode, bool):
            raise errors.wrong_type("set_multithreading_enabled", "enabled", 1, "bool", mode)
        self.prev = state.multithreading
        self.mode = state.multithreading = mode

    def __enter__(self) -> None:
        """It is set already."""

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc_value: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        state.multithreading = self.prev

    def clone(self) -> set_multithreading_enabled:
        """Another of the same mode; as it is made, the mode is set."""
        return self.__class__(self.mode)

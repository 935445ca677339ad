"""The context in which a transform runs the user's function: an open level, grad mode on."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import ExitStack, contextmanager

from mini_autograd.autograd.levels import Level
from mini_autograd.autograd.saved_hooks import disable_saved_tensors_hooks
from mini_autograd.core.modes.grad_mode import (
    enable_grad,
    inference_mode,
    is_inference_mode_enabled,
    no_grad,
)
from mini_autograd.core.modes.transforms import running
from mini_autograd.messages.functions import transforms as errors


@contextmanager
def outside_inference_mode() -> Generator[None, None, None]:
    """For a transform's work after its function: in inference mode, leave it and use `no_grad`.

    torch makes normal tensors there, not inference tensors.
    """
    if is_inference_mode_enabled():
        with inference_mode(False), no_grad():
            yield
    else:
        yield


@contextmanager
def transforming(
    *, saved_tensors_hooks: bool = False, forward: bool = False
) -> Generator[Level, None, None]:
    """Run a transform: yields its open level; pack hooks raise inside unless allowed."""
    level = Level()
    with ExitStack() as stack:
        stack.enter_context(running(forward=forward))
        if not saved_tensors_hooks:
            refusal = str(errors.no_saved_tensors_hooks())
            stack.enter_context(disable_saved_tensors_hooks(refusal))
        stack.enter_context(level)
        if is_inference_mode_enabled():
            stack.enter_context(inference_mode(False))
        stack.enter_context(enable_grad())
        yield level

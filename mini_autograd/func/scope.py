"""Where a transform's function runs: its level is open, and grad is on whatever the mode is."""

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
    """Where a transform goes on after its function: torch makes plain tensors there in inference
    mode, too; without a graph, as the mode has it."""
    if is_inference_mode_enabled():
        with inference_mode(False), no_grad():
            yield
    else:
        yield


@contextmanager
def transforming(
    *, saved_tensors_hooks: bool = False, forward: bool = False
) -> Generator[Level, None, None]:
    """The level that is open inside; a RuntimeError for pack hooks, unless they are allowed."""
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

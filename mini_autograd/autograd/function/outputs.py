"""The outputs of a custom function: what the forward returned gets its history.

In torch's order: the marks are read, each output gets its history, then tensors are saved. An
output that is an input, or a view of one, has a history already and is treated by that.
"""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from typing import Any

from mini_autograd.autograd.function.context import BackwardCFunction
from mini_autograd.core.modes.grad_mode import unrecorded
from mini_autograd.core.saved.saved import kept_for
from mini_autograd.core.tensor.history import (
    CreationMeta,
    as_view,
    set_creation,
    set_history,
    set_requires_grad,
)
from mini_autograd.core.tensor.tensor import Tensor, detached, make
from mini_autograd.core.tensor.version_counter import counter_of
from mini_autograd.inplace.checks import check_history
from mini_autograd.inplace.rebase import rebase
from mini_autograd.messages.functions import custom as errors


class Outputs:
    """Gives the outputs of one call their histories."""

    def __init__(
        self, ctx: BackwardCFunction, args: Sequence[Any], *, records: bool, separate_setup: bool
    ) -> None:
        """`separate_setup`: the function has a `setup_context`."""
        self.ctx = ctx
        self.node = ctx.as_node
        self.records = records
        self.inputs = {id(each) for each in args if isinstance(each, Tensor)}
        self.undifferentiated = _marked(
            self.ctx.non_differentiable, "non_differentiable", errors.non_differentiable_type
        )
        self.dirty = _marked(self.ctx.dirty_tensors, "dirty_tensors", errors.dirty_type)
        for each in self.ctx.dirty_tensors or ():
            counter_of(each).advance()
        saved = self.ctx.to_save if separate_setup else None
        self.saved_in_setup = {id(each) for each in saved or () if isinstance(each, Tensor)}

    def wrapped(self, given: tuple[Any, ...]) -> tuple[Any, ...]:
        """The outputs with their histories.

        Raises:
            RuntimeError: a dirty tensor that must not be written to, or that was not returned.
        """
        self.ctx._accepted = tuple([_metadata(each) for each in given])
        several = len(given) > 1
        outs = tuple([self._wrapped(index, each, several) for index, each in enumerate(given)])
        if sum(self._differentiable(each) for each in given) > 1:
            for out in outs:
                if isinstance(out, Tensor) and out._base is not None:
                    set_creation(out, CreationMeta.MULTI_OUTPUT_NODE)
        if not self.dirty <= {id(each) for each in given}:
            raise errors.dirty_not_returned()
        return outs

    def _differentiable(self, out: Any) -> bool:
        return (
            self.records
            and isinstance(out, Tensor)
            and id(out) not in self.undifferentiated
            and out._array.dtype.kind in "fc"
        )

    def _wrapped(self, index: int, given: Any, several: bool) -> Any:
        if not isinstance(given, Tensor):
            return given
        is_input, is_dirty = id(given) in self.inputs, id(given) in self.dirty
        if not self._differentiable(given):
            out = self._undifferentiated(given, is_input, is_dirty)
        elif is_dirty:
            out = self._written(index, given, is_input, several)
        else:
            out = self._viewed(given) if is_input else given
            set_history(out, self.node)
            out._output_nr = index
        if out._base is not None and not (is_input and is_dirty):
            set_creation(out, CreationMeta.IN_CUSTOM_FUNCTION)
        return out

    def _undifferentiated(self, given: Tensor, is_input: bool, is_dirty: bool) -> Tensor:
        """An output that is not differentiable; an input that requires grad is detached."""
        if not given._requires_grad:
            return self._viewed(given) if is_input and not is_dirty else given
        if is_input:
            return detached(given)
        if given._base is None:  # torch leaves a view as it is
            given._node, given._output_nr = None, 0
            set_requires_grad(given, False)
        return given

    def _written(self, index: int, given: Tensor, is_input: bool, several: bool) -> Tensor:
        """A dirty tensor: the function's node becomes its history."""
        if given._requires_grad and given._node is None and given._outdated is None:
            raise errors.dirty_leaf()
        if not is_input:
            warnings.warn(errors.dirty_no_input(), UserWarning, stacklevel=5)
        if given._base is not None and several:
            raise errors.dirty_view_of_several()
        check_history(given, needs_grad=True)
        given._grad = None  # torch resets it with the old history
        rebase(given, self.node)
        if given._base is None:
            given._output_nr = index
        return given

    def _viewed(self, given: Tensor) -> Tensor:
        """A view of an input that the forward returned unchanged."""
        if id(given) in self.saved_in_setup:
            raise errors.saved_input_returned()
        with unrecorded():
            return as_view(make(given._array.view()), given)

    def save(self) -> None:
        """Save the tensors of `save_for_backward`, if a graph is recorded.

        Raises:
            RuntimeError: `ctx.to_save` was set to something other than a tuple.
            TypeError: one is not a tensor.
        """
        saved, self.ctx.to_save = self.ctx.to_save, None
        if not self.records or saved is None:
            return
        if not isinstance(saved, tuple):
            raise errors.not_a_tuple("to_save")
        kept = []
        for position, each in enumerate(saved):
            if each is not None and not isinstance(each, Tensor):
                raise errors.saved_type(position, each)
            kept.append(None if each is None else kept_for(self.node, each))
        self.ctx._saved = tuple(kept)


def _marked(marked: Any, attribute: str, refused: Any) -> set[int]:
    """The ids of the tensors in an attribute of the `ctx`."""
    if marked is None:
        return set()
    if not isinstance(marked, tuple):
        raise errors.not_a_tuple(attribute)
    for each in marked:
        if not isinstance(each, Tensor):
            raise refused()
    return {id(each) for each in marked}


def _metadata(out: Any) -> Any:
    return (out._array.shape, out._array.dtype) if isinstance(out, Tensor) else None

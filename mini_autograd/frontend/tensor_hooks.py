"""`register_hook`, `register_post_accumulate_grad_hook` and `retain_grad`."""

from __future__ import annotations

import weakref
from collections import OrderedDict
from collections.abc import Callable

from mini_autograd.core.graph.graph import hooks_of
from mini_autograd.core.graph.hooks import RemovableHandle, registered
from mini_autograd.core.modes.transforms import state as transforms
from mini_autograd.core.tensor.tensor import Tensor
from mini_autograd.messages.functions import transforms as func_errors
from mini_autograd.messages.graph import hooks as errors
from mini_autograd.messages.tensors import state as tensor_errors


def register_hook(self: Tensor, hook: Callable[[Tensor], Tensor | None]) -> RemovableHandle:
    """Call `hook` with the gradient when it is computed; what it returns replaces the gradient.

    The hook stays at the present `grad_fn`: after a write it gets the gradient before the write.

    Raises:
        RuntimeError: the tensor requires no grad.
    """
    if not self._requires_grad:
        raise errors.hook_without_grad()
    if self._backward_hooks is None:
        node = self.grad_fn  # reading it may renew a view's history
        self._backward_hooks = OrderedDict()
        if node is not None:
            node._register_hook_dict(self)
    return registered(self._backward_hooks, hook)


def register_post_accumulate_grad_hook(
    self: Tensor, hook: Callable[[Tensor], None]
) -> RemovableHandle:
    """Call `hook` with the leaf itself after its `.grad` was accumulated.

    Raises:
        RuntimeError: the tensor requires no grad, or is not a leaf.
    """
    if not self._requires_grad:
        raise errors.hook_without_grad()
    if self.grad_fn is not None:
        raise errors.post_accumulate_on_non_leaf()
    if self._post_accumulate_grad_hooks is None:
        self._post_accumulate_grad_hooks = OrderedDict()
    return registered(self._post_accumulate_grad_hooks, hook)


def retain_grad(self: Tensor) -> None:
    """Keep the gradient of a tensor that is not a leaf in its `.grad`.

    Raises:
        RuntimeError: the tensor requires no grad; inside a transform of `func`.
    """
    if not self._requires_grad:
        raise tensor_errors.retain_without_grad()
    if transforms.depth:
        raise func_errors.forbidden_retain_grad()
    made_by = self._node or self._outdated  # torch renews only a history that was there
    node = None if made_by is None else self._maker()
    if node is not None and not self._retains_grad:
        hooks_of(node).retain[self._output_nr] = weakref.ref(self)
        self._retains_grad = True


METHODS = {
    "register_hook": register_hook,
    "register_post_accumulate_grad_hook": register_post_accumulate_grad_hook,
    "retain_grad": retain_grad,
}

"""The hooks of a node, and how the walk calls them.

In torch's order: hooks of the tensors that the node made, `retain_grad`, the node's prehooks, its
backward, its posthooks. A hook may return another gradient to use instead.
"""

from __future__ import annotations

import weakref
from collections import OrderedDict
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, ClassVar

from mini_autograd.messages.graph import hooks as errors

if TYPE_CHECKING:
    from mini_autograd.core.graph.graph import Arithmetic, Grad
    from mini_autograd.core.tensor.tensor import Tensor

Hook = Callable[..., Any]
HookDict = OrderedDict[int, Hook]  # by the id of the handle, in the order of registration


class RemovableHandle:
    """The handle of a registered hook: `remove()`, or the end of a `with` block, removes the hook.

    It does not keep the hooks alive.
    """

    next_id: ClassVar[int] = 0
    __module__ = "torch.utils.hooks"  # as it prints

    def __init__(self, hooks_dict: HookDict) -> None:
        self.hooks_dict_ref = weakref.ref(hooks_dict)
        self.id = RemovableHandle.next_id
        RemovableHandle.next_id += 1

    def remove(self) -> None:
        """Remove the hook; no error if that was done before."""
        hooks = self.hooks_dict_ref()
        if hooks is not None:
            hooks.pop(self.id, None)

    def __enter__(self) -> RemovableHandle:
        return self

    def __exit__(self, *_: object) -> None:
        self.remove()


def registered(hooks: HookDict, hook: Hook) -> RemovableHandle:
    """Append a hook; returns its handle."""
    handle = RemovableHandle(hooks)
    hooks[handle.id] = hook
    return handle


class Hooks:
    """The hooks of one node. Few nodes have any, so it is made when the first is added."""

    __slots__ = ("accumulated", "post", "pre", "retain", "tensor")

    def __init__(self) -> None:
        # (hooks, output number) of each tensor that the node made.
        self.tensor: list[tuple[HookDict, int]] = []
        # By output number, tensors that retain their grad; weak, since they refer to the node.
        self.retain: dict[int, weakref.ref[Tensor]] = {}
        self.pre: HookDict = OrderedDict()
        self.post: HookDict = OrderedDict()
        self.accumulated: HookDict | None = None  # a leaf's, for after accumulation

    def run_of_tensors(self, grads: list[Grad | None], arithmetic: Arithmetic) -> None:
        """Run the hooks of the node's tensors on `grads`, in place; then retain gradients."""
        for hooks, output in self.tensor:
            if hooks:
                grad = None if grads[output] is None else arithmetic.wrap(grads[output])
                grad = _call_hooks(hooks, grad, arithmetic)
                grads[output] = None if grad is None else arithmetic.unwrap(grad)
        for output, reference in self.retain.items():
            if grads[output] is not None and (tensor := reference()) is not None:
                arithmetic.retain(tensor, grads[output])

    def run_before(self, grads: list[Grad | None], arithmetic: Arithmetic) -> None:
        """Run the prehooks on `grads`, in place: the node's backward gets the result."""
        hooked = _call_tuple_hooks(self.pre, _wrapped(grads, arithmetic), (), arithmetic)
        grads[:] = _unwrapped(hooked, arithmetic)

    def run_after(
        self, given: Sequence[Grad | None], grads: list[Grad | None], arithmetic: Arithmetic
    ) -> Sequence[Grad | None]:
        """Run the posthooks on `given`, the backward's result for `grads`; returns what goes on."""
        extra = (_wrapped(grads, arithmetic),)
        hooked = _call_tuple_hooks(self.post, _wrapped(given, arithmetic), extra, arithmetic)
        return _unwrapped(hooked, arithmetic)

    def run_accumulated(self, leaf: Tensor, arithmetic: Arithmetic) -> None:
        """Run a leaf's hooks for after accumulation, which must return None."""
        if self.accumulated and _call_hooks(self.accumulated, leaf, arithmetic) is not leaf:
            raise errors.post_accumulate_result()


def _call_hooks(hooks: HookDict, grad: Tensor | None, arithmetic: Arithmetic) -> Tensor | None:
    """Pass a gradient through hooks; None is an undefined gradient."""
    for hook in list(hooks.values()):  # a copy: hooks may be added or removed meanwhile
        answer = hook(grad)
        if answer is not None and answer is not grad:
            if grad is None:
                raise errors.none_replaced()
            arithmetic.check_replacement(grad, answer, _name_of(hook))
            grad = answer
    return grad


def _call_tuple_hooks(
    hooks: HookDict,
    grads: tuple[Tensor | None, ...],
    extra: tuple[Any, ...],
    arithmetic: Arithmetic,
) -> tuple[Tensor | None, ...]:
    """Pass a tuple of gradients through hooks; `extra` are the further arguments of a hook."""
    for hook in list(hooks.values()):
        answer = hook(grads, *extra)
        if answer is None or answer is grads:
            continue
        if not isinstance(answer, tuple):
            raise errors.hook_result("tuple", answer)
        if len(answer) != len(grads):
            raise errors.hook_result_count(_name_of(hook), len(answer), len(grads))
        for was, given in zip(grads, answer, strict=True):
            if given is None:
                continue
            if was is None:
                raise errors.none_replaced()
            arithmetic.check_replacement(was, given, _name_of(hook))
        grads = answer
    return grads


def _name_of(hook: Hook) -> str:
    name = getattr(hook, "__name__", None)
    return name if isinstance(name, str) else "<unknown>"


def _wrapped(grads: Sequence[Grad | None], arithmetic: Arithmetic) -> tuple[Tensor | None, ...]:
    return tuple([None if grad is None else arithmetic.wrap(grad) for grad in grads])


def _unwrapped(grads: Sequence[Tensor | None], arithmetic: Arithmetic) -> list[Grad | None]:
    return [None if each is None else arithmetic.unwrap(each) for each in grads]

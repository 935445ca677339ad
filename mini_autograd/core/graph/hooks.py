"""What a user attached to a node, and how the walk calls it.

As torch: the hooks of the tensors that a node made come first, then what is to be retained, then
the node's own hooks before it; behind it those after it. A hook may answer with another gradient.
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
    """What registering a hook gives: `remove()` takes it off, as does the end of a `with` block.

    It does not keep the hooks alive.
    """

    next_id: ClassVar[int] = 0
    __module__ = "torch.utils.hooks"  # as it prints

    def __init__(self, hooks_dict: HookDict) -> None:
        self.hooks_dict_ref = weakref.ref(hooks_dict)
        self.id = RemovableHandle.next_id
        RemovableHandle.next_id += 1

    def remove(self) -> None:
        """Takes the hook off; again is no error."""
        hooks = self.hooks_dict_ref()
        if hooks is not None:
            hooks.pop(self.id, None)

    def __enter__(self) -> RemovableHandle:
        return self

    def __exit__(self, *_: object) -> None:
        self.remove()


def registered(hooks: HookDict, hook: Hook) -> RemovableHandle:
    """Appends a hook; its handle."""
    handle = RemovableHandle(hooks)
    hooks[handle.id] = hook
    return handle


class Hooks:
    """What is attached to one node: rare, so a node has none until it is needed."""

    __slots__ = ("accumulated", "post", "pre", "retain", "tensor")

    def __init__(self) -> None:
        # The hooks of each tensor that the node made, with which output that is.
        self.tensor: list[tuple[HookDict, int]] = []
        # By output the tensor whose `.grad` is kept, weakly, since it holds the node.
        self.retain: dict[int, weakref.ref[Tensor]] = {}
        self.pre: HookDict = OrderedDict()
        self.post: HookDict = OrderedDict()
        self.accumulated: HookDict | None = None  # those of a leaf, once its `.grad` is there

    def run_of_tensors(self, grads: list[Grad | None], arithmetic: Arithmetic) -> None:
        """Those of the node's tensors, one tensor after the other, into `grads`."""
        for hooks, output in self.tensor:
            if hooks:
                grad = grads[output]
                shown = None if grad is None else arithmetic.wrap(grad)
                grad = None  # a leaf keeps what nobody else holds
                shown = _answered(hooks, shown, arithmetic)
                grads[output] = None if shown is None else arithmetic.unwrap(shown)
        for output, reference in self.retain.items():
            if grads[output] is not None and (tensor := reference()) is not None:
                arithmetic.retain(tensor, grads[output])

    def run_before(self, grads: list[Grad | None], arithmetic: Arithmetic) -> None:
        """Those before the node, into `grads`, with which it shall go backward."""
        shown = _answered_together(self.pre, _wrapped(grads, arithmetic), (), arithmetic)
        grads[:] = _unwrapped(shown, arithmetic)

    def run_after(
        self, given: Sequence[Grad | None], grads: list[Grad | None], arithmetic: Arithmetic
    ) -> Sequence[Grad | None]:
        """The gradients that go on, from those that the node gave for `grads`."""
        beside = (_wrapped(grads, arithmetic),)
        shown = _answered_together(self.post, _wrapped(given, arithmetic), beside, arithmetic)
        return _unwrapped(shown, arithmetic)

    def run_accumulated(self, leaf: Tensor, arithmetic: Arithmetic) -> None:
        """Those of a leaf whose `.grad` is there, which must have no answer."""
        if self.accumulated and _answered(self.accumulated, leaf, arithmetic) is not leaf:
            raise errors.post_accumulate_result()


def _answered(hooks: HookDict, shown: Tensor | None, arithmetic: Arithmetic) -> Tensor | None:
    """A gradient as the hooks leave it; None is one that no path gave."""
    for hook in list(hooks.values()):  # those of now: a hook may remove and register others
        answer = hook(shown)
        if answer is not None and answer is not shown:
            if shown is None:
                raise errors.none_replaced()
            arithmetic.check_replacement(shown, answer, _name_of(hook))
            shown = answer
    return shown


def _answered_together(
    hooks: HookDict,
    shown: tuple[Tensor | None, ...],
    beside: tuple[Any, ...],
    arithmetic: Arithmetic,
) -> tuple[Tensor | None, ...]:
    """Several gradients as the hooks leave them; `beside` is what else a hook gets to see."""
    for hook in list(hooks.values()):
        answer = hook(shown, *beside)
        if answer is None or answer is shown:
            continue
        if not isinstance(answer, tuple):
            raise errors.hook_result("tuple", answer)
        if len(answer) != len(shown):
            raise errors.hook_result_count(_name_of(hook), len(answer), len(shown))
        for was, given in zip(shown, answer, strict=True):
            if given is None:
                continue
            if was is None:
                raise errors.none_replaced()
            arithmetic.check_replacement(was, given, _name_of(hook))
        shown = answer
    return shown


def _name_of(hook: Hook) -> str:
    name = getattr(hook, "__name__", None)
    return name if isinstance(name, str) else "<unknown>"


def _wrapped(grads: Sequence[Grad | None], arithmetic: Arithmetic) -> tuple[Tensor | None, ...]:
    return tuple([None if grad is None else arithmetic.wrap(grad) for grad in grads])


def _unwrapped(shown: Sequence[Tensor | None], arithmetic: Arithmetic) -> list[Grad | None]:
    return [None if each is None else arithmetic.unwrap(each) for each in shown]

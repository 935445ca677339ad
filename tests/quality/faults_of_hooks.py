"""Faults of what users attach to a graph: hooks, modes, custom functions, pack hooks; and of what
a walk leaves behind."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
from planting import Fault, attribute, called, fault, method

from mini_autograd import Tensor
from mini_autograd.autograd import function
from mini_autograd.autograd.function.context import (
    BackwardCFunction,
    FunctionCtx,
    FunctionNode,
)
from mini_autograd.autograd.function.outputs import Outputs
from mini_autograd.core.backward import walk
from mini_autograd.core.backward.arithmetic import RawArithmetic, TensorArithmetic
from mini_autograd.core.backward.observed_walk import ObservedWalk
from mini_autograd.core.graph import hooks
from mini_autograd.core.graph.graph import AccumulateGrad
from mini_autograd.core.graph.hooks import Hooks, RemovableHandle
from mini_autograd.core.modes import grad_mode
from mini_autograd.core.saved import saved
from mini_autograd.core.saved.packing import PackedTensor
from mini_autograd.core.tensor.tensor import make


def _nothing(*_: Any, **__: Any) -> None:
    """In the place of what should have happened."""


def _leaf_hooks_last(run: Any) -> Any:
    def broken(self: ObservedWalk, node: Any, outputs: list[Any]) -> Any:
        if not isinstance(node, AccumulateGrad) or node.hooks is None or self.needed is not None:
            return run(self, node, outputs)
        answer = node.backward(outputs, self.arithmetic)
        node.hooks.run_of_tensors(outputs, self.arithmetic)
        return answer

    return broken


def _reversed(answered: Any) -> Any:
    def broken(given: Any, shown: Any, arithmetic: Any) -> Any:
        return answered(dict(reversed(given.items())), shown, arithmetic)

    return broken


def _unheard(given: Any, shown: Any, arithmetic: Any) -> Any:
    for hook in list(given.values()):
        hook(shown)
    return shown


def _retained_first(run: Any) -> Any:
    def broken(self: Hooks, grads: list[Any], arithmetic: Any) -> None:
        kept, self.retain = self.retain, {}
        for output, reference in kept.items():
            if grads[output] is not None and (tensor := reference()) is not None:
                arithmetic.retain(tensor, grads[output])
        run(self, grads, arithmetic)
        self.retain = kept

    return broken


def _before_accumulation(backward: Any) -> Any:
    def broken(self: AccumulateGrad, grads: list[Any], arithmetic: Any) -> Any:
        attached = self.hooks
        if attached is None or not attached.accumulated:
            return backward(self, grads, arithmetic)
        later, attached.accumulated = attached.accumulated, None
        for hook in list(later.values()):
            hook(self.variable)
        answer = backward(self, grads, arithmetic)
        attached.accumulated = later
        return answer

    return broken


def _prehook_unheard(self: Hooks, grads: list[Any], arithmetic: Any) -> None:
    shown = tuple(None if grad is None else arithmetic.wrap(grad) for grad in grads)
    for hook in list(self.pre.values()):
        hook(shown)


def _leaves_at_the_end(order: Any) -> Any:
    return lambda roots: sorted(order(roots), key=lambda node: isinstance(node, AccumulateGrad))


def _out_of_place(accumulate: Any) -> Any:
    def broken(self: Any, leaf: Tensor, grad: Any, writes: int) -> None:
        held = leaf._grad
        if held is None:
            accumulate(self, leaf, grad, writes)
        else:
            leaf._grad = make(held._array + grad)

    return broken


def _in_place(accumulate: Any) -> Any:
    def broken(self: Any, leaf: Tensor, grad: Tensor, writes: int) -> None:
        if leaf._grad is None:
            accumulate(self, leaf, grad, writes)
        else:
            np.add(leaf._grad._array, grad._array, out=leaf._grad._array)

    return broken


def _cut_off(accumulate: Any) -> Any:
    def broken(self: Any, leaf: Tensor, grad: Tensor, writes: int) -> None:
        accumulate(self, leaf, make(grad._array), writes)

    return broken


def _into_all(backward: Any) -> Any:
    def broken(self: Tensor, *args: Any, **named: Any) -> Any:
        named.pop("inputs", None)
        return backward(self, *args[:3], **named)

    return broken


def _leaking(leave: Any) -> Any:
    def broken(self: Any, kind: Any, error: Any, trace: Any) -> None:
        if kind is None:
            leave(self, kind, error, trace)

    return broken


def _as_it_was(self: Any) -> None:
    self.prev = grad_mode.is_grad_enabled()


def _no_grad_only(self: Any) -> None:
    self._inference_mode_context = grad_mode.is_grad_enabled(), False
    grad_mode._set_modes(not self.mode, False)


def _always_needed(take: Any) -> Any:
    def broken(self: BackwardCFunction, args: Any, records: bool) -> None:
        take(self, args, records)
        self.needs_input_grad = tuple(isinstance(each, Tensor) for each in args)

    return broken


def _always_zeros(self: FunctionNode, metadata: Any) -> Any:
    return None if metadata is None else make(np.zeros(*metadata))


def _unpacked_raw(unpack: Any) -> Any:
    def broken(self: PackedTensor, owner: Any) -> Any:
        if isinstance(self.packed, Tensor):
            self.unpack_hook = lambda packed: packed
        return unpack(self, owner)

    return broken


def _twice(accumulated: Any) -> Any:
    def broken(self: Hooks, leaf: Tensor, arithmetic: Any) -> None:
        accumulated(self, leaf, arithmetic)
        accumulated(self, leaf, arithmetic)

    return broken


FAULTS_OF_HOOKS: Final[dict[str, Fault]] = {
    # Hooks.
    "a leaf's hook after the accumulation": fault(
        "grad_value hook_order", attribute(ObservedWalk, "_run", _leaf_hooks_last)
    ),
    "hooks in the reverse order": fault(
        "hook_order grad_value", attribute(hooks, "_call_hooks", _reversed)
    ),
    "what a hook returns is ignored": fault(
        "grad_value", attribute(hooks, "_call_hooks", lambda _: _unheard)
    ),
    "a removed hook is called": fault(
        "hook_order grad_value", method(RemovableHandle, "remove", _nothing)
    ),
    "retain_grad before the hooks": fault(
        "grad_value", attribute(Hooks, "run_of_tensors", _retained_first)
    ),
    "a post-accumulate hook before": fault(
        "grad_value hook_order", attribute(AccumulateGrad, "backward", _before_accumulation)
    ),
    "a post-accumulate hook twice": fault(
        "hook_order grad_value", attribute(Hooks, "run_accumulated", _twice)
    ),
    "a prehook's answer is ignored": fault(
        "grad_value", method(Hooks, "run_before", _prehook_unheard)
    ),
    # The walk.
    "leaves at the end of the walk": fault(
        "hook_order", attribute(walk, "_order", _leaves_at_the_end)
    ),
    "a gradient accumulated out of place": fault(
        "alias value flag", attribute(RawArithmetic, "accumulate", _out_of_place)
    ),
    "create_graph accumulates in place": fault(
        "grad_value value alias graph version",
        attribute(TensorArithmetic, "accumulate", _in_place),
    ),
    "create_graph without a graph": fault(
        "flag graph raises", attribute(TensorArithmetic, "accumulate", _cut_off)
    ),
    "inputs= ignored": fault("grad_missing", called(_into_all, "backward")),
    "a custom function is never freed": fault("raises", method(FunctionNode, "release", _nothing)),
    # Modes.
    "no_grad leaks after an exception": fault(
        "flag grad_missing raises", attribute(grad_mode._GradMode, "__exit__", _leaking)
    ),
    "enable_grad within no_grad does nothing": fault(
        "flag raises", method(grad_mode.enable_grad, "__enter__", _as_it_was)
    ),
    "inference mode is no_grad": fault(
        "raises flag", method(grad_mode.inference_mode, "__enter__", _no_grad_only)
    ),
    # Custom functions and pack hooks.
    "mark_dirty ignored": fault(
        "version graph raises", method(FunctionCtx, "mark_dirty", _nothing)
    ),
    "mark_non_differentiable ignored": fault(
        "flag graph", method(FunctionCtx, "mark_non_differentiable", _nothing)
    ),
    "undefined gradients are zeros always": fault(
        "hook_order grad_value raises", method(FunctionNode, "_materialized", _always_zeros)
    ),
    "once_differentiable ignored": fault(
        "raises flag",
        attribute(function, "made_undifferentiable", lambda _: lambda answer, message: answer),
    ),
    "needs_input_grad says yes": fault(
        "flag", attribute(BackwardCFunction, "_note_arguments", _always_needed)
    ),
    "an input returned is that input": fault(
        "graph alias flag raises", method(Outputs, "_viewed", lambda self, given: given)
    ),
    "results are not packed": fault(
        "hook_order raises", attribute(saved, "pack_results", lambda _: _nothing)
    ),
    "an unpack hook is not called": fault(
        "hook_order grad_value", attribute(PackedTensor, "unpack", _unpacked_raw)
    ),
}

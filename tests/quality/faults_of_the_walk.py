"""Faults of the walk, of writes and of errors: what no single op has to answer for."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

import numpy as np
from planting import Fault, attribute, fault, method

from mini_autograd import Tensor
from mini_autograd.arrays.dims import broadcast_dims
from mini_autograd.core.backward import arithmetic, seeds, walk
from mini_autograd.core.backward.arithmetic import RawArithmetic, TensorArithmetic
from mini_autograd.core.saved.saved import SavedResult, SavedTensor, unpacked_array, unpacked_tensor
from mini_autograd.core.tensor.tensor import make
from mini_autograd.core.tensor.version_counter import counter_of
from mini_autograd.inplace import forms as inplace
from mini_autograd.messages.graph import backward
from mini_autograd.messages.ops import shapes


def _slice_to(self: Any, grad: Any, shape: tuple[int, ...]) -> Any:
    if broadcast_dims(grad.shape, shape) is None:
        return None
    first = grad[(0,) * (grad.ndim - len(shape))]
    return first[tuple(map(slice, shape))]


def _add_in_place(self: Any, a: Any, b: Any) -> Any:
    if isinstance(a, np.ndarray) and a.flags.writeable:
        a += b
        return a
    return a + b


def _accumulate_the_last(before: Any) -> Any:
    def accumulate(self: Any, leaf: Tensor, grad: Any, writes: int) -> None:
        leaf._grad = None
        before(self, leaf, grad, writes)

    return accumulate


def _keep_graph(keep: bool) -> Callable[[Any], Any]:
    def change(run: Any) -> Any:
        def broken(roots: Any, seeds: Any, how: Any, keep_graph: bool, captures: Any = None) -> Any:
            return run(roots, seeds, how, keep, captures)

        return broken

    return change


def _uncounted(write: Any) -> Any:
    def broken(tensor: Tensor, result: Tensor) -> None:
        write(tensor, result)
        counter_of(tensor).version -= 1

    return broken


def _unchecked(saved: Any, node: Any) -> Any:
    """What was saved with whatever version it has now."""
    if isinstance(saved, Tensor):
        saved = SavedTensor(saved)
    elif isinstance(saved, SavedTensor):
        saved = SavedTensor(saved.tensor, saved.dtype)
    elif isinstance(saved, SavedResult):
        saved = SavedResult(saved.array, saved.counter, saved.output)
    return unpacked_array(saved, node)


def _without_history(saved: Any, node: Any) -> Any:
    found = unpacked_tensor(saved, node)
    return make(found._array) if isinstance(found, Tensor) else found


def _ones_for_any_output(seed: Any) -> Any:
    def broken(output: Tensor, given: Any, among: Any, how: Any) -> Any:
        if given is None and output._requires_grad and output._array.dtype.kind == "f":
            return how.one((output._array.shape, output._array.dtype))
        return seed(output, given, among, how)

    return broken


def _sum_seed(given: Tensor, shape: tuple[int, ...]) -> Tensor | None:
    """As torch before 1.3: a larger gradient is summed to the output's shape, and nothing said."""
    summed = arithmetic.RAW.sum_to(given._array, shape)
    return None if summed is None else make(summed)


def _in_order_of_memory(self: Any, grad: Tensor) -> Any:
    return np.ravel(grad._array, order="K").reshape(grad._array.shape)


def _another_message(error: Any) -> Any:
    return lambda *args: type(made := error(*args))(f"{made}.")


FAULTS_OF_THE_WALK: Final[dict[str, Fault]] = {
    # The walk.
    "no reduction to shape": fault("grad_value", method(RawArithmetic, "sum_to", _slice_to)),
    "a second path dropped": fault(
        "grad_value", method(RawArithmetic, "add", lambda self, a, b: a)
    ),
    "a sum written into a shared gradient": fault(
        "grad_value value", method(RawArithmetic, "add", _add_in_place)
    ),
    "a gradient in the output's dtype": fault(
        "grad_dtype", method(RawArithmetic, "cast", lambda self, grad, dtype: grad)
    ),
    "a gradient not accumulated": fault(
        "grad_value", attribute(RawArithmetic, "accumulate", _accumulate_the_last)
    ),
    "a gradient that is the seed's memory": fault(
        "alias", attribute(arithmetic, "_copied", lambda _: lambda grad, *_: grad)
    ),
    "a seed read in the order of its memory": fault(
        "grad_value", method(RawArithmetic, "unwrap", _in_order_of_memory)
    ),
    "retain_graph ignored": fault("raises", attribute(walk, "run", _keep_graph(False))),
    "a graph that is never freed": fault("raises", attribute(walk, "run", _keep_graph(True))),
    "retain_grad ignored": fault(
        "grad_missing", method(RawArithmetic, "retain", lambda self, tensor, grad: None)
    ),
    "saved tensors without history": fault(
        "grad_value flag raises",
        method(TensorArithmetic, "unpack", staticmethod(_without_history)),
    ),
    # Writes and versions.
    "a version that is not counted": fault("version", attribute(inplace, "_write", _uncounted)),
    "a stale saved tensor used": fault(
        "raises", method(RawArithmetic, "unpack", staticmethod(_unchecked))
    ),
    "a write without history": fault(
        "grad_value flag", attribute(inplace, "rebase", lambda _: lambda tensor, node: None)
    ),
    # Errors.
    "a gradient for an output that is no scalar": fault(
        "raises", attribute(seeds, "_seed", _ones_for_any_output)
    ),
    "a seed of another shape summed": fault(
        "raises", attribute(seeds, "_summed", lambda _: _sum_seed)
    ),
    "a message of an op changed": fault(
        "error_message", attribute(shapes, "broadcast", _another_message)
    ),
    "another type of error": fault(
        "error_type",
        attribute(shapes, "dim_range", lambda error: lambda *args: ValueError(str(error(*args)))),
    ),
    "a message of the walk changed": fault(
        "error_message", attribute(backward, "not_scalar", _another_message)
    ),
}

"""Writes an op kind's code as Python, once: torch generates its C++ likewise.

What a call tests and saves, and which rules its backward runs, is known when the op is made; a
loop over that knowledge would cost more than the mathematics on small tensors. `op.source` shows
the text. In it the op's own names stand for its arguments (with `_` behind: as saved) and all
others begin with an underscore.
"""

from __future__ import annotations

import linecache
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from mini_autograd.arrays.layout import arranged, contiguous_strides, placed
from mini_autograd.core.graph.graph import Edge, sequence
from mini_autograd.core.modes.anomaly import anomaly
from mini_autograd.core.modes.creation_observers import inference_used
from mini_autograd.core.modes.grad_mode import state
from mini_autograd.core.modes.warn_once import held
from mini_autograd.core.op.codegen import callers, nodes
from mini_autograd.core.op.node import OpNode
from mini_autograd.core.op.promotion import quiet, raise_broadcast, raise_of_rule
from mini_autograd.core.op.slots import FREED
from mini_autograd.core.saved.gradient_tensors import count_writes
from mini_autograd.core.saved.packing import deferring, packing_threads
from mini_autograd.core.saved.saved import SavedResult, SavedTensor, pack, saved_output
from mini_autograd.core.tensor.history import all_inference, as_view, edge_of
from mini_autograd.core.tensor.tensor import Tensor, make, plain
from mini_autograd.core.tensor.version_counter import counter_of_result
from mini_autograd.messages.graph import walk as errors
from mini_autograd.messages.ops.kernels import no_history
from mini_autograd.parsing.binding import RAW, namespace_of

if TYPE_CHECKING:
    from mini_autograd.core.op.op import Op


def source(op: Op) -> str:
    """The text of the node class, of `record(out, *arguments)` and of `caller(general)`."""
    parts = (nodes.node_class(op), nodes.record(op), callers.caller(op))
    return "\n\n\n".join("\n".join(part) for part in parts) + "\n"


def compile_into(op: Op, namespace: dict[str, Any]) -> None:
    """Adds what the source defines; in tracebacks it shows line by line."""
    namespace |= _NAMESPACE | namespace_of(op.schema, op.bare)
    namespace["_op"] = op
    namespace.update((f"_rule_of_{name}", rule) for name, rule in op.rules.items())
    file = f"<mini_autograd op {op.title} {op.name}>"
    linecache.cache[file] = (len(op.source), None, op.source.splitlines(keepends=True), file)
    exec(compile(op.source, file, "exec"), namespace)


def _edge(value: Any) -> Edge | None:
    """Where an operand's gradient goes, if it needs one."""
    return edge_of(value) if isinstance(value, Tensor) and value._requires_grad else None


def _saved_operand(value: Any) -> Any:
    """An operand as `saved` keeps it."""
    if type(value) in _NUMBERS or not isinstance(value, Tensor) or value._counter is None:
        return value
    return SavedTensor(value)


def _array_of(value: Any) -> Any:
    return value._array if isinstance(value, Tensor) else _NO_ARRAY


class _NoArray:
    """What stands for the array of an operand that is a number or left out."""

    shape = strides = ()
    dtype = None
    ndim = size = 0


_NO_ARRAY: Final = _NoArray()
_NUMBERS: Final = frozenset({np.ndarray, int, float, bool})  # as an operand may have them


def _attach(node: Any, outs: tuple[Tensor, ...]) -> None:
    """Makes several outputs those of one node, which knows nothing of indices beside values."""
    accepted: list[Any] = []
    for out in outs:
        array = out._array
        if array.dtype.kind in "fc":
            out._node, out._output_nr, out._requires_grad = node, len(accepted), True
            accepted.append((array.shape, array.dtype))
    node.accepted = tuple(accepted)


def record_refused(op: Op, args: tuple[Any, ...]) -> None:
    """What torch does before it computes, of a call that the forward refused: the hooks of this
    thread pack what it saves.

    Raises:
        RuntimeError: an operand is a view that must have no new history, of memory written to.
    """
    values = [each for i in op.promoted for each in (args[i] if i in op.variadic else (args[i],))]
    if state.enabled and any(isinstance(v, Tensor) and v._requires_grad for v in values):
        if inference_used and all_inference(args[i] for i in op.operands):
            if op.inside_first:
                op.inside(None, *args)
            return
        outs = tuple([make(np.zeros(())) for _ in op.outputs or ("",)])
        with deferring():
            op.record(outs[0] if op.outputs is None else outs, *args)


def _refused(name: str) -> Any:
    raise errors.derivative_not_implemented(name)


def _disagree(*arrays: Any) -> bool:
    """Whether arrays of several dims lie in memory in different orders of their dims.

    NumPy then prefers rows, where torch's kernels follow their first operand.
    """
    for each in arrays:
        if type(each) is not np.ndarray:
            continue
        if each.flags.c_contiguous:
            shape = each.shape
            if 1 in shape and each.strides != contiguous_strides(shape, each.itemsize):
                return True  # which flags do not tell
        elif any(each.strides):
            others = [other for other in arrays if isinstance(other, np.ndarray) and other.ndim > 1]
            if 1 in each.shape or any(other.strides != each.strides for other in others):
                return True
    return False


def _as_tensors(*arrays: Any) -> tuple[Any, ...]:
    """What a rule reads as tensors, on which ops lay out their results as torch's."""
    return tuple([make(np.asarray(each)) if isinstance(each, RAW) else each for each in arrays])


def _as_arrays(*grads: Any) -> tuple[Any, ...]:
    return tuple([_as_array(each) if isinstance(each, Tensor) else each for each in grads])


def _as_array(grad: Tensor) -> Any:
    """Its array, of which the walk knows how often it was written to."""
    counter = grad._counter
    if counter is None or not counter.version:
        return grad._array
    return count_writes(grad._array, counter.version)


def _shapes(*arrays: Any) -> list[tuple[int, ...]]:
    return [each.shape for each in arrays if isinstance(each, np.ndarray)]


def _present(*operands: Any) -> list[Any]:
    return [each for each in operands if each is not None]


# A number between `_LEAST` and `_MOST`, which half precision has, needs no second look.
_NAMESPACE: Final[dict[str, Any]] = {
    "_LEAST": -65505.0, "_MOST": 65505.0, "_OpNode": OpNode,
    "_OF_KERNELS": (ValueError, NotImplementedError), "_REAL": frozenset({int, float, bool}),
    "_SavedResult": SavedResult, "_SavedTensor": SavedTensor, "_FREED": FREED, "_anomaly": anomaly,
    "_arranged": arranged, "_array_of": _array_of, "_as_arrays": _as_arrays,
    "_as_tensors": _as_tensors, "_as_view": as_view, "_asarray": np.asarray, "_attach": _attach,
    "_counter_of_result": counter_of_result, "_disagree": _disagree, "_edge": _edge,
    "_edge_of": edge_of, "_held": held, "_NUMBERS": _NUMBERS, "_saved_output": saved_output,
    "_make": make,
    "_ndarray": np.ndarray, "_pack": pack, "_record_refused": record_refused,
    "_packing_threads": packing_threads, "_new": object.__new__, "_sequence": sequence,
    "_number_array": np.array, "_placed": placed, "_plain": plain, "_present": _present,
    "_shapes": _shapes, "_no_derivative": errors.derivative_not_implemented,
    "_no_complex_gradient": errors.no_complex_gradient, "_no_history": no_history,
    "_quiet": quiet,
    "_raise_broadcast": raise_broadcast, "_raise_of_rule": raise_of_rule, "_refused": _refused,
    "_saved_operand": _saved_operand, "_state": state, "_inference_used": inference_used,
    "_all_inference": all_inference, "_second_backward": errors.second_backward,
}  # fmt: skip

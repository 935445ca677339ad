"""The history of a tensor that was written to: the write becomes what made it.

A write to a view is a write to its base: the base gets a `CopySlices` node, and every view of it,
the written one too, becomes a piece of the new base (`AsStridedBackward0`). torch renews a view's
history when it is next looked at; here the base knows its views and renews them at once.
"""

from __future__ import annotations

from collections.abc import Sequence

from mini_autograd.errors import inplace as errors
from mini_autograd.errors import walk as walk_errors
from mini_autograd.graph import Arithmetic, Grad, Node, next_sequence
from mini_autograd.ops.conversion import zeros_of
from mini_autograd.ops.strided import Geometry, as_strided, as_strided_scatter
from mini_autograd.tensor import Tensor, counter_of, edge_of, hooks_of


class CopySlices(Node):
    """A write to a view, seen from the base: the op's gradient where the view is, else as it was.

    `saved` is the geometry of the view and the node of the op that was written.
    """

    __slots__ = ()
    title = "CopySlices"
    __module__ = "torch.autograd"

    def __init__(self, base: Tensor, view: Tensor, written: Node) -> None:
        base_edge = edge_of(base) if base._requires_grad else None
        self.edges = (base_edge, *written.edges[1:])
        self.accepted = ((base._array.shape, base._array.dtype),)
        self.saved = (Geometry(base._array, view._array), written)
        self.sequence = next_sequence()
        self.hooks = None

    def name(self) -> str:
        """torch's C++ name."""
        return "torch::autograd::CopySlices"

    def backward(self, grads: list[Grad | None], arithmetic: Arithmetic) -> Sequence[Grad | None]:
        """The written op goes backward on the view's part, and its answer takes that place."""
        grad = grads[0]
        if grad is None:
            return [None] * len(self.edges)
        if self.saved is None:
            raise walk_errors.second_backward()
        geometry, written = self.saved
        part = as_strided(grad, geometry)
        inner = written.backward([part], arithmetic)
        if self.edges[0] is None:
            return [None, *inner[1:]]
        if inner[0] is not None and geometry.overlaps:
            raise errors.overlapping_write()  # torch writes the gradient into such a view too
        replaced = inner[0] if inner[0] is not None else zeros_of(grad, geometry.shape)
        return [as_strided_scatter(grad, replaced, geometry), *inner[1:]]

    def release(self) -> None:
        """Frees the written op with all that it saved, so that a second backward raises."""
        if self.saved is not None:
            self.saved[1].release()
            self.saved = None


def rebase(tensor: Tensor, node: Node) -> None:
    """Makes a write's node the history of the tensor, and of the base and views it shares with."""
    base = tensor._base
    if base is None:
        _make_history(tensor, node)
    else:
        _make_history(base, CopySlices(base, tensor, node))


def renew_views(tensor: Tensor, *, besides: Tensor | None = None) -> None:
    """Gives the views of the memory that a tensor shows their history anew, after a write.

    All but one, if its history is known otherwise.
    """
    counter = counter_of(tensor)
    for reference in counter.views or ():
        view = reference()
        if view is None or view._base is None or view._array.dtype.kind not in "fc":
            continue
        if not view._base._requires_grad and view._node is None:
            view._outdated, counter.renew = True, _renew_outdated
        elif view is not besides or view._origin is not None:
            _renew(view, view._base)


def _renew_outdated(base: Tensor) -> None:
    """What an earlier write left to do, now that the base requires grad."""
    for reference in counter_of(base).views or ():
        view = reference()
        if view is not None and view._outdated and view._base is base:
            _renew(view, base)


def _renew(view: Tensor, base: Tensor) -> None:
    view._outdated = False
    if view._origin is not None:
        _lose_history(view)
        return
    geometry = Geometry(base._array, view._array)
    before = view._node, view._output_nr
    as_strided.op.record(view, base, geometry)
    view._output_nr = 0
    _move_retained_grad(view, *before)


def _lose_history(view: Tensor) -> None:
    """Nothing can renew it: whoever asks for its history from now on gets an error."""
    if view._lost is None:
        view._lost = view._node, view._output_nr
    view._node, view._requires_grad, view._borrowed = None, True, True


def _make_history(tensor: Tensor, node: Node) -> None:
    before = tensor._node, tensor._output_nr
    tensor._node, tensor._output_nr, tensor._requires_grad = node, 0, True
    _move_retained_grad(tensor, *before)


def _move_retained_grad(tensor: Tensor, node: Node | None, output: int) -> None:
    """`retain_grad` speaks of the tensor, whatever made it; a hook stays where it was put."""
    if tensor._retains_grad and node is not None and tensor._node is not None:
        kept = hooks_of(node).retain.pop(output, None)  # an in-place view op left it behind
        if kept is not None:
            hooks_of(tensor._node).retain[tensor._output_nr] = kept

"""The history of a tensor that was written to: the write becomes what made it.

A write to a view is a write to its base: the base gets a `CopySlices` node, and every view of it,
the written one too, becomes a piece of the new base (`AsStridedBackward0`) when its history is
next asked for.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import ClassVar

from mini_autograd.arrays.formats import contiguous_format
from mini_autograd.core.graph.graph import Arithmetic, Edge, Grad, Node, hooks_of, sequence
from mini_autograd.core.modes.anomaly import anomaly
from mini_autograd.core.tensor.history import check_creation, edge_of, set_history
from mini_autograd.core.tensor.tensor import Tensor, make
from mini_autograd.core.tensor.version_counter import counter_of
from mini_autograd.messages.graph import walk as walk_errors
from mini_autograd.messages.tensors import inplace as errors
from mini_autograd.ops.pointwise.complexes import (
    conj,
    conj_complex,
    negative_view,
    view_as_complex,
    view_as_real,
)
from mini_autograd.ops.shape.restriding import as_strided as restrided
from mini_autograd.ops.shape.strided import Geometry, as_strided_scatter, part_of_memory
from mini_autograd.ops.tensor.conversion import clone

Step = Callable[[Tensor], Tensor]


class CopySlices(Node):
    """A write to a view, seen from the base: the op's gradient where the view is, else as it was.

    `saved` is the geometry of the view, how the view is made of the base, and the node of the op
    that was written.
    """

    __slots__ = ()
    title = "CopySlices"
    write: ClassVar[staticmethod[[Tensor, Tensor], Tensor]]  # `copy_`, which is built on this

    def __init__(self, base: Tensor, view: Tensor, written: Node) -> None:
        base_edge = edge_of(base) if base._requires_grad else None
        self.edges = (base_edge, *written.edges[1:])
        self.accepted = ((base._array.shape, base._array.dtype),)
        geometry = Geometry(base._array, view._array)
        geometry.conjugates = view._conjugated is not base._conjugated
        self.saved = (geometry, _way(view), written)
        self.sequence = sequence.next()
        self.hooks = None
        if anomaly.enabled:
            anomaly.remember(self)

    def name(self) -> str:
        """torch's C++ name."""
        return "torch::autograd::CopySlices"

    def backward(self, grads: list[Grad | None], arithmetic: Arithmetic) -> Sequence[Grad | None]:
        """The written op goes backward on the view's part, and its answer takes that place."""
        return self.backward_for(grads, arithmetic, self.edges)

    def backward_for(
        self, grads: list[Grad | None], arithmetic: Arithmetic, wanted: Sequence[Edge | None]
    ) -> Sequence[Grad | None]:
        """Likewise, for some edges; the written op's first is in the place of the base's."""
        grad = grads[0]
        if grad is None:
            return [None] * len(self.edges)
        if self.saved is None:
            raise walk_errors.second_backward()
        geometry, _, written = self.saved
        if geometry.base_overlaps:
            raise errors.overlapping_write()  # torch copies the gradient into memory laid out so
        if arithmetic.records:
            return self._recorded(grad, arithmetic, wanted)
        geometry.check_within(grad.dtype.itemsize)
        part = _conjugated_as(geometry, part_of_memory(grad, geometry))
        first = None if wanted[0] is None else written.edges[0]
        inner = written.backward_for([part], arithmetic, (first, *wanted[1:]))
        if self.edges[0] is None or inner[0] is None:
            return [None, *inner[1:]]
        if geometry.overlaps:
            raise errors.overlapping_write()  # torch writes the gradient into such a view too
        answer = _conjugated_as(geometry, inner[0])
        return [as_strided_scatter(grad, answer, geometry), *inner[1:]]

    def _recorded(
        self, grad: Tensor, arithmetic: Arithmetic, wanted: Sequence[Edge | None]
    ) -> Sequence[Grad | None]:
        """As torch, which writes the answer into a copy of the gradient: the graph shows that."""
        assert self.saved is not None
        geometry, way, written = self.saved
        view = whole = self.write(make(geometry.empty_base(grad._array.dtype)), grad)
        for step in way:
            view = step(view)
        first = None if wanted[0] is None else written.edges[0]
        part = clone(view, memory_format=contiguous_format)
        inner = written.backward_for([part], arithmetic, (first, *wanted[1:]))
        if self.edges[0] is None or inner[0] is None:
            return [None, *inner[1:]]
        self.write(view, inner[0])
        return [whole, *inner[1:]]

    def release(self) -> None:
        """Lets go of the written op, so that a second backward raises.

        What that saved is freed with it, unless the graph leads to it by what it saved itself.
        """
        self.saved = None


def _conjugated_as(geometry: Geometry, part: Grad) -> Grad:
    """The part as the view shows it; a real view of conjugates shows what is negated."""
    if not geometry.conjugates:
        return part
    return conj(part) if part.dtype.kind == "c" else -part


def rebase(tensor: Tensor, node: Node) -> None:
    """Makes a write's node the history of a tensor, or of the base that it is a view of."""
    base = tensor._base
    if base is None:
        _replace_history(tensor, node)
    else:
        _replace_history(base, CopySlices(base, tensor, node))
        renew_history(tensor)  # torch looks at it at once


def _replace_history(tensor: Tensor, node: Node) -> None:
    before = tensor._node, tensor._output_nr
    set_history(tensor, node)
    _move_retained_grad(tensor, *before)


def renew_history(view: Tensor) -> None:
    """A view whose memory was written to becomes a piece of its base as that is now.

    As torch, which does so when somebody asks.

    Raises:
        RuntimeError: the way that the view was made forbids it.
    """
    base, before = view._base, view._outdated
    assert base is not None
    if before is None and not base._requires_grad:
        return
    version = counter_of(view).version
    if version == view._attr_version:
        return
    check_creation(view, indirect=True)
    _replay(view, base, into=view)
    output, view._output_nr = view._output_nr, 0
    view._attr_version, view._outdated = version, None
    _move_retained_grad(view, before, output)


def _way(view: Tensor) -> Sequence[Step]:
    """How the view is made of its base: see `_replay`."""
    base, source_view = view._base, view._replays
    assert base is not None
    source = base if source_view is None else source_view
    before = () if source is base else _way(source)
    if source._conjugated is not view._conjugated:
        return (*before, conj if source._array.dtype.kind == "c" else negative_view)
    if source._array.dtype.kind == view._array.dtype.kind:
        region = Geometry(source._array, view._array).regions[1]
        return (*before, lambda whole: restrided(whole, *region))
    return (*before, view_as_complex if view._array.dtype.kind == "c" else view_as_real)


def _replay(view: Tensor, base: Tensor, *, into: Tensor) -> None:
    """Records how a view is made of its base: as one piece, or from where the dtype changes on,
    as every view on the way was made.
    """
    source_view = view._replays
    if source_view is None:
        part_of_memory.op.record(into, base, Geometry(base._array, view._array))
        return
    source = base
    if source_view is not base:
        source = make(source_view._array)
        _replay(source_view, base, into=source)
    if source_view._conjugated is not view._conjugated:
        is_complex = source_view._array.dtype.kind == "c"
        (conj_complex if is_complex else negative_view).op.record(into, source)
        # Made anew of a base that `set_` may have given another shape, which the view has not.
        made, before = into._node, None if source is base else source._node
        assert made is not None
        shape = base._array.shape if before is None else before.accepted[0][0]
        made.accepted = ((shape, into._array.dtype),)
    elif source_view._array.dtype.kind == view._array.dtype.kind:
        part_of_memory.op.record(into, source, Geometry(source_view._array, view._array))
    elif view._array.dtype.kind == "c":
        view_as_complex.op.record(into, source)
    else:
        view_as_real.op.record(into, source)


def _move_retained_grad(tensor: Tensor, node: Node | None, output: int) -> None:
    """`retain_grad` speaks of the tensor, whatever made it; a hook stays where it was put."""
    if tensor._hooks is not None:
        tensor._hooks = None
    if tensor._retains_grad and node is not None and tensor._node is not None:
        kept = hooks_of(node).retain.pop(output, None)  # an in-place view op left it behind
        if kept is not None:
            hooks_of(tensor._node).retain[tensor._output_nr] = kept

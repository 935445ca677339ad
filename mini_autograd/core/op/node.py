"""The node of a recorded op; each op kind has its subclass, whose methods are generated."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from mini_autograd.core.graph.graph import Node

if TYPE_CHECKING:
    from mini_autograd.core.op.op import Op


class OpNode(Node):
    """A recorded application of an op, named as torch's."""

    __slots__ = ()

    op: ClassVar[Op]

    def name(self) -> str:
        """torch's C++ name: it wrote by hand the node of what it has no derivative of."""
        return f"torch::autograd::{self.title}" if self.title == "NotImplemented" else self.title

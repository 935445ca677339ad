"""The node of a recorded op; each op kind has its subclass, whose `backward` is generated."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from mini_autograd.graph import Node
from mini_autograd.saved import BUFFERS

if TYPE_CHECKING:
    from mini_autograd.op.kind import Op


class OpNode(Node):
    """A recorded application of an op, named as torch's."""

    __slots__ = ()

    op: ClassVar[Op]

    def release(self) -> None:
        """Frees the saved tensors; a node that saved none can go backward again, as torch's."""
        for value in self.saved or ():
            if isinstance(value, BUFFERS):
                self.saved = None
                return

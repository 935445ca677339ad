"""Anomaly mode: nodes remember the call that recorded them, and a failing backward names it.

As in torch it is one switch for all threads. While it is off, recording a node costs one test.
"""

from __future__ import annotations

import os
import threading
from typing import TYPE_CHECKING, Final

from mini_autograd.core.modes import warn_once
from mini_autograd.messages.graph import modes as texts

if TYPE_CHECKING:
    from mini_autograd.core.graph.graph import Node

_TRACEBACK: Final = "traceback_"  # torch's keys
_PARENT: Final = "parent_"
# Frames that stand for torch's C++: this package and the code that it generates.
_OWN_CODE: Final = (os.path.dirname(__file__) + os.sep, "<mini_autograd ")


class _Evaluating(threading.local):
    """The node whose backward runs in this thread; nodes recorded meanwhile have it as parent."""

    node: Node | None = None


class Anomaly:
    """The state of the mode, and what it does to a node."""

    def __init__(self) -> None:
        self.enabled = False
        self.check_nan = True
        self.evaluating = _Evaluating()

    def remember(self, node: Node) -> None:
        """Note the traceback of a new node, and the node whose backward records it, if one does."""
        node.metadata[_TRACEBACK] = _user_stack()
        if self.evaluating.node is not None:
            node.metadata[_PARENT] = self.evaluating.node

    def warn(self, node: Node) -> None:
        """Warn which call recorded the failing node, and of its parents, as torch does."""
        warn_once.after_walk(texts.detected(node.name(), node.metadata.get(_TRACEBACK)))
        parent = node.metadata.get(_PARENT)
        while parent is not None:
            stack = parent.metadata.get(_TRACEBACK)
            warn_once.after_walk(texts.induced(parent.name(), stack))
            parent = parent.metadata.get(_PARENT)


def _user_stack() -> list[str]:
    """The call stack without this package's own frames: it ends where the user called the op."""
    import traceback  # not above: few programs look for anomalies, and it takes milliseconds

    frames = traceback.extract_stack()
    while frames and frames[-1].filename.startswith(_OWN_CODE):
        frames.pop()
    return traceback.format_list(frames)


anomaly: Final = Anomaly()

"""Dead ends of a closed level: nodes that no longer lead to a tensor outside it that requires grad.

In torch a level has its own graph, and from outside its saved tensors are the unwrapped ones. So a
saved tensor whose history ends inside the level has no history once the level is closed.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any

from mini_autograd.core.graph.graph import AccumulateGrad, Node
from mini_autograd.core.saved.packing import PackedTensor
from mini_autograd.core.saved.saved import SavedResult, SavedTensor
from mini_autograd.core.tensor.tensor import Tensor, detached, link_to_given, make


def find_live(roots: Iterable[Node], ends: Collection[Node]) -> dict[Node, bool]:
    """For each node reachable from the roots, whether it is live: a path leads to a live leaf.

    A leaf of a closed level is a pass-through node, with an edge to the user's graph or without.

    Args:
        roots: the nodes to start from.
        ends: the level's live leaves; nodes behind them belong to the user's graph.
    """
    live: dict[Node, bool] = dict.fromkeys(ends, True)
    stack = [(root, False) for root in roots]
    while stack:
        node, below_is_known = stack.pop()
        if below_is_known:
            live[node] = _is_end(node) or any(e and live.get(e[0], False) for e in node.edges)
        elif node not in live:
            live[node] = False
            stack.append((node, True))
            stack += [(edge[0], False) for edge in node.edges if edge is not None]
    return live


def _is_end(node: Node) -> bool:
    """Whether a gradient can end there; an edge may be None, see `history.edge_of`."""
    return None in node.edges if node.is_pass_through else isinstance(node, AccumulateGrad)


def cut_dead_ends(roots: Iterable[Node], ends: Collection[Node]) -> None:
    """Remove edges from live nodes to dead ones, which torch does not record."""
    live = find_live(roots, ends)
    for node in [node for node, is_live in live.items() if is_live and node not in ends]:
        if any(edge is not None and not live[edge[0]] for edge in node.edges):
            node.edges = tuple([e if e is None or live[e[0]] else None for e in node.edges])


def forget_dead_ends(roots: Iterable[Node], ends: Collection[Node]) -> None:
    """Detach saved tensors whose history is dead."""
    below = find_live(roots, ends)
    saving = [node for node in below if isinstance(node.saved, tuple) and node.saved]
    makers = [_maker(each) for node in saving for each in node.saved or ()]
    live = find_live([*below, *[maker for maker in makers if maker is not None]], ends)
    for node in saving:
        node.saved = tuple([_detach_dead(each, live, live[node]) for each in node.saved or ()])


def _maker(saved: Any) -> Node | None:
    tensor = saved.tensor if isinstance(saved, SavedTensor) else saved
    return tensor._maker() if isinstance(tensor, Tensor) else None


def _detach_dead(saved: Any, live: dict[Node, bool], is_live: bool) -> Any:
    if isinstance(saved, list):
        return [_detach_dead(each, live, is_live) for each in saved]
    if isinstance(saved, PackedTensor):
        if saved.node is not None and not live.get(saved.node, True):
            saved.node, saved.requires_grad = None, False
    elif type(saved) is SavedResult and not is_live:
        result = make(saved.array)
        result._counter = saved.counter
        return _at_version(SavedTensor(result), saved.version)
    elif isinstance(saved, SavedTensor) and _is_dead(saved.tensor, live):
        alone = link_to_given(detached(saved.tensor), saved.tensor)
        return _at_version(SavedTensor(alone, saved.dtype), saved.version)
    elif isinstance(saved, Tensor) and _is_dead(saved, live):
        return link_to_given(detached(saved), saved)
    return saved


def _at_version(saved: SavedTensor, version: int) -> SavedTensor:
    saved.version = version
    return saved


def _is_dead(tensor: Tensor, live: dict[Node, bool]) -> bool:
    if not tensor._requires_grad or tensor._detached_at is not None:
        return False
    node = tensor._maker()
    if node is None:
        held = tensor._accumulator
        node = None if held is None else held()
    return node is not None and not live.get(node, True)

"""Two graphs of nodes, compared from the tensors that lead to them down to the leaves."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from conformance.program.trace import NO_NODE, NOT_FOLLOWED, GraphNode, Raised, Trace


class Difference(NamedTuple):
    """Where two graphs part, below a tensor's `.grad_fn`. `actual`: it may be what was raised."""

    suffix: str
    expected: Any
    actual: Any


class Graphs:
    """Two traces' graphs. Nodes that were met together are not compared again, so that what
    differs is said of the first tensor that leads there."""

    def __init__(self, expected: Trace, actual: Trace) -> None:
        self.same = expected.graph == actual.graph
        self._nodes = expected.graph, actual.graph
        self._met: dict[int, int] = {}
        self._taken: set[int] = set()

    def differences(self, expected: int, actual: int) -> Iterator[Difference]:
        """Where first, from two nodes on, the graphs differ; the names of these two are left to
        the caller."""
        if self.same and expected == actual:
            return
        waiting = [(expected, actual, "")]
        for left, right, suffix in waiting:
            if left < 0 or right < 0:
                continue  # There is no node on either side, or it was not followed.
            if left in self._met or right in self._taken:
                if self._met.get(left) != right:
                    yield Difference(suffix, "a node", "another node")
                    return
                continue
            self._met[left] = right
            self._taken.add(right)
            wanted, got = self._nodes[0][left], self._nodes[1][right]
            if found := self._between(wanted, got, suffix):
                yield found
                return
            if not isinstance(wanted[1], Raised) and not isinstance(got[1], Raised):
                for number, (first, second) in enumerate(zip(wanted[1], got[1], strict=True)):
                    below = f"{suffix}.next_functions[{number}][0]"
                    waiting.append((first[0], second[0], below))

    def _between(self, wanted: GraphNode, got: GraphNode, suffix: str) -> Difference | None:
        """How two nodes differ, in what they lead to or whose gradient they accumulate."""
        below = f"{suffix}.next_functions"
        if isinstance(wanted[1], Raised):
            return None
        if isinstance(got[1], Raised):
            lead = self._edges(0, wanted)
            return Difference(below, lead, got[1])
        leads = self._edges(0, wanted), self._edges(1, got)
        if leads[0] != leads[1]:
            return Difference(below, *leads)
        if wanted[2] != got[2] and wanted[2] is not None:
            absent = Raised("AttributeError", "variable", ("AttributeError",))
            found = absent if got[2] is None else got[2] or "a tensor without a name"
            return Difference(f"{suffix}.variable", wanted[2] or "a tensor without a name", found)
        return None

    def _edges(self, side: int, node: GraphNode) -> tuple[str, ...]:
        assert not isinstance(node[1], Raised)
        nodes = self._nodes[side]
        names = {NO_NODE: "None", NOT_FOLLOWED: "…"}
        return tuple([f"{names.get(at) or nodes[at][0]}:{number}" for at, number in node[1]])

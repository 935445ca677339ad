"""The graph that the tensors of a program lead to, followed to its leaves."""

from __future__ import annotations

from collections.abc import Mapping
from operator import index
from typing import Any

from conformance.engines.observing.failures import raised, type_name
from conformance.engines.observing.texts import text_of
from conformance.program.trace import NO_NODE, NOT_FOLLOWED, GraphNode

NODES = 2000  # followed in one program: a graph without an end is an engine's fault


class Graph:
    """The nodes that were met, each with its place. It keeps them alive, as torch makes the
    object that stands for one anew each time that nobody holds it."""

    def __init__(self, tensors: Mapping[str, Any]) -> None:
        self.nodes: list[GraphNode] = []
        self._names = {id(tensors[name]): name for name in reversed([*tensors])}
        self._met: list[Any] = []
        self._places: dict[int, int] = {}

    def place(self, node: Any) -> int | None:
        """The node's place in `nodes`, where all that it leads to is from then on as well."""
        if node is None:
            return None
        found = self._places.get(id(node))
        return self._follow(node) if found is None else found

    def _follow(self, root: Any) -> int:
        place = self._new(root)
        # Those that reading one meets are read in turn: no recursion, as graphs may be deep.
        while len(self.nodes) < len(self._met):
            self.nodes.append(self._read(self._met[len(self.nodes)]))
        return place

    def _new(self, node: Any) -> int:
        place = len(self._met)
        if place >= NODES:
            return NOT_FOLLOWED
        self._places[id(node)] = place
        self._met.append(node)
        return place

    def _read(self, node: Any) -> GraphNode:
        try:
            name = node_name(node)
            edges: list[tuple[int, int]] = []
            for target, number in node.next_functions:
                place = NO_NODE if target is None else self._places.get(id(target))
                edges.append((self._new(target) if place is None else place, index(number)))
            return name, tuple(edges), None if edges else self._variable(node)
        except Exception as error:
            return type_name(type(node)), raised(error), None

    def _variable(self, node: Any) -> str | None:
        variable = getattr(node, "variable", None)
        return None if variable is None else self._names.get(id(variable), "")


def node_name(node: Any) -> str:
    """Without the C++ namespace, as torch prints it: AccumulateGrad."""
    name = getattr(node, "name", None)
    if not callable(name):
        return type_name(type(node))
    given = str(name())
    try:
        return _NAMES[given]
    except KeyError:
        short = text_of(given).rpartition(":")[2]
        if len(_NAMES) < NODES:
            _NAMES[given] = short
        return short


_NAMES: dict[str, str] = {}  # each of which is asked for again and again

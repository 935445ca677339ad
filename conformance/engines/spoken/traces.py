"""Traces as JSON, and back. What an engine does not say of a run is not observable."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from conformance.engines.spoken.values import (
    Json,
    Unsaid,
    raised_from_json,
    raised_to_json,
    state_from_json,
    state_to_json,
    text,
    value_from_json,
    value_to_json,
    whole,
    why_from_json,
    why_to_json,
)
from conformance.program import Program
from conformance.program.steps import Step, result_of
from conformance.program.trace import (
    NOT_FOLLOWED,
    UNOBSERVED,
    Called,
    GraphNode,
    NotRun,
    Outcome,
    Raised,
    Returned,
    TensorState,
    Text,
    Trace,
    Unsupported,
    Warned,
)
from conformance.program.values import Ref, brief

_FIELDS = frozenset(
    {
        "outcomes", "tensors", "aliases", "missing", "calls", "warnings", "replaced", "same",
        "graph", "unread", "forms", "born",
    }
)  # fmt: skip

_UNSAID = Raised(
    "NotImplementedError", "the engine does not say it", ("NotImplementedError", "Exception")
)


def trace_to_json(trace: Trace) -> Json:
    """The trace, without what has no entries."""
    data: Json = {
        "outcomes": [_outcome_to_json(each) for each in trace.outcomes],
        "tensors": {name: state_to_json(state) for name, state in trace.tensors.items()},
    }
    if trace.aliases is not UNOBSERVED:
        data["aliases"] = [[*names] for names in trace.aliases]
    if trace.warnings is not UNOBSERVED:
        data["warnings"] = [
            {"step": each.step, "category": each.category, "text": each.text}
            for each in trace.warnings
        ]
    if trace.replaced is not UNOBSERVED:
        data["replaced"] = {str(step): [*names] for step, names in trace.replaced.items()}
    if trace.same is not UNOBSERVED:
        data["same"] = {str(step): [[*pair] for pair in all_] for step, all_ in trace.same.items()}
    if trace.calls:
        data["calls"] = [
            {"step": each.step, "values": [value_to_json(value) for value in each.values]}
            for each in trace.calls
        ]
    if trace.graph:
        data["graph"] = [_node_to_json(node) for node in trace.graph]
    if trace.unread:
        data["unread"] = {name: why_to_json(why) for name, why in trace.unread.items()}
    if trace.forms:
        data["forms"] = {str(step): form for step, form in trace.forms.items()}
    for name in ("missing", "born"):
        if entries := getattr(trace, name):
            data[name] = dict(entries)
    return data


def trace_from_json(data: Json, program: Program, engine: str) -> Trace:
    """The trace that an engine says of a run of the program.

    Raises:
        ValueError: it is none, and TypeError, LookupError and AttributeError likewise: the schema
            tells where.
    """
    if unknown := data.keys() - _FIELDS:
        raise ValueError(f"a trace has no field {brief(min(unknown))}")
    tensors, unread = dict[str, TensorState](), dict[str, Raised | Text]()
    for name, state in data["tensors"].items():
        try:
            tensors[name] = state_from_json(state)
        except Unsaid:
            unread[name] = _UNSAID
    unread |= {name: why_from_json(why) for name, why in data.get("unread", {}).items()}
    if len(data["outcomes"]) != len(program.steps):
        count = len(data["outcomes"])
        raise ValueError(f"{count} outcomes of a program of {len(program.steps)} steps")
    named = dict.fromkeys((*tensors, *unread))
    graph = tuple(map(_node_from_json, data.get("graph", ())))
    _refuse_places(tensors, graph)
    return Trace(
        engine,
        tuple(
            [
                _outcome_from_json(outcome, step, named)
                for outcome, step in zip(data["outcomes"], program.steps, strict=True)
            ]
        ),
        tensors,
        tuple([_names(group) for group in data["aliases"]]) if "aliases" in data else UNOBSERVED,
        {text(name): text(why) for name, why in data.get("missing", {}).items()},
        tuple([_call(each) for each in data.get("calls", ())]),
        tuple([_warned(each) for each in data["warnings"]]) if "warnings" in data else UNOBSERVED,
        _by_step(data["replaced"], _names) if "replaced" in data else UNOBSERVED,
        _by_step(data["same"], _pairs) if "same" in data else UNOBSERVED,
        graph,
        unread,
        _by_step(data.get("forms", {}), text),
        {text(name): whole(version) for name, version in data.get("born", {}).items()},
    )


def _outcome_to_json(outcome: Outcome) -> Json:
    if isinstance(outcome, Returned):
        return {"returned": value_to_json(outcome.value)}
    if isinstance(outcome, Raised):
        return {"raised": raised_to_json(outcome)}
    if isinstance(outcome, NotRun):
        return {"not_run": outcome.name}
    reason = {"reason": outcome.reason} if outcome.reason else {}
    return {"unsupported": outcome.what, **reason}


def _outcome_from_json(data: Json, step: Step, named: Mapping[str, None]) -> Outcome:
    if len(data) != 1 + ("reason" in data):
        raise ValueError(f"{brief(data)} is no outcome")
    if "returned" in data:
        return Returned(value_from_json(data["returned"]))
    if "done" in data:  # What it gave is seen from the tensors.
        return Returned(_given(result_of(step), named))
    if "raised" in data:
        return raised_from_json(data["raised"])
    if "not_run" in data:
        return NotRun(text(data["not_run"]))
    return Unsupported(text(data["unsupported"]), text(data.get("reason", "")))


def _given(name: str | None, named: Mapping[str, None]) -> Any:
    """The tensors that a step gave, by the names that they have."""
    if name is None or name in named:
        return name and Ref(name)
    items = list[Any]()
    while f"{name}[{len(items)}]" in named:
        items.append(Ref(f"{name}[{len(items)}]"))
    return tuple(items)


def _node_to_json(node: GraphNode) -> Json:
    name, edges, variable = node
    data: Json = {"name": name}
    if isinstance(edges, Raised):
        data["raised"] = raised_to_json(edges)
    else:
        data["edges"] = [[*edge] for edge in edges]
    if variable is not None:
        data["variable"] = variable
    return data


def _node_from_json(data: Json) -> GraphNode:
    variable = data.get("variable")
    if variable is not None:
        text(variable)
    if "raised" in data:
        return text(data["name"]), raised_from_json(data["raised"]), variable
    edges = tuple([(whole(place), whole(number)) for place, number in data["edges"]])
    return text(data["name"]), edges, variable


def _refuse_places(tensors: Mapping[str, TensorState], graph: tuple[GraphNode, ...]) -> None:
    """Refuse what names a node that there is not."""
    places = [place for _, edges, _ in graph if not isinstance(edges, Raised) for place, _ in edges]
    states: list[object] = [*tensors.values()]
    nodes = list[int]()
    for state in states:
        if isinstance(state, TensorState):
            nodes += [state.node] if isinstance(state.node, int) else []
            states.append(state.grad)
    for place in (*places, *nodes):
        if not NOT_FOLLOWED <= place < len(graph):
            raise ValueError(f"there is no node {place} in the graph")


def _call(data: Json) -> Called:
    return Called(whole(data["step"]), tuple([value_from_json(value) for value in data["values"]]))


def _warned(data: Json) -> Warned:
    return Warned(whole(data["step"]), text(data["category"]), text(data["text"]))


def _by_step(data: Mapping[str, Any], read: Any) -> dict[int, Any]:
    return {int(step): read(value) for step, value in data.items()}


def _names(data: Any) -> tuple[str, ...]:
    return tuple(map(text, data))


def _pairs(data: Any) -> tuple[tuple[str, str], ...]:
    return tuple([(text(name), text(first)) for name, first in data])

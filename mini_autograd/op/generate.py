"""Writes an op kind's `record` and `backward` as Python, once: torch generates its C++ likewise.

What a call saves and which rules its backward runs is known when the op is made, and a loop over
that knowledge would cost more than the mathematics on small tensors. `op.source` shows the text,
in which the op's own names stand for its arguments and all others begin with an underscore.
"""

from __future__ import annotations

import linecache
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Any, Final

from mini_autograd.errors import walk as errors
from mini_autograd.graph import Edge, next_sequence
from mini_autograd.op.slots import TENSORS, Keep, Slot
from mini_autograd.saved import SavedResult, SavedTensor
from mini_autograd.tensor import Tensor, counter_of, edge_of

if TYPE_CHECKING:
    from mini_autograd.op.kind import Op


def source(op: Op) -> str:
    """The text of `record(outs, *arguments)` and `backward(node, grads, arithmetic)`."""
    return "\n".join([*_record(op), "", "", *_backward(op), ""])


def compiled(op: Op) -> tuple[Callable[..., None], Callable[..., Any]]:
    """The op's `record` and `backward`; in tracebacks they show as lines of its source."""
    namespace: dict[str, Any] = dict(_NAMESPACE)
    namespace["_node_class"] = op.node_class
    namespace.update((f"_rule_of_{name}", rule) for name, rule in op.rules.items())
    file = f"<mini_autograd op {op.title} {op.name}>"
    linecache.cache[file] = (len(op.source), None, op.source.splitlines(keepends=True), file)
    exec(compile(op.source, file, "exec"), namespace)
    return namespace["record"], namespace["backward"]


def _record(op: Op) -> Iterator[str]:
    names = op.names
    yield f"def record({', '.join(['_out' if op.outputs is None else '_outs', *names])}):"
    yield "    _node = _new(_node_class)"
    yield "    _node.sequence = _next_sequence()"
    yield "    _node.hooks = None"
    for index in op.promoted:
        if index in op.variadic:
            yield f"    _edges_{names[index]} = tuple([_edge(_each) for _each in {names[index]}])"
        else:
            yield from _edge_lines(names[index])
    edges = [("*_edges_" if i in op.variadic else "_edge_") + names[i] for i in op.promoted]
    yield f"    _node.edges = {_tuple(edges)}"
    yield f"    _node.saved = {_tuple([_saved(op, slot) for slot in op.slots])}"
    if op.outputs is None:
        yield "    _array = _out._array"
        yield "    _node.metadata = ((_array.shape, _array.dtype),)"
        yield "    _out._node = _node"
        yield "    _out._requires_grad = True"
    else:
        yield "    _attach(_node, _outs)"


def _edge_lines(name: str) -> Iterator[str]:
    yield f"    if isinstance({name}, _Tensor) and {name}._requires_grad:"
    yield f"        _edge_{name} = ({name}._node, {name}._output_nr)"
    yield f"        if {name}._node is None:"
    yield f"            _edge_{name} = _edge_of({name})"
    yield "    else:"
    yield f"        _edge_{name} = None"


def _saved(op: Op, slot: Slot) -> str:
    """What a node saves for one slot; as torch, nothing if only rules that will not run use it."""
    name = op.names[slot.index] if slot.keep is not Keep.RESULT else ""
    text = _EXPRESSIONS[slot.keep].format(
        name=name, out="_out" if op.outputs is None else f"_outs[{slot.index}]", index=slot.index
    )
    if slot.keep is Keep.OPERAND and slot.index in op.variadic:
        text = f"[{_EXPRESSIONS[Keep.OPERAND].format(name='_each')} for _each in {name}]"
    if slot.only_for is None:
        return text
    only = op.names[slot.only_for]
    if slot.only_for in op.variadic:
        return f"{text} if any(_edges_{only}) else None"
    return f"None if _edge_{only} is None else {text}"


_EXPRESSIONS: Final = {
    Keep.OPERAND: (
        "({name} if not isinstance({name}, _Tensor) or {name}._counter is None"
        " else _SavedTensor({name}))"
    ),
    Keep.VALUE: "{name}",
    Keep.RESULT: "_SavedResult({out}._array, _counter_of({out}), {index})",
    Keep.SHAPE: "_array_of({name}).shape",
    Keep.STRIDES: "_array_of({name}).strides",
    Keep.DTYPE: "_array_of({name}).dtype",
    Keep.SHAPES: "tuple([_each._array.shape for _each in {name}])",
    Keep.DTYPES: "tuple([_each._array.dtype for _each in {name}])",
}


def _backward(op: Op) -> Iterator[str]:
    yield "def backward(_node, _grads, _arithmetic):"
    yield "    _saved = _node.saved"
    yield "    if _saved is None:"
    yield "        raise _second_backward()"
    if op.outputs is None:
        yield "    _grad = _grads[0]"
    else:
        yield "    _grad = _arithmetic.filled(_grads, _node.metadata)"
    yield "    if _grad is None:"
    yield "        return (None,) * len(_node.edges)"
    keys = [f"{key}_" for key in op.keys]
    if keys:
        yield f"    {', '.join(keys)}, = _saved"
    for key, slot in zip(keys, op.slots, strict=True):
        if slot.keep in TENSORS:
            yield f"    if {key} is not None:"
            yield f"        {key} = _arithmetic.unpack({key}, _node)"
    targets = [("*_edges_" if i in op.variadic else "_edge_") + op.names[i] for i in op.promoted]
    if targets:
        yield f"    {', '.join(targets)}, = _node.edges"
    yield "    return ("
    for index in op.promoted:
        yield f"        {_call(op, index)},"
    yield "    )"


def _call(op: Op, index: int) -> str:
    """One operand's gradient, or several of one argument."""
    name = op.names[index]
    reads = op.reads.get(name)
    if reads is None:
        given = f"_no_derivative({op.name!r})"
    else:
        given = f"_rule_of_{name}({', '.join(['_grad', *(f'{key}_' for key in reads)])})"
    if index in op.variadic:
        return f"*({given} if any(_edges_{name}) else (None,) * len(_edges_{name}))"
    return f"None if _edge_{name} is None else {given}"


def _tuple(items: Sequence[str]) -> str:
    return f"({', '.join(items)},)" if items else "()"


def _edge(value: Any) -> Edge | None:
    """Where an operand's gradient goes, if it needs one."""
    return edge_of(value) if isinstance(value, Tensor) and value._requires_grad else None


def _array_of(value: Any) -> Any:
    return value._array if isinstance(value, Tensor) else _NO_ARRAY


class _NoArray:
    """What stands for the array of an operand that is a number or left out."""

    shape = strides = ()
    dtype = None


_NO_ARRAY: Final = _NoArray()


def _attach(node: Any, outs: tuple[Tensor, ...]) -> None:
    """Makes several outputs those of one node."""
    node.metadata = tuple([((array := out._array).shape, array.dtype) for out in outs])
    for index, out in enumerate(outs):
        if out._array.dtype.kind in "fc":
            out._node, out._output_nr, out._requires_grad = node, index, True


def _no_derivative(name: str) -> Any:
    raise errors.derivative_not_implemented(name)


_NAMESPACE: Final[dict[str, Any]] = {
    "_new": object.__new__,
    "_next_sequence": next_sequence,
    "_edge": _edge,
    "_SavedTensor": SavedTensor,
    "_Tensor": Tensor,
    "_edge_of": edge_of,
    "_SavedResult": SavedResult,
    "_counter_of": counter_of,
    "_array_of": _array_of,
    "_attach": _attach,
    "_second_backward": errors.second_backward,
    "_no_derivative": _no_derivative,
}

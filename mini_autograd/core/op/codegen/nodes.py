"""Writes an op kind's node class and its `record`: see `generate`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Final

from mini_autograd.core.graph.graph import ACCUMULATE_SEQUENCE
from mini_autograd.core.op.slots import TENSORS, Keep, Slot

if TYPE_CHECKING:
    from mini_autograd.core.op.op import Op


def node_class(op: Op) -> Iterator[str]:
    yield f"class {op.title}(_OpNode):"
    yield f"    title = {op.title!r}"
    yield f"    __slots__ = {('remains',) if _remaining(op) else ()}"
    if op.variadic & set(op.promoted):  # the gradients of the tensors in a list come together
        yield "    gives_all = True"
    yield ""
    for line in _backward(op):
        yield f"    {line}"
    yield "    backward_for = backward"
    places = [place for place, slot in enumerate(op.slots) if slot.keep in TENSORS]
    if places:
        yield ""
        for line in _release(op, places):
            yield f"    {line}"


def _backward(op: Op) -> Iterator[str]:
    """Unpacks what was saved and runs the rule of each operand that needs a gradient."""
    yield "def backward(_node, _grads, _arithmetic, _wanted=None):"
    yield "    _saved = _node.saved"
    yield "    if _saved is None:"
    yield "        raise _second_backward()"
    if not op.rules:
        yield f"    raise _no_derivative({op.name!r})"
        return
    if op.outputs is None:
        yield "    _grad = _grads[0]"
    elif op.partial:
        yield "    _grad = _grads if any(_each is not None for _each in _grads) else None"
    else:
        yield "    _grad = _arithmetic.filled(_grads, _node.accepted)"
    if op.keys:
        yield f"    {', '.join(f'{key}_' for key in op.keys)}, = _saved"
    for key, slot in zip(op.keys, op.slots, strict=True):
        if slot.keep in TENSORS:
            yield f"    if {key}_ is not None:"
            yield f"        {key}_ = _arithmetic.unpack({key}_, _node)"
    yield "    if _grad is None:"
    yield "        return (None,) * len(_node.edges)"
    arrays = _arrays(op)
    if arrays is not None:
        moved = ", ".join(["_grad", *arrays])
        yield "    if _moved := type(_grad) is _ndarray and _grad.ndim > 1 and ("
        yield f"        _disagree({moved})"
        yield "    ):"
        yield f"        {moved}, = _as_tensors({moved})"
    if op.promoted:
        yield f"    {_edges(op)}, = _wanted or _node.edges"
    if op.in_turn:
        yield "    try:"
        for index in op.in_turn:
            yield f"        _to_{op.names[index]} = {_given(op, index)}"
        yield "    except ValueError as _error:"
        yield "        _raise_of_rule(_error)"
        yield "        raise"
    results = [("*_to_" if i in op.variadic else "_to_") + op.names[i] for i in op.promoted]
    if arrays is not None:
        yield "    if _moved:"
        yield f"        return _as_arrays({', '.join(results)})"
    yield f"    return ({', '.join(results)},)" if results else "    return ()"


def _arrays(op: Op) -> list[str] | None:
    """What rules read of an op's tensors beside the gradient, where the order of dims tells."""
    if op.outputs is not None or op.variadic or op.view:
        return None
    return [f"{key}_" for key, slot in zip(op.keys, op.slots, strict=True) if slot.keep in TENSORS]


def _given(op: Op, index: int) -> str:
    """One operand's gradient, or those of all tensors of one argument."""
    name = op.names[index]
    reads = op.reads.get(name)
    if reads is None:
        given = f"_refused({op.name!r})"
    else:
        given = f"_rule_of_{name}({', '.join(['_grad', *(f'{key}_' for key in reads)])})"
    if index in op.variadic:
        return f"{given} if any(_edges_{name}) else (None,) * len(_edges_{name})"
    return f"None if _edge_{name} is None else {given}"


def _remaining(op: Op) -> bool:
    """Whether a node that is freed has something to show: what it saved beside tensors."""
    keeps = {slot.keep for slot in op.slots}
    return bool(keeps & TENSORS and keeps & {Keep.VALUE, Keep.SHAPE})


def _release(op: Op, places: Sequence[int]) -> Iterator[str]:
    """Frees what was saved; a node that saved no tensor can go backward again, as torch's."""
    yield "def release(_node):"
    yield "    _saved = _node.saved"
    yield "    if _saved is not None and ("
    yield "        " + " or ".join(f"_saved[{place}] is not None" for place in places)
    yield "    ):"
    yield "        _node.saved = None"
    if _remaining(op):
        kept = [
            f"_FREED if _saved[{place}] is not None else None"
            if place in places
            else f"_saved[{place}]"
            for place in range(len(op.slots))
        ]
        yield f"        _node.remains = ({', '.join(kept)},)"


def record(op: Op) -> Iterator[str]:
    """`record(out, *arguments)`: makes the node of a call, for its output or outputs."""
    out = "_out" if op.outputs is None else "_outs"
    optional = {each.name for each in op.schema.parameters if each.has_default}
    names = [f"{name}=_default_of_{name}" if name in optional else name for name in op.names]
    yield f"def record({', '.join([out, *names])}):"
    if op.outputs is None:
        yield "    _array = _out._array"
    for line in recording(op, {}):
        yield f"    {line}"


def recording(op: Op, needs: Mapping[str, str]) -> Iterator[str]:
    """Makes the node, where `_array` is that of `_out`.

    `needs` has, for operands that are surely tensors or numbers, the test whether they need a
    gradient.
    """
    if not op.complex_gradient:
        array = "_array" if op.outputs is None else "_outs[0]._array"
        yield f"if {array}.dtype.kind == 'c':"
        yield f"    raise _no_complex_gradient({op.name!r})"
    yield f"_node = _new({op.title})"
    yield "_node.hooks = None"
    yield "if _anomaly.enabled:"
    yield "    _anomaly.remember(_node)"
    for index in op.promoted:
        name = op.names[index]
        if index in op.variadic:
            yield f"_edges_{name} = tuple([_edge(_each) for _each in {name}])"
            continue
        test = needs.get(name) or f"{_is_tensor(op, index)}{name}._requires_grad"
        indent = ""
        if len(op.promoted) > 1 or name not in needs:  # else that was why it is recorded
            yield f"if {test}:"
            indent = "    "
        yield f"{indent}_from = {name}._node"
        known = f"(_from, {name}._output_nr)"
        yield f"{indent}_edge_{name} = _edge_of({name}) if _from is None else {known}"
        if indent:
            yield "else:"
            yield f"    _edge_{name} = None"
    # After the edges, which may give a view a new history, that comes before this node. torch's
    # node of an op without a derivative comes before all others, as those of leaves.
    yield f"_node.sequence = {'_sequence.next()' if op.rules else ACCUMULATE_SEQUENCE}"
    yield f"_node.edges = ({_edges(op)},)" if op.promoted else "_node.edges = ()"
    if not op.rules:  # and it has no others than the edges that a gradient would take
        yield "_node.edges = tuple(filter(None, _node.edges))"
    yield "_node.saved = ("
    for slot in op.slots:
        yield f"    {_saved(op, slot, needs)},"
    yield ")"
    if op.outputs is None:
        yield "_node.accepted = ((_array.shape, _array.dtype),)"
        yield "_out._node = _node"
        yield "_out._requires_grad = True"
    else:
        graded = f"[:-{op.constant}]" if op.constant else ""
        yield f"_attach(_node, _outs{graded})"
    if any(slot.keep in TENSORS for slot in op.slots):
        operands = tuple(i for i, slot in enumerate(op.slots) if slot.keep is Keep.OPERAND)
        outs = "(_out,)" if op.outputs is None else "_outs"
        yield "if _packing_threads:"
        yield f"    _pack(_node, {outs}, {operands})"


def _edges(op: Op) -> str:
    """The edges of all operands, to be packed or unpacked; one argument may have several."""
    return ", ".join(
        f"*_edges_{op.names[i]}" if i in op.variadic else f"_edge_{op.names[i]}"
        for i in op.promoted
    )


def _is_tensor(op: Op, index: int) -> str:
    """The test whether an operand is a tensor, and more; where it can be a number or None."""
    if op.schema.parameters[index].words == ("Array",):
        return ""
    name = op.names[index]
    number = "" if index == op.promoted[0] else f"type({name}) not in _NUMBERS and "  # quicker
    return f"{number}isinstance({name}, _Tensor) and "


def _saved(op: Op, slot: Slot, needs: Mapping[str, str]) -> str:
    """What a node saves for one slot; as torch, nothing if only rules that will not run use it."""
    name = op.names[slot.index] if slot.keep is not Keep.RESULT else ""
    out = "_out" if op.outputs is None else f"_outs[{slot.index}]"
    text = _EXPRESSIONS[slot.keep].format(name=name, out=out)
    if name and op.schema.parameters[slot.index].words == ("Array",):
        text = text.replace(f"_array_of({name})", f"{name}._array")
    if slot.keep is Keep.RESULT and op.outputs is not None:
        text = f"_saved_output({out}, {slot.index})"
    if slot.keep is Keep.OPERAND and slot.index in op.variadic:
        text = f"[_saved_operand(_each) for _each in {name}]"
    elif slot.keep is Keep.OPERAND and name in needs:
        number = f"type({name}) in _NUMBERS or " if slot.index != op.promoted[0] else ""
        text = f"({name} if {number}{name}._counter is None else _SavedTensor({name}))"
    if slot.only_for is None:
        return text
    only = op.names[slot.only_for]
    if slot.only_for in op.variadic:
        return f"{text} if any(_edges_{only}) else None"
    return f"None if _edge_{only} is None else {text}"


_EXPRESSIONS: Final = {
    Keep.OPERAND: "_saved_operand({name})",
    Keep.VALUE: "{name}",
    Keep.RESULT: "_SavedResult({out}._array, _counter_of_result({out}), 0)",
    Keep.SHAPE: "_array_of({name}).shape",
    Keep.STRIDES: "_array_of({name}).strides",
    Keep.DTYPE: "_array_of({name}).dtype",
    Keep.DIM: "_array_of({name}).ndim",
    Keep.NUMEL: "_array_of({name}).size",
    Keep.SHAPES: "tuple([_each._array.shape for _each in {name}])",
    Keep.DTYPES: "tuple([_each._array.dtype for _each in {name}])",
}

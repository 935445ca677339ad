"""Writes the functions that users call, for ops of one or two operands: no loop, no packing.

Each tests whether its arguments are the plain ones, computes, and records a node; everything
else goes to the general way of `call`. `op.source` shows the text.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from mini_autograd.core.op.codegen.nodes import recording
from mini_autograd.core.op.promotion import Promotion
from mini_autograd.core.op.slots import Keep

if TYPE_CHECKING:
    from mini_autograd.core.op.op import Op


def is_quick(op: Op) -> bool:
    """Whether calls of the op are of a form that is written here."""
    if op.outputs is not None or op.variadic or op.operands != op.promoted:
        return False
    options = op.schema.parameters[len(op.operands) :]
    return op.operands == (0,) or (
        op.operands == (0, 1) and all(each.has_default for each in options)
    )


def caller(op: Op) -> Iterator[str]:
    """The text of `caller(general)`, which gives the function; nothing for ops of other forms."""
    if is_quick(op):
        yield from _wrapped(_unary(op) if op.operands == (0,) else _binary(op))


def _wrapped(lines: Iterator[str]) -> Iterator[str]:
    yield "def caller(_general):"
    for line in lines:
        yield f"    {line}"
    yield ""
    yield "    return call"


def _unary(op: Op) -> Iterator[str]:
    """One tensor, and other arguments given by position or left at their defaults."""
    name, *options = op.names[: op.schema.positional]
    promotes = op.promotion is not Promotion.NONE
    least = op.schema.least - 1
    given = f"{name}, *_more"
    if len(options) == 1:
        given = f"{name}, {options[0]}, *_more"
        yield f"def call({name}=_MISSING, {options[0]}=_MISSING, /, *_more, **_named):"
    else:
        yield f"def call({name}=_MISSING, /, *_more, **_named):"
    more = "_named" if len(options) > 1 else "_more or _named"
    yield f"    if {more} or not isinstance({name}, _Tensor):"
    yield f"        if isinstance({name}, _RAW):"
    if len(options) == 1:
        yield f"            if {options[0]} is _MISSING:"
        yield f"                return _forward({name}, **_named)"
        yield "            if not _more and not _named:  # packing costs as much as the call"
        yield f"                return _forward({name}, {options[0]})"
    yield f"            return _forward({given}, **_named)"
    yield f"        return _general(*_given({given}), **_named)"
    if len(options) == 1:
        option = options[0]
        yield f"    if type({option}) not in _types_of_{option}:"
        if least:
            yield f"        if not _fits(_given({name}, {option})):"
        else:
            yield f"        if {option} is _MISSING:"
            yield f"            {option} = _default_of_{option}"
            yield f"        elif not _fits(({name}, {option})):"
        yield f"            return _general(*_given({name}, {option}))"
    elif options:
        condition = "not _fits" if least else "_more and not _fits"
        yield f"    if {condition}(({given})):"
        yield f"        return _general({given})"
        rest = ", ".join(f"_default_of_{option}" for option in options)
        yield f"    {', '.join(options)}, = *_more, *({rest},)[len(_more):]"
    yield f"    _operand = {name}._array"
    if op.view:
        yield "    if not _operand.size:"
        yield "        _operand = _placed(_operand)"
    if promotes:
        yield "    if _operand.dtype.kind not in 'fc':"
        yield f"        return _general({', '.join([name, *options])})"
    if op.scalars:
        yield "    if not _operand.ndim:"
        yield "        _operand = _operand[()]"
    yield "    try:"
    yield f"        _array = _quiet.run(_forward, {', '.join(['_operand', *options])})"
    yield from _refusing([name, *options])
    yield "    if type(_array) is not _ndarray:"
    yield "        _array = _asarray(_array)"
    if op.arranges:
        walked = [op.names[i] for i in op.order]
        number = " or 1 in _array.shape or 0 in _array.shape" if walked != [name] else ""
        yield f"    elif _operand.ndim > 1 and (not _operand.flags.c_contiguous{number}):"
        yield "        if _array.shape == _operand.shape:"
        operands = ", ".join("_operand" if each == name else each for each in walked)
        yield f"            _array = _arranged(_array, {operands})"
    yield "    _out = _make(_array)"
    if op.view:
        yield f"    _as_view(_out, {name})"
    yield f"    if {name}._requires_grad and _state.enabled{_if_floating(op)}:"
    yield f"        if _inference_used and _all_inference(({name},)):"
    yield f"            return _op.inside(_out, {', '.join([name, *options])})"
    yield from _recording(op, {name: f"{name}._requires_grad"})
    yield "    return _out"


def _binary(op: Op) -> Iterator[str]:
    """Two tensors, or a tensor and a number; other arguments at their defaults."""
    a, b = op.names[:2]
    promotes = op.promotion is not Promotion.NONE
    numbers = promotes and "Number" in op.schema.parameters[1].words
    yield f"def call({a}=_MISSING, {b}=_MISSING, /, *_more, **_named):"
    yield f"    if _more or _named or not isinstance({a}, _Tensor):"
    yield f"        if isinstance({a}, _RAW) and not _has_tensor({b}, _named):"
    yield "            if not _more and not _named:  # packing costs as much as the call"
    yield f"                return _forward({a}, {b})"
    yield f"            return _forward({a}, {b}, *_more, **_named)"
    yield f"        return _general(*_given({a}, {b}, *_more), **_named)"
    yield f"    _a = {a}._array"
    test = "if"
    if numbers:
        yield f"    if type({b}) in _REAL:"
        yield f"        if _a.dtype.kind != 'f' or not _LEAST < {b} < _MOST:"
        yield f"            return _general({a}, {b})"
        if not op.scalars:
            yield f"        {b} = _number_array({b}, _a.dtype)"
        yield f"        _b, _beside, _needs = {b}, _a, False"
        test = "elif"
    yield f"    {test} isinstance({b}, _Tensor):"
    yield f"        _b = _beside = {b}._array"
    if promotes:
        integers = " or _a.dtype.kind not in 'fc'" if op.promotion is Promotion.FLOATING else ""
        yield f"        if _b.dtype is not _a.dtype{integers}:"
        yield f"            return _general({a}, {b})"
    yield f"        _needs = {b}._requires_grad"
    yield "    else:"
    yield f"        return _general(*_given({a}, {b}))"
    if op.scalars:
        yield "    if not _a.ndim and not _beside.ndim:"
        yield "        _a = _a[()]"
        yield "        if _b is _beside:"
        yield "            _b = _b[()]"
    yield "    try:"
    yield "        _array = _quiet.run(_forward, _a, _b)"
    yield from _refusing([a, b], "_a.shape, _beside.shape" if promotes else "")
    yield "    if type(_array) is not _ndarray:"
    yield "        _array = _asarray(_array)"
    if promotes and op.order:
        yield "    elif _array.ndim > 1:"
        order = ", ".join("_a" if i == op.operands[0] else "_b" for i in op.order)
        yield "        _shape = _array.shape"
        yield "        if not (_a.flags.c_contiguous and _beside.flags.c_contiguous) or ("
        yield "            1 in _shape or 0 in _shape"  # where flags do not tell
        yield "        ):"
        yield f"            _array = _arranged(_array, {order})"
    yield "    _out = _make(_array)"
    needs = f"({a}._requires_grad or _needs)"
    yield f"    if {needs} and _state.enabled{_if_floating(op)}:"
    yield f"        if _inference_used and _all_inference(({a}, {b})):"
    yield f"            return _op.inside(_out, {a}, {b})"
    yield from _recording(op, {a: f"{a}._requires_grad", b: "_needs"})
    yield "    return _out"


def _refusing(arguments: Iterable[str], shapes: str = "") -> Iterator[str]:
    """What follows the forward's `try`, with the shapes of operands that have to broadcast."""
    yield "    except Exception as _error:"
    yield f"        _record_refused(_op, ({', '.join(arguments)},))"
    if shapes:
        yield "        # torch looks at shapes before it picks a kernel"
        yield "        if isinstance(_error, _OF_KERNELS):"
        yield f"            _raise_broadcast({shapes})"
    yield "        raise"


def _if_floating(op: Op) -> str:
    """The test whether the result can have a gradient: what has a derivative in the dtype that
    its operands have in common gives a result of that, and these are floating if they need one."""
    certain = op.rules and op.promotion is not Promotion.NONE
    return "" if certain else " and _array.dtype.kind in 'fc'"


def _recording(op: Op, needs: dict[str, str]) -> Iterator[str]:
    """Makes the node; `needs` has the test whether an operand needs a gradient."""
    saved = {op.names[slot.index] for slot in op.slots if slot.keep is not Keep.RESULT}
    known = op.names[: op.schema.positional] if op.operands == (0,) else op.names[:2]
    for name in op.names:
        if name in saved and name not in known:
            yield f"        {name} = _default_of_{name}"
    for line in recording(op, needs):
        yield f"        {line}"

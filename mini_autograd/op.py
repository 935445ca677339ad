"""How a forward on arrays and its derivative rules become a differentiable op.

`@differentiable` reads everything that can be known of an op kind once: which parameters are
operands, how they are promoted, what each rule needs saved. A call then unwraps, computes, and
records a node if a gradient can flow.

A rule's parameters say what it needs, and so what is saved:

====================  ==================================================================
``grad``              the gradient of the only output (``grads``: of all, zeros if unused)
an operand's name     the operand, a saved tensor: writing to it makes backward raise
``result``            the output, likewise (``result0``, ``result1``, … of several)
``<operand>_shape``   its shape only, so nothing is saved (``<operand>_shapes`` of several)
``<operand>_dtype``   its dtype only
another argument      its value, as the user gave it
====================  ==================================================================

Called with raw arrays, an op runs its forward and nothing else: rules are written with the same
functions that users call, and cost no more than NumPy until a graph of them is wanted. For a
parameter of several tensors (``Arrays``) the rule gives a list of gradients.
"""

from __future__ import annotations

import contextvars
import inspect
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import Enum, auto
from typing import Any, Final, Protocol, cast

import numpy as np
from numpy.typing import NDArray

from mini_autograd import dtypes
from mini_autograd.errors import shapes as shape_errors
from mini_autograd.errors import walk as errors
from mini_autograd.grad_mode import state
from mini_autograd.graph import (
    Arithmetic,
    Edge,
    Grad,
    Node,
    SavedNumber,
    SavedResult,
    SavedTensor,
    next_sequence,
)
from mini_autograd.schema import NUMBERS, Schema, is_number
from mini_autograd.tensor import (
    Tensor,
    as_view,
    counter_of,
    detached,
    edge_of,
    make,
    make_recorded,
    plain,
)

Forward = Callable[..., Any]
Rule = Callable[..., Any]


class Promotion(Enum):
    """How the operands of an op come to one dtype."""

    NONE = auto()  # each keeps its own; the forward complains where it must
    COMMON = auto()  # torch's result type
    FLOATING = auto()  # the result type, or the default dtype where that is integral


class _Quiet(threading.local):
    """Runs a forward with NumPy's floating-point warnings off, as torch has none.

    A context of one's own costs a tenth of `np.errstate`, and changes nothing for the user.
    """

    def __init__(self) -> None:
        context = contextvars.copy_context()
        context.run(lambda: np.seterr(all="ignore"))
        self.run = context.run


quiet: Final = _Quiet()


class DifferentiableOp(Protocol):
    """What `@differentiable` makes: called in torch's function form; `method` is the other."""

    op: Op
    schema: Schema
    method: Callable[..., Any]
    __name__: str

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Applies the op to tensors, or its bare forward to raw arrays."""


def differentiable(
    *,
    promotion: Promotion = Promotion.COMMON,
    node: str | None = None,
    name: str | None = None,
    view: bool = False,
    outputs: Sequence[str] | None = None,
    **rules: Rule,
) -> Callable[[Forward], DifferentiableOp]:
    """Makes an op of a forward on arrays.

    Args:
        promotion: how the `Array` operands come to a common dtype.
        node: the name of the graph node; by default from the name, as `MulBackward0`.
        name: the op's name in errors, if it is not the forward's.
        view: whether the outputs share the first operand's memory.
        outputs: for an op of several outputs their names; `()` where their number varies.
        rules: for each differentiable operand, its derivative; an operand without one that
            requires grad and is promoted makes backward raise.
    """

    def decorate(forward: Forward) -> DifferentiableOp:
        op = Op(name or forward.__name__, forward, rules, promotion, node, view, outputs)
        function = cast(DifferentiableOp, _caller(op, method=False))
        function.method = _caller(op, method=True)
        function.op = op
        function.schema = op.schema
        for made in (function, function.method):
            made.__name__ = op.name
            made.__doc__ = forward.__doc__
            made.__wrapped__ = forward  # type: ignore[attr-defined]
        return function

    return decorate


class _Keep(Enum):
    """What a node keeps of one thing that a rule names."""

    OPERAND = auto()
    VALUE = auto()
    SHAPE = auto()
    DTYPE = auto()
    SHAPES = auto()
    DTYPES = auto()
    RESULT = auto()


@dataclass(frozen=True, slots=True)
class _Slot:
    """One saved thing: of which parameter or output, and the only operand that needs it."""

    keep: _Keep
    index: int
    only_for: int | None  # a parameter; None if several rules use it


class Op:
    """One op kind: its forward, its rules, and what follows from them."""

    def __init__(
        self,
        name: str,
        forward: Forward,
        rules: dict[str, Rule],
        promotion: Promotion,
        node: str | None,
        view: bool,
        outputs: Sequence[str] | None,
    ) -> None:
        self.name = name
        self.bare = forward
        self.view = view
        self.outputs = outputs
        self.schema = Schema(name, forward)
        self.promotion = promotion
        parameters = self.schema.parameters
        self.arity = len(parameters)
        self.forward = self.schema.by_position(forward)
        self.operands = tuple(i for i, each in enumerate(parameters) if each.is_operand)
        self.promoted = tuple(
            i for i in self.operands if {"Array", "Arrays"} & set(parameters[i].words)
        )
        self.variadic = tuple(i for i in self.operands if "Arrays" in parameters[i].words)
        self.title = node or f"{''.join(w.capitalize() for w in name.split('_'))}Backward0"
        names = [each.name for each in parameters]
        unknown = set(rules) - set(names)
        assert not unknown, f"{name} has rules for {sorted(unknown)}, which are no parameters"
        self.rules: dict[int, tuple[Rule, tuple[int, ...]]] = {}
        self.slots: tuple[_Slot, ...] = ()
        self._plan(names, rules)
        self.node_class = type(self.title, (OpNode,), {"__slots__": (), "title": self.title, "op": self})  # fmt: skip

    def _plan(self, names: list[str], rules: dict[str, Rule]) -> None:
        """Which slots the rules need; torch saves for one rule only if that input needs grad."""
        wanted: dict[str, list[int]] = {}
        reads: dict[int, list[str]] = {}
        for operand, rule in rules.items():
            position = names.index(operand)
            reads[position] = list(inspect.signature(rule).parameters)[1:]
            for each in reads[position]:
                wanted.setdefault(each, []).append(position)
        keys = list(wanted)
        self.slots = tuple(self._slot(key, names, wanted[key], len(rules)) for key in keys)
        for operand, rule in rules.items():
            position = names.index(operand)
            self.rules[position] = (rule, tuple(keys.index(key) for key in reads[position]))

    def _slot(self, key: str, names: list[str], users: list[int], rules: int) -> _Slot:
        only_for = users[0] if len(users) == 1 and rules > 1 else None
        if key in names:
            index = names.index(key)
            keep = _Keep.OPERAND if index in self.operands else _Keep.VALUE
            return _Slot(keep, index, only_for)
        if key.startswith("result"):
            return _Slot(_Keep.RESULT, int(key.removeprefix("result") or 0), None)
        stem, _, what = key.rpartition("_")
        return _Slot(_Keep[what.upper()], names.index(stem), None)



class OpNode(Node):
    """A recorded application of an op; each op kind has its subclass, named as torch's."""

    __slots__ = ()
    op: Op

    def backward(self, grads: list[Grad | None], arithmetic: Arithmetic) -> Sequence[Grad | None]:
        """Runs the rule of each operand that needs a gradient, on arrays or on tensors."""
        saved = self.saved
        if saved is None:
            raise errors.second_backward()
        op = self.op
        grad: Any = grads[0]
        if op.outputs is not None:
            if all(each is None for each in grads):
                return [None] * len(self.edges)
            grad = [
                arithmetic.zeros(self.metadata[i]) if each is None else each
                for i, each in enumerate(grads)
            ]
        elif grad is None:
            return [None] * len(self.edges)
        values = [
            _unpacked(value, self, arithmetic) if type(value) in _BUFFERS else value
            for value in saved
        ]  # fmt: skip
        result: list[Grad | None] = []
        edges = self.edges
        at = 0
        for position in op.operands:
            width = 1
            rule = op.rules.get(position)
            if position in op.variadic:
                width = len(edges) - len(op.operands) + 1
            if any(edges[at : at + width]):
                if rule is None:
                    raise errors.derivative_not_implemented(op.name)
                function, reads = rule
                arguments = [values[i] for i in reads]
                if arithmetic.records:
                    given = function(grad, *arguments)
                else:
                    given = quiet.run(function, grad, *arguments)
                if width == 1 and position not in op.variadic:
                    result.append(_gradient(given, arithmetic))
                else:
                    result.extend(_gradient(each, arithmetic) for each in given)
            else:
                result.extend([None] * width)
            at += width
        return result

    def release(self) -> None:
        """Frees the saved tensors; a node that saved none can go backward again, as torch's."""
        saved = self.saved
        if saved:
            for value in saved:
                if type(value) in _BUFFERS:
                    self.saved = None
                    return


_BUFFERS: Final = frozenset({SavedTensor, SavedResult, SavedNumber, list})


def _gradient(given: Any, arithmetic: Arithmetic) -> Grad | None:
    """A rule's answer as the arithmetic has it: NumPy's scalars become 0-d arrays."""
    if given is None or arithmetic.records or type(given) is np.ndarray:
        return given
    return np.asarray(given)


def _unpacked(value: Any, node: Node, arithmetic: Arithmetic) -> Any:
    """A saved tensor, or several, as the arithmetic wants them."""
    if type(value) is list:
        return [_unpacked(each, node, arithmetic) for each in value]
    tensor = value.unpack(node)
    return tensor if arithmetic.records or not isinstance(tensor, Tensor) else tensor._array


def _caller(op: Op, *, method: bool) -> Callable[..., Any]:
    """The function that users call: unwrap, promote, compute, wrap, record."""
    arity, operands, variadic = op.arity, op.operands, op.variadic
    bare, forward, view, promotion = op.bare, op.forward, op.view, op.promotion
    is_common, is_bare = promotion is Promotion.COMMON, promotion is Promotion.NONE
    binary = operands == (0, 1) and not variadic and op.outputs is None
    unary = operands == (0,) and not variadic and op.outputs is None
    tail = op.schema.defaults[len(operands) :]
    short = len(operands) if inspect.Parameter.empty not in tail else -1

    def call(*args: Any, **kwargs: Any) -> Any:
        first = args[0] if args else None
        if not isinstance(first, Tensor) and _is_raw(first):
            return bare(*args, **kwargs)
        if kwargs or len(args) != arity:
            if len(args) == short and not kwargs:
                args = args + tail
            else:
                args = op.schema.bind(args, kwargs, method=method)
                first = args[0]
        if unary and isinstance(first, Tensor):
            array = first._array
            if not is_bare and array.dtype.kind not in "fc":
                array = _promote(op, [array])[0]
            if arity != 1:
                _check_metadata(op, args, method)
            result = plain(quiet.run(forward, array, *args[1:]))
            out = make(result)
            if view:
                as_view(out, first)
            if first._requires_grad and state.enabled and result.dtype.kind in "fc":
                _record(op, args, (first,), (out,))
            return out
        if binary and isinstance(first, Tensor):
            second = args[1]
            a = first._array
            if isinstance(second, Tensor):
                b = second._array
                if not (a.dtype is b.dtype and (is_common or is_bare or a.dtype.kind in "fc")):
                    a, b = _promote(op, [a, b])
            elif type(second) in NUMBERS or is_number(second):
                if a.dtype.kind == "f" and type(second) in _REAL and not is_bare:
                    b = np.array(second, a.dtype)
                else:
                    a, b = _promote(op, [a, second])
            else:
                return _general(op, args, method)
            try:
                result = plain(quiet.run(forward, a, b, *args[2:]))
            except ValueError:
                raise shape_errors.broadcast(a.shape, b.shape) from None
            out = make(result)
            if (
                state.enabled
                and (first._requires_grad or (second is not b and getattr(second, "_requires_grad", False)))  # fmt: skip
                and result.dtype.kind in "fc"
            ):
                _record(op, args, (first, second), (out,))
            return out
        return _general(op, args, method)

    return call


def _is_raw(first: Any) -> bool:
    """Whether a rule calls, with arrays: the first operand tells, or the first of a list."""
    if isinstance(first, (list, tuple)) and first:
        first = first[0]
    return isinstance(first, (np.ndarray, np.generic))


_REAL: Final = frozenset({int, float, bool})


def _check_metadata(op: Op, args: Sequence[Any], method: bool) -> None:
    """Arguments given by position have had no look at yet."""
    for value, parameter in zip(args[1:], op.schema.parameters[1:], strict=True):
        if value is not parameter.default and not parameter.accepts(value):
            op.schema.bind(args[: op.schema.positional], {}, method=method)


def _general(op: Op, args: tuple[Any, ...], method: bool) -> Any:
    """Any op: several tensors in one argument, several outputs, or bare arrays."""
    flat: list[Any] = []
    for position in op.operands:
        flat.extend(args[position] if position in op.variadic else (args[position],))
    if not any(isinstance(value, Tensor) for value in flat):
        args = op.schema.bind(args[: op.schema.positional], {}, method=method)
    raw = list(args)
    for position in op.operands:
        parameter, value = op.schema.parameters[position], args[position]
        if not parameter.accepts(value) and not (is_number(value) and isinstance(args[0], Tensor)):
            op.schema.bind(args[: op.schema.positional], {}, method=method)
        raw[position] = _array(value) if position not in op.variadic else [_array(v) for v in value]
    if op.promotion is not Promotion.NONE:
        _promote_in_place(op, raw)
    results = _run(op, raw)
    outputs = [results] if op.outputs is None else results
    outs = tuple(make(plain(each)) for each in outputs)
    if op.view:
        for out in outs:
            as_view(out, args[0])
    tensors = tuple(flat)
    if state.enabled and any(isinstance(t, Tensor) and t._requires_grad for t in tensors):
        _record(op, args, tensors, outs)
    return outs[0] if op.outputs is None else outs


def _run(op: Op, raw: list[Any]) -> Any:
    try:
        return quiet.run(op.forward, *raw)
    except ValueError as error:
        shapes = [v.shape for i in op.operands if isinstance(v := raw[i], np.ndarray)]
        if "broadcast" in str(error) and len(shapes) > 1:
            raise shape_errors.broadcast(*shapes[-2:]) from None
        raise


def _array(value: Any) -> Any:
    return value._array if isinstance(value, Tensor) else value


def _promote_in_place(op: Op, raw: list[Any]) -> None:
    values: list[Any] = []
    for position in op.promoted:
        value = raw[position]
        values.extend(value if position in op.variadic else () if value is None else (value,))
    promoted = iter(_promote(op, values))
    for position in op.promoted:
        value = raw[position]
        if position in op.variadic:
            raw[position] = [next(promoted) for _ in value]
        elif value is not None:
            raw[position] = next(promoted)


def _promote(op: Op, values: list[Any]) -> list[NDArray[Any]]:
    """Arrays and numbers as arrays of the dtype that the op computes in."""
    if op.promotion is Promotion.NONE:
        return [np.asarray(value) for value in values]
    found = dtypes.result_type(values)
    if op.promotion is Promotion.FLOATING:
        found = dtypes.to_floating(found)
    wanted = found.numpy
    return [
        value if isinstance(value, np.ndarray) and value.dtype == wanted
        else value.astype(wanted) if isinstance(value, np.ndarray)
        else dtypes.number_array(value, wanted)
        for value in values
    ]  # fmt: skip


def _record(
    op: Op, args: tuple[Any, ...], tensors: tuple[Any, ...], outs: tuple[Tensor, ...]
) -> None:
    """Makes the node of this application, with its edges and what its rules will need."""
    node = cast(OpNode, object.__new__(op.node_class))
    node.sequence = next_sequence()
    node.hooks = None
    node.metadata = tuple([((array := out._array).shape, array.dtype) for out in outs])
    edges: list[Edge | None] = [
        edge_of(each) if isinstance(each, Tensor) and each._requires_grad else None
        for each in tensors
    ]
    node.edges = tuple(edges)
    for index, out in enumerate(outs):
        if out._array.dtype.kind in "fc":
            out._node, out._output_nr, out._requires_grad = node, index, True
    node.saved = tuple([_saved(op, slot, args, node, outs) for slot in op.slots])


def _saved(
    op: Op, slot: _Slot, args: tuple[Any, ...], node: OpNode, outs: tuple[Tensor, ...]
) -> Any:
    keep, index = slot.keep, slot.index
    if slot.only_for is not None and not _needs(args[slot.only_for]):
        return None
    if keep is _Keep.OPERAND:
        return _saved_operand(args[index])
    if keep is _Keep.VALUE:
        return args[index]
    if keep is _Keep.RESULT:
        out = outs[index]
        return SavedResult(detached(out), counter_of(out), index, make_recorded)
    if keep is _Keep.SHAPE:
        return np.shape(_array(args[index]))
    if keep is _Keep.DTYPE:
        return _array(args[index]).dtype
    if keep is _Keep.SHAPES:
        return tuple(each._array.shape for each in args[index])
    return tuple(each._array.dtype for each in args[index])


def _needs(operand: Any) -> bool:
    if isinstance(operand, (tuple, list)):
        return any(map(_needs, operand))
    return isinstance(operand, Tensor) and operand._requires_grad


def _saved_operand(value: Any) -> Any:
    """A number becomes an array, as torch saves it too: its buffer is freed like the others."""
    if isinstance(value, Tensor):
        return SavedTensor(value)
    if isinstance(value, (tuple, list)):
        return [_saved_operand(each) for each in value]
    return None if value is None else SavedNumber(value)

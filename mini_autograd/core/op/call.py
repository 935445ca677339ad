"""Applies an op: unwrap, promote, compute, wrap, record."""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from typing import Any, Final, Protocol, cast

import numpy as np

from mini_autograd.arrays.dtypes import COMPLEX_HALF, complex64, dtype
from mini_autograd.arrays.layout import arranged, empty_as, placed
from mini_autograd.core.modes.creation_observers import inference_used
from mini_autograd.core.modes.grad_mode import state
from mini_autograd.core.op.codegen.generate import record_refused
from mini_autograd.core.op.op import Forward, Op, Rule, calls_nothing
from mini_autograd.core.op.promotion import Promotion, promote, quiet, raise_broadcast
from mini_autograd.core.op.slots import Keep
from mini_autograd.core.saved.packing import PackedTensor
from mini_autograd.core.saved.saved import SavedTensor
from mini_autograd.core.table import ops, shared
from mini_autograd.core.tensor.history import all_inference, as_view
from mini_autograd.core.tensor.tensor import Tensor, make, plain
from mini_autograd.messages.ops.kernels import no_complex_half, no_history, not_implemented
from mini_autograd.parsing.binding import RAW, Written
from mini_autograd.parsing.overrides import NOTHING, overriding_result
from mini_autograd.parsing.schema import Schema
from mini_autograd.parsing.types import is_number


class DifferentiableOp(Protocol):
    """What `@differentiable` makes: called in torch's function form.

    `method` is the other form; `operator` is that of two operands where a TypeError leaves the
    operation to the other operand, as Python has it.
    """

    op: Op
    schema: Schema
    method: Callable[..., Any]
    operator: Callable[..., Any]
    written: Written
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
    constant: int = 0,
    scalars: bool = False,
    order: Sequence[str] | None = None,
    no_complex_half: str | None = None,
    together: Sequence[str] = (),
    partial: bool = False,
    inside: Callable[..., Any] = calls_nothing,
    unsaved: str = "#0 'self'",
    elementwise: bool | None = None,
    complex_gradient: bool = True,
    warns: bool = False,
    casts: bool = False,
    **rules: Rule,
) -> Callable[[Forward], DifferentiableOp]:
    """Makes an op of a forward on arrays.

    Args:
        promotion: how the `Array` operands come to a common dtype.
        node: the name of the graph node; by default from the name, as `MulBackward0`.
        name: the op's name in errors, if it is not the forward's.
        view: whether the outputs share the first operand's memory.
        outputs: for an op of several outputs their names; `()` where their number varies.
        constant: how many of them, the last ones, have no gradient though they are no integers.
        scalars: whether 0-d operands come as NumPy's scalars, and numbers as Python's: for a
            forward of Python's operators, or of one argument, that is a fraction of the time.
        order: the operands whose order of dims in memory the result has, the first that tells;
            by default all in turn. With none it is in rows. A number among them counts as one of
            another shape. An op without promotion leaves the result as the forward made it,
            unless it says the order.
        no_complex_half: the kernel that torch lacks for its complex halves.
        together: the operands whose gradients torch has in one formula, in its order; without,
            gradients are computed in the order of the operands' names.
        partial: whether the rules of an op of several outputs take None for one that no gradient
            came for; without, zeros.
        inside: what its kernel does with nothing but inference tensors of which one requires grad,
            as `ops.inside` has it: called with what the op gives and its arguments.
        unsaved: the argument of torch's rule that misses a result which could not be saved.
        elementwise: whether its rules go element by element, so that one walk can take many rows;
            by default those of an op whose operands are broadcast, if they read no shape.
        complex_gradient: whether torch records it where it gives complex numbers; if not, a call
            that would be recorded raises.
        warns: whether its forward may warn: torch says first that a call cannot be recorded.
        casts: whether what it gives may have any dtype: of integers it is not recorded, where a
            call of another op that has rules raises.
        rules: for each differentiable operand, its derivative; an operand without one that
            requires grad makes backward raise.
    """

    def decorate(forward: Forward) -> DifferentiableOp:
        op = Op(
            name or forward.__name__, forward, rules, promotion, node, view, outputs, constant,
            scalars, order, no_complex_half, together, partial, inside, unsaved, elementwise,
            complex_gradient, warns, casts,
        )  # fmt: skip
        general = functools.partial(_apply, op, True)
        caller = op.written.caller
        function = cast(DifferentiableOp, caller(functools.partial(_apply, op, False)))
        function.method = caller(general, op.schema.gathers)
        function.operator = caller(_or_not_implemented(general))
        function.op = op
        function.written = op.written
        function.schema = op.schema
        for made in (function, function.method, function.operator):
            made.__name__ = made.__qualname__ = op.name
            made.__doc__ = forward.__doc__
        first = vars(ops).get(forward.__qualname__)
        if first is not None and first.op.bare is forward:
            return function  # another op of the same forward, as an in-place one may be
        return shared(function, forward.__qualname__)

    return decorate


# An op whose operands keep their dtypes; the forward complains where it must.
unpromoted: Final = functools.partial(differentiable, promotion=Promotion.NONE)


def _or_not_implemented(general: Callable[..., Any]) -> Callable[..., Any]:
    def call(*args: Any, **named: Any) -> Any:
        try:
            return general(*args, **named)
        except TypeError:
            return NotImplemented

    return call


def _apply(op: Op, method: bool, /, *args: Any, **kwargs: Any) -> Any:
    """Any op on any arguments: raw arrays, several tensors in one argument, several outputs."""
    if len(args) > op.operands[0] and _is_raw(args, kwargs, op.operands[0]):
        return op.bare(*args, **kwargs)
    if op.schema.fits(args, kwargs):
        left = op.schema.parameters[len(args) :]
        args += tuple([kwargs.get(each.keyword, each.default) for each in left])
    else:
        overridden = overriding_result(op.name, args, kwargs, method=method)
        if overridden is not NOTHING:
            return overridden
        args = op.schema.bind(args, kwargs, method=method)
    raw = list(args)
    for position in op.operands:
        value = args[position]
        if position in op.variadic:
            raw[position] = [_array(each) for each in value]
        else:
            raw[position] = _array(value)
    common = None if op.promotion is Promotion.NONE else _promote_all(op, raw)
    if common is COMPLEX_HALF and op.no_complex_half is not None:
        raise not_implemented(op.no_complex_half, COMPLEX_HALF)
    if op.view:
        raw[0] = placed(raw[0])
    try:
        results = quiet.run(op.forward, *raw)
    except Exception as error:
        record_refused(op, args)
        if common is COMPLEX_HALF and type(error) is NotImplementedError:
            told = str(error).replace(complex64.scalar_name, COMPLEX_HALF.scalar_name)
            raise NotImplementedError(told) from None
        if isinstance(error, (ValueError, NotImplementedError)) and (
            isinstance(error, ValueError) or op.promotion is not Promotion.NONE
        ):
            raise_broadcast(*[v.shape for i in op.operands if isinstance(v := raw[i], np.ndarray)])
        raise
    if common is COMPLEX_HALF and op.outputs is None and results.dtype.kind == "c":
        raise no_complex_half()
    if op.arranges:
        results = _arranged(op, results, args, raw)
    outs = tuple([make(plain(each)) for each in ((results,) if op.outputs is None else results)])
    if op.view:
        for out in outs:
            as_view(out, args[0], several=op.outputs is not None)
    if state.enabled and any(_needs_grad(args[position]) for position in op.promoted):
        on_floats = not outs or any(out._array.dtype.kind in "fc" for out in outs)
        if not on_floats and not op.refuses_integers:
            return outs[0] if op.outputs is None else outs
        if inference_used and all_inference(args[position] for position in op.operands):
            return op.inside(outs[0] if op.outputs is None else outs, *args)
        if op.promotion is Promotion.NONE:
            op.record(outs[0] if op.outputs is None else outs, *args)
        else:
            _record_promoted(op, args, raw, outs)
        if not on_floats:
            raise no_history(outs[0].dtype)
    return outs[0] if op.outputs is None else outs


def _arranged(op: Op, result: Any, args: Sequence[Any], raw: Sequence[Any]) -> Any:
    """An elementwise result in the order of dims that its operands give it; one that was promoted
    is a copy, without gaps and repetitions."""
    given = [_array(args[i]) for i in op.order]
    arrays = [each for each in given if isinstance(each, np.ndarray)]
    shape = np.shape(result)
    if 0 not in shape and 1 not in shape and all(each.flags.c_contiguous for each in arrays):
        return result
    if shape != np.broadcast_shapes(*[each.shape for each in arrays]):
        return result
    for at, position in enumerate(op.order):
        each = given[at]
        if isinstance(each, np.ndarray) and raw[position].dtype is not each.dtype and each.ndim:
            given[at] = empty_as(each)
    return arranged(result, *[each for each in given if each is not None])


def _is_raw(args: tuple[Any, ...], kwargs: dict[str, Any], at: int) -> bool:
    """Whether a rule calls, with arrays: the first operand tells, or the first of a list. A NumPy
    number beside a tensor is a user's."""
    first = args[at]
    if isinstance(first, (list, tuple)) and first:
        first = first[0]
    if not isinstance(first, RAW):
        return False
    return not any(isinstance(each, Tensor) for each in (*args[at + 1 :], *kwargs.values()))


def _record_promoted(
    op: Op, args: tuple[Any, ...], raw: Sequence[Any], outs: tuple[Tensor, ...]
) -> None:
    """Numbers, and operands of another dtype, are saved as the op computed with them; what is real
    beside complex ones as real, as a conjugate has another sign of zero."""
    for position in op.promoted:
        if position not in op.variadic and is_number(args[position]):
            number = raw[position]
            number = number if isinstance(args[position], complex) else number.real
            args = (*args[:position], number, *args[position + 1 :])
    op.record(outs[0] if op.outputs is None else outs, *args)
    node = next(out._node for out in outs if out._node is not None)
    assert node.saved is not None
    kept = list(node.saved)
    for at, (keep, index, _) in enumerate(op.slots):
        value = args[index] if keep is Keep.OPERAND and kept[at] is not None else None
        if not isinstance(value, Tensor):
            continue
        computed = raw[index].real.dtype if value._array.dtype.kind != "c" else raw[index].dtype
        if value._array.dtype != computed:
            if isinstance(kept[at], PackedTensor):
                kept[at].dtype = computed
            else:
                kept[at] = SavedTensor(value, computed)
    node.saved = tuple(kept)


def _needs_grad(operand: Any) -> bool:
    if isinstance(operand, Tensor):
        return operand._requires_grad
    return isinstance(operand, (tuple, list)) and any(map(_needs_grad, operand))


def _array(value: Any) -> Any:
    return value._array if isinstance(value, Tensor) else value


def _promote_all(op: Op, raw: list[Any]) -> dtype | None:
    """Replaces the promoted operands by arrays of one dtype, which it gives; an optional one may be
    None."""
    values: list[Any] = []
    for position in op.promoted:
        value = raw[position]
        values.extend(value if position in op.variadic else () if value is None else (value,))
    if not values:
        return None
    arrays: list[Any]
    common: dtype
    arrays, common = quiet.run(promote, values, op.promotion)
    promoted = iter(arrays)
    for position in op.promoted:
        value = raw[position]
        if position in op.variadic:
            raw[position] = [next(promoted) for _ in value]
        elif value is not None:
            raw[position] = next(promoted)
    return common

"""Writes the function that users call: it takes the plain arguments, computes, and records a node.

Plain are operands of one dtype, and other arguments as `parsing.binding` has it; everything else
goes to the general way of `call`. `op.source` shows the text.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from mini_autograd.core.op.codegen.nodes import recording
from mini_autograd.core.op.promotion import Promotion
from mini_autograd.parsing.binding import Binding, wrapped

if TYPE_CHECKING:
    from mini_autograd.core.op.op import Op


def caller(op: Op) -> Iterator[str]:
    """The text of `caller(general)`, which gives the function."""
    return wrapped(_Caller(op).lines())


class _Caller:
    """The text of one op's function. In it `_self_` is the array of the operand `self`."""

    def __init__(self, op: Op) -> None:
        self.op = op
        self.binding = Binding(op.schema)
        self.general = self.binding.general
        self.promotes = op.promotion is not Promotion.NONE
        self.operands = [op.names[i] for i in op.operands]
        self.variadic = {op.names[i] for i in op.variadic}
        self.first = op.names[(op.promoted or op.operands)[0]]  # all others have its dtype
        self.dtype = "_dtype" if self.first in self.variadic else f"_{self.first}_.dtype"
        self.scalars = op.scalars and len(self.operands) < 3
        self.needs: dict[str, str] = {}  # by operand, the test whether it needs a gradient

    def lines(self) -> Iterator[str]:
        op, binding = self.op, self.binding
        yield binding.signature()
        if op.operands[0] not in op.variadic:
            yield from binding.raw_call(op.operands[0])
        yield from binding.names_bound()
        yield from binding.options(self.operands)
        for index in sorted(op.operands, key=lambda i: op.names[i] != self.first):
            yield from self._several(index) if index in op.variadic else self._operand(index)
        if op.promotion is Promotion.FLOATING or (
            self.promotes and op.operands == (0,) and not op.variadic
        ):
            yield f"    if {self.dtype}.kind not in 'fc':"
            yield f"        {self.general}"
        if op.view:
            yield f"    if not _{self.first}_.size:"
            yield f"        _{self.first}_ = _placed(_{self.first}_)"
        if self.scalars:
            yield from self._as_scalars()
        yield from self._computed()
        yield from self._recorded()

    def _operand(self, index: int) -> Iterator[str]:
        """Its array, and that of a number or nothing, if it may be one."""
        name, parameter = self.op.names[index], self.op.schema.parameters[index]
        array, is_first = f"_{name}_", name == self.first
        lines = [f"{array} = {name}._array"]
        if self.promotes and index in self.op.promoted and not is_first:
            lines += [f"if {array}.dtype is not {self.dtype}:", f"    {self.general}"]
        tests = {}
        if "None" in parameter.words:
            tests[f"{name} is None"] = [f"{array} = None"]
        if "Number" in parameter.words and self.promotes and not is_first:
            number = f"{name} = _number_array({name}, {self.dtype})"
            if self.scalars:  # unless there are options, of which that forward need know nothing
                number = f"if _named: {number}"
            tests[f"type({name}) in _REAL"] = [
                f"if {self.dtype}.kind != 'f' or not _LEAST < {name} < _MOST:",
                f"    {self.general}",
                number,
                f"{array} = {name}",
            ]
        if index in self.op.promoted:
            self.needs[name] = f"{name}._requires_grad"
            if tests:
                for each in tests.values():
                    each.append(f"_needs_{name} = False")
                lines.append(f"_needs_{name} = {self.needs[name]}")
                self.needs[name] = f"_needs_{name}"
        if index == self.op.operands[0]:  # which was tested
            yield from (f"    {line}" for line in lines)
            return
        if parameter.has_default:
            yield f"    if {name} is _MISSING:"
            yield f"        {name} = _default_of_{name}"
        tests[f"type({name}) in _PLAIN"] = lines
        for place, (test, each) in enumerate(tests.items()):
            yield f"    {'elif' if place else 'if'} {test}:"
            yield from (f"        {line}" for line in each)
        yield "    else:"
        yield f"        {self.general}"

    def _several(self, index: int) -> Iterator[str]:
        """The arrays of a list of tensors, or of indices of which some are left out."""
        name = self.op.names[index]
        if index not in self.op.promoted:
            yield f"    if _indices({name}) is None:"
            yield f"        {self.general}"
            yield f"    _{name}_ = [None if _x is None else _x._array for _x in {name}]"
            return
        yield f"    if _tensors({name}) is None:"
        yield f"        {self.general}"
        yield f"    _{name}_ = [_x._array for _x in {name}]"
        yield f"    _dtype = _{name}_[0].dtype"
        yield f"    for _x in _{name}_:"
        yield "        if _x.dtype is not _dtype:"
        yield f"            {self.general}"
        self.needs[name] = f"any([_x._requires_grad for _x in {name}])"

    def _as_scalars(self) -> Iterator[str]:
        """NumPy's scalars for arrays without dims: computing with these is quicker."""
        a, *others = (f"_{name}_" for name in self.operands)
        if not others:
            yield f"    if not {a}.ndim:"
            yield f"        {a} = {a}[()]"
            return
        b = others[0]
        yield f"    _a, _b = {a}, {b}"
        yield f"    if not {a}.ndim:"
        yield f"        if type({b}) is not _ndarray:"
        yield f"            _a = {a}[()]"
        yield f"        elif not {b}.ndim:"
        yield f"            _a, _b = {a}[()], {b}[()]"

    def _computed(self) -> Iterator[str]:
        """Calls the forward, and makes tensors of what it gives."""
        op = self.op
        arrays = {name: f"_{name}_" for name in self.operands}
        passed = arrays
        if self.scalars and len(arrays) == 2:
            passed = dict(zip(arrays, ("_a", "_b"), strict=True))
        given = []
        for each in op.schema.parameters:
            value = passed.get(each.name, each.name)
            given.append(f"{each.name}={value}" if each.keyword_only else value)
        if op.warns:
            yield f"    if _state.enabled and {self.first}._requires_grad:"
            yield f"        _edge_of({self.first})"
            yield "    _held.forget()"
        yield "    try:"
        run = "_forward(" if op.view else "_quiet.run(_forward, "  # a view computes nothing
        yield f"        _array = {run}{', '.join(given)})"
        yield "    except Exception as _error:"
        yield f"        _record_refused(_op, ({', '.join(op.names)},))"
        if len(arrays) > 1:
            shapes = ", ".join(each for name, each in arrays.items() if name not in self.variadic)
            yield "        # torch looks at shapes before it picks a kernel"
            kinds = "_OF_KERNELS" if self.promotes else "ValueError"
            yield f"        if isinstance(_error, {kinds}):"
            yield f"            _raise_broadcast(*_shapes({shapes}))"
        yield "        raise"
        if op.outputs is not None:
            yield "    _outs = tuple([_make(_plain(_x)) for _x in _array])"
            if op.view:
                yield "    for _out in _outs:"
                yield f"        _as_view(_out, {self.first}, several=True)"
            return
        yield "    if type(_array) is not _ndarray:"
        yield "        _array = _asarray(_array)"
        if op.arranges and not op.variadic and op.order:
            yield from self._arranged([op.names[i] for i in op.order])
        yield "    _out = _make(_array)"
        if op.view:
            yield f"    _as_view(_out, {self.first})"

    def _arranged(self, order: list[str]) -> Iterator[str]:
        """The order of dims that the operands give, where they are not all in rows; flags do not
        tell that of sizes of one and none."""
        arrays = [f"_{name}_" if name in self.operands else name for name in order]
        if len(self.operands) == 1:
            array = f"_{self.first}_"
            number = " or 1 in _array.shape or 0 in _array.shape" if len(order) > 1 else ""
            yield f"    elif {array}.ndim > 1 and (not {array}.flags.c_contiguous{number}):"
            yield f"        if _array.shape == {array}.shape:"
            yield f"            _array = _arranged(_array, {', '.join(arrays)})"
            return
        rows = []
        for name, array in zip(order, arrays, strict=True):
            maybe = self.needs.get(name, "").startswith("_")  # a number, or nothing
            alone = f"type({array}) is not _ndarray or " if maybe else ""
            rows.append(f"({alone}{array}.flags.c_contiguous)")
        yield "    elif _array.ndim > 1:"
        yield "        _dims = _array.shape"
        yield f"        if 1 in _dims or 0 in _dims or not ({' and '.join(rows)}):"
        yield f"            _array = _arranged(_array, *_present({', '.join(arrays)}))"

    def _recorded(self) -> Iterator[str]:
        """Makes the node if an operand needs a gradient; torch refuses that at the end where an op
        that has a derivative gave integers."""
        op = self.op
        out = "_out" if op.outputs is None else "_outs"
        if self.needs:
            needs = " or ".join(self.needs.values())
            test = f"({needs}) and _state.enabled"
            on_floats = "_array.dtype.kind in 'fc'"
            if op.outputs is not None:
                on_floats = "not _outs or any([_x._array.dtype.kind in 'fc' for _x in _outs])"
            if not op.refuses_integers:
                test += f" and ({on_floats})"
            yield f"    if {test}:"
            yield f"        if _inference_used and _all_inference(({', '.join(self.operands)},)):"
            if op.warns:
                yield "            _held.give()"
            yield f"            return _op.inside({out}, {', '.join(op.names)})"
            known = {
                name: test
                for name, test in self.needs.items()
                if name not in self.variadic
                and "None" not in op.schema.parameters[op.names.index(name)].words
            }
            for line in recording(op, known):
                yield f"        {line}"
            if op.refuses_integers:
                yield f"        if not ({on_floats}):"
                first = out if op.outputs is None else "_outs[0]"
                yield f"            raise _no_history({first}.dtype)"
        if op.warns:
            yield "    _held.give()"
        yield f"    return {out}"

"""How a call of an op is drawn: its form, its operands and arguments, and how it is written."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import count

from conformance.catalogue.entry import Arg, Category, Form, OpEntry, Operand, Param, Signature
from conformance.generate.drawing.drawing import WIDE, Drawing
from conformance.generate.drawing.tape import Tape
from conformance.generate.steps import sampled
from conformance.generate.steps.odd.mistakes import surplus, wrong_argument
from conformance.generate.values.arguments import ahead, argument
from conformance.generate.values.operands import RELATIONS, Call, anything, operand
from conformance.generate.values.values import number
from conformance.program.steps import Call as CallStep
from conformance.program.steps import Step
from conformance.program.values import Value
from conformance.program.words.operators import OPERATORS

WRITING = frozenset({"in-place", "items"})
"""The features by which a program writes into what it has."""

WRONG_PERCENT = 60.0  # of the calls of a program that may hold wrong ones
THEME_EVERY = 2  # of so many plain calls one is of the program's theme
JOINING_PERCENT = 30.0  # of those of a program of few dtypes join two tensors
NUMBER_PERCENT = 22.0  # of the operands that may be a Python number
NAMED_PERCENT = 25.0  # of the arguments that may be given by name or by position


def plain(drawing: Drawing) -> Step:
    """A call of an op that makes a tensor, or of any that the program may call at all."""
    ops = drawing.ops
    if drawing.tape.dtypes and ops.joining and drawing.tape.chance(JOINING_PERCENT):
        return call(drawing, drawing.pick_op(ops.joining))
    # Another number of the step is to be another call.
    if drawing.theme and (drawing.tape.below(WIDE) + drawing.number) % THEME_EVERY == 1:
        return call(drawing, drawing.theme.entry)
    if entries := (ops.of_any_shape if drawing.theme else ops.plain) or ops.views:
        return call(drawing, drawing.pick_op(entries))
    return call(drawing, drawing.pick_op(ops.writing or ops.items), writes=True)


def view(drawing: Drawing) -> Step | None:
    """A call of an op whose result may share memory."""
    if not drawing.ops.views or (WRITING & drawing.features and _too_early(drawing)):
        return None
    return call(drawing, drawing.pick_op(drawing.ops.views))


def write(drawing: Drawing) -> Step | None:
    """A call that writes into a tensor."""
    if not drawing.ops.writing or _too_early(drawing):
        return None
    return call(drawing, drawing.pick_op(drawing.ops.writing), writes=True)


def _too_early(drawing: Drawing) -> bool:
    """Whether to wait until the program has a result with a graph: torch refuses to write into
    most leaves, and what is written without a graph shows in no gradient."""
    if any(live.requires_grad and not live.is_leaf for live in drawing.live()):
        return False
    return drawing.grad_enabled and drawing.tape.chance(75)


def item(drawing: Drawing) -> Step | None:
    """An assignment to items of a tensor."""
    if not drawing.ops.items or _too_early(drawing):
        return None
    return call(drawing, drawing.pick_op(drawing.ops.items), writes=True)


def join(drawing: Drawing) -> Step | None:
    """A call that joins the graphs of two tensors."""
    return call(drawing, drawing.pick_op(drawing.ops.joining)) if drawing.ops.joining else None


def call(
    drawing: Drawing, entry: OpEntry, *, writes: bool = False, form: int | None = None
) -> CallStep:
    """A call of the op on the program's tensors; new inputs are made as it needs them. `form` is
    the place of its form among the op's, if that is not to be drawn."""
    if not entry.signatures:
        return sampled.call(drawing, entry, writes=writes)
    tape = drawing.tape
    forms = entry.inplace if writes else entry.forms
    return _drawn(drawing, entry, tape.pick(forms) if form is None else forms[form], writes)


def _drawn(drawing: Drawing, entry: OpEntry, form: Form, writes: bool) -> CallStep:
    tape = drawing.tape
    drawn = Call(drawing, entry, tape.pick(_signatures(entry, writes)), writes)
    _omit(drawn, form)
    is_wrong = drawing.flawed and tape.chance(WRONG_PERCENT)
    wrong = _wrong_place(drawn, form) if is_wrong else None
    values = [
        None if _name(param) in drawn.omitted else _value(drawn, form, place, place == wrong)
        for place, param in enumerate(drawn.signature)
    ]
    step = _written(drawn, form, values)
    return surplus(drawing, step) if is_wrong and wrong is None else step


def _signatures(entry: OpEntry, writes: bool) -> Sequence[Signature]:
    first = entry.signatures[0][0]
    patterned = isinstance(first, Operand) and first.shape not in RELATIONS
    return entry.signatures[:1] if writes and patterned else entry.signatures


def _name(param: Param) -> str:
    return param.name if isinstance(param, Arg) else param.keyword


def _omit(drawn: Call, form: Form) -> None:
    for param in drawn.signature:
        if param.optional and not (form.arguments and drawn.drawing.tape.chance(50)):
            drawn.omitted.add(_name(param))


def _wrong_place(drawn: Call, form: Form) -> int | None:
    """Which param is to be wrong; not the first, which the others are drawn by. None: it is one
    too many that is wrong, which an operator cannot have."""
    others = len(drawn.signature) - 1
    if form.kind == "operator" and others:
        return 1 + drawn.drawing.tape.below(others)
    place = 1 + drawn.drawing.tape.below(2 * others + 1) // 2
    return place if place <= others else None


def _value(drawn: Call, form: Form, place: int, wrong: bool) -> Value:
    param = drawn.signature[place]
    if isinstance(param, Arg):
        return wrong_argument(drawn, param) if wrong else argument(drawn, param)
    if param.many:
        return list(_many(drawn, param))
    if param.shape == "gathered" or param.indexes == "dim":
        ahead(drawn, "dim")
    if _may_be_number(drawn, form, place, param) and drawn.drawing.tape.chance(NUMBER_PERCENT):
        return _number(drawn, param)
    return (anything(drawn) if wrong else operand(drawn, param)).ref


def _many(drawn: Call, param: Operand) -> Iterator[Value]:
    tape = drawn.drawing.tape
    for place in count():
        odd = place and drawn.drawing.flawed and tape.chance(20)
        yield (anything(drawn) if odd else operand(drawn, param)).ref
        if not place:
            ahead(drawn, "dim")
        if not tape.chance(60 if place < 2 else 10):
            return


def _may_be_number(drawn: Call, form: Form, place: int, param: Operand) -> bool:
    if not param.number or (param.number == "operator" and form.kind != "operator"):
        return False
    owner = form.order[0] if form.order else 0
    if place == owner and (form.kind == "method" or drawn.writes):
        return False
    # One of the operands must be a tensor.
    later = drawn.signature[place + 1 :]
    return bool(drawn.tensors) or any(isinstance(other, Operand) for other in later)


def _number(drawn: Call, param: Operand) -> Value:
    """A number of the first tensor's category, or now and then one that it is promoted for."""
    tape = drawn.drawing.tape
    category: Category = drawn.first.category if drawn.tensors else "float"
    if (not drawn.writes and tape.chance(15)) or category not in param.dtypes:
        category = "float" if "float" in param.dtypes else "int"
    return number(tape, frozenset({category}))


def _written(drawn: Call, form: Form, values: Sequence[Value]) -> CallStep:
    """The step. A value after one that is left out, or given by name, must be given by name."""
    tape = drawn.drawing.tape
    args: list[Value] = []
    kwargs: dict[str, Value] = {}
    by_name = False
    last = max(n for n, p in enumerate(drawn.signature) if isinstance(p, Operand) and not _name(p))
    for place, (param, value) in enumerate(zip(drawn.signature, values, strict=True)):
        name = _name(param)
        if name in drawn.omitted:
            by_name = True
            continue
        if isinstance(param, Arg):
            free = bool(name) and form.kind != "operator" and place > last
            by_name = by_name or param.keyword_only or (free and tape.chance(NAMED_PERCENT))
        if (by_name and name) or (isinstance(param, Operand) and name):
            kwargs[name] = value
        else:
            args += _positional(form, param, value, tape)
    if form.order:
        args = [args[place] for place in form.order]
    return CallStep(form.op, tuple(args), kwargs, form.kind, _result(drawn, form))


def _positional(form: Form, param: Param, value: Value, tape: Tape) -> Sequence[Value]:
    splat = isinstance(param, Arg) and param.splat and form.kind == "method"
    if splat and isinstance(value, tuple) and value and tape.chance(40):
        return value
    return (value,)


def _result(drawn: Call, form: Form) -> str | None:
    """An in-place op's result is the tensor it wrote to, which has a name already."""
    if form.kind == "operator" and OPERATORS[form.op].statement:
        return None
    if drawn.writes and not drawn.drawing.tape.chance(25):
        return None
    return drawn.drawing.result()

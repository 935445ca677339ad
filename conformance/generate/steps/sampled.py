"""How a call is drawn of an op that has no signature: as one of torch's own samples of it, on
tensors that the program has wherever they fit."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from conformance.catalogue.derived import samples_of
from conformance.catalogue.entry import INEXACT, Form, OpEntry, Sample, SampleInput
from conformance.generate.drawing.drawing import Drawing, Live
from conformance.generate.drawing.tape import weighted
from conformance.generate.values import making, shaping
from conformance.generate.values.operands import Call as Operands
from conformance.generate.values.operands import anything, in_order
from conformance.program.inputs import Input
from conformance.program.steps import Call, map_step
from conformance.program.values import NUMPY_DTYPES, Ref

OTHER_PERCENT = 25.0  # of the calls of a program's theme are of another sample
ADAPTED_PERCENT = 30.0  # of the operands that nothing there fits are views of what is there
RESHAPING = 3  # steps at most bring a tensor to another shape
WRONG_PERCENT = 60.0  # of the calls of a program that may hold wrong ones
_PLACES = weighted((0, 60), (1, 14), (2, 6), (None, 20))


def call(drawing: Drawing, entry: OpEntry, *, writes: bool = False) -> Call:
    """A call of the op. A tensor of another shape may be brought to the right one before."""
    form = drawing.tape.pick(written(entry) if writes else entry.forms)
    sample = _sample(drawing, entry, form, writes)
    drawn = Operands(drawing, entry, (), writes)
    names = _given(drawn, sample)
    step = _as(_renamed(sample.call, names, drawing.result()), form)
    drops = writes and not drawing.tape.chance(25)  # as an in-place op's result has a name already
    return replace(step, result=None) if drops else step


def _sample(drawing: Drawing, entry: OpEntry, form: Form, writes: bool) -> Sample:
    theme, tape = drawing.theme, drawing.tape
    if theme and theme.entry is entry and not writes and not tape.chance(OTHER_PERCENT):
        return theme.sample
    return tape.pick(samples_of(entry, form.op if writes else ""))


def written(entry: OpEntry) -> tuple[Form, ...]:
    """The in-place forms that some sample can be called in."""
    return tuple(form for form in entry.inplace if samples_of(entry, form.op))


def _renamed(step: Call, names: dict[str, Ref], result: str) -> Call:
    def of(ref: Ref) -> Ref:
        return Ref(names[ref.base].name + ref.name[len(ref.base) :])

    renamed = map_step(step, of)
    assert isinstance(renamed, Call)
    return replace(renamed, result=result)


def _as(step: Call, form: Form) -> Call:
    """The call in another of the op's forms, which take the same arguments: as a method of its
    first tensor; as an attribute, if that is all."""
    if not {step.form, form.kind} <= _ALIKE:
        return step
    if form.kind == "function":
        return replace(step, form=form.kind, op=form.op)
    owner = next((n for n, given in enumerate(step.args) if isinstance(given, Ref)), None)
    if owner is None or (form.kind == "attribute" and (len(step.args) > 1 or step.kwargs)):
        return step
    others = step.args[:owner] + step.args[owner + 1 :]  # `torch.polygamma(n, x)`, `x.polygamma(n)`
    return replace(step, form=form.kind, op=form.op, args=(step.args[owner], *others))


_ALIKE = frozenset({"function", "method", "attribute"})


def _given(drawn: Operands, sample: Sample) -> dict[str, Ref]:
    """The tensors to call the sample on, by the names that they have there."""
    drawing, names = drawn.drawing, dict[str, Ref]()
    wrong = drawing.flawed and drawing.tape.chance(WRONG_PERCENT)
    odd = drawing.tape.below(len(sample.inputs)) if wrong and sample.inputs else None
    if drawn.entry.finite or any(each.dtype for each in sample.inputs):
        odd = None  # Not every kernel of torch looks whether its indices are within.
    dtype = ""
    for place, each in enumerate(sample.inputs):
        if place == odd and not (drawn.writes and not place):
            names[each.name] = anything(drawn).ref
            continue
        live = (
            _there(drawn, sample, each, dtype)
            or _adapted(drawn, sample, each, dtype)
            or _fresh(drawn, sample, each, dtype)
        )
        if not each.dtype:
            dtype = live.dtype
        drawn.tensors.append(live)
        names[each.name] = live.ref
    return names


def _there(drawn: Operands, sample: Sample, given: SampleInput, dtype: str) -> Live | None:
    """A tensor of the program that fits, if one is to be taken."""
    place = drawn.drawing.tape.pick(_PLACES)
    if given.dtype or place is None:
        return None
    dtypes = (dtype,) if dtype else _dtypes(drawn)
    shape, dense = None if sample.free else given.shape, _is_dense(drawn)
    fitting = in_order(
        drawn,
        [
            live
            for live in drawn.drawing.live()
            if live.dtype in dtypes
            and not (dense and live.is_expanded)
            and not (drawn.entry.finite and not np.isfinite(live.values()).all())
            and not (given.constant and live.requires_grad)
            and (shape is None or live.shape == shape)
            and (not (sample.free and drawn.tensors) or drawn.broadcasts(live.shape, drawn.writes))
            and (not drawn.writes or drawn.may_take_part(live))
        ],
    )
    return fitting[place % len(fitting)] if fitting else None


def _dtypes(drawn: Operands) -> tuple[str, ...]:
    """Those of the first tensor; few functions have whole numbers as values, to write into such."""
    dtypes = drawn.entry.dtypes
    if not drawn.writes or drawn.drawing.flawed:
        return dtypes
    return tuple(each for each in dtypes if making.category(each) in INEXACT) or dtypes


def _is_dense(drawn: Operands) -> bool:
    """Whether the tensor must not be expanded: not every kernel looks what it writes to."""
    return drawn.entry.dense or (drawn.writes and not drawn.tensors)


def _adapted(drawn: Operands, sample: Sample, given: SampleInput, dtype: str) -> Live | None:
    """A tensor of the program as a view of the shape that the sample needs, if one is to be made:
    its elements, the first of them, or their sum everywhere. None where a step to it raises."""
    drawing = drawn.drawing
    fixed = given.dtype or given.constant or given.values is not None
    takes = (
        drawing.ops.reshaping
        and "views" in drawing.features
        and drawing.left > RESHAPING
        and not (fixed or sample.free or drawn.writes or drawn.entry.dense or drawn.entry.finite)
    )
    if not takes or not drawing.tape.chance(ADAPTED_PERCENT):
        return None
    dtypes = (dtype,) if dtype else drawn.entry.dtypes
    there = [live for live in drawing.live() if live.dtype in dtypes and live.category in INEXACT]
    if not there:
        return None
    live, count = in_order(drawn, there)[0], shaping.product(given.shape)
    ref = live.ref
    if live.size < count:
        ref = _step(drawing, Call("sum", (ref,), form="method"))
        return drawing.named(_step(drawing, Call("expand", (ref, given.shape), form="method")))
    if live.size > count:
        ref = _step(drawing, Call("reshape", (ref, -1), form="method"))
        ref = _step(drawing, Call("[]", (ref, slice(None, count)), form="operator"))
    return drawing.named(_step(drawing, Call("reshape", (ref, given.shape), form="method")))


def _step(drawing: Drawing, call: Call) -> Ref:
    name = drawing.result()
    drawing.take(replace(call, result=name))
    return Ref(name)


def _fresh(drawn: Operands, sample: Sample, given: SampleInput, dtype: str) -> Live:
    """A new input for it: of drawn values, or with those that the sample has."""
    tape = drawn.drawing.tape
    if given.dtype:
        values = np.asarray(given.values, NUMPY_DTYPES[given.dtype]).reshape(given.shape)
        return drawn.drawing.fresh(lambda name: Input.of(name, values))
    dtype = dtype or making.dtype_among(tape, _dtypes(drawn))
    percent, dense = drawn.grad_percent(given.constant), _is_dense(drawn)
    if sample.free:
        shape = drawn.partner(drawn.writes) if drawn.tensors else shaping.shape(tape)
        given = replace(given, shape=shape)
    return drawn.drawing.fresh(
        lambda name: making.like_sample(
            tape,
            name,
            given,
            dtype,
            special=not drawn.entry.finite,
            grad_percent=percent,
            dense=dense,
        )
    )

"""Which of an entry's samples say how a call of its op is drawn, and what of them matters.

Everything here is asked of torch: whether the op still works on other values, whether it may
write in place, whether its result is a view.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any, Final

import numpy as np
import torch

from conformance.catalogue.entry import Form, Sample, SampleInput
from conformance.corpus.opinfo import program_of
from conformance.corpus.opinfo.database import entry_name, samples_of
from conformance.corpus.opinfo.grad_outputs import generator
from conformance.corpus.opinfo.running import run
from conformance.program import Program
from conformance.program.inputs import Input
from conformance.program.steps import Call
from conformance.program.trace import Trace, Unobserved
from conformance.program.values import DIFFERENTIABLE, NUMPY_DTYPES, Ref, Value

MOST: Final = 5  # samples of an op, each of another kind as far as there are
LARGEST: Final = 400  # elements of a sample's inputs: programs of small tensors are fast
WIDER: Final = 4  # times as many elements, where the others have none
DIGITS: Final = 3  # of the values that are kept, which are read by people, too
TRIALS: Final = 4  # of other values
FIRST: Final = ("float32", "int64", "complex64", "bool")  # the dtypes to take samples of
_ORDERED: Final = (*FIRST, *(each for each in NUMPY_DTYPES if each not in FIRST))
_SHAPES: Final = ((), (3,), (2, 1, 2))  # in any of which an elementwise op is to work
_ELEMENTWISE = ("UnaryUfuncInfo", "BinaryUfuncInfo")


def dtypes_of(infos: Sequence[Any], samples: Sequence[Sample]) -> tuple[str, ...]:
    """Those that one of the entries takes, with the arguments of each sample where there are any
    such."""
    taken = [
        name
        for name in sorted(NUMPY_DTYPES)
        if any(info.supports_dtype(getattr(torch, name), "cpu") for info in infos)
    ]
    by_all = [name for name in taken if all(_works(_of_dtype(each, name)) for each in samples)]
    return tuple(by_all or taken)


def _of_dtype(sample: Sample, dtype: str) -> Program:
    """The sample on ones of that dtype."""
    inputs = (
        Input.of(
            each.name,
            np.ones(each.shape, dtype)
            if each.values is None
            else np.asarray(each.values).astype(each.dtype or dtype).reshape(each.shape),
        )
        for each in sample.inputs
    )
    return Program(tuple(inputs), (sample.call,))


def samples(infos: Sequence[Any], writes: Sequence[Form]) -> tuple[Sample, ...]:
    """A few samples of the entries, of small inputs and as unlike each other as there are."""
    ordered = _plainest(infos, writes, LARGEST)
    if ordered and _is_empty(ordered[0]):
        ordered = _plainest(infos, writes, WIDER * LARGEST)
    # The plainest first, to which programs shrink; then from all over.
    step = max(1, len(ordered) / MOST)
    return tuple(ordered[int(place * step)] for place in range(min(MOST, len(ordered))))


def _plainest(infos: Sequence[Any], writes: Sequence[Form], largest: int) -> list[Sample]:
    """Of each kind of sample the plainest, and of all the plainest first: in one without elements
    no gradient tells anything."""
    found: dict[object, list[Sample]] = {}
    for info in infos:
        for sample in _of_entry(info, writes, largest):
            found.setdefault(_kind(sample), []).append(sample)
    plainest = {kind: min(alike, key=_elements) for kind, alike in found.items()}
    # Torch takes some arguments from a set, whose order is another in each process.
    ordered = sorted(plainest.items(), key=lambda pair: (_elements(pair[1]), repr(pair[0])))
    return [sample for _, sample in ordered]


def _kind(sample: Sample) -> object:
    """What tells one sample from another: what is called, who is given what, and how many dims
    it has, where not any shape will do."""
    given = [] if sample.free else [(each.dtype, len(each.shape)) for each in sample.inputs]
    call = sample.call
    return repr((given, call.op, *map(_word, call.args), *call.kwargs.items()))


def _word(argument: Value) -> object:
    return argument if isinstance(argument, (bool, str, Ref)) else type(argument)


def _elements(sample: Sample) -> tuple[bool, int]:
    """How plain it is: first those of few elements, last those of none."""
    count = sum(int(np.prod(each.shape)) for each in sample.inputs)
    return _is_empty(sample), count


def _is_empty(sample: Sample) -> bool:
    return any(0 in each.shape for each in sample.inputs)


def _of_entry(info: Any, writes: Sequence[Form], largest: int) -> Iterator[Sample]:
    name = entry_name(info.name, info.variant_test_name)
    kinds = (each for each in _ORDERED if info.supports_dtype(getattr(torch, each), "cpu"))
    if (dtype := next(kinds, None)) is None:
        return
    elementwise = type(info).__name__ in _ELEMENTWISE
    for sample in samples_of(info, name, dtype):
        program = program_of(info.op, sample, info.name)
        if isinstance(program, str) or len(program.steps) > 1:
            continue  # what is computed before is another op's
        if sum(entry.array.size for entry in program.inputs) <= largest:
            trace = run(program)
            if trace is not None:
                yield _sample(program, trace, dtype, writes, elementwise)


def _sample(
    program: Program, trace: Trace, dtype: str, writes: Sequence[Form], elementwise: bool
) -> Sample:
    mains = [entry.name for entry in program.inputs if entry.dtype == dtype]
    matter = bool(mains) and not all(_works(_refilled(program, mains, n)) for n in range(TRIALS))
    grads = any(entry.requires_grad for entry in program.inputs)
    inputs = tuple(_input(entry, entry.name in mains, matter, grads) for entry in program.inputs)
    (call,) = program.steps
    assert isinstance(call, Call)
    free = elementwise and not matter and len(mains) == len(program.inputs)
    return Sample(
        inputs,
        call,
        free=free and all(_works(_of_shape(program, shape)) for shape in _SHAPES),
        writes=tuple(form.op for form in writes if _may_write(program, form)),
        view=_is_view(trace),
    )


def _input(entry: Input, main: bool, matter: bool, grads: bool) -> SampleInput:
    values = _rounded(entry.array.tolist()) if matter or not main else None
    dtype = "" if main else entry.dtype
    constant = main and grads and not entry.requires_grad
    return SampleInput(entry.name, dtype, entry.shape, values, constant)


def _rounded(values: Any) -> Any:
    if isinstance(values, list):
        return [_rounded(each) for each in values]
    return float(f"{values:.{DIGITS}g}") if isinstance(values, float) else values


def _refilled(program: Program, names: Sequence[str], trial: int) -> Program:
    """The program with other values in these inputs."""
    drawn = generator("templates", str(trial))
    inputs = tuple(
        Input.of(
            entry.name,
            np.asarray(drawn.normal(size=entry.shape) * 2).astype(entry.array.dtype),
            entry.requires_grad,
        )
        if entry.name in names
        else entry
        for entry in program.inputs
    )
    return Program(inputs, program.steps)


def _of_shape(program: Program, shape: tuple[int, ...]) -> Program:
    inputs = tuple(
        Input.of(entry.name, np.ones(shape, entry.dtype), entry.requires_grad)
        for entry in program.inputs
    )
    return Program(inputs, program.steps)


def _may_write(program: Program, form: Form) -> bool:
    """Whether torch takes the call in place of a copy of its first argument."""
    (call,) = program.steps
    if not isinstance(call, Call) or not call.args:
        return False
    first = call.args[0]
    if not isinstance(first, Ref) or any(first == each for each in call.args[1:]):
        return False
    copy = Call("clone", (first,), form="method", result="a0")
    written = Call(form.op, (Ref("a0"), *call.args[1:]), call.kwargs, "method", "t0")
    trace = run(Program(program.inputs, (copy, written)))
    # Some kernels give what they write to another shape. Where that has memory of another's, as
    # NumPy's, it fails after they have done so, and the next op writes past the end of it.
    return trace is not None and trace.tensors["t0"].shape == trace.tensors[first.name].shape


def _works(program: Program) -> bool:
    return run(program) is not None


def is_alias(samples: Sequence[Sample], form: Form, first: Form) -> bool:
    """Whether the function records the node that the first form does."""
    return (
        form.kind != "function"
        or form == first
        or all(_nodes(each, form) == _nodes(each, first) for each in samples)
    )


def _nodes(sample: Sample, form: Form) -> list[object]:
    call = replace(sample.call, form=form.kind, op=form.op)
    inputs = (
        Input.of(each.name, each.array, each.dtype in DIFFERENTIABLE)
        for each in _of_dtype(sample, "float32").inputs
    )
    trace = run(Program(tuple(inputs), (call,)))
    return [] if trace is None else [state.grad_fn for state in trace.tensors.values()]


def _is_view(trace: Trace) -> bool:
    """Whether a result is another tensor on an input's memory."""
    assert not isinstance(trace.aliases, Unobserved)
    return any({name[0] for name in group} >= {"x", "t"} for group in trace.aliases)

"""Whether torch misreads what is expanded: some kernels take no note of a stride of 0, and read
what lies behind."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from conformance.catalogue.entry import Sample
from conformance.corpus.opinfo.running import run
from conformance.program import Program
from conformance.program.inputs import Input
from conformance.program.steps import Call, Step, map_step
from conformance.program.values import Ref

DTYPE = "float32"
_CLOSE: Any = {"rtol": 1e-3, "atol": 1e-2, "equal_nan": True}  # what is misread differs by 1


def is_misread(samples: Sequence[Sample], dtypes: Sequence[str]) -> bool:
    """Whether one of the samples, its first tensor expanded, gives something else than on a copy of
    that."""
    return DTYPE in dtypes and any(map(_misreads, samples))


def _misreads(sample: Sample) -> bool:
    first = sample.inputs[0] if sample.inputs else None
    if first is None or first.dtype or first.values is not None:
        return False
    return any(_differs(sample, dim) for dim, size in enumerate(first.shape) if size > 1)


def _differs(sample: Sample, dim: int) -> bool:
    found = [_results(sample, dim, copied) for copied in (False, True)]
    if None in found or len(found[0] or ()) != len(found[1] or ()):
        return False
    pairs = zip(found[0] or (), found[1] or (), strict=True)
    return not all(np.allclose(*pair, **_CLOSE) for pair in pairs)


def _results(sample: Sample, dim: int, copied: bool) -> list[Any] | None:
    """What the call gives where one element along the dim, of memory that has more of them, is
    expanded; None where it raises."""
    first, *others = sample.inputs
    larger = (*first.shape[:dim], first.shape[dim] + 1, *first.shape[dim + 1 :])
    values = np.arange(np.prod(larger), dtype=DTYPE).reshape(larger) + 1
    inputs = [Input.of("m", values)]
    for each in others:
        given = np.ones(each.shape) if each.values is None else np.asarray(each.values)
        inputs.append(Input.of(each.name, given.astype(each.dtype or DTYPE).reshape(each.shape)))
    one = Call("narrow", (Ref("m"), dim, 0, 1), form="method", result="n")
    steps: list[Step] = [
        one,
        Call("expand", (Ref("n"), first.shape), form="method", result="e"),
        Call("clone", (Ref("e"),), form="method", result="c"),
    ]
    taken = Ref("c" if copied else "e")
    call = map_step(sample.call, lambda ref: taken if ref.name == first.name else ref)
    assert isinstance(call, Call)
    trace = run(Program(tuple(inputs), (*steps, replace(call, result="r"))))
    if trace is None:
        return None
    return [state.values for name, state in sorted(trace.tensors.items()) if name.startswith("r")]

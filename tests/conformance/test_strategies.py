"""Drawn programs: valid for the most part, of every op and kind, the same for the same bytes."""

from __future__ import annotations

from collections import Counter
from random import Random

import numpy as np
import pytest
import torch
from hypothesis import Phase, find, given, settings
from hypothesis import strategies as st
from hypothesis.vendor.pretty import pretty

from conformance import Program, Raised, Returned, TorchLike, execute
from conformance.catalogue import CATALOGUE, op_of
from conformance.generate.drawing.interpretation import HEADER, ROW, interpret, replayed
from conformance.generate.drawing.ops import entries_of
from conformance.generate.drawing.tape import Tape
from conformance.generate.generated import drawn
from conformance.generate.planning.modes import Modes
from conformance.judge.comparing.compare import compare
from conformance.program.steps import (
    KINDS,
    Backward,
    Call,
    EnterMode,
    PackHooks,
    Snippet,
    kind_of,
    refs_of,
    result_of,
)
from conformance.strategies import dtypes, partner_shapes, programs, shapes, tensors

REFERENCE = TorchLike(torch)

QUICK = settings(max_examples=100, deadline=None, database=None, derandomize=True)

DRAWN = {name: entry for name, entry in CATALOGUE.items() if entry.signatures}


pytestmark = pytest.mark.usefixtures("one_thread")


def test_most_programs_are_valid_and_a_part_is_not(statistics):
    assert 0.70 <= statistics.valid / statistics.programs <= 0.95


def test_every_op_is_drawn(statistics):
    assert [name for name in DRAWN if statistics.ops[name] < 10] == []


def test_every_form_of_every_op_is_drawn(sample):
    calls = {(s.form, s.op) for p, _ in sample for s in p.steps if isinstance(s, Call)}
    forms = {(f.kind, f.op) for e in DRAWN.values() for f in (*e.forms, *e.inplace)}
    assert len(forms - calls) <= len(forms) // 20


def test_most_calls_of_every_op_return(sample):
    called, returned = Counter(), Counter()
    for program, trace in sample:
        for step, outcome in zip(program.steps, trace.outcomes, strict=True):
            if name := op_of(step):
                called[name] += 1
                returned[name] += isinstance(outcome, Returned)
    assert [name for name in DRAWN if returned[name] < 0.5 * called[name]] == []


def test_every_kind_of_step_is_drawn(statistics):
    assert KINDS.keys() - statistics.steps.keys() == {"snippet"}


def test_indices_that_are_not_added_up_name_no_element_twice(sample):
    seen = 0
    for program, trace in sample:
        inputs = {entry.name: entry.array for entry in program.inputs}
        for step, outcome in zip(program.steps, trace.outcomes, strict=True):
            if op_of(step) != "index_put" or not isinstance(outcome, Returned):
                continue
            if step.kwargs.get("accumulate", step.args[3:4] == (True,)):
                continue
            indices = step.kwargs.get("indices", step.args[1:2] and step.args[1])
            places = [*zip(*(inputs[ref.name].tolist() for ref in indices), strict=True)]
            if inputs[indices[0].name].dtype != bool:
                assert len(set(places)) == len(places)
                seen += 1
    assert seen > 10


@pytest.mark.parametrize(
    ("blocks", "records", "inference"),
    [
        ([], True, False),
        ([EnterMode("no_grad")], False, False),
        ([EnterMode("no_grad"), EnterMode("enable_grad")], True, False),
        ([EnterMode("enable_grad"), EnterMode("set_grad_enabled", (False,))], False, False),
        ([EnterMode("inference_mode"), EnterMode("enable_grad")], False, True),
        ([EnterMode("inference_mode"), EnterMode("inference_mode", (False,))], True, False),
        ([EnterMode("no_grad"), PackHooks("record")], False, False),
    ],
)
def test_what_holds_within_blocks_is_what_torch_says(blocks, records, inference):
    modes = Modes()
    session = REFERENCE.start(())
    for block in blocks:
        modes.enter(block)
        session.step(block)
    enabled, inferring = torch.is_grad_enabled(), torch.is_inference_mode_enabled()
    session.finish()
    assert (modes.records, modes.inference) == (records, inference)
    assert (enabled and not inferring, inferring) == (records, inference)


def test_every_dtype_is_drawn(statistics):
    expected = {"float16", "float32", "float64", "complex64", "int32", "int64", "uint8", "bool"}
    assert expected <= statistics.inputs.keys()
    assert statistics.inputs["float32"] > 0.4 * statistics.inputs.total()


def test_shapes_of_every_sort_are_drawn(sample):
    shapes = Counter(entry.shape for program, _ in sample for entry in program.inputs)
    assert shapes[()] > 100
    assert sum(count for shape, count in shapes.items() if 0 in shape) > 100
    assert {len(shape) for shape in shapes} >= {0, 1, 2, 3, 4}


def test_layouts_of_every_sort_are_drawn(sample):
    inputs = [entry for program, _ in sample for entry in program.inputs]
    assert sum(not entry.array.flags.c_contiguous for entry in inputs) > 100
    assert sum(0 in entry.strides for entry in inputs) > 20
    assert sum(entry.offset > 0 for entry in inputs) > 20


def test_special_values_are_drawn_but_rarely(sample):
    arrays = [e.array for p, _ in sample for e in p.inputs if e.array.dtype.kind == "f"]
    special = sum(not np.isfinite(array).all() for array in arrays)
    assert 20 < special < 0.1 * len(arrays)


def test_most_gradients_are_finite(sample):
    gradients = [
        state.grad.values
        for program, trace in sample
        for state in trace.tensors.values()
        if state.grad is not None
    ]
    finite = sum(bool(np.isfinite(values).all()) for values in gradients)
    assert len(gradients) > 1000
    assert finite > 0.85 * len(gradients)


def test_backward_is_given_gradients_of_every_sort(sample):
    seeds = Counter()
    for program, trace in sample:
        inputs = {entry.name: entry for entry in program.inputs}
        for step in program.steps:
            if isinstance(step, Backward) and getattr(step.root, "name", "") in trace.tensors:
                entry = inputs.get(getattr(step.gradient, "name", ""))
                seeds[_sort(step, entry, trace)] += 1
    assert all(seeds[sort] > 10 for sort in ("none", "wrong shape", "wrong dtype"))
    assert all(seeds[sort] > 20 for sort in ("zeros", "one-hot", "strided", "drawn"))


def _sort(step, entry, trace):
    if step.gradient is None or entry is None:
        return "none" if step.gradient is None else "a result"
    root = trace.tensors[step.root.name]
    if entry.shape != root.shape:
        return "wrong shape"
    if entry.dtype != root.dtype:
        return "wrong dtype"
    if not entry.array.flags.c_contiguous:
        return "strided"
    nonzero = np.count_nonzero(entry.array)
    return {0: "zeros", 1: "one-hot"}.get(nonzero, "drawn") if entry.array.size > 1 else "drawn"


def test_tensors_are_used_more_than_once(sample):
    reused = 0
    for program, _ in sample:
        uses = Counter(ref.base for s in program.steps for ref in refs_of(s))
        reused += any(count > 1 for count in uses.values())
    assert reused > len(sample) / 2


def test_programs_hold_one_to_twelve_steps_a_join_and_three_passes_at_most(sample):
    lengths = {len(program.steps) for program, _ in sample}
    assert lengths == {*range(1, 17)}


def test_programs_are_as_the_file_format_wants_them(sample):
    for program, _ in sample[:300]:
        program.validate()
        assert Program.from_json(program.to_json()) == program


def test_the_trace_of_the_drawing_is_that_of_a_run(sample):
    # Inputs were made midway, in modes too, and tensors were looked at between the steps.
    for program, trace in sample[:600]:
        again = execute(program, REFERENCE)
        assert compare(trace, again, program) == ()
        assert list(trace.tensors) == list(again.tensors)


def test_the_same_seed_gives_the_same_programs():
    first = [p.hash for p, _ in drawn(REFERENCE, count=30, seed=5)]
    assert first == [p.hash for p, _ in drawn(REFERENCE, count=30, seed=5)]
    assert first != [p.hash for p, _ in drawn(REFERENCE, count=30, seed=6)]


def test_more_programs_begin_with_the_same_ones():
    few = [p.hash for p, _ in drawn(REFERENCE, count=5, seed=5)]
    assert [p.hash for p, _ in drawn(REFERENCE, count=9, seed=5)][:5] == few


def test_no_state_of_torch_is_left_behind():
    list(drawn(REFERENCE, count=300, seed=3))
    assert torch.is_grad_enabled()
    assert torch.get_default_dtype() == torch.float32


SAMPLED = [name for name, entry in CATALOGUE.items() if entry.sampled]


@pytest.mark.parametrize("name", [*DRAWN, *SAMPLED[::9]])
def test_one_op_can_be_asked_for(name):
    for program, _ in drawn(REFERENCE, count=5, seed=1, ops=[name]):
        assert {called for s in program.steps if (called := op_of(s))} <= {name}


@QUICK
@given(programs(ops=["mul", "sum"], max_steps=3))
def test_programs_are_a_strategy(pair):
    program, trace = pair
    assert len(program.steps) == len(trace.outcomes) <= 5
    assert not any(isinstance(step, Snippet) for step in program.steps)


@QUICK
@given(st.data(), shapes())
def test_a_partner_shape_broadcasts(data, shape):
    partner = data.draw(partner_shapes(shape))
    np.broadcast_shapes(shape, partner)


@QUICK
@given(tensors(shape=(2, 3), dtype="float16"))
def test_tensors_are_of_the_shape_and_dtype_asked_for(entry):
    assert (entry.shape, entry.dtype, entry.array.shape) == ((2, 3), "float16", (2, 3))


@QUICK
@given(tensors())
def test_tensors_are_made_in_their_own_layout(entry):
    made = execute(Program((entry,), ()), REFERENCE).tensors["x0"]
    np.testing.assert_array_equal(made.values, entry.array)
    assert made.requires_grad == entry.requires_grad


def test_parts_shrink_to_the_simplest():
    assert find(shapes(), lambda shape: True, settings=QUICK) == (2,)
    assert find(dtypes(), lambda dtype: True, settings=QUICK) == "float32"
    simplest = find(tensors(), lambda entry: True, settings=QUICK)
    assert simplest.array.tolist() == [1.0, 2.0]


def test_a_program_is_shown_as_a_script():
    drawn_program = interpret(REFERENCE, entries_of(["neg"]), replayed([]))
    assert pretty(drawn_program) == (
        "# a program:\n"
        "import torch\n\n"
        "x0 = torch.tensor([1., 2.], requires_grad=True)\n"
        "t0 = torch.neg(x0)\n"
    )


def test_any_bytes_give_a_program():
    rng = Random(0)
    for length in (0, 1, 7, ROW, HEADER):
        parts = [rng.randbytes(length) for _ in range(4)]
        program, _ = interpret(REFERENCE, entries_of(None), replayed(parts))
        assert program.steps


def test_zeros_give_a_plain_program():
    program, trace = interpret(REFERENCE, entries_of(None), replayed([]))
    assert program.script(trace) == (
        "import torch\n\nx0 = torch.tensor([1., 2.], requires_grad=True)\nt0 = torch.add(x0, x0)\n"
    )


@pytest.mark.slow
def test_hypothesis_shrinks_to_a_step_or_two():
    def raises_in_cat(pair):
        program, trace = pair
        outcomes = zip(program.steps, trace.outcomes, strict=True)
        return any(op_of(s) == "cat" and isinstance(o, Raised) for s, o in outcomes)

    program, _ = find(
        programs(),
        raises_in_cat,
        settings=settings(QUICK, max_examples=20_000, phases=(Phase.generate, Phase.shrink)),
    )
    assert len(program.steps) == 1


def test_a_tape_that_has_ended_gives_the_simplest_choices():
    tape = Tape(b"")
    assert tape.below(9) == 0
    assert tape.between(3, 5) == 3
    assert tape.pick("abc") == "a"
    assert tape.chance(99) is False


def test_results_are_named_in_order(sample):
    for program, _ in sample[:200]:
        names = [name for step in program.steps if (name := result_of(step))]
        assert names == [f"t{number}" for number in range(len(names))]
        assert all(kind_of(step) in KINDS for step in program.steps)

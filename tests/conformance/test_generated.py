"""Generated programs against an engine: agreement with itself, findings, and short programs."""

from __future__ import annotations

import json

import numpy as np
import pytest
import torch
from fakes import torch_but

from conformance import Call, Input, Program, Raised, Read, Ref, TorchLike, execute
from conformance.campaign import generated
from conformance.campaign.examine import Examiner
from conformance.campaign.generated import Rescues, results
from conformance.campaign.plan import Piece, Settings
from conformance.catalogue import op_of
from conformance.generate.drawing.drawing import Drawing
from conformance.generate.drawing.ops import entries_of
from conformance.generate.generated import drawn, examined
from conformance.generate.statistics import Statistics
from conformance.generate.statistics.counting import Counting
from conformance.program.steps import Backward, Grad, RetainGrad, kind_of
from conformance.shrink.reduction import reduce
from conformance.shrink.rewriting import bypassed, renamed, without_steps, without_unused_inputs
from conformance.shrink.unsupported import without_unsupported

REFERENCE = TorchLike(torch)


pytestmark = pytest.mark.usefixtures("one_thread")


def results_of(engine, *ops, count):
    """What a campaign gives of so many programs."""
    piece = Piece("generated", "programs", seed=2, count=count)
    examiner = Examiner(REFERENCE, engine)
    return list(results(piece, Settings("fake", ops=ops), examiner, Statistics()))


@pytest.mark.parametrize("op", ["linalg.svdvals", "exp"])
def test_what_torch_dies_of_is_not_written_to(op):
    """The singular values are the second output of their node: such a tensor, if it retains its
    gradient, may not be written to, or torch ends in the next backward pass."""
    drawing = Drawing(REFERENCE, entries_of(("mul",)))
    drawing.fresh(lambda name: Input.of(name, np.eye(2, dtype="float32"), True))
    drawing.take(Call(op, (Ref("x0"),), {}, result="t0"))
    live = drawing.named(Ref("t0"))
    assert drawing.may_be_written(live)
    drawing.take(RetainGrad(Ref("t0")))
    assert drawing.may_be_written(live) == (op == "exp")
    drawing.finish()


def reversed_gradient(tensor):
    """`neg` with a gradient of the wrong sign."""
    result = torch.neg(tensor)
    if result.requires_grad:
        result.register_hook(lambda grad: -grad)
    return result


@pytest.mark.slow
def test_torch_agrees_with_torch():
    verdicts = [verdict for *_, verdict in examined(REFERENCE, REFERENCE, count=2000, seed=1)]
    assert {verdict.outcome for verdict in verdicts} == {"agree"}


@pytest.mark.slow
def test_a_wrong_gradient_is_found_and_made_short():
    engine = torch_but(neg=reversed_gradient)
    found = results_of(engine, "neg", "mul", "add", count=300)
    examiner = Examiner(REFERENCE, engine)
    differing = [result for result in found if result and result.verdict.outcome == "differ"]
    short = [examiner.shorten(result).failure for result in differing[:6]]
    wrong = [failure for failure in short if failure.mismatch.kind == "grad_value"]
    assert wrong
    for failure in wrong:
        assert len(failure.program.steps) <= 3
        assert calls(failure.program, "neg")


def test_a_missing_function_is_no_difference():
    found = results_of(torch_but("cat"), "cat", "exp", count=60)
    assert {r.verdict.outcome if r else "agree" for r in found} == {"agree", "unsupported"}


@pytest.mark.slow
def test_what_is_left_without_what_is_lacking_is_compared():
    ops = ("cat", "neg", "mul")
    asked = {program.hash for program, _ in drawn(REFERENCE, count=300, seed=2, ops=ops)}
    found = results_of(torch_but("cat", neg=reversed_gradient), *ops, count=300)
    failing = [result for result in found if result and result.failure]
    rests = [r.failure.program for r in failing if r.verdict.program_hash not in asked]
    assert rests
    steps = [step for program in rests for step in program.steps if isinstance(step, Call)]
    assert not any(step.op == "cat" for step in steps)


def test_a_step_that_is_lacking_gives_way_to_what_the_reference_gives(
    monkeypatch: pytest.MonkeyPatch,
):
    monkeypatch.setattr("conformance.engines.torchlike.forms._others", lambda step: ())
    short = without_unsupported(long_program(), torch_but("sin", "mul"), REFERENCE)
    assert [kind_of(step) for step in short.steps] == ["call", "call", "read", "backward"]
    made = execute(short, REFERENCE).tensors
    wanted = execute(long_program(), REFERENCE).tensors
    np.testing.assert_array_equal(made["t0"].values, wanted["r"].values)


def test_it_can_be_stopped_at_any_program():
    programs = examined(REFERENCE, REFERENCE, count=10**9, seed=0)
    assert next(programs)[2].outcome == "agree"
    programs.close()
    assert torch.is_grad_enabled()


def test_a_later_program_can_be_drawn_alone():
    alone = next(drawn(REFERENCE, count=1, seed=4, start=6))
    assert [pair.program for pair in drawn(REFERENCE, count=7, seed=4)][6] == alone.program


def test_statistics_count_steps_and_ops():
    statistics = Statistics()
    counting = Counting(statistics)
    list_of = list(examined(REFERENCE, REFERENCE, count=50, seed=0, ops=["sum"]))
    for program, trace, _ in list_of:
        counting.add(program, trace)
    assert statistics.programs == 50
    called = [op_of(step) for program, _, _ in list_of for step in program.steps]
    assert statistics.ops == {"sum": called.count("sum")}
    assert statistics.steps.total() == sum(len(program.steps) for program, _, _ in list_of)


def shortened(program, fails):
    """The reduced program, which must still fail."""
    short = reduce(program, fails)
    assert fails(short)
    short.validate()
    return short


def long_program():
    x = np.array([[0.37, 2.5, -1.25], [4.0, np.nan, 0.125]], "<f4").T
    inputs = (
        Input.of("a", x, requires_grad=True),
        Input.of("b", np.array([[1.5], [2.25], [3.5]]), requires_grad=True),
    )
    steps = (
        Call("mul", (Ref("a"), Ref("b")), result="p"),
        Call("sin", (Ref("p"),), result="q"),
        Call("sum", (Ref("q"), (0,)), {"keepdim": True}, result="r"),
        Call("exp", (Ref("a"),), form="method", result="spare"),
        Read(Ref("r"), "shape"),
        Backward(Ref("q"), Ref("q"), retain_graph=True),
    )
    return Program(inputs, steps)


def calls(program, op):
    return any(isinstance(step, Call) and step.op == op for step in program.steps)


def test_a_program_is_reduced_to_what_fails():
    short = shortened(long_program(), lambda program: calls(program, "sum"))
    assert short.script() == ("import torch\n\nx0 = torch.tensor(1.)\nt0 = torch.sum(x0)\n")


def test_what_was_computed_may_become_an_input():
    def sums_something_large(program):
        trace = execute(program, REFERENCE)
        return calls(program, "sum") and any(
            state.values.size == 6 for state in trace.tensors.values()
        )

    short = shortened(long_program(), sums_something_large)
    assert [step.op for step in short.steps] == ["sum"]


def test_values_are_kept_where_they_matter():
    def multiplies_nan(program):
        made = execute(program, REFERENCE).tensors
        steps = [step for step in program.steps if isinstance(step, Call) and step.op == "mul"]
        products = [made[step.result] for step in steps if step.result in made]
        return any(np.isnan(state.values).any() and state.values.size > 1 for state in products)

    short = shortened(long_program(), multiplies_nan)
    assert short.script() == (
        "import torch\n\n"
        'x0 = torch.tensor(float("nan"))\n'
        "x1 = torch.tensor([1., 1.])\n"
        "t0 = torch.mul(x0, x1)\n"
    )


def test_a_layout_is_kept_only_where_it_matters():
    def strided(program):
        return any(not entry.array.flags.c_contiguous for entry in program.inputs)

    short = shortened(long_program(), strided)
    shapes = [entry.shape for entry in short.inputs if strided(Program((entry,), ()))]
    assert shapes == [(2, 2)]
    assert not any(entry.requires_grad for entry in short.inputs)


def test_the_options_of_backward_are_dropped():
    def goes_backward(program):
        return any(
            isinstance(step, Backward) and not isinstance(outcome, Raised)
            for step, outcome in zip(
                program.steps, execute(program, REFERENCE).outcomes, strict=True
            )
        )

    short = shortened(long_program(), goes_backward)
    assert short.script() == (
        "import torch\n\nx0 = torch.tensor(1., requires_grad=True)\nx0.backward()\n"
    )


def test_the_search_ends_when_it_is_told_to():
    left = 3

    def fails(program):
        nonlocal left
        left -= 1
        return left >= 0 and calls(program, "sum")

    assert calls(reduce(long_program(), fails), "sum")


def test_reduction_is_deterministic():
    first, second = (
        reduce(long_program(), lambda program: calls(program, "sin")) for _ in range(2)
    )
    assert json.dumps(first.to_json()) == json.dumps(second.to_json())


def test_dropping_a_step_drops_what_uses_it():
    program = without_steps(long_program(), [0])
    assert [getattr(step, "op", None) for step in program.steps] == ["exp"]


def test_a_bypassed_step_gives_way_to_its_operand():
    program = bypassed(long_program(), 1, Ref("p"))
    assert program.steps[-1] == Backward(Ref("p"), Ref("p"), retain_graph=True)
    program.validate()


def test_unused_inputs_are_dropped():
    program = Program(long_program().inputs, (Read(Ref("b"), "shape"),))
    assert [entry.name for entry in without_unused_inputs(program).inputs] == ["b"]


def test_names_are_given_in_order():
    program = renamed(long_program())
    assert [entry.name for entry in program.inputs] == ["x0", "x1"]
    assert [step.result for step in program.steps[:4]] == ["t0", "t1", "t2", "t3"]
    assert program.steps[-1] == Backward(Ref("t1"), Ref("t1"), retain_graph=True)


def test_items_of_a_result_keep_their_place_when_renamed():
    entry = Input.of("a", np.ones(2, "<f4"), requires_grad=True)
    steps = (
        Call("unbind", (Ref("a"),), result="parts"),
        Grad([Ref("parts[1]")], [Ref("a")], result="g"),
    )
    assert renamed(Program((entry,), steps)).steps[1].outputs == [Ref("t0[1]")]


def test_it_is_counted_of_how_many_programs_the_rest_is_judged(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(generated, "RESCUED", 2)
    piece, rescues = Piece("generated", "programs", seed=2, count=40), Rescues()
    examiner = Examiner(REFERENCE, torch_but("cat"))
    settings = Settings("fake", ops=("cat", "exp"))
    found = [*results(piece, settings, examiner, Statistics(), rescues=rescues)]
    lacking = [each for each in found if each is not None and not each.verdict.attempted]
    assert rescues.done == 2
    assert rescues.left > 2
    assert rescues.done + rescues.left >= len(lacking)

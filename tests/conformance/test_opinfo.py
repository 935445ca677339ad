"""The corpus that torch's OpInfo database gives: what is in it, and that it is always the same."""

from __future__ import annotations

import os
import random
import subprocess
import sys

import numpy as np
import pytest
import torch

from conformance.catalogue import CATALOGUE
from conformance.corpus.case import Case, hash_of_corpus
from conformance.corpus.neighbours import bases
from conformance.corpus.opinfo import SHARES, Corpus, corpus_of
from conformance.corpus.opinfo.grad_outputs import draw_grad_output, generator
from conformance.engines import TorchLike
from conformance.engines.execute import execute
from conformance.program import Program
from conformance.program.inputs import Input
from conformance.program.steps import Backward, Call, Grad
from conformance.program.trace import Raised
from conformance.program.values import HELD, Ref

TORCH = TorchLike(torch)


def corpus(op: str) -> Corpus:
    return corpus_of(op, CATALOGUE[op].opinfo)


def cases(op: str, check: str) -> list[Case]:
    return [case for case in corpus(op).cases if case.check == check]


def hash_of(*ops: str) -> str:
    found = (case for op in ops for case in corpus(op).cases)
    return hash_of_corpus((case.id, case.program.hash) for case in found)


def test_an_id_says_entry_dtype_check_and_number():
    assert cases("add", "gradient")[3].id == "opinfo/add/float32/gradient/3"
    assert cases("max", "value")[0].id == "opinfo/max.reduction_with_dim/float32/value/0"
    assert cases("amax", "errors")[0].id == "opinfo/amax/errors/0"


def test_no_two_cases_have_one_id():
    ids = [case.id for op in ("add", "max") for case in corpus(op).cases]
    assert len(ids) == len(set(ids))


def test_a_case_is_about_its_op_of_the_catalogue():
    assert {case.op for case in corpus("max").cases} == {"max"}


@pytest.mark.slow
def test_the_corpus_is_the_same_in_another_process():
    code = "from test_opinfo import hash_of; print(hash_of('add', 'max', 'cat', '__getitem__'))"
    found = subprocess.run(
        [sys.executable, "-c", code],
        cwd=os.path.dirname(__file__),
        env={**os.environ, "PYTHONHASHSEED": "7"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert found.stdout.strip() == hash_of("add", "max", "cat", "__getitem__")


def test_the_hash_of_a_corpus_does_not_depend_on_the_order_of_its_cases():
    entries = [("a", "1"), ("b", "2")]
    assert hash_of_corpus(entries) == hash_of_corpus(entries[::-1])
    assert hash_of_corpus(entries) != hash_of_corpus([("a", "2"), ("b", "1")])


def test_building_it_leaves_the_global_generators_alone():
    torch.manual_seed(5), random.seed(5), np.random.seed(5)
    before = torch.get_rng_state(), random.getstate(), np.random.get_state()[1].tolist()
    corpus_of.__wrapped__("sub", CATALOGUE["sub"].opinfo)
    assert torch.equal(torch.get_rng_state(), before[0])
    assert random.getstate() == before[1]
    assert np.random.get_state()[1].tolist() == before[2]


def test_a_value_program_is_the_call_alone():
    steps = cases("add", "value")[0].program.steps
    assert [type(step) for step in steps] == [Call]


def test_a_gradient_of_one_output_goes_backward_with_a_drawn_seed():
    program = cases("mul", "gradient")[0].program
    _call, backward = program.steps
    assert isinstance(backward, Backward)
    assert program.inputs[-1].name == backward.gradient.name


def test_a_gradient_of_several_outputs_asks_autograd_grad():
    assert isinstance(cases("split", "gradient")[0].program.steps[-1], Grad)


def test_second_order_differentiates_the_gradient_also_by_its_seed():
    program = cases("mul", "second_order")[0].program
    _, first, second = program.steps
    assert first.create_graph is True
    assert first.grad_outputs[0] in second.inputs


@pytest.mark.parametrize("op", ["add", "sum", "max", "matmul", "split"])
@pytest.mark.parametrize("check", ["gradient", "second_order"])
def test_no_gradient_seed_is_all_ones(op: str, check: str):
    for case in cases(op, check):
        for entry in case.program.inputs:
            if entry.name[0] in "uv" and entry.array.size:
                assert not (entry.array == 1).all(), case.id


def test_gradient_seeds_are_of_every_kind():
    rng = generator("kinds")
    drawn = [draw_grad_output(rng, "v0", (3, 4), "float32") for _ in range(300)]
    arrays = [entry.array for entry in drawn]
    assert any(not array.any() for array in arrays)
    assert any(np.count_nonzero(array) == 1 for array in arrays)
    assert any(0 in entry.strides for entry in drawn)
    assert any(entry.strides == (1, 3) for entry in drawn)
    assert sum(np.unique(array).size > 6 for array in arrays) > 150


@pytest.mark.parametrize(
    "op",
    ["amax", *(pytest.param(op, marks=pytest.mark.slow) for op in ("cat", "movedim", "reshape"))],
)
def test_torch_raises_for_every_error_case(op):
    assert cases(op, "errors")
    for case in cases(op, "errors"):
        assert isinstance(execute(case.program, TORCH).outcomes[-1], Raised), case.id


def test_a_program_does_what_the_sample_does():
    from conformance.corpus.opinfo.database import database, samples_of

    info = database()["addmm"]
    samples = samples_of(info, "addmm", "float32")
    of = "opinfo/addmm/float32/"
    programs = [case.program for case in cases("addmm", "value") if case.id.startswith(of)]
    assert len(programs) == len(samples)
    for program, sample in zip(programs, samples, strict=True):
        wanted = info.op(sample.input, *sample.args, **sample.kwargs)
        got = execute(program, TORCH).tensors["t0"]
        assert np.array_equal(got.values, wanted.detach().numpy())
        assert got.stride == wanted.stride()


def test_other_dtypes_are_asked_too():
    dtypes = {case.id.split("/")[2] for case in cases("mul", "value")}
    assert dtypes == {*SHARES}
    assert {"float16", "bfloat16", "complex32", "complex64", "int64", "uint8", "bool"} < dtypes


def test_bfloat16_is_asked_like_half_precision():
    asked = [
        {case.id.replace(dtype, "") for case in corpus("mul").cases if f"/{dtype}/" in case.id}
        for dtype in ("float16", "bfloat16")
    ]
    assert asked[0] == asked[1] != set()


def test_an_op_without_a_kernel_for_complex32_is_asked_what_it_says():
    (case,) = [case for case in corpus("exp").cases if "/complex32/" in case.id]
    assert (case.id, case.check) == ("opinfo/exp/complex32/errors/0", "errors")
    (outcome,) = execute(case.program, TORCH).outcomes
    assert isinstance(outcome, Raised)
    assert "not implemented for 'ComplexHalf'" in outcome.message


def test_a_kernel_that_the_database_does_not_know_of_is_asked_for_its_values():
    (case,) = [case for case in corpus("diff").cases if "/complex32/" in case.id]
    assert case.check == "value"
    assert execute(case.program, TORCH).tensors["t0"].dtype == "complex32"


@pytest.mark.parametrize(("dtype", "count"), [("float16", 1), ("bfloat16", 0), ("complex32", 0)])
def test_neighbours_are_of_calls_in_dtypes_that_most_engines_have(dtype: str, count: int):
    x = Input.of("x0", np.ones(5, HELD[dtype]), False, dtype)
    assert len(bases([Program((x,), (Call("exp", (Ref("x0"),), result="t0"),))])) == count


def test_what_no_program_can_hold_is_listed_with_its_reason():
    excluded = {sample.id: sample.reason for sample in corpus("cat").excluded}
    assert excluded
    assert set(excluded.values()) == {"out="}


def test_an_entry_that_torch_does_not_have_is_excluded():
    found = corpus_of("add", (("addition", ""),))
    assert not found.cases
    assert found.excluded[0].reason == "this torch's database has no such entry"


@pytest.mark.parametrize(
    "op", [*["zeros", "full", "eye", "arange", "linspace", "ones_like", "new_full"]]
)
def test_a_creation_is_asked_for_its_values_and_no_gradient(op: str):
    from conformance.corpus.opinfo.database import TRIED, database

    cases, info = corpus_of(op, CATALOGUE[op].opinfo).cases, database()[op]
    taken = {name for name in SHARES if info.supports_dtype(getattr(torch, name), "cpu")}
    asked = {case.id.split("/")[2] for case in cases if case.check == "value"}
    assert taken <= asked <= {*taken, *TRIED}
    assert {case.check for case in cases} <= {"value", "errors"}

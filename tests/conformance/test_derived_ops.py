"""The ops without a row by hand are those of torch's own test data, and nothing else."""

from __future__ import annotations

import json
from dataclasses import replace
from importlib.resources import files
from random import Random

import numpy as np
import pytest
import torch

from conformance import TorchLike, execute
from conformance.catalogue import BY_HAND, CATALOGUE, derived, op_of
from conformance.catalogue.entry import Sample, SampleInput
from conformance.corpus.opinfo import AT_MOST, SHARES, corpus_of, deriving
from conformance.corpus.opinfo.database import database
from conformance.generate.drawing.features import is_valid
from conformance.generate.drawing.interpretation import interpret
from conformance.generate.drawing.ops import entries_of
from conformance.generate.drawing.single import interpret_call
from conformance.program import Program
from conformance.program.inputs import Input
from conformance.program.steps import Call, refs_of, walks


@pytest.mark.slow
def test_the_file_says_what_the_installed_torch_does():
    kept = files("conformance.catalogue").joinpath(derived.FILE).read_text(encoding="utf-8")
    assert kept == deriving.text(), "python -m conformance.corpus.opinfo.deriving writes it anew"


def test_every_entry_of_the_database_is_asked_about_once():
    asked = [pair for entry in CATALOGUE.values() for pair in entry.opinfo]
    there = [(info.name, info.variant_test_name) for info in database().values()]
    assert sorted(asked) == sorted(there)


RNG = np.random.default_rng(7)
LINES = """acos | - v2 | torch:acos x:acos get:H | x:acos_ | gradient view | float32 int64
  {"inputs": {"x0": [[2]], "x1": [[], "int64", 0]}, "call": {"op": "acos"}, "writes": "acos_"}
"""


def test_the_lines_and_the_entry_say_the_same():
    (entry,) = derived.rows(LINES)
    assert entry.opinfo == (("acos", ""), ("acos", "v2"))
    assert [form.kind for form in entry.forms] == ["function", "method", "attribute"]
    assert (entry.differentiable, entry.view, entry.dtypes) == (True, True, ("float32", "int64"))
    assert [*derived.lines_of(entry)] == LINES.splitlines()
    (sample,) = derived.samples_of(entry)
    assert sample.inputs == (SampleInput("x0", "", (2,)), SampleInput("x1", "int64", (), 0))
    assert sample.call == Call("acos")
    assert [*derived.samples_of(entry, "acos_")] == [sample]
    assert not derived.samples_of(entry, "arccos_")
    assert json.loads(derived.encoded(sample)) == json.loads(entry.sampled[0])


def test_every_sample_is_taken_by_torch():
    refused = [
        (entry.name, sample)
        for entry in CATALOGUE.values()
        for sample in derived.samples_of(entry)
        if not may_be_called(sample, "float32" if "float32" in entry.dtypes else entry.dtypes[0])
    ]
    assert refused == []


def may_be_called(sample: Sample, dtype: str) -> bool:
    inputs = [
        Input.of(
            each.name,
            np.asarray(RNG.normal(size=each.shape) * 2).astype(dtype)
            if each.values is None
            else np.asarray(each.values).astype(each.dtype or dtype).reshape(each.shape),
        )
        for each in sample.inputs
    ]
    return is_valid(execute(Program(tuple(inputs), (sample.call,)), TorchLike(torch)))


@pytest.mark.parametrize("op", ["nn.functional.conv2d", "linalg.cholesky", "atan2", "scatter"])
def test_what_is_called_as_sampled_is_mostly_taken_and_walked(op: str):
    programs = [
        interpret_call(TorchLike(torch), op, "gradient", Random(number).randbytes)
        for number in range(40)
    ]
    assert sum(is_valid(drawn.trace) for drawn in programs) >= 30
    walked = [drawn for drawn in programs if any(map(walks, drawn.program.steps))]
    assert len(walked) >= 30
    assert {op_of(drawn.program.steps[0]) for drawn in programs} <= {op, "clone"}


def test_a_sample_meets_what_was_done_before():
    """A convolution of what was written to, say: on results, in another shape if need be."""
    ops = ["nn.functional.conv2d"]
    entries = replace(entries_of(None), sampled=(CATALOGUE[ops[0]],))
    on_results = 0
    for number in range(150):
        program = interpret(TorchLike(torch), entries, Random(number).randbytes).program
        convolutions = [step for step in program.steps if op_of(step) == ops[0]]
        on_results += any(
            ref.base.startswith("t") for step in convolutions for ref in refs_of(step)
        )
    assert on_results >= 8


def test_an_in_place_form_of_a_sample_keeps_the_shape():
    """Torch resizes what it cannot, and the next op writes beyond its end."""
    written = [
        (entry.name, form.op)
        for entry in CATALOGUE.values()
        for form in entry.inplace
        if derived.samples_of(entry, form.op)
    ]
    assert ("acos", "acos_") in written
    assert not [pair for pair in written if pair[0] in ("resize_", "baddbmm", "renorm_")]


def test_a_row_by_hand_takes_over_samples_and_nothing_else():
    entry = CATALOGUE["addmm"]
    assert ("addmm", "decomposed") in entry.opinfo
    assert entry.signatures == BY_HAND["addmm"].signatures
    assert [*CATALOGUE][: len(BY_HAND)] == [*BY_HAND]


def test_what_is_derived_is_known_by_its_calls():
    assert op_of(Call("linalg.cholesky", (), result="t0")) == "linalg.cholesky"
    assert op_of(Call("arccos_", (), form="method", result="t0")) == "acos"


@pytest.mark.parametrize("op", ["nn.functional.max_pool1d", "linalg.solve_triangular"])
def test_of_thousands_of_samples_some_are_taken(op: str):
    corpus = corpus_of(op, CATALOGUE[op].opinfo)
    for dtype in SHARES:
        numbers = {case.id for case in corpus.cases if case.id.split("/")[2:4] == [dtype, "value"]}
        assert 0 < len(numbers) <= AT_MOST[dtype] or dtype not in ("float32", "float64")


@pytest.mark.parametrize(
    ("op", "steps"),
    [("zero_", ["clone", "zero_"]), ("linalg.pinv", ["linalg.pinv"]), ("fft.fft", ["fft.fft"])],
)
def test_a_sample_is_the_calls_that_it_makes(op: str, steps: list[str]):
    case = next(c for c in corpus_of(op, CATALOGUE[op].opinfo).cases if c.check == "value")
    assert [step.op for step in case.program.steps] == steps

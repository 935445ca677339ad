"""torch's own samples of each op: values, gradients, double backward and errors agree.

Grades 1 to 4, after the referee; `conformance run` reports grade 5 too, and the generated programs.
"""

from __future__ import annotations

import warnings

import pytest

from conformance import execute, resolve_engine
from conformance.catalogue import CATALOGUE
from conformance.corpus.opinfo.stored import stored_corpus
from conformance.judge.referee import adjudicate

TORCH, ENGINE = resolve_engine("torch"), resolve_engine("mini_autograd")
EVERYDAY = ["mul", "sum", "mm", "max", "__getitem__", "cat", "nn.functional.cross_entropy"]


def differences(op):
    found = []
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for case in stored_corpus(op, CATALOGUE[op].opinfo).cases:
            expected, actual = execute(case.program, TORCH), execute(case.program, ENGINE)
            verdict = adjudicate(case.program, expected, actual, TORCH)
            if any(grade < 5 for grade in verdict.failing):
                found.append((case.id, verdict.mismatches[0]))
    return found


@pytest.mark.parametrize("op", EVERYDAY)
def test_an_everyday_op_agrees_on_every_sample_to_the_message(op):
    assert differences(op) == []


@pytest.mark.slow
@pytest.mark.parametrize("op", [op for op in CATALOGUE if op not in EVERYDAY])
def test_an_op_agrees_on_every_sample_to_the_message(op):
    assert differences(op) == []

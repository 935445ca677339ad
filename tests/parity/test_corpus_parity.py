"""torch's own samples of each op: values, gradients, double backward and errors agree.

Grades 1 to 4, after the referee; `make parity` asks all of it, and of grade 5 too.
"""

from __future__ import annotations

import warnings

import pytest

from conformance import execute, resolve_engine
from conformance.catalogue import CATALOGUE
from conformance.corpus.opinfo.stored import stored_corpus
from conformance.judge.referee import adjudicate

TORCH, ENGINE = resolve_engine("torch"), resolve_engine("mini_autograd")


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


@pytest.mark.slow
@pytest.mark.parametrize("op", CATALOGUE)
def test_an_op_agrees_on_every_sample_to_the_message(op):
    assert differences(op) == []

"""What Hypothesis's own engine draws of `programs()`: it repeats parts of earlier examples and
leans to simple ones, so that the distribution is not that of a plain generator."""

from __future__ import annotations

from collections import Counter
from typing import NamedTuple

import pytest
import torch
from hypothesis import given, seed, settings

from conformance.catalogue import CATALOGUE
from conformance.generate.statistics import Statistics
from conformance.generate.statistics.counting import Counting
from conformance.strategies import FEATURES, programs

DRAWN = [name for name, entry in CATALOGUE.items() if entry.signatures]


class Examples(NamedTuple):
    """What a property test was given."""

    statistics: Statistics
    hashes: Counter[str]

    def share(self, count):
        return count / self.statistics.programs

    def calls_by_mean(self):
        """How often each op was called, by the mean of all."""
        calls = {name: self.statistics.ops[name] for name in DRAWN}
        mean = sum(calls.values()) / len(calls)
        return {name: count / mean for name, count in calls.items()}


def examples_of_a_test(count):
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    counting, hashes = Counting(Statistics()), Counter()

    @seed(0)
    @settings(max_examples=count, deadline=None, database=None)
    @given(programs())
    def property_of(drawn):
        counting.add(drawn.program, drawn.trace)
        hashes[drawn.program.hash] += 1

    property_of()
    torch.set_num_threads(threads)
    return Examples(counting.statistics, hashes)


@pytest.fixture(scope="module")
def few():
    return examples_of_a_test(600)


@pytest.fixture(scope="module")
def many():
    return examples_of_a_test(5000)


def test_most_of_a_few_examples_are_valid_and_a_part_is_not(few):
    assert 0.65 <= few.share(few.statistics.valid) <= 0.95


def test_few_of_a_few_examples_are_repeated(few):
    assert few.share(few.hashes.total() - len(few.hashes)) < 0.05


def test_nearly_every_op_and_every_feature_is_among_a_few_examples(few):
    share_of_ops = sum(bool(few.statistics.ops[name]) for name in DRAWN) / len(DRAWN)
    assert share_of_ops > 0.9
    assert few.statistics.features.keys() == FEATURES.keys()


def test_no_op_is_called_far_more_often_than_others_in_a_few_examples(few):
    assert max(few.calls_by_mean().values()) < 6


@pytest.mark.slow
def test_most_examples_are_valid_and_a_part_is_not(many):
    assert 0.70 <= many.share(many.statistics.valid) <= 0.95


@pytest.mark.slow
def test_few_examples_are_repeated(many):
    assert many.share(many.hashes.total() - len(many.hashes)) < 0.05


@pytest.mark.slow
def test_every_op_is_called_about_as_often_as_any_other(many):
    calls = many.calls_by_mean()
    assert [name for name, by_mean in calls.items() if not 0.25 < by_mean < 4] == []


@pytest.mark.slow
def test_no_feature_is_rare_in_examples(many):
    features = many.statistics.features
    assert [name for name in FEATURES if many.share(features[name]) < 0.01] == []


@pytest.mark.slow
def test_examples_have_as_many_steps_as_they_are_meant_to(many):
    assert 5 < many.statistics.steps.total() / many.statistics.programs < 8

"""What generated programs exercise: the distribution on a fixed seed, and how it is shown."""

from __future__ import annotations

from collections import Counter
from io import StringIO

import pytest
import torch
from hypothesis import given, settings
from rich.console import Console

from conformance import Call, Input, Program, Raised, Ref, TorchLike, execute
from conformance.cli.statistics import show_statistics
from conformance.generate.drawing.features import FEATURES, features_of
from conformance.generate.drawing.interpretation import (
    HEADER,
    ROW,
    STEPS_OF_FEATURES,
    interpret,
    replayed,
)
from conformance.generate.drawing.ops import entries_of
from conformance.generate.generated import drawn
from conformance.generate.planning.history import interactions
from conformance.generate.statistics import Statistics, merged
from conformance.generate.statistics.counting import Counting, pattern
from conformance.program.steps import Backward, RegisterHook, RetainGrad
from conformance.strategies import programs

REFERENCE = TorchLike(torch)


pytestmark = pytest.mark.usefixtures("one_thread")


def share(statistics, count):
    return count / statistics.programs


def test_most_programs_are_valid_and_a_share_raises(statistics):
    assert 0.70 <= share(statistics, statistics.valid) <= 0.95


@pytest.mark.parametrize("name", FEATURES)
def test_no_feature_is_rare(statistics, name):
    assert share(statistics, statistics.features[name]) > 0.01


def test_nearly_every_two_features_meet_in_a_program(statistics):
    names = [*FEATURES]
    pairs = [(a, b) for i, a in enumerate(names) for b in names[:i]]
    never = [pair for pair in pairs if not statistics.pair(*pair)]
    assert len(never) < 0.05 * len(pairs)


@pytest.mark.parametrize(
    ("met", "percent"),
    [
        ("a save, then a write", 9),
        ("a save and a write, then backward", 1.8),
        ("a view, then a write", 2),
        ("a view and a write, then backward", 2),
        ("a hook, then a write", 3),
        ("a hook and a write, then backward", 1),
        ("retain_grad, then a write", 0.3),
        ("a gradient as operand, then backward", 1.2),
        ("a hook removed, then backward", 0.4),
        ("a pack hook, then backward", 0.5),
        ("backward, then backward", 4),
        ("backward in a mode", 4),
        ("a write in a mode", 1),
        ("an error, then the same tensor", 5),
    ],
)
def test_programs_steer_to_where_features_meet(statistics, met, percent):
    assert 100 * share(statistics, statistics.met[met]) > percent


def test_errors_of_many_causes_are_raised(statistics):
    assert len(statistics.errors) > 100
    written = [name for name in statistics.errors if "modified by an inplace operation" in name]
    assert written


def test_every_feature_has_its_acts():
    assert STEPS_OF_FEATURES.keys() == FEATURES.keys()


def test_a_program_of_zeros_has_no_feature():
    program, _ = interpret(
        REFERENCE, entries_of(None), replayed([bytes(HEADER), *[bytes(ROW)] * 6])
    )
    assert features_of(program) == []


def written_after_a_save():
    leaf = Input.of("x", [1.0, 2.0], requires_grad=True)
    steps = (
        Call("mul", (Ref("x"), Ref("x")), result="a"),
        RegisterHook(Ref("a"), "record", "tensor", "handle"),
        Call("sin", (Ref("a"),), result="b"),
        Call("add_", (Ref("a"), 1), form="method"),
        Backward(Ref("b"), Ref("a")),
        RetainGrad(Ref("a")),
    )
    return Program((leaf,), steps)


def test_what_met_is_told_by_steps_and_outcomes():
    program = written_after_a_save()
    trace = execute(program, REFERENCE)
    assert isinstance(trace.outcomes[4], Raised)
    assert interactions(program, trace) == Counter(
        {
            "a save, then a write": 1,
            "a hook, then a write": 1,
            "an error, then the same tensor": 1,
        }
    )
    assert features_of(program) == ["in-place", "tensor hooks", "retain_grad"]


def test_errors_are_named_by_type_and_pattern():
    error = Raised("RuntimeError", "shape '[2, 3]' is invalid for input of size 5\nmore")
    assert pattern(error) == "RuntimeError: shape '…' is invalid for input of size N"
    error = Raised("RuntimeError", "got [2, 3], not torch.Size([7]) at -1.5e-3 of float16")
    assert pattern(error) == "RuntimeError: got […], not torch.Size([…]) at N of float16"


def test_counts_go_to_json_and_back(statistics):
    again = Statistics.from_json(statistics.to_json())
    assert again == statistics
    twice = merged([again, statistics])
    assert twice.programs == 2 * statistics.programs
    assert twice.pairs.total() == 2 * statistics.pairs.total()


def test_programs_of_one_structure_are_counted_each():
    counting = Counting(Statistics())
    apart = Statistics()
    for program, trace in drawn(REFERENCE, count=60, seed=4):
        counting.add(program, trace)
        Counting(apart).add(program, trace)
    assert counting.statistics == apart


def test_the_statistics_are_shown_in_any_width(statistics):
    for width in (60, 100, 200):
        console = Console(width=width, record=True, file=StringIO())
        show_statistics(statistics, console)
        text = console.export_text()
        assert max(map(len, text.splitlines())) <= width
        assert all(name in text for name in FEATURES)
        assert str(statistics.pair("in-place", "views")) in text
        names = [name for name, _ in statistics.features.most_common()]
        numbered = (f"{number} {name}" for number, name in enumerate(names, 1))
        assert all(label in text for label in numbered)


def test_nothing_generated_is_said():
    console = Console(record=True, file=StringIO())
    show_statistics(Statistics(), console)
    assert console.export_text().startswith("nothing to count: ")


@settings(max_examples=20, deadline=None, database=None)
@given(programs(max_steps=4), programs(max_steps=4))
def test_a_test_may_draw_two_programs(first, second):
    assert len(first.program.steps) <= 6 >= len(second.program.steps)

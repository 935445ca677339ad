"""The example of a Hypothesis state machine: it passes where nothing is wrong, and finds a planted
fault by a short program."""

from __future__ import annotations

import re
from types import ModuleType
from typing import Any

import pytest
import torch
from hypothesis import Phase, settings
from hypothesis.stateful import run_state_machine_as_test

import mini_autograd
from examples import state_machine

SETTINGS = settings(
    derandomize=True,
    database=None,
    deadline=None,
    stateful_step_count=10,
    phases=[Phase.generate, Phase.shrink],
)
A_STEP = re.compile(r"^(?:tensors_\d+ = )?state\.(?!sides_are_alike|teardown)\w+\(", re.MULTILINE)


def run(engine: ModuleType, monkeypatch: pytest.MonkeyPatch, max_examples: int) -> None:
    """Run the machine on an engine, the same programs each time."""
    monkeypatch.setattr(state_machine, "LIBRARIES", state_machine.Pair(torch, engine))
    wanted = settings(SETTINGS, max_examples=max_examples)
    run_state_machine_as_test(state_machine.Autograd, settings=wanted)


def steps_of_failure(monkeypatch: pytest.MonkeyPatch, match: str) -> list[str]:
    """The steps of the shortest program for which mini_autograd fails with this message."""
    with pytest.raises(AssertionError, match=match) as failure:
        run(mini_autograd, monkeypatch, max_examples=300)
    return A_STEP.findall("\n".join(failure.value.__notes__))


@pytest.mark.parametrize("engine", [mini_autograd, torch])
@pytest.mark.filterwarnings("error")
def test_it_passes_where_nothing_is_wrong(engine, monkeypatch):
    run(engine, monkeypatch, max_examples=40)


@pytest.mark.slow
def test_it_finds_a_write_that_is_not_counted(monkeypatch):
    mul_ = mini_autograd.Tensor.mul_

    def uncounted(x: Any, y: Any) -> Any:
        before = x._version
        mul_(x, y)
        x._counter.version = before
        return x

    monkeypatch.setattr(mini_autograd.Tensor, "mul_", uncounted)
    steps = steps_of_failure(monkeypatch, r"_version is 0, and should be 1")
    assert 2 <= len(steps) <= 6


def test_it_finds_a_wrong_gradient(monkeypatch):
    square = mini_autograd.square
    monkeypatch.setattr(mini_autograd, "square", lambda x: square(x) + (x - x.detach()))
    steps = steps_of_failure(monkeypatch, r"grad\.values is ")
    assert 3 <= len(steps) <= 6

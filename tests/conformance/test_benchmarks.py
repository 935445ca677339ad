"""The benchmarks measure calls that both engines can make."""

from __future__ import annotations

import pytest
import torch

import mini_autograd
from benchmarks import ops


@pytest.mark.slow
def test_every_call_that_is_timed_runs_on_both_engines() -> None:
    calls = list(ops._calls())
    for setup, call in calls:
        for engine in (torch, mini_autograd):
            exec(f"{setup}\n{call}", {"torch": engine})
    assert len(calls) > 200

"""What our own tests run under: examples that repeat. The suite that we ship has other profiles."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import settings

from mini_autograd.core.modes import warn_once

# A test of ours that fails must fail again: no clock and no chance decides. (Fuzzing is what
# `conformance fuzz` is for; it has seeds of its own.)
settings.register_profile("repository", deadline=None, derandomize=True, print_blob=True)
settings.load_profile("repository")


@pytest.fixture(scope="module")
def one_thread() -> Iterator[None]:
    """Torch on one thread, as in the harness's own processes: sums come out the same, and many
    small programs take less time."""
    import torch

    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture(autouse=True)
def said_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    """What the engine says once a process it says in each test, whichever ran before."""
    monkeypatch.setattr(warn_once, "_state", warn_once._State())

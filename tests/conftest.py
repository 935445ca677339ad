"""What our own tests run under: examples that repeat. The suite that we ship has other profiles."""

from __future__ import annotations

from hypothesis import settings

# A test of ours that fails must fail again: no clock and no chance decides. (Fuzzing is what
# `conformance fuzz` is for; it has seeds of its own.)
settings.register_profile("repository", deadline=None, derandomize=True, print_blob=True)
settings.load_profile("repository")

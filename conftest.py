"""What every test of this repository runs under: one thread, and examples that repeat."""

from __future__ import annotations

import os

from hypothesis import settings

# Read by torch and by NumPy's BLAS when they are first imported, which is after this.
os.environ.setdefault("OMP_NUM_THREADS", "1")

# A test of ours that fails must fail again: no clock and no chance decides. (Fuzzing is what
# `conformance run` is for; it has seeds of its own.)
settings.register_profile("repository", deadline=None, derandomize=True, print_blob=True)
settings.load_profile("repository")

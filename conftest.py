"""What every test of this repository runs under: one thread."""

from __future__ import annotations

import os

# Read by torch and by NumPy's BLAS when they are first imported, which is after this.
os.environ.setdefault("OMP_NUM_THREADS", "1")

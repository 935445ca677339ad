"""How long `mini_autograd` takes beside torch: `python -m benchmarks` prints the table.

Both run in one thread, which NumPy's BLAS must be told before it is loaded.
"""

from __future__ import annotations

import os

for _name in ("OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "OMP_NUM_THREADS"):
    os.environ[_name] = "1"

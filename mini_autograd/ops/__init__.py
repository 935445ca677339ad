"""The ops: one file a family, each forward with its derivative rules beside it.

Rules name ops of their own family directly and others as `ops.NAME`, looked up when they run.
"""

import contextlib as _temporary

from mini_autograd.ops.arithmetic import *
from mini_autograd.ops.complexes import *

for _family in ("slicing", "strided", "writing", "gathering", "picking", "masking", "rounding", "elementary", "division", "comparison", "choosing", "clamping", "powers", "operators", "reductions", "running", "moments", "norms", "extrema", "ordering", "normalisation", "likelihood", "losses", "views", "transposing", "joining", "linalg", "products", "rearranging", "diagonals", "restriding", "readers", "indexing", "conversion"):
    with _temporary.suppress(ModuleNotFoundError):
        _m = __import__(f"mini_autograd.ops.{_family}", fromlist=["*"])
        globals().update({k: getattr(_m, k) for k in getattr(_m, "__all__", ())})

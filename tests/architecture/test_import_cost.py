"""Importing the engine loads neither torch nor anything of the harness."""

from __future__ import annotations

import subprocess
import sys


def test_importing_the_engine_loads_neither_torch_nor_the_harness() -> None:
    code = (
        "import sys, mini_autograd; "
        "print([m for m in sys.modules if m.split('.')[0] in ('torch', 'conformance')])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"

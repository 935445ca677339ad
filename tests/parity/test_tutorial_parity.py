"""The tutorial, text for text: what a reader of `import mini_autograd as torch` sees."""

from __future__ import annotations

import pytest

from conformance import execute, resolve_engine
from conformance.corpus.tutorial import cells, shown

TORCH, ENGINE = resolve_engine("torch"), resolve_engine("mini_autograd")


@pytest.mark.parametrize("cell", cells(), ids=lambda cell: str(cell.id))
def test_a_cell_prints_what_torch_prints(cell):
    assert shown(execute(cell.program, ENGINE)) == shown(execute(cell.program, TORCH))

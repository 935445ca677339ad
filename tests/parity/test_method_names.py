"""What Python's own errors call a method of a tensor: what it is called on a tensor."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.parity.tables import Table, differences, outcome

METHODS = """
register_hook register_post_accumulate_grad_hook __len__ __iter__ __reversed__ __contains__
__repr__ __hash__ __array_wrap__ __dlpack_device__ __setstate__
"""


def misused(m: Any) -> Iterator[str]:
    """Methods that torch writes in Python, with arguments that they do not have."""
    x = m.ones(2, requires_grad=True)
    for name in METHODS.split():
        call = getattr(x, name)
        yield f"{name} {outcome(lambda call=call: call(k=1))}"


def grad_modes_that_were_not_entered(m: Any) -> Iterator[str]:
    """What leaving one does, or which attribute it lacks."""
    for name in ("no_grad", "enable_grad", "set_grad_enabled"):
        mode = getattr(m, name)(*(True,) * (name == "set_grad_enabled"))
        yield f"{name} {outcome(lambda mode=mode: mode.__exit__(None, None, None))}"
        yield f"{name} {m.is_grad_enabled()}"
        m.set_grad_enabled(True)


TABLES: tuple[Table, ...] = (misused, grad_modes_that_were_not_entered)


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.__name__)
def test_python_s_errors_are_torch_s(table: Table) -> None:
    assert differences(table) == []

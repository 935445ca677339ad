"""In-place methods: those that write what an op computes, and those that need a room of their own.

`forms` has the mechanism, `table` what the ops differ in, `checks` what torch looks at first.
"""

from __future__ import annotations

from typing import Any

from mini_autograd.inplace import draws, forms, memory, per_element, views
from mini_autograd.inplace.forms import functions

__all__ = ["functions", "methods_of"]


def methods_of(methods: dict[str, Any]) -> dict[str, Any]:
    """All of them; the out-of-place methods are what most write the result of."""
    return (
        forms.methods_of(methods)
        | views.METHODS
        | memory.METHODS
        | draws.METHODS
        | per_element.METHODS
    )

"""In-place methods: those that write what an op computes, and those that need a room of their own.

`forms` has the mechanism, `checks` what torch looks at first. In what ops differ, each says itself.
"""

# ruff: noqa: F401 - what is imported here makes its methods public

from __future__ import annotations

from mini_autograd.inplace import draws, memory, per_element, views
from mini_autograd.inplace.forms import methods

__all__ = ["methods"]

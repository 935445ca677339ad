"""What in-place writes are refused, and what they break: version counters."""

from __future__ import annotations

from collections.abc import Mapping

RAISING: Mapping[str, str] = {
    "leaf": "x.add_(1)",
    "view_of_a_leaf": "x[0].add_(1)",
    "saved_result_modified": """
        y = x.exp()
        y.add_(1)
        y.sum().backward()
    """,
    "saved_input_modified": """
        y = x * 2
        z = y * x
        y.add_(1)
        z.sum().backward()
    """,
}

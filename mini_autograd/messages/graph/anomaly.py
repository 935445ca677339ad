"""What anomaly mode warns of."""

from __future__ import annotations

from collections.abc import Sequence

ENABLED = (
    "Anomaly Detection has been enabled. This mode will increase the runtime and should only be "
    "enabled for debugging."
)


def detected(node: str, stack: Sequence[str] | None) -> str:
    """A node failed; `stack` is that of the call which recorded it, if it was kept."""
    return f"Error detected in {node}. " + (_unknown() if stack is None else _caused(stack))


def induced(node: str, stack: Sequence[str] | None) -> str:
    """The node that failed was recorded while this one went backward."""
    if stack is None:
        return detected(node, None)
    return (
        f"\n\nPrevious calculation was induced by {node}. Traceback of forward call that induced "
        f"the previous calculation:\n{''.join(stack)}"
    )


def _caused(stack: Sequence[str]) -> str:
    return f"Traceback of forward call that caused the error:\n{''.join(stack)}"


def _unknown() -> str:
    return (
        "No forward pass information available. Enable detect anomaly during forward pass for "
        "more information."
    )

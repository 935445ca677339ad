"""What the reference shows and the subject does not let be read."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from conformance.judge.formatting import brief, brief_outcome
from conformance.program.trace import Raised, TensorState, Text, Unobserved
from conformance.verdict import Kind, Mismatch

SUFFIXES: Mapping[str, str] = {
    "values": "",
    "grad": ".grad",
    "requires_grad": ".requires_grad",
    "is_leaf": ".is_leaf",
    "grad_fn": ".grad_fn",
    "stride": ".stride()",
    "version": "._version",
    "output_nr": ".output_nr",
}
"""How users write each field of a state."""

_LACKING = frozenset({"AttributeError", "NotImplementedError"})


def unread(
    field: str, kind: Kind, number: int | None, where: str, wanted: TensorState, got: TensorState
) -> Iterator[Mismatch]:
    """The mismatch, if the reference shows a field of a tensor and the subject does not.

    What the subject lacks is `unsupported`. What it raises another error for, or gives nonsense
    for, is a difference: `raises` for values and gradients, which are the program's results, and
    else of the field's own `kind`.
    """
    value = getattr(wanted, field)
    if isinstance(value, Unobserved) or not isinstance(getattr(got, field), Unobserved):
        return
    suffix = SUFFIXES[field]
    shown = _shown(value)
    why = got.unread.get(field)
    if why is None or (isinstance(why, Raised) and is_lacking(why)):
        # Where there is no gradient, nothing of grade 1 is lost with it.
        none = " is None" if field == "grad" and value is None else ""
        yield lacking(f"{where}{suffix}{none}", shown, suffix or ".numpy()", why)
    elif isinstance(why, Text):
        yield Mismatch(kind, number, f"{where}{suffix}", shown, why.text, why.text)
    elif field in ("values", "grad"):
        expected = shown if value is None else f"returned {shown}"
        yield Mismatch("raises", number, f"{where}{suffix}", expected, brief_outcome(why))
    else:
        yield Mismatch(kind, number, f"{where}{suffix}", shown, brief_outcome(why))


def lacking(where: str, shown: str, what: str, why: Raised | None) -> Mismatch:
    """An `unsupported` of something that cannot be read."""
    reason = "" if why is None else brief_outcome(why)
    return Mismatch("unsupported", None, where, shown, "not observable", what, reason=reason)


def is_lacking(why: Raised) -> bool:
    """Whether the error says that there is no such thing, and not that something is wrong."""
    return not _LACKING.isdisjoint((why.error, *why.bases))


def _shown(value: Any) -> str:
    return brief(value.values if isinstance(value, TensorState) else value)

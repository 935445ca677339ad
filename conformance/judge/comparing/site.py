"""A place where two traces may differ, and the mismatches there."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

from conformance.judge.comparing.closeness import Array, difference, sign_of_zero_differs
from conformance.program.trace import UNOBSERVED, Raised, Returned, TensorState, Text, Unobserved
from conformance.verdict import Kind, Mismatch


class Kinds(NamedTuple):
    """What a difference is called: in shape, in dtype, in values, and where there is a tensor on
    one side only."""

    shape: Kind
    dtype: Kind
    values: Kind
    presence: Kind


VALUES = Kinds("shape", "dtype", "value", "value")
GRADIENTS = Kinds("grad_shape", "grad_dtype", "grad_value", "grad_missing")


@dataclass(frozen=True, slots=True)
class Site:
    """A place in a trace. `step`: the one whose outcome it is, or that made the tensor."""

    step: int | None
    where: str
    kinds: Kinds = VALUES

    def at(self, suffix: str) -> Site:
        """A place below this one."""
        return replace(self, where=f"{self.where}{suffix}")

    def differs(self, kind: Kind, expected: Any, actual: Any, detail: str = "") -> Mismatch:
        """The mismatch of two values here."""
        # What a program gives as text may be as long as it likes, unlike the harness's own.
        left, right = (Text(side) if isinstance(side, str) else side for side in (expected, actual))
        return Mismatch(kind, self.step, self.where, left, right, detail)

    def numbers(
        self, expected: Any, actual: Any, arrays: tuple[Array, Array], dtype: str
    ) -> Iterator[Mismatch]:
        """The mismatch of two values here that are `arrays` of one shape, beyond the tolerance of
        `dtype`."""
        if distance := difference(*arrays, dtype):
            found = self.differs(self.kinds.values, expected, actual)
            yield replace(found, distance=distance)
        elif sign_of_zero_differs(*arrays):
            yield self.differs("zero_sign", expected, actual, "a zero has another sign")


def values_if_any(value: Any) -> Any:
    """The values of a tensor's state; anything else as it is."""
    return value.values if isinstance(value, TensorState) else value


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

_UNSUPPORTED = frozenset({"AttributeError", "NotImplementedError"})


def unread(
    field: str, kind: Kind, site: Site, wanted: TensorState, got: TensorState
) -> Iterator[Mismatch]:
    """The mismatch, if the reference shows a field of a tensor and the subject does not.

    What the subject does not have is `unsupported`. Where it raises another error, or gives
    nonsense, that is a difference: `raises` for values and gradients, which are the program's
    results, and else of the field's own `kind`.
    """
    value = getattr(wanted, field)
    if isinstance(value, Unobserved) or not isinstance(getattr(got, field), Unobserved):
        return
    suffix = SUFFIXES[field]
    where = f"{site.where}{suffix}"
    shown = values_if_any(value)
    why = got.unread.get(field)
    if why is None or (isinstance(why, Raised) and says_unsupported(why)):
        # Where there is no gradient, nothing of grade 1 is lost with it.
        none = " is None" if field == "grad" and value is None else ""
        yield unsupported(f"{where}{none}", shown, suffix or ".numpy()", why)
    elif isinstance(why, Text):
        yield Mismatch(kind, site.step, where, shown, why.text, why.text)
    elif field in ("values", "grad"):
        yield Mismatch("raises", site.step, where, None if value is None else Returned(shown), why)
    else:
        yield Mismatch(kind, site.step, where, shown, why)


def unsupported(where: str, shown: Any, what: str, why: Raised | None) -> Mismatch:
    """The mismatch of something that cannot be read."""
    return Mismatch("unsupported", None, where, shown, UNOBSERVED, what, reason=why or "")


def says_unsupported(why: Raised) -> bool:
    """Whether the error says that there is no such thing, and not that something is wrong."""
    return not _UNSUPPORTED.isdisjoint((why.error, *why.bases))

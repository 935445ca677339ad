"""What of a subject's answer torch might have given: which elements, and by which ways."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np

from conformance.judge.closeness import is_close, tolerances

Array: TypeAlias = np.ndarray[Any, Any]
Flags: TypeAlias = np.ndarray[Any, np.dtype[np.bool_]]

SLACK = 8.0  # a value may be this many times further off than one ulp in each number explains
SMALL = 0.01  # of the values: what moves further is chaos, and its bounds need no such slack
ONE_UNIT = "one unit in the last place of operands and results"


@dataclass(frozen=True, slots=True)
class Allowance:
    """Which elements of the subject's are such as torch might have given, and by what."""

    elements: Flags
    by: tuple[str, ...]


def allowance(
    here: Array, subject: Array, others: Mapping[str, Array], rounded: Sequence[Array]
) -> Allowance:
    """What of the subject's answer the reference might have given.

    Args:
        here: the reference's answer.
        others: its answers in other ways, by their names.
        rounded: its answers with numbers moved by one unit in the last place.
    """
    elements, by = same_but_rounding(here, subject), []
    for name, found in others.items():
        alike = same_but_rounding(found, subject) & ~elements
        if alike.any():
            by.append(name)
            elements |= alike
    moved = _within_reach(here, subject, rounded) & ~elements
    if moved.any():
        by.append(ONE_UNIT)
        elements |= moved
    return Allowance(elements, tuple(by))


def _within_reach(here: Array, subject: Array, rounded: Sequence[Array]) -> Flags:
    """Which elements are no further off than the reference's own move, or are where one goes."""
    reached = np.zeros(here.shape, bool)
    widest = np.zeros(here.shape)
    for found in rounded:
        reached |= same_but_rounding(found, subject)
        apart = _apart(found, here)
        widest = np.maximum(widest, np.where(np.isfinite(apart), apart, 0.0))
    if here.dtype.kind not in "fc":
        return reached
    with np.errstate(all="ignore"):
        scale = np.nan_to_num(np.maximum(np.abs(here), np.abs(subject)), nan=0.0)
        slack = np.where(widest <= SMALL * scale, SLACK, 2.0)
        return reached | (widest > 0) & (_apart(subject, here) <= slack * widest)


def _apart(left: Array, right: Array) -> Array:
    with np.errstate(all="ignore"):
        return np.asarray(np.abs(left.astype(np.complex128) - right.astype(np.complex128)))


def same_but_rounding(left: Array, right: Array) -> Flags:
    """Which elements differ in no more than their last places, zeros not in their sign either;
    unlike `closeness`, without an absolute tolerance, since what follows may divide by them."""
    rtol, _ = tolerances().get(left.dtype.name, (0.0, 0.0))
    close = is_close(left, right, rtol, 0.0)
    if left.dtype.kind != "f":
        return close
    return np.asarray(
        close & ((left != 0) | (right != 0) | (np.signbit(left) == np.signbit(right)))
    )

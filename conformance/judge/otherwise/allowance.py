"""Which elements of a subject's answer torch might have given as well, and in which ways."""

from __future__ import annotations

from typing import Any, TypeAlias, TypeGuard

import numpy as np

from conformance.judge.comparing.closeness import Array, is_close, tolerances

Flags: TypeAlias = np.ndarray[Any, np.dtype[np.bool_]]

SLACK = 8.0  # a value may be this many times further off than one ulp in each number explains
SMALL = 0.01  # relative: a value that moves further is chaotic, and needs less slack
CHAOS = 2.0  # the slack there: a few draws mostly show only one of the bounds of a sine, say
HOPELESS = 100.0  # times further off than what some draws of roundings explain
ONE_UNIT = "one unit in the last place of operands and results"


class Question:
    """Which elements of the subject's answer at one place torch might have given.

    Attributes:
        dtype: of the tensor there, by torch's name.
        open: the elements that nothing has explained yet.
        by: what has explained some.
    """

    def __init__(self, here: Array, subject: Array, dtype: str) -> None:
        self.here, self.subject, self.dtype = here, subject, dtype
        self.open = ~same_but_rounding(here, subject, dtype)
        self.by: list[str] = []
        self._distance = _apart(subject, here)
        self._widest = np.zeros(here.shape)
        self._least = np.full(here.shape, np.inf)
        self._most = np.full(here.shape, -np.inf)
        with np.errstate(all="ignore"):
            self._scale = np.nan_to_num(np.maximum(np.abs(here), np.abs(subject)), posinf=0.0)

    @property
    def allowed(self) -> Flags:
        """The elements that are explained."""
        return np.asarray(~self.open)

    @property
    def is_about_signs(self) -> bool:
        """Whether all that is open are signs of zeros."""
        return bool((self._distance[self.open] == 0).all())

    @property
    def differs(self) -> bool:
        """Whether what is open is more than the fast check lets pass, signs of zeros apart."""
        close = is_close(self.here, self.subject, *_tolerance(self.dtype))
        return bool((self.open & ~close).any())

    @property
    def is_hopeless(self) -> bool:
        """Whether an element is so much further off than the draws so far that more draws will not
        explain it. NaN, whole numbers, and complex numbers (which the sign of a zero may take
        across a branch cut) are left to the other ways."""
        if self.here.dtype.kind in "iuc":
            return False
        least = _tolerance(self.dtype)[0] * self._scale
        far = self._distance > HOPELESS * np.maximum(SLACK * self._widest, least)
        return bool((far & np.isfinite(self._distance) & self.open).any())

    def hear(self, name: str, found: Array | None, *, signs: bool = False) -> None:
        """Mark as explained what the reference gives in one of the other ways. `signs`: only the
        signs of zeros."""
        if _fits(found, self.subject):
            explained = same_but_rounding(found, self.subject, self.dtype)
            if signs:
                explained &= (self.here == 0) & (self.subject == 0)
            self._close(explained, name)

    def draw(self, found: Array | None) -> None:
        """Mark as explained what the reference reaches with its numbers moved by one unit in the
        last place: elements that move to the subject's value, or as far as that."""
        if not _fits(found, self.subject):
            return
        reached = same_but_rounding(found, self.subject, self.dtype)
        if self.here.dtype.kind in "fc":
            apart = _apart(found, self.here)
            self._widest = np.maximum(self._widest, np.where(np.isfinite(apart), apart, 0.0))
            slack = np.where(self._widest <= SMALL * self._scale, SLACK, CHAOS)
            reached |= (self._widest > 0) & (self._distance <= slack * self._widest)
            reached |= self._among(found)
        self._close(reached, ONE_UNIT)

    def _among(self, found: Array) -> Flags:
        """Which of the subject's elements lie among numbers that the reference has with other
        roundings, or hardly beyond, where it has NaN or infinity itself (something was rounded to
        a pole, say). The two signs of a pole are kept apart: between them lies every number."""
        if found.dtype.kind != "f":
            return np.zeros(found.shape, bool)
        size, subject = np.abs(found), np.abs(self.subject)
        numbers = np.isfinite(found) & ~np.isfinite(self.here)
        numbers &= np.sign(found) == np.sign(self.subject)
        self._least = np.where(numbers, np.minimum(self._least, size), self._least)
        self._most = np.where(numbers, np.maximum(self._most, size), self._most)
        with np.errstate(all="ignore"):
            width = self._most - self._least
            narrow = width <= SMALL * self._most
            least = np.where(narrow, self._least - SLACK * width, self._least / CHAOS)
            most = np.where(narrow, self._most + SLACK * width, self._most * CHAOS)
            return np.asarray((width > 0) & (least <= subject) & (subject <= most))

    def _close(self, explained: Flags, name: str) -> None:
        explained = explained & self.open
        if explained.any():
            self.open = self.open & ~explained
            if name not in self.by:
                self.by.append(name)


def _fits(found: Array | None, subject: Array) -> TypeGuard[Array]:
    return found is not None and alike(found, subject)


def alike(left: Array, right: Array) -> bool:
    """Whether two arrays are of one shape and dtype."""
    return bool(left.shape == right.shape and left.dtype == right.dtype)


def _tolerance(dtype: str) -> tuple[float, float]:
    return tolerances().get(dtype, (0.0, 0.0))


def _apart(left: Array, right: Array) -> Array:
    """The distance of each element; infinite where one is no number and the other is."""
    with np.errstate(all="ignore"):
        return np.asarray(np.abs(left.astype(np.complex128) - right.astype(np.complex128)))


def same_but_rounding(left: Array, right: Array, dtype: str) -> Flags:
    """Which elements differ in no more than their last places, zeros not in their sign either;
    unlike `closeness`, without an absolute tolerance, since what follows may divide by them.
    `dtype` is the tensor's, of which the array's need not tell."""
    close = is_close(left, right, _tolerance(dtype)[0], 0.0)
    if left.dtype.kind != "f":
        return close
    return np.asarray(
        close & ((left != 0) | (right != 0) | (np.signbit(left) == np.signbit(right)))
    )

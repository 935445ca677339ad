"""Every message that torch has for a program that misuses the graph's state, each provoked.

One file a feature, each with a table `RAISING` of a name and a few lines of torch code whose last
statement raises, and where there are any a table `WARNING`. What cannot be provoked from Python on
a CPU, and why, stands in `unreachable`.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from conformance.sources.case import Case
from conformance.sources.provocations import (
    hooks,
    inplace,
    leaves,
    walk,
)
from conformance.sources.provocations.provocation import Provocation, rows

__all__ = ["FEATURES", "Provocation", "cases_about", "provocations"]

FEATURES: Mapping[str, tuple[Mapping[str, str], Mapping[str, str]]] = {
    "walk": (walk.RAISING, walk.WARNING),
    "leaves": (leaves.RAISING, leaves.WARNING),
    "hooks": (hooks.RAISING, {}),
    "inplace": (inplace.RAISING, {}),
}
"""The tables of each feature, in the order in which they are run."""


@cache
def provocations() -> tuple[Provocation, ...]:
    """All of them."""
    return tuple(
        row
        for feature, (raising, warning) in FEATURES.items()
        for row in rows(feature, raising, warning)
    )


def cases_about(feature: str) -> tuple[Case, ...]:
    """The cases of one feature."""
    return tuple(row.case for row in provocations() if row.feature == feature)

"""Every message that torch has for a program that misuses the graph's state, each provoked.

One file a feature, each with tables of a name and a few lines of torch code: what raises, each with
a message of its own; other ways to these messages; and what warns. Which messages cannot be
provoked, and why, stands in `unreachable`.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from conformance.corpus.case import Case
from conformance.corpus.provocations.functions import (
    derivatives,
    forwards,
    func,
    functional,
    gradcheck,
)
from conformance.corpus.provocations.graph import hooks, modes, saved, walk
from conformance.corpus.provocations.provocation import Feature, Provocation
from conformance.corpus.provocations.tensors import conversions, inference, inplace, leaves, views

__all__ = ["FEATURES", "Provocation", "cases_about", "provocations"]

FEATURES: Mapping[str, Feature] = {
    "walk": Feature(walk.RAISING, walk.AGAIN, walk.WARNING),
    "leaves": Feature(leaves.RAISING, leaves.AGAIN, leaves.WARNING),
    "hooks": Feature(hooks.RAISING, hooks.AGAIN, hooks.WARNING),
    "inplace": Feature(inplace.RAISING, inplace.AGAIN, inplace.WARNING),
    "views": Feature(views.RAISING, views.AGAIN, {}),
    "inference": Feature(inference.RAISING, inference.AGAIN, {}),
    "modes": Feature(modes.RAISING, modes.AGAIN, modes.WARNING),
    "functions": Feature(forwards.RAISING, forwards.AGAIN, forwards.WARNING),
    "derivatives": Feature(derivatives.RAISING, derivatives.AGAIN, derivatives.WARNING),
    "saved": Feature(saved.RAISING, saved.AGAIN, {}),
    "functional": Feature(functional.RAISING, functional.AGAIN, {}),
    "gradcheck": Feature(gradcheck.RAISING, gradcheck.AGAIN, gradcheck.WARNING),
    "func": Feature(func.RAISING, func.AGAIN, {}),
    "conversions": Feature(conversions.RAISING, conversions.AGAIN, conversions.WARNING),
}
"""The tables of each feature, in the order in which they are run."""


@cache
def provocations() -> tuple[Provocation, ...]:
    """All of them."""
    return tuple(row for name, feature in FEATURES.items() for row in feature.rows(name))


def cases_about(feature: str) -> tuple[Case, ...]:
    """The cases of one feature."""
    return tuple(row.case for row in provocations() if row.feature == feature)

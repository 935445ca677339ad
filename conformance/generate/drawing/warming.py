"""Makes an engine load, before anything is drawn, what it loads when it is first used."""

from __future__ import annotations

import warnings
from random import Random
from weakref import WeakKeyDictionary

from conformance.engines import Engine, TorchLike
from conformance.generate.drawing.features import FEATURES
from conformance.generate.drawing.interpretation import interpret
from conformance.generate.drawing.ops import entries_of

PROGRAMS = 40  # that have every feature: enough to come by all that takes long the first time

_WARM: WeakKeyDictionary[object, bool] = WeakKeyDictionary()


def warm_up(reference: Engine) -> None:
    """Let the reference's module run a few programs, once in a process. Torch imports its compiler
    for a functional call, which takes seconds."""
    if not isinstance(reference, TorchLike) or reference.module in _WARM:
        return
    _WARM[reference.module] = True
    rng, ops, features = Random(0), entries_of(None), frozenset(FEATURES)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for _ in range(PROGRAMS):
            interpret(reference, ops, rng.randbytes, features=features)

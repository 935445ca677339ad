"""Which steps of a program a backward pass goes through, as torch's own graph tells it.

A hook stands on the node of each step's result and on each leaf; it notes that a pass came by,
and whether the gradients told elements apart.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from typing import Any

import numpy as np

from conformance.engines.observing.observe import values_of
from conformance.engines.torchlike import TorchLikeSession

Key = int


def tells(gradients: Sequence[Any]) -> bool:
    """Whether gradients tell elements apart: two of one tensor differ; or, of one element, it is
    neither 0 nor 1, which too much of what is wrong gives as well."""
    return any(_tells(gradient) for gradient in gradients if gradient is not None)


def _tells(gradient: Any) -> bool:
    with suppress(RuntimeError, TypeError):  # Of one that is known to be zeros there is no memory.
        values = np.asarray(values_of(gradient)).reshape(-1)
        values = values[np.isfinite(values)]
        if gradient.numel() == 1:
            return bool(values.size) and values[0] not in (0, 1)
        return bool(values.size) and bool((values != values[0]).any())
    return False


class Watching:
    """The hooks on one run of a program.

    Attributes:
        passed: by the key of a node or leaf, whether the pass of the present step told elements
            apart there.
        keys: of each name, that of what stands for it in the graph now.
    """

    def __init__(self, session: TorchLikeSession) -> None:
        self.session = session
        self.passed: dict[Key, bool] = {}
        self.keys: dict[str, Key] = {}
        self._count = 0

    def begin(self) -> None:
        """Forget the passes of the step before."""
        self.passed = {}

    def follow(self, names: Iterable[str]) -> Key | None:
        """Watch what stands for these names in the graph; gives the key that they have from now
        on, or None where there is nothing."""
        self._count += 1
        key, found = self._count, False
        for name in names:
            with suppress(KeyError, RuntimeError):  # Torch shows nothing of a view that is no more.
                found |= self._hooked(self.session.value(name), self._note(key))
                self.keys[name] = key
        return key if found else None

    def _note(self, key: Key) -> Callable[..., None]:
        def note(gradients: Any) -> None:
            given = gradients if isinstance(gradients, tuple) else (gradients,)
            self.passed[key] = self.passed.get(key, False) or tells(given)

        return note

    def _hooked(self, tensor: Any, note: Callable[..., None]) -> bool:
        if not isinstance(tensor, self.session.tensor_type) or not tensor.requires_grad:
            return False
        if tensor.grad_fn is None:
            tensor.register_hook(note)
        else:
            tensor.grad_fn.register_prehook(note)
        return True


class Met:
    """Which of the things that were watched one program's passes met.

    Attributes:
        walked: those that a pass went through.
        told: those of them that it went through telling elements apart.
    """

    def __init__(self) -> None:
        self.walked: set[Any] = set()
        self.told: set[Any] = set()
        self._waiting: defaultdict[Key, set[Any]] = defaultdict(set)

    def await_pass(self, keys: Iterable[Key | None], things: Iterable[Any]) -> None:
        """The things are met when a pass goes through any of the keys."""
        for key in keys:
            if key is not None:
                self._waiting[key].update(things)

    def pass_by(self, passed: dict[Key, bool]) -> tuple[set[Any], set[Any]]:
        """One pass; gives what it met, and what of that it told apart."""
        walked = {thing for key in passed for thing in self._waiting.get(key, ())}
        told = {thing for key, did in passed.items() if did for thing in self._waiting.get(key, ())}
        self.walked |= walked
        self.told |= told
        return walked, told

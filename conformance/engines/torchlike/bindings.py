"""What the names of a running program are bound to, and which of them are one object."""

from __future__ import annotations

from collections.abc import Sized
from typing import Any

from conformance.engines.observing.memory import version_of
from conformance.engines.observing.plain import plain
from conformance.engines.torchlike.names import Names
from conformance.program.values import Ref, Value

DEPTH = 8  # of tuples in tuples whose items get names


class Bindings:
    """Binds names. It holds no object but by its name, so that one that is deleted is gone.

    Attributes:
        versions: each tensor's version when it got its name.
        same: as in `Trace`.
    """

    def __init__(
        self, names: Names, outcomes: Sized, tensor_type: type[Any], dtype_type: type | None
    ) -> None:
        self.versions: dict[str, int | None] = {}
        self.same: dict[int, tuple[tuple[str, str], ...]] = {}
        self._names, self._outcomes = names, outcomes
        self._tensor_type, self._dtype_type = tensor_type, dtype_type
        self._first: dict[int, str] = {}  # by its `id`, the first name that an object got

    def input(self, name: str, tensor: Any) -> None:
        """Name an input."""
        self._names[name] = tensor
        self.versions[name] = version_of(tensor)
        self._first[id(tensor)] = name

    def bind(self, name: str, value: Any, depth: int = DEPTH) -> Value:
        """Name a result, and the items of a tuple; say what it is, with a Ref for each tensor."""
        if isinstance(value, self._tensor_type):
            self.note(name, value)
            self._names[name] = value
            self.versions[name] = version_of(value)
            return Ref(name)
        self._names[name] = value
        if depth and isinstance(value, tuple | list):
            items = [self.bind(f"{name}[{at}]", item, depth - 1) for at, item in enumerate(value)]
            return items if isinstance(value, list) else tuple(items)
        return plain(value, self._dtype_type)

    def bind_again(self, name: str, value: Any) -> None:
        """As Python does for `x += y`: x is what the operator gives, whatever that is."""
        if isinstance(value, self._tensor_type):
            self.note(name, value)
        self._names[name] = value

    def note(self, name: str, value: Any) -> None:
        """Note whether the object that the present step gives has a name already."""
        first = self._first.get(id(value))
        if first is not None and self._names.get(first) is value:
            step = len(self._outcomes)
            self.same[step] = (*self.same.get(step, ()), (name, first))
        elif name:
            self._first[id(value)] = name  # A dead object's `id` may be another's.

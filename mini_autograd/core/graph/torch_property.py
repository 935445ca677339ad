"""A read-only property with torch's error messages."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar, NoReturn

from mini_autograd.messages.graph import saved as errors


class ReadOnly(property):
    """A property that raises torch's error when it is set or deleted."""

    owner: ClassVar[str | None] = None  # the class that errors name, if not the object's

    def __init__(self, get: Callable[[Any], Any], name: str | None = None) -> None:
        super().__init__(get)
        self.name = name

    def __set_name__(self, owner: type, name: str) -> None:
        self.name = name

    def __set__(self, instance: Any, value: Any) -> NoReturn:
        self._refuse(instance)

    def __delete__(self, instance: Any) -> NoReturn:
        self._refuse(instance)

    def _refuse(self, instance: Any) -> NoReturn:
        assert self.name is not None
        raise errors.not_writable(self.owner or type(instance).__name__, self.name)

"""What the interpreter's own messages call the types that torch has in C."""

from __future__ import annotations

from typing import Any


class InTorch(type):
    """The type of a class that such messages call by its full name, as "torch.Size".

    The interpreter tells the name that a class written in C was given, which has its module;
    `__name__` is what stands behind that. Like many such classes they have no subclasses.
    """

    def __init__(cls, name: str, bases: tuple[type, ...], namespace: dict[str, Any]) -> None:
        for base in bases:
            if isinstance(base, InTorch):
                raise TypeError(f"type {base.full_name!r} is not an acceptable base type")
        super().__init__(name, bases, namespace)
        vars(type)["__name__"].__set__(cls, cls.full_name)

    @property
    def full_name(cls) -> str:
        """With the module that it has in torch."""
        return f"{cls.__module__.replace('mini_autograd', 'torch')}.{cls.__qualname__}"

    @property
    def __name__(cls) -> str:  # type: ignore[override]
        return cls.__qualname__

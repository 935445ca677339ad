"""What a hostile engine is: `mini_autograd`, altered in its own process by a function."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from types import ModuleType
from typing import Any


@dataclass(frozen=True, slots=True)
class Kind:
    """A hostile engine.

    Attributes:
        does: what it does, in a line.
        expected: the kinds of mismatch or outcome of which one at least must be reported; empty
            where the harness is to bear it, and everything agrees.
        exit: what the command is to exit with.
        alter: makes it of a module like `mini_autograd`.
        options: of the command, beside the usual ones.
    """

    name: str
    does: str
    expected: tuple[str, ...]
    exit: int
    alter: Callable[[Any], None]
    options: tuple[str, ...] = ()

    def build(self) -> ModuleType:
        """The engine, as `resolve_engine` calls it."""
        import mini_autograd

        module = ModuleType("mini_autograd")
        vars(module).update(vars(mini_autograd))
        self.alter(module)
        return module


KINDS: dict[str, Kind] = {}


def hostile(
    *expected: str, exit: int | None = None, options: tuple[str, ...] = ()
) -> Callable[[Callable[[Any], None]], Callable[[Any], None]]:
    """Register a function as a kind; its docstring says what it does."""

    def keep(alter: Callable[[Any], None]) -> Callable[[Any], None]:
        name, code = alter.__name__, int(bool(expected)) if exit is None else exit
        does = " ".join((alter.__doc__ or "").split())
        KINDS[name] = Kind(name, does, expected, code, alter, options)
        return alter

    return keep


def before(module: Any, name: str, act: Callable[..., Any]) -> None:
    """Have the module's function act first."""
    original = getattr(module, name)

    def acting(*args: Any, **options: Any) -> Any:
        act(*args)
        return original(*args, **options)

    setattr(module, name, acting)


def after(module: Any, name: str, change: Callable[[Any], Any]) -> None:
    """Have what the module's function gives changed."""
    original = getattr(module, name)

    def changing(*args: Any, **options: Any) -> Any:
        return change(original(*args, **options))

    setattr(module, name, changing)

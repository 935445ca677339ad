"""The ops of a user's own: words that a process adds to torch's, from a file or a package that it
was given. A process that knows none of them runs no program that calls one."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

SEPARATOR = "::"
NAME = re.compile(r"[A-Za-z_]\w*(?:::[A-Za-z_]\w*|(?:\.[A-Za-z_]\w*)+)", re.ASCII)
"""`library::op`, as torch.library has it, or `package.function`."""


class Sample:
    """The arguments of a call: tensors of torch, numbers, strings, dtypes, and lists of these."""

    __slots__ = ("args", "kwargs")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self.args, self.kwargs = args, kwargs

    def __repr__(self) -> str:
        given = [*map(repr, self.args), *(f"{name}={each!r}" for name, each in self.kwargs.items())]
        return f"Sample({', '.join(given)})"


@dataclass(frozen=True, slots=True, eq=False)
class Op:
    """An op of your own, to be asked as torch's are.

    Attributes:
        name: "library::op" or "package.function". What is called has that name on torch and on
            every engine: `torch.ops.library.op` and `engine.ops.library.op`, or
            `torch.package.function` and `engine.package.function`.
        samples: calls of it. Their floating and complex tensors are cast to each dtype that is
            asked; all of them require grad, or those alone that do so here.
        errors: calls that must raise.
        on: what is called instead on the engine of a name, a function or "module:function".
            "torch" is the reference, whose function a printed script has to import.
        dtypes: those that are asked.
        opinfo: an `OpInfo` of torch's own kind, in place of samples, errors and dtypes.
    """

    name: str
    samples: Sequence[Sample] = ()
    errors: Sequence[Sample] = ()
    on: Mapping[str, Callable[..., Any] | str] = field(default_factory=dict)
    dtypes: Sequence[str] = ("float32", "float64")
    opinfo: Any = None

    @property
    def path(self) -> str:
        """Where it lies in torch, and in a module that looks like torch."""
        library, _, name = self.name.rpartition(SEPARATOR)
        return f"ops.{library}.{name}" if library else name


@dataclass(frozen=True, slots=True, eq=False)
class OwnOp:
    """An op that this process was given.

    Attributes:
        source: the file, module or `module:attribute` that it came from.
        text: how a script writes what torch is asked, `torch.ops.library.op`.
        imports: the lines that a script needs for it, after it has imported torch.
    """

    op: Op
    source: str
    text: str
    imports: tuple[str, ...]


OWN: dict[str, OwnOp] = {}
"""By name, in the order in which they were added; `engines.naming.own` adds them."""


def sources() -> tuple[str, ...]:
    """Where they came from, for a process that is to know the same ones."""
    return tuple(dict.fromkeys(each.source for each in OWN.values()))

"""The names of a running program, and how its arguments become an engine's own values."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache
from operator import attrgetter
from typing import Any

from conformance.engines.observing.texts import said
from conformance.program.trace import NotRun, Unsupported
from conformance.program.values import Constant, DType, NumPyScalar, Ref, Value


class Absent(Exception):  # noqa: N818 - not an error: a step that cannot be taken, and why
    """The step uses something that is not there; `outcome` is the step's."""

    def __init__(self, outcome: Unsupported | NotRun) -> None:
        super().__init__(outcome)
        self.outcome = outcome


class AbsentForm(Absent):
    """Of an op, the form in which a program calls it is not there; another one may be."""


class Refused(Exception):  # noqa: N818 - as above
    """The engine refused a call with `error` because it does not take `lacking`. Where the
    reference refuses it too, that is an answer like any other."""

    def __init__(self, error: Exception, lacking: str) -> None:
        super().__init__(error)
        self.error, self.lacking = error, lacking


@lru_cache(maxsize=4096)
def _getter(path: str) -> Callable[[Any], Any]:
    return attrgetter(path)


def offers(kind: type, methods: tuple[str, ...]) -> bool:
    """Whether the class has one of the special methods. Those that `object` gives to every class,
    and a metaclass to the class itself, know no tensors."""
    return any(vars(base).get(name) for base in kind.__mro__[:-1] for name in methods)


class Names(dict[str, Any]):
    """What each name is bound to. Looking up one that could not be made raises `Absent` with the
    reason, so that the path of a step that runs pays nothing for it."""

    __slots__ = ("absent", "module")

    def __init__(self, module: Any) -> None:
        super().__init__()
        self.module = module
        self.absent: dict[str, Unsupported | NotRun] = {}

    def __missing__(self, name: str) -> Any:
        raise Absent(
            self.absent.get(name) or self.absent.get(name.partition("[")[0]) or NotRun(name)
        )

    def forget(self, name: str) -> None:
        """Drop a name, and the items of a tuple with it."""
        self[name]  # A name that is not there is absent for its own reason.
        for bound in [bound for bound in self if bound.partition("[")[0] == name]:
            del self[bound]
        self.absent[name] = NotRun(name)

    def lookup(self, path: str) -> Any:
        """The module's attribute at a dotted path. Only the path is remembered between calls,
        never what was found, since a test may put a fault into the module at any time.

        Raises:
            Absent: the module has none.
        """
        try:
            return _getter(path)(self.module)
        except AttributeError as error:
            raise Absent(Unsupported(path, said(error))) from error

    def attribute(self, owner: Any, name: str) -> Any:
        """The attribute of a tensor, or of whatever a name is bound to.

        Raises:
            Absent: it has none.
            AttributeError: it is None, such as the grad_fn of a leaf: the program's own error.
        """
        try:
            return getattr(owner, name)
        except AttributeError as error:
            if owner is None:
                raise
            lacking = f"{type(owner).__name__}.{name}"
            raise Absent(Unsupported(lacking, said(error))) from error

    def resolve(self, value: Value) -> Any:
        """The engine's own value for an argument.

        Raises:
            Absent: it refers to what could not be made, or to a dtype that the engine lacks.
        """
        resolver = _RESOLVE.get(type(value))
        return value if resolver is None else resolver(self, value)

    def all(self, values: tuple[Value, ...]) -> list[Any]:
        """`resolve` for each argument."""
        resolvers = [_RESOLVE.get(type(value)) for value in values]
        return [
            value if resolver is None else resolver(self, value)
            for value, resolver in zip(values, resolvers, strict=True)
        ]


def _slice(names: Names, value: slice) -> slice:
    return slice(*names.all((value.start, value.stop, value.step)))


_RESOLVE: Mapping[type, Callable[[Names, Any], Any]] = {
    Ref: lambda names, value: names[value.name],
    DType: lambda names, value: names.lookup(value.name),
    Constant: lambda names, value: names.lookup(value.name),
    NumPyScalar: lambda names, value: value.made(),
    list: lambda names, value: [names.resolve(item) for item in value],
    tuple: lambda names, value: tuple([names.resolve(item) for item in value]),
    dict: lambda names, value: {key: names.resolve(item) for key, item in value.items()},
    slice: _slice,
}

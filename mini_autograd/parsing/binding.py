"""Writes the code that takes a call's plain arguments, as Python, when it is first needed.

Plain are those of exactly the types that a parameter names, given by position, or by the name it
has here, or left out. Whatever else is given goes to a general function, which knows all that
torch takes, and its errors. A loop over the parameters would cost more than most ops do.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from functools import cache, cached_property
from types import CodeType, FunctionType
from typing import Any, Final

import numpy as np

from mini_autograd.core.saved.packing import packing_threads, within_composite
from mini_autograd.core.tensor.size import Size
from mini_autograd.core.tensor.tensor import Tensor
from mini_autograd.parsing.overrides import PLAIN
from mini_autograd.parsing.schema import Schema
from mini_autograd.parsing.types import LISTS

RAW: Final = (np.ndarray, np.generic)  # what a rule calls with

_writing: Final = threading.RLock()
_MISSING: Final = object()


class Written:
    """Functions of one text, which is written when one of them is called: most programs call few.

    Args:
        schema: of the functions.
        write: puts `caller(general, gathers)` into a namespace.
        by_dtype: whether plain arguments are sent to the general function, too, if their dtypes
            are not plain.
    """

    def __init__(
        self, schema: Schema, write: Callable[[dict[str, Any]], None], *, by_dtype: bool = False
    ) -> None:
        self.by_dtype = by_dtype
        self._write = write
        self._gathers = schema.gathers
        self._positional = schema.positional
        self._namespace: dict[str, Any] = {}
        self._waiting: list[Any] = []

    @cached_property
    def made(self) -> dict[str, Any]:
        """The namespace, with what the text defines."""
        with _writing:
            if "made" in vars(self):  # by another thread
                return self.made
            self._write(self._namespace)
            vars(self)["made"] = self._namespace
            for function in self._waiting:  # last: from here on others call what is written
                written = self._namespace["caller"](None, False, None)
                function.__defaults__ = written.__defaults__  # which the placeholder ignores
                function.__code__ = written.__code__
            self._waiting.clear()
            return self._namespace

    def caller(self, general: Callable[..., Any], gathers: bool = False) -> Any:
        """The function, from that which takes all but the plain arguments.

        Args:
            general: that function.
            gathers: whether the ints of a size may be given one by one.
        """
        if not self._namespace:
            self._namespace["_written"] = lambda: self.made
            exec(_placeholder(self._gathers), self._namespace)
        rest = _all if getattr(general, "takes_gaps", -1) >= self._positional else _given
        function = self._namespace["caller"](general, gathers, rest)
        function.takes_gaps = self._positional  # more than these it would refuse
        if "made" not in vars(self):
            self._waiting.append(function)
        return function


def is_written(function: Any) -> bool:
    """Whether it is one of `caller`'s, which sends all but plain arguments to its general one."""
    return isinstance(function, FunctionType) and "_general" in function.__code__.co_freevars


@cache
def _placeholder(gathers: bool) -> CodeType:
    """Code that has the same free names as that which will be written in its place."""
    given = "_general, _gathers, _rest" if gathers else "_general, False, _rest"
    text = f"""
def caller(_general, _gathers, _rest):
    def call(*_args, **_named):
        return _written()["caller"]({given})(*_args, **_named)

    return call
"""
    return compile(text, "<mini_autograd function that is not yet called>", "exec")


def wrapped(lines: Iterable[str]) -> Iterator[str]:
    """The text of `caller(general, gathers)`, from that of the function."""
    yield "def caller(_general, _gathers, _rest):"
    for line in lines:
        yield f"    {line}"
    yield ""
    yield "    return call"


class Binding:
    """The text that takes the arguments, and what it needs.

    Args:
        schema: the parameters.
        start: the first one that is given: a factory has none for the tensor.
    """

    def __init__(self, schema: Schema, start: int = 0) -> None:
        self.schema = schema
        self.parameters = schema.parameters[start:]
        self.names = [each.name for each in self.parameters]
        self.arguments = [  # as a function takes them
            f"{each.name}={each.name}" if each.keyword_only else each.name
            for each in schema.own[start:]
        ]
        self._given = [f"_p{i}" for i in range(start, schema.positional)]
        self._named = self.names[0 if start else 1 :]  # the first has another name in a function
        for each in self.parameters:  # a device has to be looked at, a `from` cannot be written
            looked_at = each.keyword_only and each.words == ("Anything",)
            if looked_at or (each.keyword != each.name and each.name in self._named):
                self._named.remove(each.name)
        everything = ", ".join([*self._given, "*_more"])
        self.general = f"return _general(*_rest({everything}), **_named)"
        self.raw = f"return _forward(*_given({everything}), **_named)"

    def signature(self) -> str:
        defaults = [f"{each}=_MISSING" for each in self._given]
        return f"def call({', '.join([*defaults, '/', '*_more', '**_named'])}):"

    def raw_call(self, operand: int) -> Iterator[str]:
        """Calls the function itself if the first operand is an array; a tensor beside it says that
        a user calls."""
        first, others = self._given[operand], [*self._given]
        others.remove(first)
        yield f"    if type({first}) not in _PLAIN:"
        tests = "".join(f" and not isinstance({each}, _Tensor)" for each in others)
        tests += " and not (_named and _has_tensor(_named))"
        yield f"        if isinstance({first}, _RAW){tests}:"
        least = self.schema.least
        enough = "" if least < 2 else f" and {self._given[least - 1]} is not _MISSING"
        yield f"            if not _more and not _named{enough}:  # packing costs more than that"
        for count in range(least, len(self._given)):
            yield f"                if {self._given[count]} is _MISSING:"
            yield f"                    return _forward({', '.join(self._given[:count])})"
        yield f"                return _forward({', '.join(self._given)})"
        yield f"            {self.raw}"
        yield f"        {self.general}"

    def names_bound(self) -> Iterator[str]:
        """Gives each parameter's name what was given, if anything."""
        positional = self.names[: len(self._given)]
        keywords = self.names[len(self._given) :]
        yield "    if _more or _named:" if not self._named else "    if _named:"
        if self._named:
            yield f"        {', '.join(positional)}, = {', '.join(self._given)},"
            yield "        _left = len(_named)"
            for name in self._named:
                got = f"({name} := _named.get({name!r}, _MISSING)) is not _MISSING"
                test = f"{name} is _MISSING and {got}" if name in positional else got
                yield f"        if {test}:"
                yield "            _left -= 1"
            for name in keywords:
                if name not in self._named:
                    yield f"        {name} = _MISSING"
            yield "        if _left:"
            yield f"            {self.general}"
        else:
            yield f"        {self.general}"
        yield "    else:"
        yield f"        {', '.join(positional)}, = {', '.join(self._given)},"
        if keywords:
            yield f"        {' = '.join(keywords)} = _MISSING"
        if self.schema.gathers:
            size = self.schema.parameters[1].name
            yield "    if _gathers and type(_p1) is int:"  # not one that is given by name
            yield f"        {size} = (_p1, *_more)"
            yield "    elif _more:"
            yield f"        {self.general}"
        elif self._named:
            yield "    if _more:"
            yield f"        {self.general}"

    def options(self, skipped: Collection[str] = ()) -> Iterator[str]:
        """Tests the types of all parameters but some, and fills in defaults."""
        for each in self.parameters:
            if each.name in skipped:
                continue
            name, word = each.name, each.words[0]
            if word == "Anything":
                lines = []
            elif word in _TAKES:
                lines = [f"elif ({name} := {_TAKES[word]}({name})) is None:", f"    {self.general}"]
            else:
                lines = ["else:", f"    {self.general}"]
            if each.has_default:
                lines = [f"if {name} is _MISSING:", f"    {name} = _default_of_{name}", *lines]
            elif word == "Anything":
                lines = [f"if {name} is _MISSING:", f"    {self.general}"]
            else:
                lines[0] = lines[0].removeprefix("el") if word in _TAKES else "if True:"
            if each.exact_types:
                yield f"    if type({name}) not in _types_of_{name}:"
            lead = "        " if each.exact_types else "    "
            yield from (lead + line for line in lines)


def _ints(value: Any) -> Any:
    """Ints as a tuple, where one int stands for itself; None if they are not plainly that."""
    return (value,) if type(value) is int else _sizes(value)


def _sizes(value: Any) -> Any:
    kind = type(value)
    if kind is tuple or kind is Size or kind is list:
        for each in value:
            if type(each) is not int:
                return None
        return tuple(value) if kind is list else value  # which a user may change
    return None


def _tensors(value: Any) -> Any:
    """A list of tensors; None if it is not plainly that, or empty."""
    if type(value) in (tuple, list):
        for each in value:
            if type(each) is not Tensor:
                return None
        return value or None
    return None


def _indices(value: Any) -> Any:
    if type(value) in (tuple, list):
        for each in value:
            if each is not None and type(each) is not Tensor:
                return None
        return value
    return None


def _given(*args: Any) -> Sequence[Any]:
    return [each for each in args if each is not _MISSING]


def _all(*args: Any) -> Sequence[Any]:
    """Those left out, too, for a function that was written likewise."""
    return args


def _has_tensor(named: Mapping[str, Any]) -> bool:
    return any(isinstance(each, Tensor) for each in named.values())


# What takes the values that no type alone makes plain.
_TAKES: Final = {
    **dict.fromkeys(LISTS, "_sizes"), "Ints": "_ints", "SymInts": "_ints", "Arrays": "_tensors",
    "IndexArrays": "_indices",
}  # fmt: skip
_NAMESPACE: Final[dict[str, Any]] = {
    "_MISSING": _MISSING, "_PLAIN": PLAIN, "_RAW": RAW, "_Tensor": Tensor, "_given": _given,
    "_has_tensor": _has_tensor, "_indices": _indices, "_ints": _ints, "_sizes": _sizes,
    "_tensors": _tensors, "_packing_threads": packing_threads,
    "_within_composite": within_composite,
}  # fmt: skip


def namespace_of(schema: Schema, forward: Callable[..., Any]) -> dict[str, Any]:
    """What the text of a binding refers to."""
    names = dict(_NAMESPACE, _forward=forward)
    for each in schema.parameters:
        names[f"_default_of_{each.name}"] = each.default
        names[f"_types_of_{each.name}"] = each.exact_types
    return names


def binder(
    schema: Schema,
    function: Callable[..., Any],
    *,
    start: int = 0,
    is_composite: bool = False,
    leaf: Callable[..., Any] | None = None,
) -> Written:
    """What a function is called by, that takes plain arguments as they are bound.

    Args:
        leaf: makes the result of what the function gives, and of `requires_grad`.
    """

    def text() -> Iterator[str]:
        binding = Binding(schema, start)
        yield binding.signature()
        if not start and schema.parameters[0].words != ("Arrays",):
            yield from binding.raw_call(0)
        yield from binding.names_bound()
        yield from binding.options()
        arguments = ", ".join(["None"] * start + binding.arguments)
        if is_composite:
            yield "    if _packing_threads:"
            yield f"        return _within_composite(_forward, {arguments})"
        made = f"_forward({arguments})"
        yield f"    return {made if leaf is None else f'_leaf({made}, requires_grad)'}"

    def write(namespace: dict[str, Any]) -> None:
        namespace |= namespace_of(schema, function) | {"_leaf": leaf}
        code = compile("\n".join(wrapped(text())), f"<mini_autograd {schema.name}>", "exec")
        exec(code, namespace)

    return Written(schema, write)

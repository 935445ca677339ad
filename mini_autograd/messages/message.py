"""A row of the tables: the type of an error or a warning, and its text."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any, Final, Generic, NamedTuple, TypeVar, cast

from mini_autograd.messages.naming import InTorch

Told = TypeVar("Told", bound=Exception)

_OF_THE_HEAP: Final = 1 << 9  # CPython's flag of classes that a program made


def type_name(value: object) -> str:
    """The name of a value's type, as torch's C++ prints it: with its module if it is written in C.

    So does C Python in `tp_name`.
    """
    kind = type(value)
    if isinstance(kind, InTorch):
        return cast(InTorch, kind).full_name
    if kind.__module__ == "builtins" or kind.__flags__ & _OF_THE_HEAP:
        return kind.__name__
    return f"{kind.__module__}.{kind.__name__}"


# The dtypes that had no tensor type of their own when torch named types.
_UNNAMED: Final = {"Bool", "ComplexFloat", "ComplexDouble"}

# C++'s names of the dtypes, where torch prints those.
C_TYPES: Final = {
    "bool": "bool", "uint8": "unsigned char", "int8": "signed char", "int16": "short int",
    "int32": "int", "int64": "long int", "float16": "c10::Half", "float32": "float",
    "float64": "double", "complex64": "c10::complex<float>", "complex128": "c10::complex<double>",
}  # fmt: skip


def legacy_type(name: str) -> str:
    """A tensor type by the name of its scalars, as torch translates its internal names."""
    name = name.removesuffix("Tensor")
    return f"CPU{name}Type" if name in _UNNAMED else f"torch.{name}Tensor"


_FORMATS: Final[Mapping[str, Callable[[Any], object]]] = {
    "list": list,
    "names": ", ".join,
    "lines": "".join,
    "lists": lambda shapes: ", ".join(str(list(each)) for each in shapes),
    "reprs": lambda values: ", ".join(map(repr, values)),
    "x": lambda sizes: "x".join(map(str, sizes)),
    "spaced": lambda sizes: " ".join(map(str, sizes)),
    "count": len,
    "was": lambda count: "was" if count == 1 else "were",
    "type": type_name,
    "class": type,
    "legacy": legacy_type,
    "c": lambda dtype: C_TYPES[dtype.name],
}
"""What a field may be shown as, beside Python's own formats: `{shape:list}`."""


_Shown = tuple[tuple[int, Callable[[Any], object]], ...]


@cache
def _parsed(text: str, order: str) -> tuple[tuple[str, ...], str, _Shown]:
    """The fields of a text; the text with their places instead of their names, as `str.format`
    takes it fast; and by its place each field that `_FORMATS` shows, which comes after them."""
    from string import Formatter  # not above: few programs raise, and it takes a millisecond

    pieces = list(Formatter().parse(text))
    names = [re.split(r"[.\[]", field)[0] for _, field, _, _ in pieces if field is not None]
    fields = tuple(order.split() or dict.fromkeys(names))
    shown: list[tuple[int, Callable[[Any], object]]] = []
    template = ""
    for literal, field, spec, conversion in pieces:
        template += literal.replace("{", "{{").replace("}", "}}")
        if field is None:
            continue
        name = names.pop(0)
        place = fields.index(name)
        if spec is not None and spec in _FORMATS:
            template += f"{{{len(fields) + len(shown)}}}"
            shown.append((place, _FORMATS[spec]))
        else:
            how = (f"!{conversion}" if conversion else "") + (f":{spec}" if spec else "")
            template += f"{{{place}{field.removeprefix(name)}{how}}}"
    return fields, template, tuple(shown)


class Message(NamedTuple, Generic[Told]):
    """Called with the values of its fields, it gives the exception for its caller to raise.

    Attributes:
        kind: the exception's class; a warning's is its category.
        text: what `str.format` takes, with `_FORMATS` beside Python's own.
        order: the fields as they come by position, if not as they first appear in the text.
        mark: set in the exception's `vars`, for the code that asks when it was raised.
    """

    kind: Callable[[str], Told]
    text: str
    order: str = ""
    mark: str = ""

    @property
    def fields(self) -> tuple[str, ...]:
        """Their names, as they come by position."""
        return _parsed(self.text, self.order)[0]

    def __call__(self, *args: object, **kwargs: object) -> Told:
        fields, template, shown = _parsed(self.text, self.order)
        if kwargs:
            args = (*args, *[kwargs.pop(each) for each in fields[len(args) :] if each in kwargs])
        if kwargs or len(args) != len(fields):
            raise TypeError(f"{self.text!r} takes {fields}, not {len(args)} values and {kwargs}")
        values = (*args, *[show(args[place]) for place, show in shown]) if shown else args
        told = self.kind(template.format(*values))
        if self.mark:
            vars(told)[self.mark] = True
        return told

"""A row of the tables: the type of an error or a warning, and its text."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from string import Formatter
from typing import Any, Final, Generic, TypeVar

Told = TypeVar("Told", bound=Exception)

_OF_THE_HEAP: Final = 1 << 9  # CPython's flag of classes that a program made
# Those that stand for torch's own, written in C.
_STATIC: Final = {"mini_autograd.dtype", "mini_autograd.device", "mini_autograd.Size"}


def type_name(value: object) -> str:
    """The name of a value's type, as torch's C++ prints it: with its module if it is written in C.

    So does C Python in `tp_name`.
    """
    kind = type(value)
    name = f"{kind.__module__}.{kind.__name__}"
    if name in _STATIC:
        return f"torch.{kind.__name__}"
    if kind.__module__ == "builtins" or kind.__flags__ & _OF_THE_HEAP:
        return kind.__name__
    return name


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


_Shown = tuple[str, Callable[[Any], object]]


@cache
def _parsed(text: str) -> tuple[tuple[str, ...], str, tuple[_Shown, ...]]:
    """The fields of a text as they first appear; the text for `str.format`, with a number in place
    of each field that `_FORMATS` shows; and these fields."""
    fields: dict[str, None] = {}
    shown: list[_Shown] = []
    template = ""
    for literal, field, spec, conversion in Formatter().parse(text):
        template += literal.replace("{", "{{").replace("}", "}}")
        if field is None:
            continue
        fields[re.split(r"[.\[]", field)[0]] = None
        if spec is not None and spec in _FORMATS:
            template += f"{{{len(shown)}}}"
            shown.append((field, _FORMATS[spec]))
        else:
            template += "{" + field + (f"!{conversion}" if conversion else "")
            template += (f":{spec}" if spec else "") + "}"
    return tuple(fields), template, tuple(shown)


@dataclass(frozen=True, slots=True)
class Message(Generic[Told]):
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
        return tuple(self.order.split()) or _parsed(self.text)[0]

    def __call__(self, *args: object, **kwargs: object) -> Told:
        fields, template, shown = _parsed(self.text)
        if self.order:
            fields = self.fields
        values = dict(zip(fields, args))  # noqa: B905
        if kwargs or len(args) != len(fields):
            values |= kwargs
            if len(values) != len(args) + len(kwargs) or values.keys() != {*fields}:
                raise TypeError(f"{self.text!r} takes {fields}, not {args} and {kwargs}")
        if shown:
            text = template.format(*[show(values[field]) for field, show in shown], **values)
        else:
            text = template.format(**values)
        told = self.kind(text)
        if self.mark:
            vars(told)[self.mark] = True
        return told

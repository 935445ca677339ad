"""The argument parser: binds a call to an op's parameters, with torch's errors where it cannot.

A schema is read once from the annotations of an op's forward (see `types`). A call comes here
only when its arguments are not plainly the op's own, so the common call pays nothing.
"""

from __future__ import annotations

import copy
import inspect
import operator
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cached_property
from typing import Any, Final, NamedTuple, Protocol

import numpy as np

from mini_autograd.arrays.dtypes import dtype
from mini_autograd.arrays.formats import memory_format
from mini_autograd.arrays.generators import Generator
from mini_autograd.core.tensor.size import Size
from mini_autograd.core.tensor.tensor import Tensor
from mini_autograd.messages import arguments as errors
from mini_autograd.parsing.types import (
    LISTS,
    OF_TENSORS,
    SYMBOLIC,
    WORDS,
    is_first_int,
    is_index,
    is_listed_int,
    is_scalar,
    number_in,
    python_number,
)

_MISSING: Final = object()
NUMBERS: Final = frozenset({int, float, bool, complex})

# What a sequence of a word holds, and the types of sequence that need no copy: an int may be a
# user's own list, which may change before backward.
_CONTENTS: Final[dict[str, type]] = {
    "Ints": int, "SymInts": int, "Sizes": int, "Dims": int, "Arrays": Tensor
}  # fmt: skip
_SEQUENCES: Final = {int: frozenset({tuple, Size}), Tensor: frozenset({tuple, list})}
_EXACT: Final[dict[str, tuple[type, ...]]] = {
    "Array": (Tensor,),
    "Mask": (Tensor,),
    "IndexArray": (Tensor,),
    "Number": (int, float, bool, complex),
    "Int": (int,),
    "SymInt": (int,),
    "Float": (float, int),
    "Bool": (bool,),
    "DType": (dtype,),
    "MemoryFormat": (memory_format,),
    "RandomSource": (Generator,),
    "Str": (str,),
    "None": (type(None),),
}


class Parameter(NamedTuple):
    """One argument of an op."""

    name: str
    words: tuple[str, ...]  # the kinds that it takes
    default: Any
    keyword_only: bool

    @property
    def keyword(self) -> str:
        """What a call names it: a word of Python's, such as `from`, has an underscore here."""
        return self.name.removesuffix("_")

    @property
    def is_operand(self) -> bool:
        """Whether a tensor may stand here."""
        return any(
            word in ("Array", "Mask", "IndexArray", "Arrays", "IndexArrays") for word in self.words
        )

    @property
    def exact_types(self) -> frozenset[type]:
        """Types of which every value is accepted as it is: a call need look no further."""
        return frozenset(kind for word in self.words for kind in _EXACT.get(word, ()))

    @property
    def has_default(self) -> bool:
        """Whether a call may leave it out."""
        return self.default is not inspect.Parameter.empty

    @property
    def type_name(self) -> str:
        """As torch's errors name the type."""
        return WORDS[self.words[0]][1]

    def accepts(self, value: object) -> bool:
        """Whether the value is of one of the kinds."""
        return any(
            value is None if word == "None" else WORDS[word][0](value) for word in self.words
        )

    def misfit(self, function: str, name: str, position: int | None, value: Any) -> TypeError:
        """torch's error of a value that is not accepted; a position is counted from one."""
        if isinstance(value, (tuple, list)) and position is not None and self.words[0] in LISTS:
            return errors.wrong_first(function, name, position, self.type_name, value[0])
        return errors.wrong_type(function, name, position, self.type_name, value)

    def foreign(self, value: object) -> int | None:
        """Where a list holds what is no tensor, if only tensors may be in it."""
        if self.words[0] not in OF_TENSORS or not isinstance(value, (tuple, list)):
            return None
        found = (place for place, each in enumerate(value) if not isinstance(each, Tensor))
        return next(found, None)

    def reads(self, value: object) -> bool:
        """Whether it is a tensor, of which the number is taken."""
        return "Number" in self.words and not self.is_operand and is_scalar(value)


class OldForm(Protocol):
    """A form that is taken with a warning; see `forms`."""

    def bound(
        self, args: Sequence[Any], kwargs: Mapping[str, Any], *, method: bool
    ) -> tuple[Any, ...] | None:
        """Values for all parameters; None for a call that is not in this form."""


class Schema:
    """The parameters of one op, and how a call fills them.

    They are read when a call first needs them: most programs call few ops.

    Args:
        name: of the op.
        forward: the function whose parameters they are.
        options: further ones, which `forward` does not take.
    """

    def __init__(
        self, name: str, forward: Callable[..., Any], options: Sequence[Parameter] = ()
    ) -> None:
        self.name = name
        self._options = options
        self._function = function = inspect.unwrap(forward)
        code = function.__code__
        self.positional = code.co_argcount
        self.least = code.co_argcount - len(function.__defaults__ or ())
        # Whether the ints of a size may be given one by one.
        self.gathers = self.positional == self.least == 2 and (
            function.__annotations__[code.co_varnames[1]].split(" ")[0] in LISTS
        )
        # Where torch has other forms of the op, the error of a call that fits none of them.
        self.refusal: Callable[[Sequence[Any], Mapping[str, Any], bool], TypeError] | None = None
        self.forms: tuple[Sequence[str], Sequence[str] | None] = ((), None)  # of both
        # And those that it takes, but does not list any more.
        self.old: Sequence[OldForm] = ()

    @cached_property
    def parameters(self) -> tuple[Parameter, ...]:
        """All, in order."""
        return (*self.own, *self._options)

    @cached_property
    def own(self) -> tuple[Parameter, ...]:
        """Those that the function takes."""
        return tuple(_parameters(self._function))

    @cached_property
    def defaults(self) -> tuple[Any, ...]:
        """What each parameter is if a call leaves it out."""
        return tuple(each.default for each in self.parameters)

    @cached_property
    def required(self) -> int:
        """How many a call may not leave out."""
        return len(self._needed)

    @cached_property
    def _types(self) -> dict[str, tuple[frozenset[type], type | None]]:
        return {
            each.keyword: (each.exact_types, _CONTENTS.get(each.words[0]))
            for each in self.parameters
        }

    @cached_property
    def _needed(self) -> set[str]:
        return {each.keyword for each in self.parameters if not each.has_default}

    def named(self, name: str) -> Schema:
        """The same parameters, under another name of the op in errors."""
        made = copy.copy(self)
        made.name = name
        return made

    def fits(self, args: Sequence[Any], named: Mapping[str, Any]) -> bool:
        """Whether arguments plainly fit; False where `bind` must look closer."""
        given = {**dict(zip(self._types, args, strict=False)), **named}
        if len(args) > self.positional or len(given) != len(args) + len(named):
            return False
        if not self._needed <= given.keys() <= self._types.keys():
            return False
        for name, value in given.items():
            kinds, content = self._types[name]
            kind = type(value)
            if kind in kinds:
                continue
            if content is None or kind not in _SEQUENCES[content]:
                return False
            for each in value:
                if type(each) is not content:
                    return False
        return True

    def bind(
        self, args: Sequence[Any], kwargs: Mapping[str, Any], *, method: bool, reads: bool = True
    ) -> tuple[Any, ...]:
        """Values for all parameters, in order; torch's TypeError if the call does not fit.

        In the function form the first operand is called `input`, and positions count from it.

        Args:
            reads: whether a tensor without dims may stand for a number.
        """
        try:
            return self.bound(args, kwargs, method=method, reads=reads)
        except TypeError as error:
            if errors.is_while_unpacking(error):
                raise
            for old in self.old:
                if (values := old.bound(args, kwargs, method=method)) is not None:
                    return values
            if self.refusal is None:
                raise error from None
        raise self.refusal(args, kwargs, method)

    def bound(
        self, args: Sequence[Any], kwargs: Mapping[str, Any], *, method: bool, reads: bool = True
    ) -> tuple[Any, ...]:
        """As `bind`, with the error of this form, whatever other forms torch has.

        In torch's order: too many, then each parameter in turn, unknown keywords, and last what
        comes in lists of ints but first, from the last list on.
        """
        if method:
            args = self.gathered(args)
        if method and kwargs and len(self.parameters) == 1:
            raise errors.no_keywords(self.name)
        if len(args) > self.positional:
            most = self.positional if len(self.parameters) > 1 or not method else 0
            raise errors.too_many(self.name, self.required, most, len(args), method=method)
        values = list(args) + [_MISSING] * (len(self.parameters) - len(args))
        names = [each.keyword for each in self.parameters]
        wrong, lists = [], []
        for key, value in kwargs.items():
            index = _index(names, key, method)
            if index is None:
                wrong.append(errors.unexpected_keyword(self.name, key))
            elif values[index] is not _MISSING:
                wrong.append(errors.repeated(self.name, key))
            else:
                values[index] = value
        for index, parameter in enumerate(self.parameters):
            value = values[index]
            if value is _MISSING:
                if not parameter.has_default:
                    raise errors.missing(self.name, self._required(index, method))
                values[index] = parameter.default
            elif reads and parameter.reads(value):
                values[index] = value.item()
            elif not parameter.accepts(value):
                name = _public(parameter.keyword, method)
                if (place := parameter.foreign(value)) is not None:
                    raise errors.no_tensor(place, index - method, value[place])
                position = (index + 1 - method) if index < len(args) else None
                raise parameter.misfit(self.name, name, position, value)
            elif isinstance(value, Tensor) and parameter.words[0] in ("Int", "SymInt", "Float"):
                values[index] = number_in(value, parameter.words[0])
            elif parameter.words[0] in LISTS and value is not None:
                lists.append(index)
            elif parameter.words[0] == "SymInt" and value is not None:
                values[index] = operator.index(value)
            elif isinstance(value, np.generic) and "Anything" not in parameter.words:
                values[index] = python_number(value)
        if wrong:
            raise wrong[0]
        for index in reversed(lists):  # as C++ looks at a call's arguments
            values[index] = self._unpacked(self.parameters[index], values[index], method)
        return tuple(values)

    def _unpacked(self, parameter: Parameter, value: Any, method: bool) -> tuple[int, ...]:
        """Ints as Python's: a list of the user's own must not be kept, as it may change.

        The first one is an int; of others a bool is one, too. What torch may trace is no truth.
        """
        if is_listed_int(value):
            return (int(value),)
        for position, each in enumerate(value, 1):
            if not (is_listed_int(each) or is_index(each)):
                name, wanted = _public(parameter.keyword, method), parameter.type_name
                raise errors.wrong_later(self.name, name, position, wanted, each)
            is_truth = isinstance(each, Tensor) and each._array.dtype == bool
            if is_truth and parameter.words[0] in SYMBOLIC:
                raise errors.truth_as_size()
        return tuple([int(each) for each in value])

    def _required(self, start: int, method: bool) -> list[str]:
        """The required positional parameters from one on, those given by keyword too."""
        asked = self.parameters[start : max(self.positional, start + 1)]
        return [_public(p.keyword, method) for p in asked if not p.has_default]

    def by_position(self, function: Callable[..., Any]) -> Callable[..., Any]:
        """The function, taking its keyword-only parameters by position too."""
        split, code = self.positional, self._function.__code__
        names = code.co_varnames[split : split + code.co_kwonlyargcount]
        if not names:
            return function
        return lambda *args: function(*args[:split], **dict(zip(names, args[split:], strict=True)))

    def gathered(self, args: Sequence[Any]) -> Sequence[Any]:
        """`x.view(2, 3)`: a method's only argument may be several ints."""
        if self.gathers and len(args) > 1 and is_first_int(args[1]):
            return (args[0], tuple(args[1:]))
        return args


def _public(name: str, method: bool) -> str:
    """A parameter's name as torch's errors have it."""
    return "input" if name == "self" and not method else name


# Names that torch takes as NumPy calls them.
_NUMPY_NAMES: Final = {
    "axis": "dim", "keepdims": "keepdim", "x": "self", "a": "self", "x1": "self", "x2": "other",
}  # fmt: skip


def _index(names: list[str], key: str, method: bool) -> int | None:
    """Which parameter a keyword means; the function form calls the first operand `input`."""
    if key == "input" and not method:
        key = "self" if "self" in names else key
    elif key not in names:
        key = _NUMPY_NAMES.get(key, key)
    return names.index(key) if key in names else None


def _parameters(function: Any) -> Iterator[Parameter]:
    """Read from the code object: `inspect.signature` takes twenty times as long, of hundreds."""
    code = function.__code__
    names = code.co_varnames[: code.co_argcount + code.co_kwonlyargcount]
    given = function.__defaults__ or ()
    first = code.co_argcount - len(given)
    defaults = dict(zip(names[first:], given, strict=False)) | (function.__kwdefaults__ or {})
    for place, name in enumerate(names):
        words = tuple(word.strip() for word in function.__annotations__[name].split("|"))
        unknown = [word for word in words if word != "None" and word not in WORDS]
        assert not unknown, f"parameter {name} has annotations outside of `types`: {unknown}"
        default = defaults.get(name, inspect.Parameter.empty)
        yield Parameter(name, words, default, place >= code.co_argcount)

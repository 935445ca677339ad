"""Forms of ops that torch takes with a warning, but does not list any more: `add(x, alpha, y)`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final, NamedTuple

from mini_autograd.core.modes.warn_once import once
from mini_autograd.core.tensor.tensor import Tensor
from mini_autograd.messages import arguments as errors
from mini_autograd.parsing.overloads import listed_forms
from mini_autograd.parsing.schema import Schema

Values = tuple[Any, ...]


class OldForm(NamedTuple):
    """One such form of an op.

    Attributes:
        function, method: how torch writes the parameters of the function and of the method.
    """

    schema: Schema
    function: str
    method: str

    def bound(
        self, args: Sequence[Any], kwargs: Mapping[str, Any], *, method: bool, name: str = ""
    ) -> Values | None:
        """Values for all parameters of the op, after a warning; None if the call is not in this
        form. An op in place has a `name` of its own."""
        # The tensor of a method comes first, whatever its place is in the function.
        names = ("self", *_names(self.method)) if method else _names(self.function)
        given = dict(zip(names, args)) | dict(kwargs)  # noqa: B905
        if len(given) != len(args) + len(kwargs) or given.keys() != {*names}:
            return None
        try:
            values = self.schema.bound((), given, method=False)
        except TypeError:
            return None
        form = self.method if method else self.function
        instead = listed_forms(*self.schema.forms, method=method)
        once(
            errors.old_form(name or self.schema.name, form, instead),
            stacklevel=5,
        )
        return values


def _names(form: str) -> tuple[str, ...]:
    words = form.strip("()").partition(", *")[0].split(", ")
    names = [word.rpartition(" ")[2] for word in words]
    return tuple("self" if name == "input" else name for name in names)


_FORMS: Final[dict[str, Sequence[OldForm]]] = {}


def with_old_forms(
    op: Any,
    *forms: tuple[str, str],
) -> Any:
    """The op, which has its forms, taken in these of the function and of the method, too."""
    op.schema.old = [OldForm(op.schema, *form) for form in forms]
    _FORMS[op.schema.name] = op.schema.old
    return op


def in_new_form(
    name: str, tensor: Tensor, args: tuple[Any, ...], kwargs: dict[str, Any]
) -> tuple[tuple[Any, ...], dict[str, Any]]:
    """The arguments of a method in place, those of an old form in the order of the new one."""
    for form in _FORMS.get(name.removesuffix("_"), ()):
        if values := form.bound((tensor, *args), kwargs, method=True, name=name):
            given = zip(form.schema.parameters, values, strict=True)
            by_name = {each.name: value for each, value in given if each.keyword_only}
            return values[1 : form.schema.positional], by_name
    return args, kwargs

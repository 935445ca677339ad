"""The forms of a function as torch's errors list them: `(Tensor input, Number other)`.

And those that it takes with a warning, but does not list any more: `add(x, alpha, y)`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from itertools import product
from typing import Any, Final, NamedTuple

from mini_autograd.core.modes.warn_once import once
from mini_autograd.core.tensor.tensor import Tensor
from mini_autograd.messages import arguments as errors
from mini_autograd.parsing.schema import Parameter, Schema


def forms_of(schemas: Iterable[Schema], out: Collection[int] | bool = False) -> list[str]:
    """The forms of alternatives: a tensor stands before a number, at a later place if either may.

    Args:
        schemas: of the alternatives.
        out: the places in the list of forms that write into an `out`, too; or whether all do.
    """
    found = [form for each in schemas for form in product(*map(_kinds, each.parameters))]
    return [
        _form(form, out is True or (out is not False and place in out))
        for place, form in enumerate(sorted(found, key=_first_number))
    ]


def _kinds(parameter: Parameter) -> list[Parameter]:
    words = [word for word in parameter.words if word != "None"]
    return [parameter._replace(words=(word,)) for word in words]


def _first_number(form: Sequence[Parameter]) -> int:
    asked = [each.words == ("Number",) and not each.keyword_only for each in form]
    return asked.index(True) if any(asked) else -1


def _form(parameters: Sequence[Parameter], with_out: bool) -> str:
    split = sum(not each.keyword_only for each in parameters)
    listed = [
        f"{each.type_name} {'input' if each.name == 'self' and each.is_operand else each.name}"
        + (f" = {each.default}" if each.has_default else "")
        for each in parameters
    ]
    named = listed[split:] + ["Tensor out = None"] * with_out
    return f"({', '.join(listed[:split] + ['*', *named] * bool(named))})"


def listed_forms(
    function_forms: Sequence[str], method_forms: Sequence[str] | None, *, method: bool
) -> Sequence[str]:
    """The forms of the function, or of the method: these lack the tensor itself, and `out`."""
    if not method:
        return function_forms
    if method_forms is not None:
        return method_forms
    of_tensor = [_tokens(form)[1:] for form in function_forms if form.startswith("(Tensor input")]
    kept = [[each for each in form if not each.endswith(" out = None")] for form in of_tensor]
    return [f"({', '.join(form[:-1] if form[-1:] == ['*'] else form)})" for form in kept]


def _given(args: Sequence[Any], kwargs: Mapping[str, Any]) -> str:
    """The types of a call's arguments, as torch lists them: keywords from the last one."""
    listed = [errors.type_name(value) for value in args]
    listed += [f"{key}={errors.type_name(kwargs[key])}" for key in reversed(list(kwargs))]
    # torch leaves a trailing comma where all arguments have names
    return ", ".join(listed) + (", " if kwargs and not args else "")


def none_fits(
    name: str, forms: Sequence[str], args: Sequence[Any], kwargs: Mapping[str, Any]
) -> TypeError:
    """torch's error that lists all forms; of a single one it marks the misfits."""
    if len(forms) == 1:  # if the numbers agree
        if unknown := _unknown(forms[0], args, kwargs):
            return errors.unrecognized_keywords(name, unknown)
        misfit = _misfits(forms[0], args, kwargs)
        return errors.invalid_combination(name, misfit or _given(args, kwargs), forms)
    explained = [f"{form}{_explained(form, args, kwargs)}" for form in forms]
    return errors.invalid_combination(name, _given(args, kwargs), explained)


def _tokens(form: str) -> list[str]:
    return form.strip("()").split(", ")


def _parameters(form: str) -> list[str]:
    return [each for each in _tokens(form) if each and each != "*"]


def required(form: str) -> int:
    """How many parameters of a form have no default."""
    return sum(" = " not in each for each in _parameters(form))


def takes(form: str, count: int) -> bool:
    """Whether a form takes so many arguments."""
    return required(form) <= count <= len(_parameters(form))


def _explained(form: str, args: Sequence[Any], kwargs: Mapping[str, Any]) -> str:
    """Why a form does not fit; torch says it only where the numbers agree, counting the `*`."""
    if len(_tokens(form)) != len(args) + len(kwargs):
        return ""
    if unknown := _unknown(form, args, kwargs):
        return errors.incorrect_keywords(unknown)
    return errors.mismatched(_misfits(form, args, kwargs))


def _unknown(form: str, args: Sequence[Any], kwargs: Mapping[str, Any]) -> list[str]:
    """The keywords that are none of the last words of the form, if the numbers agree."""
    names = [token.rpartition(" ")[2] for token in _tokens(form)]
    agree = len(names) == len(args) + len(kwargs)
    return [key for key in reversed(list(kwargs)) if agree and key not in names[len(args) :]]


def _misfits(form: str, args: Sequence[Any], kwargs: Mapping[str, Any]) -> str:
    """The types of the arguments, marked where they misfit; nothing if the numbers differ.

    torch reads the text of the form from its end, so that a parameter with a default never fits.
    """
    tokens = [each.rpartition(" ")[::2] for each in _tokens(form)]
    if len(tokens) != len(args) + len(kwargs):
        return ""
    fits = [_fit("", value, wanted) for value, (wanted, _) in zip(args, tokens, strict=False)]
    for wanted, name in tokens[len(args) :]:
        if name in kwargs:
            fits.append(_fit(f"{name}=", kwargs[name], wanted))
    return ", ".join(fits) + (", " if kwargs and not args else "")


def _fit(label: str, value: Any, wanted: str) -> str:
    """An argument's type, between exclamation marks if it is not the wanted one."""
    found = _listed_type(value)
    return f"{label}{found}" if found == wanted else f"!{label}{found}!"


def _listed_type(value: Any) -> str:
    """A value's type, and of a list those of what it holds."""
    kind = errors.type_name(value)
    if not isinstance(value, (tuple, list)):
        return kind
    inner = ", ".join(map(errors.type_name, value))
    if isinstance(value, list):
        return f"{kind} of [{inner}]"
    return f"{kind} of ({inner},)" if len(value) == 1 else f"{kind} of ({inner})"


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
    ) -> tuple[Any, ...] | None:
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
        once(errors.old_form(name or self.schema.name, form, instead), stacklevel=5)
        return values


def _names(form: str) -> tuple[str, ...]:
    names = [word.rpartition(" ")[2] for word in _tokens(form.partition(", *")[0])]
    return tuple("self" if name == "input" else name for name in names)


_FORMS: Final[dict[str, Sequence[OldForm]]] = {}


def with_old_forms(op: Any, *forms: tuple[str, str]) -> Any:
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

"""Functions composed of ops, and names that torch overloads: bound and refused as torch does.

`@composite` gives a function on tensors the argument parser and both call forms. `overloaded`
makes one public name of several: the first whose parameters take the arguments is called.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol, cast, overload

import numpy as np

from mini_autograd.core.saved.packing import packing_threads, within_composite
from mini_autograd.core.table import shared
from mini_autograd.core.tensor.tensor import Tensor
from mini_autograd.messages import arguments as errors
from mini_autograd.parsing.binding import Written, binder
from mini_autograd.parsing.overrides import overridable
from mini_autograd.parsing.schema import Schema


class Bound(Protocol):
    """A function with a schema: an op, or a composite of ops."""

    schema: Schema
    method: Callable[..., Any]
    written: Written
    __name__: str

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Calls it in the function form."""


@overload
def composite(function: Callable[..., Any], /) -> Bound: ...
@overload
def composite(
    *, name: str | None = None, dispatched: bool = False
) -> Callable[[Callable[..., Any]], Bound]: ...
def composite(
    function: Callable[..., Any] | None = None, *, name: str | None = None, dispatched: bool = False
) -> Any:
    """Gives a function of ops torch's argument parser; with bare arrays it is called as it is.

    Its parameters are annotated with the words of `types`, as an op's forward.

    Args:
        function: the function.
        name: what torch's errors call it; by default its own name.
        dispatched: whether torch has it as an op of its own, with a kernel that makes views or
            counts writes.
    """
    if function is None:
        return lambda decorated: _composed(decorated, name or decorated.__name__, dispatched)
    return _composed(function, function.__name__, dispatched)


def _is_raw(args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> bool:
    """Whether a derivative rule calls, with arrays for tensors; a user's NumPy number is one."""
    if not args or not isinstance(args[0], (np.ndarray, np.generic)):
        return False
    return not any(isinstance(each, Tensor) for each in (*args[1:], *kwargs.values()))


def _composed(function: Callable[..., Any], name: str, dispatched: bool) -> Bound:
    schema = Schema(name, function)
    by_position = schema.by_position(function)
    written = binder(schema, function, is_composite=not dispatched)

    def caller(method: bool) -> Callable[..., Any]:
        @overridable(name, method=method)
        def general(*args: Any, **kwargs: Any) -> Any:
            if _is_raw(args, kwargs):
                return function(*args, **kwargs)
            bound = schema.bind(args, kwargs, method=method)
            if packing_threads and not dispatched:
                return within_composite(by_position, *bound)
            return by_position(*bound)

        call: Callable[..., Any] = written.caller(general, schema.gathers and method)
        call.__name__ = schema.name
        call.__doc__ = function.__doc__
        return call

    made = cast(Bound, caller(False))
    made.method = caller(True)
    made.schema, made.written = schema, written
    return shared(made, function.__qualname__)


def overloaded(
    name: str,
    *alternatives: Bound,
    function_forms: Sequence[str] = (),
    method_forms: Sequence[str] | None = None,
) -> Bound:
    """One public name for several functions, tried in order.

    Args:
        name: the public name.
        alternatives: ops or composites.
        function_forms: how torch lists the overloads of the function form in its TypeError.
        method_forms: likewise of the method form, where they do not follow from these.
    """

    def caller(method: bool) -> Callable[..., Any]:
        @overridable(name, method=method)
        def general(*args: Any, **kwargs: Any) -> Any:
            for reads in (False, True):  # a tensor that stands for a number comes last
                for each in alternatives:
                    try:
                        each.schema.bound(args, kwargs, method=method, reads=reads)
                    except TypeError as error:
                        if errors.is_while_unpacking(error):
                            raise
                        continue
                    return (each.method if method else each)(*args, **kwargs)
            forms = listed_forms(function_forms, method_forms, method=method)
            raise _refused(name, alternatives, forms, args, kwargs, method=method)

        following: Callable[..., Any] = general
        for each in reversed(alternatives):
            following = _tried(each, following, method)
        following.__name__ = name
        return following

    made = cast(Bound, caller(False))
    made.method = caller(True)
    made.schema = alternatives[0].schema
    return made


def _tried(each: Bound, following: Callable[..., Any], method: bool) -> Callable[..., Any]:
    """The function where its arguments are plain ones, and else the following."""
    schema, written = each.schema, getattr(each, "written", None)
    gathers = method and schema.gathers

    def fitting(*args: Any, **kwargs: Any) -> Any:
        if _is_raw(args, kwargs) or schema.fits(schema.gathered(args) if gathers else args, kwargs):
            return (each.method if method else each)(*args, **kwargs)
        return following(*args, **kwargs)

    if written is None:
        return fitting
    made: Callable[..., Any] = written.caller(fitting if written.by_dtype else following, gathers)
    return made


def with_forms(
    op: Any, *, function_forms: Sequence[str], method_forms: Sequence[str] | None = None
) -> Any:
    """An op of which torch has further forms: its TypeError lists these.

    One that has no further form as a method says there what is wrong.
    """

    def refusal(args: Sequence[Any], kwargs: Mapping[str, Any], method: bool) -> TypeError:
        forms = listed_forms(function_forms, method_forms, method=method)
        if not forms:
            try:
                op.schema.bound(args, kwargs, method=method)
            except TypeError as error:
                return error
        return _refused(op.schema.name, (op,), forms, args, kwargs, method=method)

    op.schema.refusal = refusal
    op.schema.forms = function_forms, method_forms
    return op


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


def _refused(
    name: str,
    alternatives: Sequence[Bound],
    forms: Sequence[str],
    args: Sequence[Any],
    kwargs: Mapping[str, Any],
    *,
    method: bool,
) -> TypeError:
    """torch's error: of the only form that takes as many arguments, or else a list of all."""
    count = len(args) + len(kwargs) - method
    plausible = [form for form in forms if _takes(form, count)]
    if len(plausible) == 1:
        for each in alternatives:
            required, parameters = each.schema.required, len(each.schema.parameters)
            # A form counts `out`, which is none of the parameters here.
            parameters += "out =" in plausible[0] and required == _required(plausible[0]) + method
            if len(alternatives) == 1 or required <= count + method <= parameters:
                try:
                    each.schema.bound(args, kwargs, method=method)
                except TypeError as error:
                    return error
    given = args[method:]
    if len(forms) == 1:  # the misfits are marked where they are, if the numbers agree
        if unknown := _unknown(forms[0], given, kwargs):
            return errors.unrecognized_keywords(name, unknown)
        misfit = _misfits(forms[0], given, kwargs)
        return errors.invalid_combination(name, misfit or _given(given, kwargs), forms)
    return none_fits(name, forms, given, kwargs)


def none_fits(
    name: str, forms: Sequence[str], args: Sequence[Any], kwargs: Mapping[str, Any]
) -> TypeError:
    """torch's error that lists all forms."""
    explained = [f"{form}{_explained(form, args, kwargs)}" for form in forms]
    return errors.invalid_combination(name, _given(args, kwargs), explained)


def _tokens(form: str) -> list[str]:
    return form.strip("()").split(", ")


def _parameters(form: str) -> list[str]:
    return [each for each in _tokens(form) if each and each != "*"]


def _required(form: str) -> int:
    return sum(" = " not in each for each in _parameters(form))


def _takes(form: str, count: int) -> bool:
    return _required(form) <= count <= len(_parameters(form))


def _explained(form: str, args: Sequence[Any], kwargs: Mapping[str, Any]) -> str:
    """Why a form does not fit; torch says it only where the numbers agree, counting the `*`."""
    if len(_tokens(form)) != len(args) + len(kwargs):
        return ""
    if unknown := _unknown(form, args, kwargs):
        return errors.incorrect_keywords(unknown)
    return errors.mismatched(_misfits(form, args, kwargs))


def _unknown(form: str, args: Sequence[Any], kwargs: Mapping[str, Any]) -> list[str]:
    """The keywords that are no word of the form, if the numbers agree."""
    names = [token.rpartition(" ")[2] for token in _tokens(form)]
    agree = len(names) == len(args) + len(kwargs)
    return [key for key in reversed(list(kwargs)) if agree and key not in names]


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
    found = _nested_type(value)
    return f"{label}{found}" if found == wanted else f"!{label}{found}!"


def _nested_type(value: Any) -> str:
    if isinstance(value, (tuple, list)):
        inner = ", ".join(map(_nested_type, value))
        if isinstance(value, list):
            return f"list of [{inner}]"
        return f"tuple of ({inner},)" if len(value) == 1 else f"tuple of ({inner})"
    return errors.type_name(value)

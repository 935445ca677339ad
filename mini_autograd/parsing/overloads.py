"""Functions composed of ops, and names that torch overloads: bound and refused as torch does.

`@composite` gives a function on tensors the argument parser and both call forms. `overloaded`
makes one public name of several: the first whose parameters take the arguments is called.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any, Protocol, cast, overload

import numpy as np

from mini_autograd.core.saved.packing import packing_threads, within_composite
from mini_autograd.core.table import shared
from mini_autograd.core.tensor.tensor import Tensor
from mini_autograd.messages import arguments as errors
from mini_autograd.parsing.binding import Written, binder
from mini_autograd.parsing.forms import forms_of, listed_forms, none_fits, required, takes
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
    function_forms: Sequence[str] | None = None,
    method_forms: Sequence[str] | None = None,
    out: Collection[int] | bool = False,
) -> Bound:
    """One public name for several functions, tried in order.

    Args:
        name: the public name.
        alternatives: ops or composites.
        function_forms: how torch lists the overloads of the function form in its TypeError, where
            these are not the alternatives' own forms.
        method_forms: likewise of the method form, where they do not follow from these.
        out: which of the alternatives' forms may write into an `out`, too.
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
            of_function = function_forms
            if of_function is None:
                of_function = forms_of([each.schema for each in alternatives], out)
            forms = listed_forms(of_function, method_forms, method=method)
            raise refused(name, alternatives, forms, args, kwargs, method=method)

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
        return refused(op.schema.name, (op,), forms, args, kwargs, method=method)

    op.schema.refusal = refusal
    op.schema.forms = function_forms, method_forms
    return op


def refused(
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
    plausible = [form for form in forms if takes(form, count)]
    if len(plausible) == 1:
        for each in alternatives:
            least, most = each.schema.required, len(each.schema.parameters)
            # A form counts `out`, which is none of the parameters here.
            most += "out =" in plausible[0] and least == required(plausible[0]) + method
            if len(alternatives) == 1 or least <= count + method <= most:
                try:
                    each.schema.named(name).bound(args, kwargs, method=method)
                except TypeError as error:
                    return error
    return none_fits(name, forms, args[method:], kwargs)

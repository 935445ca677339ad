"""How an op is called on a torch-like module: as a function, a method, an attribute or an operator,
and in another of its forms where the module lacks the one that the program has."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from inspect import CO_VARARGS, CO_VARKEYWORDS, Parameter, signature
from operator import attrgetter
from types import BuiltinMethodType, TracebackType
from typing import TYPE_CHECKING, Any

from conformance.catalogue import CATALOGUE, Form, op_of
from conformance.engines.observing.texts import said
from conformance.engines.torchlike.names import Absent, AbsentForm, Refused, offers
from conformance.engines.torchlike.own import function_of
from conformance.program.steps import Call
from conformance.program.trace import Unsupported
from conformance.program.values import Ref
from conformance.program.words.operators import OPERATORS, Operator

if TYPE_CHECKING:
    from conformance.engines.torchlike import TorchLikeSession as Session


def call(session: Session, step: Call) -> Any:
    """The step's answer. Where the module lacks this form of the op, another form that torch has
    for it is called, and the lack is noted."""
    try:
        return _FORMS[step.form](session, step)
    except AbsentForm as absent:
        return _otherwise(session, step, absent)


def _function(session: Session, step: Call) -> Any:
    names = session.names
    try:
        function = names.lookup(step.op)
    except Absent as absent:
        raise AbsentForm(absent.outcome) from None
    args, options = names.all(step.args), names.resolve(step.kwargs)
    return called(step.op, session.way.carried(function), args, options)


def _method(session: Session, step: Call) -> Any:
    names = session.names
    owner, *args = names.all(step.args)
    method, options = _member(session, owner, step.op), names.resolve(step.kwargs)
    if isinstance(method, BuiltinMethodType) and method.__self__ is owner:
        # As the interpreter runs `x.cos(y)`: an error of the parser names the class that has it.
        of_class = getattr(type(owner), step.op, None)
        method, args = (of_class, [owner, *args]) if of_class else (method, args)
    return called(step.op, session.way.carried(method), args, options)


def _own(session: Session, step: Call) -> Any:
    names = session.names
    function = session.way.carried(function_of(step.op, session.engine.name, names))
    return called(step.op, function, names.all(step.args), names.resolve(step.kwargs))


def _attribute(session: Session, step: Call) -> Any:
    owner = session.names.resolve(step.args[0])
    if op_of(step) is not None and hasattr(type(owner), step.op):
        return session.way.carried(attrgetter(step.op))(owner)
    return session.names.attribute(owner, step.op)


def _member(session: Session, owner: Any, name: str) -> Any:
    try:
        return session.names.attribute(owner, name)
    except Absent as absent:
        raise AbsentForm(absent.outcome) from None


def _operator(session: Session, step: Call) -> Any:
    args = session.names.all(step.args)
    value = _applied(session, step.op, args)
    if not OPERATORS[step.op].statement:
        return value
    if OPERATORS[step.op].binds and isinstance(target := step.args[0], Ref):
        session.bound.bind_again(target.name, value)
    return None


def _applied(session: Session, symbol: str, args: list[Any]) -> Any:
    row = OPERATORS[symbol]
    try:
        value = session.way.carried(row.apply)(*args)
    except TypeError as error:
        _refuse_if_unsupported(session, row, symbol, args, said(error))
        raise
    if value is False or value is True:  # as `object` compares, which has `==` and knows no tensor
        _refuse_if_unsupported(session, row, symbol, args)
    return value


def _refuse_if_unsupported(
    session: Session, row: Operator, symbol: str, args: list[Any], reason: str = ""
) -> None:
    """Say "unsupported" only if no tensor among the operands has a method that Python looks for."""
    asked = [
        (type(value), names)
        for value, names in zip(args, (row.methods, row.reflected), strict=False)
        if names and isinstance(value, session.tensor_type)
    ]
    if asked and not any(offers(kind, names) for kind, names in asked):
        kind, names = asked[0]
        lacking = Unsupported(f"{kind.__name__}.{names[0]} ({symbol})", reason)
        raise AbsentForm(lacking) from None


_FORMS: Mapping[str, Callable[[Session, Call], Any]] = {
    "function": _function,
    "method": _method,
    "attribute": _attribute,
    "operator": _operator,
    "own": _own,
}


def _otherwise(session: Session, step: Call, absent: AbsentForm) -> Any:
    """Call the op in another form. What that form refuses tells nothing of the one asked for: the
    step is unsupported then."""
    names = session.names
    args, options = names.all(step.args), names.resolve(step.kwargs)
    for form in _others(step):
        ordered = _in_order_of(form, step, args)
        if ordered is None or not isinstance(ordered[0], session.tensor_type):
            continue
        found = _callable(session, form, ordered[0])
        if found is None or (options and form.kind == "operator"):
            continue
        try:
            value = found(*ordered, **options)
        except Exception:
            break
        session.forms[len(session.outcomes)] = f"{_shown(absent)} (run as {_written(form)})"
        statement = step.form == "operator" and OPERATORS[step.op].statement
        return None if statement else value
    raise absent


def _others(step: Call) -> Iterator[Form]:
    """The other forms in which torch has the op, of those that write in place or of those that
    do not."""
    name = op_of(step)
    if name is None or step.form == "attribute":
        return
    entry = CATALOGUE[name]
    own = (step.form, step.op)
    group = next(
        forms for forms in (entry.forms, entry.inplace) if own in [(f.kind, f.op) for f in forms]
    )
    yield from (form for form in group if (form.kind, form.op) != own and form.kind != "attribute")


def _in_order_of(form: Form, step: Call, args: list[Any]) -> list[Any] | None:
    """The step's arguments in the order in which the other form takes them; None if it cannot."""
    if not args or (form.kind == "operator" and len(args) != OPERATORS[form.op].operands):
        return None
    entry = CATALOGUE[op_of(step) or ""]
    forms = (*entry.forms, *entry.inplace)
    own = next(each for each in forms if (each.kind, each.op) == (step.form, step.op))
    if own.order == form.order:
        return args
    if len(args) < len(own.order or form.order):
        return None
    if own.order:  # back to torch's order of the function
        args = [args[own.order.index(place)] for place in range(len(own.order))]
    return [args[place] for place in form.order] if form.order else args


def _callable(session: Session, form: Form, first: Any) -> Callable[..., Any] | None:
    if form.kind == "operator":
        row = OPERATORS[form.op]
        methods = row.methods[:1] if row.statement else row.methods
        return row.apply if offers(type(first), methods) else None
    if form.kind == "method":
        return getattr(type(first), form.op, None)
    try:
        function: Callable[..., Any] = session.names.lookup(form.op)
    except Absent:
        return None
    return function


def _written(form: Form) -> str:
    if form.kind == "operator":
        return OPERATORS[form.op].text.format("x", "y", "z")
    return f"Tensor.{form.op}" if form.kind == "method" else f"torch.{form.op}"


def _shown(absent: AbsentForm) -> str:
    assert isinstance(absent.outcome, Unsupported)
    return absent.outcome.what


def called(name: str, function: Any, args: Sequence[Any], options: dict[str, Any]) -> Any:
    """The function's answer.

    Raises:
        Absent: its signature shows that it does not take the arguments, and no code of the op's
            own was reached: a decorator may take what the signature that it shows does not.
        Refused: its error says so.
    """
    try:
        return function(*args, **options) if options else function(*args)
    except TypeError as error:
        if "out" in options and _refuses_out(str(error)):
            raise Refused(error, f"{name}(out=)") from error
        if not _only_passed_on(error.__traceback__):
            raise
        if lacking := _not_taken(function, len(args), options):
            raise Absent(Unsupported(f"{name}({lacking})", said(error))) from error
        if lacking := _refused(error, options):
            raise Refused(error, f"{name}({lacking})") from error
        raise


def _refuses_out(text: str) -> bool:
    """Whether the error says that the call takes no `out=`, in Python's words or in those of the
    parser that torch has. Torch takes any tensor: an engine that does not answers nothing."""
    if found := _KEYWORD.search(text):
        return "out" in found.groups()
    return "invalid combination of arguments" in text and "out=Tensor" in text


def _not_taken(function: Any, count: int, options: dict[str, Any]) -> str | None:
    try:
        parameters = signature(function).parameters
    except (TypeError, ValueError):  # Nothing tells what it takes.
        return None
    kinds = [parameter.kind for parameter in parameters.values()]
    if Parameter.VAR_POSITIONAL not in kinds:
        most = len(kinds) - kinds.count(Parameter.KEYWORD_ONLY) - kinds.count(Parameter.VAR_KEYWORD)
        if count > most:
            return f"argument {most + 1}"
    unknown = (f"{name}=" for name in options if name not in parameters)
    return None if Parameter.VAR_KEYWORD in kinds else next(unknown, None)


# What CPython says where a call cannot be bound, of functions in Python and in C.
_KEYWORD = re.compile(r"unexpected keyword argument '(\w+)'|'(\w+)' is an invalid keyword argument")
_NO_KEYWORDS = re.compile(r"takes no keyword arguments")
_COUNT = re.compile(
    r"(?:takes|expected) (?:exactly |at most |from \d+ to )?(no|one|\d+)(?: positional)? arguments?"
    r"(?: \(| but |, got )\d+"
)
_NUMBERS = {"no": 0, "one": 1}


def _refused(error: TypeError, options: dict[str, Any]) -> str | None:
    """The argument that a function in C, or one behind wrappers that pass anything on, says that
    it does not take. An error from further inside is the op's own."""
    text = str(error)
    if found := _KEYWORD.search(text):
        name = found[1] or found[2]
        return f"{name}=" if name in options else None
    if options and _NO_KEYWORDS.search(text):
        return f"{next(iter(options))}="
    if found := _COUNT.search(text):
        taken = _NUMBERS[found[1]] if found[1] in _NUMBERS else int(found[1])
        return f"argument {taken + 1}"
    return None


def _only_passed_on(trace: TracebackType | None) -> bool:
    inner = trace and trace.tb_next  # the first is our own
    while inner is not None:
        if not inner.tb_frame.f_code.co_flags & (CO_VARARGS | CO_VARKEYWORDS):
            return False
        inner = inner.tb_next
    return True

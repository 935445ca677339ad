"""What users see of the ops: each enters at its definition, under its public names.

The frontend puts all that is entered here on the module and on `Tensor`; it names no op itself.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final, TypeVar

from mini_autograd.core.tensor.tensor import Tensor
from mini_autograd.messages.tensors.inplace import renamed
from mini_autograd.parsing.in_place import InPlace
from mini_autograd.parsing.overrides import KNOWN, PLAIN, overridable

_Op = TypeVar("_Op", bound=Callable[..., Any])
_Reader = TypeVar("_Reader", bound=Callable[[Any], Any])

functions: Final[dict[str, Callable[..., Any]]] = {}
methods: Final[dict[str, Callable[..., Any]]] = {}
operators: Final[dict[str, Callable[..., Any]]] = {}
attributes: Final[dict[str, property]] = {}
# By the name with the underscore: the columns, and the method of which the result is written.
in_place_forms: Final[dict[str, tuple[InPlace, Callable[..., Any]]]] = {}


def public(
    *names: str, function: bool = True, method: bool = True, in_place: InPlace | None = None
) -> Callable[[_Op], _Op]:
    """Makes what it decorates public: an op, a composite of ops, or a plain function.

    Args:
        names: what users call it; by default its own name alone.
        function: whether the module has it.
        method: whether `Tensor` has it.
        in_place: whether the method has an in-place form, and in what that differs.

    Raises:
        ValueError: another one has that name.
    """

    def enter(op: _Op) -> _Op:
        of_tensor = getattr(op, "method", op)
        for place, name in enumerate(names or (op.__name__,)):
            if function:
                _enter(functions, name, _under(name, op, op, method=False))
            if method:
                _enter(methods, name, _under(name, of_tensor, op, method=True))
            if in_place is not None:
                composite = in_place.composite or place > 0  # as a further name is in torch
                row = in_place._replace(name=f"{name}_", composite=composite)
                _enter(in_place_forms, row.name, (row, of_tensor))
        return op

    return enter


def _under(name: str, call: Any, op: Any, *, method: bool) -> Any:
    """The op's function or its method under another name, by which its errors call it."""
    if not hasattr(op, "schema") or call.__name__ == name:
        return call

    @overridable(name, method=method)
    def general(*args: Any, **kwargs: Any) -> Any:
        try:
            return call(*args, **kwargs)
        except TypeError as error:
            refused = error
        told = renamed(refused, name)
        raise refused if str(told) == str(refused) else told

    made: Any = general
    if hasattr(op, "written"):
        made = op.written.caller(general, op.schema.gathers and method)
    vars(made).update(vars(call))
    made.__name__ = made.__qualname__ = name
    made.__doc__ = call.__doc__
    return made


def operator(*names: str) -> Callable[[_Op], _Op]:
    """Makes the method one of Python's operators, as `__neg__`."""

    def enter(op: _Op) -> _Op:
        for name in names:
            _enter(operators, name, getattr(op, "method", op))
        return op

    return enter


def binary_operator(
    *names: str, own: bool = False, in_python: bool = False
) -> Callable[[_Op], _Op]:
    """Likewise; as in torch, a TypeError of it leaves the operation to the other operand.

    Args:
        names: the operators.
        own: whether a type that overrides it is asked with the operator itself, as torch has it
            where that is none of the method's names.
        in_python: likewise, as torch has it where the operator is in Python, which then counts
            plain tensors among those that are asked.
    """

    def enter(op: _Op) -> _Op:
        call = getattr(op, "method", op)
        asking = overridable(names[0], method=True, also=Tensor if in_python else None)(call)

        def attempt(self: Tensor, other: Any) -> Any:
            try:
                if (own or in_python) and (type(self) not in PLAIN or type(other) not in KNOWN):
                    return asking(self, other)
                return call(self, other)
            except TypeError:
                return NotImplemented

        attempt.__name__ = names[0]
        operator(*names)(attempt)
        return op

    return enter


def attribute(
    *names: str, setter: Callable[[Any, Any], None] | None = None
) -> Callable[[_Reader], _Reader]:
    """Makes what it decorates an attribute of tensors, by default under its own name."""

    def enter(read: _Reader) -> _Reader:
        for name in names or (read.__name__,):
            _enter(attributes, name, property(read, setter))
        return read

    return enter


def _enter(table: dict[str, Any], name: str, value: Any) -> None:
    if table.setdefault(name, value) is not value:
        raise ValueError(f"two ops are public as {name!r}")

"""Errors of torch's argument parser."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

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


def too_many(name: str, least: int, most: int, given: int, *, method: bool) -> TypeError:
    """More positional arguments than parameters; `self` does not count."""
    least, given = least - method, given - method
    if not most:
        return TypeError(f"TensorBase.{name}() takes no arguments ({given} given)")
    most -= method
    takes = f"{most}" if least == most else f"from {least} to {most}"
    plural = "" if least == most == 1 else "s"
    verb = "was" if given == 1 else "were"
    return TypeError(f"{name}() takes {takes} positional argument{plural} but {given} {verb} given")


def unexpected_keyword(name: str, key: str) -> TypeError:
    """A keyword that no parameter has."""
    return TypeError(f"{name}() got an unexpected keyword argument '{key}'")


def no_keywords(name: str) -> TypeError:
    """A method of nothing but the tensor, given one."""
    return TypeError(f"TensorBase.{name}() takes no keyword arguments")


def repeated(name: str, key: str) -> TypeError:
    """Given both by position and by keyword."""
    return TypeError(f"{name}() got multiple values for argument '{key}'")


def missing(name: str, names: Sequence[str]) -> TypeError:
    """Required arguments that were not given."""
    listed = ", ".join(f'"{each}"' for each in names)
    plural = "s" if len(names) == 1 else ""  # the wrong way round, as torch 2.13 has it
    return TypeError(
        f"{name}() missing {len(names)} required positional argument{plural}: {listed}"
    )


def wrong_type(
    name: str, argument: str, position: int | None, expected: str, value: object, place: int = 0
) -> TypeError:
    """A value of another type than the parameter's, whose place is counted from zero."""
    where = "" if position is None else f" (position {position})"
    got = type_name(value)
    if isinstance(value, (tuple, list)) and expected.startswith("tuple of "):
        item = expected.removeprefix("tuple of ").removesuffix("s")
        for index, each in enumerate(value):
            if type(each).__name__ != item:
                if item == "Tensor":
                    return _no_tensor(index, place, each)
                return _wrong_element(name, f"'{argument}'{where}", expected, index, each)
    return TypeError(f"{name}(): argument '{argument}'{where} must be {expected}, not {got}")


def _no_tensor(index: int, argument: int, value: object) -> TypeError:
    got = type_name(value)
    return TypeError(f"expected Tensor as element {index} in argument {argument}, but got {got}")


def _wrong_element(name: str, argument: str, expected: str, index: int, value: object) -> TypeError:
    """torch looks at the first number of a list before it unpacks the others."""
    got = type_name(value)
    if index:
        error = TypeError(
            f"{name}(): argument {argument.split(' (')[0]} failed to unpack the object at pos "
            f'{index + 1} with error "type must be {expected},but got {got}"'
        )
        vars(error)["while_unpacking"] = True
        return error
    return TypeError(
        f"{name}(): argument {argument} must be {expected}, but found element of type {got} at "
        f"pos {index}"
    )


def truth_as_size() -> RuntimeError:
    """A tensor of a truth among sizes."""
    return RuntimeError(
        "Expected scalar.isIntegral( false) to be true, but got false.  (Could this error message "
        "be improved?  If so, please report an enhancement request to PyTorch.)"
    )


def is_while_unpacking(error: TypeError) -> bool:
    """Whether it is of a list whose first number let a form fit: torch tries no other then."""
    return "while_unpacking" in vars(error)


def old_form(name: str, form: str, forms: Sequence[str]) -> str:
    """The warning of a form that torch takes, but does not list any more."""
    instead = "".join(f"\n\t{name}{each}" for each in forms)
    return (
        f"This overload of {name} is deprecated:\n\t{name}{form}\n"
        f"Consider using one of the following signatures instead:{instead}"
    )


def warn_always_type(value: object) -> RuntimeError:
    """`set_warn_always(1)`."""
    return RuntimeError(f"setWarnOnlyOnce expects a bool, but got {type_name(value)}")


def int_too_large(*, negative: bool) -> OverflowError:
    """A Python int of more than 64 bits."""
    if negative:
        return OverflowError("can't convert negative int to unsigned")
    return OverflowError("int too big to convert")


def unsupported_operand(symbol: str, left: object, right: object) -> TypeError:
    """An operator between a tensor and something that is no number."""
    return TypeError(
        f"unsupported operand type(s) for {symbol}: '{type_name(left)}' and '{type_name(right)}'"
    )


def invalid_combination(name: str, given: str, overloads: Sequence[str]) -> TypeError:
    """No overload takes the arguments."""
    head = f"{name}() received an invalid combination of arguments - got ({given}), but expected"
    if len(overloads) == 1:
        return TypeError(f"{head} {overloads[0]}")
    listed = "".join(f" * {each}\n" for each in overloads)
    return TypeError(f"{head} one of:\n{listed}")


def mismatched(types: str) -> str:
    """What torch adds to an overload that takes as many arguments; the misfits come as `!int!`."""
    return f"\n      didn't match because some of the arguments have invalid types: ({types})"


def incorrect_keywords(names: Sequence[str]) -> str:
    """Likewise where it does not know a keyword."""
    return f"\n      didn't match because some of the keywords were incorrect: {', '.join(names)}"


def unrecognized_keywords(name: str, names: Sequence[str]) -> TypeError:
    """Likewise, of an op with a single form."""
    return TypeError(
        f"{name}() received an invalid combination of arguments - got unrecognized keyword "
        f"arguments: {', '.join(names)}"
    )

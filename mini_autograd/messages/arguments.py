"""Errors and warnings of torch's argument parser."""

from __future__ import annotations

from collections.abc import Sequence

from mini_autograd.messages.message import Message
from mini_autograd.messages.message import type_name as type_name

# fmt: off

# How many arguments there are, and their names.
_no_arguments = Message(TypeError, "TensorBase.{name}() takes no arguments ({given} given)")
_too_many = Message(TypeError,
    "{name}() takes {takes} positional argument{plural} but {given} {given:was} given")


def too_many(name: str, least: int, most: int, given: int, *, method: bool) -> TypeError:
    """More positional arguments than parameters; `self` does not count."""
    least, given = least - method, given - method
    if not most:
        return _no_arguments(name, given)
    most -= method
    takes = f"{most}" if least == most else f"from {least} to {most}"
    return _too_many(name, takes, "" if least == most == 1 else "s", given)


unexpected_keyword = Message(TypeError, "{name}() got an unexpected keyword argument '{key}'")
no_keywords = Message(TypeError, "TensorBase.{name}() takes no keyword arguments")
repeated = Message(TypeError, "{name}() got multiple values for argument '{key}'")
_missing = Message(TypeError,
    "{name}() missing {count} required positional argument{plural}: {listed}")


def missing(name: str, names: Sequence[str]) -> TypeError:
    """The plural is the wrong way round, as torch 2.13 has it."""
    listed = ", ".join(f'"{each}"' for each in names)
    return _missing(name, len(names), "s" if len(names) == 1 else "", listed)


# Values of another type than the parameter's.
_wrong_type = Message(TypeError, "{name}(): argument {where} must be {expected}, not {value:type}")
no_tensor = Message(TypeError,
    "expected Tensor as element {index} in argument {place}, but got {value:type}")
wrong_first = Message(TypeError, "{name}(): argument '{argument}' (position {position}) must be "
    "{expected}, but found element of type {value:type} at pos 0")
wrong_later = Message(TypeError,
    "{name}(): argument '{argument}' failed to unpack the object at pos {position} with error "
    '"type must be {expected},but got {value:type}"', mark="while_unpacking")


def wrong_type(
    name: str, argument: str, position: int | None, expected: str, value: object
) -> TypeError:
    """A value of another type than the parameter's, whose position is counted from one."""
    where = f"'{argument}'" + ("" if position is None else f" (position {position})")
    return _wrong_type(name, where, expected, value)


# A tensor of a truth among sizes.
truth_as_size = Message(RuntimeError,
    "Expected scalar.isIntegral( false) to be true, but got false.  (Could this error message be "
    "improved?  If so, please report an enhancement request to PyTorch.)")


def is_while_unpacking(error: TypeError) -> bool:
    """Whether it is of a list whose first number let a form fit: torch tries no other then."""
    return "while_unpacking" in vars(error)


# Forms of an op, of which one must take the arguments.
_old_form = Message(UserWarning, "This overload of {name} is deprecated:\n\t{name}{form}\nConsider "
    "using one of the following signatures instead:{instead:lines}")


def old_form(name: str, form: str, forms: Sequence[str]) -> UserWarning:
    """A form that torch takes, but does not list any more."""
    return _old_form(name, form, [f"\n\t{name}{each}" for each in forms])


warn_always_type = Message(RuntimeError, "setWarnOnlyOnce expects a bool, but got {value:type}")
_negative_too_large = Message(OverflowError, "can't convert negative int to unsigned")
_int_too_large = Message(OverflowError, "int too big to convert")


def int_too_large(*, negative: bool) -> OverflowError:
    """A Python int of more than 64 bits."""
    return _negative_too_large() if negative else _int_too_large()


concatenated_type = Message(TypeError,
    "can only concatenate tuple (not {value:type}) to torch.Size")
_only_form = Message(TypeError,
    "{name}() received an invalid combination of arguments - got ({given}), but expected {form}")
_no_form = Message(TypeError, "{name}() received an invalid combination of arguments - got "
    "({given}), but expected one of:\n{forms:lines}")
unrecognized_keywords = Message(TypeError, "{name}() received an invalid combination of arguments "
    "- got unrecognized keyword arguments: {names:names}")


def invalid_combination(name: str, given: str, overloads: Sequence[str]) -> TypeError:
    """No overload takes the arguments."""
    if len(overloads) == 1:
        return _only_form(name, given, overloads[0])
    return _no_form(name, given, [f" * {each}\n" for each in overloads])


def mismatched(types: str) -> str:
    """What torch adds to an overload that takes as many arguments; the misfits come as `!int!`."""
    return f"\n      didn't match because some of the arguments have invalid types: ({types})"


def incorrect_keywords(names: Sequence[str]) -> str:
    """Likewise where it does not know a keyword."""
    return f"\n      didn't match because some of the keywords were incorrect: {', '.join(names)}"

"""What an engine raises, or gives where it makes no sense, as a value of a trace."""

from __future__ import annotations

from typing import Any

from conformance.engines.observing.texts import text_of, without_addresses
from conformance.program.trace import Raised, Text

ABSENT = (AttributeError, NotImplementedError)
"""How an engine says that it has no such thing; whatever else it raises is an answer."""


class Nonsense(Exception):  # noqa: N818 - not an error of the harness: it says what was given
    """The engine gave what cannot stand there, a shape of 2.5 say; the text tells what."""


def raised(error: BaseException, printed: str = "", lacking: str = "") -> Raised:
    """An error as an outcome; `lacking` is what it says that the engine has not."""
    kind = type(error)
    try:
        bases = tuple([text_of(base.__name__) for base in kind.__mro__])
        message = without_addresses(text_of(str(error)))
    except Exception as failure:  # An error class of the engine's own, with a broken __str__.
        bases = tuple([type_name(kind) for kind in type.mro(kind)])
        message = f"<its message could not be read: {type_name(type(failure))}>"
    return Raised(bases[0], message, bases, text_of(printed), lacking)


def unread(error: Exception) -> Raised | Text:
    """Why something could not be read."""
    return Text(text_of(str(error))) if isinstance(error, Nonsense) else raised(error)


def type_name(kind: type[Any]) -> str:
    """A class's name, which a metaclass of an engine's own cannot hide."""
    return text_of(type.__dict__["__name__"].__get__(kind))

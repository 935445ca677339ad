"""Operators on texts: a message's words and type, and the code that the engine writes as text."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping

from kill_table.mutation.source import Edit, Place, Source

MESSAGES = "mini_autograd/messages/"
WRITERS = ("mini_autograd/core/op/codegen/", "mini_autograd/parsing/binding.py")
"""The files whose texts are code, which is compiled when an op is first called."""

_WORD = re.compile(r"(?<![\\A-Za-z_{])[A-Za-z]{3,}(?![\w}])")
_FIELD = re.compile(r"\{[^{}]*\}")
_OTHER_ERROR: Mapping[str, str] = {
    "RuntimeError": "ValueError",
    "ValueError": "RuntimeError",
    "TypeError": "RuntimeError",
    "IndexError": "RuntimeError",
    "AttributeError": "RuntimeError",
    "NotImplementedError": "TypeError",
    "AssertionError": "RuntimeError",
    "UserWarning": "FutureWarning",
    "FutureWarning": "UserWarning",
}

_IN_CODE: tuple[tuple[str, str], ...] = (
    (r" is not ", " is "),
    (r" is (?!not)", " is not "),
    (r"\bif not ", "if "),
    (r"\bif (?!not)", "if not "),
    (r" and ", " or "),
    (r" or ", " and "),
    (r" == ", " != "),
    (r" != ", " == "),
    (r" < ", " <= "),
    (r" \+ ", " - "),
    (r" \+= 1", " += 2"),
    (r"\bTrue\b", "False"),
    (r"\bFalse\b", "True"),
    (r"\bNone\b", "True"),
    (r"(?<=[\[( ])0(?=[\]), ])", "1"),
)


def change_message(source: Source, place: Place) -> Iterator[Edit]:
    """A word of a message, or of its pattern of fields."""
    if source.path.startswith(MESSAGES):
        yield from _another_word(source, place)


def change_text(source: Source, place: Place) -> Iterator[Edit]:
    """A word of any other text: a node's name, an option, a key; of `"fc"` a letter."""
    if source.path.startswith((MESSAGES, *WRITERS)):
        return
    node = place.node
    yield from _another_word(source, place)
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        listed = isinstance(place.parent, ast.Compare) and place.role == "comparators"
        if listed and 2 <= len(node.value) <= 6 and source.text(node)[1:-1] == node.value:
            yield source.replaced(node, repr(node.value[1:]))
            yield source.replaced(node, repr(node.value[:-1]))


def _another_word(source: Source, place: Place) -> Iterator[Edit]:
    if not _is_text(place):
        return
    start, _ = source.span(place.node)
    text = source.text(place.node)
    fields = [found.span() for found in _FIELD.finditer(text)]
    words = [
        found
        for found in _WORD.finditer(text)
        if not any(first <= found.start() < last for first, last in fields)
    ]
    if words:
        word = words[len(words) // 2]
        at = start + len(text[: word.start()].encode())
        yield Edit(at, at + len(word.group()), f"{word.group()}x")


def _is_text(place: Place) -> bool:
    node = place.node
    return isinstance(node, ast.JoinedStr) or (
        isinstance(node, ast.Constant) and isinstance(node.value, str)
    )


def other_error(source: Source, place: Place) -> Iterator[Edit]:
    """A message's error, or a warning, of another type."""
    node = place.node
    if (
        isinstance(node, ast.Name)
        and node.id in _OTHER_ERROR
        and isinstance(place.parent, ast.Call)
    ):
        yield source.replaced(node, _OTHER_ERROR[node.id])


def change_code(source: Source, place: Place) -> Iterator[Edit]:
    """Another test, constant or sign in code that the engine writes as text."""
    if not source.path.startswith(WRITERS) or not _is_text(place):
        return
    start, _ = source.span(place.node)
    text = source.text(place.node)
    for pattern, new in _IN_CODE:
        for found in re.finditer(pattern, text):
            at = start + len(text[: found.start()].encode())
            yield Edit(at, at + len(found.group().encode()), new)

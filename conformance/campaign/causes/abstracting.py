"""Texts and places without what differs from program to program: names, numbers, shapes."""

from __future__ import annotations

import re
from functools import lru_cache

LONGEST = 200  # characters of a text that tell one cause from another

_ADDRESS = re.compile(r"0x[0-9a-fA-F]+")
_NODE = re.compile(r"\b\w+Backward\d*\b")
_CALLEE = re.compile(r"\b[A-Za-z_][\w.]*(?=\(\))")
_KERNEL = re.compile(r'"\w+"(?= not implemented for)')
_NAME = re.compile(r"\b([a-z]+)\d+(?:\[\d+\])*(?![\w(])")
_SIZES = re.compile(r"\b\d+(?:x\d+)+\b")
_NUMBER = re.compile(
    r"(?<![\w.#])[-+]?(?:\d+\.?\d*|\.\d+)(?:e[-+]?\d+)?j?(?![\w.])|\b(?:inf|nan)\b"
)
_ITEMS = re.compile(r"\[[\s,#.…-]*\]|\([\s,#.…-]*#[\s,#.…-]*\)")


@lru_cache(maxsize=1 << 16)
def abstract(text: str) -> str:
    """The text without what differs from program to program: names, numbers, shapes, addresses,
    and the names of ops."""
    text = " ".join(text[: 4 * LONGEST].split())
    text = _ADDRESS.sub("0x#", text)
    text = _NODE.sub("Node", text)
    text = _CALLEE.sub("op", text)
    text = _KERNEL.sub("op", text)
    text = _SIZES.sub("#", text)
    text = _NAME.sub(_without_number, text)
    text = _NUMBER.sub("#", text)
    before = None
    while before != text:
        before, text = text, _ITEMS.sub("#", text)
    return text[:LONGEST]


def abstract_place(where: str) -> str:
    """What differs, without the program's own names and numbers: `x.grad.stride()`."""
    return _NUMBER.sub("#", _NAME.sub(_without_number, where))[:LONGEST]


_DTYPES = ("float", "int", "uint", "complex", "bfloat", "mat", "bool")


def _without_number(match: re.Match[str]) -> str:
    """`x0` and `t1[0]` are names of a program; `float32` is none."""
    return match[0] if match[1] in _DTYPES else match[1]

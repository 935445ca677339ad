"""The guided reading of the engine's core names the functions that a first program goes through."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from types import FrameType
from typing import Any

import mini_autograd as torch
from mini_autograd import core

HOP = re.compile(r"^ ?(\d+)\. `([\w./]+)` — ", re.M)


def called() -> list[str]:
    """Every function of the engine that the program of the reading calls, in order."""
    x = torch.tensor(3.0, requires_grad=True)
    (2 * x + x**2).backward()  # what is written at the first call is written now
    names = []

    def note(frame: FrameType, event: str, _: Any) -> None:
        if event == "call":
            code = frame.f_code
            file = code.co_filename.rpartition("mini_autograd/")[2].removesuffix(".py")
            op = code.co_filename.removesuffix(">").rpartition(" ")[2]
            name = code.co_qualname.replace("caller.<locals>", op)
            names.append(f"{file}.{name}" if "<" not in code.co_filename else name)

    sys.setprofile(note)
    try:
        y = 2 * x + x**2
        y.backward()
    finally:
        sys.setprofile(None)
    return names


def test_the_hops_are_gone_through_in_the_order_in_which_they_are_named() -> None:
    hops = HOP.findall(core.__doc__ or "")
    assert [int(number) for number, _ in hops] == list(range(1, 19))
    calls = iter(called())
    for number, hop in hops:
        if not any(call == hop or call.endswith(f"/{hop}") for call in calls):
            raise AssertionError(f"hop {number}, {hop}, is not reached after the one before it")


def test_every_file_that_the_reading_names_is_there() -> None:
    folder = next(iter(core.__path__))
    named = set(re.findall(r"`([\w/]+\.py)`", core.__doc__ or ""))
    assert len(named) >= 6
    assert all((Path(folder) / each).is_file() for each in named), named

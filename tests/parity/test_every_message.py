"""Every row of the engine's messages is provoked, and told as torch tells it.

A new row needs a line in `messages_of_ops` or `messages_of_tensors`, or a provocation.
"""

from __future__ import annotations

import ast
import contextlib
import importlib
import io
import pkgutil
import re
import warnings
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
import torch

import mini_autograd
from conformance.corpus.provocations import PRELUDE, provocations
from mini_autograd import messages
from mini_autograd.messages.message import Message
from tests.parity import messages_of_ops, messages_of_tensors

Outcome = tuple[list[str], str | None]

# What the engine alone says, or says otherwise on purpose.
NOT_TORCHS = {
    "functions.transforms.unrecorded_forward": "forward mode through `no_grad` is not there",
    "graph.saved.left_unentered": "torch fails an assertion, with a line of its source",
    "ops.kernels.no_complex_half": "complex32 is no dtype here",
    "ops.reductions.nuclear_norm": "there is no svd",
}


def _tables(module: ModuleType) -> Iterator[str]:
    for name, text in vars(module).items():
        if name.isupper() and name not in ("SETUP", "BLOCKS"):
            yield from text.strip("\n").splitlines()


SNIPPETS = [
    *_tables(messages_of_ops),
    *_tables(messages_of_tensors),
    *messages_of_tensors.BLOCKS.strip("\n").split("\n\n"),
]


def told(text: str) -> str:
    """Without what differs from one run to the next: C++'s stack, Python's, and addresses."""
    text = re.split(r" \(Triggered internally|\nException raised from", text)[0]
    text = re.sub(r"(?m)^  .*\n", "", text)
    return re.sub(r"0x[0-9a-f]+", "0x", text)


def outcome(module: Any, code: str) -> Outcome:
    """What is warned of, and the error."""
    names = {"torch": module}
    module.set_warn_always(True)
    try:
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            warnings.filterwarnings("ignore", r".*torch\.jit\.script")  # torch's own calls
            exec(messages_of_ops.SETUP, names)
            error = None
            try:
                exec(code, names)
            except Exception as raised:
                error = f"{type(raised).__name__}: {told(str(raised))}"
    finally:
        module.set_warn_always(False)
    return [f"{each.category.__name__}: {told(str(each.message))}" for each in caught], error


@pytest.mark.parametrize("code", SNIPPETS)
def test_a_message_is_torchs(code: str) -> None:
    expected = outcome(torch, code)
    assert expected != ([], None), "torch says nothing"
    assert outcome(mini_autograd, code) == expected


def modules() -> Iterator[tuple[str, ModuleType]]:
    """The tables, by their names inside of `messages`."""
    prefix = f"{messages.__name__}."
    for found in pkgutil.walk_packages(messages.__path__, prefix):
        yield found.name.removeprefix(prefix), importlib.import_module(found.name)


def rows() -> Mapping[int, str]:
    """The name of each row by its identity; that of the table in which it stands, if several
    have it."""
    names: dict[int, str] = {}
    for place, module in modules():
        source = Path(str(module.__file__)).read_text()
        for name, value in vars(module).items():
            for row in value.values() if isinstance(value, dict) else (value,):
                if isinstance(row, Message) and re.search(rf"^{name} = ", source, re.MULTILINE):
                    names.setdefault(id(row), f"{place}.{name}")
    return names


def test_every_row_is_provoked(monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[tuple[int, str]] = []
    call = Message.__call__

    def recorded(self: Message[Any], *args: object, **kwargs: object) -> Exception:
        error: Exception = call(self, *args, **kwargs)
        made.append((id(self), told(str(error))))
        return error

    monkeypatch.setattr(Message, "__call__", recorded)
    silent = dict(rows())
    with contextlib.redirect_stdout(io.StringIO()) as printed:
        for code in (*SNIPPETS, *(PRELUDE + row.code for row in provocations())):
            made.clear()
            said, error = outcome(mini_autograd, code)
            seen = "\n".join((*said, str(error), printed.getvalue()))
            for row, text in made:
                if text in seen:
                    silent.pop(row, None)
    assert {*silent.values()} == NOT_TORCHS.keys()


def calls() -> Iterator[tuple[str, Message[Any], ast.Call]]:
    """Each call of a row in the engine, and where it stands."""
    tables = dict(modules())
    for path in Path(mini_autograd.__file__).parent.rglob("*.py"):
        tree = ast.parse(path.read_text())
        aliases = {
            each.asname or each.name: tables[f"{node.module}.{each.name}".split("messages.", 1)[1]]
            for node in ast.walk(tree)
            if isinstance(node, ast.ImportFrom) and "autograd.messages." in (node.module or "")
            for each in node.names
            if f"{node.module}.{each.name}".split("messages.", 1)[1] in tables
        }
        for node in ast.walk(tree):
            match node:
                case ast.Call(func=ast.Attribute(value=ast.Name(id=alias), attr=name)) if (
                    alias in aliases
                ):
                    row = getattr(aliases[alias], name)
                    if isinstance(row, Message):
                        yield f"{path.name}:{node.lineno}", row, node


def test_every_call_gives_a_row_the_values_of_its_fields() -> None:
    """What mypy would say of functions."""
    seen = 0
    for where, row, call in calls():
        if any(isinstance(each, ast.Starred) for each in call.args):
            continue
        seen += 1
        given = [*row.fields[: len(call.args)], *(str(each.arg) for each in call.keywords)]
        assert sorted(given) == sorted(row.fields), where
        assert len(call.args) <= len(row.fields), where
    assert seen > 300

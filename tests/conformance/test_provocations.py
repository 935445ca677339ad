"""Every provocation provokes torch, each to another message, and none names this machine."""

from __future__ import annotations

import ast
import re
from collections import Counter
from pathlib import Path

import pytest
import torch

from conformance import execute, resolve_engine
from conformance.campaign.plan import Settings, pieces
from conformance.campaign.workers.worker import cases_of
from conformance.corpus.provocations import FEATURES, provocations, sections
from conformance.program.trace import Raised, Returned, Text

TORCH = resolve_engine("torch")
ROWS = provocations()
UNREACHABLE = {
    reason: parts.splitlines()
    for reason, parts in sections("conformance.corpus.provocations", "unreachable")
}


def said(row):
    """What torch says: the error's type and message, or the warnings."""
    outcome = execute(row.program, TORCH).outcomes[0]
    if row.warns:
        assert isinstance(outcome, Returned), outcome
        assert isinstance(outcome.value, Text)
        return "", outcome.value.text
    assert isinstance(outcome, Raised), outcome
    return outcome.error, outcome.message


def normalised(message):
    """A message without the numbers and names that a program gives it."""
    return re.sub(r"\d+|'\w+'", "_", message)


@pytest.fixture(scope="module")
def messages():
    return {row.case.id: said(row) for row in ROWS}


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.case.id)
def test_torch_says_something_and_says_it_again(row):
    error, message = said(row)
    assert error or re.match(r"\w*Warning: .", message)
    assert said(row) == (error, message)


def test_each_message_has_one_row_and_other_ways_to_it_are_marked(messages):
    rows = {row.case.id: row for row in ROWS}
    told = {name: (error, normalised(text)) for name, (error, text) in messages.items()}
    count = Counter(message for name, message in told.items() if not rows[name].again)
    assert [message for message, times in count.items() if times > 1] == []
    assert [name for name, row in rows.items() if row.again and told[name] not in count] == []


def test_no_message_names_an_address_or_a_place(messages):
    for name, (_, message) in messages.items():
        assert not re.search(r"0x[0-9a-f]{4,}|(?:^|[\s(])/\w+/", message), name


def test_names_are_unique_and_no_feature_is_empty():
    assert len({row.case.id for row in ROWS}) == len(ROWS)
    assert {row.feature for row in ROWS} == {*FEATURES}


def test_the_corpus_of_a_run_holds_them_all():
    asked = [
        case
        for piece in pieces(Settings("torch", checks=("messages",)))
        for case in cases_of(piece)[0]
    ]
    assert asked == [row.case for row in ROWS]


# Where torch's Python code speaks of the graph's state.
SOURCES = (
    "autograd/__init__.py",
    "autograd/anomaly_mode.py",
    "autograd/function.py",
    "autograd/functional.py",
    "autograd/grad_mode.py",
    "autograd/gradcheck.py",
    "autograd/graph.py",
    "nn/parameter.py",
    "utils/hooks.py",
    "_functorch/eager_transforms.py",
)


def spoken(source):
    """The literal parts of each message that a file raises or warns of, with its line."""
    tree = ast.parse((Path(torch.__file__).parent / source).read_text(encoding="utf-8"))
    for node in ast.walk(tree):
        call = node.exc if isinstance(node, ast.Raise) else node
        if not isinstance(call, ast.Call) or not call.args:
            continue
        if isinstance(node, ast.Raise) or getattr(call.func, "attr", "") == "warn":
            parts = [part.strip() for part in literals(call.args[0]) if len(part.strip()) > 8]
            if parts:
                yield node.lineno, parts


def literals(node):
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    elif isinstance(node, ast.JoinedStr):
        yield from (text for value in node.values for text in literals(value))
    elif isinstance(node, ast.BinOp):
        yield from (*literals(node.left), *literals(node.right))


@pytest.mark.parametrize("source", SOURCES)
def test_each_message_in_torchs_python_code_is_provoked_or_out_of_reach(source, messages):
    said_by = [text for _, text in messages.values()]
    beyond = [part for parts in UNREACHABLE.values() for part in parts]
    assert [
        (line, parts[0])
        for line, parts in spoken(source)
        if not any(all(part in text for part in parts) for text in said_by)
        and not any(each in " ".join(parts) for each in beyond)
    ] == []


def test_a_message_that_is_said_to_be_out_of_reach_is_not_provoked(messages):
    said_by = "\n".join(text for _, text in messages.values())
    assert [part for parts in UNREACHABLE.values() for part in parts if part in said_by] == []

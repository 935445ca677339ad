"""Lists of known differences: their form, what they cover, and what they refuse."""

from __future__ import annotations

from pathlib import Path

import pytest

from conformance.claims.known import (
    Known,
    KnownError,
    matches,
    parse_known,
    read_known,
    read_patterns,
    shipped_known,
)
from conformance.verdict import Mismatch


def mismatch(kind: str, where: str = "t0") -> Mismatch:
    return Mismatch(kind, 0, where, "1", "2")  # type: ignore[arg-type]


def test_a_line_is_an_id_with_kinds_and_a_reason():
    (entry,) = parse_known("opinfo/add/float32/value/0  # value, dtype: see https://x.y/1", "f")
    assert entry == Known(
        "opinfo/add/float32/value/0", frozenset({"value", "dtype"}), "see https://x.y/1", "f:1"
    )


def test_comments_and_empty_lines_are_no_entries():
    assert list(parse_known("# a list\n\n   # of nothing\n", "f")) == []


def test_an_entry_covers_its_kinds_in_its_cases_only():
    entry = Known("opinfo/max/*", frozenset({"grad_value"}), "ties", "f:1")
    assert entry.covers("opinfo/max/float32/gradient/3", mismatch("grad_value"))
    assert not entry.covers("opinfo/max/float32/gradient/3", mismatch("value"))
    assert not entry.covers("opinfo/min/float32/gradient/3", mismatch("grad_value"))


def test_an_entry_with_a_place_covers_what_differs_there_only():
    (entry,) = parse_known("programs/* @ *[0].grad.stride()  # stride: of gradients", "f")
    assert entry.covers("programs/add/1", mismatch("stride", "t0[0].grad.stride()"))
    assert not entry.covers("programs/add/1", mismatch("stride", "t0.grad.stride()"))
    assert not entry.covers("programs/add/1", mismatch("stride", "t0[0].stride()"))


def test_a_pattern_is_a_glob_over_the_whole_id():
    assert matches(("opinfo/*/gradient/*",), "opinfo/add/float32/gradient/3")
    assert not matches(("opinfo/add",), "opinfo/add/float32/gradient/3")
    assert not matches((), "opinfo/add/float32/gradient/3")


@pytest.mark.parametrize(
    ("pattern", "case"),
    [
        ("max/gradient", "opinfo/max.reduction_no_dim/float32/gradient/3"),
        ("max/*", "opinfo/max.binary/float32/value/3"),
        ("max/errors", "opinfo/max.reduction_no_dim/errors/3"),
        ("nn.functional.relu/value", "opinfo/nn.functional.relu/float32/value/0"),
        ("max/programs", "programs/max/0123456789ab"),
        ("autograd/programs", "programs/0123456789ab"),
        ("autograd/*", "found/autograd/a_walk"),
        ("walk/messages", "messages/walk/a_message"),
        ("*/programs", "programs/max/0123456789ab"),
    ],
)
def test_an_entry_by_op_is_about_that_ops_cases(pattern: str, case: str):
    (entry,) = parse_known(f"{pattern} @ x0  # value: because", "f")
    assert entry.by_op
    assert entry.names(case)
    assert entry.covers(case, mismatch("value", "x0"))
    assert not entry.covers(case, mismatch("value", "x1"))


@pytest.mark.parametrize(
    ("pattern", "case"),
    [
        ("max/gradient", "opinfo/max.reduction_no_dim/float32/value/3"),
        ("max/gradient", "opinfo/maximum/float32/gradient/3"),
        ("max/programs", "programs/min/0123456789ab"),
        ("max/programs", "programs/0123456789ab"),
        ("autograd/programs", "programs/max/0123456789ab"),
        ("programs/*", "found/max/one"),
    ],
)
def test_an_entry_by_op_is_about_no_other_case(pattern: str, case: str):
    (entry,) = parse_known(f"{pattern}  # value: because", "f")
    assert not entry.names(case)


@pytest.mark.parametrize(
    "case", ["programs/22a55cca450d", "programs/max/22a55cca450d", "*22a55cca*"]
)
def test_the_hash_of_a_drawn_program_is_no_entry(case: str):
    with pytest.raises(
        KnownError, match=r"22a55cca.* names a program that one seed drew; name its"
    ):
        list(parse_known(f"{case}  # value: because", "f"))


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("*/programs @ x0.grad", "name the op"),
        ("ma*/value @ x0", "name the op"),
        ("programs/* @ x0", "name the op"),
        ("opinfo/max/*", "name the op"),
        ("max/programs", "name the place"),
        ("max/programs @ *", "name the place"),
        ("max/programs @ *[*]", "name the place"),
    ],
)
def test_an_engine_ships_no_entry_that_hides_more_than_an_ops_place(line: str, why: str):
    (entry,) = parse_known(f"{line}  # stride: because", "f")
    assert entry.too_wide == why


def test_a_wrong_value_is_shipped_by_the_id_of_its_case_only():
    (entry,) = parse_known("max/programs @ x0.grad  # grad_value: because", "f")
    assert entry.too_wide == "grad_value is of grade 1: name the case"
    (entry,) = parse_known("opinfo/max/float32/gradient/3  # grad_value: because", "f")
    assert not entry.too_wide


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("opinfo/add/*", "list.txt:1: write `opinfo/add/\\*  # <kind>: <reason>`"),
        ("opinfo/add/*  # value", "<reason>"),
        ("opinfo/add/*  # value:", "<reason>"),
        ("opinfo/add/*  # wrong: it is", "'wrong' is no kind of difference; they are alias, "),
        ("opinfo/add @  # value: it is", "@ <what differs>"),
        ("opinfo/add/* value  # value: it is", "an id has no spaces"),
    ],
)
def test_a_broken_line_says_where_and_what(line: str, message: str, tmp_path: Path):
    (path := tmp_path / "list.txt").write_text(line)
    with pytest.raises(KnownError, match=message):
        read_known([path])


def test_several_files_merge_in_order(tmp_path: Path):
    for name in ("a", "b"):
        (tmp_path / name).write_text(f"opinfo/{name}  # value: because\n")
    assert [e.pattern for e in read_known([tmp_path / "a", tmp_path / "b"])] == [
        "opinfo/a",
        "opinfo/b",
    ]


def test_a_file_that_cannot_be_read_is_said(tmp_path: Path):
    with pytest.raises(KnownError, match="cannot read"):
        read_known([tmp_path / "absent.txt"])


def test_skips_need_no_reason(tmp_path: Path):
    (path := tmp_path / "skips").write_text("# slow\nopinfo/a\nopinfo/b  # hangs\n")
    assert read_patterns([path]) == ("opinfo/a", "opinfo/b")


def test_an_engines_package_may_ship_its_list(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    package = tmp_path / "shipping_engine"
    package.mkdir()
    (package / "__init__.py").write_text("raise SystemExit('the list is read, no code is run')")
    (package / "conformance_known.txt").write_text("add/* @ *.stride()  # stride: of ours\n")
    monkeypatch.syspath_prepend(tmp_path)
    (entry,) = shipped_known("shipping_engine.front:engine")
    assert entry.where == "shipping_engine/conformance_known.txt:1"
    (package / "conformance_known.txt").write_text("*/* @ *.stride()  # stride: of ours\n")
    with pytest.raises(KnownError, match="'\\*/\\*' is too wide: name the op"):
        shipped_known("shipping_engine.front:engine")


def test_an_engine_without_a_list_has_none():
    assert shipped_known("faulty_engine") == ()
    assert shipped_known("torch") == ()
    assert shipped_known("no_such_engine") == ()

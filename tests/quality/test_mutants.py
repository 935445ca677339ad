"""The kill table's mutants: which edits are made, their ids, the sample, and how one is asked."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from kill_table.mutation.mutants import OPERATORS, Mutant, is_another_program, mutants_of
from kill_table.mutation.sample import FEWEST, drawn
from kill_table.mutation.source import Source
from kill_table.running.asking import Kill
from kill_table.running.child import Begin, in_child
from kill_table.running.reach import Asked, Chooser, Reach
from kill_table.running.record import Journal, JournalError, Record
from kill_table.table.marks import FILE, Mark, MarkError, check_marks, read_marks
from kill_table.table.sums import table_of
from kill_table.table.writing import PAGE, ROWS, page, read

ROOT = Path(__file__).parents[2]
OPS, MESSAGES = "mini_autograd/ops/some.py", "mini_autograd/messages/some.py"
WRITER = "mini_autograd/core/op/codegen/some.py"


def mutants(text: str, path: str = OPS) -> list[Mutant]:
    return list(mutants_of(Source(path, text.encode())))


def edits(operator: str, text: str, path: str = OPS) -> set[str]:
    """What the operator makes of the only statement of a function, or of a module."""
    return {mutant.new for mutant in mutants(text, path) if mutant.operator == operator}


EDITS: list[tuple[str, str, set[str]]] = [
    (
        "drop a term",
        "f = lambda a, b: g(a + b)",
        {"f = lambda a, b: g(a)", "f = lambda a, b: g(b)"},
    ),
    ("drop a factor", "f = lambda a: a / (b + c)", {"f = lambda a: a"}),
    ("drop a factor", "x = (a + b) * c", {"x = (a + b)", "x = c"}),
    ("swap operands", "x = a - b * c", {"x = (b * c) - a"}),
    ("swap operands", "x = f(g(a), b)", {"x = f(b, g(a))"}),
    ("another operator", "x = a - b", {"x = a + b"}),
    ("another operator", "x.version += n", {"x.version -= n"}),
    ("drop conj", "f = lambda a: a * conj(b)", {"f = lambda a: a * b"}),
    ("drop conj", "f = lambda a: a * b.conj()", {"f = lambda a: a * b"}),
    ("drop a function", "f = lambda a: g(a, 1)", {"f = lambda a: a"}),
    ("negate a value", "f = lambda a: a * b", {"f = lambda a: -(a * b)"}),
    ("negate a value", "x = -a", {"x = a"}),
    ("another axis", "f(x, axis=0)", {"f(x, axis=-1)"}),
    ("another axis", "f(x, dim=-1)", {"f(x, dim=0)"}),
    ("another axis", "f(x, dim)", {"f(x, 0)"}),
    ("off by one", "x = y[2:]", {"x = y[3:]"}),
    ("off by one", "x = 1", {"x = 2", "x = 0"}),
    ("flip a flag", "f(view=True)", {"f(view=False)"}),
    ("another function", "x = np.minimum(a, b)", {"x = np.maximum(a, b)"}),
    ("one branch", "x = a if c else b", {"x = a", "x = b"}),
    ("another comparison", "x = a is not None", {"x = a is None"}),
    ("another comparison", "x = a < b <= c", {"x = a <= b <= c", "x = a < b < c"}),
    ("negate a condition", "if f(x): y()", {"if not (f(x)): y()"}),
    ("negate a condition", "if not x: y()", {"if x: y()"}),
    ("drop a condition", "x = a and b and c", {"x = (b and c)", "x = (a and c)", "x = (a and b)"}),
    ("and for or", "x = a or b", {"x = a and b"}),
    ("remove a raise", "def f(): raise errors.g(1)", {"def f(): pass"}),
    ("skip a version bump", "def f(x): x.bump_version()", {"def f(x): pass"}),
    ("skip a hook", "def f(x): x.run_hooks(y)", {"def f(x): pass"}),
    ("skip a check", "def f(x): check(x)", {"def f(x): pass"}),
    ("skip a call", "def f(x): x.append(y)", {"def f(x): pass"}),
    ("skip a write", "def f(x): x.a = b", {"def f(x): pass"}),
    ("skip a write", "def f(x): x = g(x)", {"def f(x): pass"}),
    ("skip a line of code", "def f(): yield 'x = 1'", {"def f(): yield from ()"}),
    ("drop a column", "@op(self=f, view=g)\ndef h(self): ...", {"@op(view=g)", "@op(self=f)"}),
    ("drop an argument", "def f(x): g(x, out=y)", {"def f(x): g(x)"}),
    ("drop an entry", "T = {'a': 1, 'b': 2}", {"T = {'b': 2}", "T = {'a': 1, }"}),
    ("change a text", "@op(node='NegBackward')\ndef f(x): ...", {"@op(node='NegBackwardx')"}),
    ("change a text", "x = k in 'fc'", {"x = k in 'c'", "x = k in 'f'"}),
]


@pytest.mark.parametrize(("operator", "text", "expected"), EDITS)
def test_an_operator_makes_these_edits_and_no_others(operator, text, expected):
    assert edits(operator, text) == expected


def test_each_operator_has_an_example():
    elsewhere = {"change a message", "another error", "change written code"}
    assert {operator for operator, _, _ in EDITS} | elsewhere == set(OPERATORS)


def test_a_message_has_another_word_outside_of_its_fields_and_another_type():
    text = 'm = Message(RuntimeError, "got {count} tensors")'
    assert edits("change a message", text, MESSAGES) == {
        'm = Message(RuntimeError, "got {count} tensorsx")'
    }
    assert edits("another error", text, MESSAGES) == {
        'm = Message(ValueError, "got {count} tensors")'
    }


def test_code_that_is_written_as_text_has_another_test():
    found = edits("change written code", "def f(): yield f'    if {a} is None:'", WRITER)
    assert "def f(): yield f' if {a} is not None:'" in found
    assert not edits("change written code", "x = ' is None'", OPS)


@pytest.mark.parametrize(
    "text",
    [
        '"""A docstring of 1 line."""',
        "def f(x: Literal[1] = y) -> Literal[2]: ...",
        "from a import b",
        "assert x == 1, 'it is'",
        "__all__ = ['one', 'two', 'three']",
        "if TYPE_CHECKING:\n    x = 1",
        "Kind: TypeAlias = Literal['one']",
        "T = TypeVar('T', bound=f(True))",
        "x = cast('Other', y)",
        "for x in zip(*y, strict=True): ...",
    ],
)
def test_what_the_engine_does_not_do_is_left_alone(text):
    assert mutants(text) == []


def test_an_id_outlives_edits_elsewhere_and_tells_alike_edits_apart():
    text = "def f(a):\n    return a + 1\n"
    before = {mutant.id for mutant in mutants(text)}
    after = {mutant.id for mutant in mutants(f"X = 3\n\n\n{text}")}
    assert before < after
    twice = mutants("def f(a):\n    x = a + 1\n    x = a + 1\n")
    assert len({mutant.id for mutant in twice}) == len(twice)


def test_an_edit_that_means_the_same_is_no_mutant():
    source = Source(OPS, b"x = (a) + b\n")
    mutant = next(iter(mutants_of(source)))
    assert is_another_program(source, mutant)
    again = source.replaced(mutant_node(source), "a + b")
    assert not is_another_program(source, Mutant("", OPS, "", "", "", (1, 1), True, again, "", ""))


def mutant_node(source: Source) -> Any:
    return source.tree.body[0].value  # type: ignore[attr-defined]


def many() -> list[Mutant]:
    text = "".join(f"x{n} = a + {n}\ny{n} = b{n} * c\n" for n in range(200))
    return mutants(f"{text}z = conj(w)\n")


def test_a_sample_depends_on_its_seed_alone():
    first, again = list(drawn(many(), 50, 7)), list(drawn(reversed(many()), 50, 7))
    assert first == again
    assert first[:50] != list(drawn(many(), 50, 8))[:50]
    assert sorted(each.id for each in first) == sorted(each.id for each in many())


def test_each_operator_is_in_the_sample():
    places, taken = (
        Counter(each.operator for each in each_sample)
        for each_sample in (many(), list(drawn(many(), 100, 0))[:100])
    )
    assert taken.keys() == places.keys()
    assert all(taken[name] >= min(FEWEST, number) for name, number in places.items())


def test_the_programs_that_run_a_line_are_told_by_number():
    reach = Reach(20)
    reach.note(3, {("a.py", 1), ("a.py", 2)}, {("a.py", 1)})
    reach.note(17, {("a.py", 1)}, {("a.py", 1)})
    assert reach.programs([("a.py", 1)]) == [3, 17]
    assert reach.programs([("a.py", 2), ("a.py", 3)]) == [3]
    assert reach.first_only == {("a.py", 2)}


def asked(text: str, reached: set[int], first_only: frozenset[int] = frozenset()) -> dict[str, Any]:
    """By operator, whom a mutant of the text is asked, where program 1 of 3 runs those lines."""
    reach = Reach(3)
    lines = {(OPS, number) for number in reached}
    reach.note(1, lines, lines - {(OPS, number) for number in first_only})
    source = Source(OPS, text.encode())
    chooser = Chooser(reach, [source])
    return {
        each.operator: (chooser.is_asked_about(each), chooser.asked(each))
        for each in mutants_of(source)
    }


def test_what_a_function_does_is_asked_of_the_programs_that_run_it():
    text = "@op(x=True)\ndef f(a):\n    return a - b\n"
    body = asked(text, {3})["another operator"]
    assert body == (True, Asked([1], ()))
    assert asked(text, {3}, frozenset({3}))["another operator"] == (True, Asked([1], [0]))
    assert asked(text, {3})["flip a flag"] == (True, Asked([1], [0]))
    assert not asked(text, {9})["another operator"][0]


def test_a_column_is_asked_of_the_programs_that_run_what_is_made_with_it():
    text = "O = Options(x=True)\n@op(o=O)\ndef f(a):\n    return a\n"
    assert asked(text, {4})["drop a column"] == (True, Asked([1], [0]))
    assert asked(text, {9})["flip a flag"] == (True, Asked([], [0, 1, 2]))


def test_a_rule_is_asked_of_the_programs_that_run_it_alone():
    text = "@op(f=lambda g: -g)\ndef f(a):\n    return a\n@op()\ndef h(a):\n    return a\n"
    source = Source(OPS, text.encode())
    mutant = next(each for each in mutants_of(source) if each.operator == "negate a value")
    reach = Reach(3)
    reach.note(1, {(OPS, 3)}, {(OPS, 3)})
    imported = frozenset({(OPS, 1), (OPS, 2)})
    assert Chooser(reach, [source], imported).asked(mutant) == Asked([], ())
    assert Chooser(reach, [source], imported).is_asked_about(mutant)
    nobody = Reach(3)
    nobody.note(1, {(OPS, 6)}, {(OPS, 6)})
    assert not Chooser(nobody, [source], imported).is_asked_about(mutant)


def test_a_text_is_asked_of_the_programs_that_run_what_reads_its_name():
    text = "m = Message('some text')\ndef f():\n    raise m()\n"
    assert asked(text, {3})["change a text"] == (True, Asked([1], ()))
    assert not asked(text, {9})["change a text"][0]


def row(name: str, **fields: Any) -> Record:
    given = {"viable": True, "reached": (1, 0), **fields}
    return Record(name, "mini_autograd/ops/a.py", "f", "drop a term", 3, "a + b", "a", **given)


KILL = Kill(10, "value", "t0", 4, 0.5)


def test_a_journal_goes_on_where_it_ended(tmp_path):
    file = tmp_path / "journal.jsonl"
    rows = [row("a", program=KILL), row("b", case=("found/add/x", KILL))]
    for each in rows:
        Journal(file, "# key").add(each)
    with file.open("a") as cut:
        cut.write('{"id": "c", "fi')
    assert list(Journal(file, "# key").rows.values()) == rows
    with pytest.raises(JournalError, match="other sources"):
        Journal(file, "# another")


def test_a_mark_says_a_word_and_a_reason_of_a_mutant():
    marks = read_marks("# text\n\nabc | equivalent | a fast path | of the same\n")
    assert marks == {"abc": Mark("equivalent", "a fast path | of the same")}
    with pytest.raises(MarkError, match="line 1"):
        read_marks("abc | perhaps | so")
    with pytest.raises(MarkError, match="twice"):
        read_marks("abc | missed | so\nabc | missed | so")
    with pytest.raises(MarkError, match="no mutant of the engine: abc"):
        check_marks(marks, {"def"})


def test_the_table_counts_what_is_not_equivalent():
    rows = [
        row("a", program=KILL, short=3),
        row("b", program=Kill(6000, "raises", "t0", 4, 1.0), case=("x", KILL)),
        row("c"),
        row("d", reached=(0, 0)),
        row("e", viable=False),
        row("f"),
    ]
    table = table_of(rows, {"c": Mark("equivalent", "so")}, {})
    whole = table.whole
    assert (whole.mutants, whole.equivalent, whole.killed) == (4, 1, 2)
    assert (whole.by_corpus, whole.by_few, whole.by_programs) == (1, 1, 2)
    assert [(each.record.id, each.word) for each in table.survivors] == [
        ("c", "equivalent"), ("d", "missed"), ("f", "open"),
    ]  # fmt: skip
    assert "| drop a term | 5 | 1 | 1 | 2 | 2 | 40.0% | 0 |" in page(rows, {}, {})


@pytest.mark.skipif(not (FILE.parent / ROWS).exists(), reason="no table is published")
def test_the_published_page_is_made_of_the_published_rows():
    rows, about = read(FILE.parent)
    marks = read_marks(FILE.read_text(encoding="utf-8"))
    assert (FILE.parent / PAGE).read_text(encoding="utf-8") == page(rows, marks, about)


def test_the_shipped_marks_are_lines_of_words_and_reasons():
    assert read_marks(FILE.read_text(encoding="utf-8"))


def of_a_child(how: str) -> Iterator[str]:
    """Work that gives something and then does not return."""
    yield "first"
    if how == "crash":
        os.kill(os.getpid(), signal.SIGKILL)
    if how == "raised":
        raise ValueError("no")
    time.sleep(60 if how in ("hang", "late") else 0)


@pytest.mark.parametrize("how", ["returned", "raised", "crash", "hang", "late"])
def test_what_a_child_gave_is_kept_however_it_ends(how):
    def work(begin: Begin) -> Iterator[str]:
        begin(5)
        return of_a_child(how)

    limits = {"hang": {"patience": 0.3}, "late": {"limit": 0.3}}.get(how, {})
    ended = in_child(work, **limits)
    assert (ended.how, ended.values, ended.at) == (how, ("first",), 5)


def run(*arguments: str) -> str:
    """A Python program's output, run beside the package."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1"}
    command = [sys.executable, *arguments]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True)
    assert not done.returncode, done.stderr
    return done.stdout


@pytest.mark.slow
def test_a_wrong_mutant_is_killed_and_the_engine_itself_is_not(tmp_path):
    output = run("tests/quality/asking_mutants.py", str(tmp_path))
    wrong, same = (Record.from_json(line) for line in output.splitlines())
    assert wrong.program is not None
    assert wrong.program.kind in ("value", "grad_value", "raises")
    assert wrong.short is not None
    assert wrong.short <= 3
    assert not same.killed
    assert same.asked[0] > 1


@pytest.mark.slow
def test_a_second_run_asks_none_again(tmp_path):
    command = ("-m", "kill_table", "--sample=3", "--programs=50", "--no-corpus", "--output")
    run(*command, str(tmp_path))
    journal = (tmp_path / "journal.jsonl").read_text()
    assert sum(json.loads(line)["viable"] for line in journal.splitlines()[1:]) == 3
    run(*command, str(tmp_path))
    assert (tmp_path / "journal.jsonl").read_text() == journal
    assert "| of 3 that are not equivalent |" in (tmp_path / PAGE).read_text()

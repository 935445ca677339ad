"""Differences of one cause are one finding, with a short program, in the order of mending."""

from __future__ import annotations

import io
from itertools import pairwise, product
from typing import Any

import naive_engine
import numpy as np
import pytest
from measuring import report_on
from rich.console import Console

import conformance as c
from conformance import Backward, Call, Input, Program, Ref, Returned, Text
from conformance.campaign.causes.abstracting import abstract, abstract_place
from conformance.campaign.causes.signature import Signature, suspect_of
from conformance.report.formats.terminal import show
from conformance.report.formats.texts import capped, essence, printable, replay_command
from conformance.report.report import Report
from conformance.verdict import Mismatch

X, Y, T0, T1, T2 = map(Ref, ("x0", "x1", "t0", "t1", "t2"))


def inputs(*shape: int, names: str = "x0") -> tuple[Input, ...]:
    numbers = np.random.default_rng(len(names)).uniform(0.5, 2, shape).astype("float32")
    return tuple(Input.of(name, numbers.round(2), True) for name in names.split())


def long_programs() -> list[Program]:
    """Two ops of a few in a row, then a sum and a pass back, and some misuse."""
    ways: list[tuple[str, tuple[Any, ...]]] = [
        ("mul", (None, None)),
        ("exp", (None,)),
        ("neg", (None,)),
        ("add", (None, 1.5)),
    ]
    made = []
    for (first, second), shape in product(product(ways, ways), ((2,), (2, 3))):
        steps: list[Any] = []
        for number, (op, args) in enumerate((first, second)):
            given = Ref(f"t{number - 1}") if number else X
            filled = tuple(given if each is None else each for each in args)
            steps.append(Call(op, filled, result=f"t{number}"))
        steps.append(Call("sum", (T1, 0) if len(shape) > 1 else (T1,), result="t2"))
        if len(shape) > 1:
            steps.append(Call("sum", (T2,), result="t3"))
        made.append(Program(inputs(*shape), (*steps, Backward(Ref(steps[-1].result)))))
    unfit = Input.of("x0", np.float32([1, 2]))
    made += [Program((unfit,), (Backward(X),)), Program(inputs(3), (Backward(X),))]
    return made


@pytest.fixture(scope="module")
def naive() -> Report:
    return report_on("naive_engine", c.TorchLike(naive_engine), long_programs())


def shown(report: Report, width: int = 100) -> str:
    show(report, console := Console(file=io.StringIO(), width=width))
    return console.file.getvalue()  # type: ignore[attr-defined,no-any-return]


def test_the_three_wrong_rules_of_a_naive_engine_are_its_first_findings(naive: Report):
    first = naive.findings[:3]
    assert {finding.title for finding in first} == {"mul", "exp", "sum"}
    assert {finding.kind for finding in first} == {"grad_value"}
    assert [finding.title for finding in naive.findings[3:]] == ["backward"] * 2


def test_each_finding_has_a_program_that_was_shrunk(naive: Report):
    assert all(finding.shortest.short for finding in naive.findings)
    assert all(len(finding.failure.program.steps) <= 3 for finding in naive.findings)


def test_a_finding_takes_at_most_five_lines_and_ends_with_its_replay_line(naive: Report):
    lines = shown(naive).splitlines()
    starts = [n for n, text in enumerate(lines) if text[:2] in ("1.", "2.", "3.", "4.")]
    for start, end in pairwise(starts):
        assert end - start <= 5
        assert lines[end - 1].startswith("   conformance replay build/failures/")
        assert lines[end - 1].endswith(".json --engine naive_engine")
    assert all(len(text) <= 100 for text in lines if "conformance replay" not in text)


def test_wrong_gradients_come_before_what_is_not_refused(naive: Report):
    tiers = [finding.grade for finding in naive.findings]
    assert tiers == sorted(tiers)
    assert "raises" in {finding.kind for finding in naive.findings}


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("torch.float32", "torch.float32"),
        ("returned [1., -2e-05, nan]", "returned #"),
        ("MulBackward0", "Node"),
        ("<Tensor object at 0x7f12ab>", "<Tensor object at 0x#>"),
        (
            "add(): argument 'other' (position 2) must be",
            "op(): argument 'other' (position #) must be",
        ),
        ("(2x3 and 4x5)", "(# and #)"),
        ("size (3) at dimension 0", "size # at dimension #"),
        ("\"exp_cpu\" not implemented for 'Half'", "op not implemented for 'Half'"),
    ],
)
def test_a_text_is_compared_without_what_differs_from_program_to_program(text: str, kept: str):
    assert abstract(text) == kept


def test_a_place_keeps_its_fields():
    assert abstract_place("x0.grad_fn") == "x.grad_fn"
    assert abstract_place("t1[0].grad.stride()") == "t.grad.stride()"


def test_an_id_is_the_same_everywhere():
    assert Signature("gradient", ("mul",)).id == "bd20f7d6"


def test_of_a_shrunk_program_a_hook_is_at_fault_and_not_the_op_beside_it():
    hook = c.RegisterHook(X, "double", "tensor", "h0")
    steps = (hook, Call("mul", (X, X), result="t0"), Backward(T0))
    wrong = Mismatch("grad_value", None, "x0.grad", "4.", "2.")
    suspect = suspect_of(Program(inputs(), steps), wrong, "mul", shrunk=True)
    assert suspect.signature.about == ("register hook",)


def test_one_error_is_one_cause_whatever_op_raises_it():
    def signature(op: str, number: int) -> Signature:
        program = Program(inputs(2), (Call(op, (X,), result="t0"),))
        text = f"ValueError: {op}() cannot take {number}"
        wrong = Mismatch("raises", 0, "", Returned(Text("a tensor")), text)
        return suspect_of(program, wrong, op, shrunk=False).signature

    assert signature("exp", 1) == signature("sin", 22)


def test_a_script_that_is_long_is_cut_and_says_where_the_whole_is():
    script = f"import torch\n\nx0 = torch.tensor([{', '.join(['1.25'] * 9000)}])\n"
    text = capped(script, "failures/a.json")
    assert len(text) < 1000
    assert text.splitlines()[-1].startswith("# … ")
    assert text.endswith("more characters in failures/a.json")
    assert capped("import torch\n", "f") == "import torch"


def test_the_essence_of_a_script_is_its_statements_in_a_line_or_two():
    script = (
        "import torch\n\nx0 = torch.tensor(1.)\ntry:\n    x0.backward()\n"
        "except Exception as error:\n    print(type(error).__name__, error, sep=': ')\n"
        "# raises: expected E, got returned None (step 0)\n"
    )
    assert essence(script, 80) == ["x0 = torch.tensor(1.); x0.backward()"]
    block = "def hook(grad):\n    log(grad)\nh0 = x0.register_hook(hook)\ny = x0 + 1\n"
    assert essence(block, 80) == [
        "def hook(grad): log(grad)",
        "h0 = x0.register_hook(hook); y = x0 + 1",
    ]
    many = "".join(f"x{n} = torch.tensor({n}.)\n" for n in range(40))
    assert len(essence(many, 60)) == 2
    assert all(len(text) <= 60 for text in essence(many, 60))


def test_odd_text_is_shown_by_its_escapes():
    assert printable("a\ud800b\x1b[31m\n") == "a\\ud800b\\x1b[31m\n"


def test_the_replay_line_is_quoted_for_a_shell():
    line = replay_command("my build/failures/a.json", "pkg.mod:make", "torch")
    assert line == "conformance replay 'my build/failures/a.json' --engine pkg.mod:make"
    assert replay_command("a.json", "e", "other").endswith(" --engine e --reference other")

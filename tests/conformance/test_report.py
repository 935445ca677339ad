"""The report is a function of verdicts: what it counts, groups, shows and exits with."""

from __future__ import annotations

import io
import json
from collections.abc import Sequence
from dataclasses import replace
from importlib.resources import files
from itertools import pairwise
from typing import Any

import jsonschema
import numpy as np
import pytest
from rich.console import Console

from conformance import Call, Input, Program, Ref, Returned, Text
from conformance.campaign.gathering import Run
from conformance.campaign.plan import Settings
from conformance.campaign.result import Drift, Failure, Result
from conformance.claims import Claims
from conformance.claims.known import Known
from conformance.corpus.opinfo import Excluded
from conformance.report.environment import Environment
from conformance.report.formats.document import to_document
from conformance.report.formats.files import file_name
from conformance.report.formats.markdown import to_markdown
from conformance.report.formats.notes import notes_of
from conformance.report.formats.terminal import show
from conformance.report.report import Report, build_report
from conformance.report.scoring.score import Tally, coverage, headline, share
from conformance.verdict import Mismatch, Verdict

HERE = Environment("2026-01-02T03:04:05+00:00", "Linux", "3.12.1", 2, "0.1.0", {"torch": "2.13.0"})
SCHEMA = json.loads(files("conformance.report").joinpath("schema.json").read_text())


def program(op: str) -> Program:
    return Program((Input.of("x0", np.float32([1, 2])),), (Call(op, (Ref("x0"),), result="t0"),))


def mismatch(kind: str = "value", **fields: Any) -> Mismatch:
    given = {"where": "t0", "expected": "[1., 2.]", "actual": "[1., 3.]", **fields}
    return Mismatch(kind, 0, **given)  # type: ignore[arg-type]


def result(
    *mismatches: Mismatch, op: str = "exp", number: int = 0, source: str = "corpus"
) -> Result:
    case = program(op)
    verdict = Verdict(case.hash, mismatches)
    failure = None
    if verdict.outcome == "differ":
        failure = Failure(case, mismatches, case.script(None, mismatches), True)
    name = f"opinfo/{op}/float32/value/{number}"
    check = "value"
    if source == "generated":
        name, check = f"programs/{op}/{number}", "programs"
    return Result(name, op, check, source, verdict, failure)  # type: ignore[arg-type]


def run_of(results: Sequence[Result], **fields: Any) -> Run:
    corpus = tuple((r.id, r.verdict.program_hash) for r in results if r.source == "corpus")
    versions = {"engine": "1.2.3", "reference": "2.13.0"}
    return Run(Settings("an_engine"), versions, tuple(results), corpus=corpus, **fields)


def report_of(*results: Result, known: Sequence[Known] = (), **fields: Any) -> Report:
    return build_report(run_of(results, **fields), known)


def known(pattern: str, kind: str = "value") -> Known:
    return Known(pattern, frozenset({kind}), "it is so, https://x.y/1", "list.txt:1")


UNSUPPORTED = Mismatch("unsupported", 0, "", "returned", "unsupported: cos", "cos")
UNOBSERVABLE = Mismatch("unsupported", None, "x0._version", "0", "not observable", "._version")

EVERYTHING = (
    result(),
    result(mismatch(), number=1),
    result(mismatch("version", where="x0._version"), number=2),
    result(mismatch(judgement="convention", reason="ties | of `max`"), op="amax"),
    result(UNSUPPORTED, op="cos"),
    result(UNOBSERVABLE, op="sin"),
    result(
        mismatch("raises", where="", expected=Returned(Text("a tensor")), actual="E: no"), op="erf"
    ),
    result(mismatch("grad_value"), source="generated"),
    result(mismatch("dtype"), op="log"),
)
EVERY_RUN = {
    "excluded": (Excluded("opinfo/cat/errors/0", "out="),),
    "drift": (Drift("tutorial/221", "x 2-d", "y.backward(g)\n", "x.grad: 400.0", "RuntimeError"),),
    "seconds": 12.5,
}


@pytest.fixture
def everything() -> Report:
    entries = (known("opinfo/log/*", "dtype"), known("opinfo/exp/float32/value/0"), known("x/*"))
    return report_of(*EVERYTHING, known=entries, **EVERY_RUN)


def test_cases_are_counted_by_what_they_come_to(everything: Report):
    total = everything.total
    assert (total.agree, total.differ, total.known, total.unsupported) == (1, 4, 1, 2)
    assert (total.asked, total.attempted) == (8, 7)
    assert total.parity == 0.125


def test_generated_programs_are_counted_apart(everything: Report):
    assert everything.generated.differ == 1
    assert everything.generated.total == 1


def test_what_is_unsupported_is_neither_pass_nor_failure():
    report = report_of(result(UNSUPPORTED, op="cos"))
    assert report.exit_code == 0
    assert [(lack.what, lack.cases, lack.runs) for lack in report.lacks] == [("cos", 1, False)]


def test_an_engine_that_runs_nothing_scores_nothing():
    report = report_of(result(UNSUPPORTED, op="cos"), result(UNSUPPORTED, op="sin"))
    assert [tally.parity for tally in report.grades.values()] == [0.0] * 5
    assert coverage(report.grades[1]) == "0 of 2 asked agree (0.0 %); 0 of 0 attempted"


def test_what_cannot_be_observed_leaves_the_other_grades_agreeing():
    report = report_of(result(UNOBSERVABLE))
    assert [(lack.what, lack.runs) for lack in report.lacks] == [("._version", True)]
    assert report.grades[1].agree == 1
    assert (report.total.agree, report.total.unread) == (0, 1)
    assert report.grades[5].unsupported == 1


@pytest.mark.parametrize(
    ("kind", "grade"), [("value", 1), ("error_type", 3), ("error_message", 4), ("version", 5)]
)
def test_a_difference_breaks_the_grade_of_its_kind(kind: str, grade: int):
    report = report_of(result(mismatch(kind)))
    assert [g for g, tally in report.grades.items() if tally.differ] == [grade]


def test_raising_instead_of_returning_gives_no_value_either():
    report = report_of(result(mismatch("raises", expected=Returned(Text("None")), actual="E: no")))
    assert [g for g, tally in report.grades.items() if tally.differ] == [1, 2]


def test_returning_instead_of_raising_has_no_type_and_no_message():
    report = report_of(result(mismatch("raises", expected="E: no", actual="returned None")))
    assert [g for g, tally in report.grades.items() if tally.differ] == [2, 3, 4]


def test_the_exit_code_is_0_only_when_nothing_unexpected_differs():
    assert report_of(result()).exit_code == 0
    assert report_of(result(mismatch())).exit_code == 1
    assert report_of(result(mismatch()), known=[known("opinfo/exp/*")]).exit_code == 0
    assert report_of(result(mismatch("dtype")), known=[known("opinfo/exp/*")]).exit_code == 1
    assert report_of(result(mismatch(), source="generated")).exit_code == 1
    assert report_of(result(), interrupted=True).exit_code == 130


def test_an_ill_conditioned_difference_is_no_failure():
    assert report_of(result(mismatch(judgement="ill_conditioned"))).exit_code == 0


def test_a_known_difference_that_is_none_any_more_fails():
    report = report_of(result(), known=[known("opinfo/exp/float32/value/0")])
    assert [use.state for use in report.known] == ["stale"]
    assert report.exit_code == 1


def test_a_known_difference_that_names_nothing_only_warns():
    report = report_of(result(), known=[known("opinfo/expp/*")])
    assert [use.state for use in report.known] == ["unmatched"]
    assert report.exit_code == 0


def test_a_pattern_is_not_stale_while_only_a_part_is_run():
    run = run_of([result()])
    part = Run(Settings("an_engine", ops=("exp",)), run.versions, run.results, corpus=run.corpus)
    assert build_report(part, [known("opinfo/*")]).known[0].state == "unmatched"
    assert build_report(run, [known("opinfo/*")]).known[0].state == "stale"


def test_what_generation_does_not_find_again_is_not_stale():
    report = report_of(result(source="generated"), known=[known("programs/exp/0")])
    assert report.known[0].state == "undrawn"


def test_a_grade_counts_only_the_cases_that_can_show_it():
    silent = replace(result(), verdict=Verdict("0" * 64, (), frozenset({2, 3, 4, 5})))
    report = report_of(result(), silent)
    assert (report.grades[1].asked, report.grades[1].silent) == (1, 1)
    assert report.grades[2].asked == 2


def test_what_agrees_in_all_that_is_claimed_is_told_from_what_was_not_run():
    beyond = result(mismatch("stride", judgement="unclaimed"))
    unasked = replace(result(number=1), verdict=Verdict("", (), outside="op exp"))
    report = report_of(beyond, unasked)
    assert (report.total.as_claimed, report.total.left_out, report.total.asked) == (1, 1, 0)
    assert "1 agree in all that is claimed, 1 not claimed" in to_markdown(report, HERE)
    jsonschema.validate(to_document(report, HERE), SCHEMA)


def test_a_grade_above_the_one_that_is_claimed_is_not_claimed():
    run = run_of([result(mismatch("unsupported", judgement="claimed"))])
    aiming = replace(run, settings=replace(run.settings, claims=Claims(grade=2)))
    grades = build_report(aiming).grades
    assert (grades[2].differ, grades[5].differ, grades[5].unclaimed) == (1, 0, 1)
    assert grades[2].attempted == 0
    assert headline(grades)[4].endswith(": not claimed")


def test_an_engine_that_answers_differently_each_time_fails():
    report = report_of(result(mismatch("flaky")), result(number=1))
    assert (report.total.flaky, report.grades[1].flaky, report.exit_code) == (1, 1, 1)


def test_crashes_and_hangs_are_counted():
    lost = result(mismatch("crash", where=""), number=0), result(mismatch("hang", where=""))
    assert report_of(*lost, result()).lost == {"crash": 1, "hang": 1}


def test_failures_of_one_place_are_one_finding_whatever_the_op():
    versions = [
        result(mismatch("version", where=f"x{n}._version"), op=op, number=n)
        for n, op in enumerate(("exp", "sin"))
    ]
    (finding,) = report_of(*versions).findings
    assert finding.ops == ("exp", "sin")


def test_wrong_values_of_two_ops_are_two_findings():
    assert len(report_of(result(mismatch()), result(mismatch(), op="sin")).findings) == 2


def test_one_error_that_is_not_raised_is_one_finding_whatever_the_op():
    refused = mismatch("raises", expected="RuntimeError: 2 is too many", actual="returned None")
    report = report_of(result(refused), result(refused, op="sin"))
    assert [finding.ops for finding in report.findings] == [("exp", "sin")]


def test_cases_that_went_without_their_program_are_counted_once_if_one_was_drawn_twice():
    twice = [result(mismatch(), source="generated") for _ in range(2)]
    like = [
        replace(result(mismatch(), number=n, source="generated"), failure=None, like=twice[0].key)
        for n in range(1, 4)
    ]
    report = report_of(*twice, *like)
    assert [len(finding.results) for finding in report.findings] == [5]
    assert report.only_systematic == 0


def test_what_nearly_every_case_shows_is_one_line_and_hides_nothing_else():
    def leaf(number: int) -> Mismatch:
        sides = {"expected": "None", "actual": f"AccumulateGrad at 0x{number}"}
        return mismatch("graph", where=f"x{number}.grad_fn", **sides)

    cases = [result(leaf(n), op=op, number=n) for op in ("exp", "sin") for n in range(15)]
    wrong = [result(leaf(n), mismatch("grad_value"), op="cos", number=n) for n in range(2)]
    report = report_of(*cases, *wrong, result(op="neg"))
    assert [(entry.cases, entry.of) for entry in report.systematic] == [(32, 33)]
    assert [(finding.title, len(finding.cases)) for finding in report.findings] == [("cos", 2)]
    assert report.only_systematic == 30
    line = "in 96.9 % of cases: graph: x0.grad_fn: expected None, got AccumulateGrad at 0x0"
    assert line in shown(report)
    assert line in to_markdown(report, HERE)
    document = to_document(report, HERE)
    jsonschema.validate(json.loads(json.dumps(document)), SCHEMA)
    assert document["data"]["systematic"][0]["cases"] == 32


def test_what_is_excused_is_shown_with_an_example():
    rounding = mismatch(judgement="ill_conditioned", reason="one ulp moves it by 3.5")
    report = report_of(result(rounding), result(rounding, number=1))
    assert [(e.judgement, e.witness, e.cases) for e in report.excused] == [
        ("ill_conditioned", "one ulp moves it by #", 2)
    ]
    for text in (shown(report), to_markdown(report, HERE)):
        assert "opinfo/exp/float32/value/0" in text
        assert "one ulp moves it by" in text


def test_a_finding_of_no_op_has_the_title_of_what_its_program_does():
    (finding,) = report_of(result(mismatch("flag"), op="", source="generated")).findings
    assert (finding.ops, finding.title) == ((), "call")


def test_a_finding_is_shown_by_its_shortest_program():
    short = result(mismatch(where="t0[0]"), number=1)
    assert short.failure is not None
    steps = (*short.failure.program.steps, Call("exp", (Ref("t0"),), result="t1"))
    longer = Program(short.failure.program.inputs, steps)
    long = replace(short, failure=replace(short.failure, program=longer))
    (finding,) = report_of(long, short).findings
    assert finding.shortest.result == short


def test_the_gravest_findings_come_first(everything: Report):
    assert [finding.kind for finding in everything.findings][-1] == "version"
    assert everything.findings[0].kind in ("value", "grad_value")


def test_the_json_is_of_its_schema(everything: Report):
    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    document = json.loads(json.dumps(to_document(everything, HERE), allow_nan=False))
    jsonschema.validate(document, SCHEMA)


@pytest.mark.parametrize("damage", ["schema", "data", "test_suite"])
def test_the_schema_refuses_what_is_no_report(everything: Report, damage: str):
    document = to_document(everything, HERE)
    del document[damage]
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(document, SCHEMA)


def test_the_json_names_each_failure_and_its_file(everything: Report):
    failures = to_document(everything, HERE)["data"]["failures"]
    assert {failure["file"] for failure in failures} >= {"failures/opinfo-exp-float32-value-1.json"}
    assert all(failure["repro"].startswith("import torch") for failure in failures)
    assert len(failures) == everything.unexpected


def test_the_json_says_what_a_test_came_to(everything: Report):
    tests = {test["name"]: test for test in to_document(everything, HERE)["data"]["tests"]}
    assert tests["exp[value]"]["outcome"] == "failed"
    assert tests["exp[value]"]["failure_kinds"] == {"value": 1, "version": 1}
    assert tests["log[value]"]["outcome"] == "xfailed"
    assert tests["cos[value]"]["outcome"] == "skipped"
    assert tests["sin[value]"]["outcome"] == "skipped"
    assert tests["sin[value]"]["basic"]["agree"] == 1


def test_the_markdown_says_what_was_run_and_how_it_went(everything: Report):
    text = to_markdown(everything, HERE)
    assert text.startswith("# How far does `an_engine` behave like torch?\n")
    assert (
        "- **grade 1 values and gradients: 3 of 8 asked agree (37.5 %); 3 of 7 attempted**" in text
    )
    assert "Of the 8 programs, 1 agree in everything, 4 differ, 1 differ as known" in text
    assert everything.corpus_sha256 in text
    assert "conformance run --engine an_engine" in text


def test_the_markdown_shows_the_script_with_expected_and_actual(everything: Report):
    text = to_markdown(everything, HERE)
    assert "t0 = torch.exp(x0)" in text
    assert "| expected | `[1., 2.]` |\n| actual | `[1., 3.]` |" in text
    file = f"build/failures/{everything.findings[0].id}.json"
    assert f"`conformance replay {file} --engine an_engine`" in text


def test_the_markdown_keeps_its_tables_whatever_a_message_holds(everything: Report):
    bad = mismatch("error_message", expected="E: a | `b`\nc", actual="E: ``", where="")
    text = to_markdown(report_of(result(bad)), HERE)
    assert "| expected | `` E: a \\| `b` c `` |" in text
    assert "| actual | ``` E: `` ``` |" in text


def test_the_markdown_shows_drift_with_both_figures(everything: Report):
    text = to_markdown(everything, HERE)
    assert "| recorded | `x.grad: 400.0` |\n| torch 2.13.0 | `RuntimeError` |" in text


def test_every_table_of_the_markdown_is_whole(everything: Report):
    lines = to_markdown(everything, HERE).splitlines()
    for above, line in pairwise(lines):
        if line.startswith("| ---"):
            assert above.count("|") == line.count("|")
            assert above.startswith("|")
    assert "\n\n\n" not in to_markdown(everything, HERE)


def test_the_terminal_shows_the_table_the_failures_and_the_figures(everything: Report):
    text = shown(everything)
    assert "2/3" in text
    assert "t0: expected [1., 2.], got [1., 3.]" in text
    assert "8 cases of the frozen corpus" in text
    assert "cases: 1 agree in everything, 4 differ, 1 differ as known, 2 unsupported" in text
    assert "matches nothing that was run" in text


def test_the_share_is_never_rounded_up_to_all():
    assert share(99_999, 100_000) == "99.9 %"
    assert share(3, 3) == "100.0 %"
    assert share(0, 0) == "–"
    assert Tally(agree=9_999_999, differ=1).parity == 0.999999


@pytest.mark.parametrize("form", ["json", "markdown", "terminal"])
def test_every_form_says_the_same_score(everything: Report, form: str):
    said = {
        "json": lambda: "\n".join(to_document(everything, HERE)["data"]["headline"]),
        "markdown": lambda: to_markdown(everything, HERE),
        "terminal": lambda: shown(everything),
    }[form]()
    for words in headline(everything.grades):
        assert words in said


def shown(report: Report, width: int = 120) -> str:
    show(report, console := Console(file=io.StringIO(), width=width))
    return console.file.getvalue()  # type: ignore[attr-defined,no-any-return]


def test_a_results_json_gives_back_the_result():
    for entry in EVERYTHING:
        assert Result.from_json(json.loads(json.dumps(entry.to_json()))) == entry


def test_a_failing_programs_file_has_a_plain_name():
    assert file_name(result(mismatch())) == "failures/opinfo-exp-float32-value-0.json"


@pytest.mark.parametrize("kind", ["crash", "hang"])
def test_what_gives_no_answer_misses_every_grade(kind: str):
    lost = result(mismatch(kind, where="", expected="the step ends", actual="killed"))
    assert lost.verdict.failing == {1, 2, 3, 4, 5}
    report = report_of(lost)
    assert [(tally.agree, tally.differ) for tally in report.grades.values()] == [(0, 1)] * 5


def test_an_engine_that_can_run_nothing_is_told_so():
    assert "nothing could be run: an_engine lacks cos" in shown(report_of(result(UNSUPPORTED)))
    assert "nothing could be run" not in shown(report_of(result(UNSUPPORTED), result(number=1)))
    assert "nothing could be run" not in shown(report_of())


def test_how_many_programs_were_run_without_what_is_lacking_is_noted():
    report = report_of(*EVERYTHING, rescued=60, unrescued=12)
    said = (
        "of 72 generated programs that need what the engine lacks, {} were run without it as well"
    )
    assert f"{said.format(60)}; the other 12 were not" in notes_of(report)
    assert notes_of(report_of(rescued=72)) == [said.format(72)]
    assert notes_of(report_of(*EVERYTHING)) == []

"""The pytest plugin, from outside: `pytest --pyargs conformance --engine NAME`."""

from __future__ import annotations

import importlib
import re
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import settings

from conformance.pytest_plugin import asks_for_us

pytest_plugins = ["pytester"]
HERE = Path(__file__).parent


@pytest.fixture(scope="module")
def loaded() -> None:
    """Torch and its test data, which take seconds to import, and which pytester would drop from
    `sys.modules` after each run if they came in with it."""
    importlib.import_module("conformance.suite.support.properties")
    importlib.import_module("conformance.corpus.opinfo.samples")
    importlib.import_module("conformance.corpus.opinfo.database").database()
    importlib.import_module("scaled_ops")  # which registers ops with torch, once a process


@pytest.fixture
def suite(loaded: None, pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch):
    """Runs the suite, or some tests of it, on an engine. A name without `::` is of `test_ops`."""
    monkeypatch.syspath_prepend(HERE)
    profile = settings.get_current_profile_name()

    def run(*arguments: str, only: tuple[str, ...] = ()) -> pytest.RunResult:
        names = [name if "::" in name else f"test_ops::test_op[{name}]" for name in only]
        ids = [f"conformance.suite.{name}" for name in names]
        return pytester.runpytest_inprocess(
            "--pyargs", *(ids or ["conformance"]), "-p", "no:cacheprovider", *arguments
        )

    yield run
    settings.load_profile(profile)  # of which the run may have taken another


def test_it_is_inert_where_it_is_merely_installed(pytester: pytest.Pytester):
    pytester.makepyfile(
        """
        import sys

        def test_nothing_is_loaded():
            assert "torch" not in sys.modules
        """
    )
    result = pytester.runpytest_subprocess("-p", "no:hypothesispytest")
    result.assert_outcomes(passed=1)
    result.stdout.no_fnmatch_line("conformance:*")


def test_it_leaves_its_options_to_suites_that_have_the_same(pytester: pytest.Pytester):
    pytester.makeconftest(
        """
        def pytest_addoption(parser):
            parser.addoption("--max-examples", type=int)
            parser.addoption("--engine")
        """
    )
    pytester.makepyfile(
        "def test_option(pytestconfig): assert pytestconfig.getoption('--max-examples') == 3"
    )
    pytester.runpytest_subprocess("--max-examples", "3").assert_outcomes(passed=1)


@pytest.mark.parametrize(
    ("arguments", "answer"),
    [
        (["--pyargs", "conformance"], True),
        (["--pyargs", "conformance.suite.test_ops::test_op"], True),
        ([str(HERE.parents[1] / "conformance")], True),
        ([str(HERE.parents[1] / "conformance/suite/test_ops.py::test_op")], True),
        (["conformance_of_another"], False),
        (["--pyargs", "conformances"], False),
        (["tests"], False),
        ([], False),
    ],
)
def test_a_run_asks_for_it_by_name_or_by_path(
    arguments: list[str], answer: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.chdir(tmp_path)
    assert asks_for_us(arguments) is answer


def test_there_are_tests_of_each_op_and_check_and_cell_and_area(suite):
    result = suite("--engine", "torch", "--collect-only", "-q")
    names = re.findall(r"::(\S+)", result.stdout.str())
    assert {"test_op[add-value]", "test_op[add-gradient]", "test_op[add-second_order]"} < {*names}
    assert {"test_call[add-value]", "test_call[amax-errors]", "test_call[eq-value]"} < {*names}
    assert {"test_op[amax-errors]", "test_programs_of[add]"} < {*names}
    assert {"test_accumulation", "test_gradient_seeds", "test_hooks", "test_programs"} < {*names}
    assert not {"test_call[eq-gradient]", "test_op[add-programs]"} & {*names}
    assert len([name for name in names if name.startswith("test_cell[tutorial/")]) == 23
    assert len(names) == len(set(names))


@pytest.mark.slow
def test_torch_passes(suite):
    result = suite("--engine", "torch", "-k", "abs or tutorial", "--max-examples", "20")
    outcomes = result.parseoutcomes()
    assert outcomes["passed"] > 25
    assert "failed" not in outcomes
    result.stdout.re_match_lines([r"conformance: torch 2\S+ against torch 2\S+$"])


def test_the_profile_is_afterwards_what_it_was(suite):
    before = settings.get_current_profile_name()
    only = ("test_calls::test_call[abs-value]",)
    suite("--engine", "torch", "--max-examples", "2", only=only).assert_outcomes(passed=1)
    assert settings.get_current_profile_name() == before


def test_the_last_lines_are_the_score_in_the_words_of_the_report(suite):
    result = suite("--engine", "faulty_engine", only=("sqrt-value", "abs-value"))
    result.stdout.re_match_lines(
        [
            r"=+ conformance, of what was run =+",
            r"grade 1 values and gradients: (\d+) of \d+ asked agree \(.*\); \1 of \d+ attempted",
            r"cases: \d+ agree in everything, \d+ differ, \d+ unsupported",
        ]
    )


def test_a_failing_test_shows_the_shortest_script_with_expected_and_actual(suite):
    result = suite("--engine", "faulty_engine", only=("sqrt-value",))
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(
        [
            "* of * cases differ: value *",
            "  opinfo/sqrt/float32/value/0",
            "import torch",
            "t0 = torch.sqrt(x0)",
            "expected: *",
            "actual: *",
        ]
    )


def test_what_the_engine_lacks_is_skipped_with_the_reason(suite):
    result = suite("--engine", "faulty_engine", "-rs", only=("cat-value",))
    result.assert_outcomes(skipped=1)
    result.stdout.fnmatch_lines(["SKIPPED * unsupported: cat"])


KNOWN = "value, grad_value, dtype, graph, flag, version, raises"


def test_a_known_difference_is_an_expected_failure(suite, pytester: pytest.Pytester):
    path = pytester.makefile(".txt", known=f"opinfo/sqrt/*  # {KNOWN}: off by one")
    result = suite(
        "--engine", "faulty_engine", "--xfails-file", str(path), "-rx", only=("sqrt-value",)
    )
    result.assert_outcomes(xfailed=1)
    result.stdout.fnmatch_lines(["XFAIL * off by one"])


@pytest.mark.slow
def test_a_known_difference_that_is_none_any_more_fails(suite, pytester: pytest.Pytester):
    path = pytester.makefile(".txt", known="opinfo/abs/float32/value/0  # value: it was so")
    result = suite("--engine", "faulty_engine", "--xfails-file", str(path), only=("abs-value",))
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["known to differ, but no longer so:", "*known.txt:1: opinfo/abs*"])


@pytest.mark.slow
def test_skipped_cases_are_not_run(suite, pytester: pytest.Pytester):
    path = pytester.makefile(".txt", skips="opinfo/sqrt/*")
    result = suite("--engine", "faulty_engine", "--skips-file", str(path), only=("sqrt-value",))
    result.assert_outcomes(skipped=1)


@pytest.mark.slow
def test_it_runs_under_xdist(suite):
    result = suite("--engine", "torch", "-n", "2", only=("neg-value", "neg-gradient"))
    result.assert_outcomes(passed=2)


def test_the_engine_may_come_from_the_environment_and_is_told(
    suite, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("CONFORMANCE_ENGINE", "torch")
    result = suite(only=("neg-value",))
    result.assert_outcomes(passed=1)
    result.stdout.fnmatch_lines(["conformance: CONFORMANCE_ENGINE=torch"])


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([], "*name the engine to test: --engine NAME, or CONFORMANCE_ENGINE"),
        (["--engine", "no_such_engine"], "*cannot load the engine 'no_such_engine'*"),
        (
            ["--engine", "torch", "--max-examples", "-1"],
            "*--max-examples must be 1 or more, not -1",
        ),
    ],
)
def test_without_an_engine_it_says_so_once(suite, arguments: list[str], message: str):
    result = suite(*arguments)
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines([message])


@pytest.mark.parametrize(
    ("arguments", "examples"),
    [
        (["-p", "hypothesis_profile_of_twelve", "--hypothesis-profile", "twelve"], 12),
        (["--max-examples", "3"], 3),
    ],
)
def test_a_property_has_the_examples_of_the_profile_or_of_the_option(
    suite, arguments: list[str], examples: int
):
    result = suite(
        *("--engine", "torch", "--hypothesis-show-statistics", *arguments),
        only=("test_calls::test_programs_of[neg]",),
    )
    result.assert_outcomes(passed=1)
    result.stdout.fnmatch_lines([f"*Stopped because settings.max_examples={examples}"])


def test_importing_the_plugin_loads_no_torch():
    code = "import conformance.pytest_plugin, sys; assert 'torch' not in sys.modules"
    subprocess.run([sys.executable, "-c", code], check=True)


def test_a_session_on_what_cannot_make_a_tensor_stops_before_any_test(
    loaded: None, pytester: pytest.Pytester
):
    pytester.makepyfile(
        unable_engine="""
        class Tensor: pass
        def tensor(data, dtype=None): raise ValueError("no memory")
        """
    )
    result = pytester.runpytest_subprocess("--pyargs", "conformance", "--engine", "unable_engine")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(["*it stops at 'tensor'*", "*ValueError: no memory", "*in tensor"])


def test_a_users_own_ops_are_asked_too(suite):
    given = ("--engine", "scaling_engine", "--ops-from", "scaled_ops")
    test = "test_ops::test_op[tests_of_conformance::scale"
    result = suite(*given, only=(f"{test}-gradient]", f"{test}-errors]"))
    result.assert_outcomes(passed=1, failed=1)
    result.stdout.fnmatch_lines(
        ["*t0 = torch.ops.tests_of_conformance.scale(x0, 0.5)*", "*cases of your own ops: *"]
    )


def test_a_users_own_ops_are_drawn_alone(suite):
    op = "test_calls::test_call[tests_of_conformance.centred-value]"
    given = ("--engine", "scaling_engine", "--ops-from", "scaled_ops", "--max-examples", "5")
    suite(*given, only=(op,)).assert_outcomes(passed=1)


def test_own_ops_that_cannot_be_used_are_a_usage_error(suite):
    result = suite("--engine", "torch", "--ops-from", "absent.py")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(["*--ops-from: there is no file absent.py*"])

"""Under pytest, an engine that ends its process, crashes or hangs costs a test, not the session."""

from __future__ import annotations

from pathlib import Path

import pytest

pytest_plugins = ["pytester"]
HERE = Path(__file__).parent


@pytest.mark.slow
@pytest.mark.parametrize(
    ("engine", "said"),
    [
        ("exit_now", "*the process exited with code 0*"),
        ("segfault", "*the process was killed by SIGSEGV*"),
        ("hang", "*no answer within 3 seconds*"),
    ],
)
def test_the_session_goes_on(
    engine: str, said: str, pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("PYTHONPATH", f"{HERE.parents[1]}:{HERE}")
    monkeypatch.setenv("CONFORMANCE_TIMEOUT", "3")
    ids = [f"conformance.suite.test_ops::test_op[{name}]" for name in ("exp-value", "neg-value")]
    result = pytester.runpytest_subprocess(
        "--pyargs", *ids, "--engine", f"hostile_engines:{engine}", "-p", "no:cacheprovider"
    )
    result.assert_outcomes(failed=1, passed=1)
    assert result.ret == pytest.ExitCode.TESTS_FAILED
    result.stdout.fnmatch_lines([said])

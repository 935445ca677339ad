"""Report → JSON, of the form that `schema.json` beside this file describes.

Its outer fields are those of array-api-tests-compliance-data, version 1.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from conformance.campaign.result import Drift, Result
from conformance.report.environment import DISTRIBUTION, Environment
from conformance.report.groups import Group
from conformance.report.report import KnownUse, Report, Tally
from conformance.verdict import GRADE_OF, GRADES

SCHEMA = 1
"""The version of the report's form."""

FAILURES = "failures"
"""The folder beside the report that holds the failing programs."""

_OUTCOME = {
    "differ": "failed",
    "flaky": "failed",
    "known": "xfailed",
    "agree": "passed",
    "unsupported": "skipped",
}


def to_document(report: Report, environment: Environment) -> dict[str, Any]:
    """The report as JSON data."""
    run = report.run
    return {
        "schema": SCHEMA,
        "name": run.settings.engine,
        "version": run.versions["engine"],
        "api": run.settings.reference,
        "api_version": run.versions["reference"],
        "timestamp": environment.timestamp,
        "platform": environment.platform,
        "python": environment.python,
        "cores": environment.cores,
        "packages": dict(environment.packages),
        "test_suite": _suite(report, environment),
        "data": {
            "duration": round(run.seconds, 3),
            "exitcode": report.exit_code,
            "interrupted": run.interrupted,
            "given_up": [*run.given_up],
            "summary": _tally(report.total),
            "grades": [_grade(number, tally) for number, tally in report.grades.items()],
            "tests": [_test(report, *test, tally) for test, tally in report.tests.items()],
            "generated": _tally(report.generated),
            "exercised": run.statistics.to_json(),
            "differences": [_group(group) for group in report.groups],
            "failures": [_failure(result) for group in report.groups for result in group.results],
            "known": [_known(use) for use in report.known],
            "unsupported": [{"what": w, "cases": n} for w, n in report.unsupported.items()],
            "unobservable": [*report.unobservable],
            "excluded": [{"id": case.id, "reason": case.reason} for case in run.excluded],
            "drift": [_drift(cell) for cell in run.drift],
        },
    }


def _suite(report: Report, environment: Environment) -> dict[str, Any]:
    settings = report.run.settings
    return {
        "name": DISTRIBUTION,
        "version": environment.suite,
        "corpus_sha256": report.corpus_sha256,
        "corpus_cases": len(report.run.corpus),
        "corpus_whole": report.run.whole,
        "seed": settings.seed,
        "max_examples": settings.max_examples,
        "ops": [*settings.names],
        "checks": [*settings.checks],
    }


def _tally(tally: Tally) -> dict[str, Any]:
    return {
        "total": tally.total,
        "attempted": tally.attempted,
        "agree": tally.agree,
        "differ": tally.differ,
        "known": tally.known,
        "unsupported": tally.unsupported,
        "parity": None if tally.parity is None else round(tally.parity, 6),
    }


def _grade(number: int, tally: Tally) -> dict[str, Any]:
    return {"grade": number, "meaning": GRADES[number], **_tally(tally)}


def _test(report: Report, op: str, check: str, tally: Tally) -> dict[str, Any]:
    kinds = report.kinds[op, check]
    worst = next((key for key in _OUTCOME if getattr(tally, key)), "agree")
    return {
        "name": f"{op}[{check}]",
        "op": op,
        "check": check,
        "outcome": _OUTCOME[worst],
        "failure_kinds": dict(sorted(kinds.items())),
        **_tally(tally),
    }


def _group(group: Group) -> dict[str, Any]:
    return {
        "failure_kind": group.kind,
        "grade": GRADE_OF[group.kind],
        "cases": len(group.results),
        "ops": [*group.ops],
        **_shown(group.shortest),
    }


def _shown(result: Result) -> dict[str, Any]:
    """The failing case with everything that is needed to look into it."""
    assert result.failure is not None
    mismatch = result.failure.mismatch
    return {
        "id": result.id,
        "where": mismatch.where,
        "expected": mismatch.expected,
        "actual": mismatch.actual,
        "detail": mismatch.detail,
        "judgement": mismatch.judgement,
        "reason": mismatch.reason,
        "repro": result.failure.script,
    }


def _failure(result: Result) -> dict[str, Any]:
    assert result.failure is not None
    mismatch = result.failure.mismatch
    failure: dict[str, Any] = {
        "id": result.id,
        "op": result.op,
        "check": result.check,
        "failure_kind": mismatch.kind,
        "grades": sorted(result.verdict.failing),
        "program_sha256": result.verdict.program_hash,
        "file": file_name(result),
    }
    if result.failure.reduced:
        failure["repro"] = result.failure.script
    return failure


def file_name(result: Result) -> str:
    """The file, in the folder of the report, that holds the failing program for `replay`."""
    return f"{FAILURES}/{result.id.replace('/', '-')}.json"


def _known(use: KnownUse) -> dict[str, Any]:
    return {
        "pattern": use.entry.pattern,
        "kinds": sorted(use.entry.kinds),
        "reason": use.entry.reason,
        "where": use.entry.where,
        "state": use.state,
        "cases": len(use.cases),
    }


def _drift(cell: Drift) -> Mapping[str, str]:
    return {
        "id": cell.id,
        "heading": cell.heading,
        "code": cell.code,
        "recorded": cell.recorded,
        "today": cell.today,
    }

"""Report → JSON, of the form that `report/schema.json` describes.

Its outer fields are those of array-api-tests-compliance-data, version 1.
"""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from conformance.campaign.causes.signature import by_gravity
from conformance.campaign.result import Result
from conformance.program.script.wording import worded
from conformance.report.apart import Excused, Lack
from conformance.report.environment import DISTRIBUTION, Environment
from conformance.report.findings import Finding
from conformance.report.formats.files import file_name, finding_file, lack_file, replay
from conformance.report.formats.texts import capped, printable
from conformance.report.report import KnownUse, Report
from conformance.report.scoring.score import Tally, coverage, headline
from conformance.report.systematic import Systematic
from conformance.verdict import GRADE_OF, GRADES, Mismatch

SCHEMA = 2
"""The version of the report's form."""

_OUTCOME = {
    "differ": "failed",
    "flaky": "failed",
    "known": "xfailed",
    "agree": "passed",
    "unsupported": "skipped",
    "unclaimed": "skipped",
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
        **_fields(environment, "timestamp", "platform", "python", "cores"),
        **_fields(environment, "processor", "capability", "threads"),
        "packages": dict(environment.packages),
        "test_suite": _suite(report, environment),
        "data": {
            "duration": round(run.seconds, 3),
            "exitcode": report.exit_code,
            "interrupted": run.interrupted,
            "given_up": [*run.given_up],
            "unanswered": [*run.unanswered],
            **_fields(run, "idle_deaths", "rescued", "unrescued"),
            "notes": [printable(note) for note in run.notes],
            "headline": [*headline(report.grades)],
            "summary": report.total.to_json(),
            "grades": [_grade(number, tally) for number, tally in report.grades.items()],
            "tests": [_test(report, *test, tally) for test, tally in report.tests.items()],
            "own": report.own.to_json(),
            "generated": report.generated.to_json(),
            "exercised": run.statistics.to_json(),
            "lost": dict(sorted(report.lost.items())),
            "systematic": [_systematic(report, entry) for entry in report.systematic],
            "only_systematic": report.only_systematic,
            "findings": [_finding(report, finding) for finding in report.findings],
            "failures": [_failure(r, f) for f in report.findings for r in f.results],
            "known": [_known(use) for use in report.known],
            "unsupported": [_lack(report, lack) for lack in report.lacks],
            "unclaimed": [
                {"what": printable(what), "cases": cases}
                for what, cases in report.unclaimed.items()
            ],
            "excused": [_excused(entry) for entry in report.excused],
            "excluded": [{"id": case.id, "reason": case.reason} for case in run.excluded],
            "drift": [asdict(cell) for cell in run.drift],
        },
    }


def _fields(of: Any, *names: str) -> dict[str, Any]:
    return {name: getattr(of, name) for name in names}


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
        "ops_from": [*settings.own],
        "checks": [*settings.checks],
    }


def _grade(number: int, tally: Tally) -> dict[str, Any]:
    meaning = GRADES[number]
    return {"grade": number, "meaning": meaning, "coverage": coverage(tally), **tally.to_json()}


def _test(report: Report, op: str, check: str, tally: Tally) -> dict[str, Any]:
    kinds = report.kinds[op, check]
    worst = next((key for key in _OUTCOME if getattr(tally, key)), "agree")
    return {
        "name": f"{op}[{check}]",
        "op": op,
        "check": check,
        "outcome": _OUTCOME[worst],
        "failure_kinds": dict(sorted(kinds.items())),
        **tally.to_json(),
        "basic": report.basics[op, check].to_json(),
    }


def _finding(report: Report, finding: Finding) -> dict[str, Any]:
    file = finding_file(finding)
    return {
        "id": finding.id,
        "failure_kind": finding.kind,
        "kinds": dict(finding.kinds),
        "grade": finding.grade,
        "title": printable(finding.title),
        "cases": len(finding.results),
        "ops": [*finding.ops],
        "case": finding.shortest.result.id,
        "shrunk": finding.shortest.short,
        **_shown(finding.mismatch),
        "repro": capped(finding.script, file),
        "file": file,
        "replay": replay(report, file),
    }


def _systematic(report: Report, entry: Systematic) -> dict[str, Any]:
    file = file_name(entry.result)
    return {
        "failure_kind": entry.symptom.kind,
        "grade": GRADE_OF[entry.symptom.kind],
        "cases": entry.cases,
        "of": entry.of,
        "case": entry.result.id,
        **_shown(entry.example),
        "repro": capped(entry.failure.script or entry.failure.program.script(), file),
        "file": file,
        "replay": replay(report, file),
    }


def _shown(mismatch: Mismatch) -> dict[str, Any]:
    """A difference with all that is said of it."""
    texts = {name: printable(text) for name, text in worded(mismatch)._asdict().items()}
    reason = texts.pop("reason")
    return {
        **texts,
        "judgement": mismatch.judgement,
        "reason": reason,
        "evidence": [printable(text) for text in mismatch.evidence],
    }


def _failure(result: Result, finding: Finding) -> dict[str, Any]:
    kept = result.failure
    mismatches = result.verdict.mismatches if kept is None else kept.mismatches
    failure: dict[str, Any] = {
        **_fields(result, "id", "op", "check"),
        "finding": finding.id,
        "failure_kind": by_gravity(mismatches)[0].kind,
        "grades": sorted(result.verdict.failing),
        "program_sha256": result.verdict.program_hash,
        "file": None if kept is None else file_name(result),
    }
    if kept is not None and kept.reduced:
        failure["repro"] = capped(kept.script, failure["file"])
    return failure


def _lack(report: Report, lack: Lack) -> dict[str, Any]:
    file = None if lack.program is None else lack_file(lack)
    return {
        "id": lack.id,
        "what": printable(lack.what),
        "runs": lack.runs,
        "reason": printable(lack.reason),
        **_fields(lack, "cases", "example"),
        "file": file,
        "replay": None if file is None else replay(report, file),
    }


def _excused(entry: Excused) -> dict[str, Any]:
    return {
        "cases": entry.cases,
        "witness": printable(entry.witness),
        "example": entry.example,
        "failure_kind": entry.mismatch.kind,
        **_shown(entry.mismatch),
    }


def _known(use: KnownUse) -> dict[str, Any]:
    return {
        "pattern": use.entry.pattern,
        "kinds": sorted(use.entry.kinds),
        **_fields(use.entry, "reason", "where"),
        "state": use.state,
        "cases": len(use.cases),
    }

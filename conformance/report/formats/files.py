"""The files beside a report: how they are called, and what is in each."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator

from conformance.campaign.result import Failure, Result
from conformance.report.apart import Lack
from conformance.report.findings import Finding
from conformance.report.formats.texts import replay_command
from conformance.report.report import Report

FAILURES = "failures"
"""The folder beside the report that holds the programs for `conformance replay`."""

LONGEST = 120  # characters of a name, far below what file systems take
_PLAIN = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_./-]*")


def file_name(result: Result) -> str:
    """The file, in the folder of the report, that holds the failing program of a case."""
    return f"{FAILURES}/{_safe(result.id)}.json"


def finding_file(finding: Finding) -> str:
    """The file that holds the shortest program of a finding."""
    return f"{FAILURES}/{finding.id}.json"


def lack_file(lack: Lack) -> str:
    """The file that holds a program which needs what is lacking."""
    return f"{FAILURES}/unsupported-{lack.id}.json"


def replay(report: Report, file: str) -> str:
    """The command that runs the program of a report's file again."""
    settings = report.run.settings
    path = f"{report.folder}{file}"
    return replay_command(path, settings.engine, settings.reference, settings.own)


def files_of(report: Report) -> Iterator[tuple[str, Failure]]:
    """Every file beside the report, with the program that is to be in it."""
    for entry in report.systematic:
        yield file_name(entry.result), entry.failure
    for finding in report.findings:
        yield finding_file(finding), finding.failure
        for result in finding.results:
            if result.failure is not None:
                yield file_name(result), result.failure
    for lack in report.lacks:
        if lack.program is not None:
            yield lack_file(lack), lack.program


def _safe(name: str) -> str:
    """A plain file name; one that had to be changed beyond its slashes has a hash of its own, so
    that no two names meet."""
    if _PLAIN.fullmatch(name) and len(name) <= LONGEST and ".." not in name:
        return name.replace("/", "-")
    plain = re.sub(r"[^A-Za-z0-9_-]+", "-", name).strip("-")[: LONGEST - 9]
    return f"{plain}-{hashlib.sha256(name.encode('utf-8', 'backslashreplace')).hexdigest()[:8]}"

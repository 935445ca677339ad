"""The parity report: a pure function of verdicts, as JSON, Markdown and a terminal table."""

from __future__ import annotations

from conformance.report.choosing import to_shrink
from conformance.report.environment import Environment, this_environment
from conformance.report.findings import Finding
from conformance.report.formats.document import SCHEMA, to_document
from conformance.report.formats.files import FAILURES, file_name, files_of
from conformance.report.formats.markdown import to_markdown
from conformance.report.formats.terminal import show
from conformance.report.report import Report, build_report
from conformance.report.scoring.counting import Score, standing, unexpected
from conformance.report.scoring.score import Tally, coverage, headline, outcomes, share

__all__ = [
    "FAILURES",
    "SCHEMA",
    "Environment",
    "Finding",
    "Report",
    "Score",
    "Tally",
    "build_report",
    "coverage",
    "file_name",
    "files_of",
    "headline",
    "outcomes",
    "share",
    "show",
    "standing",
    "this_environment",
    "to_document",
    "to_markdown",
    "to_shrink",
    "unexpected",
]

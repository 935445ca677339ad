"""The parity report: a pure function of verdicts, as JSON, Markdown and a terminal table."""

from __future__ import annotations

from conformance.report.choosing import to_shrink
from conformance.report.counting import Score, standing, unexpected
from conformance.report.document import SCHEMA, to_document
from conformance.report.environment import Environment, this_environment
from conformance.report.files import FAILURES, file_name, files_of
from conformance.report.findings import Finding
from conformance.report.markdown import to_markdown
from conformance.report.report import Report, build_report
from conformance.report.score import Tally, coverage, headline, outcomes, share
from conformance.report.terminal import show

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

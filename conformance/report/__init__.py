"""The parity report: a pure function of verdicts, as JSON, Markdown and a terminal table."""

from __future__ import annotations

from conformance.report.document import FAILURES, SCHEMA, file_name, to_document
from conformance.report.environment import Environment, this_environment
from conformance.report.markdown import to_markdown
from conformance.report.report import Report, build_report, standing, unexpected
from conformance.report.terminal import show

__all__ = [
    "FAILURES",
    "SCHEMA",
    "Environment",
    "Report",
    "build_report",
    "file_name",
    "show",
    "standing",
    "this_environment",
    "to_document",
    "to_markdown",
    "unexpected",
]

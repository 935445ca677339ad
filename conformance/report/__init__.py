"""The parity report: a pure function of verdicts, as JSON, Markdown and a terminal table."""

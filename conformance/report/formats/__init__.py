"""A report as JSON, Markdown and a terminal table, and the files that it is written to."""

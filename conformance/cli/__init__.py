"""The command `conformance`."""

from conformance.cli.command import cli, main

__all__ = ["cli", "main"]

"""The command `conformance`."""

from __future__ import annotations

import click


@click.group()
def main() -> None:
    """Measure how far an autograd engine behaves like torch's."""

"""`python -m reach`: measures what the generated programs reach, and prints or publishes it."""

from __future__ import annotations

import subprocess
from datetime import date
from pathlib import Path

import click
from rich.console import Console
from rich.markdown import Markdown
from rich.progress import track

from reach.measuring import Reach
from reach.pieces import reached
from reach.table import page

PAGE = Path(__file__).with_name("TABLE.md")


@click.command()
@click.option("--programs", default=20000, show_default=True, type=click.IntRange(min=1))
@click.option("--seed", default=0, show_default=True, help="Of the programs.")
@click.option("--jobs", default=2, show_default=True, type=click.IntRange(min=1))
@click.option("--publish", is_flag=True, help=f"Write {PAGE.parent.name}/{PAGE.name}, too.")
def main(programs: int, seed: int, jobs: int, publish: bool) -> None:
    """Count of all that there is to draw how often programs called it, how often a backward pass
    went through it, and how often with gradients that tell elements apart."""
    console, whole = Console(), Reach()
    found = reached(programs, seed, jobs)
    for reach in track(found, "measuring", console=console, transient=True):
        whole.merge(reach)
    text = page(whole, seed, f"{date.today()}, commit {_commit()}")
    console.print(Markdown(text))
    if publish:
        PAGE.write_text(text, encoding="utf-8")


def _commit() -> str:
    asked = subprocess.run(
        ["git", "describe", "--always", "--dirty", "--exclude", "*"],
        cwd=PAGE.parent, capture_output=True, text=True, check=False,
    )  # fmt: skip
    return asked.stdout.strip() or "unknown"


if __name__ == "__main__":
    main()

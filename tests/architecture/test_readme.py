"""The README says what is there: its commands, options, targets and files."""

from __future__ import annotations

import re
from pathlib import Path

import click
import pytest

from conformance.cli import cli

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text()
CONSOLE = "\n".join(re.findall(r"```console\n(.*?)```", README, re.DOTALL))


def commands() -> dict[str, click.Command]:
    assert isinstance(cli, click.Group)
    return dict(cli.commands)


@pytest.mark.parametrize(
    "line", re.findall(r"conformance (?:check|run|replay|ops|engines).*", CONSOLE)
)
def test_a_command_of_the_readme_exists_with_its_options(line: str) -> None:
    name = line.split()[1]
    options = {text for each in commands()[name].params for text in each.opts}
    assert set(re.findall(r"--[a-z-]+", line.split("#")[0])) <= options


@pytest.mark.parametrize("target", sorted(set(re.findall(r"make ([a-z-]+)`", README))))
def test_a_make_target_of_the_readme_exists(target: str) -> None:
    assert re.search(rf"^{target}:", (ROOT / "Makefile").read_text(), re.MULTILINE)


def test_the_commands_that_make_runs_are_the_ones_shown() -> None:
    makefile = (ROOT / "Makefile").read_text()
    recipes = re.findall(r"^\t\$\(BIN\)/(.*)$", makefile, re.MULTILINE)
    ours = [line for line in recipes if not line.startswith(("pip", "python"))]
    assert ours
    for line in ours:
        assert line in README or "slow" in line, line


@pytest.mark.parametrize("path", ["mini_autograd", "conformance", "tests", "constraints.txt"])
def test_a_place_of_the_readme_exists(path: str) -> None:
    assert path in README
    assert (ROOT / path).exists()

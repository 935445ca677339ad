"""The README says what is there: its commands, options, targets and files."""

from __future__ import annotations

import re
from importlib.util import find_spec
from pathlib import Path

import click
import pytest

from conformance.cli import cli

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text()
PAGES = README + (ROOT / "docs" / "backends.md").read_text()
OF_OTHER_TOOLS = {
    "--constraint",
    "--editable",
    "--pyargs",
    "--check",
    "--dist",
    "--help",
    "--strict",
    "--hypothesis-explain",
    "--hypothesis-profile",
    "--hypothesis-seed",
    "--hypothesis-show-statistics",
}
"""Options of pip, pytest, ruff, mypy and Click that the README shows."""

CONSOLE = "\n".join(re.findall(r"```console\n(.*?)```", PAGES, re.DOTALL))


def commands() -> dict[str, click.Command]:
    assert isinstance(cli, click.Group)
    return dict(cli.commands)


@pytest.mark.parametrize(
    "line", re.findall(r"conformance (?:check|run|replay|ops|engines|fuzz|feed).*", CONSOLE)
)
def test_a_command_of_the_readme_exists_with_its_options(line: str) -> None:
    name = line.split()[1]
    options = {text for each in commands()[name].params for text in each.opts}
    assert set(re.findall(r"--[a-z-]+", line.split("#")[0])) <= options


def test_each_option_that_the_readme_names_exists() -> None:
    ours = {text for each in commands().values() for param in each.params for text in param.opts}
    named = set(re.findall(r"(?<![\w-])--[a-z][a-z-]+", README))
    assert named - ours <= OF_OTHER_TOOLS


def test_the_options_of_run_are_the_table_of_the_readme() -> None:
    table = README.partition("| option of `run` | what it does |")[2].partition("\n\n")[0]
    shown = {"--engine", "--resume", "--statistics"}  # in the commands above it
    options = {text for param in commands()["run"].params for text in param.opts}
    assert set(re.findall(r"--[a-z][a-z-]+", table)) | shown == options


def test_a_module_that_the_readme_runs_exists() -> None:
    for name in re.findall(r"python -m\s+(conformance[\w.]*)", README):
        assert find_spec(name) is not None


@pytest.mark.parametrize("target", sorted(set(re.findall(r"make ([a-z-]+)`", README))))
def test_a_make_target_of_the_readme_exists(target: str) -> None:
    assert re.search(rf"^{target}:", (ROOT / "Makefile").read_text(), re.MULTILINE)


def test_the_commands_that_make_runs_are_the_ones_shown() -> None:
    makefile = (ROOT / "Makefile").read_text()
    recipes = re.findall(r"^\t\$\(BIN\)/(.*)$", makefile, re.MULTILINE)
    ours = [line for line in recipes if not line.startswith(("pip", "python"))]
    assert ours
    for recipe in ours:
        line = recipe.replace("$(ENGINE)", "your_engine").replace("$(MINUTES)", "60")
        assert line in README or "slow" in line, line


@pytest.mark.parametrize(
    "path",
    [
        "mini_autograd",
        "conformance",
        "tests",
        "constraints.txt",
        "conformance/claims/claims.schema.json",
        "conformance/report/schema.json",
        "conformance/corpus/found",
        "docs/backends.md",
        "findings",
    ],
)
def test_a_place_of_the_readme_exists(path: str) -> None:
    assert path in README
    assert (ROOT / path).exists()

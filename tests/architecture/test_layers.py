"""Imports go downward only: the table of layers, held against every import in both packages."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest
import torch

ROOT = Path(__file__).parents[2]

# Rooms from the bottom to the top. A file imports from its own room and from those before it. A
# name with a slash is a room within a folder.
ROOMS: dict[str, list[str]] = {
    "mini_autograd": [
        "core", "core/table", "messages", "compat", "arrays",
        "core/modes", "core/graph", "core/tensor",
        "core/saved", "parsing", "core/op", "core/backward", "ops", "creation", "inplace",
        "autograd", "frontend", "func", "utils", "nn", "overrides", "_C", "__init__",
    ],
    "conformance": [
        "program", "verdict", "catalogue", "engines", "judge", "corpus", "shrink", "generate",
        "strategies",
        "claims", "contact", "campaign", "report", "suite", "pytest_plugin", "cli",
        "api", "__init__", "__main__",
    ],
}  # fmt: skip

# What a package may import from outside the standard library and itself.
ALLOWED: dict[str, set[str]] = {
    "mini_autograd": {"numpy", "scipy"},
    "conformance": {"numpy", "torch", "hypothesis", "pytest", "click", "rich", "jinja2"},
}

ADAPTERS = ROOT / "conformance" / "engines" / "adapters"
# An adapter imports the engine that it adapts, and nothing else imports the adapter.
ADAPTED: dict[str, str] = {
    "hips": "autograd", "jax": "jax", "mlx": "mlx", "paddle": "paddle", "tinygrad": "tinygrad",
}  # fmt: skip


def files(package: str) -> Iterator[Path]:
    yield from sorted((ROOT / package).rglob("*.py"))


def modules(package: str) -> dict[str, Path]:
    """Every module of the package by its dotted name."""
    found = {}
    for path in files(package):
        parts = path.relative_to(ROOT).with_suffix("").parts
        found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    return found


def room(module: str) -> str:
    """The most special room of the table that the module lies in."""
    package, _, rest = module.partition(".")
    parts = rest.split(".") if rest else ["__init__"]
    inner = "/".join(parts[:2])
    return inner if inner in ROOMS[package] else parts[0]


def runtime_imports(tree: ast.AST) -> Iterator[str]:
    """Dotted names imported anywhere but under `if TYPE_CHECKING`, which binds no layers."""
    stack: list[ast.AST] = [tree]
    while stack:
        node = stack.pop()
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test):
            stack.extend(node.orelse)
            continue
        if isinstance(node, ast.Import):
            yield from (each.name for each in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "imports are absolute"
            module = node.module or ""
            yield from (f"{module}.{each.name}" for each in node.names)
        stack.extend(ast.iter_child_nodes(node))


def imported(package: str) -> dict[str, set[str]]:
    """For each module those of the package that it imports, inside functions too.

    A module of another folder runs that folder's `__init__` first, which therefore counts.
    """
    known = modules(package)
    graph = {}
    for module, path in known.items():
        targets = set()
        for name in runtime_imports(ast.parse(path.read_text())):
            parts = (name if name in known else name.rpartition(".")[0]).split(".")
            if parts[0] == package:
                targets |= {".".join(parts[:end]) for end in range(2, len(parts) + 1)}
        above = {".".join(module.split(".")[:end]) for end in range(1, module.count(".") + 2)}
        graph[module] = (targets & set(known)) - above
    return graph


CASES = [pytest.param(p, path, id=str(path.relative_to(ROOT))) for p in ROOMS for path in files(p)]


@pytest.mark.parametrize("package", ROOMS)
def test_no_file_imports_itself_by_way_of_others(package: str) -> None:
    """A cycle is refused wherever it closes: in a room, or at run time in a function."""
    try:
        list(TopologicalSorter(imported(package)).static_order())
    except CycleError as error:
        pytest.fail(" → ".join(error.args[1]))


@pytest.mark.parametrize("package", ROOMS)
def test_a_file_imports_only_from_its_own_room_and_those_below(package: str) -> None:
    level = {name: depth for depth, name in enumerate(ROOMS[package])}
    for module, targets in imported(package).items():
        for target in targets:
            assert level[room(target)] <= level[room(module)], f"{module} imports {target}"


def test_the_judge_gives_values_and_puts_nothing_into_words() -> None:
    for module, targets in imported("conformance").items():
        assert room(module) != "judge" or "conformance.program.script.wording" not in targets


@pytest.mark.parametrize("package", ROOMS)
def test_every_room_is_in_the_table_and_every_row_is_a_room(package: str) -> None:
    assert {room(module) for module in modules(package)} == set(ROOMS[package])


def of_torch(folder: Path) -> set[str]:
    """What torch has in the namespace that a folder stands for: such names are not ours."""
    package, *inner = folder.relative_to(ROOT).parts
    if package != "mini_autograd" or len(inner) > 1:
        return set()
    return set(dir(getattr(torch, inner[0], None) if inner else torch))


@pytest.mark.parametrize("package", ROOMS)
def test_a_room_holds_no_more_than_a_reader_takes_in(package: str) -> None:
    for folder in {path.parent for path in files(package)}:
        entries = {
            each.stem
            for each in folder.iterdir()
            if each.suffix == ".py" or (each.is_dir() and any(each.rglob("*.py")))
        } - {"__init__", "__main__"}
        first = folder == ROOT / package
        assert len(entries - of_torch(folder)) <= (17 if first else 9), folder


@pytest.mark.parametrize(("package", "path"), CASES)
def test_a_file_says_in_its_first_line_what_it_is_for(package: str, path: Path) -> None:
    said = ast.get_docstring(ast.parse(path.read_text())) or ""
    assert said, path
    assert said.splitlines()[0].endswith((".", ":", "”")) or "\n" in said, path


@pytest.mark.parametrize(("package", "path"), CASES)
def test_a_file_imports_from_outside_only_what_its_package_may(package: str, path: Path) -> None:
    allowed = ALLOWED[package] | sys.stdlib_module_names | {package}
    if path.parent == ADAPTERS:
        allowed = allowed | {ADAPTED.get(path.stem, package)}
    for name in runtime_imports(ast.parse(path.read_text())):
        assert name.split(".")[0] in allowed, f"imports {name}"


def test_nothing_imports_an_adapter_of_an_engine() -> None:
    adapters = {f"conformance.engines.adapters.{name}" for name in ADAPTED}
    for module, targets in imported("conformance").items():
        assert not targets & adapters, module


def test_the_harness_names_the_engine_only_as_an_options_default() -> None:
    named = [
        f"{path.relative_to(ROOT)}:{number}"
        for path in files("conformance")
        for number, line in enumerate(path.read_text().splitlines(), 1)
        if "mini_autograd" in line
    ]
    assert len(named) <= 1, named
    assert all(each.startswith("conformance/cli/") for each in named)

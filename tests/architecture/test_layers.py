"""Imports go downward only: the table of layers, held against every import in both packages."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

# A room may import its own layer and those below. Rooms are files or folders of the package.
LAYERS: dict[str, list[set[str]]] = {
    "mini_autograd": [
        {"errors", "dtypes", "grad_mode", "decorating", "marking", "transforms", "types", "warned"},
        {"storage"},
        {"anomaly", "hooks", "read_only"},
        {"graph"},
        {"attended", "engine", "lineage"},
        {"tensor", "size", "shown", "packing", "saved", "dims", "empties", "layout",
         "return_types"},
        {"schema", "op", "old_forms", "overloads", "factories"},
        {"ops"},
        {"arithmetic", "grad_layout", "compat", "autograd", "func", "rebase", "inplace",
         "tensor_hooks", "nested", "copying", "serialization", "creation", "fills", "ranges",
         "typed", "sampling", "nn", "utils"},
        {"printing", "subscript", "describing", "predicates", "protocols", "methods", "__init__"},
    ],
    "conformance": [
        {"forking", "program", "trace", "verdict", "brief"},
        {"catalogue", "engines"},
        {"execute", "isolation", "judge", "signature"},
        {"strategies", "sources", "contact"},
        {"known", "claims"},
        {"campaign"},
        {"report"},
        {"agreement"},
        {"cli", "pytest_plugin", "suite", "api", "__init__", "__main__"},
    ],
}  # fmt: skip

# What a package may import from outside the standard library and itself.
ALLOWED: dict[str, set[str]] = {
    "mini_autograd": {"numpy", "scipy"},
    "conformance": {"numpy", "torch", "hypothesis", "pytest", "click", "rich", "jinja2"},
}


def files(package: str) -> Iterator[Path]:
    yield from sorted((ROOT / package).rglob("*.py"))


def room(path: Path, package: str) -> str:
    parts = path.relative_to(ROOT / package).with_suffix("").parts
    return parts[0]


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


CASES = [
    pytest.param(package, path, id=str(path.relative_to(ROOT)))
    for package in LAYERS
    for path in files(package)
]


@pytest.mark.parametrize(("package", "path"), CASES)
def test_a_file_imports_only_its_own_layer_and_those_below(package: str, path: Path) -> None:
    level = {name: depth for depth, rooms in enumerate(LAYERS[package]) for name in rooms}
    own = room(path, package)
    assert own in level, f"{own} has no layer: give it one in the table"
    for name in runtime_imports(ast.parse(path.read_text())):
        parts = name.split(".")
        if parts[0] != package or len(parts) < 2:
            continue
        target = parts[1] if parts[1] in level else "__init__"
        assert level[target] <= level[own], f"{own} (layer {level[own]}) imports {name}"


@pytest.mark.parametrize(("package", "path"), CASES)
def test_a_file_imports_from_outside_only_what_its_package_may(package: str, path: Path) -> None:
    import sys

    for name in runtime_imports(ast.parse(path.read_text())):
        top = name.split(".")[0]
        assert top == package or top in ALLOWED[package] or top in sys.stdlib_module_names, (
            f"imports {name}"
        )


def test_the_harness_names_the_engine_only_as_an_options_default() -> None:
    named = [
        f"{path.relative_to(ROOT)}:{number}"
        for path in files("conformance")
        for number, line in enumerate(path.read_text().splitlines(), 1)
        if "mini_autograd" in line
    ]
    assert len(named) <= 1, named
    assert all(each.startswith("conformance/cli/") for each in named)

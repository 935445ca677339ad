"""The files that an engine's package ships for the harness."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

from conformance.engines.naming.announced import announced_as

PREFIX = "conformance_"
"""What the names of such files begin with, where they stand beside a package's first module."""


def shipped_file(engine: str, name: str) -> Path | None:
    """The file of that name that goes with the engine, if there is one: beside its package's first
    module, or, as a package may have several engines, beside the engine's own module under that
    module's name (`jax_claims.toml` in place of `conformance_claims.toml`). It is found without
    running the engine's code, which may do anything."""
    package, *inner = announced_as(engine).partition(":")[0].split(".")
    try:
        spec = find_spec(package)
    except (ImportError, ValueError):
        return None
    if spec is None:
        return None
    folders = [*(spec.submodule_search_locations or ())]
    if not folders and spec.has_location and spec.origin is not None:
        folders = [str(Path(spec.origin).parent)]
    own = f"{'/'.join(inner)}_{name.removeprefix(PREFIX)}"
    files = [Path(folder) / each for each in (own, name)[not inner :] for folder in folders]
    return next((file for file in files if file.is_file()), None)

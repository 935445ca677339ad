"""The files that an engine's package ships for the harness, and those of torch's variants."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

from conformance.engines.naming.announced import announced_as
from conformance.engines.spoken.engine import SCHEME, files_of

PREFIX = "conformance_"
"""What the names of such files begin with, where they stand beside a package's first module."""

_VARIANTS = Path(__file__).parents[1] / "variants" / "shipped"


def shipped_file(engine: str, name: str) -> Path | None:
    """The file of that name that goes with the engine, if there is one. It is found without
    running the engine's code, which may do anything.

    It lies beside the first module of the engine's package, or, as a package may have several
    engines, beside the engine's own module under that module's name (`jax_claims.toml` in place of
    `conformance_claims.toml`). Of `torch@VARIANT+PACKAGE` it is the package's. Of
    `torch@NAME:OPTION` it lies here, in the folder of both, or else in that of the name. Of
    `exec:COMMAND` it lies beside a file that the command names.
    """
    if engine.startswith(SCHEME):
        beside = (word.parent / name for word in files_of(engine))
        return next((file for file in beside if file.is_file()), None)
    _, at, variant = engine.partition("@")
    kind, _, package = variant.partition("+")
    if at and not package:
        folders = kind.replace(":", "-"), kind.partition(":")[0]
        files = [_VARIANTS / folder / name for folder in folders]
        return next((file for file in files if file.is_file()), None)
    return _beside(package or announced_as(engine), name)


def _beside(engine: str, name: str) -> Path | None:
    package, *inner = engine.partition(":")[0].split(".")
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

"""The engines that installed packages announce under a name of their own, by an entry point."""

from __future__ import annotations

import re
from importlib.metadata import EntryPoint, PackageNotFoundError, distribution, entry_points

GROUP = "conformance.engines"
"""The entry point group by which an installed package says that it is, or has, an engine."""

_NEEDED = re.compile(r"""([\w.-]+).*\bextra\s*==\s*["']([\w.-]+)["']""")


def announced() -> tuple[EntryPoint, ...]:
    """What is announced, by name; nothing is imported."""
    return tuple(sorted(entry_points(group=GROUP), key=lambda point: point.name))


def announced_as(name: str) -> str:
    """Where the engine of that name is, as `package.module:attribute`; a name that nobody
    announces is such a place itself."""
    return next((point.value.split()[0] for point in announced() if point.name == name), name)


def to_install(name: str) -> str:
    """What `pip install` has to be given before the announced engine can be imported; "" if
    nothing, or nobody knows. An engine that is optional names its extra in its entry point."""
    points = (point for point in announced() if point.name == name)
    return next((_missing(point) for point in points if point.extras and point.dist), "")


def _missing(point: EntryPoint) -> str:
    assert point.dist is not None
    needed = (_NEEDED.match(each) for each in point.dist.requires or ())
    packages = [found[1] for found in needed if found and found[2] in point.extras]
    if all(map(_is_installed, packages)):
        return ""
    return f'"{point.dist.name}[{",".join(point.extras)}]"'


def _is_installed(package: str) -> bool:
    try:
        distribution(package)
    except PackageNotFoundError:
        return False
    return True

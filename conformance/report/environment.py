"""Where and with what a report was measured."""

from __future__ import annotations

import os
import platform
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version

DISTRIBUTION = "autograd-conformance"
PACKAGES = ("torch", "numpy", "scipy", "hypothesis", "pytest")


@dataclass(frozen=True, slots=True)
class Environment:
    """When, on what, and with which versions."""

    timestamp: str
    platform: str
    python: str
    cores: int
    suite: str
    packages: Mapping[str, str]


def this_environment() -> Environment:
    """The environment of this process, now."""
    return Environment(
        timestamp=datetime.now(UTC).isoformat(timespec="seconds"),
        platform=platform.platform(),
        python=platform.python_version(),
        cores=os.cpu_count() or 1,
        suite=_version(DISTRIBUTION),
        packages={name: _version(name) for name in PACKAGES},
    )


def _version(distribution: str) -> str:
    try:
        return version(distribution)
    except PackageNotFoundError:
        return "unknown"

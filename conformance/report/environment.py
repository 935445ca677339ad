"""Where and with what a report was measured."""

from __future__ import annotations

import os
import platform
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

DISTRIBUTION = "autograd-conformance"
PACKAGES = ("torch", "numpy", "scipy", "hypothesis", "pytest")


@dataclass(frozen=True, slots=True)
class Environment:
    """When, on what, and with which versions.

    Attributes:
        processor: the model's name, as far as the system tells it.
        capability: the instructions that torch's kernels were chosen for.
        threads: how many an op may use in each of the processes.
    """

    timestamp: str
    platform: str
    python: str
    cores: int
    suite: str
    packages: Mapping[str, str]
    processor: str = ""
    capability: str = ""
    threads: int = 1


def this_environment() -> Environment:
    """The environment of this process, now."""
    import torch

    return Environment(
        timestamp=datetime.now(UTC).isoformat(timespec="seconds"),
        platform=platform.platform(),
        python=platform.python_version(),
        cores=os.cpu_count() or 1,
        suite=_version(DISTRIBUTION),
        packages={name: _version(name) for name in PACKAGES},
        processor=_processor(),
        capability=str(torch.backends.cpu.get_cpu_capability()),
    )


CPUINFO = Path("/proc/cpuinfo")


def _processor() -> str:
    try:
        lines = CPUINFO.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        lines = []
    models = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(models, "") or platform.processor() or platform.machine()


def _version(distribution: str) -> str:
    try:
        return version(distribution)
    except PackageNotFoundError:
        return "unknown"

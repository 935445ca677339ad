"""The hostile engines by name, as `--engine hostile_engines:segfault` asks for one."""

from __future__ import annotations

from typing import Any

import hostile_dying as dying
import hostile_lying as lying
import hostile_meddling as meddling
from hostile_kinds import KINDS

__all__ = ["KINDS", "dying", "lying", "meddling"]


def __getattr__(name: str) -> Any:
    if name not in KINDS:
        raise AttributeError(name)
    return KINDS[name].build

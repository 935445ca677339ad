"""mini_autograd with one planted fault, for a process of its own: `PLANTED` is the fault's name.

It is named to the harness as `planted_engine:engine`.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

import pytest
from faults_of_hooks import FAULTS_OF_HOOKS
from faults_of_ops import FAULTS_OF_OPS
from faults_of_the_walk import FAULTS_OF_THE_WALK
from faults_of_writes import FAULTS_OF_WRITES

import mini_autograd as engine

__all__ = ["FAULTS", "engine"]

FAULTS = FAULTS_OF_OPS | FAULTS_OF_THE_WALK | FAULTS_OF_WRITES | FAULTS_OF_HOOKS

if name := os.environ.get("PLANTED", ""):
    FAULTS[name].plant(pytest.MonkeyPatch())

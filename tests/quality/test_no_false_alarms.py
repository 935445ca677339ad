"""Torch against torch under unlike settings: whatever differs there is nobody's fault."""

from __future__ import annotations

import pytest

from conformance import judge, resolve_engine
from conformance.engines.isolation import Limits, RemoteEngine
from conformance.generate.generated import drawn

PROGRAMS = 1000
SETTINGS = (
    {"ATEN_CPU_CAPABILITY": "default", "OMP_NUM_THREADS": "2", "MKL_NUM_THREADS": "2"},
    {"ATEN_CPU_CAPABILITY": "avx2", "MKL_ENABLE_INSTRUCTIONS": "AVX2"},
)


@pytest.mark.slow
@pytest.mark.parametrize("environment", SETTINGS, ids=lambda each: "-".join(each.values()))
def test_torch_agrees_with_itself_on_unaligned_memory_with_other_kernels(environment):
    reference = resolve_engine("torch")
    subject = RemoteEngine("unaligned_torch", Limits(), environment)
    try:
        for program, _ in drawn(reference, count=PROGRAMS, seed=9):
            verdict = judge(program, reference, subject)
            assert verdict.outcome == "agree", program.script()
    finally:
        subject.close()

"""The examples of engines: each compiles, its claims can be read, and where the engine itself is
installed, first contact reaches gradients."""

from __future__ import annotations

from pathlib import Path

import pytest

from conformance.claims import claims_of
from conformance.contact.process import probe_in_process

ROOT = Path(__file__).parents[2]
ENGINES = ROOT / "examples" / "engines"
NEEDS = {
    "hips": "autograd",
    "jax_arrays": "jax",
    "paddle_tensors": "paddle",
    "tinygrad_tensors": "tinygrad",
}


@pytest.mark.parametrize("file", sorted(ENGINES.glob("*.py")), ids=lambda file: file.stem)
def test_an_example_compiles(file):
    compile(file.read_text(), str(file), "exec")


@pytest.mark.parametrize("name", NEEDS)
def test_the_claims_of_an_example_can_be_read(name):
    assert claims_of("", ENGINES / f"{name}.toml").grade == 2


@pytest.mark.parametrize("name", NEEDS)
def test_first_contact_with_an_example_reaches_gradients(name, monkeypatch):
    pytest.importorskip(NEEDS[name])
    monkeypatch.syspath_prepend(str(ROOT))
    found = probe_in_process(f"examples.engines.{name}")
    assert {"backward", ".grad", "gradient seed", "broadcast gradient", "accumulation"} <= {
        each.rung for each in found.passed
    }

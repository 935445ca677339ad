"""What a kernel of another processor gives, some way of this one's torch gives as well."""

from __future__ import annotations

import itertools
import os
import pickle
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from conformance.judge.comparing.closeness import is_close, tolerances

CAPABILITIES = ("default", "avx2", "avx512")  # torch takes the best that there is below one


@pytest.fixture(scope="module")
def surveys(tmp_path_factory):
    """What `special_values` found, by the capability that torch was told; of those that this
    processor has, which torch takes at its word."""
    script = Path(__file__).with_name("special_values.py")
    found = {}
    for capability in CAPABILITIES:
        output = tmp_path_factory.mktemp("surveys") / capability
        environment = {**os.environ, "ATEN_CPU_CAPABILITY": capability}
        command = [sys.executable, script, output]
        if (run := subprocess.run(command, env=environment)).returncode == -signal.SIGILL:
            continue
        run.check_returncode()
        found[capability] = pickle.loads(output.read_bytes())
    return found


def parts(values):
    return np.stack([values.real, values.imag], -1) if values.dtype.kind == "c" else values[:, None]


def same(left, right):
    """Element by element: values within the tolerance, zeros with their signs."""
    close = is_close(left, right, *tolerances()[left.dtype.name])
    pair = parts(left), parts(right)
    with np.errstate(invalid="ignore"):
        signs = (pair[0] == 0) & (pair[1] == 0) & (np.signbit(pair[0]) != np.signbit(pair[1]))
        equal = (pair[0] == pair[1]) | (np.isnan(pair[0]) & np.isnan(pair[1]))
    return (close | equal.all(-1)) & ~signs.any(-1)


@pytest.mark.slow
@pytest.mark.parametrize(("reference", "subject"), [*itertools.permutations(CAPABILITIES, 2)])
def test_some_way_gives_what_another_capability_gives(surveys, reference, subject):
    if lacking := {reference, subject} - surveys.keys():
        pytest.skip(f"this processor has no {', '.join(lacking)}")
    unexplained = {}
    for name, found in surveys[reference].items():
        other = surveys[subject][name][""]
        left = ~same(found[""], other)
        for values in found.values():
            left &= ~same(values, other)
        if left.any():
            unexplained[name] = [(found[""][left][0], other[left][0])]
    assert len(surveys[reference]) > 100
    assert not unexplained


@pytest.mark.slow
@pytest.mark.parametrize("kernel", ["a scalar kernel", "a vector kernel"])
def test_what_is_said_of_another_kernel_some_capability_gives(surveys, kernel):
    """A kernel that no processor has would excuse what no torch gives."""
    unheard = {}
    for name, found in surveys["default"].items():
        if kernel not in found:
            continue
        left = np.ones(found[""].shape, bool)
        for capability in surveys:
            left &= ~same(found[kernel], surveys[capability][name][""])
        if left.any():
            unheard[name] = [(found[kernel][left][0], found[""][left][0])]
    assert any(kernel in found for found in surveys["default"].values())
    assert not unheard


@pytest.mark.slow
def test_capabilities_differ_beyond_roundings_in_what_the_test_above_asks(surveys):
    scalar, vector = surveys["default"], surveys["avx2"]
    differs = {name for name in scalar if not same(scalar[name][""], vector[name][""]).all()}
    if not differs:
        pytest.skip("this processor has one capability only")
    assert any("log2" in name for name in differs)

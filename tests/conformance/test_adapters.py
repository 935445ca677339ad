"""The adapters that come with the harness: how they are named and found, what they claim, and that
the engines which are installed agree where they should."""

import re
import subprocess
import sys
from importlib.metadata import EntryPoint
from pathlib import Path

import numpy as np
import pytest
from handwritten import operator

import conformance.engines.naming.announced as naming
from conformance import (
    Backward,
    Call,
    EngineError,
    Grad,
    Input,
    Program,
    Ref,
    compare,
    execute,
    resolve_engine,
)
from conformance.claims import claims_of
from conformance.engines.naming.announced import announced, announced_as, to_install
from conformance.engines.naming.offering import ops_of
from conformance.engines.naming.shipped import shipped_file

ROOT = Path(__file__).parents[2]
ADAPTERS = "conformance.engines.adapters"
NAMES = sorted(each.name for each in announced() if each.value.startswith(ADAPTERS))
TORCH = resolve_engine("torch")
X, Y, Z, W = (Ref(name) for name in "xyzw")


def engine_of(name):
    if missing := to_install(name):
        pytest.skip(f"{name} is not installed: pip install {missing}")
    return resolve_engine(name)


def test_each_adapter_is_announced_with_the_extra_that_it_needs():
    files = {
        path.stem.removesuffix("_claims")
        for path in (ROOT / "conformance/engines/adapters").glob("*.toml")
    }
    assert files == set(NAMES)
    assert all(each.extras == [each.name] for each in announced() if each.name in NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_an_adapter_has_at_most_forty_lines(name):
    path = ROOT / "conformance/engines/adapters" / f"{name}.py"
    assert len(path.read_text().splitlines()) <= 40


@pytest.mark.parametrize("name", NAMES)
def test_an_adapter_claims_ops_that_it_has_and_what_is_the_engines_own(name):
    claims = claims_of(name)
    assert claims.where.endswith(f"{name}_claims.toml")
    assert (claims.grade, claims.note != "") == (1, True)
    assert claims.fields <= {"shapes", "dtype", "values", "grad", "no gradient"}
    assert claims.ops <= set(ops_of(engine_of(name)))


@pytest.mark.parametrize("name", NAMES)
def test_an_installed_engine_has_the_gradients_of_a_simple_program(name):
    engine = engine_of(name)
    inputs = Input.of("x", np.array([0.5, 2.0]), True), Input.of("w", np.array([10.0, 100.0]))
    steps = (
        Call("exp", (X,), result="y"),
        operator("*", Y, X, result="z"),
        Grad(Z, X, W, retain_graph=True, result="g"),
        Backward(Z, W),
    )
    asked = Program(inputs, steps)
    found = compare(execute(asked, TORCH), execute(asked, engine), asked)
    assert not [each for each in found if claims_of(name).covers(each)]


def test_the_package_imports_no_engine_that_it_adapts():
    code = "import sys, conformance.api; print([m for m in sys.argv[1:] if m in sys.modules])"
    names = ("autograd", "jax", "mlx", "paddle", "tinygrad")
    ran = subprocess.run(
        [sys.executable, "-c", code, *names], capture_output=True, text=True, check=True
    )
    assert ran.stdout.strip() == "[]"


class Distribution:
    name = "some-package"
    requires = ('missing>=1; extra == "fast"', 'pytest; extra == "slow"', "numpy")


def point(name, value):
    return EntryPoint(name, value, naming.GROUP)._for(Distribution())


@pytest.fixture
def points(monkeypatch):
    made = [
        point("fast", "no_such_module:engine [fast]"),
        point("slow", "small_engine [slow]"),
        point("math", "small_engine"),
    ]
    monkeypatch.setattr(naming, "entry_points", lambda group: made)


@pytest.mark.usefixtures("points")
def test_an_announced_name_goes_before_a_module_of_that_name():
    assert announced_as("math") == "small_engine"
    assert resolve_engine("math").name == "math"
    assert announced_as("small_engine") == "small_engine"


@pytest.mark.usefixtures("points")
def test_what_an_optional_engine_needs_is_said_as_pip_takes_it():
    assert to_install("fast") == '"some-package[fast]"'
    assert (to_install("slow"), to_install("math"), to_install("other")) == ("", "", "")
    with pytest.raises(EngineError, match=re.escape('pip install "some-package[fast]"')):
        resolve_engine("fast")


def test_the_file_of_one_engine_among_several_stands_beside_its_module(tmp_path, monkeypatch):
    for name in ("", "inner"):
        (tmp_path / "several" / name).mkdir()
        (tmp_path / "several" / name / "__init__.py").touch()
    general = tmp_path / "several" / "conformance_claims.toml"
    own = tmp_path / "several" / "inner" / "one_claims.toml"
    general.touch()
    own.touch()
    monkeypatch.syspath_prepend(tmp_path)
    names = ("several", "several.inner.one:engine", "several.inner.two:engine")
    found = [shipped_file(name, "conformance_claims.toml") for name in names]
    assert found == [general, own, general]


def test_the_adapter_of_the_readme_is_asked_and_agrees():
    pytest.importorskip("autograd", reason="HIPS autograd is not installed")
    blocks = re.findall(r"```python\n(.*?)```", (ROOT / "README.md").read_text(), re.DOTALL)
    (text,) = [each for each in blocks if "FunctionalEngine" in each]
    namespace = {}
    exec(text, namespace)
    steps = operator("*", X, X, result="y"), Call("sum", (Y,), result="z"), Backward(Z)
    asked = Program((Input.of("x", np.array([0.5, 2.0]), True),), steps)
    assert execute(asked, namespace["engine"]).tensors["x"].grad.values.tolist() == [1.0, 4.0]

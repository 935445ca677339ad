"""First contact: at which rung an engine stops, why, and what to add."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest
from test_cli import conformance

from conformance import TorchLike, resolve_engine
from conformance.catalogue import CATALOGUE
from conformance.contact.contact import Contact
from conformance.contact.probe import probe
from conformance.contact.process import probe_in_process
from conformance.contact.rungs.ladder import LADDER
from conformance.contact.rungs.rung import LOWEST, Climbed
from conformance.engines.naming.offering import ops_of

HERE = Path(__file__).parent
SMALL = (HERE / "small_engine.py").read_text()


def contact(source: str) -> Contact:
    """First contact, in this process, with a module of that text."""
    module = ModuleType("toy")
    exec(source, vars(module))
    return probe(TorchLike(module))


def rung(found: Contact, name: str):
    return next(each for each in found.rungs if each.rung == name)


def test_each_rung_stands_on_rungs_below_it():
    below = {"import"}
    for each in LADDER:
        assert below.issuperset(each.needs), each.name
        below.add(each.name)
    assert below.issuperset(LOWEST)


@pytest.mark.parametrize("name", ["torch", "mini_autograd"])
def test_torch_and_what_is_like_it_reach_every_rung(name: str):
    found = probe(resolve_engine(name))
    assert [each for each in found.rungs if each.state != "passed"] == []
    assert found.exit_code == 0


def test_the_engine_of_the_readme_reaches_the_lowest_rungs_and_ops():
    found = contact(SMALL)
    passed = {each.rung for each in found.passed}
    assert passed.issuperset((*LOWEST, "shapes", "function", "operator", "broadcasting"))
    assert not found.stops
    assert found.exit_code == 1


@pytest.mark.parametrize(("wrong", "first"), [(True, "number"), (False, "backward")])
def test_what_comes_out_wrong_is_mended_before_what_is_lacking_above_it(wrong: bool, first: str):
    rungs = (
        Climbed("import", "import toy", "passed"),
        Climbed("number", "3.14 * x", "failed", "expected 3.14, got 3", wrong=wrong),
        Climbed("backward", "y.backward()", "failed", "AttributeError"),
    )
    found = Contact("toy", "1", rungs)
    assert not found.depending("number")
    assert found.first is not None
    assert found.first.rung == first


def test_the_ops_that_an_engine_has_a_name_for_are_told(engine):
    found = probe_in_process(engine(SMALL))
    assert {*found.ops} == {"exp", "mul"}


def test_an_op_whose_name_cannot_be_looked_at_may_be_there():
    class Refusing(type):
        def __getattribute__(cls, name):
            if name == "exp":
                raise NotImplementedError(name)
            return super().__getattribute__(name)

    module = ModuleType("toy")
    module.Tensor = Refusing("Tensor", (), {})
    assert "exp" in ops_of(TorchLike(module))
    assert "prod" not in ops_of(TorchLike(module))
    module.Tensor = lambda data: data
    assert ops_of(TorchLike(module)) == tuple(CATALOGUE)


def test_the_engine_of_the_readme_is_the_one_that_is_tested():
    assert SMALL.strip() in (HERE.parents[1] / "README.md").read_text()


@pytest.mark.parametrize(
    ("source", "name", "said", "add"),
    [
        (
            "class Tensor: pass\ndef tensor(data, dtype=None): return Tensor()",
            "tensor",
            "'Tensor' object has no attribute 'shape'",
            "with `.shape` and `.dtype`",
        ),
        (
            SMALL.replace("float32 =", "single =").replace("=float32", "=single"),
            "dtype",
            "module 'toy' has no attribute 'float32'",
            "add `float32` to the module",
        ),
        (
            SMALL.replace(
                "def tensor(data, dtype=float32):", "def tensor(data):\n    dtype = 'f4'"
            ),
            "dtype",
            "unexpected keyword argument 'dtype'",
            "let `tensor` take `dtype=`",
        ),
        (
            SMALL.replace("        return self.data\n", "        raise OSError('no disk')\n"),
            "read",
            "y.values cannot be read: ",
            "`Tensor.numpy()` or `Tensor.tolist()`",
        ),
        (
            SMALL.replace("def exp", "def log"),
            "function",
            "no attribute 'exp'",
            "add `exp` to the module",
        ),
    ],
)
def test_it_says_at_which_rung_it_stops_why_and_what_to_add(source, name, said, add):
    found = rung(contact(source), name)
    assert found.state == "failed"
    assert said.replace("y.values", "x.values") in found.said
    assert add in found.add


GRADIENTS = """
def requires_grad_(self): self.requires_grad = True; return self
def mul(self, other):
    made = Tensor(self.data * getattr(other, 'data', other))
    made.requires_grad = True
    made.parents = self, other
    return made
def backward(self):
    one, other = self.parents[0].parents
    one.grad = GRAD(one.data + other.data)
def total(self):
    made = Tensor(self.data.sum())
    made.requires_grad, made.parents = True, (self,)
    return made
Tensor.requires_grad_, Tensor.__mul__, Tensor.backward, Tensor.sum = (
    requires_grad_, mul, backward, total)
Tensor.is_leaf = property(lambda self: not hasattr(self, 'parents'))
"""


def test_a_gradient_that_is_no_tensor_is_said_to_be_none():
    found = contact(SMALL + GRADIENTS.replace("GRAD", ""))
    assert rung(found, "backward").state == "passed"
    assert "x.grad is a ndarray, and no tensor" in rung(found, ".grad").said
    assert rung(found, "gradient seed").state == "blocked"


def test_a_backward_that_takes_no_gradient_is_told_to():
    found = contact(SMALL + GRADIENTS.replace("GRAD", "Tensor"))
    assert rung(found, ".grad").state == "passed"
    assert rung(found, "gradient seed").add == "let `Tensor.backward` take `gradient=`"


def test_a_wrong_gradient_is_shown_beside_the_right_one():
    wrong = contact(SMALL + GRADIENTS.replace("GRAD(", "Tensor(3 * "))
    assert rung(wrong, ".grad").said == "x.grad: expected [1., 4.], got [2., 8.]"


def test_what_an_engine_has_and_does_wrong_is_not_said_to_be_lacking():
    wrong = contact(SMALL.replace("self.data * getattr", "self.data + getattr"))
    assert rung(wrong, "operator").said == "y: expected [0.25, 4.  ], got [1., 4.]"
    assert rung(wrong, "operator").add == ""


def test_an_engine_that_has_methods_only_stops_at_the_functions_and_not_before():
    found = contact(SMALL.replace("def exp(x):", "def log(x):") + "Tensor.exp = log")
    assert rung(found, "method").state == "passed"
    assert rung(found, "function").said == "there is no exp (run as Tensor.exp)"


@pytest.fixture
def engine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Writes a module, and says its name."""
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.chdir(tmp_path)

    def written(source: str, name: str = "toy_engine") -> str:
        (tmp_path / f"{name}.py").write_text(source)
        return name

    return written


@pytest.mark.parametrize(
    ("source", "state", "name", "said"),
    [
        pytest.param(
            "import ctypes\nctypes.string_at(0)",
            "crashed",
            "import",
            "died (SIGSEGV)",
            marks=pytest.mark.slow,
        ),
        ("import os\nos._exit(0)", "crashed", "import", "ended its process (exit code 0)"),
        ("raise SystemExit(3)", "failed", "import", "SystemExit: 3"),
        pytest.param(
            "def tensor(data, dtype=None):\n    while True: pass\nclass Tensor: pass",
            "hung",
            "tensor",
            "did not end within 5 seconds",
            marks=pytest.mark.slow,
        ),
    ],
)
def test_an_engine_that_dies_or_hangs_costs_a_rung_and_not_the_harness(
    engine, source, state, name, said
):
    found = probe_in_process(engine(source), timeout=5, patient=False)
    assert found.stops
    (first,) = found.failing
    assert (first.rung, first.state) == (name, state)
    assert said in first.said
    assert {each.state for each in found.rungs} == {state, "blocked"} | (
        set() if name == "import" else {"passed"}
    )


@pytest.mark.slow
def test_a_hang_is_said_with_the_line_of_the_engine_that_it_was_in(engine):
    source = SMALL.replace(
        "    return Tensor(np.exp", "    while True: pass\n    return Tensor(np.e"
    )
    found = probe_in_process(engine(source), timeout=5)
    hung = rung(found, "function")
    assert hung.state == "hung"
    line = source.splitlines().index("    while True: pass") + 1
    assert f"toy_engine.py:{line} in exp" in hung.where
    assert rung(found, "operator").state == "passed"


def test_what_an_engine_prints_is_not_in_the_way(engine, capfd: pytest.CaptureFixture[str]):
    noise = "import os\nos.write(1, b'noise' * 100000)\nprint(input.__name__)\n"
    assert conformance("check", engine(noise + SMALL), "--json") == 1
    data = json.loads(capfd.readouterr().out)
    assert data["rungs"][1]["state"] == "passed"
    assert "add" in data["rungs"][-1]


def test_a_run_on_what_cannot_make_a_tensor_stops_at_once(
    engine, capsys: pytest.CaptureFixture[str], tmp_path: Path
):
    name = engine("class Tensor: pass\ndef tensor(data, dtype=None): raise ValueError('no')")
    assert conformance("run", "--engine", name, "--output", "out") == 2
    shown = capsys.readouterr().err
    assert "it stops at 'tensor'" in shown
    assert f"{tmp_path / name}.py:2 in tensor" in shown
    assert not (tmp_path / "out" / "parity.json").exists()


REFUSED = """
import os
from conformance.engines.isolation import forking
before = None
for _ in range(2):
    try:
        with forking.loading("json", workers=True):
            started = forking._server()
            assert started not in (None, before)
            raise KeyError
    except KeyError:
        ended = os.waitid(os.P_PID, started, os.WEXITED | os.WNOWAIT | os.WNOHANG)
        assert ended.si_status == 9, ended
        before = started
"""


def test_what_workers_are_forked_from_ends_with_a_run_that_is_refused():
    done = subprocess.run([sys.executable, "-c", REFUSED], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("./toy.py", "is a path; an engine is a module: name it 'toy'"),
        ("sub/toy.py", "name it 'toy', from the folder sub"),
        ("no such", "is no name of a module"),
        ("toy..engine", "is no name of a module"),
        ("no_such_module", "No module named 'no_such_module' (looked for in"),
        ("math:sinn", "did you mean sin?"),
        ("json", "does not look like torch: it has no Tensor and no tensor"),
    ],
)
def test_a_name_that_names_no_engine_is_said_to(name: str, said: str):
    from conformance import EngineError

    with pytest.raises(EngineError) as raised:
        resolve_engine(name)
    assert said in str(raised.value)


def test_python_m_conformance_is_the_command():
    done = subprocess.run(
        [sys.executable, "-m", "conformance", "--version"], capture_output=True, text=True
    )
    assert done.returncode == 0
    assert "version" in done.stdout

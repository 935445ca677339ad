"""A program file is data: whatever stands in it, it is refused in a line, or it is a program."""

from __future__ import annotations

import json
import re
from pathlib import Path

import numpy as np
import pytest
from handwritten import PROGRAMS
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from conformance import Call, EnterMode, Input, Program, ProgramError, Ref
from conformance.catalogue import CATALOGUE
from conformance.catalogue.entry import Arg
from conformance.corpus.files import read_program, shipped_snippets
from conformance.corpus.tutorial import cells
from conformance.engines import resolve_engine
from conformance.generate.generated import drawn
from conformance.program.words.vocabulary import KEYWORDS, may_call

X = {"name": "x0", "dtype": "float32", "shape": [2], "values": [1.0, 2.0]}
X0 = {"ref": "x0"}


def file_of(*steps, inputs=(X,), **more):
    return {"schema": 1, "inputs": list(inputs), "steps": list(steps), **more}


def call(op="exp", args=(X0,), form="function", **more):
    return file_of({"kind": "call", "op": op, "args": list(args), "form": form, **more})


def one_input(**changes):
    return file_of(inputs=[X | changes])


def refused(data) -> str:
    with pytest.raises(ProgramError) as caught:
        Program.from_json(data)
    message = str(caught.value)
    assert "\n" not in message
    assert len(message) < 1000
    return message


@pytest.mark.parametrize("form", ["function", "method", "attribute"])
@pytest.mark.parametrize(
    "op",
    [
        *(
            "os.system",
            "sys.exit",
            "load",
            "save",
            "hub.load",
            "jit.script",
            "_C._log_api_usage_once",
        ),
        *("ops.load_library", "classes.load_library", "from_file", "set_printoptions", "compile"),
        *(
            "__class__",
            "__init_subclass__",
            "__reduce__",
            "__dict__",
            "__class__.__mro__",
            "apply_",
        ),
        *(
            "tolist",
            "item",
            "map_",
            "share_memory_",
            "grad_fn",
            "empty",
            "empty_like",
            "seed",
            "_version",
        ),
        *(
            "exp__",
            "nn.functional.relu_.x",
            "exp ",
            "exp\n",
            "ｅxp",
            "",
            "exp;print",
            "autograd.grad",
        ),
    ],
)
def test_a_call_of_what_is_no_op_is_refused(op, form):
    assert "op=" in refused(call(op, form=form))


@pytest.mark.parametrize("mode", ["os.system", "no_grad():\n import os #", "autograd.profiler.x"])
def test_a_block_of_what_is_no_mode_is_refused(mode):
    message = refused(file_of({"kind": "enter_mode", "mode": mode, "args": ["true"]}))
    assert "is none of autograd.detect_anomaly" in message


@pytest.mark.parametrize("name", ["x=1, dim", "__class__", "dim\n", "self.x", "", "ｄim", "func"])
def test_a_keyword_that_no_op_has_is_refused(name):
    assert "is no name of an argument" in refused(call("sum", kwargs={name: 0}))
    functional = {"kind": "functional", "api": "func.grad", "function": "cube", "inputs": X0}
    assert "is no name of an argument" in refused(file_of(functional | {"kwargs": {name: 0}}))


@pytest.mark.parametrize("name", ["float32; import os", "os", "__class__", "x" * 9, ""])
def test_a_dtype_that_torch_has_not_is_refused(name):
    assert "is none of" in refused(call("to", [X0, {"dtype": name}], "method"))


@pytest.mark.parametrize(
    "name",
    [
        "x0; import os #",
        "x0\n",
        "x0 [0]",
        "x0[-1]",
        "x0[0]; CODE #]",
        "x0[a]",
        "x0[0",
        "x0.grad",
        "",
    ],
)
def test_a_reference_is_a_name_or_an_item_of_one(name):
    assert "is no name, and no item of one" in refused(call(args=[{"ref": name}]))


@pytest.mark.parametrize(
    "name",
    [
        *(
            "torch",
            "print",
            "type",
            "Exception",
            "float",
            "complex",
            "slice",
            "class",
            "match",
            "_",
        ),
        *("error", "calls", "log", "hook", "pack", "unpack", "copy", "pickle", "graph", "saved"),
        *("Multiply", "square_sum", "grad", "param", "inner", "__import__", "ﬁ", "é", "x 0", "x\n"),
        *("", "0", "x" * 100),
    ],
)
def test_a_name_that_would_change_the_script_is_refused(name):
    assert "cannot be a name" in refused(call(result=name))
    assert "cannot be a name" in refused(one_input(name=name))


def test_code_in_a_file_is_refused_unless_it_is_the_corpus_own():
    assert "steps[0]: a snippet of code" in refused(file_of({"kind": "snippet", "code": "1"}))
    program = cells()[0].program
    assert Program.from_json(program.to_json(), shipped_snippets()) == program
    assert "a snippet of code" in refused(program.to_json())


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (one_input(shape=[10**9], strides=[0]), "x0: shape=.* has more than"),
        (one_input(shape=[1] * 65), "65 dims; the most are 64"),
        (one_input(shape=[0, 2**62, 4], values=[]), "more than"),
        (one_input(shape=[1], strides=[2**63]), "more than"),
        (one_input(shape=[True, 2]), "no list of integers"),
        (one_input(shape=[2.0]), "no list of integers"),
        (one_input(shape=[-1]), "negative"),
        (one_input(offset=True), "offset=True is no int"),
        (one_input(requires_grad=0), "requires_grad=0 is no bool"),
        (one_input(dtype=[]), "is no str"),
        (one_input(values=["1", "2"]), "values: they are no numbers"),
        (one_input(values=[[1.0], [1.0, 2.0]]), "values: "),
        (one_input(values=[float("nan"), 1.0]), "JSON has no nan"),
        (one_input(dtype="uint8", values=[1, 256]), "out of the range"),
        (one_input(dtype="int64", values=[0.5, 1.0]), "a float64 is no int64"),
        (file_of({"kind": []}), r"kind=\[\] is none of call"),
        (file_of({"kind": None}), "kind=None is none of call"),
        (file_of(None), "expected an object, not None"),
        (file_of({"kind": "call"}), "call.op must be a string, not None"),
        (call(result=5), "call.result must be a string or null, not 5"),
        (call(form=3), "call.form must be a string"),
        (file_of({"kind": "set_grad", "tensor": X0}), "set_grad.value must be given"),
        (file_of({"kind": "multi_grad_hook", "tensors": 1}), "tensors must be a list, not 1"),
        (call(args=[{"slice": "abc"}]), "is no slice"),
        (call(args=[{"tuple": "abc"}]), "is no tuple"),
        (call(args=[{"float": "1"}]), "is no float"),
        (call(args=[{"complex": ["1", 2]}]), "is no complex"),
        (call("abs", [1], "operator"), "the operator 'abs' has nothing to act on"),
        (call("**", [9**9, 9**9], "operator"), "has nothing to act on"),
        (call("expand", ["x0", 1], "method"), "has nothing to act on"),
        (call("zeros", [10**12]), "asked for more than"),
        (call("full", [{"tuple": [10**6, 10**6]}, 1.0]), "asked for more than"),
        (call("expand", [X0, 10**5, 10**5], "method"), "asked for more than"),
        (call("repeat", [X0, 10**8], "method"), "asked for more than"),
        (call("arange", [0, 1, 1e-9]), "asked for more than"),
        (call("mul", [X0, 10**4000]), r"the integer 1000.* is beyond 2\*\*64"),
        (call("to", [X0, "a" * 5000], "method"), "a text of 5000 characters"),
        (file_of(*[{"kind": "enter_mode", "mode": "no_grad"}] * 9), "blocks in one another"),
        (file_of() | {"steps": None}, "steps must be a list"),
        (file_of(extra=1), "has no field extra"),
        ({"schema": True, "inputs": [], "steps": []}, "schema=True"),
        ({}, "schema=None"),
        (None, "a program is an object"),
        ("", "not JSON"),
        ('{"schema": 1, "schema": 1, "inputs": [], "steps": []}', "'schema' stands twice"),
        ('{"schema": NaN}', "not JSON: NaN"),
        ("[" * 100_000, "nested too deeply"),
        ("1" * 5000, "not JSON"),
        (b"\xff\xfe", "not JSON"),
        ("\ufeff{}", "not JSON"),
    ],
)
def test_a_broken_file_is_refused_in_a_line(data, message):
    assert re.search(message, refused(data))


def test_what_a_range_gives_is_counted_and_not_its_numbers():
    Program((), (Call("arange", (1549556900, 1549556828, 1989724)),)).validate()
    Program((), (Call("arange", (10**9, 10**9 + 5)),)).validate()


@pytest.mark.parametrize("content", [b"\xff", b"\xef\xbb\xbf{}", b"", b"null", b"\x00"])
def test_a_file_that_is_none_is_refused_in_a_line(content: bytes, tmp_path: Path):
    (path := tmp_path / "program.json").write_bytes(content)
    for place in (path, tmp_path, tmp_path / "absent"):
        with pytest.raises(ProgramError) as caught:
            read_program(place)
        assert "\n" not in str(caught.value)


ATOMS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.sampled_from([10**30, 2**63, -1, 0, 1e400, float("nan"), 1.5]),
    st.sampled_from(["", "x0", "t0[0]", "call", "no_grad", "exp", "\ud800", "\n", "os.system"]),
    st.text(max_size=4),
)
JUNK = st.recursive(
    ATOMS,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["ref", "dtype", "tuple", "slice", "dict", "float", "complex", "kind"])
            | st.text(max_size=3),
            inner,
            max_size=2,
        )
    ),
    max_leaves=6,
)


def places(data, path=()):
    """Every place in the data, as a path of keys."""
    yield path
    if not isinstance(data, dict | list):
        return
    for key, value in data.items() if isinstance(data, dict) else enumerate(data):
        yield from places(value, (*path, key))


@st.composite
def mutated(draw):
    data = json.loads(json.dumps(PROGRAMS[draw(st.sampled_from(sorted(PROGRAMS)))].to_json()))
    for _ in range(draw(st.integers(1, 3))):
        path = draw(st.sampled_from([path for path in places(data) if path]))
        parent = data
        for key in path[:-1]:
            parent = parent[key]
        action = draw(st.sampled_from(["replace", "drop", "add", "swap"]))
        if action == "replace":
            parent[path[-1]] = draw(JUNK)
        elif action == "drop":
            del parent[path[-1]]
        elif action == "add" and isinstance(parent, list):
            parent.insert(path[-1], draw(JUNK))
        elif action == "add":
            parent[draw(st.text(max_size=5))] = draw(JUNK)
        else:
            other = draw(st.sampled_from([path for path in places(data) if path]))
            value = data
            for key in other:
                value = value[key]
            parent[path[-1]] = json.loads(json.dumps(value))
    return data


@given(mutated(), st.booleans())
@settings(max_examples=400, deadline=None, suppress_health_check=list(HealthCheck))
def test_a_mutated_file_is_refused_in_a_line_or_is_a_program_whose_script_compiles(data, as_text):
    try:
        program = Program.from_json(json.dumps(data) if as_text else data)
    except ProgramError as error:
        message = str(error)
        assert "\n" not in message
        return
    program.validate()
    compile(program.script(), "script", "exec")
    assert Program.from_json(program.to_json()) == program


def test_every_op_and_keyword_of_the_catalogue_may_stand_in_a_program():
    for entry in CATALOGUE.values():
        for form in (*entry.forms, *entry.inplace):
            assert form.kind == "operator" or may_call(form.kind, form.op), (entry.name, form)
        for param in (param for signature in entry.signatures for param in signature):
            name = param.name if isinstance(param, Arg) else param.keyword
            assert not name or name in KEYWORDS, (entry.name, name)


@pytest.mark.filterwarnings("ignore")
def test_every_drawn_program_is_valid_and_survives_a_file():
    for program, _ in drawn(resolve_engine("torch"), count=600, seed=3):
        assert Program.from_json(json.dumps(program.to_json())) == program


def test_a_nest_of_blocks_that_is_allowed_compiles():
    steps = (*(EnterMode("no_grad") for _ in range(8)), Call("exp", (Ref("x0"),), {}, "function"))
    program = Program((Input.of("x0", np.float32(1)),), steps)
    program.validate()
    compile(program.script(), "script", "exec")

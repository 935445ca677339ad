"""Programs as data: exact in JSON, a stable hash, and errors that say where a file is broken."""

from __future__ import annotations

import copy
import json

import numpy as np
import pytest
import torch
from handwritten import GRID, PROGRAMS
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as npst

from conformance import Call, DType, Input, Program, ProgramError, Ref, Snippet, TorchLike
from conformance.engines.torchlike.actions import ACTIONS
from conformance.engines.torchlike.create import make
from conformance.program.script import RENDER
from conformance.program.steps import KINDS
from conformance.program.values import NUMPY_DTYPES, decode, encode


@pytest.mark.parametrize("name", PROGRAMS)
def test_a_program_survives_json_exactly(name):
    program = PROGRAMS[name]
    ours = [step.code for step in program.steps if isinstance(step, Snippet)]
    text = json.dumps(program.to_json(), allow_nan=False)
    assert Program.from_json(text, ours).to_json() == program.to_json()
    assert Program.from_json(text, ours) == program


@pytest.mark.parametrize(
    "value",
    [
        None,
        True,
        2**70,
        -0.0,
        float("nan"),
        float("-inf"),
        5e-324,
        complex(float("nan"), -0.0),
        "torch",
        [1, (2.0,), ()],
        slice(None, -1, 2),
        (Ellipsis, None, slice(Ref("t0"), None)),
        DType("float32"),
        {"dim": [Ref("t0[1]")]},
    ],
    ids=repr,
)
def test_an_argument_survives_json_with_its_type(value):
    read = decode(json.loads(json.dumps(encode(value), allow_nan=False)))
    assert repr(read) == repr(value)


def test_a_program_cannot_hold_what_json_cannot_say():
    with pytest.raises(ProgramError, match="cannot hold a set"):
        encode({1, 2})


@given(npst.arrays(st.sampled_from(list(NUMPY_DTYPES.values())), npst.array_shapes(min_dims=0)))
def test_every_bit_of_an_input_survives_json(array):
    read = Input.from_json(json.loads(json.dumps(Input.of("x0", array).to_json())))
    assert read.array.tobytes() == array.tobytes()
    assert (read.shape, read.dtype) == (array.shape, array.dtype.name)


def test_the_hash_is_the_same_on_every_machine_and_day():
    program = Program(
        (Input.of("x0", np.float32([1.0])),), (Call("neg", (Ref("x0"),), result="t0"),)
    )
    assert program.hash == ("d1ebaa60c11a0f5a2a01981af3da0884673c17ac10476953c14adce7a82915b2")


@pytest.mark.parametrize(("one", "other"), [(0.0, -0.0), (1, 1.0), (True, 1), ((1,), [1])])
def test_the_hash_tells_apart_what_python_calls_equal(one, other):
    assert Program((), (Call("f", (one,)),)) != Program((), (Call("f", (other,)),))


def test_two_programs_with_the_same_nan_are_equal():
    first, second = (Program((), (Call("f", (float("nan"),)),)) for _ in range(2))
    assert first == second
    assert len({first, second}) == 1


VALID = PROGRAMS["tuples"].to_json()


def broken(**changes):
    """The valid file with the value at each path (`steps/0/kind`) replaced."""
    data = copy.deepcopy(VALID)
    for path, value in changes.items():
        *parents, last = (int(part) if part.isdigit() else part for part in path.split("/"))
        place = data
        for part in parents:
            place = place[part]
        place[last] = value
    return data


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ("{", r"not JSON: "),
        ("[]", r"a program is an object, not a list"),
        (broken(schema=2), r"schema=2, while this version reads 1"),
        (broken(steps={}), r"steps must be a list"),
        (broken(**{"inputs/0/dtype": "float8"}), r"inputs\[0\]: dtype='float8' is none of bool"),
        (broken(**{"inputs/0/shape": [2, 3]}), r"inputs\[0\]: x0: 32 bytes of float64, while"),
        (broken(**{"inputs/0/bytes": "&"}), r"inputs\[0\]: bytes: "),
        (broken(**{"inputs/0/values": [1, 2, 3, 5]}), r"inputs\[0\]: values and bytes disagree"),
        (broken(**{"inputs/0/colour": 1}), r"inputs\[0\]: an input has no field colour"),
        (broken(**{"inputs/0/requires_grad": 1}), r"inputs\[0\]: requires_grad=1 is no bool"),
        (broken(**{"inputs/0/name": "class"}), r"inputs: 'class' cannot be a name"),
        (broken(**{"steps/0/kind": "cal"}), r"steps\[0\]: kind='cal' is none of call, backward"),
        (broken(**{"steps/0/argz": []}), r"steps\[0\]: call has no field argz"),
        (broken(**{"steps/0/args": [{"reff": "x0"}]}), r"steps\[0\]: expected an object with one"),
        (broken(**{"steps/0/form": "prefix"}), r"steps\[0\]: form='prefix' is none of attribute"),
        (broken(**{"steps/2/op": "<>"}), r"steps\[2\]: op='<>' is none of \+"),
        (broken(**{"steps/2/args": [{"ref": "x0"}]}), r"steps\[2\]: '.*' has 2 operands, not \("),
        (broken(**{"steps/0/args": [{"ref": "t3"}]}), r"steps\[0\]: 't3' is used before it is"),
        (broken(**{"steps/1/result": "t0"}), r"steps\[1\]: 't0' is bound twice"),
        (
            broken(**{"steps/0": {"kind": "read", "tensor": {"ref": "x0"}, "what": "?"}}),
            r"what='\?'",
        ),
        (broken(**{"steps/0": {"kind": "detach", "tensor": 1, "result": "t0"}}), r"must be a ref"),
        (broken(**{"steps/0": {"kind": "backward"}}), r"backward.root must be given"),
    ],
)
def test_a_broken_file_says_where_and_what(data, message):
    with pytest.raises(ProgramError, match=message):
        Program.from_json(data)


def test_an_input_may_be_written_by_hand_with_values_alone():
    data = {"name": "x0", "dtype": "float32", "shape": [2], "values": [1.5, {"float": "nan"}]}
    np.testing.assert_array_equal(Input.from_json(data).array, np.float32([1.5, np.nan]))


def test_an_integer_input_cannot_require_grad():
    with pytest.raises(ProgramError, match="a int64 input cannot require grad"):
        Input.of("x0", np.int64([1]), requires_grad=True)


LAYOUTS = {
    "0-d": np.float32(3),
    "contiguous": GRID,
    "transposed": GRID.T,
    "permuted": np.arange(24.0).reshape(2, 3, 4).transpose(2, 0, 1),
    "stepped": GRID[:, ::2],
    "rows": GRID[1:3],
    "a column": GRID[:, 1:2],
    "transposed and stepped": GRID[:, 1::2].T,
    "an item": GRID[1, 2],
    "expanded": np.broadcast_to(np.float32([[1], [2]]), (3, 2, 4)),
    "expanded from 0-d": np.broadcast_to(np.float32(1), (2, 3)),
    "expanded from an item": np.broadcast_to(GRID[1, 1:2], (2, 2)),
    "windows": np.lib.stride_tricks.sliding_window_view(np.arange(5.0), 3),
    "empty": np.zeros((2, 0, 3)),
    "empty and sliced": GRID[:0],
}


@pytest.mark.parametrize("name", LAYOUTS)
def test_an_input_has_the_values_and_strides_of_its_array(name):
    array = np.asarray(LAYOUTS[name])
    tensor = make(torch, Input.of("x0", array))
    np.testing.assert_array_equal(tensor.numpy(), array)
    for size, stride, wanted in zip(array.shape, tensor.stride(), array.strides, strict=True):
        assert array.size < 2 or size < 2 or stride == wanted // array.itemsize


def test_negative_strides_which_torch_has_not_are_copied():
    assert Input.of("x0", GRID[::-1]).array.tolist() == GRID[::-1].tolist()


def test_every_kind_of_step_can_be_written_and_run():
    assert set(RENDER) == set(ACTIONS) == set(KINDS.values())


def test_the_handwritten_programs_use_every_kind_of_step():
    assert {type(step) for p in PROGRAMS.values() for step in p.steps} == set(KINDS.values())


def test_an_engine_is_named_by_its_module():
    assert repr(TorchLike(torch)) == "TorchLike('torch')"

"""Live calls become the calls that a user would write."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from conformance.corpus.opinfo.samples import MOST_CALLS, Inexpressible, calls_of
from conformance.program.steps import Call
from conformance.program.values import Constant, DType, Ref

X = torch.tensor([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]])


def call(function: object, *args: object, **kwargs: object) -> Call:
    (made,) = calls_of(function, args, kwargs)[1]
    return made


def test_a_function_is_called_by_its_name():
    assert call(torch.sum, X, dim=1) == Call("sum", (Ref("x0"),), {"dim": 1}, result="t0")
    assert call(torch.nn.functional.relu, X).op == "nn.functional.relu"
    assert call(torch.linalg.vector_norm, X).op == "linalg.vector_norm"


def test_a_special_method_is_written_as_its_operator():
    assert call(torch.Tensor.__getitem__, X, (0, slice(1, None))).form == "operator"
    reflected = call(torch.Tensor.__rsub__, X, 2.0)
    assert (reflected.op, reflected.args) == ("-", (2.0, Ref("x0")))


def test_a_lambda_is_the_one_call_that_it_makes():
    method = call(lambda x, *shape: x.view(*shape), X, (3, 2))
    assert (method.op, method.form, method.args) == ("view", "method", (Ref("x0"), (3, 2)))
    attribute = call(lambda x: x.T, X)
    assert (attribute.op, attribute.form) == ("T", "attribute")


def test_a_lambda_of_several_calls_is_as_many_steps():
    recording, calls = calls_of(lambda x: torch.exp(torch.sin(x)), (X,), {})
    assert [(each.op, each.args, each.result) for each in calls] == [
        ("sin", (Ref("x0"),), "a0"),
        ("exp", (Ref("a0"),), "t0"),
    ]
    assert [entry.name for entry in recording.inputs] == ["x0"]


def test_what_a_lambda_only_looks_at_is_no_step():
    assert call(lambda x: torch.exp(x) if x.is_floating_point() else x, X).op == "exp"


def test_too_many_calls_are_no_program():
    def deep(x: torch.Tensor) -> torch.Tensor:
        for _ in range(MOST_CALLS + 1):
            x = torch.sin(x)
        return x

    with pytest.raises(Inexpressible, match="makes 5 calls"):
        call(deep, X)


def test_a_lambda_that_computes_with_what_torch_gave_is_no_program():
    with pytest.raises(Inexpressible, match="computes with what torch gave"):
        call(lambda x: [torch.sin(x), torch.cos(x)], X)


def test_an_entry_is_called_by_its_own_name():
    made = calls_of(torch.pdist, (X,), {}, "nn.functional.pdist")[1]
    assert [each.op for each in made] == ["nn.functional.pdist"]


def test_memory_formats_and_layouts_are_constants():
    made = call(torch.clone, X, memory_format=torch.contiguous_format)
    assert made.kwargs == {"memory_format": Constant("contiguous_format")}


def test_one_tensor_in_two_places_is_one_input():
    recording, (made,) = calls_of(torch.mul, (X, X), {})
    assert [entry.name for entry in recording.inputs] == ["x0"]
    assert made.args == (Ref("x0"), Ref("x0"))


def test_an_input_keeps_its_memory_layout():
    recording, _ = calls_of(torch.exp, (X.t(),), {})
    assert recording.inputs[0].strides == (1, 3)
    assert np.array_equal(recording.inputs[0].array, X.t().numpy())


def test_dtypes_and_sizes_are_plain_values():
    made = call(torch.sum, X, dim=torch.Size([0, 1]), dtype=torch.float64)
    assert made.kwargs == {"dim": (0, 1), "dtype": DType("float64")}


@pytest.mark.parametrize(
    ("argument", "reason"),
    [
        (torch.ones(2, dtype=torch.uint16), "a uint16 tensor"),
        (torch.ones(2).to_sparse(), "sparse"),
        (torch.device("cpu"), "a device as an argument"),
        (torch.nn.Parameter(torch.ones(1)), "a Parameter as an input"),
    ],
)
def test_what_has_no_form_is_said(argument: object, reason: str):
    with pytest.raises(Inexpressible, match=reason):
        call(torch.exp, argument)


def test_out_is_no_part_of_programs():
    with pytest.raises(Inexpressible, match="out="):
        call(torch.exp, X, out=torch.empty(2, 3))


def test_a_default_that_the_database_spells_out_is_left_out():
    given = {"dtype": torch.float64, "device": "cpu", "requires_grad": False}
    assert call(torch.zeros, (2,), **given).kwargs == {"dtype": DType("float64")}
    assert call(torch.zeros, (2,), requires_grad=True).kwargs == {"requires_grad": True}

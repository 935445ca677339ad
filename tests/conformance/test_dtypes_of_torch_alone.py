"""bfloat16 and complex32, which torch has and NumPy has not: held exactly, made, told, compared."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from fakes import bare_engine, torch_but
from hypothesis import given, settings
from hypothesis import strategies as st
from scripts import differences_of_the_script, run

from conformance import Backward, Call, Grad, Input, Program, Read, Ref, execute, resolve_engine
from conformance.engines.isolation.wire import decode, encode
from conformance.generate.drawing.tape import Tape
from conformance.generate.generated import drawn
from conformance.generate.values import making
from conformance.judge.referee import judge
from conformance.program.inputs.held import rounded, widened
from conformance.program.values import ProgramError
from conformance.shrink.simpler_inputs import plainer_inputs, simpler_values, smaller_shapes
from conformance.strategies import gradient_seeds, tensors

TORCH = resolve_engine("torch")
BITS = {"bfloat16": torch.int16, "complex32": torch.int32}
SPECIAL = (math.nan, math.inf, -math.inf, -0.0, 0.0, 1.0, -2.5, 2.0**-24, 0.10009765625)
BYTES = [bytes([each]) for each in range(256)]
X0, T0 = Ref("x0"), Ref("t0")


def every(dtype):
    """All numbers of the dtype in a row; of complex ones, all that either part may be."""
    bits = np.arange(2**16, dtype=np.uint16)
    if dtype == "bfloat16":
        return bits
    return np.stack([bits, np.roll(bits, 4321)], -1).reshape(-1).view(np.uint32)


def special(dtype):
    """A matrix with every sort of number."""
    values = rounded(np.float32(SPECIAL), "bfloat16").reshape(3, 3)
    return values if dtype == "bfloat16" else np.stack([values, values.T], -1).view("c8")[..., 0]


def named(name, values, dtype, requires_grad=False):
    return Input.of(name, values.astype(np.complex64 if dtype == "complex32" else "f4"),
                    requires_grad, dtype)  # fmt: skip


def made(entry):
    return TORCH.start((entry,)).value(entry.name)


@pytest.mark.parametrize("dtype", BITS)
@pytest.mark.filterwarnings("ignore:ComplexHalf")
def test_every_number_is_held_and_made_bit_by_bit(dtype):
    bits = every(dtype)
    entry = Input.of("x0", widened(bits, dtype), False, dtype)
    assert made(entry).dtype is getattr(torch, dtype)
    found = made(entry).view(BITS[dtype]).numpy().view(np.uint16)
    wanted = torch.from_numpy(bits.view(np.uint16).view(np.int16)).view(
        torch.bfloat16 if dtype == "bfloat16" else torch.float16
    )
    nan = wanted.isnan().numpy()  # of which there are many, and a program tells none from another
    assert np.array_equal(found[~nan], bits.view(np.uint16)[~nan])
    assert np.isnan(entry.storage.view("f4")[nan]).all()


@pytest.mark.parametrize("dtype", BITS)
@pytest.mark.filterwarnings("ignore:ComplexHalf")
def test_numbers_are_rounded_as_torch_rounds_them(dtype):
    bits = np.random.default_rng(0).integers(0, 2**32, 2**14, np.uint32)
    halfway = np.arange(0x3F80_8000, 0x3F90_8000, 2**16, np.uint32)
    values = np.concatenate([bits, halfway]).view(np.float32)
    values = values if dtype == "bfloat16" else values.view(np.complex64)
    torchs = np.array(torch.from_numpy(values).to(getattr(torch, dtype)).tolist(), values.dtype)
    assert np.array_equal(rounded(values, dtype), torchs, equal_nan=True)


@pytest.mark.parametrize("dtype", BITS)
@pytest.mark.parametrize("layout", ["row", "column", "strided", "expanded", "empty", "scalar"])
@pytest.mark.filterwarnings("ignore:ComplexHalf")
def test_layouts_and_flags_are_kept_by_json_by_torch_and_by_the_script(dtype, layout):
    values = special(dtype)
    values = {
        "row": values,
        "column": values.T,
        "strided": values[:, ::2],
        "expanded": np.broadcast_to(values[:1], (3, 3)),
        "empty": values[:0],
        "scalar": values[0, 0],
    }[layout]
    entry = Input.of("x0", values, True, dtype)
    assert Input.from_json(entry.to_json()) == entry
    tensor = made(entry)
    assert tensor.requires_grad
    assert 0 in entry.shape or tensor.stride() == entry.strides
    assert np.array_equal(np.array(tensor.tolist()).reshape(entry.shape), values, equal_nan=True)
    program = Program((entry,), (Call("clone", (X0,), result="t0"), Read(T0, "dtype")))
    assert differences_of_the_script(program) == ()


@pytest.mark.filterwarnings("ignore:ComplexHalf")
def test_the_script_writes_the_shortest_number_that_is_read_as_the_same():
    entry = named("x0", rounded(np.float32([0.1, 3.14, 1e38]), "bfloat16"), "bfloat16")
    script = Program((entry,), ()).script()
    assert "torch.tensor([0.1, 3.14, 1e+38], dtype=torch.bfloat16)" in script
    names, _ = run(script)
    assert torch.equal(names["x0"], made(entry))


def test_a_file_may_say_any_number_but_bytes_only_those_of_the_dtype():
    read = Input.from_json({"name": "x0", "dtype": "bfloat16", "shape": [1], "values": [0.1]})
    assert read.array.tolist() == [0.10009765625]
    with pytest.raises(ProgramError, match="x0: the values hold one that bfloat16 has not"):
        Input("x0", "bfloat16", (1,), np.float32([0.1]).tobytes())


@pytest.mark.parametrize("dtype", BITS)
@pytest.mark.filterwarnings("ignore:ComplexHalf")
def test_values_and_gradients_are_observed_and_sent_whole(dtype):
    entry = named("x0", special("bfloat16"), dtype, True)
    program = Program((entry,), (Call("neg", (X0,), result="t0"), Backward(T0, X0)))
    trace = execute(program, TORCH)
    assert trace.tensors["t0"].dtype == trace.tensors["x0"].grad.dtype == dtype
    assert np.array_equal(trace.tensors["t0"].values, -entry.array, equal_nan=True)
    assert np.array_equal(trace.tensors["x0"].grad.values, -entry.array, equal_nan=True)
    again = decode(encode(trace), "torch")
    assert encode(again) == encode(trace)
    assert again.tensors["t0"].values.dtype == entry.array.dtype


@pytest.mark.parametrize("dtype", BITS)
def test_an_engine_without_the_dtype_is_unsupported_for_that_reason(dtype):
    program = Program((named("x0", np.ones(2), dtype),), (Call("neg", (X0,), result="t0"),))
    for engine in (resolve_engine("mini_autograd"), torch_but(dtype), bare_engine()):
        verdict = judge(program, TORCH, engine)
        assert {(each.kind, each.detail) for each in verdict.mismatches} == {("unsupported", dtype)}
        assert "has no attribute" in str(verdict.mismatches[0].reason)


def test_an_engine_whose_numpy_gives_wider_numbers_gives_the_values():
    class Wide(type(bare_engine().module.tensor([0.0]))):
        def numpy(self):
            return self.data.double().numpy()

    engine = bare_engine(numpy=Wide.numpy)
    engine.module.bfloat16 = torch.bfloat16
    program = Program((named("x0", np.ones(2), "bfloat16"),), ())
    assert execute(program, engine).tensors["x0"].values.dtype == np.float32
    assert all(m.kind == "unsupported" for m in judge(program, TORCH, engine).mismatches)


PRODUCT = Program(
    (
        named("x0", np.float32([1.5, -0.7109375, 3.0]), "bfloat16", True),
        named("x1", np.float32([1.0078125, 2.984375, 0.12109375]), "bfloat16", True),
    ),
    (Call("mul", (X0, Ref("x1")), result="t0"), Backward(T0, Ref("x1"))),
)


def to_four_bits(left, right):
    """A product of four bits in place of eight."""
    exact = torch.mul(left, right)
    scale = torch.exp2(torch.floor(torch.log2(exact.detach().abs().float())) - 3)
    off = (exact.detach().float() / scale).round() * scale - exact.detach().float()
    return exact + off.to(exact.dtype)


def test_a_product_that_is_rounded_to_too_few_bits_is_wrong():
    verdict = judge(PRODUCT, TORCH, torch_but(mul=to_four_bits))
    assert ("value", "wrong") in {(each.kind, each.judgement) for each in verdict.mismatches}


def test_a_unit_in_the_last_place_is_within_the_tolerance_of_bfloat16():
    def next_one(left, right):
        return torch.mul(left, right) * (1 + torch.finfo(torch.bfloat16).eps)

    mismatches = judge(PRODUCT, TORCH, torch_but(mul=next_one)).mismatches
    assert not {"value", "grad_value"} & {each.kind for each in mismatches}


def test_what_follows_from_a_unit_in_the_last_place_is_no_fault():
    def next_one(value):
        return torch.neg(value) * (1 + torch.finfo(torch.bfloat16).eps)

    inputs = (named("x0", np.float32([-1.0, 2.0]), "bfloat16"),)
    program = Program(
        inputs, (Call("neg", (X0,), result="t0"), Call("sub", (T0, 1.0), result="t1"))
    )
    (found,) = judge(program, TORCH, torch_but(neg=next_one)).mismatches
    assert (found.kind, found.where, found.judgement) == ("value", "t1", "ill_conditioned")


def test_a_gradient_that_is_off_by_more_than_roundings_is_wrong():
    class Tripled(torch.autograd.Function):
        @staticmethod
        def forward(ctx, left, right):
            ctx.save_for_backward(left, right)
            return left * right

        @staticmethod
        def backward(ctx, grad):
            left, right = ctx.saved_tensors
            return grad * right * 1.0625, grad * left

    found = judge(PRODUCT, TORCH, torch_but(mul=Tripled.apply)).mismatches
    assert ("grad_value", "x0.grad", "wrong") in {(m.kind, m.where, m.judgement) for m in found}


def test_a_sum_of_another_dtype_is_told():
    def wide_sum(value):
        return torch.sum(value, dtype=torch.float32)

    program = Program((PRODUCT.inputs[0],), (Call("sum", (X0,), result="t0"), Grad([T0], [X0])))
    found = judge(program, TORCH, torch_but(sum=wide_sum)).mismatches
    assert ("dtype", "t0.dtype", "bfloat16", "float32") in {
        (m.kind, m.where, getattr(m.expected, "text", m.expected), getattr(m.actual, "text", ""))
        for m in found
    }


def test_a_sum_in_single_precision_rounded_at_the_end_is_no_fault():
    """Torch's product term by term rounds each, its kernel does so once: both are bfloat16's."""

    def wide(left, right):
        return torch.mm(left.float(), right.float()).to(torch.bfloat16)

    def narrow(left, right):
        total = left[:, :1] * right[:1]
        for n in range(1, left.shape[1]):
            total = total + left[:, n : n + 1] * right[n : n + 1]
        return total

    values = np.random.default_rng(0).normal(size=(4, 4)).astype("f4")
    inputs = (
        named("x0", rounded(values, "bfloat16"), "bfloat16"),
        named("x1", rounded(values.T.copy(), "bfloat16"), "bfloat16"),
    )
    program = Program(inputs, (Call("mm", (X0, Ref("x1")), result="t0"),))
    for other in (wide, narrow):
        assert not [m for m in judge(program, TORCH, torch_but(mm=other)).mismatches if m.counts]


def test_a_program_is_made_simpler_in_the_same_dtype():
    entry = named("x0", rounded(np.linspace(-3, 3, 600, dtype="f4"), "bfloat16"), "bfloat16")
    program = Program((entry,), (Call("neg", (X0,), result="t0"),))
    for simpler in (smaller_shapes, simpler_values):
        found = [each.inputs[0].dtype for each in simpler(program, TORCH)]
        assert {*found} == {"bfloat16"}
    assert "float32" in {each.inputs[0].dtype for each in plainer_inputs(program, TORCH)}


def test_bfloat16_is_drawn_in_one_place_of_float32_and_changes_no_other():
    rows = [(making.dtype(Tape(byte)), making.dtype_of_numpy(Tape(byte))) for byte in BYTES]
    assert [pair for pair in rows if pair[0] != pair[1]] == [("bfloat16", "float32")]
    without = {making.dtype_among(Tape(byte), ("float32", "int64")) for byte in BYTES}
    assert without == {"float32", "int64"}


@pytest.mark.parametrize("dtype", BITS)
@given(st.data())
@settings(max_examples=30)
def test_tensors_and_seeds_are_drawn_of_numbers_that_the_dtype_has(dtype, data):
    entry = data.draw(tensors(dtype=dtype))
    seed = data.draw(gradient_seeds(entry.shape, dtype, kinds=["drawn", "one-hot", "expanded"]))
    for each in (entry, seed.value):
        assert (each.dtype, each.shape) == (dtype, entry.shape)


@pytest.mark.filterwarnings("ignore")
def test_a_drawn_program_goes_on_with_bfloat16_and_its_script_does_the_same():
    programs = (each.program for each in drawn(TORCH, count=400, seed=0))
    found = [each for each in programs if any(x.dtype == "bfloat16" for x in each.inputs)]
    assert found
    for program in found:
        assert differences_of_the_script(program) == ()

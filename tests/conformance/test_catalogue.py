"""The catalogue: every op that the harness promises, each entry true of the installed torch."""

from __future__ import annotations

from operator import attrgetter

import pytest
import torch

from conformance.campaign.plan import Settings, pieces
from conformance.catalogue import BY_HAND, CATALOGUE, CONVENTIONS, Arg, Operand, op_of
from conformance.generate.drawing.ops import entries_of
from conformance.generate.values.arguments import ARGUMENTS
from conformance.program.steps import Call
from conformance.program.values import Ref
from conformance.program.words.operators import OPERATORS
from conformance.program.words.vocabulary import LEFT_OUT, may_call

PROMISED = """
add sub mul div neg pow abs sign exp expm1 log log1p log2 sqrt rsqrt square reciprocal sin cos tan
tanh sigmoid nn.functional.relu erf maximum minimum clamp where eq ne lt le gt ge logical_and
logical_or logical_xor logical_not sum mean prod amax amin max min var std norm logsumexp softmax
log_softmax cumsum mm bmm matmul mv dot outer addmm nn.functional.linear reshape view flatten
transpose t permute movedim expand broadcast_to squeeze unsqueeze cat stack split chunk unbind
narrow select diagonal tril triu flip roll repeat __getitem__ __setitem__ gather index_select
masked_fill take_along_dim nn.functional.mse_loss nn.functional.cross_entropy clone to float double
int long bool zero_ copy_ zeros ones full eye arange linspace scalar_tensor zeros_like ones_like
full_like new_zeros new_ones new_full
"""

FORMS = [(name, form) for name, e in CATALOGUE.items() for form in (*e.forms, *e.inplace)]


def test_every_promised_op_is_there():
    assert set(PROMISED.split()) <= CATALOGUE.keys()


@pytest.mark.parametrize(("name", "form"), FORMS)
def test_every_form_is_one_of_torch(name, form):
    if form.kind == "operator":
        assert form.op in OPERATORS
    else:
        attrgetter(form.op)(torch if form.kind == "function" else torch.Tensor)


def test_every_entry_can_be_written():
    assert not [name for name, e in BY_HAND.items() if not e.forms + e.inplace]


def test_what_no_program_calls_has_no_form():
    forms = [f for e in CATALOGUE.values() for f in (*e.forms, *e.inplace) if f.kind != "operator"]
    assert [form for form in forms if not may_call(form.kind, form.op)] == []
    assert [form for form in forms if form.op.removesuffix("_") in LEFT_OUT] == []


def test_no_two_ops_are_written_alike():
    written = [(form.kind, form.op) for _, form in FORMS]
    assert len(written) == len(set(written))


def test_opinfo_entries_are_those_of_the_installed_torch():
    from torch.testing._internal.common_methods_invocations import op_db

    there = {(info.name, info.variant_test_name) for info in op_db}
    assert [pair for e in CATALOGUE.values() for pair in e.opinfo if pair not in there] == []


def test_each_opinfo_entry_belongs_to_one_op():
    pairs = [pair for e in CATALOGUE.values() for pair in e.opinfo]
    assert len(pairs) == len(set(pairs))


def test_arguments_are_of_kinds_that_can_be_drawn():
    kinds = {p.kind for e in CATALOGUE.values() for s in e.signatures for p in s if type(p) is Arg}
    assert kinds == ARGUMENTS.keys()


def test_conventions_have_a_description():
    used = {name for e in CATALOGUE.values() for name in e.conventions}
    assert used == CONVENTIONS.keys()


def test_every_signature_begins_with_a_tensor():
    assert [n for n, e in BY_HAND.items() if not e.signatures] == []
    firsts = [s[0] for e in CATALOGUE.values() for s in e.signatures]
    assert all(isinstance(first, Operand) and not first.optional for first in firsts)


@pytest.mark.parametrize("name", [n for n, e in CATALOGUE.items() if e.family == "pointwise"])
def test_a_pointwise_op_takes_the_dtypes_that_its_entry_says(name):
    entry = CATALOGUE[name]
    signature = [p for p in entry.signatures[-1] if isinstance(p, Operand)]
    for dtype, category in (
        (torch.float32, "float"),
        (torch.complex64, "complex"),
        (torch.int64, "int"),
        (torch.bool, "bool"),
    ):
        operands = [torch.ones(2, dtype=dtype) for _ in signature]
        if all(category in operand.dtypes for operand in signature):
            _call(name, operands, signature)
        elif len(signature) == 1:
            with pytest.raises((RuntimeError, TypeError)):
                _call(name, operands, signature)


def _call(name, operands, signature):
    named = {p.keyword: x for p, x in zip(signature, operands, strict=True) if p.keyword}
    plain = [x for p, x in zip(signature, operands, strict=True) if not p.keyword]
    attrgetter(name)(torch)(*plain, **named)


@pytest.mark.parametrize(
    ("form", "op", "name"),
    [
        ("operator", "+", "add"),
        ("operator", "+=", "add"),
        ("method", "relu_", "nn.functional.relu"),
        ("function", "nn.functional.softmax", "softmax"),
        ("attribute", "T", "T"),
        ("function", "fft.fft", "fft.fft"),
        ("function", "empty", None),
    ],
)
def test_a_call_is_known_by_the_op_that_it_writes(form, op, name):
    assert op_of(Call(op, (Ref("x0"),), form=form)) == name


def test_what_has_no_signature_is_called_beside_what_has_one():
    drawn = entries_of(None)
    assert CATALOGUE["add"] in drawn.plain
    assert CATALOGUE["zeros"] in drawn.plain
    assert {*entries_of(["zeros", "abs"]).plain} == {CATALOGUE["zeros"], CATALOGUE["abs"]}
    assert entries_of(["zeros"]).sampled == (CATALOGUE["zeros"],)
    with pytest.raises(ValueError, match="no generated program calls any of resize_, item"):
        entries_of(["resize_", "item"])
    assert [p for p in pieces(Settings("torch", ops=("zeros",))) if p.source == "generated"]

"""Type promotion, against the installed torch: every pair of dtypes, ranks and Python numbers."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
import torch

import mini_autograd

NAMES = ["float16", "float32", "float64", "int8", "int16", "int32", "int64", "uint8", "bool"]
NAMES += ["complex64", "complex128"]
LACKING = "torch.complex32"  # NumPy has no such type; ours is complex64 there
NUMBERS = [True, 2, 2.5, 1 + 2j]


def operand(module, name, rank):
    return module.ones((2,) * rank, dtype=getattr(module, name))


@pytest.mark.parametrize("first", NAMES)
def test_two_tensors_come_to_torchs_dtype_at_every_rank(first):
    for second, rank, other in itertools.product(NAMES, (0, 1), (0, 1)):
        found = [
            str(m.result_type(operand(m, first, rank), operand(m, second, other)))
            for m in (torch, mini_autograd)
        ]
        assert found[0] in (found[1], LACKING), (first, rank, second, other)


@pytest.mark.filterwarnings("ignore:ComplexHalf")
@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("default", ["float32", "float64"])
def test_a_python_number_is_the_weakest_whatever_the_default_dtype(name, default):
    for number, rank in itertools.product(NUMBERS, (0, 1)):
        found = []
        for m in (torch, mini_autograd):
            m.set_default_dtype(getattr(m, default))
            try:
                found.append(str((operand(m, name, rank) * number).dtype))
            except NotImplementedError:  # a dtype that NumPy lacks is refused
                found.append(LACKING)
            finally:
                m.set_default_dtype(m.float32)
        assert found[0] == found[1], (name, number, rank)


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize(
    "kind", ["bool_", "int8", "int64", "uint8", "float16", "float32", "complex64"]
)
def test_a_numpy_scalar_counts_as_torch_counts_it_on_either_side(kind):
    scalar = getattr(np, kind)(2)
    for name, rank in itertools.product(["float32", "float64", "int64", "bool"], (0, 1)):
        for apply in (lambda t, s: t * s, lambda t, s: s * t, lambda t, s: t.add(s)):
            found = [apply(operand(m, name, rank), scalar) for m in (torch, mini_autograd)]
            assert str(found[0]) == str(found[1]), (name, rank)
            assert str(found[0].dtype) == str(found[1].dtype), (name, rank)

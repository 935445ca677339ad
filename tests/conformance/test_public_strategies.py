"""The public strategies give what their docstrings say, shrink to it, and refuse what they must."""

from __future__ import annotations

import math
from collections import Counter

import numpy as np
import pytest
import torch
from hypothesis import find, given, seed, settings
from hypothesis import strategies as st
from hypothesis.errors import InvalidArgument

from conformance import Raised, TorchLike, make
from conformance.catalogue import CATALOGUE, op_of
from conformance.generate.drawing.features import NEEDS, features_of
from conformance.generate.ingredients import known
from conformance.generate.values.making import category
from conformance.generate.values.seeds import KINDS
from conformance.program.inputs import Input
from conformance.program.steps import Backward, Call, Grad
from conformance.program.values import DIFFERENTIABLE
from conformance.strategies import (
    FEATURES,
    dtypes,
    gradient_seeds,
    op_calls,
    partner_shapes,
    programs,
    shapes,
    tensors,
)

QUICK = settings(max_examples=100, deadline=None, database=None)
FITTING = KINDS[:6]
REFUSED = ("wrong shape", "not a tensor")


pytestmark = pytest.mark.usefixtures("one_thread")


def several(strategy, count=200):
    """So many values of a strategy, the same ones each time."""
    values = []

    @seed(0)
    @settings(QUICK, max_examples=count)
    @given(strategy)
    def draw(value):
        values.append(value)

    draw()
    return values


def simplest(strategy, fits=lambda value: True):
    return find(strategy, fits, settings=settings(QUICK, max_examples=2000))


def kinds(program):
    return [type(step) for step in program.steps]


def raises(drawn):
    return any(isinstance(outcome, Raised) for outcome in drawn.trace.outcomes)


def written(drawn):
    """The program without the import, a line each."""
    return drawn.program.script().splitlines()[2:]


# Shapes and dtypes


def test_shapes_have_up_to_four_dims_of_up_to_four_elements():
    drawn = several(shapes(), 400)
    assert {len(shape) for shape in drawn} == {0, 1, 2, 3, 4}
    assert {size for shape in drawn for size in shape} == {0, 1, 2, 3, 4}


def test_sizes_of_1_and_no_dims_are_common_and_sizes_of_0_rare():
    drawn = several(shapes(), 400)
    ones, nothing, scalars = (
        sum(fits(shape) for shape in drawn) / len(drawn)
        for fits in (lambda shape: 1 in shape, lambda shape: 0 in shape, lambda shape: not shape)
    )
    assert ones > 0.15
    assert scalars > 0.07
    assert 0 < nothing < 0.12


@QUICK
@given(st.data(), shapes())
def test_a_partner_shape_broadcasts_with_the_shape(data, shape):
    np.broadcast_shapes(shape, data.draw(partner_shapes(shape)))


def test_partner_shapes_are_the_same_or_narrower_or_wider():
    partners = {*several(partner_shapes((2, 3)))}
    assert {(2, 3), (1, 3), (2, 1), (3,)} < partners
    assert any(len(partner) == 3 for partner in partners)


def test_dtypes_are_of_every_category_and_float32_most_of_all():
    drawn = Counter(several(dtypes(), 400))
    assert {category(dtype) for dtype in drawn} == {"float", "complex", "int", "bool"}
    assert drawn.most_common(1)[0][0] == "float32"


@pytest.mark.parametrize(
    "wanted", [["float"], ["complex"], ["int"], ["bool"], ["int", "bool"], {"complex", "float"}]
)
def test_dtypes_are_of_the_categories_that_are_wanted(wanted):
    assert {category(dtype) for dtype in several(dtypes(wanted), 100)} == {*wanted}


# Tensors


def test_tensors_are_of_every_layout():
    drawn = several(tensors(shape=(2, 3), dtype="float32"))
    assert {each.strides for each in drawn} == {(3, 1), (1, 2), (6, 2), (0, 1)}
    assert any(each.offset for each in drawn)
    assert sum(each.strides == (3, 1) for each in drawn) > len(drawn) / 2


def test_tensors_hold_moderate_numbers_mostly():
    arrays = [each.array for each in several(tensors(dtype="float32"))]
    assert np.mean(np.abs(np.concatenate([*map(np.ravel, arrays)])) <= 4) > 0.9


@pytest.mark.parametrize(
    "is_so",
    [
        lambda values: (values == 0) & np.signbit(values),
        lambda values: (values == 0) & ~np.signbit(values),
        np.isinf,
        np.isnan,
        lambda values: (values != 0) & (np.abs(values) < np.finfo("f4").tiny),
        lambda values: np.abs(values) == 0.5,
    ],
    ids=["-0.0", "0.0", "infinite", "nan", "subnormal", "kink"],
)
def test_tensors_hold_special_values(is_so):
    of_four = tensors(shape=(4,), dtype="float32")
    assert is_so(simplest(of_four, lambda entry: is_so(entry.array).any()).array).any()


def test_tensors_are_of_the_shape_dtype_and_name_asked_for():
    for each in several(tensors(shape=(2, 0, 3), dtype="complex64", name="weight"), 30):
        assert (each.name, each.shape, each.dtype) == ("weight", (2, 0, 3), "complex64")


def test_shapes_and_dtypes_of_tensors_may_be_strategies():
    drawn = several(tensors(shape=partner_shapes((4, 1)), dtype=dtypes(["int"])), 60)
    assert {category(each.dtype) for each in drawn} == {"int"}
    assert len({each.shape for each in drawn}) > 2
    for each in drawn:
        np.broadcast_shapes(each.shape, (4, 1))


@pytest.mark.parametrize("wanted", [True, False])
def test_tensors_require_grad_as_asked_where_their_dtype_can(wanted):
    for each in several(tensors(requires_grad=wanted), 60):
        assert each.requires_grad == (wanted and each.dtype in DIFFERENTIABLE)


def test_most_tensors_that_may_require_grad_do():
    drawn = [each.requires_grad for each in several(tensors(dtype="float64"))]
    assert 0.7 < np.mean(drawn) < 1


def shares_of_ties(*, ties):
    drawn = several(tensors(shape=(4,), dtype="float32", ties=ties), 300)
    return np.mean([len({*each.array.tolist()}) < 4 for each in drawn])


def test_ties_may_be_wanted_more_than_elsewhere():
    assert shares_of_ties(ties=True) > 1.3 * shares_of_ties(ties=False)


@QUICK
@given(tensors())
def test_a_tensor_is_made_with_its_values_layout_and_flag(entry):
    made = make(torch, entry)
    np.testing.assert_array_equal(made.detach().numpy(), entry.array)
    assert made.is_leaf
    assert made.requires_grad == entry.requires_grad
    strides = zip(entry.shape, made.stride(), entry.strides, strict=True)
    assert not made.numel() or all(mine == its for size, mine, its in strides if size > 1)


# Gradient seeds


def test_seeds_are_of_every_kind():
    assert {each.kind for each in several(gradient_seeds((2, 3)))} == {*KINDS}


@pytest.mark.parametrize("kind", KINDS)
def test_seeds_are_of_the_kind_that_is_wanted(kind):
    drawn = several(gradient_seeds((2, 3), kinds=[kind]), 30)
    assert {each.kind for each in drawn} == {kind}
    assert all(SEEDS[kind](each.value) for each in drawn)


SEEDS = {
    "drawn": lambda seed: fits(seed) and not seed.requires_grad,
    "one-hot": lambda seed: fits(seed) and sorted(seed.array.flat) == [0, 0, 0, 0, 0, 1],
    "zeros": lambda seed: fits(seed) and not seed.array.any(),
    "transposed": lambda seed: fits(seed) and seed.strides == (1, 2),
    "expanded": lambda seed: fits(seed) and seed.strides == (0, 1),
    "requires grad": lambda seed: fits(seed) and seed.requires_grad,
    "none": lambda seed: seed is None,
    "wrong shape": lambda seed: seed.shape != (2, 3),
    "wrong dtype": lambda seed: seed.dtype != "float32",
    "not a tensor": lambda seed: not isinstance(seed, Input),
}


def fits(seed):
    return (seed.shape, seed.dtype) == ((2, 3), "float32")


def walked(shape, dtype, seed):
    """The gradient of a leaf, by `backward` from its double with the seed."""
    value = make(torch, seed.value) if isinstance(seed.value, Input) else seed.value
    leaf = torch.zeros(shape, dtype=getattr(torch, dtype), requires_grad=True)
    (leaf * 2).backward(value)
    return leaf.grad


ROOTS = (shapes(), dtypes(["float", "complex"]))


@QUICK
@given(st.data(), *ROOTS)
def test_seeds_that_fit_are_taken_by_torch(data, shape, dtype):
    seed = data.draw(gradient_seeds(shape, dtype, kinds=FITTING))
    gradient = walked(shape, dtype, seed)
    np.testing.assert_allclose(gradient.numpy(), 2 * seed.value.array, rtol=1e-3)


@QUICK
@given(st.data(), *ROOTS)
def test_seeds_that_do_not_fit_are_refused_by_torch(data, shape, dtype):
    seed = data.draw(gradient_seeds(shape, dtype, kinds=REFUSED))
    with pytest.raises((RuntimeError, TypeError)):
        walked(shape, dtype, seed)


@QUICK
@given(st.data(), shapes())
def test_no_seed_fits_a_root_of_one_element_only(data, shape):
    seed = data.draw(gradient_seeds(shape, kinds=["none"]))
    if math.prod(shape) == 1:
        assert walked(shape, "float32", seed).tolist() == torch.full(shape, 2.0).tolist()
    else:
        with pytest.raises(RuntimeError, match="only for scalar outputs"):
            walked(shape, "float32", seed)


def test_a_seed_of_a_wrong_dtype_is_refused_where_one_of_the_two_is_complex():
    for each in several(gradient_seeds((2,), kinds=["wrong dtype"]), 60):
        if category(each.value.dtype) == "complex":
            with pytest.raises(RuntimeError, match="Mismatch in dtype"):
                walked((2,), "float32", each)
        else:
            walked((2,), "float32", each)


@QUICK
@given(st.data(), tensors(dtype=dtypes(["float"]), requires_grad=True))
def test_a_seed_is_drawn_for_a_drawn_tensor(data, entry):
    seed = data.draw(gradient_seeds(entry.shape, entry.dtype, kinds=["drawn", "transposed"]))
    leaf = make(torch, entry)
    leaf.neg().backward(make(torch, seed.value))
    np.testing.assert_array_equal(leaf.grad.numpy(), -seed.value.array)


# Calls of one op

CALLED = ("add", "sum", "sqrt", "cat", "matmul", "__getitem__", "eq", "__setitem__")


@pytest.mark.parametrize("op", CALLED)
def test_a_value_is_one_call_of_the_op(op):
    drawn = several(op_calls(op), 40)
    assert {op_of(step) for each in drawn for step in each.program.steps} == {op}
    assert {len(each.program.steps) for each in drawn} == {1}
    assert sum(map(raises, drawn)) < 0.2 * len(drawn)


def test_an_op_is_called_in_all_its_forms():
    steps = [each.program.steps[0] for each in several(op_calls("add"))]
    assert {(step.form, step.op) for step in steps} == {
        ("function", "add"),
        ("method", "add"),
        ("operator", "+"),
        ("method", "add_"),
        ("operator", "+="),
    }
    steps = [each.program.steps[0] for each in several(op_calls("T"), 20)]
    assert {(step.form, step.op) for step in steps} == {("attribute", "T")}


def after_the_clone(program):
    """What its steps are, without the clone of a leaf that is then written to."""
    made = program.steps[0].op == "clone" and len(program.steps) > 1
    return kinds(program)[made and isinstance(program.steps[1], Call) :]


@pytest.mark.parametrize("op", ["add", "sum", "cat", "matmul", "__getitem__", "where"])
@pytest.mark.parametrize(
    ("check", "steps"),
    [("gradient", [Call, Backward]), ("second_order", [Call, Grad, Backward])],
)
def test_nearly_all_calls_of_a_differentiable_op_go_backward(op, check, steps):
    drawn = several(op_calls(op, check=check), 60)
    of_them = [after_the_clone(each.program) for each in drawn]
    whole = [each for each, kinds in zip(drawn, of_them, strict=True) if kinds == steps]
    assert len(whole) > 0.8 * len(drawn)
    assert sum(map(raises, whole)) < 0.2 * len(whole)
    assert all(kinds == steps[: len(kinds)] for kinds in of_them)


def test_a_second_pass_goes_through_the_graph_of_the_first():
    roots = Counter()
    for program, trace in several(op_calls("mul", check="second_order"), 60):
        if kinds(program) == [Call, Grad, Backward] and not isinstance(trace.outcomes[1], Raised):
            grad, backward = program.steps[1:]
            assert grad.create_graph is True
            roots[backward.root.base == grad.result] += 1
    assert roots[True] > 5


@pytest.mark.parametrize("op", ["sum", "cat", "matmul", "__getitem__", "reshape"])
def test_a_part_of_the_calls_for_errors_raises(op):
    drawn = several(op_calls(op, check="errors"), 60)
    assert 0.2 * len(drawn) < sum(map(raises, drawn)) < len(drawn)
    assert {len(each.program.steps) for each in drawn} == {1}


# Programs


def ops_called(strategy):
    steps = [step for drawn in several(strategy, 60) for step in drawn.program.steps]
    return {*filter(None, map(op_of, steps))}


@pytest.mark.parametrize("ops", [["add"], ["view"], ["__setitem__"], ["mul", "T", "zero_"]])
def test_programs_call_no_other_ops(ops):
    assert ops_called(programs(ops=ops)) == {*ops}


def test_one_op_may_be_named_without_a_list():
    assert ops_called(programs(ops="exp")) == {"exp"}


# What a feature brings with it: a hook is registered before it can be removed.
BRINGS = {"create_graph": "use .grad", **NEEDS}


@pytest.mark.parametrize("name", FEATURES)
def test_programs_use_the_feature_that_is_asked_for_and_no_other(name):
    used = Counter()
    for program, _ in several(programs(features=[name]), 60):
        used.update(features_of(program))
    assert used[name] > (6 if name in NEEDS else 15)
    assert used.keys() <= {name, BRINGS.get(name, name)}


def test_without_features_there_are_calls_and_backward_passes_alone():
    drawn = several(programs(features=[]), 60)
    assert not any(features_of(program) for program, _ in drawn)
    assert {kind for program, _ in drawn for kind in kinds(program)} == {Call, Backward}


def test_a_set_is_read_in_one_order():
    """Which a set of strings has not, from one process to another."""
    assert known({"sum", "add", "mul"}, CATALOGUE, "op") == ("add", "mul", "sum")


def test_programs_use_several_features_in_one_program():
    wanted = ["views", "in-place", "grad modes", "left by an error"]
    drawn = several(programs(features=wanted), 150)
    used = [features_of(program) for program, _ in drawn]
    assert {name for names in used for name in names} == {*wanted}
    assert sum(len(names) > 1 for names in used) > 0.1 * len(drawn)


@pytest.mark.parametrize("most", [1, 3])
def test_programs_have_two_steps_more_than_asked_for_at_most(most):
    lengths = {len(each.program.steps) for each in several(programs(max_steps=most), 150)}
    assert lengths == {*range(1, most + 3)}


def test_a_program_comes_with_what_the_reference_did_and_what_met():
    for drawn in several(programs(), 30):
        program, trace = drawn
        assert len(program.steps) == len(trace.outcomes)
        assert drawn.met == +drawn.met


def test_programs_are_drawn_on_the_reference_that_is_named():
    class Reference(TorchLike):
        started = 0

        def start(self, inputs):
            Reference.started += 1
            return super().start(inputs)

    several(programs(reference=Reference(torch)), 5)
    assert Reference.started >= 5


@settings(QUICK, max_examples=20)
@given(programs(ops=["mul"], max_steps=2), st.lists(tensors(), max_size=2), op_calls("exp"))
def test_strategies_are_drawn_together(program, entries, call):
    assert len(program.program.steps) <= 4
    assert all(isinstance(entry, Input) for entry in entries)
    assert len(call.program.steps) == 1


# What they shrink to


def test_shapes_shrink_to_two_elements():
    assert simplest(shapes()) == (2,)


@pytest.mark.parametrize("shape", [(), (3,), (4, 1, 2), (0, 2)])
def test_partner_shapes_shrink_to_the_shape(shape):
    assert simplest(partner_shapes(shape)) == shape


@pytest.mark.parametrize(
    ("categories", "dtype"),
    [
        (["complex", "float"], "float32"),
        (["complex"], "complex64"),
        (["int"], "int64"),
        (["bool"], "bool"),
        (["bool", "int"], "int64"),
    ],
)
def test_dtypes_shrink_to_the_first_of_the_categories(categories, dtype):
    assert simplest(dtypes(categories)) == dtype


def test_tensors_shrink_to_one_and_two():
    assert simplest(tensors()) == Input.of("x0", np.array([1, 2], "<f4"), requires_grad=True)


def test_a_tensor_shrinks_to_what_matters():
    entry = simplest(tensors(dtype="float64"), lambda each: not each.array.flags.c_contiguous)
    assert (entry.array.tolist(), entry.strides) == ([1.0, 1.0], (0,))
    entry = simplest(tensors(), lambda each: each.dtype == "int32" and not each.requires_grad)
    assert (entry.shape, entry.strides) == ((2,), (1,))


@pytest.mark.parametrize("kind", KINDS[:4])
def test_seeds_shrink_to_the_first_kind_and_to_small_numbers(kind):
    found = simplest(gradient_seeds((2, 2), kinds=[kind, *KINDS]))
    assert found.kind == kind
    numbers = {"one-hot": [1, 0, 0, 0], "zeros": [0, 0, 0, 0]}.get(kind, [1, 2, 3, -1])
    assert found.value.array.reshape(-1).tolist() == numbers


PLAIN = ["x0 = torch.tensor([1., 2.], requires_grad=True)", "t0 = torch.mul(x0, x0)"]


def test_a_call_shrinks_to_the_plain_one():
    assert written(simplest(op_calls("mul"))) == PLAIN
    assert written(simplest(op_calls("mm"))) == [
        "x0 = torch.tensor([[1., 2.], [3., -1.]], requires_grad=True)",
        "t0 = torch.mm(x0, x0)",
    ]


def test_a_call_with_its_gradient_shrinks_to_the_plain_pass():
    def goes_backward(drawn):
        return Backward in kinds(drawn.program)

    first, call = PLAIN
    seed = "x1 = torch.tensor([1., 2.])"
    shown = written(simplest(op_calls("mul", check="gradient"), goes_backward))
    assert shown == [first, seed, call, "t0.backward(x1)"]
    shown = written(simplest(op_calls("mul", check="second_order"), goes_backward))
    assert shown[-2:] == [
        "t1 = torch.autograd.grad(t0, [x0], grad_outputs=x1, create_graph=True, allow_unused=True)",
        "t1[0].backward(x2)",
    ]


def test_a_call_that_raises_shrinks_to_one_wrong_argument():
    assert written(simplest(op_calls("sum", check="errors"), raises)) == [
        PLAIN[0],
        "t0 = torch.sum(x0, dtype='x')",
    ]


def test_programs_shrink_to_an_addition():
    assert written(simplest(programs())) == [PLAIN[0], "t0 = torch.add(x0, x0)"]


@pytest.mark.slow
@pytest.mark.parametrize("name", ["in-place", "detach", "grad modes"])
def test_programs_shrink_by_losing_steps_and_features(name):
    program, _ = simplest(programs(), lambda drawn: name in features_of(drawn.program))
    assert features_of(program) == [name]
    assert len(program.steps) <= 2


# What they refuse


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: dtypes(["real"]), "no category is named 'real'; there are bool, complex, float"),
        (lambda: dtypes([]), "name at least one category; there are bool, complex, float, int"),
        (lambda: gradient_seeds((2,), kinds=["hot"]), "no kind of seed is named 'hot'; .*one-hot"),
        (lambda: gradient_seeds((2,), kinds=[]), "name at least one kind of seed; there are drawn"),
        (lambda: gradient_seeds((2,), "float31"), "no dtype is named 'float31'; .*float32"),
        (lambda: programs(features=["hooks"]), "no feature is named 'hooks'; .*pack hooks"),
        (lambda: programs(ops=["resize_"]), "no generated program calls any of resize_"),
        (lambda: programs(ops=["ad"]), "no op is named 'ad'; .*add"),
        (lambda: programs(ops=[]), "name at least one op; there are add, sub"),
        (lambda: programs(max_steps=0), "max_steps must be 1 or more, not 0"),
        (lambda: programs(reference=torch), "looks like torch, as .* gives, not <module"),
        (lambda: op_calls("resize_"), "no generated program calls any of resize_"),
        (lambda: op_calls("ad"), "no op is named 'ad'; .*add"),
        (lambda: op_calls("add", check="grad"), "no check is named 'grad'; .*gradient"),
        (lambda: tensors(dtype="float31"), "'float31'.*float32"),
        (lambda: tensors(dtype="int64", requires_grad=True), "may require grad.*'int64'"),
        (lambda: tensors(shape=(-1,)), r"\(-1,\)"),
        (lambda: programs(reference="torch"), r"resolve_engine\('torch'\)"),
    ],
)
def test_a_wrong_argument_is_refused_at_once_with_what_there_is(make, message):
    with pytest.raises(InvalidArgument, match=message):
        make()


def test_every_op_that_can_be_drawn_can_be_asked_for():
    for name, entry in CATALOGUE.items():
        if entry.drawable:
            op_calls(name)
            programs(ops=[name])

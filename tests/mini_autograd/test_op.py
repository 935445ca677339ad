"""How an op is made of a forward and its rules: `@differentiable`, on ops that only exist here."""

from __future__ import annotations

import gc
import subprocess
import sys
import traceback
from collections.abc import Sequence

import numpy as np
import pytest

import mini_autograd as torch
from mini_autograd.core.op import Op, Promotion, differentiable
from mini_autograd.core.table import ops
from mini_autograd.parsing.binding import Written
from mini_autograd.parsing.types import Array, Arrays, Int, Mask, Number


@differentiable(
    self=lambda grad, other: grad * other,
    other=lambda grad, self: grad * self,
)
def product(self: Array | Number, other: Array | Number) -> Array:
    """`self * other`."""
    return np.multiply(self, other)


@differentiable(promotion=Promotion.FLOATING, self=lambda grad, result: grad * result)
def power_of_e(self: Array) -> Array:
    """e to the power of `self`."""
    return np.exp(self)


@differentiable(
    promotion=Promotion.NONE,
    node="ScaledBackward1",
    self=lambda grad, factor: grad * factor,
)
def scaled(self: Array, factor: Int = 2, *, shift: Int = 0) -> Array:
    """`self * factor + shift`."""
    return self * factor + shift


@differentiable(
    promotion=Promotion.NONE,
    name="total",
    tensors=lambda grad, tensors_shapes: [ops.expand(grad, shape) for shape in tensors_shapes],
)
def total_of_all(tensors: Arrays) -> Array:
    """The sum of all elements of all tensors."""
    return sum((np.add.reduce(each, axis=None) for each in tensors), np.float32(0))


@differentiable(
    promotion=Promotion.NONE,
    outputs=("sine", "cosine"),
    self=lambda grads, result0, result1: grads[0] * result1 - grads[1] * result0,
)
def sine_and_cosine(self: Array) -> Sequence[Array]:
    """Both at once."""
    return np.sin(self), np.cos(self)


@differentiable(promotion=Promotion.NONE, view=True, self=lambda grad: turned(grad))
def turned(self: Array) -> Array:
    """A matrix on its side, on the same memory."""
    return self.T


@differentiable(self=lambda grad, mask: grad * mask)
def masked(self: Array, mask: Mask) -> Array:
    """`self` where the mask holds."""
    return self * mask


@differentiable()
def flat(self: Array) -> Array:
    """Has no derivative."""
    return np.floor(self)


@differentiable(self=lambda grad: grad)
def half(self: Array, other: Array) -> Array:
    """Has a derivative by one operand."""
    return self + 0 * other


def leaf(*values):
    return torch.tensor(values, requires_grad=True)


def test_an_op_on_tensors_gives_a_tensor_and_records():
    x, y = leaf(2.0), leaf(5.0)
    z = product(x, y)
    assert z.tolist() == [10.0]
    assert z.grad_fn.name() == type(z.grad_fn).__name__ == "ProductBackward0"
    z.backward()
    assert (x.grad.tolist(), y.grad.tolist()) == ([5.0], [2.0])


def test_an_op_on_arrays_is_its_forward():
    given = np.float32([2.0, 3.0])
    assert type(product(given, given)) is np.ndarray
    assert product(given, given).tolist() == [4.0, 9.0]
    assert scaled(given, shift=1).tolist() == [5.0, 7.0]
    assert total_of_all([given, given]) == 10.0


def test_a_rule_serves_arrays_and_tensors_alike():
    x = leaf(3.0)
    (slope,) = torch.autograd.grad(product(x, product(x, x)), x, create_graph=True)
    assert slope.tolist() == [27.0]
    assert slope.grad_fn is not None
    assert torch.autograd.grad(slope, x)[0].tolist() == [18.0]


@pytest.mark.parametrize(
    ("of_x", "of_y", "saved"), [(True, True, 2), (True, False, 1), (False, True, 1)]
)
def test_what_only_one_rule_reads_is_saved_if_it_will_run(of_x, of_y, saved):
    x, y = (torch.tensor([2.0], requires_grad=each) for each in (of_x, of_y))
    node = product(x, y).grad_fn
    assert sum(each is not None for each in node.saved) == saved
    assert [edge is not None for edge in node.edges] == [of_x, of_y]


def test_nothing_is_recorded_where_no_gradient_can_flow():
    x = leaf(2.0)
    with torch.no_grad():
        assert product(x, x).grad_fn is None
    assert product(torch.tensor([2.0]), torch.tensor([2.0])).grad_fn is None
    assert masked(torch.tensor([2.0]), torch.tensor([True])).grad_fn is None


def test_promotion_comes_before_the_forward():
    whole = torch.tensor([1, 2])
    assert product(whole, 2.5).dtype is torch.float32
    assert product(whole, torch.tensor([2.0], dtype=torch.float64)).dtype is torch.float64
    assert power_of_e(torch.tensor([0])).tolist() == [1.0]
    assert scaled(whole).dtype is torch.int64


def test_a_number_beside_a_tensor_takes_its_dtype():
    x = torch.tensor([2.0], dtype=torch.float16, requires_grad=True)
    y = product(x, 3.0)
    assert y.dtype is torch.float16
    y.backward()
    assert x.grad.tolist() == [3.0]


def test_options_are_given_by_position_or_keyword_or_left_out():
    x = leaf(1.0)
    assert scaled(x).tolist() == [2.0]
    assert scaled(x, 5).tolist() == [5.0]
    assert scaled(x, factor=5, shift=1).tolist() == [6.0]
    assert scaled(input=x).tolist() == scaled.method(self=x).tolist() == [2.0]
    y = scaled(x, 7)
    assert y.grad_fn.name() == "ScaledBackward1"
    y.backward()
    assert x.grad.tolist() == [7.0]


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda x: scaled(), 'scaled() missing 1 required positional arguments: "input"'),
        (lambda x: scaled(x, 1, 2), "scaled() takes from 1 to 2 positional arguments but 3 were"),
        (lambda x: scaled(x, 1.5), "scaled(): argument 'factor' (position 2) must be int, not fl"),
        (lambda x: scaled(x, stride=2), "scaled() got an unexpected keyword argument 'stride'"),
        (lambda x: scaled.method(x, "2"), "scaled(): argument 'factor' (position 1) must be int"),
    ],
)
def test_arguments_that_do_not_fit_are_refused_in_torchs_words(call, message):
    with pytest.raises(TypeError) as raised:
        call(leaf(1.0))
    assert str(raised.value).startswith(message)


def test_the_operator_form_leaves_what_it_does_not_know_to_the_other_operand():
    x = leaf(1.0)
    assert product.operator(x, "text") is NotImplemented
    assert product.operator(x, 2).tolist() == [2.0]
    with pytest.raises(TypeError):
        product.method(x, "text")


def test_several_tensors_in_one_argument_have_an_edge_each():
    x, y, z = leaf(1.0, 2.0), torch.tensor([3.0]), leaf(4.0)
    result = total_of_all([x, y, z])
    assert result.item() == 10.0
    assert [edge is not None for edge in result.grad_fn.edges] == [True, False, True]
    (result * 3).backward()
    assert (x.grad.tolist(), y.grad, z.grad.tolist()) == ([3.0, 3.0], None, [3.0])


def test_the_rule_of_several_outputs_gets_zeros_for_what_was_not_used():
    x = leaf(0.0)
    sine, cosine = sine_and_cosine(x)
    assert (sine.output_nr, cosine.output_nr) == (0, 1)
    assert sine.grad_fn is cosine.grad_fn
    (sine * 5).backward()
    assert x.grad.tolist() == [5.0]


def test_a_view_shares_memory_and_version():
    x = torch.zeros(2, 3)
    y = turned(x)
    x[0, 1] = 7.0
    assert y[1, 0].item() == 7.0
    assert y._base is x
    assert (x._version, y._version) == (1, 1)


def test_a_mask_has_no_edge():
    x = leaf(1.0, 2.0)
    y = masked(x, torch.tensor([True, False]))
    assert len(y.grad_fn.next_functions) == 1
    y.sum().backward()
    assert x.grad.tolist() == [1.0, 0.0]


def test_an_op_without_rules_refuses_in_backward_only():
    x = leaf(1.5)
    y = flat(x)
    assert y.tolist() == [1.0]
    assert y.requires_grad
    with pytest.raises(RuntimeError, match="derivative for aten::flat is not implemented"):
        y.backward()


def test_an_operand_without_a_rule_refuses_only_if_it_needs_a_gradient():
    x, y = leaf(1.0), leaf(2.0)
    half(x, torch.tensor([2.0])).backward()
    assert x.grad.tolist() == [1.0]
    with pytest.raises(RuntimeError, match="derivative for aten::half is not implemented"):
        half(x, y).backward()


def test_a_rule_for_what_is_no_parameter_is_a_mistake_of_ours():
    @differentiable(other=lambda grad: grad)
    def broken(self: Array) -> Array:
        return self

    with pytest.raises(AssertionError, match="which are no parameters"):
        broken(torch.ones(2))


def test_a_rule_that_reads_what_is_nowhere_is_a_mistake_of_ours():
    @differentiable(self=lambda grad, slope: grad)
    def broken(self: Array) -> Array:
        return self

    with pytest.raises(AssertionError, match="reads 'slope', which is nothing of the op's"):
        broken(torch.ones(2))


def test_no_warning_of_numpys_reaches_the_user():
    with np.errstate(all="raise"):
        assert power_of_e(torch.tensor([1000.0])).tolist() == [float("inf")]
        x = torch.tensor(1e38, requires_grad=True)
        product(x, product(x, x)).backward()
        assert x.grad.item() == float("inf")


def test_shapes_that_do_not_broadcast_are_refused_in_torchs_words():
    with pytest.raises(RuntimeError) as raised:
        product(torch.ones(2), torch.ones(3))
    assert str(raised.value) == (
        "The size of tensor a (2) must match the size of tensor b (3) at non-singleton dimension 0"
    )


def test_a_rule_that_gives_another_shape_is_refused():
    @differentiable(self=lambda grad: ops.sum(grad, (0,), False))
    def wrong(self: Array) -> Array:
        return self + 0

    x = leaf(1.0, 2.0)
    with pytest.raises(RuntimeError) as raised:
        wrong(wrong(x)).sum().backward()
    assert str(raised.value) == (
        "Function WrongBackward0 returned an invalid gradient at index 0 - got [] but expected "
        "shape compatible with [2]"
    )
    assert x.grad is None


def test_the_written_code_shows_and_its_lines_stand_in_tracebacks():
    assert "class ProductBackward0(_OpNode):" in product.op.source
    node = product(leaf(1.0), leaf(1.0)).grad_fn
    node.release()
    with pytest.raises(RuntimeError) as raised:
        node.backward([np.float32(1)], None)
    lines = [frame.line for frame in traceback.extract_tb(raised.value.__traceback__)]
    assert "raise _second_backward()" in lines


def test_the_code_of_every_op_can_be_written_and_replaces_the_placeholders_that_users_hold():
    """Functions, methods and operators are the same objects before and after."""
    gc.collect()
    kinds = [each for each in gc.get_objects() if isinstance(each, Op)]
    assert len(kinds) > 200
    for op in kinds:
        assert op.made[op.title] is op.node_class
    for each in gc.get_objects():
        if isinstance(each, Written):
            assert "caller" in each.made
    held = [*vars(torch).values(), *vars(torch.Tensor).values()]
    files = {each.__code__.co_filename for each in held if hasattr(each, "__code__")}
    assert any(file.startswith("<mini_autograd op MulBackward0") for file in files)
    assert not any("not yet called" in file for file in files)


def test_several_threads_may_call_an_op_first():
    """Each call is recorded by the one class of nodes."""
    script = """
import sys, threading
import mini_autograd as torch
sys.setswitchinterval(1e-6)
x = torch.ones(2, requires_grad=True)
names = "exp sin cos tanh sqrt log sigmoid neg abs square".split()
made = {name: [] for name in names}
start = threading.Barrier(8)

def call():
    start.wait()
    for name in names:
        made[name].append(getattr(torch, name)(x).grad_fn)

threads = [threading.Thread(target=call) for _ in range(8)]
[each.start() for each in threads]
[each.join() for each in threads]
print({(len(nodes), len({type(node) for node in nodes})) for nodes in made.values()})
"""
    run = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "{(8, 1)}"

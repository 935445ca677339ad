"""Custom functions: their outputs, which may be views or written to, and their contexts."""

from __future__ import annotations

import gc
from typing import Any

import pytest

import mini_autograd as torch

Function = torch.autograd.Function


def leaf(*values: float) -> Any:
    return torch.tensor(list(values), requires_grad=True)


class Square(Function):
    @staticmethod
    def forward(ctx: Any, x: Any) -> Any:
        ctx.save_for_backward(x)
        return x * x

    @staticmethod
    def backward(ctx: Any, grad: Any) -> Any:
        (x,) = ctx.saved_tensors
        return 2 * x * grad


class Alias(Function):
    """Its gradient tells that it was run: ten times too large."""

    @staticmethod
    def forward(ctx: Any, x: Any) -> Any:
        return x

    @staticmethod
    def backward(ctx: Any, grad: Any) -> Any:
        return grad * 10


class Doubled(Function):
    """Doubles in place; the gradient likewise is ten times too large."""

    @staticmethod
    def forward(ctx: Any, x: Any) -> Any:
        x.mul_(2)
        ctx.mark_dirty(x)
        return x

    @staticmethod
    def backward(ctx: Any, grad: Any) -> Any:
        return grad * 10


class Several(Function):
    """A float, an integer, a marked output, and a number."""

    seen: Any = None

    @staticmethod
    def forward(ctx: Any, x: Any, materialize: bool) -> Any:
        ctx.set_materialize_grads(materialize)
        marked = x * 5
        ctx.mark_non_differentiable(marked)
        return x * 2, torch.ones(2, dtype=torch.int64), marked, 7

    @staticmethod
    def backward(ctx: Any, *grads: Any) -> Any:
        Several.seen = [None if each is None else each.tolist() for each in grads]
        return grads[0], None


def test_each_output_has_its_kind_of_gradient() -> None:
    a, b, c, d = Several.apply(leaf(1.0, 2.0), True)
    assert [a.requires_grad, b.requires_grad, c.requires_grad, d] == [True, False, False, 7]
    a.sum().backward()
    assert Several.seen == [[1.0, 1.0], [0, 0], [0.0, 0.0], None]
    Several.apply(leaf(1.0, 2.0), False)[0].sum().backward()
    assert Several.seen == [[1.0, 1.0], None, None, None]
    with pytest.raises(TypeError, match="set_materialize_grads received an invalid combination"):
        Several.apply(leaf(1.0), 3)


def test_tensors_in_a_list_have_no_history() -> None:
    class Listed(Function):
        @staticmethod
        def forward(ctx: Any, x: Any) -> Any:
            return [x * 2]

    assert [each.requires_grad for each in Listed.apply(leaf(1.0))] == [False]


def test_an_input_returned_as_it_is_becomes_a_view_that_refuses_writes() -> None:
    x = leaf(1.0, 2.0)
    y = Alias.apply(x)
    assert y is not x
    assert y._base is x
    assert y.is_leaf is False
    with pytest.raises(RuntimeError, match=r"Output 0 of Alias is a view and is being modified "
                       "inplace. This view was created inside a custom Function"):  # fmt: skip
        y.mul_(2)
    y.sum().backward()
    assert x.grad.tolist() == [10.0, 10.0]


def test_a_write_to_the_input_of_a_returned_view_ends_its_history() -> None:
    x = leaf(1.0, 2.0) * 1
    y = Alias.apply(x)
    x.mul_(2)
    with pytest.raises(RuntimeError, match="its base or another view of its base has been"):
        y.grad_fn  # noqa: B018
    assert repr(y) == "tensor([2., 4.], grad_fn=<Invalid>)"


def test_a_write_marked_dirty_is_the_tensors_history() -> None:
    x = leaf(1.0, 2.0)
    h = x * 3
    squared = h * h
    y = Doubled.apply(h)
    assert y is h
    assert h._version == 2
    (y * y).sum().backward()
    assert x.grad.tolist() == [360.0, 720.0]
    with pytest.raises(RuntimeError, match="output 0 of Doubled, is at version 2"):
        squared.sum().backward()


def test_a_write_to_a_view_is_one_to_its_base() -> None:
    x = leaf(1.0, 2.0)
    h = x * 3
    view = h[:1]
    assert Doubled.apply(view) is view
    assert (h.grad_fn.name(), view.grad_fn.name()) == (
        "torch::autograd::CopySlices", "AsStridedBackward0",
    )  # fmt: skip
    h.sum().backward()
    assert x.grad.tolist() == [30.0, 3.0]


def test_forbidden_writes_are_refused() -> None:
    x = leaf(1.0, 2.0)
    with pytest.raises(RuntimeError, match="a leaf Variable that requires grad has been used in"):
        Doubled.apply(x)
    with pytest.raises(RuntimeError, match="a view of a leaf Variable that requires grad is"):
        Doubled.apply(x[:1])
    with pytest.raises(RuntimeError, match="Output 0 of Split is a view and is being modified"):
        Doubled.apply((x * 1).split(1)[0])

    class Forgetful(Doubled):
        @staticmethod
        def forward(ctx: Any, x: Any) -> Any:
            ctx.mark_dirty(x)
            return x * 1

    with pytest.raises(RuntimeError, match="marked as dirty during the forward method were not"):
        Forgetful.apply(x * 1)

    class Two(Doubled):
        @staticmethod
        def forward(ctx: Any, x: Any) -> Any:
            ctx.mark_dirty(x)
            return x, 3

    with pytest.raises(RuntimeError, match="modifies inplace an input that is a view of another"):
        Two.apply((x * 1)[:1])


def test_a_saved_input_is_not_returned_where_the_context_is_set_up_apart() -> None:
    class Returned(Function):
        @staticmethod
        def forward(x: Any) -> Any:
            return x

        @staticmethod
        def setup_context(ctx: Any, inputs: Any, output: Any) -> None:
            ctx.save_for_backward(output)

    with pytest.raises(RuntimeError, match="An input that has been returned as-is as output is"):
        Returned.apply(leaf(1.0))


def test_a_context_takes_any_attribute() -> None:
    class Attributes(Function):
        @staticmethod
        def forward(ctx: Any, x: Any) -> Any:
            ctx.edges, ctx.saved, ctx.hooks, ctx.accepted, ctx.sequence = range(5)
            return x * 2

        @staticmethod
        def backward(ctx: Any, grad: Any) -> Any:
            assert (ctx.edges, ctx.saved, ctx.hooks, ctx.accepted, ctx.sequence) == (0, 1, 2, 3, 4)
            return grad * 2

    x = leaf(1.0)
    y = Attributes.apply(x)
    y.grad_fn.metadata["mine"] = 1
    assert (y.grad_fn.edges, y.grad_fn.metadata) == (0, {"mine": 1})
    y.backward()
    assert x.grad.item() == 2.0
    with pytest.raises(AttributeError, match="'AttributesBackward' object has no attribute 'no'"):
        y.grad_fn.no  # noqa: B018
    with pytest.raises(AttributeError, match=r"attribute 'saved_tensors' of .* is not writable"):
        y.grad_fn.saved_tensors = 3


def test_hooks_on_it_are_called_in_order() -> None:
    calls: list[str] = []
    y = Square.apply(leaf(1.0))
    y.grad_fn.register_hook(lambda grad_inputs, grad_outputs: calls.append("post"))
    y.grad_fn.register_prehook(lambda grad_outputs: calls.append("pre"))
    y.register_hook(lambda grad: calls.append("tensor"))
    (y * 1).backward()
    assert calls == ["tensor", "pre", "post"]


def test_a_context_outlives_its_graph() -> None:
    node = Square.apply(leaf(3.0)).grad_fn
    gc.collect()
    assert node.saved_tensors[0].item() == 3.0
    assert node.next_functions[0][0].name() == "torch::autograd::AccumulateGrad"


def test_exceptions_pass_and_leave_the_mode_as_it_was() -> None:
    class Raises(Function):
        @staticmethod
        def forward(ctx: Any, x: Any) -> Any:
            if x.item() > 1:
                raise ValueError("forward")
            return x * 2

        @staticmethod
        def backward(ctx: Any, grad: Any) -> Any:
            raise KeyError("backward")

    with pytest.raises(ValueError, match="forward"):
        Raises.apply(leaf(2.0))
    with pytest.raises(KeyError, match="backward"):
        Raises.apply(leaf(1.0)).backward()
    assert torch.is_grad_enabled()


def test_a_gradient_edge_and_a_kept_gradient_are_those_of_its_node() -> None:
    x = leaf(1.0, 3.0)
    y = Square.apply(x)
    edge = torch.autograd.graph.get_gradient_edge(y)
    assert edge.node is y.grad_fn
    assert torch.autograd.grad((y * 3).sum(), edge, retain_graph=True)[0].tolist() == [3.0, 3.0]
    assert torch.autograd.grad(edge, x, torch.ones(2), retain_graph=True)[0].tolist() == [2.0, 6.0]
    y.retain_grad()
    (y * 5).sum().backward()
    assert y.grad.tolist() == [5.0, 5.0]


def test_a_view_whose_base_was_written_to_is_an_input_like_any_other() -> None:
    x = leaf(1.0, 1.0)
    base = x * 1
    view = base[:1]
    base.mul_(3)
    Alias.apply(view).sum().backward()
    assert x.grad.tolist() == [30.0, 0.0]


def test_a_written_tensor_loses_its_gradient_with_its_history() -> None:
    class Double(torch.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            ctx.mark_dirty(x)
            return x.mul_(2)

        @staticmethod
        def backward(ctx, grad):
            return grad * 2

    x = torch.ones(2, requires_grad=True) * 1
    x.retain_grad()
    x.sum().backward()
    assert x.grad.tolist() == [1.0, 1.0]
    Double.apply(x)
    assert x.grad is None

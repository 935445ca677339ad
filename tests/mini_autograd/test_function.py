"""Custom functions: how they are called, what they save, what their backward may give."""

from __future__ import annotations

import gc
import weakref
from typing import Any

import pytest

import mini_autograd as torch
from mini_autograd.autograd.function import once_differentiable

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


class Scaled(Function):
    """x * y * k with the context set up apart."""

    @staticmethod
    def forward(x: Any, y: Any, k: float = 3) -> Any:
        return x * y * k

    @staticmethod
    def setup_context(ctx: Any, inputs: Any, output: Any) -> None:
        ctx.save_for_backward(*inputs[:2])
        ctx.k = inputs[2]

    @staticmethod
    def backward(ctx: Any, grad: Any) -> Any:
        x, y = ctx.saved_tensors
        return grad * y * ctx.k, grad * x * ctx.k, None


def answering(answer: Any) -> Any:
    """The product of two tensors, with any answer for a gradient; a number comes third."""

    class Answering(Function):
        @staticmethod
        def forward(ctx: Any, x: Any, y: Any, k: Any) -> Any:
            return x * y

        @staticmethod
        def backward(ctx: Any, grad: Any) -> Any:
            return answer(grad)

    return Answering


def test_the_node_is_named_after_the_class_and_shows_the_context() -> None:
    y = Square.apply(leaf(1.0, 2.0))
    assert repr(y) == "tensor([1., 4.], grad_fn=<SquareBackward>)"
    assert y.grad_fn.name() == "SquareBackward"
    assert repr(y.grad_fn).startswith("<torch.autograd.function.SquareBackward object at 0x")
    assert y.grad_fn is y.grad_fn
    assert (y * 1).grad_fn.next_functions[0][0] is y.grad_fn


def test_its_backward_gives_the_gradient() -> None:
    x = leaf(1.0, 2.0)
    Square.apply(x).sum().backward()
    assert x.grad.tolist() == [2.0, 4.0]


def test_it_can_be_differentiated_twice() -> None:
    x = leaf(1.0, 3.0)
    (grad,) = torch.autograd.grad(Square.apply(x).sum(), x, create_graph=True)
    assert torch.autograd.grad((grad * grad).sum(), x)[0].tolist() == [8.0, 24.0]


def test_forward_runs_without_a_graph_and_backward_as_the_walk_does() -> None:
    modes = []

    class Modes(Function):
        @staticmethod
        def forward(ctx: Any, x: Any) -> Any:
            modes.append(torch.is_grad_enabled())
            return x * 2

        @staticmethod
        def backward(ctx: Any, grad: Any) -> Any:
            modes.append(torch.is_grad_enabled())
            return grad * 2

    x = leaf(1.0)
    Modes.apply(x).backward()
    torch.autograd.grad(Modes.apply(x), x, create_graph=True)
    assert modes == [False, False, False, True]


def test_a_context_set_up_apart_gets_defaults_and_keywords() -> None:
    x, y = leaf(1.0), leaf(5.0)
    assert Scaled.apply(x, y).item() == 15.0
    result = Scaled.apply(y=y, x=x, k=2)
    result.backward()
    assert (result.item(), x.grad.item(), y.grad.item()) == (10.0, 10.0, 2.0)


@pytest.mark.parametrize(
    ("args", "kwargs", "message"),
    [
        ((1,), {"k": 1}, "forward() got an unexpected keyword argument 'k'"),
        ((1,), {"x": 1}, "forward() got multiple values for argument 'x'"),
        ((), {"z": 1, "x": 0}, "forward() missing required argument: 'y' (position 1)"),
    ],
)
def test_keywords_must_be_positional_parameters(args: Any, kwargs: Any, message: str) -> None:
    class Three(Function):
        @staticmethod
        def forward(ctx: Any, x: Any, y: Any = 1, z: Any = 2) -> Any:
            return x

    with pytest.raises(TypeError) as raised:
        Three.apply(*args, **kwargs)
    assert str(raised.value) == message


def test_what_is_not_overridden_says_so() -> None:
    class Empty(Function):
        pass

    with pytest.raises(NotImplementedError, match="You must implement the forward function"):
        Empty.apply(leaf(1.0))

    class Forward(Function):
        @staticmethod
        def forward(ctx: Any, x: Any) -> Any:
            return x * 2

    with pytest.raises(NotImplementedError, match="either the backward or vjp method"):
        Forward.apply(leaf(1.0)).backward()


def test_vjp_is_another_name_of_backward_but_not_beside_it() -> None:
    class Named(Function):
        @staticmethod
        def forward(ctx: Any, x: Any) -> Any:
            return x * 2

        @staticmethod
        def vjp(ctx: Any, grad: Any) -> Any:
            return grad * 3

    class Both(Named):
        @staticmethod
        def backward(ctx: Any, grad: Any) -> Any:
            return grad

    x = leaf(1.0)
    Named.apply(x).backward()
    assert x.grad.item() == 3.0
    with pytest.raises(RuntimeError, match="Implementing both 'backward' and 'vjp'"):
        Both.apply(x).backward()


def test_an_instance_warns_and_cannot_be_called() -> None:
    with pytest.warns(DeprecationWarning, match="should not be instantiated"):
        made = Square()
    with pytest.raises(RuntimeError, match="Legacy autograd function"):
        made(leaf(1.0))


def test_needs_input_grad_speaks_of_every_argument() -> None:
    seen = []

    class Seen(Function):
        @staticmethod
        def forward(ctx: Any, *args: Any) -> Any:
            seen.append(ctx.needs_input_grad)
            return args[0] * 1

        @staticmethod
        def backward(ctx: Any, grad: Any) -> Any:
            return grad, None, None

    y = Seen.apply(leaf(1.0), torch.ones(1), 3)
    assert (seen[0], y.grad_fn.needs_input_grad) == ((True, False, False),) * 2
    assert len(y.grad_fn.next_functions) == 2  # of the tensors alone
    with torch.no_grad():
        assert not Seen.apply(leaf(1.0), 2, 3).requires_grad
    assert seen[1] == (True, False, False)


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        (lambda g: g, "function AnsweringBackward returned an incorrect number of gradients "
         "(expected 3, got 1)"),
        (lambda g: (g, g, None, g), "function AnsweringBackward returned an incorrect number of "
         "gradients (expected 3, got 4)"),
        (lambda g: [g, g, None], "function AnsweringBackward returned an incorrect number of "
         "gradients (expected 3, got 1)"),
        (lambda g: (g, g, g), "function AnsweringBackward returned a gradient different than None "
         "at position 3, but the corresponding forward input was not a Variable"),
        (lambda g: (3.0, g, None), "expected Variable or None (got float)"),
        (lambda g: (g[:1], g, None), "Function AnsweringBackward returned an invalid gradient at "
         "index 0 - got [1] but expected shape compatible with [2]"),
    ],
)  # fmt: skip
def test_a_wrong_answer_is_refused(answer: Any, message: str) -> None:
    x, y = leaf(1.0, 2.0), leaf(3.0, 4.0)
    with pytest.raises(RuntimeError) as raised:
        answering(answer).apply(x, y, 3).sum().backward()
    assert str(raised.value) == message
    assert x.grad is None


def test_trailing_nones_and_larger_gradients_pass() -> None:
    x, y = leaf(1.0, 2.0), leaf(3.0, 4.0)
    answer = answering(lambda g: (torch.ones(3, 2), torch.ones(2, dtype=torch.int64), None, None))
    answer.apply(x, y, 3).sum().backward()
    assert (x.grad.tolist(), y.grad.tolist()) == ([3.0, 3.0], [1.0, 1.0])
    assert y.grad.dtype == torch.float32


def test_a_complex_gradient_of_a_real_input_is_refused() -> None:
    x, y = leaf(1.0), leaf(3.0)
    function = answering(lambda g: (torch.ones(1, dtype=torch.complex64), None, None))
    with pytest.raises(RuntimeError, match="input_is_complex == grad_is_complex"):
        function.apply(x, y, 3).backward()


def test_saved_tensors_are_freed_and_checked_for_writes() -> None:
    x = leaf(1.0, 2.0) * 1
    y = Square.apply(x)
    y.sum().backward(retain_graph=True)
    with torch.no_grad():
        x.mul_(2)
    with pytest.raises(RuntimeError, match="output 0 of Mul, is at version 1; expected version 0"):
        y.sum().backward()
    z = Square.apply(leaf(1.0))
    z.backward()
    with pytest.raises(RuntimeError, match="Trying to backward through the graph a second time"):
        z.grad_fn.saved_tensors  # noqa: B018
    with pytest.raises(RuntimeError, match="Trying to backward through the graph a second time"):
        z.backward()


def test_a_saved_output_is_told_by_its_function_and_makes_no_cycle() -> None:
    class Exp(Function):
        @staticmethod
        def forward(ctx: Any, x: Any) -> Any:
            ctx.save_for_backward(y := x.exp())
            return y

        @staticmethod
        def backward(ctx: Any, grad: Any) -> Any:
            return grad * ctx.saved_tensors[0]

    y = Exp.apply(leaf(0.0))
    (saved,) = y.grad_fn.saved_tensors
    assert saved is not y
    assert saved.grad_fn is y.grad_fn
    y.mul_(2)
    with pytest.raises(RuntimeError, match="output 0 of Exp, is at version 1; expected version 0"):
        y.backward()
    gc.disable()
    try:
        y = Exp.apply(leaf(0.0))
        alive = weakref.ref(y), weakref.ref(y.grad_fn)
        del y, saved
        assert [each() for each in alive] == [None, None]
    finally:
        gc.enable()


def test_only_tensors_and_none_are_saved() -> None:
    class Saves(Function):
        @staticmethod
        def forward(ctx: Any, x: Any, what: Any) -> Any:
            ctx.save_for_backward(x, what)
            return x * 2

    assert Saves.apply(leaf(1.0), None).grad_fn.saved_tensors[1] is None
    with pytest.raises(TypeError) as raised:
        Saves.apply(leaf(1.0), "a")
    assert str(raised.value) == (
        "save_for_backward can only save variables, but argument 1 is of type str"
    )
    assert Saves.apply(torch.ones(1), "a").item() == 2.0  # nothing is saved without a graph


def test_once_differentiable_refuses_the_second_time() -> None:
    class Once(Function):
        @staticmethod
        def forward(ctx: Any, x: Any) -> Any:
            return x * 2

        @staticmethod
        @once_differentiable
        def backward(ctx: Any, grad: Any) -> Any:
            assert not torch.is_grad_enabled()
            return grad * 2

    x, seed = leaf(1.0), torch.ones(1, requires_grad=True)
    (grad,) = torch.autograd.grad(Once.apply(x), x, seed, create_graph=True)
    assert repr(grad) == "tensor([2.], grad_fn=<Error>)"
    with pytest.raises(RuntimeError, match="trying to differentiate twice a function that was"):
        grad.backward()
    (grad,) = torch.autograd.grad(Once.apply(x), x, create_graph=True)
    assert not grad.requires_grad


def test_the_error_of_a_second_derivative_comes_before_what_else_is_ready() -> None:
    class Once(torch.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            ctx.save_for_backward(x)
            return x * x

        @staticmethod
        @torch.autograd.function.once_differentiable
        def backward(ctx, grad):
            return grad * 2 * ctx.saved_tensors[0]

    a, b = torch.ones(1, 2, requires_grad=True), torch.ones(2, 2, requires_grad=True)
    seed = torch.ones(1, 2, requires_grad=True)
    (grad,) = torch.autograd.grad(Once.apply(a.mm(b)), [a], seed, create_graph=True)
    with pytest.raises(RuntimeError, match="differentiate twice"):
        grad.sum().backward()
    assert b.grad is None

"""Hooks on what the graph saves, and looking at what it saved."""

from __future__ import annotations

import threading
from typing import Any

import pytest

import mini_autograd as torch

hooks = torch.autograd.graph.saved_tensors_hooks
_FREED = "Trying to backward through the graph a second time"


def leaf(*values: float) -> Any:
    return torch.tensor(list(values), requires_grad=True)


class Log:
    """A pair of hooks that keep the tensor, and note what they are called with."""

    def __init__(self) -> None:
        self.packed: list[Any] = []
        self.unpacked: list[Any] = []

    def __enter__(self) -> Log:
        self._hooks = hooks(self._pack, self._unpack)
        self._hooks.__enter__()
        return self

    def __exit__(self, *args: object) -> None:
        self._hooks.__exit__(*args)

    def _pack(self, tensor: Any) -> Any:
        self.packed.append(tensor)
        return tensor

    def _unpack(self, packed: Any) -> Any:
        self.unpacked.append(packed)
        return packed


def test_each_saved_tensor_is_packed_once_and_unpacked_each_time() -> None:
    a, b = leaf(1.0, 2.0), leaf(3.0, 4.0)
    with Log() as log:
        y = (a * b).sum()
    assert [id(each) for each in log.packed] == [id(b), id(a)]  # torch's order
    y.backward(retain_graph=True)
    y.backward()
    assert len(log.unpacked) == 4
    assert (a.grad.tolist(), b.grad.tolist()) == ([6.0, 8.0], [2.0, 4.0])
    with pytest.raises(RuntimeError, match=_FREED):
        y.backward()


def test_only_what_a_needed_gradient_reads_is_packed() -> None:
    a, b = leaf(1.0, 2.0), torch.ones(2)
    with Log() as log:
        _ = a * b
        _ = a * 3
        _ = a + b
        _ = a.sum()
        with torch.no_grad():
            _ = a * a
    assert [id(each) for each in log.packed] == [id(b)]


def test_a_saved_result_is_packed_as_the_output_itself() -> None:
    a = leaf(0.0)
    with Log() as log:
        y = a.exp()
        b = a * 1
        b.exp_()
    assert log.packed[0] is y
    assert log.packed[1] is b
    assert b._version == 1


def test_what_the_hooks_give_is_what_backward_computes_with() -> None:
    a = leaf(1.0, 2.0)
    with hooks(lambda t: t * 10, lambda t: t + 1):
        y = a * a
    y.sum().backward()
    assert a.grad.tolist() == [22.0, 42.0]


def test_what_is_packed_is_not_checked_for_writes() -> None:
    a = leaf(1.0, 2.0)
    b = a * 1
    with Log():
        y = b * b
    with torch.no_grad():
        b.mul_(2)
    y.sum().backward()
    assert a.grad.tolist() == [4.0, 8.0]


def test_an_unpacked_tensor_has_the_place_of_the_packed_one_in_the_graph() -> None:
    a = leaf(1.0, 2.0)
    with hooks(lambda t: t.detach().clone(), lambda t: t):
        y = (a * a * a).sum()
    (grad,) = torch.autograd.grad(y, a, create_graph=True)
    assert torch.autograd.grad(grad.sum(), a)[0].tolist() == [6.0, 12.0]
    with hooks(lambda t: t.detach(), lambda t: t):
        y = a.exp()
    assert y.grad_fn._saved_result.grad_fn is y.grad_fn


def test_the_innermost_pair_holds_and_each_thread_has_its_own() -> None:
    a = leaf(1.0)
    with Log() as outer:
        with Log() as inner:
            _ = a * a
        thread = threading.Thread(target=lambda: a * a)
        thread.start()
        thread.join()
        assert (len(inner.packed), len(outer.packed)) == (2, 0)
        _ = a * a
    assert len(outer.packed) == 2
    _ = a * a
    assert len(outer.packed) == 2


def test_a_pack_hook_runs_without_a_graph_and_may_not_write() -> None:
    a = leaf(1.0, 2.0) * 1
    with hooks(lambda t: (t * t).requires_grad, lambda t: t):
        y = a * a
    assert y.requires_grad
    modifying = pytest.raises(RuntimeError, match="A saved tensor pack hook is modifying its input")
    with modifying, hooks(lambda t: t.mul_(2), lambda t: t):
        _ = a * a


def test_an_unpack_hook_must_give_a_tensor() -> None:
    with hooks(lambda t: t, lambda t: 3):
        y = leaf(1.0) * leaf(2.0)
    with pytest.raises(TypeError) as raised:
        y.backward()
    assert str(raised.value) == (
        "Output of saved tensor unpack_hook expected to be a Tensor but got result of type int"
    )


def test_hooks_that_cannot_be_called_are_refused_where_they_begin() -> None:
    with pytest.raises(TypeError) as raised, hooks(1, 2):
        pass
    assert str(raised.value).startswith("_push_saved_tensors_default_hooks(): incompatible")
    assert str(raised.value).endswith("Invoked with: 1, 2")


def test_an_exception_in_a_hook_passes_and_the_hooks_end() -> None:
    a = leaf(1.0)
    with pytest.raises(ZeroDivisionError), hooks(lambda t: 1 / 0, lambda t: t):
        _ = a * a
    assert (a * a).requires_grad


def test_hooks_can_be_disabled_with_a_message() -> None:
    disabled = torch.autograd.graph.disable_saved_tensors_hooks
    with disabled("outer"):
        with disabled("inner"), pytest.raises(RuntimeError, match="inner"), Log():
            pass
        with pytest.raises(RuntimeError, match="outer"), Log():
            pass
    with Log(), pytest.raises(RuntimeError, match="too late"), disabled("too late"):
        pass
    with Log():
        pass
    with pytest.raises(TypeError, match="_saved_tensors_hooks_disable"), disabled(3):
        pass


def test_save_on_cpu_keeps_what_is_there() -> None:
    a = leaf(1.0, 2.0)
    with torch.autograd.graph.save_on_cpu():
        y = a * a
    with torch.autograd.graph.save_on_cpu(pin_memory=True):
        z = a.exp()
    (y.sum() + z.sum()).backward()
    assert [round(each, 3) for each in a.grad.tolist()] == [4.718, 11.389]


def test_a_custom_functions_saved_tensors_are_packed_too() -> None:
    class Kept(torch.autograd.Function):
        @staticmethod
        def forward(ctx: Any, x: Any) -> Any:
            y = x * 2
            ctx.save_for_backward(x, None, y)
            return y

        @staticmethod
        def backward(ctx: Any, grad: Any) -> Any:
            assert ctx.saved_tensors[2].grad_fn is ctx
            return grad * ctx.saved_tensors[0]

    a = leaf(5.0)
    with Log() as log:
        y = Kept.apply(a)
    y.backward()
    assert log.packed[0] is a
    assert (len(log.packed), len(log.unpacked), a.grad.item()) == (2, 4, 5.0)


def test_what_a_node_saved_can_be_looked_at() -> None:
    a, b = leaf(1.0, 2.0), torch.ones(2)
    node = (a * b).grad_fn
    assert node._saved_other is b
    assert node._saved_self is None
    assert a.sum(-1, keepdim=True).grad_fn._saved_dim == (2**64 - 1,)  # torch's unsigned ones
    assert a.sum().grad_fn._saved_self_sym_sizes == (2,)
    assert a[torch.tensor([0, 1])].grad_fn._saved_indices[0].tolist() == [0, 1]
    assert a.max(0)[0].grad_fn._saved_indices.item() == 1
    with pytest.raises(AttributeError, match="'MulBackward0' object has no attribute '_saved_no'"):
        node._saved_no  # noqa: B018
    with pytest.raises(AttributeError, match="attribute '_saved_self' of 'MulBackward0' objects"):
        node._saved_self = 3


def test_looking_at_saved_tensors_checks_as_backward_does() -> None:
    a = leaf(1.0, 2.0) * 1
    y = a * a
    with torch.no_grad():
        a.mul_(2)
    with pytest.raises(RuntimeError, match="output 0 of Mul, is at version 1; expected version 0"):
        y.grad_fn._saved_self  # noqa: B018
    z = leaf(1.0).exp()
    z.backward()
    with pytest.raises(RuntimeError, match=_FREED):
        z.grad_fn._saved_result  # noqa: B018


def test_one_saved_tensor_takes_hooks_of_its_own() -> None:
    a, b = leaf(1.0, 2.0), leaf(3.0, 4.0)
    y = a * b
    raw = y.grad_fn._raw_saved_self
    assert repr(raw).startswith("<torch._C._autograd.SavedTensor object at 0x")
    seen = []
    raw.register_hooks(lambda t: seen.append(t) or t, lambda t: t * 10)
    assert seen[0].requires_grad is False
    y.sum().backward()
    assert (a.grad.tolist(), b.grad.tolist()) == ([3.0, 4.0], [10.0, 20.0])


def test_hooks_on_one_saved_tensor_are_refused_where_torch_does() -> None:
    a = leaf(1.0, 2.0)
    same = (lambda t: t, lambda t: t)
    node = (a * torch.ones(2)).grad_fn
    with pytest.raises(RuntimeError, match="on a saved tensor with value None is forbidden"):
        node._raw_saved_self.register_hooks(*same)
    node._raw_saved_other.register_hooks(*same)
    with pytest.raises(RuntimeError, match="whose hooks have already been set"):
        node._raw_saved_other.register_hooks(*same)
    y = a.exp()
    with pytest.raises(TypeError, match=r"register_hooks\(\): incompatible function arguments"):
        y.grad_fn._raw_saved_result.register_hooks(3, 4)
    y.sum().backward()
    with pytest.raises(RuntimeError, match="on a saved tensor after it has been freed"):
        y.grad_fn._raw_saved_result.register_hooks(*same)
    with pytest.raises(RuntimeError, match="Trying to create a SavedTensor object from Python"):
        type(node._raw_saved_self)()


@pytest.mark.parametrize(
    "made", [lambda: hooks(lambda x: x, lambda x: x), torch.autograd.graph.save_on_cpu]
)
def test_hooks_that_nobody_entered_are_not_left(made: Any) -> None:
    """Torch fails an assertion of its own."""
    with pytest.raises(RuntimeError, match="without __enter__"):
        made().__exit__()
    x = leaf(2.0)
    (x * x).backward()
    assert x.grad.tolist() == [4.0]

"""Hooks of tensors: when they run, what they see, what they may answer."""

from __future__ import annotations

import functools
import gc
import weakref

import pytest

import mini_autograd as torch


def leaf(*values):
    return torch.tensor(values, requires_grad=True)


def test_a_hook_of_an_output_that_got_no_gradient_is_given_none():
    x = leaf(1.0, 2.0, 3.0, 4.0)
    left, right = x.split(2)
    seen = []
    right.register_hook(seen.append)
    left.sum().backward()
    assert seen == [None]
    assert x.grad.tolist() == [1.0, 1.0, 0.0, 0.0]


def test_no_hook_makes_up_a_gradient_where_there_is_none():
    x = leaf(1.0, 2.0)
    left, right = x.split(1)
    right.register_hook(lambda grad: torch.ones(1))
    with pytest.raises(RuntimeError, match="can't replace a None gradient with a non-None value"):
        left.backward()


def test_the_hooks_of_one_tensor_run_before_those_of_its_sister():
    left, right = leaf(1.0, 2.0).split(1)
    order = []
    right.register_hook(lambda grad: order.append("right, first"))
    left.register_hook(lambda grad: order.append("left"))
    right.register_hook(lambda grad: order.append("right, second"))
    (left + right).backward()
    assert order == ["right, first", "right, second", "left"]


def test_what_is_retained_is_what_all_hooks_left():
    x = leaf(1.0)
    y = x * 2
    y.retain_grad()
    y.register_hook(lambda grad: grad * 5)
    y.backward()
    assert (y.grad.item(), x.grad.item()) == (5.0, 10.0)


@pytest.mark.parametrize(
    ("answer", "kind", "message"),
    [
        (1, TypeError, "expected Variable, but hook returned 'int'"),
        ((), TypeError, "expected Variable, but hook returned 'tuple'"),
        (torch.ones(3), RuntimeError, "hook 'answering' has changed the size of value"),
        (
            torch.ones(3, dtype=torch.float64),
            RuntimeError,
            "hook 'answering' has changed the type of value "
            "(was torch.FloatTensor got torch.DoubleTensor)",
        ),
    ],
)
def test_an_answer_must_be_a_tensor_of_the_same_dtype_and_shape(answer, kind, message):
    x = leaf(1.0, 2.0)

    def answering(grad):
        return answer

    x.register_hook(answering)
    with pytest.raises(kind) as raised:
        (x * 2).sum().backward()
    assert str(raised.value) == message
    assert x.grad is None


def test_a_hook_without_a_name_is_unknown():
    x = leaf(1.0)
    x.register_hook(functools.partial(lambda answer, grad: answer, torch.ones(3)))
    with pytest.raises(RuntimeError, match="hook '<unknown>' has changed the size of value"):
        (x * 2).backward()


def test_all_hooks_see_one_tensor_and_it_is_the_one_that_was_given():
    x = leaf(1.0, 2.0)
    y = x * 2
    seen, given = [], torch.ones(2)
    y.register_hook(seen.append)
    y.register_hook(seen.append)
    y.backward(given)
    assert seen[0] is seen[1] is given
    assert x.grad.tolist() == [2.0, 2.0]


@pytest.mark.parametrize("shape", [(), (2,)])
def test_a_gradient_that_a_hook_writes_to_goes_on_as_written(shape):
    x = torch.ones(shape, requires_grad=True)
    y = x * 2
    versions = []

    def triple(grad):
        grad.mul_(3)
        versions.append(grad._version)

    y.register_hook(triple)
    y.backward(torch.ones(shape))
    assert x.grad.tolist() == torch.full(shape, 6.0).tolist()
    assert versions == [1]


def test_the_leafs_gradient_is_not_the_tensor_that_a_hook_kept():
    x = leaf(1.0, 2.0)
    kept = []
    x.register_hook(kept.append)
    (x * 3).backward(torch.ones(2))
    x.grad.zero_()
    assert kept[0].tolist() == [3.0, 3.0]


def test_hooks_may_remove_and_register_others_which_counts_from_the_next_walk_on():
    x = leaf(1.0)
    order, handles = [], []

    def first(grad):
        order.append("first")
        handles[1].remove()

    def second(grad):
        order.append("second")

    handles += [x.register_hook(first), x.register_hook(second)]
    (x * 2).sum().backward()
    (x * 2).sum().backward()
    assert order == ["first", "second", "first"]


def test_a_handle_removes_at_the_end_of_its_block_and_again_for_nothing():
    x = leaf(1.0)
    with x.register_hook(lambda grad: grad * 2) as handle:
        (x * 1).backward()
    handle.remove()
    (x * 1).backward()
    assert x.grad.item() == 3.0


def test_handles_are_numbered_and_the_hooks_lie_under_their_numbers():
    x = leaf(1.0)
    first, second = x.register_hook(print), x.register_hook(repr)
    assert second.id == first.id + 1
    assert dict(x._backward_hooks) == {first.id: print, second.id: repr}


def test_a_handle_does_not_keep_the_hooks_alive():
    y = leaf(1.0) * 2
    handle = y.register_hook(print)
    del y
    gc.collect()
    assert handle.hooks_dict_ref() is None
    handle.remove()


def test_a_leaf_with_hooks_is_in_no_cycle():
    gc.collect()
    gc.disable()
    try:
        x = leaf(1.0)
        x.register_hook(lambda grad: None)
        (x * 2).backward()
        alive = weakref.ref(x)
        del x
        assert alive() is None
    finally:
        gc.enable()


def test_hooks_need_a_gradient():
    for register in ("register_hook", "register_post_accumulate_grad_hook"):
        with pytest.raises(RuntimeError) as raised:
            getattr(torch.ones(1), register)(print)
        assert str(raised.value) == (
            "cannot register a hook on a tensor that doesn't require gradient"
        )


def test_after_a_write_old_hooks_see_the_old_gradient_and_new_ones_the_new():
    y = leaf(1.0, 2.0) * 2
    y.retain_grad()
    seen = []
    y.register_hook(lambda grad: seen.append(("old", grad.tolist())))
    y.mul_(3)
    assert y._backward_hooks is None
    y.register_hook(lambda grad: seen.append(("new", grad.tolist())))
    y.sum().backward()
    assert seen == [("new", [1.0, 1.0]), ("old", [3.0, 3.0])]
    assert y.grad.tolist() == [1.0, 1.0]


def test_a_hook_on_a_view_that_is_written_to_is_left_behind():
    y = leaf(1.0, 2.0, 3.0, 4.0) * 2
    view = y[:2]
    seen = []
    view.register_hook(lambda grad: seen.append("before"))
    view.mul_(3)
    view.register_hook(lambda grad: seen.append("after"))
    (y.sum() + view.sum()).backward()
    assert seen == ["after"]


def test_a_tensor_that_is_wanted_and_passed_through_is_captured_before_its_hooks():
    x = leaf(1.0)
    y = x * 2
    y.register_hook(lambda grad: grad * 7)
    by_x, by_y = torch.autograd.grad(y * 3, [x, y], retain_graph=True)
    assert (by_x.item(), by_y.item()) == (42.0, 3.0)
    (alone,) = torch.autograd.grad(y * 3, y)
    assert alone.item() == 21.0


def test_answers_of_post_accumulate_hooks_are_refused_once_all_have_run() -> None:
    seen = []
    x = torch.tensor(1.0, requires_grad=True)
    x.register_post_accumulate_grad_hook(lambda leaf: leaf.grad)
    x.register_post_accumulate_grad_hook(seen.append)
    with pytest.raises(RuntimeError, match="post accumulate grad hooks should return None"):
        (x * 2).backward()
    assert seen[0] is x.grad


def test_a_leaf_has_no_edge_in_inference_mode() -> None:
    x = torch.tensor(1.0, requires_grad=True)
    with torch.inference_mode(), pytest.raises(AttributeError, match="'next_functions'"):
        torch.autograd.graph.register_multi_grad_hook((x,), print)


@pytest.mark.parametrize(
    "f",
    [lambda x: x.T, lambda x: x.view(-1), lambda x: x.unsqueeze(0), lambda x: torch.stack([x])],
)
def test_a_hook_sees_a_piece_of_the_cotangent_as_its_view(f):
    x = torch.ones(2, 3, requires_grad=True)
    y = f(x)
    given = torch.ones(*y.shape, requires_grad=True)
    seen = []
    x.register_hook(lambda grad: seen.append((grad._base is given, grad.requires_grad)))
    y.backward(given)
    assert seen == [(True, True)]


def test_a_hook_that_writes_into_a_piece_of_the_cotangent_is_told_by_its_version():
    x = torch.ones(3, requires_grad=True)
    given = torch.ones(4)
    x.register_hook(lambda grad: grad.mul_(2))
    torch.cat([x, torch.ones(1)]).backward(given)
    assert given.tolist() == [2, 2, 2, 1]
    assert given._version == 1
    assert x.grad._version == 1


def test_a_gradient_keeps_the_version_that_a_hook_gave_it():
    x = torch.ones(2, requires_grad=True)
    x.register_hook(lambda grad: grad.mul_(2).mul_(2))
    (x * 3).sum().backward()
    assert x.grad.tolist() == [12, 12]
    assert x.grad._version == 2


def test_what_a_walk_computed_anew_is_no_view():
    x = torch.ones(2, 3, requires_grad=True)
    scalar = torch.ones((), requires_grad=True)
    seen = []
    for each in (x, scalar):
        each.register_hook(lambda grad: seen.append(grad._is_view()))
    (x.unbind()[0] * scalar).backward(torch.ones(3))
    assert seen == [False, False]

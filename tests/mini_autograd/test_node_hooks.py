"""Hooks of nodes and of accumulated gradients: when they run and what they may answer."""

from __future__ import annotations

import pytest

import mini_autograd as torch


def leaf(*values):
    return torch.tensor(values, requires_grad=True)


def test_a_post_accumulate_hook_gets_the_leaf_with_its_gradient():
    x = leaf(1.0)
    seen = []
    x.register_post_accumulate_grad_hook(lambda p: seen.append((p is x, p.grad.item())))
    (x * 2).backward()
    (x * 2).backward()
    assert seen == [(True, 2.0), (True, 4.0)]


def test_an_optimizer_step_fits_into_one():
    x = leaf(1.0)

    def step(parameter):
        with torch.no_grad():
            parameter.sub_(parameter.grad)
        parameter.grad = None

    x.register_post_accumulate_grad_hook(step)
    (x * 2).backward()
    assert (x.item(), x.grad) == (-1.0, None)


def test_it_must_answer_nothing_but_the_leaf_itself():
    x = leaf(1.0)
    with x.register_post_accumulate_grad_hook(lambda p: p):
        (x * 2).backward()
    x.register_post_accumulate_grad_hook(lambda p: torch.ones(1))
    with pytest.raises(RuntimeError) as raised:
        (x * 2).backward()
    assert str(raised.value) == "Tensor post accumulate grad hooks should return None."
    assert x.grad.item() == 4.0


def test_it_is_for_leaves_only():
    with pytest.raises(RuntimeError) as raised:
        (leaf(1.0) * 2).register_post_accumulate_grad_hook(print)
    assert str(raised.value) == (
        "post accumulate grad hooks cannot be registered on non-leaf tensors"
    )


def test_where_nothing_accumulates_none_runs():
    x, w = leaf(2.0), leaf(3.0)
    seen = []
    x.register_post_accumulate_grad_hook(lambda p: seen.append("x"))
    w.register_post_accumulate_grad_hook(lambda p: seen.append("w"))
    torch.autograd.grad(x * w, x)
    (x * w).backward(inputs=[w])
    assert seen == ["w"]


def test_a_nodes_hooks_stand_around_it_and_a_tensors_before_all():
    x = leaf(1.0)
    y = x * 2
    order = []
    y.grad_fn.register_hook(lambda after, before: order.append((after[0].item(), after[1])))
    y.grad_fn.register_prehook(lambda grads: order.append(grads[0].item()))
    y.register_hook(lambda grad: order.append("tensor"))
    y.backward()
    assert order == ["tensor", 1.0, (2.0, None)]


def test_what_they_answer_goes_on():
    x, w = leaf(1.0), leaf(1.0)
    y = x * w
    y.grad_fn.register_prehook(lambda grads: (grads[0] * 5,))
    y.grad_fn.register_hook(lambda after, before: (after[0] * 2, after[1] * 3))
    y.backward()
    assert (x.grad.item(), w.grad.item()) == (10.0, 15.0)


@pytest.mark.parametrize(
    ("answer", "kind", "message"),
    [
        ([None, None], TypeError, "expected tuple, but hook returned 'list'"),
        (
            (None,),
            RuntimeError,
            "hook '<lambda>' has returned an incorrect number of values (got 1, but expected 2)",
        ),
        (
            (None, torch.ones(1)),
            RuntimeError,
            "can't replace a None gradient with a non-None value",
        ),
        ((torch.ones(3), None), RuntimeError, "hook '<lambda>' has changed the size of value"),
        ((1, None), TypeError, "expected Variable, but hook returned 'int'"),
    ],
)
def test_a_nodes_hook_must_answer_with_as_many_such_gradients(answer, kind, message):
    y = leaf(1.0) * 2
    y.grad_fn.register_hook(lambda after, before: answer)
    with pytest.raises(kind) as raised:
        y.backward()
    assert str(raised.value) == message


def test_a_hook_may_drop_a_gradient():
    x = leaf(1.0)
    y = x * 2
    y.grad_fn.register_hook(lambda after, before: (None, None))
    y.backward()
    assert x.grad is None


def test_a_gradient_that_nobody_wants_is_none_to_a_nodes_hook():
    x, w = leaf(2.0), leaf(3.0)
    y = x * w
    seen = []
    y.grad_fn.register_hook(lambda after, before: seen.append(after))
    torch.autograd.grad(y, x)
    assert (seen[0][0].item(), seen[0][1]) == (3.0, None)


def test_all_that_a_leaf_can_have_runs_in_torchs_order():
    x = leaf(1.0)
    y = x * 2
    node = y.grad_fn.next_functions[0][0]
    order = []
    node.register_hook(lambda after, before: order.append(("post", after, before[0].item())))
    node.register_prehook(lambda grads: order.append(("pre", x.grad)))
    x.register_post_accumulate_grad_hook(lambda p: order.append(("accumulated", p.grad.item())))
    x.register_hook(lambda grad: order.append(("tensor", grad.item())))
    y.backward()
    assert order == [("tensor", 2.0), ("pre", None), ("accumulated", 2.0), ("post", (), 2.0)]


def test_the_hooks_of_a_leafs_node_die_with_it_and_those_of_the_leaf_do_not():
    x = leaf(1.0)
    order = []
    y = x * 2
    y.grad_fn.next_functions[0][0].register_prehook(lambda grads: order.append("node"))
    x.register_hook(lambda grad: order.append("tensor"))
    del y
    (x * 2).backward()
    assert order == ["tensor"]


def test_inputs_between_run_their_node_for_nothing_and_free_it():
    x = leaf(2.0)
    y = x * x
    after = []
    y.grad_fn.register_hook(lambda grads, before: after.append(grads))
    (y * 3).backward(inputs=[y])
    assert (after, y.grad.item()) == ([(None, None)], 3.0)
    with pytest.raises(RuntimeError, match="backward through the graph a second time"):
        y.backward()


def test_a_node_is_one_object_with_a_dict_to_note_things_in():
    y = leaf(1.0) * 2
    assert y.grad_fn is y.grad_fn
    y.grad_fn.metadata["note"] = 1
    assert y.grad_fn.metadata == {"note": 1}
    assert y.grad_fn._sequence_nr() < (leaf(1.0) * 2).grad_fn._sequence_nr()
    assert y.grad_fn.next_functions[0][0]._sequence_nr() == 2**64 - 1


def test_a_post_accumulate_hook_runs_also_where_no_gradient_came():
    x = leaf(1.0)
    y = x * 2
    seen = []
    x.register_post_accumulate_grad_hook(lambda p: seen.append(p.grad))
    y.grad_fn.register_hook(lambda after, before: (None, None))
    y.backward()
    assert seen == [None]


def test_a_node_can_be_called_with_gradients_of_its_outputs():
    x, w = leaf(2.0), leaf(3.0)
    y = x * w
    by_x, by_w = y.grad_fn(torch.tensor([5.0]))
    assert (by_x.item(), by_w.item(), by_x.requires_grad) == (15.0, 10.0, True)
    assert y.grad_fn(None) == (None, None)
    with torch.no_grad():
        assert not y.grad_fn(torch.tensor([5.0]))[0].requires_grad
    assert x.exp().grad_fn(torch.ones(1)).item() == pytest.approx(7.389056)
    y.backward()
    with pytest.raises(RuntimeError, match="backward through the graph a second time"):
        y.grad_fn(torch.ones(1))


def test_a_node_takes_tensors_as_many_as_it_has_outputs():
    node = (leaf(2.0) * 3).grad_fn
    with pytest.raises(TypeError, match="expected 1 arguments, got 0 instead"):
        node()
    with pytest.raises(TypeError, match="argument 0 is not a Variable"):
        node(3)


def test_a_node_tells_what_gradients_it_accepts():
    x = torch.ones(2, 3, dtype=torch.float64, requires_grad=True)
    (accepted,) = (x * 2).grad_fn._input_metadata
    assert accepted.shape == [2, 3]
    assert accepted.dtype is torch.float64


def test_a_hook_sees_the_gradients_of_all_tensors_of_a_list() -> None:
    seen = []
    x = torch.tensor(1.0, requires_grad=True)
    y = torch.stack([torch.tensor(3), x])
    y.grad_fn.register_hook(lambda given, _: seen.append([each.tolist() for each in given]))
    y.backward(torch.tensor([5.0, 7.0]))
    assert seen == [[5.0, 7.0]]
    z = x * torch.tensor(3.0)
    z.grad_fn.register_hook(lambda given, _: seen.append(given[1]))
    z.backward()
    assert seen[1] is None


@pytest.mark.parametrize(
    "f", [lambda x: x.min(0), lambda x: x.sort(0), lambda x: x.topk(1), lambda x: x.median(1)]
)
def test_a_node_knows_nothing_of_indices_beside_values(f):
    x = torch.ones(2, 3, requires_grad=True)
    values = f(x).values
    seen = []
    values.grad_fn.register_prehook(lambda grads: seen.append(len(grads)))
    values.grad_fn.register_hook(lambda _, grads: seen.append(len(grads)))
    values.sum().backward()
    assert seen == [1, 1]


def test_what_was_saved_is_unpacked_even_where_no_gradient_is_left():
    log = []
    x = torch.ones(2, requires_grad=True)
    hooks = torch.autograd.graph.saved_tensors_hooks(
        lambda t: t, lambda t: log.append("unpack") or t
    )
    with hooks:
        y = x.exp()
    y.grad_fn.register_prehook(lambda grads: (None,))
    y.sum().backward()
    assert log == ["unpack"]
    assert x.grad is None


def test_the_first_hook_on_a_view_whose_base_was_written_to_is_one_of_the_new_history():
    """Torch 2.13 dies of it."""
    seen = []
    x = leaf(1.0, 2.0)
    whole = x * 1
    part = whole[1]
    whole.mul_(3)
    part.register_hook(lambda grad: seen.append(grad.item()))
    part.backward()
    assert seen == [1.0]
    assert x.grad.tolist() == [0.0, 3.0]

"""Threads: grad mode is each one's own, and several may walk one graph."""

from __future__ import annotations

import sys
import threading

import pytest

import mini_autograd as torch


def together(count, work):
    """Runs the work in so many threads at a time; what failed, by message."""
    errors = []
    barrier = threading.Barrier(count)

    def guarded():
        barrier.wait()
        try:
            work()
        except RuntimeError as error:
            errors.append(str(error))

    threads = [threading.Thread(target=guarded) for _ in range(count)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    return errors


def test_a_thread_starts_in_grad_mode_whatever_the_others_are_in():
    modes = []
    with torch.no_grad():
        together(1, lambda: modes.append(torch.is_grad_enabled()))
    assert modes == [True]
    assert torch.is_grad_enabled()


def test_walks_of_one_graph_at_a_time_lose_nothing():
    x = torch.ones(100_000, requires_grad=True)  # enough that NumPy lets other threads run
    y = (x * x).sum()

    def walk():
        for _ in range(10):
            y.backward(retain_graph=True)

    assert together(4, walk) == []
    assert (x.grad == 80.0).all().item()


def test_of_two_walks_that_free_the_graph_one_finds_it_freed_or_both_end():
    for _ in range(20):
        x = torch.ones(3, requires_grad=True)
        y = x.exp().exp().sum()
        errors = together(2, y.backward)
        assert len(errors) <= 1
        assert all("backward through the graph a second time" in each for each in errors)


def test_graphs_built_by_several_threads_on_one_leaf_all_reach_it():
    x = torch.ones(1000, requires_grad=True)

    def build_and_walk():
        for _ in range(20):
            (x * 3).sum().backward()

    assert together(4, build_and_walk) == []
    assert (x.grad == 240.0).all().item()


def test_hooks_of_two_walks_at_a_time_see_each_its_own():
    x = torch.ones(10, requires_grad=True)
    y, z = x * 2, x * 3
    seen = []
    torch.autograd.graph.register_multi_grad_hook(
        (y, z), lambda grads: seen.append(tuple(g is not None for g in grads))
    )
    totals = [y.sum(), z.sum()]
    together(2, lambda: totals.pop().backward())
    assert sorted(seen) == [(False, True), (True, False)]


@pytest.fixture
def often_switched():
    """Threads take turns after as few steps as Python can."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(before)


@pytest.mark.usefixtures("often_switched")
def test_threads_that_record_with_one_leaf_share_its_node():
    for _ in range(150):
        x = torch.ones(2, requires_grad=True)
        found = []
        assert together(6, lambda x=x, found=found: found.append((x * 3).grad_fn)) == []
        assert len({node.next_functions[0][0] for node in found}) == 1


@pytest.mark.usefixtures("often_switched")
def test_threads_that_view_one_tensor_share_its_counter():
    for _ in range(150):
        x = torch.ones(3)
        views = []
        assert together(6, lambda x=x, views=views: views.append(x[:2])) == []
        x.add_(1)
        assert [each._version for each in views] == [1] * 6

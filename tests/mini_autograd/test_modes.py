"""Grad modes: as blocks, as decorators, on generators, nested, and left by an exception."""

from __future__ import annotations

import threading

import pytest

import mini_autograd as torch


def test_inside_no_grad_nothing_is_recorded():
    x = torch.tensor([1.0], requires_grad=True)
    with torch.no_grad():
        assert not (x * 2).requires_grad
    assert (x * 2).requires_grad


def test_enable_grad_records_within_no_grad():
    x = torch.tensor([1.0], requires_grad=True)
    with torch.no_grad(), torch.enable_grad():
        assert (x * 2).requires_grad


def test_a_mode_ends_when_an_exception_leaves_it():
    with pytest.raises(ZeroDivisionError), torch.no_grad():
        raise ZeroDivisionError
    assert torch.is_grad_enabled()


def test_one_mode_object_can_be_entered_again_within_itself():
    mode = torch.no_grad()
    with mode:
        with mode:
            pass
        assert not torch.is_grad_enabled()
    assert torch.is_grad_enabled()


@pytest.mark.parametrize("decorate", [torch.no_grad, torch.no_grad()])
def test_a_decorated_function_runs_in_the_mode(decorate):
    assert decorate(torch.is_grad_enabled)() is False
    assert torch.is_grad_enabled()


def test_a_decorated_generator_has_the_mode_only_while_it_runs():
    @torch.no_grad()
    def steps():
        yield torch.is_grad_enabled()
        yield torch.is_grad_enabled()

    seen = [(inside, torch.is_grad_enabled()) for inside in steps()]
    assert seen == [(False, True), (False, True)]


def test_a_value_sent_and_an_error_thrown_reach_a_decorated_generator():
    @torch.no_grad()
    def echo():
        try:
            yield (yield "ready")
        except KeyError:
            yield torch.is_grad_enabled()

    generator = echo()
    assert next(generator) == "ready"
    assert generator.send("sent") == "sent"
    assert generator.throw(KeyError()) is False


def test_set_grad_enabled_acts_at_once_and_a_block_puts_it_back():
    torch.set_grad_enabled(False)
    assert not torch.is_grad_enabled()
    torch.set_grad_enabled(True)
    with torch.set_grad_enabled(False):
        assert not torch.is_grad_enabled()
    assert torch.is_grad_enabled()


def test_the_mode_of_one_thread_is_its_own():
    seen = []
    with torch.no_grad():
        thread = threading.Thread(target=lambda: seen.append(torch.is_grad_enabled()))
        thread.start()
        thread.join()
    assert seen == [True]


def test_a_leaf_may_be_written_to_inside_no_grad():
    x = torch.tensor([1.0], requires_grad=True)
    with torch.no_grad():
        x.add_(1)
    assert x.tolist() == [2.0]
    assert x.requires_grad
    assert x.is_leaf

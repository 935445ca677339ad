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


def test_a_mode_object_entered_within_itself_forgets_what_was_before():
    mode = torch.no_grad()
    with mode:
        with mode:
            pass
        assert not torch.is_grad_enabled()
    assert not torch.is_grad_enabled()
    torch.set_grad_enabled(True)


def test_entering_a_mode_gives_none():
    for mode in (torch.no_grad(), torch.enable_grad(), torch.inference_mode()):
        with mode as given:
            assert given is None


def test_a_block_restores_the_mode_even_if_it_was_set_inside():
    with torch.enable_grad():
        torch.set_grad_enabled(False)
    assert torch.is_grad_enabled()


def test_a_decorated_class_warns_and_is_made_in_the_mode():
    class Made:
        def __init__(self):
            self.recording = torch.is_grad_enabled()

    with pytest.warns(FutureWarning, match="Decorating classes is deprecated"):
        decorated = torch.no_grad()(Made)
    assert decorated().recording is False


def test_a_decorated_method_and_its_name():
    class Owner:
        @torch.no_grad()
        def method(self):
            return torch.is_grad_enabled()

    assert Owner().method() is False
    assert Owner.method.__name__ == "method"


def test_closing_a_decorated_generator_runs_its_end_in_the_mode():
    seen = []

    @torch.no_grad
    def steps():
        try:
            yield
        finally:
            seen.append(torch.is_grad_enabled())

    generator = steps()
    next(generator)
    generator.close()
    assert seen == [False]


def test_a_decorated_generators_result_is_its_own():
    @torch.enable_grad()
    def steps():
        yield 1
        return 2

    def outer():
        return (yield from steps())

    generator = outer()
    assert next(generator) == 1
    with pytest.raises(StopIteration) as stopped:
        next(generator)
    assert stopped.value.value == 2


def test_set_grad_enabled_as_a_decorator_sets_nothing_outside():
    @torch.set_grad_enabled(False)
    def inside():
        return torch.is_grad_enabled()

    assert torch.is_grad_enabled()
    assert inside() is False
    assert torch.is_grad_enabled()


def test_set_grad_enabled_takes_bools_only():
    for wrong, name in ((1, "int"), (None, "NoneType"), (torch.ones(1), "Tensor")):
        with pytest.raises(TypeError) as caught:
            torch.set_grad_enabled(wrong)
        assert str(caught.value) == (
            f"set_grad_enabled(): argument 'enabled' (position 1) must be bool, not {name}"
        )
    assert torch.is_grad_enabled()


def test_a_mode_is_told_and_copied():
    mode = torch.set_grad_enabled(True)
    assert repr(mode) == "torch.autograd.grad_mode.set_grad_enabled(mode=True)"
    assert mode.clone().mode is True
    assert torch.autograd.grad_mode.no_grad is torch.no_grad


def test_multithreading_is_a_mode_that_changes_nothing():
    with torch.autograd.set_multithreading_enabled(False):
        assert not torch.autograd.is_multithreading_enabled()
    assert torch.autograd.is_multithreading_enabled()


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

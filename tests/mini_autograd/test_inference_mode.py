"""Inference mode: what it switches, what its tensors may and may not do, and views across it."""

from __future__ import annotations

import threading

import pytest

import mini_autograd as torch

WRITE = (
    "Inplace update to inference tensor outside InferenceMode is not allowed.You can make a clone "
    "to get a normal tensor before doing inplace update.See "
    "https://github.com/pytorch/rfcs/pull/17 for more details."
)
SAVED = (
    "Inference tensors cannot be saved for backward. Please do not use Tensors created in "
    "inference mode in computation tracked by autograd. To work around this, you can make a clone "
    "to get a normal tensor and use it in autograd, or use `torch.no_grad()` instead of "
    "`torch.inference_mode()`."
)
NO_VERSION = "Inference tensors do not track version counter."
AMBIGUOUS = (
    " Given that this use case is ambiguous and error-prone, it is forbidden. You can clarify your "
    "code by moving both the view and the inplace either both inside the inference_mode block (if "
    "you don't want the inplace to be tracked) or both outside (if you want the inplace to be "
    "tracked)."
)


def message(call):
    with pytest.raises(RuntimeError) as caught:
        call()
    return str(caught.value)


def inferred(*values):
    with torch.inference_mode():
        return torch.tensor(values)


def test_inside_nothing_is_recorded_and_what_is_made_is_marked():
    x = torch.tensor([1.0], requires_grad=True)
    with torch.inference_mode():
        y = x * 2
        assert torch.is_inference_mode_enabled()
        assert not torch.is_grad_enabled()
    assert y.is_inference()
    assert torch.is_inference(y)
    assert not y.requires_grad
    assert not x.is_inference()
    assert not torch.is_inference_mode_enabled()


def test_enabling_grad_inside_is_seen_and_records_nothing():
    x = torch.tensor([1.0], requires_grad=True)
    with torch.inference_mode(), torch.enable_grad():
        assert torch.is_grad_enabled()
        assert not (x * 2).requires_grad


def test_leaving_restores_what_was_set_inside():
    with torch.inference_mode():
        torch.set_grad_enabled(True)
    assert torch.is_grad_enabled()
    with torch.no_grad():
        with torch.inference_mode():
            torch.set_grad_enabled(True)
        assert not torch.is_grad_enabled()


def test_the_mode_switched_off_records_even_within_no_grad():
    x = torch.tensor([1.0], requires_grad=True)
    with torch.no_grad(), torch.inference_mode(False):
        assert (x * 2).requires_grad
    with torch.inference_mode(), torch.inference_mode(False):
        assert not torch.ones(1).is_inference()


@pytest.mark.parametrize("decorate", [torch.inference_mode, torch.inference_mode()])
def test_a_decorated_function_runs_in_it(decorate):
    assert decorate(torch.is_inference_mode_enabled)() is True
    assert not torch.is_inference_mode_enabled()


def test_a_decorated_generator_has_it_only_while_it_runs():
    @torch.inference_mode()
    def steps():
        yield torch.ones(1)
        yield torch.ones(1)

    for made in steps():
        assert made.is_inference()
        assert not torch.ones(1).is_inference()


def test_it_is_the_threads_own():
    seen = []
    with torch.inference_mode():
        thread = threading.Thread(target=lambda: seen.append(torch.ones(1).is_inference()))
        thread.start()
        thread.join()
    assert seen == [False]


def test_it_ends_when_an_exception_leaves_it():
    with pytest.raises(ZeroDivisionError), torch.inference_mode():
        raise ZeroDivisionError
    assert not torch.is_inference_mode_enabled()
    assert torch.is_grad_enabled()


def test_its_tensors_have_no_version():
    i = inferred(1.0)
    assert message(lambda: i._version) == NO_VERSION


def test_a_write_outside_is_done_and_then_refused():
    i = inferred(1.0, 2.0)
    assert message(lambda: i.add_(1)) == WRITE
    assert i.tolist() == [2, 3]
    assert message(lambda: i[0].zero_()) == WRITE
    with torch.inference_mode():
        i.mul_(2)
    assert i.tolist() == [0, 6]


def test_one_that_must_be_saved_is_refused():
    x = torch.tensor([3.0], requires_grad=True)
    i = inferred(2.0)
    assert message(lambda: x * i) == SAVED
    assert message(lambda: x @ i) == SAVED
    y = x + i
    y.backward()
    assert x.grad.tolist() == [1]
    assert (x * i.clone()).requires_grad


def test_outside_it_cannot_be_made_to_require_grad():
    i = inferred(1.0)
    refused = "Setting requires_grad=True on inference tensor outside InferenceMode is not allowed."
    assert message(lambda: i.requires_grad_()) == refused
    assert message(lambda: setattr(i, "requires_grad", True)) == refused
    with torch.inference_mode():
        assert i.requires_grad_().requires_grad


def test_what_shows_its_memory_is_one_too_and_what_is_computed_outside_is_not():
    i = inferred(1.0, 2.0)
    assert i.view(2, 1).is_inference()
    assert i.detach().is_inference()
    assert i.data.is_inference()
    assert all(each.is_inference() for each in i.split(1))
    assert not i[0]._is_view()
    assert not i.clone().is_inference()
    assert not (i * 2).is_inference()


def test_normal_tensors_stay_normal_inside():
    x = torch.tensor([1.0, 2.0], requires_grad=True)
    with torch.inference_mode():
        view = x[:1]
        x.add_(1)
        assert not x.detach().is_inference()
        assert not x.data.is_inference()
    assert not view.is_inference()
    assert view._is_view()
    assert view.requires_grad
    assert view.tolist() == [2]
    assert x._version == view._version == 1


def test_a_view_made_inside_cannot_be_written_to_outside():
    x = torch.tensor([1.0, 2.0], requires_grad=True) * 1
    with torch.inference_mode():
        view = x[:1]
    written = "A view was created in inference mode and is being modified inplace in normal mode."
    assert message(lambda: view.add_(1)) == written + AMBIGUOUS
    assert message(lambda: view.view(1).add_(1)) == (
        "Output 0 of View is a view of a view which was created in inference mode and is being "
        "modified inplace in normal mode." + AMBIGUOUS
    )
    x.add_(1)
    assert message(lambda: view.grad_fn) == (
        "A view was created in inference mode and its base or another view of its base has been "
        "modified inplace in normal mode." + AMBIGUOUS
    )


def test_backward_inside_makes_gradients_of_its_kind():
    x = torch.tensor([3.0], requires_grad=True)
    y = x * x
    with torch.inference_mode():
        y.backward()
    assert x.grad.tolist() == [6]
    assert x.grad.is_inference()
    assert message(lambda: (x * 1).backward()) == WRITE


def test_an_alias_made_outside_is_one_that_counts_its_writes():
    i = inferred(1.0, 2.0)
    for alias in (i.detach(), i.data):
        assert alias.is_inference()
        assert alias._version == 0
        alias.add_(1)
        assert alias._version == 1
        with torch.inference_mode():
            alias.add_(1)
        assert alias._version == 1
        assert message(lambda: alias[0]._version) == NO_VERSION  # noqa: B023
    with torch.inference_mode():
        alias = i.detach()
    assert message(lambda: alias._version) == NO_VERSION


def test_inside_nothing_is_detached_in_place():
    x = torch.ones(2, requires_grad=True)
    view = x[:1]
    with torch.inference_mode():
        assert x.detach_() is x
        view.detach_()
    assert x.requires_grad
    assert view.grad_fn is not None


def test_data_of_its_kind_makes_a_tensor_one():
    x = torch.ones(2)
    x.add_(1)
    x.data = inferred(1.0)
    assert x.is_inference()
    assert x._version == 1

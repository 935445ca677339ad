"""Views whose history a write cannot renew: those made in no_grad, or one of several outputs."""

from __future__ import annotations

import pytest

import mini_autograd as torch

SPLIT = "Output 0 of Split is a view and its base or another view of its base has been modified"


def computed() -> torch.Tensor:
    return torch.ones(4, requires_grad=True) * 2


def test_one_of_several_views_is_not_written_to() -> None:
    first, _ = computed().split(2)
    with pytest.raises(RuntimeError, match=r"^Output 0 of Split is a view and is being modified"):
        first.mul_(2)


def test_a_view_of_one_of_several_is_not_written_to_either() -> None:
    first, _ = computed().split(2)
    with pytest.raises(RuntimeError, match=r"^Output 0 of Select is a view and is being modified"):
        first[0].mul_(2)


@pytest.mark.parametrize(
    "use",
    [
        lambda view: view * 2,
        lambda view: view.grad_fn,
        lambda view: view.is_leaf,
        lambda view: view[0],
        lambda view: view.retain_grad(),
        lambda view: view.register_hook(print),
        lambda view: view.backward(torch.ones(2)),
    ],
)
def test_a_written_base_is_told_when_the_history_is_asked_for(use: object) -> None:
    y = computed()
    first, _ = y.split(2)
    y.mul_(2)
    with pytest.raises(RuntimeError, match=f"^{SPLIT}"):
        use(first)  # type: ignore[operator]


def test_what_needs_no_history_still_works() -> None:
    y = computed()
    first, _ = y.split(2)
    y.mul_(2)
    assert first.tolist() == [4.0, 4.0]
    assert first.requires_grad
    assert not first.detach().requires_grad
    assert str(first) == "tensor([4., 4.], grad_fn=<Invalid>)"
    with torch.no_grad():
        assert (first * 2).tolist() == [8.0, 8.0]


def test_a_view_saved_before_the_write_is_told_in_backward() -> None:
    y = computed()
    first, _ = y.split(2)
    squared = first * first
    y.mul_(2)
    with pytest.raises(RuntimeError, match=f"^{SPLIT}"):
        squared.sum().backward()


def test_a_view_made_without_grad_is_told_of_its_written_base() -> None:
    y = computed()
    with torch.no_grad():
        view = y[0]
        y.mul_(2)
    with pytest.raises(RuntimeError, match="A view was created in no_grad mode and its base or"):
        view * 2


def test_a_view_of_a_view_made_without_grad_names_both() -> None:
    y = computed()
    with torch.no_grad():
        view = y[:2]
    with pytest.raises(RuntimeError, match="Output 0 of Select is a view of a view which was"):
        view[0].mul_(2)


def test_several_views_outside_the_graph_take_no_gradient_in() -> None:
    x = torch.ones(4)
    first, _ = x.split(2)
    first.mul_(2)
    with pytest.raises(
        RuntimeError, match=r"A view was created in no_grad mode and is being .* multiple views"
    ):
        first.mul_(torch.ones(2, requires_grad=True))
    assert x.tolist() == [2.0, 2.0, 1.0, 1.0]


def test_views_outside_the_graph_may_be_written_outside_it() -> None:
    x = torch.ones(4)
    with torch.no_grad():
        view = x[0]
    x.mul_(2)
    assert (view * 2).item() == 4.0


def test_a_forbidden_history_is_found_before_what_else_is_wrong_with_a_call() -> None:
    base = torch.ones(3, requires_grad=True) * 1
    view = base.unbind()[1]
    base.mul_(2)
    for call in (lambda: view.view(4), lambda: view.sum(7), lambda: torch.ones(2).dot(view)):
        with pytest.raises(RuntimeError, match="Output 1 of Unbind is a view and its base"):
            call()


def test_a_view_without_a_history_has_no_place_in_the_graph() -> None:
    x = torch.ones(2, requires_grad=True)
    with torch.no_grad():
        first, _ = x.unbind()
    with pytest.raises(AssertionError, match="Expected gradient function to be set"):
        torch.autograd.graph.register_multi_grad_hook((first,), print)

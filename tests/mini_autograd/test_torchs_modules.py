"""What torch code imports from below `torch`, and `Variable`, as old tutorials have it."""

from __future__ import annotations

import importlib
from typing import Any

import pytest

import mini_autograd as torch

_NAMES = """
autograd.Function autograd.Variable autograd.grad autograd.functional autograd.gradcheck
autograd.function.Function autograd.function.once_differentiable autograd.function.FunctionCtx
autograd.functional.jacobian autograd.functional.hessian autograd.functional.vjp
autograd.graph.saved_tensors_hooks autograd.graph.Node autograd.graph.GradientEdge
autograd.graph.allow_mutation_on_saved_tensors autograd.gradcheck.gradcheck
autograd.gradcheck.GradcheckError autograd.anomaly_mode.detect_anomaly
autograd.grad_mode.no_grad autograd.grad_mode.inference_mode autograd.variable.Variable
nn.Parameter nn.parameter.Parameter nn.functional.relu utils.hooks.RemovableHandle
func.grad func.jacrev
"""


@pytest.mark.parametrize("name", _NAMES.split())
def test_names_are_imported_from_where_torch_has_them(name: str) -> None:
    module, _, last = name.rpartition(".")
    assert hasattr(importlib.import_module(f"mini_autograd.{module}"), last)


def test_a_hooks_handle_is_that_of_the_module() -> None:
    x = torch.ones(2, requires_grad=True)
    handle = x.register_hook(lambda grad: grad * 2)
    assert isinstance(handle, torch.utils.hooks.RemovableHandle)


def test_a_variable_is_a_leaf_on_the_same_memory_and_version() -> None:
    x = torch.tensor([1.0, 2.0], requires_grad=True)
    v = torch.autograd.Variable(x * 3)
    assert (v.tolist(), v.is_leaf, v.requires_grad) == ([3.0, 6.0], True, False)
    data = torch.ones(2)
    w = torch.autograd.Variable(data, requires_grad=True)
    data.add_(1)
    assert (w.tolist(), w._version) == ([2.0, 2.0], 1)
    (w * w).sum().backward()
    assert w.grad.tolist() == [4.0, 4.0]


def test_every_tensor_is_a_variable_and_nothing_else() -> None:
    assert isinstance(torch.ones(2), torch.autograd.Variable)
    assert not isinstance(3, torch.autograd.Variable)


@pytest.mark.parametrize(
    ("given", "error", "message"),
    [
        ({"data": 3}, TypeError, "Variable data has to be a tensor, but got int"),
        ({"foo": 3}, TypeError, "'foo' is an invalid keyword argument for this function"),
        (
            {"data": torch.tensor([1]), "requires_grad": True},
            RuntimeError,
            "Only Tensors of floating point and complex dtype can require gradients",
        ),
    ],
)
def test_what_makes_no_variable(given: dict[str, Any], error: Any, message: str) -> None:
    with pytest.raises(error, match=message):
        torch.autograd.Variable(**given)


def test_volatile_is_warned_of() -> None:
    with pytest.warns(UserWarning, match="volatile was removed and now has no effect"):
        torch.autograd.Variable(torch.ones(2), volatile=True)

"""A target that a hook unpacks in another dtype: refused backward, as in torch 2.13."""

from __future__ import annotations

import pytest

import mini_autograd as torch


def walk(shape: tuple[int, ...], target: tuple[int, ...], dtype: torch.dtype) -> None:
    x = torch.zeros(shape, requires_grad=True)
    classes = torch.zeros(target, dtype=torch.int64)
    hooks = torch.autograd.graph.saved_tensors_hooks(
        lambda saved: saved, lambda saved: saved.to(dtype) if saved.dtype == torch.int64 else saved
    )
    with hooks:
        loss = torch.nn.functional.nll_loss(x, classes)
    loss.backward()


@pytest.mark.parametrize(
    ("shape", "target", "dtype", "text"),
    [
        ((2, 3), (2,), torch.float32, "expected scalar type Long but found Float"),
        ((2, 3), (2,), torch.bool, "expected scalar type Long but found Bool"),
        ((1, 2, 1), (1, 1), torch.uint8, "expected scalar type Long but found Byte"),
        (
            (1, 2, 1),
            (1, 1),
            torch.float32,
            "expected target dtype to be Long or Byte, but got Float",
        ),
    ],
)
def test_another_dtype_is_refused(
    shape: tuple[int, ...], target: tuple[int, ...], dtype: torch.dtype, text: str
) -> None:
    with pytest.raises(RuntimeError, match=text):
        walk(shape, target, dtype)


def test_bytes_will_do_for_rows() -> None:
    walk((2, 3), (2,), torch.uint8)

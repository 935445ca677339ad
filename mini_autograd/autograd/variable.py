"""`torch.autograd.variable`, of which an error is left."""

from __future__ import annotations

from typing import Any, NoReturn

from mini_autograd.errors import walk as errors


def variable(*args: Any, **kwargs: Any) -> NoReturn:
    """What made tensors long ago; a RuntimeError that names `torch.tensor`."""
    raise errors.deprecated_variable()

"""Faults of what a tensor lets be seen, and of which object a step gives: a harness that does not
look there takes the engine for a good one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

import numpy as np
from planting import Fault, attribute, called, fault

from mini_autograd import Tensor
from mini_autograd.autograd import function
from mini_autograd.autograd.function.outputs import Outputs
from mini_autograd.core.tensor.tensor import make
from mini_autograd.ops.tensor.readers import UntypedStorage


def _refusing(*_: Any, **__: Any) -> Any:
    raise ValueError("not to be read")


def _instead(replacement: Callable[..., Any]) -> Callable[[Any], Any]:
    """Another function in this one's place."""
    return lambda _: replacement


def _then(change: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """What a function gives, changed."""
    return lambda call: lambda *args, **named: change(call(*args, **named))


def _twin(tensor: Tensor) -> Tensor:
    """Another object that is in all else the same tensor: its memory, its history, its flags."""
    twin = make(tensor._array)
    for name in ("_node", "_output_nr", "_requires_grad", "_counter"):
        setattr(twin, name, getattr(tensor, name))
    vars(twin).update(vars(tensor))
    return twin


def _copy(tensor: Tensor) -> Tensor:
    return make(tensor._array.copy())


def _itself(view: Any) -> Any:
    """A view of the shape that the tensor has already is no new tensor."""

    def broken(self: Tensor, *args: Any, **named: Any) -> Any:
        result = view(self, *args, **named)
        return self if result.shape == self.shape else result

    return broken


def _first_for_all(items: tuple[Tensor, ...]) -> tuple[Tensor, ...]:
    return items[:1] * len(items)


def _nothing(_: Any) -> None:
    """In the place of a result."""


def _bare(tensor: Tensor) -> Any:
    return tensor._array


def _getter(change: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """A property that shows something else, and takes what it took."""
    return lambda old: property(lambda self: change(old.fget(self)), old.fset, old.fdel)


def _in_a_tuple(result: Any) -> Any:
    return (result,) if isinstance(result, Tensor) else result


def _strides_of_rows(self: Tensor, dim: int | None = None) -> Any:
    shape = self._array.shape
    strides = tuple([int(np.prod(shape[at + 1 :])) for at in range(len(shape))])
    return strides if dim is None else strides[dim]


_OF_ONE_MEMORY: Final = UntypedStorage(1 << 20, 8)


def _of_its_own(self: Tensor) -> UntypedStorage:
    return UntypedStorage(id(self), 8)


FAULTS_OF_HOLES: Final[dict[str, Fault]] = {
    # What cannot be read, or is no more what it is.
    "values raise": fault("raises", called(_instead(_refusing), "numpy", "tolist")),
    ".grad raises": fault("raises", attribute(Tensor, "grad", _getter(_refusing))),
    "requires_grad raises": fault("flag", attribute(Tensor, "requires_grad", _getter(_refusing))),
    "grad_fn raises": fault("graph", attribute(Tensor, "grad_fn", _getter(_refusing))),
    "stride() raises": fault("stride", called(_instead(_refusing), "stride")),
    ".grad is an array": fault(
        "grad_missing",
        attribute(Tensor, "grad", _getter(lambda grad: grad if grad is None else grad._array)),
    ),
    "numpy() gives double": fault("dtype", called(_then(lambda a: a.astype(np.float64)), "numpy")),
    # What is the same for every tensor.
    "strides of rows for all": fault("stride", called(_instead(_strides_of_rows), "stride")),
    "one memory for all": fault(
        "alias", called(_instead(lambda self: _OF_ONE_MEMORY), "untyped_storage")
    ),
    "a memory for each": fault("alias", called(_instead(_of_its_own), "untyped_storage")),
    "version 0 for all": fault("version", attribute(Tensor, "_version", _getter(lambda _: 0))),
    "output 0 for all": fault("graph", attribute(Tensor, "output_nr", _getter(lambda _: 0))),
    "every tensor a leaf": fault("flag", attribute(Tensor, "is_leaf", _getter(lambda _: True))),
    # Which object a step gives.
    "+= gives nothing": fault("identity value", called(_then(_nothing), "__iadd__")),
    "*= gives a copy": fault("identity", called(_then(_copy), "__imul__")),
    "-= gives a twin": fault("identity", called(_then(_twin), "__isub__")),
    "add_ gives a copy": fault("identity", called(_then(_copy), "add_")),
    "mul_ gives a twin": fault("identity", called(_then(_twin), "mul_")),
    "zero_ gives nothing": fault("value", called(_then(_nothing), "zero_")),
    "requires_grad_ gives a copy": fault("identity", called(_then(_copy), "requires_grad_")),
    "requires_grad_ gives nothing": fault(
        "identity value", called(_then(_nothing), "requires_grad_")
    ),
    "detach_ gives a twin": fault("identity", called(_then(_twin), "detach_"), kept=True),
    "a dirty argument comes back as a twin": fault(
        "identity", attribute(Outputs, "_written", _then(_twin))
    ),
    "to the same dtype gives a twin": fault("identity", called(_then(_twin), "to")),
    "flatten of a vector gives a twin": fault("identity", called(_then(_twin), "flatten")),
    "a view of the same shape is the tensor": fault("identity", called(_itself, "view")),
    "all items of unbind are one": fault("identity", called(_then(_first_for_all), "unbind")),
    # Results that vanish.
    "neg gives nothing": fault("value", called(_then(_nothing), "neg")),
    "exp gives an array": fault("value", called(_then(_bare), "exp")),
    "chunk gives one less": fault("shape", called(_then(lambda items: items[1:]), "chunk")),
    "a custom function gives a tuple": fault(
        "value shape flag", attribute(function, "_applied", _then(_in_a_tuple))
    ),
    "register_hook gives no handle": fault("raises", called(_then(_nothing), "register_hook")),
}

"""Faults of the state that writes, views and version counters make: what a user loses days to."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from planting import Fault, attribute, called, fault, method, remade

from mini_autograd import Tensor
from mini_autograd.core.saved.saved import SavedResult, SavedTensor
from mini_autograd.core.table import ops
from mini_autograd.core.tensor import history
from mini_autograd.core.tensor.history import CreationMeta, set_history
from mini_autograd.core.tensor.tensor import detached, make
from mini_autograd.core.tensor.version_counter import VersionCounter, counter_of
from mini_autograd.inplace import checks as inplace_checks
from mini_autograd.inplace import forms as inplace
from mini_autograd.inplace import rebase
from mini_autograd.inplace.rebase import CopySlices
from mini_autograd.ops.shape.strided import part_of_memory


def _counted(by: int) -> Callable[[Any], Any]:
    def change(write: Any) -> Any:
        def broken(self: Tensor, *args: Any, **named: Any) -> Any:
            result = write(self, *args, **named)
            counter_of(self).version += by - 1
            return result

        return broken

    return change


def _without_base(view: Any) -> Any:
    def broken(*args: Any, **named: Any) -> Any:
        result = view(*args, **named)
        result._base = None
        return result

    return broken


def _for_the_view_alone(rebased: Any) -> Any:
    def broken(tensor: Tensor, node: Any) -> None:
        if tensor._base is None:
            rebased(tensor, node)
        else:
            set_history(tensor, node)

    return broken


def _region_kept(self: CopySlices, grads: list[Any], arithmetic: Any) -> Any:
    """The base's gradient goes on where the write replaced what it was for."""
    if grads[0] is None or self.saved is None:
        return [None] * len(self.edges)
    geometry, _, written = self.saved
    inner = written.backward([part_of_memory(grads[0], geometry)], arithmetic)
    return [grads[0], *inner[1:]]


def _counted_only(self: VersionCounter) -> None:
    self.version += 1


def _but(creation: CreationMeta) -> Callable[[Any], Any]:
    """The check of how a view was made, but for those made so."""

    def change(check: Any) -> Any:
        def broken(view: Tensor, *, indirect: bool) -> None:
            if view._creation is not creation:
                check(view, indirect=indirect)

        return broken

    return change


def _then(after: Callable[[Tensor], Any]) -> Callable[[Any], Any]:
    """What a method gives is changed, or replaced."""

    def change(method: Any) -> Any:
        def broken(self: Tensor, *args: Any, **named: Any) -> Any:
            result = method(self, *args, **named)
            replaced = after(result)
            return result if replaced is None else replaced

        return broken

    return change


def _forget_counter(tensor: Tensor) -> None:
    tensor._counter = None


def _unchecked_result(self: SavedResult, node: Any) -> Tensor:
    self.version = self.counter.version
    return _unpack_result(self, node)


_unpack_result = SavedResult.unpack


def _saved_without_look(self: SavedTensor, tensor: Tensor, dtype: Any = None) -> None:
    self.tensor, self.dtype, self.version = tensor, dtype, counter_of(tensor).version


def _shared_copy(self: Tensor, memo: dict[int, Any]) -> Tensor:
    copy = make(self._array)
    copy._requires_grad = self._requires_grad
    return copy


def _without_grad(copied: Any) -> Any:
    def broken(self: Tensor, memo: dict[int, Any]) -> Any:
        copy = copied(self, memo)
        copy._grad = None
        return copy

    return broken


def _overwritten(put: Any) -> Any:
    def broken(self: Tensor, indices: Any, values: Any, accumulate: Any = False) -> Any:
        return put(self, indices, values)

    return broken


_OF_BOTH: Final = {
    "self": lambda grad, self, other: ops.where(self == self, grad * other.conj(), grad),
    "other": lambda grad, self, other: ops.where(other == other, grad * self.conj(), grad),
}

FAULTS_OF_WRITES: Final[dict[str, Fault]] = {
    # Versions.
    "mul_ counts no write": fault("version raises", called(_counted(0), "mul_")),
    "mul_ counts two writes": fault("version error_message", called(_counted(2), "mul_")),
    "detach has a counter of its own": fault(
        "version raises", called(_then(_forget_counter), "detach")
    ),
    ".data shares the counter": fault(
        "version raises", attribute(Tensor, "data", lambda old: property(detached, old.fset))
    ),
    "a saved result is not checked": fault(
        "raises", method(SavedResult, "unpack", _unchecked_result)
    ),
    "mul saves both operands always": fault(
        "raises", remade(ops.mul, rules=_OF_BOTH), "mul add sin"
    ),
    "an inference tensor is saved": fault(
        "raises error_message", method(SavedTensor, "__init__", _saved_without_look)
    ),
    # Memory.
    "deepcopy shares memory": fault("alias value", method(Tensor, "__deepcopy__", _shared_copy)),
    "deepcopy loses .grad": fault("grad_missing", attribute(Tensor, "__deepcopy__", _without_grad)),
    "index_put_ does not accumulate": fault("value", called(_overwritten, "index_put_")),
    # Views and histories.
    "a transpose loses its base": fault(
        "grad_value grad_missing graph raises", called(_without_base, "t", "transpose", "swapaxes")
    ),
    "a write into a view is not the base's": fault(
        "grad_value graph flag", attribute(inplace, "rebase", _for_the_view_alone)
    ),
    "CopySlices keeps the region": fault(
        "grad_value", method(CopySlices, "backward", _region_kept)
    ),
    "a sister view keeps its history": fault(
        "grad_value graph", method(VersionCounter, "advance", _counted_only)
    ),
    "retain_grad stays behind a write": fault(
        "grad_missing grad_value",
        attribute(rebase, "_move_retained_grad", lambda _: lambda *_: None),
    ),
    "views are not told of requires_grad": fault(
        "flag raises", attribute(history, "update_views", lambda _: lambda base: None)
    ),
    # What is refused.
    "a leaf may be written to": fault(
        "raises", attribute(inplace, "check_history", lambda _: lambda *_: None)
    ),
    "one of several views may be written to": fault(
        "raises",
        attribute(inplace_checks, "check_creation", _but(CreationMeta.MULTI_OUTPUT_NODE)),
    ),
    "a view of no_grad may be written to": fault(
        "raises error_message",
        attribute(inplace_checks, "check_creation", _but(CreationMeta.NO_GRAD_MODE)),
    ),
}

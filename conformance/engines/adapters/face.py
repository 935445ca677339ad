"""What an engine of functions looks like to a program: torch's names, and tensors that record.

In-place steps, hooks and modes have no counterpart, so that they are unsupported; and what a tensor
shows beside its values and its gradient would be an answer of ours, so it shows nothing else.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from difflib import get_close_matches
from functools import wraps
from itertools import zip_longest
from types import SimpleNamespace
from typing import Any, ClassVar

import numpy as np

from conformance.catalogue import CATALOGUE
from conformance.engines.adapters.tape import (
    VJP,
    Array,
    Calling,
    Value,
    gradients,
    leads_to,
    leaves_of,
    record,
    values_in,
)
from conformance.engines.observing.observe import dtype_name
from conformance.engines.protocol import EngineError
from conformance.program.values import NUMPY_DTYPES
from conformance.program.words.operators import OPERATORS

_NUMBERS = (bool, int, float, complex, str, type(None))
"""What an op may give that is no array."""


class Tensor(Value):
    """A value under torch's names; each engine has a class of its own, with the engine's ops."""

    __slots__ = ("grad",)
    face: ClassVar[Face]
    grad: Tensor | None

    def __init__(self, array: Array, *made: Any) -> None:
        super().__init__(array, *made)
        self.grad = None

    @property
    def shape(self) -> Any:
        """As the engine's array has it."""
        return self.array.shape

    @property
    def dtype(self) -> Any:
        """The name that the adapter says of the array's own."""
        return self.face.name_of(self.array.dtype)

    def numpy(self) -> Any:
        """The values."""
        return self.face.to_numpy(self.array)

    def requires_grad_(self, flag: bool = True) -> Tensor:
        """Want gradients by this tensor, or not."""
        self.is_variable = flag
        return self

    def backward(
        self, gradient: Any = None, retain_graph: Any = None, create_graph: bool = False
    ) -> None:
        """Add the gradients to the `.grad` of all leaves, by the engine's own addition."""
        _backward(self, gradient, retain_graph, create_graph)


class Face:
    """What stands for the module `torch`; the arguments are those of `FunctionalEngine`."""

    add: Callable[..., Any]  # by which gradients are accumulated; it is one of the ops

    def __init__(
        self,
        array: Callable[[Any], Array],
        numpy: Callable[[Array], Any],
        vjp: VJP,
        ops: Mapping[str, Callable[..., Any]],
        dtypes: Mapping[str, Any],
    ) -> None:
        self.array, self.to_numpy, self.vjp = array, numpy, vjp
        self.Tensor: type[Tensor] = type("Tensor", (Tensor,), {"face": self, "__slots__": ()})
        self.autograd = SimpleNamespace(grad=_grad, backward=_backward)
        for name, function in ops.items():
            self._add(name, _recorded(self.Tensor, function))
        self._names = {dtype: name for name, dtype in dtypes.items()}
        for name, dtype in dtypes.items():
            setattr(self, name, dtype)

    def name_of(self, dtype: Any) -> str:
        """Torch's name of a dtype, or its own if the adapter says none."""
        return self._names.get(dtype) or dtype_name(dtype)

    def from_numpy(self, array: Any) -> Tensor:
        return self.Tensor(self.array(array.astype(array.dtype.newbyteorder("="), order="C")))

    def tensor(self, data: Any, dtype: Any = None, requires_grad: bool = False) -> Tensor:
        given = np.array(data)
        default = "float32" if given.dtype.kind == "f" else given.dtype.name
        name = default if dtype is None else self.name_of(dtype)
        return self.from_numpy(given.astype(NUMPY_DTYPES[name])).requires_grad_(requires_grad)

    def _add(self, name: str, function: Callable[..., Any]) -> None:
        """Offer an op in each form that torch has for it: a form is nothing of the engine's."""
        if name not in CATALOGUE:
            close = get_close_matches(name, CATALOGUE, n=1)
            hint = f"; did you mean {close[0]!r}?" if close else ""
            raise EngineError(f"{name!r} is none of `conformance ops`{hint}")
        for form in CATALOGUE[name].forms:
            if form.kind == "function":
                self._put(form.op, function)
            elif form.kind == "attribute":
                setattr(self.Tensor, form.op, property(function))
            elif form.kind == "method":
                setattr(self.Tensor, form.op, _in_order(form.order, function))
            elif form.kind == "operator":
                row = OPERATORS[form.op]
                setattr(self.Tensor, row.methods[0], function)
                for mirrored in row.reflected:
                    if mirrored.startswith("__r"):
                        setattr(self.Tensor, mirrored, _in_order((1, 0), function))

    def _put(self, path: str, function: Callable[..., Any]) -> None:
        home: Any = self
        *rooms, last = path.split(".")
        for room in rooms:
            home.__dict__.setdefault(room, SimpleNamespace())
            home = getattr(home, room)
        setattr(home, last, function)


def _in_order(order: Sequence[int], function: Callable[..., Any]) -> Callable[..., Any]:
    """The function, of arguments that are given in another order."""
    if not order:
        return function

    @wraps(function)
    def reordered(*args: Any, **options: Any) -> Any:
        rest = args[len(order) :]
        return function(
            *[args[order.index(place)] for place in range(len(order))], *rest, **options
        )

    return reordered


def _recorded(kind: type[Tensor], function: Callable[..., Any]) -> Callable[..., Any]:
    """The op on tensors. What calls it passes everything on, as the harness then sees from the
    function's signature which arguments it does not take."""

    @wraps(function)
    def op(*args: Any, **options: Any) -> Any:
        given = list(values_in((args, options)))
        call = Calling(function, args, options)
        value = function(*call.plain(args), **call.plain(options))
        operands = [each for each in given if each.is_variable]
        if not operands:
            return _wrapped(value, kind)
        results = len(value) if isinstance(value, tuple | list) else None
        return _wrapped(value, kind, record(call.of(operands, results), operands))

    return op


def _wrapped(value: Any, kind: type[Tensor], made: Any = None) -> Any:
    if not isinstance(value, tuple | list):
        return _tensor(value, kind, made, 0)
    return tuple([_tensor(item, kind, made, place) for place, item in enumerate(value)])


def _tensor(value: Any, kind: type[Tensor], made: Any, place: int) -> Any:
    if type(value) in _NUMBERS:
        return value
    # What is no fraction has no gradient in torch, and no engine is asked for one.
    inexact = kind.face.name_of(value.dtype).startswith(("float", "bfloat", "complex"))
    return kind(value, True, made, place) if made is not None and inexact else kind(value)


def _grad(
    outputs: Any,
    inputs: Any,
    grad_outputs: Any = None,
    retain_graph: Any = None,
    create_graph: bool = False,
    allow_unused: Any = None,
) -> tuple[Tensor | None, ...]:
    """As `torch.autograd.grad`. A function may be differentiated as often as one likes, so that
    `retain_graph` says nothing here."""
    by = _listed(inputs)
    found = _derived(_listed(outputs), _listed(grad_outputs), by, create_graph)
    if not allow_unused and any(each is None for each in found):
        raise RuntimeError("a result is made of none of an input's values")
    return tuple(found)


def _backward(
    tensors: Any, grad_tensors: Any = None, retain_graph: Any = None, create_graph: bool = False
) -> None:
    roots = _listed(tensors)
    leaves = [each for each in leaves_of(roots) if isinstance(each, Tensor)]
    for leaf, found in zip(
        leaves, _derived(roots, _listed(grad_tensors), leaves, create_graph), strict=True
    ):
        if found is not None:
            before = leaf.grad
            leaf.grad = found if before is None else leaf.face.add(before, found)


def _listed(value: Any) -> list[Any]:
    return [*value] if isinstance(value, tuple | list) else [] if value is None else [value]


def _derived(
    roots: list[Tensor], seeds: list[Tensor | None], by: list[Tensor], create_graph: bool
) -> list[Tensor | None]:
    """The gradient by each of `by`; None by one that no root is made of, which no engine is asked
    for. What a call gave is cut off from what it was made of, and so it is a question of its own.
    """
    face = roots[0].face
    given = [_seed(*pair) for pair in zip_longest(roots, seeds)]
    found: dict[Tensor, Tensor | None] = dict.fromkeys(by)
    asked = [each for each in found if leads_to(roots, each)]
    leaves = [each for each in asked if each.record is None]
    for group in filter(None, (leaves, *([each] for each in asked if each.record is not None))):
        function, operands = gradients(face.vjp, roots, given, group)
        arrays = function(*[each.array for each in operands])
        made = record(function, operands) if create_graph else None
        found.update(zip(group, _wrapped(arrays, face.Tensor, made), strict=True))
    return [found[each] for each in by]


def _seed(root: Tensor, given: Tensor | None) -> Tensor:
    if not root.is_variable:
        raise RuntimeError("the root is made of nothing that a gradient is wanted by")
    if given is not None:
        return given if given.is_variable else _cast(given, root)
    values = root.numpy()
    if values.size != 1:
        raise RuntimeError("of a root that is no single number the cotangent must be given")
    ones: Tensor = root.face.from_numpy(np.ones_like(values))
    return ones


def _cast(given: Tensor, root: Tensor) -> Tensor:
    """The cotangent in its root's dtype, as torch casts it and other engines want it."""
    if given.dtype == root.dtype:
        return given
    cast: Tensor = given.face.from_numpy(given.numpy().astype(root.numpy().dtype))
    return cast

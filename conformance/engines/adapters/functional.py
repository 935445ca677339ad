"""An engine that differentiates functions and has no tensors: JAX, say.

An adapter says how an array is made from NumPy and read, which ops there are by torch's names, and
one function `vjp`. Here they get a face like torch's: tensors that record the calls of a program,
so that a backward pass can ask for the gradient of the function that they make up.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from conformance.engines.adapters.face import Face, Tensor
from conformance.engines.adapters.tape import VJP, Array
from conformance.engines.torchlike import TorchLike
from conformance.program.inputs import Input
from conformance.program.values import NUMPY_DTYPES


class FunctionalEngine(TorchLike):
    """An engine of these functions.

    Args:
        name: what the user calls it.
        array: makes an array of one of NumPy's; `numpy` is the way back.
        vjp: of a function, a tuple of arrays, and a tuple with a cotangent for each of the
            function's results: the gradients by each array. It must be able to go through itself.
        ops: functions of arrays by torch's names, "exp" or "nn.functional.relu", that take torch's
            arguments under torch's names.
        dtypes: the engine's own, which are hashable, by torch's names; NumPy's by default.
    """

    def __init__(
        self,
        name: str,
        *,
        array: Callable[[Any], Array],
        numpy: Callable[[Array], Any],
        vjp: VJP,
        ops: Mapping[str, Callable[..., Any]],
        dtypes: Mapping[str, Any] | None = None,
        version: str = "unknown",
    ) -> None:
        known = NUMPY_DTYPES if dtypes is None else dtypes
        super().__init__(Face(array, numpy, vjp, ops, known), name)
        self.module.__version__ = version

    def make(self, entry: Input) -> Tensor:
        """The input. A functional engine has no strides: any layout is the same array."""
        tensor: Tensor = self.module.from_numpy(entry.array)
        if entry.requires_grad:
            tensor.requires_grad_()
        return tensor

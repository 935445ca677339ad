"""In-place ops: every trailing-underscore name is its op, written into the tensor.

One mechanism serves all: compute out of place, check, write, count the version, and make the op's
node the tensor's history. Nothing is written before every check has passed.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from typing import Any, Final

import numpy as np

from mini_autograd import layout
from mini_autograd.errors import arguments as argument_errors
from mini_autograd.errors import inplace as errors
from mini_autograd.grad_mode import no_grad, state
from mini_autograd.graph import Node
from mini_autograd.inplace_checks import (
    check_history,
    check_memory,
    check_operands,
    check_result,
)
from mini_autograd.ops.indexing import index_put
from mini_autograd.ops.writing import RECORDED, copied, filled, zeroed
from mini_autograd.overloads import composite, with_forms
from mini_autograd.rebase import rebase
from mini_autograd.saved import SavedResult
from mini_autograd.schema import is_number
from mini_autograd.tensor import Tensor, counter_of, edge_of, make
from mini_autograd.types import Array, Bool, Number

Method = Callable[..., Any]

# The out-of-place methods that torch has in an in-place form too.
_NAMES: Final = """
abs absolute acos acosh add addcdiv addcmul addmm addmv addr arccos arccosh arcsin arcsinh arctan
arctan2 arctanh asin asinh atan atan2 atanh baddbmm bitwise_and bitwise_left_shift bitwise_not
bitwise_or bitwise_right_shift bitwise_xor ceil clamp clamp_max clamp_min clip conj_physical
copysign cos cosh cumprod cumsum deg2rad digamma div divide eq erf erfc erfinv exp exp2 expm1 fix
float_power floor floor_divide fmod frac ge greater greater_equal gt heaviside hypot index_add
index_copy index_fill index_put ldexp le lerp less less_equal lgamma log log10 log1p log2
logical_and logical_not logical_or logical_xor logit lt masked_fill masked_scatter mul multiply
nan_to_num ne neg negative not_equal pow put rad2deg reciprocal relu remainder round rsqrt scatter
scatter_add scatter_reduce sgn sigmoid sign sin sinc sinh sqrt square sub subtract tan tanh tril
triu true_divide trunc xlogy
"""
NAMES: Final = frozenset(_NAMES.split())
# Of `abs` a complex tensor's result is real; the logical ops have no derivative, so torch lets
# them write where it would refuse another.
_REAL_ONLY: Final = frozenset({"abs", "absolute"})
_LOGICAL: Final = frozenset({"logical_and_", "logical_not_", "logical_or_", "logical_xor_"})
_ALIASES: Final = {
    "not_equal": "ne", "less": "lt", "less_equal": "le", "greater": "gt", "greater_equal": "ge",
}  # fmt: skip


def in_place(name: str, method: Method, recorded: Method | None = None) -> Method:
    """The in-place form, called `name`, of a method that computes a new tensor.

    `recorded` computes it where a graph is recorded, if the method's own result has no history.
    """
    bare_name = name.removesuffix("_")
    written = recorded or method

    def call(self: Tensor, *args: Any, **kwargs: Any) -> Tensor:
        given = tuple(_tensors((*args, *kwargs.values())))
        needs_grad = (
            state.enabled
            and name not in _LOGICAL
            and any(each._requires_grad for each in (self, *given))
        )
        if needs_grad:
            _check_recordable(self, method, args, kwargs)
        original = _original(self, needs_grad)
        try:
            if self._array.dtype.kind in "fc":
                result = (written if needs_grad else method)(original, *args, **kwargs)
            else:
                with no_grad():  # of integers there is none to record, nor to refuse
                    result = method(original, *args, **kwargs)
        except TypeError as error:
            raise TypeError(str(error).replace(f"{bare_name}()", f"{name}()", 1)) from None
        except Exception as error:
            check_memory(name, self, given)  # at which torch looks before shapes
            check_operands(name, self, given, error)
            raise
        check_memory(name, self, given)
        if bare_name in _REAL_ONLY and self._array.dtype.kind == "c":
            raise errors.complex_in_place(bare_name)
        check_result(name, self, result, given, kwargs.get("dtype"))
        _write(self, result)
        return self

    call.__name__ = call.__qualname__ = name
    call.__doc__ = f"In-place form of `{bare_name}`; gives the tensor itself."
    return call


def _check_recordable(
    tensor: Tensor, method: Method, args: tuple[Any, ...], kwargs: dict[str, Any]
) -> None:
    """Whether the tensor can get a new history; torch looks at the arguments' types before."""
    try:
        check_history(tensor, True)
    except RuntimeError:
        with no_grad(), contextlib.suppress(RuntimeError, IndexError, ValueError):
            method(make(tensor._array), *args, **kwargs)
        raise


def _tensors(values: tuple[Any, ...]) -> Iterator[Tensor]:
    for value in values:
        for each in value if isinstance(value, (tuple, list)) else (value,):
            if isinstance(each, Tensor):
                yield each


def _original(tensor: Tensor, needs_grad: bool) -> Tensor:
    """What the op computes from: the tensor's place in the graph, and a copy of its values for
    the rules that need them, since the write replaces those."""
    if not needs_grad:
        return make(tensor._array)
    original = make(tensor._array.copy(order="K"))
    if tensor._requires_grad:
        original._requires_grad = True
        original._node, original._output_nr = edge_of(tensor) or (None, 0)
    return original


def _write(tensor: Tensor, result: Tensor) -> None:
    array, values = tensor._array, result._array
    if layout.shows_twice(array):
        changed = values != array  # what the op left alone must not undo what it wrote
        array[changed] = values[changed]
    else:
        np.copyto(array, values, casting="unsafe")
    counter_of(tensor).advance()
    node = result._node
    if node is not None:
        _adopt(node, tensor)
        rebase(tensor, node)


def _adopt(node: Node, tensor: Tensor) -> None:
    """The node made the tensor now: what it accepts, and a saved result, are the tensor's."""
    array = tensor._array
    node.accepted = ((array.shape, array.dtype),)
    if node.saved is not None and any(type(each) is SavedResult for each in node.saved):
        result = SavedResult(array, counter_of(tensor), 0)
        node.saved = tuple(result if type(each) is SavedResult else each for each in node.saved)


@composite(name="copy_")
def _copy_source(self: Array, other: Array | Number, non_blocking: Bool = False) -> Any:
    """The out-of-place half of `copy_`, which takes a number too."""
    return copied.method(self, make(np.array(other)) if is_number(other) else other)


_COPY_FORM: Final = ("(Tensor other, bool non_blocking = False)",)
with_forms(_copy_source, function_forms=_COPY_FORM, method_forms=_COPY_FORM)

copy_: Final = in_place("copy_", _copy_source.method)
fill_: Final = in_place("fill_", filled.method)
zero_: Final = in_place("zero_", zeroed.method)
index_put_: Final = in_place("index_put_", index_put.method)

_AUGMENTED: Final = {
    "__iadd__": ("+=", "add"), "__isub__": ("-=", "sub"), "__imul__": ("*=", "mul"),
    "__itruediv__": ("/=", "div"), "__ifloordiv__": ("//=", "floor_divide"),
    "__imod__": ("%=", "remainder"), "__ipow__": ("**=", "pow"),
    "__iand__": ("&=", "bitwise_and"), "__ior__": ("|=", "bitwise_or"),
    "__ixor__": ("^=", "bitwise_xor"), "__ilshift__": ("<<=", "bitwise_left_shift"),
    "__irshift__": (">>=", "bitwise_right_shift"),
}  # fmt: skip


def _augmented(symbol: str, method: Method) -> Method:
    def operator(self: Tensor, other: Any) -> Tensor:
        if not isinstance(other, Tensor) and not is_number(other):
            raise argument_errors.unsupported_operand(symbol, self, other)
        return method(self, other)  # type: ignore[no-any-return]

    return operator


def methods_of(methods: dict[str, Method]) -> dict[str, Method]:
    """The in-place methods and augmented assignments that a table of methods gives."""
    made: dict[str, Method] = {}
    for name in sorted(NAMES & methods.keys()):
        recorded = RECORDED.get(_ALIASES.get(name, name))
        made[f"{name}_"] = in_place(
            f"{name}_", methods[name], None if recorded is None else recorded.method
        )
    made |= {"copy_": copy_, "fill_": fill_, "zero_": zero_}
    for operator, (symbol, name) in _AUGMENTED.items():
        if f"{name}_" in made:
            made[operator] = _augmented(symbol, made[f"{name}_"])
    return made

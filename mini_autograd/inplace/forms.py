"""In-place ops: every trailing-underscore name is its op, written into the tensor.

One mechanism serves all: compute out of place, check, write, count the version, and make the op's
node the tensor's history. Nothing is written before every check has passed.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from typing import Any, Final

import numpy as np

from mini_autograd.arrays import layout
from mini_autograd.core.graph.graph import Node
from mini_autograd.core.modes.grad_mode import state, unrecorded
from mini_autograd.core.modes.transforms import state as transforms
from mini_autograd.core.modes.warn_once import suppressed
from mini_autograd.core.op import Common, Expanded, InPlace, public, quiet
from mini_autograd.core.saved.packing import (
    PackedTensor,
    announce_write,
    composed,
    deferring,
    is_while_packing,
    packing_threads,
)
from mini_autograd.core.saved.saved import (
    SavedClones,
    SavedResult,
    SavedTensor,
    SavedView,
    pack_results,
)
from mini_autograd.core.tensor.history import autograd_sees, count_write, edge_of
from mini_autograd.core.tensor.tensor import Tensor, make
from mini_autograd.core.tensor.version_counter import counter_of
from mini_autograd.inplace.checks import (
    check_asked,
    check_captured,
    check_history,
    check_memory,
    check_operands,
    check_result,
    warn_of_truths,
)
from mini_autograd.inplace.rebase import CopySlices, rebase
from mini_autograd.messages import arguments as argument_errors
from mini_autograd.messages.ops.indexing import is_while_writing
from mini_autograd.messages.ops.pointwise import is_at_once
from mini_autograd.messages.tensors import inplace as errors
from mini_autograd.ops.indexing.indexing import index_put
from mini_autograd.ops.tensor.conversion import clone
from mini_autograd.ops.tensor.writing import copied, filled
from mini_autograd.parsing.forms import in_new_form
from mini_autograd.parsing.overloads import composite, with_forms
from mini_autograd.parsing.overrides import flat, has_torch_function, is_plain, overridable
from mini_autograd.parsing.surface import functions, in_place_forms
from mini_autograd.parsing.types import Array, Bool, Number, is_number

Method = Callable[..., Any]


def in_place(op: InPlace, method: Method) -> Method:
    """The in-place form of a method that computes a new tensor."""
    name, in_order = op.name, op.in_order
    bare_name = name.removesuffix("_")
    recorded = method if op.recorded is None else op.recorded.method

    def call(self: Tensor, *args: Any, **kwargs: Any) -> Tensor:
        if transforms.depth:
            check_captured(op, self, args, kwargs)
        if len(args) > 1:
            args, kwargs = in_new_form(name, self, args, kwargs)
        if not is_plain(self, *args, *kwargs.values()) and has_torch_function(
            flat((self, *args), kwargs)
        ):
            return asking(self, *args, **kwargs)  # type: ignore[no-any-return]
        given = tuple(_tensors((*args, *kwargs.values())))
        needs_grad = (
            state.enabled
            and op.differentiable
            and any(each._requires_grad for each in (self, *given))
            and autograd_sees(self, *given, _operand(args, kwargs) if op.number_seen else None)
        )
        if needs_grad:
            check_recordable(name, self, method, args, kwargs)
        if op.running is not None and "dtype" in kwargs and len(args) < 2:
            check_asked(self, args[0] if args else kwargs.get("dim"), kwargs["dtype"])
        original = _original(self, needs_grad)
        waiting: Iterable[tuple[Node, tuple[Tensor, ...]]] = ()
        on_floats = self._array.dtype.kind in "fc"
        accumulates = any(each is True for each in (*args, *kwargs.values()))
        # What is accumulated is no fill.
        fills = _first_dim(args, kwargs) if op.fills_by_mask and not accumulates else None
        try:
            with _unwarned(op, self, given):
                if not (needs_grad and on_floats):
                    with unrecorded():  # of integers there is no history to record, nor to refuse
                        result = method(original, *args, **kwargs)
                elif packing_threads:
                    with deferring() as waiting:
                        result = recorded(original, *args, **kwargs)
                else:
                    result = recorded(original, *args, **kwargs)
        except Exception as error:
            if is_while_packing(error) or is_at_once(error):
                raise
            if isinstance(error, TypeError):
                raise errors.renamed(error, name) from None
            if op.check_kinds is not None:
                op.check_kinds(given)
            if not op.memory_last or is_while_writing(error):
                check_memory(op, self, given, fills=fills)  # torch looks before shapes
            check_operands(op, self, (*given, *filter(is_number, (*args, *kwargs.values()))), error)
            raise
        if not op.memory_last:
            check_memory(op, self, given, fills=fills)
        check_result(op, self, result, given)
        if op.compares:
            warn_of_truths(self, (*given, *args, *kwargs.values()))
        if op.memory_last:
            check_memory(op, self, given)
        if needs_grad and op.on_integers and not on_floats:
            original._array = original._array.astype(np.float64)  # of which a node can be recorded
            with suppressed():  # it has warned of what it did to the integers
                result._node = recorded(original, *args, **kwargs)._node
        if original._requires_grad and result._node is not None:
            _save_clone(result._node, original)
        if in_order is not None and layout.shows_twice(self._array) and result._array.size:
            result._array = in_order(
                self._array, *_arrays(args), **{k: _arrays(v) for k, v in kwargs.items()}
            )
        _write(self, result)
        for node, outs in waiting:
            pack_results(node, (self,) if node is result._node else outs)
        return self

    call.__name__ = call.__qualname__ = name
    call.__doc__ = f"In-place form of `{bare_name}`; gives the tensor itself."
    asking = overridable(name, method=True)(call)
    return composed(call) if op.composite else call


_AS_IT_IS: Final = nullcontext()


def _unwarned(op: InPlace, tensor: Tensor, given: Sequence[Tensor]) -> AbstractContextManager[None]:
    """Within it nothing is warned of where the memory will be refused, as torch looks at it before
    it computes."""
    by_tensors = op.expanded is Expanded.BY_NUMBERS and given
    refused = by_tensors or (op.expanded is Expanded.REFUSED and not op.memory_last)
    return suppressed() if refused and layout.shows_twice(tensor._array) else _AS_IT_IS


def check_recordable(
    name: str, tensor: Tensor, method: Method, args: tuple[Any, ...], kwargs: dict[str, Any]
) -> None:
    """Whether the tensor can get a new history; torch looks at the arguments' types before."""
    try:
        check_history(tensor, True)
    except RuntimeError:
        try:
            with unrecorded(), suppressed():
                method(make(tensor._array), *args, **kwargs)
        except TypeError as error:
            raise errors.renamed(error, name) from None
        except Exception:  # what it has besides to say, torch would not get to
            pass
        raise


def _operand(args: Sequence[Any], kwargs: Mapping[str, Any]) -> Any:
    return args[0] if args else kwargs.get("other")


def _tensors(values: tuple[Any, ...]) -> Iterator[Tensor]:
    for value in values:
        for each in value if isinstance(value, (tuple, list)) else (value,):
            if isinstance(each, Tensor):
                yield each


def _arrays(values: Any) -> Any:
    """The arguments as a kernel has them."""
    if isinstance(values, (tuple, list)):
        return [_arrays(each) for each in values]
    return values._array if isinstance(values, Tensor) else values


def _first_dim(args: tuple[Any, ...], kwargs: dict[str, Any]) -> int:
    """The dim at which the first of the indices stands; 0 where they are none, as is said later."""
    indices = args[0] if args else kwargs.get("indices", ())
    if not isinstance(indices, (tuple, list)):
        return 0
    return next((at for at, each in enumerate(indices) if each is not None), 0)


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


def _save_clone(node: Node, original: Tensor) -> None:
    """torch saves a clone of what it writes over, recorded: the graph of a gradient shows it."""
    for place, saved in enumerate(node.saved or ()):
        computed_in = saved.dtype if type(saved) is SavedTensor else None
        if saved is original or (computed_in is not None and saved.tensor is original):
            kept = _recorded_clone(original)
            entry: Any = kept if computed_in is None else SavedTensor(kept, computed_in)
            if transforms.depth:
                entry = SavedClones(kept, _recorded_clone(original), computed_in)
            assert node.saved is not None
            node.saved = (*node.saved[:place], entry, *node.saved[place + 1 :])
        elif type(saved) is PackedTensor and saved.is_of(original):
            kept = _recorded_clone(original)
            saved.node, saved.output, saved.accumulator = kept._node, kept._output_nr, None


def _recorded_clone(original: Tensor) -> Tensor:
    kept = make(original._array)
    clone.op.record(kept, original)
    return kept


def _write(tensor: Tensor, result: Tensor) -> None:
    array, values = tensor._array, result._array
    if packing_threads:
        announce_write(tensor)
    if layout.shows_twice(array):
        changed = _changed(array, values)  # what the op left alone must not undo what it wrote
        array[changed] = values[changed]
    else:
        quiet.run(np.copyto, array, values, "unsafe")
    count_write(tensor)
    node = result._node
    if node is not None:
        node.accepted = ((array.shape, array.dtype),)
        rebase(tensor, node)
        _save_written(node, tensor)


def _changed(before: Any, after: Any) -> Any:
    """Which elements another number was written to: a zero of another sign is another."""
    if before.dtype.kind == "c":
        return _changed(before.real, after.real) | _changed(before.imag, after.imag)
    changed = (before != after) & ((before == before) | (after == after))
    if before.dtype.kind == "f":
        changed |= np.signbit(before) != np.signbit(after)
    return changed


def _save_written(node: Node, tensor: Tensor) -> None:
    """A result that the node saved is the tensor now."""
    if node.saved is None or not any(type(each) is SavedResult for each in node.saved):
        return
    array, counter, maker = tensor._array, counter_of(tensor), tensor._node
    if tensor._base is None or maker is None:
        result = SavedResult(array, counter, 0)
    else:
        result = SavedView(array, counter, maker)
    node.saved = tuple(result if type(each) is SavedResult else each for each in node.saved)


_COPIED: Final = InPlace(common=Common.ITSELF, number_seen=True)


@public("copy", function=False, method=False, in_place=_COPIED)
@composite(name="copy_")
def _copy_source(self: Array, other: Array | Number, non_blocking: Bool = False) -> Any:
    """The out-of-place half of `copy_`, which takes a number too."""
    return copied.method(self, make(np.array(other)) if is_number(other) else other)


_COPY_FORM: Final = ("(Tensor other, bool non_blocking = False)",)
with_forms(_copy_source, function_forms=_COPY_FORM, method_forms=_COPY_FORM)


@functools.cache
def _form(name: str) -> Method:
    return in_place(*in_place_forms[name])


copy_: Final = _form("copy_")
CopySlices.write = staticmethod(copy_)
fill_: Final = _form(f"{filled.__name__}_")
# That of subscripts, of which an index may be None.
index_put_: Final = in_place(in_place_forms[f"{index_put.__name__}_"][0], index_put.method)

_AUGMENTED: Final = {
    "+=": "__iadd__", "-=": "__isub__", "*=": "__imul__", "/=": "__itruediv__",
    "//=": "__ifloordiv__", "%=": "__imod__", "**=": "__ipow__", "&=": "__iand__",
    "|=": "__ior__", "^=": "__ixor__",
}  # fmt: skip
# Those that torch asks a type for; for the others it asks for the method.
_OWN: Final = frozenset({"__iand__", "__ior__", "__ixor__"})


def _augmented(name: str, method: Method) -> Method:
    def operator(self: Tensor, other: Any) -> Any:
        try:
            if not is_plain(self, other) and name in _OWN:
                return asking(self, other)
            return method(self, other)
        except TypeError:
            return NotImplemented

    asking = overridable(name, method=True)(method)
    operator.__name__ = operator.__qualname__ = name
    return operator


def methods() -> dict[str, Method]:
    """The in-place methods, and the augmented assignments that are made of them."""
    made = {}
    for name, (op, _) in in_place_forms.items():
        made[name] = method = _form(name)
        if op.augmented is not None:
            assigned = _AUGMENTED[op.augmented]
            made[assigned] = _augmented(assigned, method)
        if op.function:
            as_function(name)
    return made


def as_function(name: str) -> None:
    """Makes an in-place method a public function, too."""

    def call(*args: Any, **kwargs: Any) -> Any:
        named = kwargs
        if not args:
            if "input" not in kwargs:
                raise argument_errors.missing(name, ["input"])
            named = dict(kwargs)
            args = (named.pop("input"),)
        tensor, *others = args
        if isinstance(tensor, Tensor):
            try:
                return getattr(tensor, name)(*others, **named)
            except TypeError as error:
                refused, given = error, make(tensor._array)
        else:
            place = None if "input" in kwargs else 1
            refused = argument_errors.wrong_type(name, "input", place, "Tensor", tensor)
            given = tensor
        asked = {"input": given} if "input" in kwargs else {}
        raise _as_of_function(name, refused, [] if asked else [given, *others], named | asked)

    call.__name__ = call.__qualname__ = name
    call.__doc__ = f"`input.{name}(...)`."
    public(method=False)(call)


def _as_of_function(
    name: str, refused: TypeError, args: Sequence[Any], kwargs: dict[str, Any]
) -> TypeError:
    """A method's error as that of the function, which counts the tensor among the arguments.

    One that lists forms is left: the function's might write into an `out`, too.
    """
    function = functions.get(name.removesuffix("_"))
    if function is None or not is_plain(*flat(args, kwargs)):
        return refused
    try:
        with unrecorded(), suppressed():
            function(*args, **kwargs)
    except TypeError as error:
        return refused if " combination of " in str(error) else errors.renamed(error, name)
    except Exception:  # what it has besides to say, torch would not get to
        pass
    return refused

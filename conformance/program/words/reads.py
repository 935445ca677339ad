"""What a program can observe of a tensor, and how that is written: one row for each read."""

from __future__ import annotations

import gc
import operator
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from conformance.verdict import Kind


@dataclass(frozen=True, slots=True)
class Observation:
    """A read: how it is done, how it is written, and the kind of mismatch when it differs. A
    text with `{1}` has a second operand. `defines` is what the text needs to have defined;
    `methods` are the special methods one of which Python needs."""

    read: Callable[..., Any]
    text: str
    mismatch: Kind
    defines: str = ""
    methods: tuple[str, ...] = ()

    @property
    def operands(self) -> int:
        """How many tensors it looks at."""
        return 2 if "{1}" in self.text else 1

    def written(self, tensor: str, other: str = "") -> str:
        """The expression that reads a tensor of that name."""
        return self.text.format(tensor, other)


def _attribute(name: str, mismatch: Kind) -> Observation:
    return Observation(operator.attrgetter(name), f"{{0}}.{name}", mismatch)


def _method(name: str, mismatch: Kind) -> Observation:
    return Observation(operator.methodcaller(name), f"{{0}}.{name}()", mismatch)


def _builtin(function: Callable[[Any], Any], mismatch: Kind, *others: str) -> Observation:
    """A read by a function of Python's, which asks the method of its name, or one of others."""
    name = function.__name__
    methods = (f"__{name}__", *others)
    return Observation(function, f"{name}({{0}})", mismatch, methods=methods)


def _of_node(source: str, name: str) -> Observation:
    """A read of the tensor's grad_fn by a function of the source's own."""
    namespace: dict[str, Any] = {}
    exec(source, namespace)
    function = namespace[name]
    text = f"{name}({{0}}.grad_fn)"
    return Observation(lambda tensor: function(tensor.grad_fn), text, "graph", source)


_GRAPH = """\
def graph(node, depth=4):
    if node is None or not depth:
        return None
    return node.name(), [(graph(next_node, depth - 1), nr) for next_node, nr in node.next_functions]
"""

_SAVED = """\
def saved(node):
    names = [name for name in dir(node) if name.startswith("_saved_")]
    return ", ".join(f"{name}={getattr(node, name)}" for name in sorted(names))
"""


_ALIVE = """\
import gc


def alive(reference):
    gc.collect()
    return reference() is not None
"""


def _alive(reference: Any) -> bool:
    gc.collect()
    return reference() is not None


_ITERATED = ("__iter__", "__getitem__")


def _grad_fn_name(tensor: Any) -> str | None:
    return None if tensor.grad_fn is None else str(tensor.grad_fn.name())


READS: Mapping[str, Observation] = {
    "item": _method("item", "value"),
    "tolist": _method("tolist", "value"),
    "numpy": _method("numpy", "value"),
    "float": _builtin(float, "value", "__index__"),
    "int": _builtin(int, "value", "__index__", "__trunc__"),
    "bool": _builtin(bool, "value", "__len__"),
    "complex": _builtin(complex, "value", "__float__", "__index__"),
    "len": _builtin(len, "shape"),
    "repr": _builtin(repr, "flag"),
    "str": _builtin(str, "flag", "__repr__"),
    "format": Observation(
        "{}".format, 'f"{{{0}}}"', "flag", methods=("__format__", "__str__", "__repr__")
    ),
    "shape": Observation(lambda tensor: tuple(tensor.shape), "tuple({0}.shape)", "shape"),
    "size": Observation(lambda tensor: tuple(tensor.size()), "tuple({0}.size())", "shape"),
    "dim": _method("dim", "shape"),
    "ndim": _attribute("ndim", "shape"),
    "numel": _method("numel", "shape"),
    "dtype": _attribute("dtype", "dtype"),
    "stride": _method("stride", "flag"),
    "storage_offset": _method("storage_offset", "flag"),
    "is_contiguous": _method("is_contiguous", "flag"),
    "is_floating_point": _method("is_floating_point", "flag"),
    "is_complex": _method("is_complex", "flag"),
    "is_leaf": _attribute("is_leaf", "flag"),
    "requires_grad": _attribute("requires_grad", "flag"),
    "retains_grad": _attribute("retains_grad", "flag"),
    "grad_is_none": Observation(
        lambda tensor: tensor.grad is None, "{0}.grad is None", "grad_missing"
    ),
    "output_nr": _attribute("output_nr", "graph"),
    "grad_fn": Observation(_grad_fn_name, "{0}.grad_fn and {0}.grad_fn.name()", "graph"),
    "graph": _of_node(_GRAPH, "graph"),
    "saved": _of_node(_SAVED, "saved"),
    "metadata": _attribute("grad_fn.metadata", "graph"),
    "version": _attribute("_version", "version"),
    "data_version": _attribute("data._version", "version"),
    "is_inference": _method("is_inference", "flag"),
    "is_view": _method("_is_view", "flag"),
    "hash": Observation(lambda tensor: hash(tensor) == id(tensor), "hash({0}) == id({0})", "flag"),
    "index": Observation(
        lambda tensor: range(9)[tensor], "range(9)[{0}]", "value", methods=("__index__",)
    ),
    "items": Observation(
        lambda tensor: [item.requires_grad for item in tensor],
        "[item.requires_grad for item in {0}]",
        "flag",
        methods=_ITERATED,
    ),
    "contains": Observation(
        lambda tensor, other: other in tensor,
        "{1} in {0}",
        "value",
        methods=("__contains__", *_ITERATED),
    ),
    "grad_dtype": _attribute("grad_dtype", "flag"),
    "alive": Observation(_alive, "alive({0})", "flag", _ALIVE),
    "is": Observation(operator.is_, "{0} is {1}", "alias"),
    "base_is": Observation(
        lambda tensor, other: tensor._base is other, "{0}._base is {1}", "alias"
    ),
    "grad_is": Observation(lambda tensor, other: tensor.grad is other, "{0}.grad is {1}", "alias"),
    "grad_fn_is": Observation(
        lambda tensor, other: tensor.grad_fn is other.grad_fn, "{0}.grad_fn is {1}.grad_fn", "graph"
    ),
}
"""What a `Read` step can observe; the value is plain (a dtype becomes a `DType`)."""

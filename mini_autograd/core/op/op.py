"""What is known of an op kind once: its operands, its rules, and what they need saved."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cached_property
from typing import Any

from mini_autograd.core.op import saved_attributes
from mini_autograd.core.op.codegen import generate
from mini_autograd.core.op.node import OpNode
from mini_autograd.core.op.promotion import Promotion
from mini_autograd.core.op.slots import Keep, Slot
from mini_autograd.parsing.binding import Written
from mini_autograd.parsing.schema import Schema

Forward = Callable[..., Any]
Rule = Callable[..., Any]


class Op:
    """One op kind: its forward, its rules, and what follows from them."""

    def __init__(
        self,
        name: str,
        forward: Forward,
        rules: dict[str, Rule],
        *,
        promotion: Promotion,
        node: str | None,
        view: bool,
        outputs: Sequence[str] | None,
        constant: int = 0,
        scalars: bool,
        order: Sequence[str] | None = None,
        no_complex_half: str | None = None,
        together: Sequence[str] = (),
        partial: bool = False,
        inside: Callable[..., Any] | None = None,
        unsaved: str = "",
        elementwise: bool | None = None,
    ) -> None:
        self.name = name
        self.no_complex_half = no_complex_half
        self.view = view
        self.outputs = outputs
        self.constant = constant
        self.partial = partial
        self.unsaved = unsaved
        self.inside = inside or _calls_nothing
        self.inside_first = hasattr(inside, "first")
        self.scalars = scalars
        self.promotion = promotion
        self.schema = schema = Schema(name, forward)
        self.bare = forward  # as a rule calls it
        self.forward = schema.by_position(forward)
        self.operands = tuple(i for i, each in enumerate(schema.parameters) if each.is_operand)
        self.promoted = tuple(
            i for i in self.operands if {"Array", "Arrays"} & set(schema.parameters[i].words)
        )
        self.variadic = frozenset(
            i for i in self.operands if {"Arrays", "IndexArrays"} & set(schema.parameters[i].words)
        )
        self.title = node or f"{''.join(w.capitalize() for w in name.split('_'))}Backward0"
        self.names = names = [each.name for each in schema.parameters]
        self.order = self.operands if order is None else tuple(map(names.index, order))
        arranged = promotion is not Promotion.NONE if order is None else bool(order)
        self.arranges = outputs is None and arranged
        # The order in which torch computes gradients, which graphs and hooks show.
        self.in_turn = sorted(
            self.promoted,
            key=lambda i: (
                (min(together), together.index(names[i])) if names[i] in together else (names[i], 0)
            ),
        )
        unknown = set(rules) - set(names)
        assert not unknown, f"{name} has rules for {sorted(unknown)}, which are no parameters"
        self.rules = rules
        self.reads = {
            key: list(rule.__code__.co_varnames[1 : rule.__code__.co_argcount])
            for key, rule in rules.items()
        }
        used = {key for each in self.reads.values() for key in each}
        # Among the edges, those of operands whose rule reads a result.
        self.readers_of_result = [
            place
            for place, index in enumerate(self.promoted)
            if any(key.startswith("result") for key in self.reads.get(names[index], ()))
        ]
        # torch's order of saving and unpacking: the first stale one is what an error names.
        self.keys = sorted(used, key=lambda key: (key.startswith("result"), key))
        # What reads a shape, beside its operands' elements, is none.
        by_elements = self.arranges and not self.variadic
        by_elements = by_elements and not any(key.endswith("_shape") for key in self.keys)
        self.elementwise = by_elements if elementwise is None else elementwise
        self.slots = tuple(self._slot(key) for key in self.keys)
        self.written = Written(schema, self._write, by_dtype=promotion is not Promotion.NONE)

    @cached_property
    def source(self) -> str:
        """The code that is written for the op."""
        return generate.source(self)

    def _write(self, namespace: dict[str, Any]) -> None:
        generate.compile_into(self, namespace)
        namespace[self.title].op = self
        saved_attributes.install(self, namespace[self.title])

    @property
    def made(self) -> dict[str, Any]:
        """What that code defines; written when it is first needed."""
        return self.written.made

    @cached_property
    def node_class(self) -> type[OpNode]:
        """The class of its nodes."""
        made: type[OpNode] = self.made[self.title]
        return made

    @cached_property
    def record(self) -> Callable[..., None]:
        """Records a call: `record(out, *arguments)`."""
        record: Callable[..., None] = self.made["record"]
        return record

    def _slot(self, key: str) -> Slot:
        """torch saves a tensor that one of several rules uses only if that input needs grad."""
        names = self.names
        if key in names:
            users = [names.index(operand) for operand, used in self.reads.items() if key in used]
            only_for = users[0] if len(users) == 1 and len(self.rules) > 1 else None
            index = names.index(key)
            keep = Keep.OPERAND if index in self.operands else Keep.VALUE
            return Slot(keep, index, only_for)
        if key.startswith("result"):
            return Slot(Keep.RESULT, int(key.removeprefix("result") or 0), None)
        stem, _, what = key.rpartition("_")
        assert stem in names, f"a rule of {self.name} reads {key!r}, which is nothing of the op's"
        return Slot(Keep[what.upper()], names.index(stem), None)


def _calls_nothing(result: Any, *_: Any) -> Any:
    """What most kernels do inside: none calls an op on what it made."""
    return result

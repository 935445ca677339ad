"""What is known of an op kind once: its operands, its rules, and what they need saved."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
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


@dataclass(eq=False)
class Op:
    """One op kind: its forward, its rules, and what follows from them.

    `differentiable` says what the columns are.
    """

    name: str
    bare: Forward  # as a rule calls it
    rules: dict[str, Rule]
    promotion: Promotion
    node: str | None
    view: bool
    outputs: Sequence[str] | None
    constant: int
    scalars: bool
    given_order: Sequence[str] | None
    no_complex_half: str | None
    together: Sequence[str]
    partial: bool
    inside: Callable[..., Any]
    unsaved: str
    given_elementwise: bool | None
    complex_gradient: bool
    warns: bool
    casts: bool

    def __post_init__(self) -> None:
        self.schema = schema = Schema(self.name, self.bare)
        self.forward = schema.by_position(self.bare)
        capitals = "".join(word.capitalize() for word in self.name.split("_"))
        self.title = self.node or f"{capitals}Backward0"
        self.inside_first = hasattr(self.inside, "first")
        by_dtype = self.promotion is not Promotion.NONE
        self.written = Written(schema, self._write, by_dtype=by_dtype)

    # The following is computed when a call first needs it: most programs call few ops.

    @cached_property
    def names(self) -> list[str]:
        """Of all parameters."""
        return [each.name for each in self.schema.parameters]

    @cached_property
    def operands(self) -> tuple[int, ...]:
        """The parameters that take tensors."""
        return tuple(i for i, each in enumerate(self.schema.parameters) if each.is_operand)

    @cached_property
    def promoted(self) -> tuple[int, ...]:
        """Of these, those that can need a gradient: no masks, nor indices."""
        return self._taking("Array", "Arrays")

    @cached_property
    def variadic(self) -> frozenset[int]:
        """And those that take several tensors."""
        return frozenset(self._taking("Arrays", "IndexArrays"))

    def _taking(self, *words: str) -> tuple[int, ...]:
        parameters = self.schema.parameters
        return tuple(i for i in self.operands if not {*words}.isdisjoint(parameters[i].words))

    @cached_property
    def order(self) -> tuple[int, ...]:
        """The operands that give the result's order of dims in memory, the first decides."""
        if self.given_order is None:
            return self.operands
        return tuple(map(self.names.index, self.given_order))

    @cached_property
    def arranges(self) -> bool:
        """Whether the operands decide that order at all."""
        arranged = (
            self.promotion is not Promotion.NONE if self.given_order is None else self.given_order
        )
        return self.outputs is None and bool(arranged)

    @cached_property
    def in_turn(self) -> list[int]:
        """The order in which torch computes gradients, which graphs and hooks show."""
        names, together = self.names, self.together
        return sorted(
            self.promoted,
            key=lambda i: (
                (min(together), together.index(names[i])) if names[i] in together else (names[i], 0)
            ),
        )

    @cached_property
    def reads(self) -> dict[str, list[str]]:
        """By operand, what its rule reads beside the gradient."""
        unknown = set(self.rules) - set(self.names)
        assert not unknown, f"{self.name} has rules for {sorted(unknown)}, which are no parameters"
        return {
            key: list(rule.__code__.co_varnames[1 : rule.__code__.co_argcount])
            for key, rule in self.rules.items()
        }

    @cached_property
    def readers_of_result(self) -> list[int]:
        """Among the edges, those of operands whose rule reads a result."""
        return [
            place
            for place, index in enumerate(self.promoted)
            if any(key.startswith("result") for key in self.reads.get(self.names[index], ()))
        ]

    @property
    def refuses_integers(self) -> bool:
        """Whether a call that is recorded raises if it gives integers; what has no derivative is
        not recorded then."""
        return bool(self.rules) and not self.casts

    @cached_property
    def keys(self) -> list[str]:
        """All that rules read, in torch's order of saving and unpacking: the first stale one is
        what an error names."""
        used = {key for each in self.reads.values() for key in each}
        return sorted(used, key=self._order_of_saving)

    def _order_of_saving(self, key: str) -> tuple[bool, str]:
        """Operands by their names, then results by theirs."""
        place = key.removeprefix("result")
        if place == key:
            return False, key
        return True, self.outputs[int(place)] if self.outputs and place else key

    @cached_property
    def elementwise(self) -> bool:
        """Whether rules go element by element; what reads a shape, beside its operands' elements,
        does not."""
        if self.given_elementwise is not None:
            return self.given_elementwise
        by_elements = self.arranges and not self.variadic
        return by_elements and not any(key.endswith("_shape") for key in self.keys)

    @cached_property
    def slots(self) -> tuple[Slot, ...]:
        """What a node saves, by key."""
        return tuple(self._slot(key) for key in self.keys)

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
        """torch saves a tensor that one of several rules uses only if that input needs grad, and
        strides only if their own operand does."""
        names = self.names
        if key in names:
            index = names.index(key)
            if index not in self.operands:
                return Slot(Keep.VALUE, index, None)
            users = [names.index(operand) for operand, used in self.reads.items() if key in used]
            only_for = users[0] if len(users) == 1 and len(self.rules) > 1 else None
            return Slot(Keep.OPERAND, index, only_for)
        if key.startswith("result"):
            return Slot(Keep.RESULT, int(key.removeprefix("result") or 0), None)
        stem, _, what = key.rpartition("_")
        assert stem in names, f"a rule of {self.name} reads {key!r}, which is nothing of the op's"
        keep, index = Keep[what.upper()], names.index(stem)
        own = keep is Keep.STRIDES and len(self.rules) > 1
        return Slot(keep, index, index if own else None)


def calls_nothing(result: Any, *_: Any) -> Any:
    """What most kernels do inside: none calls an op on what it made."""
    return result

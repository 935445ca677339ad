"""What an engine claims to do. Programs outside the claims are counted apart; inside, a difference
is a failure, and so is something unsupported."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from typing import Any

from conformance.catalogue import CATALOGUE, op_of
from conformance.generate.drawing.features import FEATURES, features_of
from conformance.generate.planning.effects import writes
from conformance.program import Program
from conformance.program.inputs import Input
from conformance.program.inputs.layout import contiguous_strides
from conformance.program.steps import Call, Read, SetData, Snippet, Step, walks
from conformance.program.trace import Raised, TensorState, Trace, Unobserved
from conformance.program.values import HELD, DType
from conformance.program.words.own import OWN
from conformance.program.words.reads import READS
from conformance.verdict import GRADE_OF, GRADES, ZEROS, Mismatch

OPS: tuple[str, ...] = tuple(CATALOGUE)
DTYPES: tuple[str, ...] = tuple(HELD)
MORE_FEATURES: Mapping[str, str] = {
    "gradients": "a backward pass of any kind",
    "errors": "a step that the reference refuses",
    "layouts": "an input that is not contiguous",
    "same object": "a result that is the very object that an argument, or a gradient's seed, was",
    "written seeds": "a backward pass that writes to an input, whose memory a gradient has",
    "snippets": "text of plain torch code, as in the tutorial and the messages",
    "no kernel": "a step that the reference has no kernel for: NotImplementedError",
}
"""The features that are no switch of the generator's, and what a program with each has."""

ALL_FEATURES: tuple[str, ...] = (*FEATURES, *MORE_FEATURES)
FIELDS: Mapping[str, str] = {
    "shapes": "shapes, of results and of gradients",
    "dtype": "dtypes, of results and of gradients",
    "values": "values, of results and of gradients",
    "grad": "gradients: which there are, and their values",
    "no gradient": "whether a gradient that is zero everywhere is None",
    "requires_grad": "`.requires_grad`",
    "is_leaf": "`.is_leaf`",
    "version": "`._version`",
    "output_nr": "`.output_nr`",
    "grad_fn": "the name of `.grad_fn`, and what else a node shows",
    "edges": "`.grad_fn.next_functions`",
    "stride": "`.stride()`",
    "aliases": "which tensors share memory",
    "identity": "which results are the same object as an argument",
    "hooks": "the calls of hooks and custom functions, and their order",
    "warnings": "what is warned of",
    "reads": "what else a program reads of a tensor: its text, its layout, ...",
    "forms": "every form of call that torch has for an op: function, method, operator",
    "arguments": "every argument that torch takes for an op",
}
"""What can be observed, and so claimed."""


@dataclass(frozen=True, slots=True)
class Claims:
    """What an engine claims. Each part is the names that it claims, all of them by default.

    Attributes:
        grade: the highest grade of parity that it aims at.
        note: a sentence for the report.
        where: the file; "" if there is none, and everything is asked.
    """

    ops: frozenset[str] = frozenset(OPS)
    dtypes: frozenset[str] = frozenset(DTYPES)
    features: frozenset[str] = frozenset(ALL_FEATURES)
    fields: frozenset[str] = frozenset(FIELDS)
    grade: int = max(GRADES)
    note: str = ""
    where: str = ""

    @property
    def everything(self) -> bool:
        """Whether nothing is left out."""
        return all(
            getattr(self, entry.name) == entry.default
            for entry in fields(self)
            if entry.name not in ("note", "where")
        )

    @property
    def drawn_features(self) -> frozenset[str] | None:
        """The features that generated programs may use; None where all are claimed."""
        claimed = self.features & FEATURES.keys()
        return None if len(claimed) == len(FEATURES) else frozenset(claimed)

    def has(self, op: str) -> bool:
        """Whether the op is claimed. A user's own is: who names its file wants it asked."""
        return op in self.ops or op in OWN

    def about(self, program: Program, expected: Trace) -> str | None:
        """Why a program is outside of what is claimed, the first reason; None if it is inside.
        `expected` is the reference's trace."""
        if self.everything:
            return None
        ops = () if len(self.ops) == len(OPS) else _ops_of(program)
        for kind, claimed, used in (
            ("op", {*self.ops, *OWN}, ops),
            ("dtype", self.dtypes, _dtypes_of(program, expected)),
            ("feature", self.features, _features_of(program, expected)),
        ):
            outside = next((name for name in used if name not in claimed), None)
            if outside is not None:
                return f"{kind} {outside}"
        return None

    def covers(self, mismatch: Mismatch, program: Program | None = None) -> bool:
        """Whether the difference, in a program that is inside, is one of what is claimed. A read
        of the program's that raises is about what it reads."""
        about = fields_of(mismatch) or (_read_by(mismatch, program) if program else ())
        return _grade_of(mismatch, about) <= self.grade and self.fields.issuperset(about)


EVERYTHING = Claims()
"""What is asked of an engine that claims nothing in particular."""


def _ops_of(program: Program) -> Iterator[str]:
    """What each call calls; another name of an op is as good as another op."""
    for step in program.steps:
        if (name := op_of(step)) is not None:
            yield name
        elif isinstance(step, Call) and step.form != "attribute":
            yield step.op


def _dtypes_of(program: Program, expected: Trace) -> Iterator[str]:
    yield from (entry.dtype for entry in program.inputs)
    for step in program.steps:
        if isinstance(step, Call):
            yield from (each.name for each in _each_dtype((step.args, *step.kwargs.values())))
    for state in expected.tensors.values():
        yield state.dtype
        if isinstance(state.grad, TensorState):
            yield state.grad.dtype


def _each_dtype(value: Any) -> Iterator[DType]:
    if isinstance(value, DType):
        yield value
    elif isinstance(value, tuple | list):
        for item in value:
            yield from _each_dtype(item)


def _features_of(program: Program, expected: Trace) -> Iterator[str]:
    yield from features_of(program)
    if any(map(walks, program.steps)):
        yield "gradients"
    if any(isinstance(outcome, Raised) for outcome in expected.outcomes):
        yield "errors"
    if any(entry.strides != contiguous_strides(entry.shape) for entry in program.inputs):
        yield "layouts"
    if any(isinstance(step, Snippet) for step in program.steps):
        yield "snippets"
    if any(isinstance(each, Raised) and _unfinished(each) for each in expected.outcomes):
        yield "no kernel"
    if not isinstance(expected.same, Unobserved) and any(expected.same.values()):
        yield "same object"
    if not any(map(_may_write, program.steps)) and any(
        _is_written(entry, expected) for entry in program.inputs
    ):
        yield "written seeds"


def _may_write(step: Step) -> bool:
    return isinstance(step, SetData | Snippet) or (isinstance(step, Call) and writes(step))


def _is_written(entry: Input, expected: Trace) -> bool:
    state = expected.tensors.get(entry.name)
    if state is None or isinstance(state.values, Unobserved):
        return False
    return state.shape == entry.shape and state.values.tobytes() != entry.array.tobytes()


def _unfinished(outcome: Raised) -> bool:
    return "NotImplementedError" in outcome.bases


_KINDS_OF: Mapping[str, str] = {
    "shapes": "shape grad_shape",
    "dtype": "dtype grad_dtype",
    "values": "value zero_sign grad_value",
    "grad": "grad_missing grad_shape grad_dtype grad_value",
    "reads": "flag",
    "version": "version",
    "grad_fn": "graph",
    "aliases": "alias",
    "identity": "identity",
    "hooks": "hook_order",
    "warnings": "warning",
    "stride": "stride",
}

_FIELDS_OF_KIND: Mapping[str, tuple[str, ...]] = {
    kind: tuple(field for field, kinds in _KINDS_OF.items() if kind in kinds.split())
    for kind in " ".join(_KINDS_OF.values()).split()
}
"""The fields that a kind is about, where the place does not say; an error, a crash and their like
are about none."""

_READ = ("flag", "graph", "unsupported", "raises")
"""The kinds of which the place says what was read. A step that raises has no place."""

_FIELDS_OF_PLACE: Mapping[str, tuple[str, ...]] = {
    ".shape": ("shapes",),
    ".requires_grad": ("requires_grad",),
    ".is_leaf": ("is_leaf",),
    "._version": ("version",),
    ".output_nr": ("output_nr",),
    ".next_functions": ("edges",),
    ".grad_fn": ("grad_fn",),
    ".stride()": ("stride",),
    ".untyped_storage()": ("aliases",),
    ".grad": ("grad", "values"),
}


_ARGUMENT = re.compile(r"\((\w+=|argument \d+)\)$")
"""How an argument that an op does not take is named: `sum(dtype=)`."""


def fields_of(mismatch: Mismatch) -> tuple[str, ...]:
    """The rows of `FIELDS` that a mismatch is about, all of which it takes to be claimed; none if
    it is about the step as a whole."""
    if mismatch.kind == "unsupported" and mismatch.step is not None:
        return ("arguments",) if _ARGUMENT.search(mismatch.detail) else ()
    if mismatch.kind == "grad_missing" and mismatch.detail == ZEROS:
        return ("no gradient",)
    if mismatch.kind in _READ:
        for place, about in _FIELDS_OF_PLACE.items():
            if mismatch.where.endswith(place):
                return about
    if mismatch.kind == "unsupported":
        return ("values",) if mismatch.where else ("forms",)
    if mismatch.kind == "raises" and mismatch.where:
        return ("values",)
    return _FIELDS_OF_KIND.get(mismatch.kind, ())


def _read_by(mismatch: Mismatch, program: Program) -> tuple[str, ...]:
    step = None if mismatch.step is None else program.steps[mismatch.step]
    return _FIELDS_OF_KIND[READS[step.what].mismatch] if isinstance(step, Read) else ()


_NEEDED = frozenset({"values", "grad", "arguments"})
"""Without these no value is known, which is what grade 1 is about."""


def _grade_of(mismatch: Mismatch, about: tuple[str, ...]) -> int:
    """The grade that a mismatch breaks; of what is lacking, the grade that it leaves unknown."""
    if mismatch.kind == "unsupported":
        return 1 if not about or _NEEDED.intersection(about) else 5
    return 1 if mismatch.loses_a_value else GRADE_OF[mismatch.kind]

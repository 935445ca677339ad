"""What a step does to the memory of its operands, as far as its name tells."""

from __future__ import annotations

from conformance.catalogue import CATALOGUE, op_of
from conformance.corpus.opinfo.own import entry_of
from conformance.program.steps import Call, Step

_WRITES = frozenset((form.kind, form.op) for entry in CATALOGUE.values() for form in entry.inplace)
_VIEWS = frozenset(name for name, entry in CATALOGUE.items() if entry.view)

IN_PLACE = frozenset({"DoubleInPlace", "UnmarkedInPlace", "MarkedAndKept"})
"""The custom functions that write into their operand."""

ZEROS = frozenset({"sgn", "sgn_"})
"""Ops whose gradient torch knows to be zeros, and for which it allocates no memory."""

MUTATION = "autograd.graph.allow_mutation_on_saved_tensors"
DUAL_LEVEL = "autograd.forward_ad.dual_level"
EDGE = "autograd.graph.get_gradient_edge"


def writes(step: Step) -> bool:
    """Whether the step writes into the memory of its first operand."""
    return (isinstance(step, Call) and (step.form, step.op) in _WRITES) or _sets(step)


def views(step: Step) -> bool:
    """Whether the step's result may share the memory of its first operand."""
    if not isinstance(step, Call) or writes(step):
        return False
    if step.form == "own":
        return entry_of(step.op).view
    return op_of(step) in _VIEWS


def _sets(step: Step) -> bool:
    return isinstance(step, Call) and step.op == "set_"

"""How a forward on arrays and its derivative rules become a differentiable op.

`@differentiable` reads everything that can be known of an op kind once: which parameters are
operands, how they are promoted, what each rule needs saved. A call then unwraps, computes, and
records a node if a gradient can flow. `@unpromoted` is the same for an op whose operands keep
their dtypes.

A rule's parameters say what it needs, and so what is saved:

====================  ==================================================================
``grad``              the gradient of the only output (``grads``: of all, zeros if unused)
an operand's name     the operand, a saved tensor: writing to it makes backward raise
``result``            the output, likewise (``result0``, ``result1``, … of several)
``<operand>_shape``   its shape only, so nothing is saved (``<operand>_shapes`` of several)
``<operand>_strides`` its strides in bytes only
``<operand>_dtype``   its dtype only (``<operand>_dtypes`` of several)
``<operand>_dim``     how many dims it has; ``<operand>_numel`` how many elements
another argument      its value, as the user gave it
====================  ==================================================================

Called with raw arrays, an op runs its forward and nothing else: rules are written with the same
functions that users call, and cost no more than NumPy until a graph of them is wanted. For a
parameter of several tensors (``Arrays``) the rule gives a list of gradients.

`public` and its kin (`parsing/surface`) say under which names and in which forms users find it.

`op` is what is known of an op, from which `codegen` writes its code (`nodes` the node and its
recording, `callers` the quick ways to call it); `call` applies any op to any arguments,
`slots` are what a node saves, `promotion` brings operands to one dtype.
"""

from mini_autograd.core.op.call import DifferentiableOp, differentiable, unpromoted
from mini_autograd.core.op.codegen.generate import record_refused
from mini_autograd.core.op.node import OpNode
from mini_autograd.core.op.op import Op
from mini_autograd.core.op.promotion import Promotion, quiet, quiet_context
from mini_autograd.parsing.in_place import Common, Expanded, InPlace
from mini_autograd.parsing.surface import attribute, binary_operator, operator, public

__all__ = [
    "Common",
    "DifferentiableOp",
    "Expanded",
    "InPlace",
    "Op",
    "OpNode",
    "Promotion",
    "attribute",
    "binary_operator",
    "differentiable",
    "operator",
    "public",
    "quiet",
    "quiet_context",
    "record_refused",
    "unpromoted",
]

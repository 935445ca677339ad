"""The catalogue's losses."""

from __future__ import annotations

from conformance.catalogue.entry import FLOAT, INT, Arg, OpEntry, Operand, Signature, function, op

_REDUCTION = Arg("reduction", "reduction", optional=True, keyword_only=True)
_SMOOTHING = Arg("smoothing", "label_smoothing", optional=True, keyword_only=True)
_IGNORED = Arg("ignore_index", "ignore_index", optional=True, keyword_only=True)
_WEIGHT = Operand(
    "c", FLOAT, keyword="weight", optional=True, domain="positive", alike=True, constant=True
)
_PROBABILITIES = Operand("n c", FLOAT, domain="probability", alike=True)


def _classes(logits: str, target: str) -> Signature:
    """Targets that are the numbers of classes."""
    operands = Operand(logits, FLOAT), Operand(target, INT, indexes="c")
    return (*operands, _WEIGHT, _IGNORED, _REDUCTION, _SMOOTHING)


def _loss(name: str, *signatures: Signature) -> OpEntry:
    return op("losses", name, *signatures, forms=(function(name),))


LOSSES: tuple[OpEntry, ...] = (
    _loss("nn.functional.mse_loss", (Operand(dtypes=FLOAT), Operand("same", FLOAT), _REDUCTION)),
    _loss(
        "nn.functional.cross_entropy",
        _classes("n c", "n"),
        _classes("c", ""),
        _classes("n c d", "n d"),
        (Operand("n c", FLOAT), _PROBABILITIES, _WEIGHT, _REDUCTION, _SMOOTHING),
    ),
)

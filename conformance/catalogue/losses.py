"""The catalogue's losses."""

from __future__ import annotations

from conformance.catalogue.entry import (
    FLOAT,
    INT,
    Arg,
    OpEntry,
    Operand,
    Signature,
    function,
)

_REDUCTION = Arg("reduction", "reduction", optional=True, keyword_only=True)
_SMOOTHING = Arg("smoothing", "label_smoothing", optional=True, keyword_only=True)
_WEIGHT = Operand(
    "c", FLOAT, keyword="weight", optional=True, domain="positive", alike=True, constant=True
)


def _classes(logits: str, target: str) -> Signature:
    """Targets that are the numbers of classes."""
    return (
        Operand(logits, FLOAT),
        Operand(target, INT, indexes="c"),
        _WEIGHT,
        Arg("ignore_index", "ignore_index", optional=True, keyword_only=True),
        _REDUCTION,
        _SMOOTHING,
    )


LOSSES: tuple[OpEntry, ...] = (
    OpEntry(
        name="nn.functional.mse_loss",
        family="losses",
        signatures=((Operand(dtypes=FLOAT), Operand("same", FLOAT), _REDUCTION),),
        forms=(function("nn.functional.mse_loss"),),
        opinfo=(("nn.functional.mse_loss", ""),),
    ),
    OpEntry(
        name="nn.functional.cross_entropy",
        family="losses",
        signatures=(
            _classes("n c", "n"),
            _classes("c", ""),
            _classes("n c d", "n d"),
            (
                Operand("n c", FLOAT),
                Operand("n c", FLOAT, domain="probability", alike=True),
                _WEIGHT,
                _REDUCTION,
                _SMOOTHING,
            ),
        ),
        forms=(function("nn.functional.cross_entropy"),),
        opinfo=(("nn.functional.cross_entropy", ""),),
    ),
)

__all__ = ["LOSSES"]

"""Makes a failing program as short and as plain as it can be while it still fails."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from conformance.engines import resolve_engine
from conformance.engines.protocol import Engine
from conformance.program import Program
from conformance.program.values import ProgramError
from conformance.shrink.rewriting import renamed
from conformance.shrink.simpler_inputs import plainer_inputs, simpler_values, smaller_shapes
from conformance.shrink.simpler_steps import fewer_steps, plainer_steps, steps_bypassed, steps_cut

Rewriting = Callable[[Program, Engine], Iterator[Program]]

REWRITINGS: Sequence[Rewriting] = (
    fewer_steps,
    steps_bypassed,
    steps_cut,
    plainer_steps,
    plainer_inputs,
    smaller_shapes,
    simpler_values,
)
"""In the order in which they are tried: what takes away most comes first."""


def reduce(
    program: Program, still_fails: Callable[[Program], bool], reference: Engine | None = None
) -> Program:
    """The simplest program that can be reached from this one by steps each of which still fails.

    Every rewriting leaves a program that is simpler, so this ends; each program is tried once.

    Args:
        still_fails: whether a program shows what is sought. It may say no to all from some
            point on, which ends the search with what there is.
        reference: tells what a step gives, so that its result may stand in for it; torch by
            default.
    """
    return _Search(program, still_fails, reference or resolve_engine("torch")).run()


class _Search:
    def __init__(
        self, program: Program, still_fails: Callable[[Program], bool], reference: Engine
    ) -> None:
        self.best = program
        self.still_fails = still_fails
        self.reference = reference
        self.tried = {program.hash}

    def run(self) -> Program:
        """Rewrite until no rewriting helps."""
        before = None
        while before != self.best.hash:
            before = self.best.hash
            for rewriting in REWRITINGS:
                while self._improved(rewriting):
                    pass
        self._try(renamed(self.best))
        return self.best

    def _improved(self, rewriting: Rewriting) -> bool:
        """Whether one of the rewritings of the best program is taken; it is the best then."""
        return any(self._try(candidate) for candidate in rewriting(self.best, self.reference))

    def _try(self, candidate: Program) -> bool:
        if candidate.hash in self.tried:
            return False
        self.tried.add(candidate.hash)
        try:
            candidate.validate()
        except ProgramError:
            return False
        if not self.still_fails(candidate):
            return False
        self.best = candidate
        return True

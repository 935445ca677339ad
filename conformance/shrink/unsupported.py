"""Programs without what an engine lacks, so that the rest of them can be compared."""

from __future__ import annotations

from conformance.engines.execute import execute
from conformance.engines.protocol import Engine
from conformance.program import Program
from conformance.program.steps import refs_of, result_of
from conformance.program.trace import Outcome, Raised, Returned, Unsupported
from conformance.shrink.rewriting import renamed, without_steps, without_unused_inputs
from conformance.shrink.simpler_steps import step_cut

ROUNDS = 4  # how often a step that was not reached before may turn out to be unsupported, too


def without_unsupported(program: Program, engine: Engine, reference: Engine) -> Program:
    """The program with inputs in place of the steps that the engine cannot take, which have the
    values that the reference gives there. A step that gives nothing is left out, and so is what
    is still unsupported after `ROUNDS`."""
    for _ in range(ROUNDS):
        unsupported = _unsupported(program, engine, reference)
        if not unsupported:
            break
        for number in reversed(_first_of(program, unsupported)):
            cut = step_cut(program, number, reference)
            program = cut or without_steps(program, (number,))
    else:
        program = without_steps(program, _unsupported(program, engine, reference))
    return renamed(without_unused_inputs(program))


def _unsupported(program: Program, engine: Engine, reference: Engine) -> list[int]:
    """The steps that the engine lacks; one that says so by an error lacks it only where the
    reference raises none."""
    outcomes = execute(program, engine).outcomes
    unsupported = [number for number, outcome in enumerate(outcomes) if _says_unsupported(outcome)]
    if all(isinstance(outcomes[number], Unsupported) for number in unsupported):
        return unsupported
    expected = execute(program, reference).outcomes
    return [
        number
        for number in unsupported
        if isinstance(outcomes[number], Unsupported) or isinstance(expected[number], Returned)
    ]


def _says_unsupported(outcome: Outcome) -> bool:
    return isinstance(outcome, Unsupported) or (
        isinstance(outcome, Raised) and bool(outcome.lacking)
    )


def _first_of(program: Program, unsupported: list[int]) -> list[int]:
    """Those that use nothing that another of them makes."""
    made = {
        name for number in unsupported if (name := result_of(program.steps[number])) is not None
    }
    return [
        n for n in unsupported if made.isdisjoint(ref.base for ref in refs_of(program.steps[n]))
    ]

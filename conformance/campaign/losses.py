"""A case whose process died or never answered, as a result like any other."""

from __future__ import annotations

from conformance.campaign.plan import Piece
from conformance.campaign.recorder import Recording
from conformance.campaign.result import Failure, Result
from conformance.program.steps import Call
from conformance.sources.case import CHECKS, Check
from conformance.verdict import Kind, Mismatch, Verdict


def lost(recording: Recording, piece: Piece, hung_for: float | None, cause: str) -> Result:
    """The verdict `hang` (`hung_for` so many seconds) or `crash`, with the program up to the step
    that was under way. It cannot be shortened: each attempt would cost a process."""
    kind: Kind = "crash" if hung_for is None else "hang"
    actual = cause if hung_for is None else f"no answer within {hung_for:g} seconds"
    program = recording.program
    mismatch = Mismatch(kind, recording.step, "", "the step ends", actual)
    verdict = Verdict(program.hash, (mismatch,))
    failure = Failure(program, (mismatch,), f"{program.script()}# {kind}: {actual}\n", False)
    if recording.case:
        return Result(
            recording.case,
            piece.op or "tutorial",
            _check_of(recording.case),
            "corpus",
            verdict,
            failure,
        )
    calls = [step.op for step in program.steps if isinstance(step, Call)]
    name = f"programs/{calls[-1] if calls else 'inputs'}/{program.hash[:12]}"
    return Result(name, calls[-1] if calls else "", "programs", "generated", verdict, failure)


def _check_of(case: str) -> Check:
    return next(check for check in CHECKS if check in case.split("/"))

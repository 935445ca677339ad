"""Whether an entry of the shipped known differences would hide a planted fault."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from conformance import Program
from conformance.campaign.generated import op_at_fault
from conformance.claims.known import Known
from conformance.corpus.case import NO_OP
from conformance.verdict import Mismatch, Verdict


def hiding(
    entries: Sequence[Known], program: Program, verdict: Verdict, kinds: Iterable[str]
) -> list[tuple[Known, Mismatch]]:
    """The entries that cover a difference of one of these kinds, were the program drawn by a
    campaign, or kept among what was found."""
    op = op_at_fault(program, verdict)
    ids = "/".join(filter(None, ("programs", op, program.hash[:12]))), f"found/{op or NO_OP}/it"
    wanted = frozenset(kinds)
    return [
        (entry, mismatch)
        for mismatch in verdict.mismatches
        if mismatch.counts and mismatch.kind in wanted
        for entry in entries
        if any(entry.covers(case, mismatch) for case in ids)
    ]

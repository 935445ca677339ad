"""What a reader must know of a run beside its figures, a line each."""

from __future__ import annotations

from conformance.report.formats.texts import printable
from conformance.report.report import Report

SHOWN = 3  # ids in a line


def notes_of(report: Report) -> list[str]:
    """What was given up, not answered, dropped; how the engine's process fared between cases."""
    run, notes = report.run, []
    if left_out := run.settings.left_out:
        notes.append(
            f"generated programs do not call {len(left_out)} ops for which the engine has no name"
        )
    if run.rescued or run.unrescued:
        left = f"; the other {run.unrescued:,} were not" if run.unrescued else ""
        notes.append(
            f"of {run.rescued + run.unrescued:,} generated programs that need what the engine "
            f"lacks, {run.rescued:,} were run without it as well{left}"
        )
    if run.given_up:
        notes.append(f"asked no more, since it hung again and again: {', '.join(run.given_up)}")
    if run.unanswered:
        ids = ", ".join(run.unanswered[:SHOWN])
        notes.append(
            f"{len(run.unanswered):,} cases have no answer, since the reference's own process "
            f"died twice over them: {ids}"
        )
    if run.idle_deaths:
        notes.append(
            f"the engine's process died {run.idle_deaths:,} times between two cases; "
            "none of them was lost"
        )
    return [*notes, *map(printable, run.notes)]

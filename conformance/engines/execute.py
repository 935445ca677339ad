"""Program × Engine → Trace."""

from __future__ import annotations

import warnings
from collections.abc import Callable

from conformance.engines.protocol import Engine, Session
from conformance.program import Program
from conformance.program.trace import Trace


def execute(program: Program, engine: Engine, watch: Callable[[int], None] | None = None) -> Trace:
    """Run the program on the engine. What it raises is in the trace; only what is no `Exception`
    (an interrupt, say) comes out, with the engine's global state put back all the same.

    Args:
        watch: told the number of each step before it is taken, and how many there are before the
            final state is observed.
    """
    if takes_whole_programs(engine):
        trace: Trace = engine.run(program, watch)  # type: ignore[attr-defined]
        return trace
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # But for what a session listens to, which it notes.
        session = engine.start(program.inputs)
        try:
            if watch is None:
                for step in program.steps:
                    session.step(step)
            else:
                for number, step in enumerate(program.steps):
                    watch(number)
                    session.step(step)
                watch(len(program.steps))
        except BaseException:
            finished(session)
            raise
        return finished(session)


def takes_whole_programs(engine: Engine) -> bool:
    """Whether the engine runs whole programs, in another process: there is no stepping through
    one."""
    return hasattr(engine, "run")


def finished(session: Session) -> Trace:
    """The trace of a session that is over, and that need hold nothing any more."""
    trace = session.finish()
    if (release := getattr(session, "release", None)) is not None:
        release()
    return trace

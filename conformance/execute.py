"""Program × Engine → Trace."""

from __future__ import annotations

import warnings

from conformance.engines.protocol import Engine
from conformance.program import Program
from conformance.trace import Trace


def execute(program: Program, engine: Engine) -> Trace:
    """Run the program on the engine. What it raises is in the trace; only what is no `Exception`
    (an interrupt, say) comes out, with the engine's global state put back all the same."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # But for what a session listens to, which it notes.
        session = engine.start(program.inputs)
        try:
            for step in program.steps:
                session.step(step)
        except BaseException:
            session.finish()
            raise
        return session.finish()

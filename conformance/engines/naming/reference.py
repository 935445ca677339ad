"""From the name of a reference to the engine that says what is right."""

from __future__ import annotations

from conformance.engines.execute import takes_whole_programs
from conformance.engines.isolation.remote import Limits, RemoteEngine
from conformance.engines.naming.resolving import resolve_engine
from conformance.engines.protocol import Engine


def reference_of(name: str, limits: Limits | None = None) -> Engine:
    """The reference of that name: in this process, if it can be stepped through, or as a process
    under limits.

    Raises:
        EngineError: it cannot be loaded.
    """
    engine = resolve_engine(name)
    return RemoteEngine(name, limits or Limits()) if takes_whole_programs(engine) else engine

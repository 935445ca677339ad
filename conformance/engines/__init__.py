"""Engines: the reference and the subjects, behind one protocol, found by name."""

from conformance.engines.naming.resolving import importable_from_here, resolve_engine
from conformance.engines.protocol import Engine, EngineError, Session
from conformance.engines.torchlike import TorchLike

__all__ = [
    "Engine",
    "EngineError",
    "Session",
    "TorchLike",
    "importable_from_here",
    "resolve_engine",
]

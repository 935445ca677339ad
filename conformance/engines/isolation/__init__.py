"""Engines in a process of their own: nothing that one does reaches the process that judges it."""

from __future__ import annotations

from conformance.engines.isolation.remote import Limits, RemoteEngine

__all__ = ["Limits", "RemoteEngine"]

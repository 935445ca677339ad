"""Hypothesis strategies: programs of autograd, and what they are made of."""

from __future__ import annotations

from conformance.strategies.programs import ROW, Drawn, entries_of, interpret, programs

__all__ = ["ROW", "Drawn", "entries_of", "interpret", "programs"]

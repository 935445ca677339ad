"""Hypothesis strategies: programs of autograd, and what they are made of."""

from __future__ import annotations

from conformance.strategies.programs import programs

__all__ = ["programs"]

"""The pytest plugin: inert unless `conformance` itself is being collected."""

from __future__ import annotations

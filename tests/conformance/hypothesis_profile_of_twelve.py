"""A plugin that a test of the profiles loads."""

from __future__ import annotations

from hypothesis import settings

settings.register_profile("twelve", max_examples=12)

"""An engine whose import ends the process, as that of a script does."""

from __future__ import annotations

raise SystemExit(3)

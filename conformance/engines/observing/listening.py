"""What a program says while it runs: the calls of its hooks and functions, and warnings."""

from __future__ import annotations

import re
import warnings
from collections.abc import Sized
from typing import Any

from conformance.engines.observing.failures import type_name
from conformance.engines.observing.plain import given
from conformance.engines.observing.texts import text_of, without_addresses
from conformance.program.trace import Called, Warned

# Where in C++ a warning was raised, and the traceback that anomaly mode adds to one, are about the
# machine. Neither is a part of what is said.
_LOCATION = re.compile(r" \(Triggered internally at .*\)$|(?<=Traceback of forward call).*", re.S)


class Listener:
    """Keeps what it hears, each with the number of the step in which it was said: that is how
    many outcomes there are. It holds no tensor, so that it may outlive the run."""

    def __init__(self, outcomes: Sized, tensor_type: type, dtype_type: type | None) -> None:
        self.calls: list[Called] = []
        self.warnings: list[Warned] = []
        self.hearing = False  # whether a step is being taken: looking at a tensor may warn too
        self._outcomes = outcomes
        self._types = tensor_type, dtype_type
        self._filters = warnings.catch_warnings()
        self._filters.__enter__()
        warnings.simplefilter("always")
        warnings.showwarning = self._warned  # type: ignore[assignment]

    def log(self, *call: Any) -> None:
        """Record a call; this is `log` in the text of hooks and functions."""
        values = tuple([given(value, *self._types) for value in call])
        self.calls.append(Called(len(self._outcomes), values))

    def _warned(self, message: Warning | str, category: type[Warning], *where: Any) -> None:
        # Python shows these of a library's to nobody: they are about its insides.
        if not self.hearing or category in (DeprecationWarning, ResourceWarning):
            return
        try:
            text = without_addresses(_LOCATION.sub("", text_of(str(message))))
        except Exception as error:
            text = f"<its text could not be read: {type_name(type(error))}>"
        self.warnings.append(Warned(len(self._outcomes), type_name(category), text))

    def close(self) -> None:
        """Put the warnings filters back."""
        self._filters.__exit__(None, None, None)

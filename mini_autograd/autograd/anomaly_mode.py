"""`detect_anomaly` and `set_detect_anomaly`; the mode itself is in `core.modes.anomaly`."""

from __future__ import annotations

import warnings

from mini_autograd.core.modes.anomaly import anomaly
from mini_autograd.messages import arguments as errors
from mini_autograd.messages.graph.modes import anomaly_enabled


class _Anomaly:
    """On exit restores the mode that was set when the context manager was made."""

    def __init__(self) -> None:
        self.prev = anomaly.enabled
        self.prev_check_nan = anomaly.check_nan

    def __enter__(self) -> None:
        """Returns None."""

    def __exit__(self, exc_type: object, exc_value: object, traceback: object) -> None:
        set_anomaly_enabled(self.prev, self.prev_check_nan)


class detect_anomaly(_Anomaly):  # torch's name
    """Inside, an error in backward warns which call recorded the failing node.

    Unless `check_nan` is False, a NaN in a gradient is an error too.
    """

    def __init__(self, check_nan: bool = True) -> None:
        super().__init__()
        self.check_nan = check_nan
        warnings.warn(anomaly_enabled(), UserWarning, stacklevel=2)

    def __enter__(self) -> None:
        set_anomaly_enabled(True, self.check_nan)


class set_detect_anomaly(_Anomaly):  # torch's name
    """Sets the mode at once; as a context manager it restores the previous one at the end."""

    def __init__(self, mode: bool, check_nan: bool = True) -> None:
        super().__init__()
        set_anomaly_enabled(mode, check_nan)


def set_anomaly_enabled(enabled: bool, check_nan: bool = True) -> None:
    """Set the mode for all threads."""
    for position, (name, value) in enumerate((("enabled", enabled), ("check_nan", check_nan)), 1):
        if not isinstance(value, bool):
            raise errors.wrong_type("set_anomaly_enabled", name, position, "bool", value)
    anomaly.enabled, anomaly.check_nan = enabled, check_nan


def is_anomaly_enabled() -> bool:
    """Whether anomaly mode is on."""
    return anomaly.enabled


def is_anomaly_check_nan_enabled() -> bool:
    """Whether, in anomaly mode, a NaN in a gradient is an error."""
    return anomaly.check_nan

"""The switches of anomaly mode: see `mini_autograd.core.modes.anomaly`."""

from __future__ import annotations

import warnings
from types import TracebackType

from mini_autograd.core.modes.anomaly import anomaly
from mini_autograd.messages import arguments as errors
from mini_autograd.messages.graph.modes import anomaly_enabled


class _Anomaly:
    """Leaving a block restores what was when its context manager was made."""

    def __init__(self) -> None:
        self.prev = anomaly.enabled
        self.prev_check_nan = anomaly.check_nan

    def __enter__(self) -> None:
        """Nothing is given."""

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc_value: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        set_anomaly_enabled(self.prev, self.prev_check_nan)


class detect_anomaly(_Anomaly):  # torch's name
    """Inside, an error of a walk tells the call that recorded the node which failed.

    Unless `check_nan` is False, a gradient with an element that is not a number is such an error.
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
    """Sets the mode, for all threads."""
    for position, (name, value) in enumerate((("enabled", enabled), ("check_nan", check_nan)), 1):
        if not isinstance(value, bool):
            raise errors.wrong_type("set_anomaly_enabled", name, position, "bool", value)
    anomaly.enabled, anomaly.check_nan = enabled, check_nan


def is_anomaly_enabled() -> bool:
    """Whether nodes remember the calls that record them."""
    return anomaly.enabled


def is_anomaly_check_nan_enabled() -> bool:
    """Whether, in anomaly mode, a gradient that is not a number is an error."""
    return anomaly.check_nan

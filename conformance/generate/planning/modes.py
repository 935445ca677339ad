"""The `with` blocks that are open in a program, and what holds within them."""

from __future__ import annotations

from conformance.program.steps import EnterMode, PackHooks

_INFERENCE = frozenset({"inference_mode"})
_GRAD_MODES = frozenset({"no_grad", "enable_grad", "set_grad_enabled"})


class Modes:
    """The open blocks; false if there is none."""

    def __init__(self) -> None:
        self._open: list[EnterMode | PackHooks] = []

    def __len__(self) -> int:
        return len(self._open)

    def enter(self, step: EnterMode | PackHooks) -> None:
        """One more block, within the others."""
        self._open.append(step)

    def leave(self) -> None:
        """The innermost block ends; without one nothing does."""
        if self._open:
            self._open.pop()

    @property
    def inference(self) -> bool:
        """Whether the innermost block that says so is one of inference mode."""
        mode = self._innermost(_INFERENCE)
        return mode is not None and mode.args != (False,)

    @property
    def records(self) -> bool:
        """Whether the blocks let operations be recorded."""
        if self.inference:
            return False
        mode = self._innermost(_GRAD_MODES)
        return mode is None or mode.mode == "enable_grad" or mode.args == (True,)

    @property
    def packs(self) -> bool:
        """Whether what is saved goes through pack hooks."""
        return any(isinstance(mode, PackHooks) for mode in self._open)

    def within(self, mode: str) -> bool:
        """Whether a block of that name is open."""
        return self._innermost(frozenset({mode})) is not None

    def _innermost(self, names: frozenset[str]) -> EnterMode | None:
        found = (m for m in reversed(self._open) if isinstance(m, EnterMode) and m.mode in names)
        return next(found, None)

"""What the tests of one pytest run share: the engines, what is known, what is asked."""

from __future__ import annotations

import math
import os
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from conformance.campaign.examine import Examiner
from conformance.campaign.plan import Settings
from conformance.campaign.workers.patience import Patient
from conformance.claims import ClaimsError, claims_of
from conformance.claims.known import Known, KnownError, known_of, read_patterns
from conformance.engines import Engine, EngineError, resolve_engine
from conformance.engines.isolation import Limits
from conformance.program.words.own import sources
from conformance.suite.support.summary import Scored


@dataclass(frozen=True, slots=True)
class Suite:
    """The engines, what is known of the subject, and what is asked of it. The subject runs in a
    process of its own: it may crash, hang or exit, and pytest goes on."""

    settings: Settings
    reference: Engine
    subject: Patient
    known: tuple[Known, ...]
    scored: Scored = field(default_factory=Scored)

    @property
    def title(self) -> str:
        """A line for the header."""
        return (
            f"{self.subject.name} {self.subject.version} against "
            f"{self.reference.name} {self.reference.version}"
        )

    @property
    def examiner(self) -> Examiner:
        """What judges the cases."""
        return Examiner(self.reference, self.subject, self.settings.claims)

    @property
    def ops(self) -> tuple[str, ...] | None:
        """The ops that generated programs call: those that the subject has; None for all."""
        return self.settings.drawn or None


_OPEN: list[Suite] = []  # the run's own last; a run within a run has one of its own


def current() -> Suite:
    """The run's suite.

    Raises:
        pytest.UsageError: there is none, since the run did not ask for this package.
    """
    if not _OPEN:
        raise pytest.UsageError("ask for the suite: pytest --pyargs conformance --engine NAME")
    return _OPEN[-1]


def prepare(config: pytest.Config, has: Sequence[str] = ()) -> None:
    """Read the options into the run's suite.

    Args:
        has: the ops that the subject has, as first contact says.

    Raises:
        pytest.UsageError: no engine is named, one cannot be loaded, or a file is broken.
    """
    option = config.option
    claims = option.conformance_claims
    if not option.conformance_engine:
        raise pytest.UsageError("name the engine to test: --engine NAME, or CONFORMANCE_ENGINE")
    try:
        settings = Settings(
            engine=option.conformance_engine,
            hang_after=timeout(),
            skips=read_patterns(map(Path, option.conformance_skips)),
            claims=claims_of(option.conformance_engine, Path(claims) if claims else None),
            has=tuple(has),
            own=sources(),
        )
        known = known_of(settings.engine, map(Path, option.conformance_xfails))
        reference = resolve_engine(settings.reference)
        subject = Patient(settings.engine, Limits(step=settings.hang_after))
        _ = subject.version  # Loaded here, so that a name that is wrong is said once.
    except (ClaimsError, EngineError, KnownError) as error:
        raise pytest.UsageError(str(error)) from error
    _OPEN.append(Suite(settings, reference, subject, known))


def close() -> None:
    """End the subject's process."""
    if _OPEN:
        _OPEN.pop().subject.close()


def timeout() -> float:
    """Seconds that a step may take.

    Raises:
        pytest.UsageError: the variable says something else.
    """
    text = os.environ.get("CONFORMANCE_TIMEOUT", "20")
    try:
        if 0 < (seconds := float(text)) < math.inf:
            return seconds
    except ValueError:
        pass
    raise pytest.UsageError(f"CONFORMANCE_TIMEOUT={text!r} is no number of seconds")

"""Runs the sources of programs on the reference and a subject, in parallel processes."""

from __future__ import annotations

from conformance.campaign.campaign import Watcher, as_begun, run_campaign
from conformance.campaign.gathering import Run
from conformance.campaign.journal import JournalError
from conformance.campaign.lock import LockedError
from conformance.campaign.plan import Piece, Settings
from conformance.campaign.pool import CampaignError
from conformance.campaign.result import Drift, Failure, Result
from conformance.campaign.work import Ended

__all__ = [
    "CampaignError",
    "Drift",
    "Ended",
    "Failure",
    "JournalError",
    "LockedError",
    "Piece",
    "Result",
    "Run",
    "Settings",
    "Watcher",
    "as_begun",
    "run_campaign",
]

"""Runs the sources of programs on the reference and a subject, in parallel processes."""

from __future__ import annotations

from conformance.campaign.campaign import Watcher, as_begun, run_campaign
from conformance.campaign.gathering import Run
from conformance.campaign.journal import JournalError
from conformance.campaign.plan import Piece, Settings
from conformance.campaign.result import Drift, Failure, Result
from conformance.campaign.workers.lock import LockedError
from conformance.campaign.workers.orders import Ended
from conformance.campaign.workers.pool import CampaignError

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

"""Runs the sources of programs on the reference and a subject, in parallel processes."""

from __future__ import annotations

from conformance.campaign.campaign import Run, Watcher, run_campaign
from conformance.campaign.journal import JournalError
from conformance.campaign.plan import Piece, Settings
from conformance.campaign.pool import CampaignError
from conformance.campaign.result import Drift, Failure, Result
from conformance.campaign.worker import Ended

__all__ = [
    "CampaignError",
    "Drift",
    "Ended",
    "Failure",
    "JournalError",
    "Piece",
    "Result",
    "Run",
    "Settings",
    "Watcher",
    "run_campaign",
]

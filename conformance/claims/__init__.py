"""What an engine claims to do."""

from __future__ import annotations

from conformance.claims.claims import EVERYTHING, Claims
from conformance.claims.reading import SHIPPED, ClaimsError, claims_of, parse_claims

__all__ = ["EVERYTHING", "SHIPPED", "Claims", "ClaimsError", "claims_of", "parse_claims"]

"""Storages with one fault each: what the contract has to catch. Some databases, drivers and caches really do this."""

from __future__ import annotations

import broken_commits
import broken_documents
import broken_names
import broken_reading
from faults import FAULTS

__all__ = ["FAULTS", "broken_commits", "broken_documents", "broken_names", "broken_reading"]

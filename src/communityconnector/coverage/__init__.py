"""Coverage: which needs are met for whom and from how far, how sure that is, and whom to ask first.

    from communityconnector import coverage

    ashe = coverage.of(directory, coverage.places("37009"))

It works on a directory or an index, without storage and plugins.
"""

from communityconnector.coverage.adding import Addition, Candidate, Plan, where_to_add
from communityconnector.coverage.analysis import of
from communityconnector.coverage.asking import Call
from communityconnector.coverage.places import BLOCK_GROUPS, TRACTS, Places, places
from communityconnector.coverage.result import Coverage, NeedCoverage, Share
from communityconnector.coverage.status import Status, Why
from communityconnector.coverage.table import Table

__all__ = [
    "BLOCK_GROUPS",
    "TRACTS",
    "Addition",
    "Call",
    "Candidate",
    "Coverage",
    "NeedCoverage",
    "Places",
    "Plan",
    "Share",
    "Status",
    "Table",
    "Why",
    "of",
    "places",
    "where_to_add",
]

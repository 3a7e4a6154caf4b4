"""Connect library patrons with the agencies that can help.

    >>> import communityconnector as cc
    >>> matcher = cc.Matcher(cc.sample())
    >>> (match, *_) = matcher.match(cc.Need("dentist", near="28640", within=cc.miles(10)))
    >>> match.service.name, [reason.answer.value for reason in match.reasons]
    ('Dental Clinic', ['met', 'met', 'met'])

Importing this package loads next to nothing: each name below is loaded when it is first used.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from communityconnector.async_connector import AsyncConnector
    from communityconnector.connector import Connector
    from communityconnector.errors import CommunityConnectorError
    from communityconnector.interchange import ColumnMapping, Mode, read, write
    from communityconnector.matcher import Matcher
    from communityconnector.matching import (
        Answer,
        Explanation,
        Index,
        Itinerary,
        Match,
        MatchResult,
        Rank,
        Reason,
    )
    from communityconnector.model import (
        Agency,
        Audience,
        Directory,
        Disclosure,
        Finding,
        Location,
        Offer,
        Organization,
        Point,
        Service,
        Severity,
        distance,
        kilometers,
        miles,
    )
    from communityconnector.needs import Interpretation, Need, Wellness, vocabulary
    from communityconnector.notification import Secret
    from communityconnector.referrals import (
        Actor,
        ConsentTerms,
        ContactPreference,
        FollowUp,
        Intake,
        Letterhead,
        Policy,
        Referral,
    )
    from communityconnector.sample_directory import sample
    from communityconnector.travel import cycling, driving, walking

_HOMES = {
    "async_connector": ("AsyncConnector",),
    "connector": ("Connector",),
    "errors": ("CommunityConnectorError",),
    "interchange": ("ColumnMapping", "Mode", "read", "write"),
    "matcher": ("Matcher",),
    "matching": ("Answer", "Explanation", "Index", "Itinerary", "Match", "MatchResult", "Rank", "Reason"),
    "model": (
        "Agency",
        "Audience",
        "Directory",
        "Disclosure",
        "Finding",
        "Location",
        "Offer",
        "Organization",
        "Point",
        "Service",
        "Severity",
        "distance",
        "kilometers",
        "miles",
    ),
    "needs": ("Interpretation", "Need", "Wellness", "vocabulary"),
    "notification": ("Secret",),
    "referrals": (
        "Actor",
        "ConsentTerms",
        "ContactPreference",
        "FollowUp",
        "Intake",
        "Letterhead",
        "Policy",
        "Referral",
    ),
    "sample_directory": ("sample",),
    "travel": ("cycling", "driving", "walking"),
}

__all__ = [
    "Actor",
    "Agency",
    "Answer",
    "AsyncConnector",
    "Audience",
    "ColumnMapping",
    "CommunityConnectorError",
    "Connector",
    "ConsentTerms",
    "ContactPreference",
    "Directory",
    "Disclosure",
    "Explanation",
    "Finding",
    "FollowUp",
    "Index",
    "Intake",
    "Interpretation",
    "Itinerary",
    "Letterhead",
    "Location",
    "Match",
    "MatchResult",
    "Matcher",
    "Mode",
    "Need",
    "Offer",
    "Organization",
    "Point",
    "Policy",
    "Rank",
    "Reason",
    "Referral",
    "Secret",
    "Service",
    "Severity",
    "Wellness",
    "__version__",
    "cycling",
    "distance",
    "driving",
    "kilometers",
    "miles",
    "read",
    "sample",
    "vocabulary",
    "walking",
    "write",
]


def __getattr__(name: str) -> Any:
    if name == "__version__":
        from importlib.metadata import version

        return version("communityconnector")
    for home, names in _HOMES.items():
        if name in names:
            value = getattr(import_module(f"communityconnector.{home}"), name)
            globals()[name] = value
            return value
    message = f"module {__name__!r} has no attribute {name!r}"
    raise AttributeError(message)


def __dir__() -> list[str]:
    return sorted(__all__)

"""The kinds of records that a desk stores beside the directory, and their look-up keys."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Final

REFERRAL: Final = "referral"
EVENT: Final = "referral-event"
PRIVATE: Final = "referral-private"
DATA_KEY: Final = "data-key"
CONSENT: Final = "consent"
DISCLOSURE: Final = "disclosure"
OUTBOX: Final = "outbox"
LINK: Final = "link"
REQUEST: Final = "request"
INTAKE: Final = "intake"
FOLLOW_UP: Final = "follow-up"
UNMET_NEED: Final = "unmet-need"
UNMET_PENDING: Final = "unmet-pending"
"""A need that waits beside its referral until its month is over."""
LEGAL_HOLD: Final = "legal-hold"
EVERYTHING: Final = "*"
"""Id of a legal hold on all referrals."""
COUNT: Final = "referral-count"
RETENTION: Final = "retention"
"""What has been deleted and is not in the log yet; every deletion writes it too."""
AUDIT: Final = "audit"
ANCHOR: Final = "audit-anchor"
OWN: Final = "desk"
"""The desk's own secret."""

BY_DUE: Final = "due"
"""When something is to be done about it."""
BY_PURGE: Final = "purge"
"""When it is to be deleted."""
BY_INBOX: Final = "inbox"
"""The agency in whose inbox a referral is."""
BY_REFERRAL: Final = "referral"
BY_DEAD: Final = "dead"
"""Since when there is a message that cannot be delivered."""
BY_REFERENCE: Final = "reference"
"""What a provider calls a message."""
BY_PATRON: Final = "patron"
BY_REVIEW: Final = "review"
"""That staff are to review another system's word."""


def stamp(moment: datetime) -> str:
    """A moment as text whose order is that of time."""
    return moment.astimezone(UTC).isoformat(timespec="microseconds")

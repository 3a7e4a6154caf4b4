"""What a referral has to know of the service that it is to."""

from __future__ import annotations

import attrs


@attrs.frozen
class ServiceSummary:
    """What a referral has to know of a service in the directory.

    Attributes:
        id: the service's id.
        name: its name.
        organization_id: id of the agency that runs it.
        active: whether it is active.
        confidential: whether it, or a place of it, is hidden from any audience.
        tags: sensitive matters that the service is for (`referrals.sensitivity`).
    """

    id: str
    name: str
    organization_id: str
    active: bool
    confidential: bool
    tags: frozenset[str] = frozenset()

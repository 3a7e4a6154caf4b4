"""The library's partnerships, as its desk keeps them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from functools import partial
from typing import Final

from communityconnector.errors import PartnershipNotFoundError
from communityconnector.partners.kept import Kept
from communityconnector.partners.partnership import Partnership, PartnershipStatus
from communityconnector.storage import Storage

CONTACT_EVERY: Final = timedelta(days=180)
"""A partner of whom nobody has heard for longer is due, unless a library says otherwise."""


class Partnerships:
    """The partnerships of one desk (`Connector.partnerships`). It may be shared between threads.

    Args:
        storage: where they are kept.
        clock: gives the present moment, with a zone.
    """

    def __init__(self, storage: Storage, clock: Callable[[], datetime]) -> None:
        self._clock = clock
        self._kept: Kept[Partnership] = Kept(
            storage,
            "partnership",
            lambda one: one.organization_id,
            partial(Partnership.to_dict, contacts=True),
            Partnership.from_dict,
            lambda one: {"status": one.status.value},
            PartnershipNotFoundError,
        )

    def put(self, partnership: Partnership) -> Partnership:
        """Keep a partnership, new or changed.

        Args:
            partnership: as `get` gave it, with what has changed (`attrs.evolve`); or a new one.

        Returns:
            The same with its new version, to go on with.

        Raises:
            StaleRecordError: somebody else has changed it since it was read. Nothing was written: read it again.
        """
        return self._kept.put(partnership)

    def get(self, organization_id: str) -> Partnership:
        """The partnership with an agency.

        Raises:
            PartnershipNotFoundError: none is kept.
        """
        return self._kept.get(organization_id)

    def all(self, status: PartnershipStatus | str | None = None) -> list[Partnership]:
        """All partnerships in the order of their agencies' ids, or those that stand so.

        Args:
            status: how they stand; by default anyhow.
        """
        return list(self._kept.scan("status", None if status is None else PartnershipStatus(status).value))

    def due(self, on: date | None = None, *, every: timedelta = CONTACT_EVERY) -> list[Partnership]:
        """Partners with whom it is time to get in touch, longest silent first (see `Partnership.is_due`).

        Args:
            on: the day on which one asks; by default today.
            every: how long one may go without a contact.
        """
        day = self._clock().date() if on is None else on
        late = [one for one in self._kept.scan("status", None) if one.is_due(day, every)]
        return sorted(late, key=lambda one: (one.last_contact or one.since or date.min, one.organization_id))

    def next_steps(self, until: date | None = None) -> list[Partnership]:
        """Partnerships with something to do, by the day by which it should be done; those without a day come last.

        Args:
            until: the last day that counts, itself included; by default all.
        """
        steps = [one for one in self._kept.scan("status", None) if one.next_step]
        if until is not None:
            steps = [one for one in steps if one.by is not None and one.by <= until]
        return sorted(steps, key=lambda one: (one.by or date.max, one.organization_id))

    def remove(self, partnership: Partnership) -> None:
        """Forget a partnership, with whom to know there.

        Args:
            partnership: as `get` gave it.

        Raises:
            StaleRecordError: somebody else has changed it since it was read, or it is gone.
        """
        self._kept.remove(partnership)

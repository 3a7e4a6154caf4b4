"""The library's partnerships, stored by its desk."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from functools import partial
from typing import Final

from communityconnector.errors import PartnershipNotFoundError
from communityconnector.partners.partnership import Partnership, PartnershipStatus
from communityconnector.partners.repository import RecordRepository
from communityconnector.storage import Storage

CONTACT_EVERY: Final = timedelta(days=180)
"""The longest time without a contact, unless the library sets another."""


class Partnerships:
    """The partnerships of one desk (`Connector.partnerships`). It may be shared between threads.

    Args:
        storage: the storage.
        clock: returns the current time, with a time zone.
    """

    def __init__(self, storage: Storage, clock: Callable[[], datetime]) -> None:
        self._clock = clock
        self._records: RecordRepository[Partnership] = RecordRepository(
            storage,
            "partnership",
            lambda partnership: partnership.organization_id,
            partial(Partnership.to_dict, contacts=True),
            Partnership.from_dict,
            lambda partnership: {"status": partnership.status.value},
            PartnershipNotFoundError,
        )

    def put(self, partnership: Partnership) -> Partnership:
        """Store a partnership, new or changed.

        Args:
            partnership: as `get` returned it, with changes (`attrs.evolve`), or a new one.

        Returns:
            The same with its new version, for further changes.

        Raises:
            StaleRecordError: another writer has changed it since it was read. Nothing was written: read it again.
        """
        return self._records.put(partnership)

    def get(self, organization_id: str) -> Partnership:
        """Return the partnership with an agency.

        Raises:
            PartnershipNotFoundError: no such partnership is stored.
        """
        return self._records.get(organization_id)

    def all(self, status: PartnershipStatus | str | None = None) -> list[Partnership]:
        """Return all partnerships, or those with a status, in the order of their agencies' ids.

        Args:
            status: the status; by default any.
        """
        return list(self._records.scan("status", None if status is None else PartnershipStatus(status).value))

    def due(self, on: date | None = None, *, every: timedelta = CONTACT_EVERY) -> list[Partnership]:
        """Return the partnerships that are due for a contact, longest silence first (see `Partnership.is_due`).

        Args:
            on: the day to check; by default today.
            every: the longest time without a contact.
        """
        day = self._clock().date() if on is None else on
        late = [
            partnership
            for partnership in self._records.scan("status", None)
            if partnership.is_due(day, every)
        ]
        return sorted(late, key=lambda p: (p.last_contact or p.since or date.min, p.organization_id))

    def next_steps(self, until: date | None = None) -> list[Partnership]:
        """Return the partnerships with a next step, by the day on which it is due; those without a day come last.

        Args:
            until: the last day to include; by default there is no limit.
        """
        steps = [partnership for partnership in self._records.scan("status", None) if partnership.next_step]
        if until is not None:
            steps = [
                partnership for partnership in steps if partnership.by is not None and partnership.by <= until
            ]
        return sorted(steps, key=lambda p: (p.by or date.max, p.organization_id))

    def remove(self, partnership: Partnership) -> None:
        """Delete a partnership together with its contacts.

        Args:
            partnership: as `get` returned it.

        Raises:
            StaleRecordError: another writer has changed it since it was read, or it is already deleted.
        """
        self._records.remove(partnership)

"""Some services of an index, and what is found among them."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import attrs

from communityconnector.matching.index.measuring import Found
from communityconnector.matching.index.segment import Segment
from communityconnector.matching.index.texts import number_of
from communityconnector.model import Offer, Service


@attrs.frozen(eq=False)
class Part:
    """Some services of an index.

    Attributes:
        segment: their offers as columns.
        service: gives a service by its number.
    """

    segment: Segment
    service: Callable[[int], Service]

    def number(self, key: str) -> int | None:
        """The number of a service by its id; `None` where it is not here."""
        columns = self.segment.columns
        return number_of(key, columns.service_ids, columns.by_service_id)

    @property
    def numbers(self) -> range:
        """All numbers of its services."""
        return range(len(self.segment.columns.service_ids))


class Result(NamedTuple):
    """An offer that was found, and how to get at its records.

    Attributes:
        found: what was found.
        part: the part of the index that it is in.
    """

    found: Found
    part: Part

    @property
    def offer_id(self) -> str:
        """Id of the offer."""
        return self.found.offer_id

    @property
    def service_id(self) -> str:
        """Id of its service."""
        return self.found.service_id

    @property
    def agency(self) -> tuple[int, int]:
        """What tells its organization from others'."""
        number = int(self.part.segment.columns.agency[self.found.row])
        return (id(self.part), number if number >= 0 else -1 - self.found.row)

    def offer(self) -> Offer:
        """The offer with its records.

        Raises:
            LookupError: the records are gone, or are no longer those that were indexed.
        """
        service = self.part.service(int(self.part.segment.columns.service[self.found.row]))
        wanted = self.offer_id
        for link in service.service_at_locations or (None,):
            offer = Offer(service, link)
            if offer.id == wanted:
                return offer
        message = f"the records of {wanted} are not those that were indexed: update the index"
        raise LookupError(message)

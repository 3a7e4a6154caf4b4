"""A part of an index, and the results of a search in it."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import attrs

from communityconnector.matching.index.scored_rows import ScoredRow
from communityconnector.matching.index.segment import Segment
from communityconnector.matching.index.texts import number_of
from communityconnector.model import Offer, Service


@attrs.frozen(eq=False)
class Part:
    """Some services of an index.

    Attributes:
        segment: their offers as columns.
        service: returns a service by its number.
    """

    segment: Segment
    service: Callable[[int], Service]

    def number(self, key: str) -> int | None:
        """Return the number of a service by its id; `None` if it is not in this part."""
        columns = self.segment.columns
        return number_of(key, columns.service_ids, columns.by_service_id)

    @property
    def numbers(self) -> range:
        """The numbers of its services."""
        return range(len(self.segment.columns.service_ids))


class Result(NamedTuple):
    """An offer that fits, with access to its records.

    Attributes:
        scored: its row, with its reasons and its score.
        part: the part of the index that it is in.
    """

    scored: ScoredRow
    part: Part

    @property
    def offer_id(self) -> str:
        """The id of the offer."""
        return self.scored.offer_id

    @property
    def service_id(self) -> str:
        """The id of its service."""
        return self.scored.service_id

    @property
    def agency(self) -> tuple[int, int]:
        """A key for its organization."""
        number = int(self.part.segment.columns.agency[self.scored.row])
        return (id(self.part), number if number >= 0 else -1 - self.scored.row)

    def offer(self) -> Offer:
        """Return the offer with its records.

        Raises:
            LookupError: the records are missing or have changed since they were indexed.
        """
        service = self.part.service(int(self.part.segment.columns.service[self.scored.row]))
        wanted = self.offer_id
        for link in service.service_at_locations or (None,):
            offer = Offer(service, link)
            if offer.id == wanted:
                return offer
        message = f"the records of {wanted} have changed since they were indexed: update the index"
        raise LookupError(message)

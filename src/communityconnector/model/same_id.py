"""Records that share an id and are different records, found by their values instead of one by one."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import attrs

from communityconnector.model.apart import WHOLES, compared_fields, differ
from communityconnector.model.location import Location
from communityconnector.model.record import Record
from communityconnector.model.same_place import streets_of


@attrs.frozen
class SameId:
    """The records of one entity that share an id and differ from each other.

    A source may give one id to every phone. Each would be compared with all before it, so they are looked up: two records
    that do not differ have a common value in every field that both have.

    Attributes:
        ids: the ids under which they are kept, in the order in which they came.
    """

    ids: list[str] = attrs.field(factory=list)
    _records: list[Record] = attrs.field(factory=list)
    _places: dict[tuple[str, str], list[int]] = attrs.field(factory=dict)
    """Numbers of the records by field and value; those without a value stand under ""."""

    def add(self, new_id: str, record: Record) -> None:
        """Add a record that differs from all before it."""
        for field, values in _values(record):
            for value in values or ("",):
                self._places.setdefault((field, value), []).append(len(self.ids))
        self.ids.append(new_id)
        self._records.append(record)

    def id_of(self, record: Record) -> str:
        """Return the id of the first record that does not differ from this one; "" where all do."""
        matching = (
            number for number in self._candidates(record) if not differ(self._records[number], record)
        )
        number = next(matching, None)
        return "" if number is None else self.ids[number]

    def _candidates(self, record: Record) -> Sequence[int]:
        """Return the numbers of the records that share a value, by the field in which the fewest do."""
        fewest: Sequence[int] = range(len(self.ids))
        for field, values in _values(record):
            if values:
                places = [self._places.get((field, value), ()) for value in (*values, "")]
                if sum(map(len, places)) < len(fewest):
                    fewest = sorted({number for numbers in places for number in numbers})
        return fewest


def _values(record: Record) -> Iterator[tuple[str, set[str]]]:
    """Yield the fields in which two records that do not differ share a value, where both have one."""
    if isinstance(record, Location):
        streets = streets_of(record)
        areas = {f"in {area}" for street in streets for area in street.areas}
        yield "addresses", areas and areas | {street.core for street in streets}
    elif record.entity not in WHOLES:
        for field in compared_fields(record.entity):
            value = getattr(record, field)
            # What is not text may be equal to what is written in another way, and is not looked up.
            yield field, {value} if isinstance(value, str) and value else set()

"""Offers as columns: rows in the order of their places, and postings by need and word."""

from __future__ import annotations

import itertools
from collections.abc import Collection, Mapping, Sequence
from functools import cached_property
from typing import Any, Final

import attrs
import numpy as np
from numpy.typing import NDArray

from communityconnector.matching.criteria.place import PLACES, Spot
from communityconnector.matching.index.geometry import Floats, Rows, keys, through_the_earth
from communityconnector.matching.purpose import Listed, Sign
from communityconnector.model import Point

Numbers = NDArray[Any]

POINT: Final = PLACES.index("point")
REMOTE: Final = PLACES.index("remote")
ABOUT: Final = PLACES.index("about")

IN_NAME: Final = 1
IN_TEXT: Final = 2
"""Where a row has a word."""


@attrs.frozen
class Postings:
    """Which rows have what: for each key the rows, ascending, and a number beside each.

    Attributes:
        spans: where each key's rows stand.
        rows: the rows of all keys.
        data: the numbers.
    """

    spans: Mapping[str, tuple[int, int]]
    rows: Rows
    data: Numbers

    def of(self, key: str) -> tuple[Rows, Numbers] | None:
        """The rows of a key and their numbers."""
        span = self.spans.get(key)
        return None if span is None else (self.rows[span[0] : span[1]], self.data[span[0] : span[1]])

    def count(self, key: str) -> int:
        """How many rows a key has."""
        first, last = self.spans.get(key, (0, 0))
        return last - first

    def numbers(self, key: str, rows: Rows) -> list[int]:
        """The numbers that a key has beside some rows; -1 beside those that it does not have."""
        held = self.of(key)
        if held is None:
            return [-1] * len(rows)
        at = held[0].searchsorted(rows)
        at[at == len(held[0])] = 0
        return [
            number if found == row else -1
            for number, found, row in zip(
                held[1][at].tolist(), held[0][at].tolist(), rows.tolist(), strict=True
            )
        ]


@attrs.frozen(eq=False)
class Columns:
    """What a segment holds; every array has a row an offer, unless it says otherwise.

    Attributes:
        keys: for rows with a point, or one that stands for their postal code, what they are sorted by; the other rows
            follow.
        space: for rows with a point, where that is in space.
        points: for rows with a point, its latitude and longitude.
        place: number in `PLACES`.
        where: number of the words that tell where it is (see `Spot`).
        where_words: those words, by number.
        facts: by criterion, the number of the row's facts in its table.
        service: number of the service.
        agency: number of the organization; -1 where there is none.
        order: place in the order of ids.
        concepts: rows by concept, with the number of a sign.
        terms: rows by taxonomy term, with the number of a `Listed`.
        words: rows by stem, with `IN_NAME` or `IN_TEXT`.
        undescribed: rows whose records do not say what they are for.
        signs: the signs.
        listed: what rows are listed under.
        offer_ids: ids of the offers.
        service_ids: ids of the services, by number.
        agency_ids: ids of the organizations that run them, in their order.
        by_service_id: numbers of the services, in the order of their ids.
    """

    keys: Floats
    space: Floats
    points: Floats
    place: NDArray[np.uint8]
    where: Numbers
    facts: Mapping[str, Numbers]
    service: Numbers
    agency: Numbers
    order: Numbers
    concepts: Postings
    terms: Postings
    words: Postings
    undescribed: Rows
    signs: Sequence[Sign]
    listed: Sequence[Listed]
    where_words: Sequence[str]
    offer_ids: Sequence[str]
    service_ids: Sequence[str]
    agency_ids: Sequence[str]
    by_service_id: Numbers

    def spot(self, service: int, offer_id: str) -> Spot:
        """What is known of where an offer is.

        Args:
            service: the number of its service.
            offer_id: its id.
        """
        row = next(row for row in self.rows_of([service]).tolist() if self.offer_ids[row] == offer_id)
        point = Point(*self.points[row].tolist()) if row < len(self.keys) else None
        return Spot(PLACES[self.place[row]], point, self.where_words[self.where[row]])

    def rows_of(self, services: Collection[int]) -> Rows:
        """The rows of some services, ascending."""
        # Of the column's own type, or all of it would be copied.
        wanted = np.array(sorted(services), dtype=self.service.dtype)
        first, last = (
            self.service.searchsorted(wanted, side, sorter=self._by_service).tolist()
            for side in ("left", "right")
        )
        runs = [self._by_service[low:high] for low, high in zip(first, last, strict=True)]
        return np.sort(np.concatenate(runs or [self._by_service[:0]])).astype(np.int32)

    @cached_property
    def has_rough(self) -> bool:
        """Whether any row has only the point that stands for its postal code."""
        return bool((self.place == ABOUT).any())

    @cached_property
    def _by_service(self) -> NDArray[np.intp]:
        """All rows in the order of their services: made when it is first asked for, which few ever do."""
        return self.service.argsort(kind="stable")


@attrs.frozen(eq=False)
class Gathered:
    """The same in the order in which offers came; postings as they were gathered.

    Attributes:
        latitude: degrees north; any number where there is no point.
        longitude: degrees east.
        place: as in `Columns`, and so are the others, but
        words: rows by stem, twice the row, and one more where a name lacks the word.
    """

    latitude: Floats
    longitude: Floats
    place: NDArray[np.uint8]
    where: Numbers
    facts: Mapping[str, Numbers]
    service: Numbers
    agency: Numbers
    concepts: Mapping[str, tuple[Rows, Numbers]]
    terms: Mapping[str, tuple[Rows, Numbers]]
    words: Mapping[str, Rows]
    undescribed: Rows
    signs: Sequence[Sign]
    listed: Sequence[Listed]
    where_words: Sequence[str]
    offer_ids: Sequence[str]
    service_ids: Sequence[str]
    agency_ids: Sequence[str] = ()

    def arranged(self) -> Columns:
        """The rows in the order of their places."""
        count = len(self.offer_ids)
        order = self._order_of_ids()
        key = keys(self.latitude, self.longitude)
        has_point = (self.place == POINT) | (self.place == ABOUT)
        key[~has_point] = np.inf
        old = np.lexsort((order, key))
        new = np.empty(count, dtype=np.int32)
        new[old] = np.arange(count, dtype=np.int32)
        placed = int(has_point.sum())
        latitude, longitude = self.latitude[old][:placed], self.longitude[old][:placed]
        return Columns(
            keys=key[old][:placed],
            space=through_the_earth(latitude, longitude),
            points=np.stack((latitude, longitude), axis=1),
            place=self.place[old],
            where=_small(self.where)[old],
            facts={name: _small(codes)[old] for name, codes in self.facts.items()},
            service=self.service[old],
            agency=self.agency[old],
            order=order[old],
            concepts=_postings(self.concepts, new, _kind(len(self.signs))),
            terms=_postings(self.terms, new, _kind(len(self.listed))),
            words=_word_postings(self.words, new),
            undescribed=np.sort(new[self.undescribed]),
            signs=self.signs,
            listed=self.listed,
            where_words=self.where_words,
            # Tuples of texts, unlike lists, are not searched for cyclic garbage again and again.
            offer_ids=tuple([self.offer_ids[number] for number in old.tolist()]),
            service_ids=tuple(self.service_ids),
            agency_ids=self.agency_ids,
            by_service_id=np.array(
                sorted(range(len(self.service_ids)), key=self.service_ids.__getitem__), dtype=np.int32
            ),
        )

    def _order_of_ids(self) -> NDArray[np.int32]:
        """Each offer's place in the order of ids, and under equal ones of those of their services."""
        ids, services = self.offer_ids, self.service_ids
        by_id = sorted(range(len(ids)), key=ids.__getitem__)
        if any(ids[one] == ids[other] for one, other in itertools.pairwise(by_id)):
            by_id.sort(key=lambda number: (ids[number], services[int(self.service[number])]))
        order = np.empty(len(ids), dtype=np.int32)
        order[by_id] = np.arange(len(ids), dtype=np.int32)
        return order


def _kind(count: int) -> Any:
    """The smallest kind of numbers that tells so many things apart."""
    return np.uint8 if count <= 1 << 8 else np.uint16 if count <= 1 << 16 else np.int32


def _small(codes: Numbers) -> Numbers:
    return codes.astype(_kind(int(codes.max(initial=0)) + 1))


def _postings(made: Mapping[str, tuple[Rows, Numbers]], new: Rows, kind: Any) -> Postings:
    size = sum(len(rows) for rows, _ in made.values())
    all_rows, all_data = np.empty(size, dtype=np.int32), np.empty(size, dtype=kind)
    spans: dict[str, tuple[int, int]] = {}
    first = 0
    for key in sorted(made):
        rows, data = made[key]
        # A row and its number in one: so they are sorted together, and sooner than by an order.
        both = new[rows].astype(np.int64) << 32 | data
        both.sort()
        last = first + len(rows)
        all_rows[first:last], all_data[first:last] = both >> 32, both & 0xFFFFFFFF
        spans[key] = (first, last)
        first = last
    return Postings(spans, all_rows, all_data)


def _word_postings(made: Mapping[str, Rows], new: Rows) -> Postings:
    size = sum(map(len, made.values()))
    all_rows, all_data = np.empty(size, dtype=np.int32), np.empty(size, dtype=np.uint8)
    spans: dict[str, tuple[int, int]] = {}
    first = 0
    for key in sorted(made):
        both = made[key]
        both = new[both >> 1] << 1 | both & 1
        both.sort()
        last = first + len(both)
        all_rows[first:last], all_data[first:last] = both >> 1, (both & 1) + IN_NAME
        spans[key] = (first, last)
        first = last
    return Postings(spans, all_rows, all_data)

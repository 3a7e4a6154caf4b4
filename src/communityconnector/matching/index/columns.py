"""Offers as columns: rows in the order of their places, and postings by need and word."""

from __future__ import annotations

import itertools
from collections.abc import Collection, Iterable, Mapping, Sequence
from functools import cached_property
from typing import Any, Final

import attrs
import numpy as np
from numpy.typing import NDArray

from communityconnector.matching.criteria.place import APPROXIMATE, PLACES, ROUGH_KM, OfferPlace
from communityconnector.matching.index.geometry import Floats, Rows, keys, through_the_earth
from communityconnector.matching.purpose import ListedTerm, Sign
from communityconnector.model import Point

Numbers = NDArray[Any]

POINT: Final = PLACES.index("point")
REMOTE: Final = PLACES.index("remote")
_PLACED: Final = [POINT, *map(PLACES.index, APPROXIMATE)]

WIDE: Final = ROUGH_KM
"""Rows whose place has a larger radius, in km, are visited by every search, wherever it is from."""
_WIDE_KEY: Final = 1e9
"""The key of these rows, after those of all others with a point."""

IN_NAME: Final = 1
IN_TEXT: Final = 2
"""Where a row has a word: in a name, or only in another text."""


@attrs.frozen
class Postings:
    """The rows of each key, ascending, with a number for each row.

    Attributes:
        spans: where the rows of each key stand.
        rows: the rows of all keys.
        data: the numbers.
    """

    spans: Mapping[str, tuple[int, int]]
    rows: Rows
    data: Numbers

    def of(self, key: str) -> tuple[Rows, Numbers] | None:
        """Return the rows of a key and their numbers; `None` if there are none."""
        span = self.spans.get(key)
        return None if span is None else (self.rows[span[0] : span[1]], self.data[span[0] : span[1]])

    def count(self, key: str) -> int:
        """Return the number of rows of a key."""
        first, last = self.spans.get(key, (0, 0))
        return last - first

    def numbers(self, key: str, rows: Rows) -> list[int]:
        """Return the numbers of a key for some rows; -1 for a row that it does not have."""
        posting = self.of(key)
        if posting is None:
            return [-1] * len(rows)
        all_rows, all_numbers = posting
        at = all_rows.searchsorted(rows)
        at[at == len(all_rows)] = 0
        return [
            number if other == row else -1
            for number, other, row in zip(
                all_numbers[at].tolist(), all_rows[at].tolist(), rows.tolist(), strict=True
            )
        ]


@attrs.frozen(eq=False)
class Columns:
    """The columns of a segment. Every array has one row for each offer, unless stated otherwise.

    Attributes:
        keys: what rows are sorted by that have a point, or one that stands for their place; the others follow. Rows whose
            place is wide (`WIDE`) stand last among them.
        space: the points in space, for rows with a point.
        points: the latitudes and longitudes, for rows with a point.
        place: the number of the kind of place in `PLACES`.
        where: the number of the words of the place (see `OfferPlace`).
        where_words: these words, by number.
        where_radii: the radius of the place, likewise, in km.
        facts: by criterion, the number of the row's facts in its table.
        service: the number of the service.
        agency: the number of the organization; -1 if there is none.
        order: the place in the order of ids.
        concepts: rows by concept, with the number of a sign.
        terms: rows by taxonomy term, with the number of a `ListedTerm`.
        words: rows by stem, with `IN_NAME` or `IN_TEXT`.
        undescribed: rows whose records do not say what they are for.
        signs: the signs.
        listed: the terms that rows are listed under.
        offer_ids: the ids of the offers.
        service_ids: the ids of the services, by number.
        agency_ids: the ids of the organizations that run them, in order.
        by_service_id: the numbers of the services, in the order of their ids.
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
    listed: Sequence[ListedTerm]
    where_words: Sequence[str]
    where_radii: Floats
    offer_ids: Sequence[str]
    service_ids: Sequence[str]
    agency_ids: Sequence[str]
    by_service_id: Numbers

    def place_of(self, service: int, offer_id: str) -> OfferPlace:
        """Return what is known of the place of an offer.

        Args:
            service: the number of its service.
            offer_id: the id of the offer.
        """
        row = next(row for row in self.rows_of([service]).tolist() if self.offer_ids[row] == offer_id)
        point = Point(*self.points[row].tolist()) if row < len(self.keys) else None
        where = self.where[row]
        return OfferPlace(
            PLACES[self.place[row]], point, self.where_words[where], float(self.where_radii[where])
        )

    def rows_of(self, services: Collection[int]) -> Rows:
        """Return the rows of some services, ascending."""
        # With another type than the column's, `searchsorted` would copy the column.
        wanted = np.array(sorted(services), dtype=self.service.dtype)
        first, last = (
            self.service.searchsorted(wanted, side, sorter=self._by_service).tolist()
            for side in ("left", "right")
        )
        runs = [self._by_service[low:high] for low, high in zip(first, last, strict=True)]
        return np.sort(np.concatenate(runs or [self._by_service[:0]])).astype(np.int32)

    def radii(self, rows: Rows) -> Floats:
        """Return within how many km of their points the places of rows are; 0 where they have their own."""
        return np.asarray(self.where_radii.take(self.where.take(rows)))

    @cached_property
    def has_rough(self) -> bool:
        """Whether the place of any row is approximate."""
        return bool(self.where_radii.any())

    @cached_property
    def rough_km(self) -> float:
        """The largest radius of a place that is not wide, in km."""
        narrow = self.where_radii[self.where_radii <= WIDE]
        return float(narrow.max(initial=0.0))

    @property
    def has_wide(self) -> bool:
        """Whether the place of any row is wide."""
        return self.wide_from < len(self.keys)

    @cached_property
    def wide_from(self) -> int:
        """The first row whose place is wide."""
        return int(self.keys.searchsorted(_WIDE_KEY))

    @cached_property
    def _by_service(self) -> NDArray[np.intp]:
        """All rows in the order of their services. Few callers need it, so it is made at the first use."""
        return self.service.argsort(kind="stable")


@attrs.frozen(eq=False)
class Gathered:
    """The same columns in the order in which offers were added. Attributes not listed are as in `Columns`.

    Attributes:
        latitude: degrees north; any number for a row without a point.
        longitude: degrees east.
        words: rows by stem: twice the row, plus one if no name has the word.
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
    listed: Sequence[ListedTerm]
    where_words: Sequence[str]
    where_radii: Floats
    offer_ids: Sequence[str]
    service_ids: Sequence[str]
    agency_ids: Sequence[str] = ()

    def arranged(self) -> Columns:
        """Return the columns with the rows in the order of their places."""
        count = len(self.offer_ids)
        order = self._order_of_ids()
        key = keys(self.latitude, self.longitude)
        has_point = np.isin(self.place, _PLACED)
        key[self.where_radii.take(self.where) > WIDE] = _WIDE_KEY
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
            where_radii=self.where_radii,
            # Unlike lists, tuples of texts are not scanned again and again for cyclic garbage.
            offer_ids=tuple([self.offer_ids[number] for number in old.tolist()]),
            service_ids=tuple(self.service_ids),
            agency_ids=self.agency_ids,
            by_service_id=np.array(
                sorted(range(len(self.service_ids)), key=self.service_ids.__getitem__), dtype=np.int32
            ),
        )

    def _order_of_ids(self) -> NDArray[np.int32]:
        """Return the place of each offer in the order of ids, and for equal ones in that of the ids of their services."""
        ids, services = self.offer_ids, self.service_ids
        by_id = sorted(range(len(ids)), key=ids.__getitem__)
        if any(ids[one] == ids[other] for one, other in itertools.pairwise(by_id)):
            by_id.sort(key=lambda number: (ids[number], services[int(self.service[number])]))
        order = np.empty(len(ids), dtype=np.int32)
        order[by_id] = np.arange(len(ids), dtype=np.int32)
        return order


def _kind(count: int) -> Any:
    """Return the smallest type of numbers for so many values."""
    return np.uint8 if count <= 1 << 8 else np.uint16 if count <= 1 << 16 else np.int32


def _small(codes: Numbers) -> Numbers:
    return codes.astype(_kind(int(codes.max(initial=0)) + 1))


def _postings(gathered: Mapping[str, tuple[Rows, Numbers]], new: Rows, kind: Any) -> Postings:
    size = sum(len(rows) for rows, _ in gathered.values())
    # A row and its number in one, which are sorted together, and faster than by an order.
    packed = (
        (key, new[rows].astype(np.int64) << 32 | data) for key, (rows, data) in sorted(gathered.items())
    )
    return _unpacked(packed, size, 32, kind)


def _word_postings(gathered: Mapping[str, Rows], new: Rows) -> Postings:
    size = sum(map(len, gathered.values()))
    packed = ((word, new[both >> 1] << 1 | both & 1) for word, both in sorted(gathered.items()))
    postings = _unpacked(packed, size, 1, np.uint8)
    postings.data[:] += IN_NAME
    return postings


def _unpacked(packed: Iterable[tuple[str, Numbers]], size: int, bits: int, kind: Any) -> Postings:
    """Return postings from the keys, in order, with rows that are followed by so many bits of a number."""
    all_rows, all_data = np.empty(size, dtype=np.int32), np.empty(size, dtype=kind)
    spans: dict[str, tuple[int, int]] = {}
    first = 0
    for key, both in packed:
        both.sort()
        last = first + len(both)
        all_rows[first:last], all_data[first:last] = both >> bits, both & ((1 << bits) - 1)
        spans[key] = (first, last)
        first = last
    return Postings(spans, all_rows, all_data)

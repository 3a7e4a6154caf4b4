"""Decide what must be hidden, from the statements of records taken one by one: no directory has to be in memory.

There are two rounds. The first collects what every record claims (`claims`). If anything is claimed, the second looks at
every record again: who owns the claimed places, and who else is there. Then `Hiding.decide` applies these rules:

- A place whose own record says so is hidden. So is one that its agency, a service given there, or the link between them
  claims, unless another agency openly works there: then it is hidden at the claiming service only.
- A place whose record says nothing is hidden if it stands on the street of a hidden one, in any agency's record. If only
  points are known, it is hidden if it is the same agency's and no other street or name separates the two. A point alone
  is often the middle of a postal code, which many places share.
- A place that was hidden before stays hidden until a person decides otherwise.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

import attrs

from communityconnector.model.claims import (
    INTERNAL,
    PARTS,
    Claim,
    Part,
    claims_of,
    known,
    name_of,
    names_of,
    own_level,
    parts_of,
    site_of,
)
from communityconnector.model.confidential import NOTHING, Confidential, Hidden, Site, Why
from communityconnector.model.geography import Point
from communityconnector.model.internal_fields import has_internal
from communityconnector.model.level import Disclosure, strictest
from communityconnector.model.location import Location
from communityconnector.model.organization import Organization
from communityconnector.model.record import Record
from communityconnector.model.same_place import cells, near, same_street, without_type
from communityconnector.model.service import Service
from communityconnector.model.shape import children


@attrs.define
class _Seen:
    """What the second round learned of a location that is claimed, or stands where a claimed one does."""

    site: Site
    level: Disclosure | None
    keepers: set[str] = attrs.field(factory=set)
    agencies: set[str] = attrs.field(factory=set)
    users: set[str] = attrs.field(factory=set)
    records: set[str] = attrs.field(factory=set)


class Hiding:
    """Gathers what must be hidden.

    Args:
        before: what was hidden before, in the same directory: it stays hidden.
        opened: `entity id` of what a person decided to show.

    Attributes:
        opened: the same. What a record hides outright once more is taken out when it is decided.
        still: once it is decided, `entity id` of what only stays hidden because it was before.
    """

    def __init__(self, before: Confidential | None = None, opened: Iterable[str] = ()) -> None:
        self._before = before or NOTHING
        self.opened = frozenset(opened)
        self.still: tuple[str, ...] = ()
        self._claims: dict[str, dict[Claim, None]] = {}
        self._parts: dict[str, Part] = {}
        self._seen: dict[str, _Seen] = {}
        self._signs: frozenset[str] | None = None

    def take(self, claims: Iterable[Claim], parts: Iterable[Part]) -> None:
        """Take in what a record claims, in the first round."""
        for claim in claims:
            self._claims.setdefault(claim.location, {})[claim] = None
        for part in parts:
            known_part = self._parts.get(part.key)
            if known_part is None or strictest(part.level, known_part.level) is not known_part.level:
                self._parts[part.key] = part

    @property
    def any_place(self) -> bool:
        """Whether any place may have to be hidden, so that there is a second round."""
        return bool(self._claims or self._before.places)

    def look_at(self, record: Record) -> None:
        """Look at a record once more, in the second round."""
        for place, keeper, agency, openly, records in _places_in(record):
            if (
                place.id not in self._claims
                and place.id not in self._before.places
                and not self._stands_there(place)
            ):
                continue
            site, level = site_of(place), own_level(place)
            seen = self._seen.get(place.id)
            if seen is None:
                seen = self._seen[place.id] = _Seen(site, level)
            else:
                seen.site += site
                levels = [stated for stated in (level, seen.level) if stated is not None]
                seen.level = strictest(*levels) if levels else None
            seen.keepers.update(keeper)
            seen.agencies.update(keeper, agency)
            seen.users.update(openly)
            seen.records.update(records)

    def _stands_there(self, place: Location) -> bool:
        """Whether a place may be one that is claimed."""
        if self._signs is None:
            sites = [claim.site for claims in self._claims.values() for claim in claims]
            sites += [hidden.site for hidden in self._before.places.values()]
            self._signs = frozenset(sign for site in sites for sign in _signs(site))
        return not self._signs.isdisjoint(_signs(site_of(place)))

    def decide(self) -> Confidential:
        """What must be hidden."""
        claimed = {
            f"location {c.location}" for claims in self._claims.values() for c in claims if not c.words
        }
        self.opened -= claimed | self._parts.keys()
        places: dict[str, Hidden] = {}
        links: dict[str, Hidden] = {}
        for key, claims in self._claims.items():
            seen = self._seen.get(key)
            for claim in claims:
                hidden = Hidden(claim.level, Why.LOOKS if claim.words else Why.SAID, claim.words, claim.site)
                if claim.words and f"location {key}" in self.opened:
                    continue
                if claim.link and seen is not None and _is_anothers(seen, claim):
                    _hide(links, claim.link, hidden)
                elif not claim.words or seen is None or seen.level is None:
                    _hide(places, key, hidden)
        parts = {p.key: (p.level, p.values) for p in self._parts.values() if p.key != INTERNAL}
        self.still = (*self._keep_places(places), *self._keep_parts(parts))
        for key, hidden in places.items():
            if key in self._seen:
                # Other records of it may tell another street.
                places[key] = attrs.evolve(hidden, site=hidden.site + self._seen[key].site)
        self._same_places(places)
        return Confidential(
            places, links, parts, frozenset(self._bystanders(places)), self.opened, INTERNAL in self._parts
        )

    def _keep_places(self, places: dict[str, Hidden]) -> Iterator[str]:
        """Hide what was hidden before, unless a person decided otherwise; gives what nothing hides but that."""
        for key, hidden in self._before.places.items():
            seen, now = self._seen.get(key), places.get(key)
            if hidden.why is Why.SAME or f"location {key}" in self.opened:
                continue
            if hidden.why is Why.LOOKS and seen is not None and seen.level is Disclosure.PUBLIC:
                continue
            if now is not None and strictest(now.level, hidden.level) is now.level:
                places[key] = attrs.evolve(now, site=now.site + hidden.site)
                continue
            why = Why.KEPT if hidden.why is Why.SAID else hidden.why
            places[key] = attrs.evolve(hidden, why=why, site=hidden.site + (now.site if now else Site()))
            if seen is not None:
                yield f"location {key}"

    def _keep_parts(self, parts: dict[str, tuple[Disclosure, tuple[str, ...]]]) -> Iterator[str]:
        for key, (level, values) in self._before.parts.items():
            if key in self.opened:
                continue
            now, more = parts.get(key, (Disclosure.PUBLIC, ()))
            parts[key] = (strictest(level, now), tuple(dict.fromkeys(values + more)))
            if strictest(level, now) is not now:
                yield key

    def _same_places(self, places: dict[str, Hidden]) -> None:
        """Hide with hidden places what is the same place."""
        by_sign: dict[str, list[str]] = {}
        for key, hidden in places.items():
            for sign in _signs(hidden.site):
                by_sign.setdefault(sign, []).append(key)
        twins: dict[str, Hidden] = {}
        for key, seen in self._seen.items():
            if key in places or f"location {key}" in self.opened or seen.level is not None:
                continue
            for other in dict.fromkeys(o for sign in _signs(seen.site) for o in by_sign.get(sign, ())):
                hidden = places[other]
                if self._is_same(key, other, hidden.site):
                    _hide(twins, key, Hidden(hidden.level, Why.SAME, site=seen.site))
        places.update(twins)

    def _is_same(self, key: str, other: str, there: Site) -> bool:
        """Return whether a place without a statement of its own is a hidden one."""
        here = self._seen[key].site
        agencies, theirs = self._agencies(key), self._agencies(other)
        of_one_agency = not agencies or not agencies.isdisjoint(theirs)
        if any(
            same_street(a, b) and (a.numbered or of_one_agency) for a in here.streets for b in there.streets
        ):
            return True
        if not of_one_agency or (here.streets and there.streets) or not _near(here, there):
            return False
        if not here.name or not there.name or here.name == there.name:
            return True
        # Two of an agency at one point may be one place under two names; of many, the point is no place.
        return (
            sum(
                _near(seen.site, there) and bool(self._agencies(k) & theirs) for k, seen in self._seen.items()
            )
            <= 2
        )

    def _agencies(self, key: str) -> set[str]:
        seen = self._seen.get(key)
        agencies = seen.agencies if seen is not None else set()
        return agencies | {name for claim in self._claims.get(key, ()) for name in claim.agencies}

    def _bystanders(self, places: Mapping[str, Hidden]) -> Iterator[str]:
        """Records of places that are open and share a street's name and number, or a point, with a hidden one."""
        for key, seen in self._seen.items():
            if key not in places:
                yield from seen.records


def _hide(among: dict[str, Hidden], key: str, hidden: Hidden) -> None:
    among[key] = among[key].stricter(hidden) if key in among else hidden


def _is_anothers(seen: _Seen, claim: Claim) -> bool:
    """Whether a place that a service claims is another agency's, which openly works there."""
    own = set(claim.agencies)
    if not known(claim.agencies) or own & seen.keepers:
        return False
    return bool(seen.users & seen.keepers)


def _near(here: Site, there: Site) -> bool:
    return any(near(Point(*a), Point(*b)) for a in here.points for b in there.points)


def _signs(site: Site) -> Iterator[str]:
    """Texts of which two sites share at least one if they may be one place, or seem to be."""
    for street in site.streets:
        yield street.core
        if (bare := without_type(street.core)) != street.core:
            yield bare
    for north, east in site.points:
        yield from cells(Point(north, east))


_Names = tuple[str, ...]
_Found = tuple[Location, _Names, _Names, _Names, _Names]


def _places_in(record: Record) -> Iterator[_Found]:
    """The locations that a record embeds: each with whose it is, who works there, who does so openly, and its records."""
    if isinstance(record, Location):
        yield record, (), (), (), (name_of(record),)
    elif isinstance(record, Organization):
        for place in record.locations:
            yield place, names_of(record), (), (), (name_of(place), name_of(record))
    elif isinstance(record, Service):
        names = names_of(record)
        claimed = {claim.location for claim in claims_of(record)}
        agency = record.organization
        for link in record.service_at_locations:
            if link.location is not None:
                openly = () if link.location.id in claimed else names
                records = [name_of(one) for one in (record, link, link.location, agency) if one is not None]
                yield link.location, (), names, openly, tuple(records)
        if agency is not None:
            yield from _places_in(agency)
    else:
        for _, child in children(record):
            yield from _places_in(child)


_PLACED: Final = ("service", "organization", "service_at_location", "location")
"""Entities that may claim places."""


def confidential(
    tables: Mapping[str, Mapping[str, Any]], *, before: Confidential | None = None, opened: Iterable[str] = ()
) -> Confidential:
    """What must be hidden of a directory.

    Args:
        tables: its records, by entity and id.
        before: what was hidden of it before.
        opened: `entity id` of what a person decided to show.
    """
    hiding = Hiding(before, opened)
    placed = itertools.chain.from_iterable(tables[entity].values() for entity in _PLACED)
    hiding.take((claim for record in placed for claim in claims_of(record, deep=False)), ())
    names: set[str] = set()
    for entity, table in tables.items():
        if entity in PARTS:
            hiding.take(
                (), (part for record in table.values() if record.disclosure for part in parts_of(record))
            )
        for record in table.values():
            if record.extra:
                names.update(record.extra)
    if has_internal(names):
        hiding.take((), [Part(INTERNAL, Disclosure.NEVER, ())])
    if hiding.any_place:
        for entity in _PLACED:
            for record in tables[entity].values():
                hiding.look_at(record)
    return hiding.decide()

"""Who is looking, and what they may learn about confidential places: the one redaction step.

Shelters for people who flee violence stay safe only if no output of any kind gives their place away. So the
place is taken out of the records themselves, before anything ranks, prints, maps or exports them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import lru_cache
from typing import Any, Final

import attrs

from communityconnector.choices import Choice
from communityconnector.model.contact import Contact, Language, Phone
from communityconnector.model.level import Disclosure, strictest
from communityconnector.model.location import Address, Location, LocationType
from communityconnector.model.metadata import Metadata
from communityconnector.model.organization import Organization
from communityconnector.model.record import Kind, Record, specs
from communityconnector.model.rule_parts import RULE
from communityconnector.model.schedule import EVENTS, ROLE, Schedule
from communityconnector.model.service import Service, ServiceAtLocation
from communityconnector.model.shape import R, children, evolve, shape


class Audience(Choice):
    """For whom a directory is shown or written."""

    PUBLIC = "public"
    """Patrons, web pages, hand-outs, exports: the default everywhere."""
    STAFF = "staff"
    """Library staff at the desk: also sees places marked `staff_only`."""
    STEWARD = "steward"
    """The keeper of the data, for their own copy: sees everything."""


WITHHELD: Final = "Confidential location"
"""What stands in place of a withheld location's name."""

_HIDDEN: Final[Mapping[Audience, frozenset[Disclosure]]] = {
    Audience.PUBLIC: frozenset({Disclosure.STAFF_ONLY, Disclosure.CONTACT_ONLY, Disclosure.NEVER}),
    Audience.STAFF: frozenset({Disclosure.CONTACT_ONLY, Disclosure.NEVER}),
    Audience.STEWARD: frozenset(),
}

_PROTECTIVE: Final = re.compile(
    r"(domestic|family|partner)[\s-]+(violence|abuse)|safe[\s-]*hous|battered|escape[\s-]+violence|\bdv\b"
    r"|women'?s[\s-]+(shelter|refuge)|abuse[\s-]+surviv|surviv\w*[\s-]+of[\s-]+(abuse|violence|assault)"
    r"|human[\s-]+traffick|trafficking[\s-]|sexual[\s-]+assault|rape[\s-]+crisis"
    r"|violencia[\s-]+(dom|famil|de[\s-]+g|sex)|mujeres[\s-]+maltratadas|trata[\s-]+de[\s-]+personas",
    re.IGNORECASE,
)


def protective(service: Service) -> bool:
    """Whether a service's or its agency's name, or its terms, say that it is a refuge from violence or trafficking.

    Descriptions are not read for this: a food pantry that mentions survivors is not a safe house.
    """
    terms = (a.taxonomy_term for a in service.attributes if a.taxonomy_term is not None)
    words = [service.name, service.alternate_name or ""]
    if service.organization is not None:
        words += [service.organization.name, service.organization.alternate_name or ""]
    words.extend(f"{term.name} {term.code or ''}" for term in terms)
    return any(map(_tells_of_refuge, words))


@lru_cache(maxsize=4096)
def _tells_of_refuge(words: str) -> bool:
    """Whether words do; agencies and terms come again with each of their services."""
    return _PROTECTIVE.search(words) is not None


def locations_in(record: Record) -> Iterator[Location]:
    """All locations that a record embeds, however deep; itself, if it is one."""
    if isinstance(record, Location):
        yield record
    for _, child in children(record):
        yield from locations_in(child)


Place = tuple[str, str, tuple[str, ...], tuple[tuple[object, ...], ...]]
"""What a record tells of a location: its id, who may learn where it is, the lines of its addresses, and its spots."""


@attrs.define(repr=False)
class Confidential:
    """What must be hidden, gathered record by record, so that no directory need be in memory.

    A location says itself who may learn where it is. One that says nothing is `public`, with two exceptions, for silence
    must not give a refuge away: where a protective service is given (see `protective`) it is `staff_only`, and where it
    stands on the street or the point of a hidden location it is hidden with it. So all services and locations go
    through `add` and `add_place`, and then, where anything is hidden, all locations through `add_twin`.

    Attributes:
        levels: by id of the location, who may learn where it is, unless that is the public.
        streets: the lines of those locations' addresses.
        spots: what tells that another location is one of them.
    """

    levels: dict[str, Disclosure] = attrs.field(factory=dict)
    streets: dict[str, tuple[str, ...]] = attrs.field(factory=dict)
    spots: dict[tuple[object, ...], Disclosure] = attrs.field(factory=dict)

    @classmethod
    def from_dict(cls, noted: Mapping[str, Any]) -> Confidential:
        """What `to_dict` noted."""
        return cls(
            {key: Disclosure(level) for key, level in noted["levels"].items()},
            {key: tuple(lines) for key, lines in noted["streets"].items()},
            {tuple(spot): Disclosure(level) for spot, level in noted["spots"]},
        )

    def to_dict(self) -> dict[str, Any]:
        """The same as JSON values. It tells every hidden place."""
        return {
            "levels": {key: level.value for key, level in self.levels.items()},
            "streets": {key: list(lines) for key, lines in self.streets.items()},
            "spots": [[list(spot), level.value] for spot, level in self.spots.items()],
        }

    def covers(self, service: Service) -> bool:
        """Whether all that a service tells of places is known here, so that it can be shown by what is."""
        told = Confidential()
        told.add(service)
        known = all(
            strictest(level, self.levels.get(key, Disclosure.PUBLIC)) is self.levels.get(key)
            for key, level in told.levels.items()
        ) and all(self.spots.get(spot) is not None for spot in told.spots)
        for location in locations_in(service):
            lines = set(_lines(location))
            if location.id in self.levels:
                known = known and lines <= set(self.streets.get(location.id, ()))
            else:
                known = known and not any(spot in self.spots for spot in _spots(location))
        return known

    def add(self, service: Service) -> None:
        """Take in a service and its locations."""
        for location, level in _levels(service):
            self._hide(location, level)
        self.add_part(service)

    def add_place(self, location: Location) -> None:
        """Take in a location that no service leads to."""
        self._hide(location, _own_level(location) or Disclosure.PUBLIC)

    def add_part(self, record: Record) -> None:
        """Take in what a record embeds of private phones, contacts and addresses."""
        for level in _private_parts(record):
            self._keep(PART, level, (), ())

    def add_told(self, place: Place) -> None:
        """Take in what `told_places` gave, one after the other."""
        key, level, lines, spots = place
        if level != _OPEN or key in self.levels:
            self._keep(key, Disclosure(level), lines, spots)

    def add_twin(self, location: Location) -> None:
        """Hide a location that says nothing and stands where a hidden one stands."""
        if _own_level(location) is None and location.id not in self.levels:
            levels = [self.spots[spot] for spot in _spots(location) if spot in self.spots]
            if levels:
                self.levels[location.id] = strictest(*levels)
                self.streets[location.id] = _lines(location)

    def _hide(self, location: Location, level: Disclosure) -> None:
        if level is not Disclosure.PUBLIC or location.id in self.levels:
            self._keep(location.id, level, _lines(location), _spots(location))

    def _keep(
        self, key: str, level: Disclosure, lines: Iterable[str], spots: Iterable[tuple[object, ...]]
    ) -> None:
        level = strictest(level, self.levels.get(key, level))
        self.levels[key] = level
        self.streets[key] = (*self.streets.get(key, ()), *lines)
        for spot in spots:
            self.spots[spot] = strictest(level, self.spots.get(spot, level))


_OPEN: Final = Disclosure.PUBLIC.value


def _levels(service: Service) -> Iterator[tuple[Location, Disclosure]]:
    """The locations of a service, each with the strictest that it, its link or the service says of who may learn it."""
    refuge = protective(service)
    agency = service.organization
    of_agency = None if agency is None else agency.disclosure
    for link in service.service_at_locations:
        location = link.location
        if location is None:
            continue
        # A service or a link may say it for its places.
        levels = (_own_level(location), link.disclosure, service.disclosure, of_agency)
        said = [level for level in levels if level is not None]
        if refuge and not said:
            said.append(Disclosure.STAFF_ONLY)
        yield location, strictest(Disclosure.PUBLIC, *said)
    if agency is not None:
        for place in agency.locations:
            said = [level for level in (_own_level(place), of_agency) if level is not None]
            if refuge and not said:
                said.append(Disclosure.STAFF_ONLY)
            yield place, strictest(Disclosure.PUBLIC, *said)


def _own_level(location: Location) -> Disclosure | None:
    """What a location says of itself, by its level or by that of the address where it stands."""
    said = [] if location.disclosure is None else [location.disclosure]
    said += [
        address.disclosure
        for address in location.addresses
        if address.disclosure not in (None, Disclosure.PUBLIC) and _stands_at(location, address)
    ]
    return strictest(*said) if said else None


def _stands_at(location: Location, address: Address) -> bool:
    """Whether a private address tells where its location stands: not one for letters, beside one that may be seen."""
    return address.address_type not in _FOR_LETTERS or not any(
        other.address_type not in _FOR_LETTERS and other.disclosure in (None, Disclosure.PUBLIC)
        for other in location.addresses
    )


_FOR_LETTERS: Final = (LocationType.POSTAL, LocationType.VIRTUAL)

PART: Final = ""
"""Stands in place of a location's id for phones, contacts and addresses that are private by themselves."""

_PARTS: Final = frozenset({"address", "phone", "contact"})


def _private_parts(record: Record) -> Iterator[Disclosure]:
    for _, child in children(record):
        level = getattr(child, "disclosure", None)
        if child.entity in _PARTS and level is not None and level is not Disclosure.PUBLIC:
            yield level
        yield from _private_parts(child)


def may_see(audience: Audience, record: Record) -> bool:
    """Whether an audience may see a phone, contact or address, as far as that one says."""
    return record.entity not in _PARTS or getattr(record, "disclosure", None) not in _HIDDEN[audience]


def told_places(record: Record) -> list[Place]:
    """What a record tells of its locations, as plain values, for `Confidential.add_told`."""
    if isinstance(record, Service):
        found: Iterable[tuple[Location, Disclosure]] = _levels(record)
    else:
        of_agency = record.disclosure if isinstance(record, Organization) else None
        found = (
            (place, strictest(_own_level(place) or Disclosure.PUBLIC, of_agency or Disclosure.PUBLIC))
            for place in locations_in(record)
        )
    told: list[Place] = [
        (place.id, level.value, _lines(place), tuple(_spots(place))) for place, level in found
    ]
    return told + [(PART, level.value, (), ()) for level in sorted(set(_private_parts(record)))]


def disclosures(tables: Mapping[str, Mapping[str, Any]]) -> Confidential:
    """What must be hidden of a directory.

    Args:
        tables: its records, by entity and id.
    """
    found = Confidential()
    locations: Mapping[str, Location] = tables["location"]
    for entity in ("service", "organization", "location", *sorted(_PARTS)):
        for record in tables[entity].values():
            for place in told_places(record):
                found.add_told(place)
            if not may_see(Audience.PUBLIC, record):
                found.add_told((PART, record.disclosure.value, (), ()))
    if found.levels:
        for location in locations.values():
            found.add_twin(location)
    return found


def _spots(location: Location) -> Iterator[tuple[object, ...]]:
    """What tells that two locations are one place: a street with its postal code, or a point."""
    for address in location.addresses:
        if address.address_1:
            yield (address.address_1.casefold().strip(), address.postal_code.strip())
    if location.point is not None:
        yield (location.latitude, location.longitude)


def redaction(audience: Audience, found: Confidential) -> Callable[[Record], Record] | None:
    """The change that makes any record fit for an audience, or `None` where nothing needs hiding.

    Args:
        audience: for whom.
        found: what must be hidden.
    """
    hidden = {key: level for key, level in found.levels.items() if level in _HIDDEN[audience]}
    if not hidden:
        return None
    streets = street_pattern(line for key in hidden for line in found.streets.get(key, ()))

    def transform(record: Record) -> Record:
        record = _without_parts(record, audience)
        if isinstance(record, Location) and record.id in hidden:
            return _without_place(record, hidden[record.id])
        if (
            isinstance(record, ServiceAtLocation)
            and record.location is not None
            and record.location.id in hidden
        ):
            return _without_way(record, hidden[record.location.id])
        if isinstance(record, Metadata) and (record.resource_id in hidden or _tells_a_place(record)):
            return attrs.evolve(record, previous_value="", replacement_value="", extra={})
        if isinstance(record, Service) and any(
            link.location is not None and link.location.id in hidden for link in record.service_at_locations
        ):
            # What a service holds beside HSDS may be a whole location, as older forms nest it.
            record = attrs.evolve(record, metadata=(), extra={})
        return record if streets is None else _without_streets(record, streets)

    return transform


def _without_parts(record: R, audience: Audience) -> R:
    """A record without the phones, contacts and addresses that an audience may not see."""
    changed: dict[str, Any] = {}
    for name, target in shape(record.entity).manys:
        if target in _PARTS:
            embedded = getattr(record, name)
            shown = tuple([part for part in embedded if may_see(audience, part)])
            if len(shown) < len(embedded):
                changed[name] = shown
    return evolve(record, changed) if changed else record


_PLACE: Final = re.compile(r"address|location|latitude|longitude|street|city|postal|accessib", re.IGNORECASE)


def _tells_a_place(change: Metadata) -> bool:
    """Whether a change is one of a place, told by its entity or its field. Whose place is not always known."""
    return bool(_PLACE.search(f"{change.resource_type or ''} {change.field_name}"))


def _lines(place: Location) -> tuple[str, ...]:
    """The lines of a location's addresses that may tell it."""
    return tuple(
        line.strip()
        for address in place.addresses
        for line in (address.address_1, address.address_2)
        if line and len(line.strip()) > 5
    )


def street_pattern(lines: Iterable[str]) -> re.Pattern[str] | None:
    """Finds the streets of hidden places in texts that repeat them; `None` where there are none."""
    longest_first = sorted(set(lines), key=lambda line: (-len(line), line))
    return re.compile("|".join(map(re.escape, longest_first)), re.IGNORECASE) if longest_first else None


def _without_streets(record: Record, streets: re.Pattern[str]) -> Record:
    changed: dict[str, Any] = {}
    for name, facts in specs(type(record)).items():
        if facts.kind in (Kind.ONE, Kind.MANY) or name == "id" or name.endswith("_id"):
            continue
        text = getattr(record, name)
        if isinstance(text, str) and streets.search(text):
            changed[name] = streets.sub(_INSTEAD, text)
    if record.extra and (extra := _masked(record.extra, streets)) != record.extra:
        changed["extra"] = extra
    return attrs.evolve(record, **changed) if changed else record


_INSTEAD: Final = "[address withheld]"


def _masked(value: Any, streets: re.Pattern[str]) -> Any:
    """JSON values without streets."""
    if isinstance(value, str):
        return streets.sub(_INSTEAD, value)
    if isinstance(value, Mapping):
        return {key: _masked(held, streets) for key, held in value.items()}
    if isinstance(value, (list, tuple)):
        return [_masked(held, streets) for held in value]
    return value


def _without_way(link: ServiceAtLocation, level: Disclosure) -> ServiceAtLocation:
    """What may be shown of a service at a hidden location: when it is given, for which area, perhaps a phone."""
    reachable = level is Disclosure.CONTACT_ONLY
    return ServiceAtLocation(
        id=link.id,
        service_id=link.service_id,
        location=link.location,
        service=link.service,
        service_areas=link.service_areas,
        schedules=_times_only(link.schedules),
        phones=_bare_phones(link.phones) if reachable else (),
        contacts=_bare_contacts(link.contacts) if reachable else (),
    )


def _without_place(location: Location, level: Disclosure) -> Location:
    """What may be shown of a hidden location: that it is there, when it is open, perhaps how to reach it.

    Built afresh from the few fields that are safe, so that a field added later is hidden until somebody
    decides otherwise.
    """
    reachable = level is Disclosure.CONTACT_ONLY
    return Location(
        id=location.id,
        location_type=location.location_type,
        name=WITHHELD,
        languages=tuple(Language(id=x.id, name=x.name, code=x.code) for x in location.languages),
        schedules=_times_only(location.schedules),
        phones=_bare_phones(location.phones) if reachable else (),
        contacts=_bare_contacts(location.contacts) if reachable else (),
        disclosure=level,
    )


def _bare_phones(phones: tuple[Phone, ...]) -> tuple[Phone, ...]:
    """Phones with what is needed to call them."""
    return tuple(
        Phone(id=p.id, number=p.number, extension=p.extension, type=p.type, description=p.description)
        for p in phones
    )


def _bare_contacts(contacts: tuple[Contact, ...]) -> tuple[Contact, ...]:
    """Contacts with what is needed to reach them."""
    return tuple(
        Contact(
            id=c.id,
            name=c.name,
            title=c.title,
            department=c.department,
            email=c.email,
            phones=_bare_phones(c.phones),
        )
        for c in contacts
    )


def _times_only(schedules: tuple[Schedule, ...]) -> tuple[Schedule, ...]:
    """Schedules without their texts, which may say where to go. What restricts their days stays: see `rule_parts`."""
    return tuple(
        attrs.evolve(
            schedule,
            description=None,
            schedule_link=None,
            attending_type=None,
            notes=None,
            attributes=(),
            metadata=(),
            extra=_restrictions(schedule),
        )
        for schedule in schedules
    )


def _restrictions(schedule: Schedule) -> dict[str, str]:
    """What the unknown fields of a schedule say of its days, in names and figures only."""
    beyond = schedule.beyond_hsds
    return {**({RULE: beyond} if beyond else {}), **({ROLE: EVENTS} if schedule.is_event else {})}

"""Who is looking, and what they may learn about confidential places: the one redaction step.

Shelters for people who flee violence stay safe only if no output of any kind gives their place away. So the
place is taken out of the records themselves, before anything ranks, prints, maps or exports them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from enum import StrEnum
from typing import TYPE_CHECKING, Final

import attrs

from communityconnector.model.location import Disclosure, Location
from communityconnector.model.metadata import Metadata
from communityconnector.model.service import Service, ServiceAtLocation

if TYPE_CHECKING:
    from communityconnector.model.record import Record


class Audience(StrEnum):
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
    r"domestic[\s-]+violence|family[\s-]+violence|partner[\s-]+violence|safe[\s-]*house|battered"
    r"|human[\s-]+traffick|trafficking[\s-]|sexual[\s-]+assault|rape[\s-]+crisis",
    re.IGNORECASE,
)


def protective(service: Service) -> bool:
    """Whether a service's name or terms say that it shelters people from violence or trafficking.

    Descriptions are not read for this: a food pantry that mentions survivors is not a safe house.
    """
    terms = (a.taxonomy_term for a in service.attributes if a.taxonomy_term is not None)
    words = [service.name, service.alternate_name or ""]
    words.extend(f"{term.name} {term.code or ''}" for term in terms)
    return any(_PROTECTIVE.search(text) for text in words)


def disclosures(services: Mapping[str, Service], locations: Mapping[str, Location]) -> dict[str, Disclosure]:
    """Who may learn where each location is.

    A location says so itself. One that says nothing is `public`, unless a service given there is protective
    (see `protective`): then it is `staff_only`, for silence must not give a refuge away.
    """
    found = {key: location.disclosure or Disclosure.PUBLIC for key, location in locations.items()}
    for service in services.values():
        for link in service.service_at_locations:
            place = link.location
            if place is not None and place.disclosure is None and protective(service):
                found[place.id] = Disclosure.STAFF_ONLY
    return found


def redaction(audience: Audience, levels: Mapping[str, Disclosure]) -> Callable[[Record], Record] | None:
    """The change that makes any record fit for an audience, or `None` where nothing needs hiding.

    Args:
        audience: for whom.
        levels: who may learn where each location is, by location id.
    """
    hidden = {key: level for key, level in levels.items() if level in _HIDDEN[audience]}
    if not hidden:
        return None

    def transform(record: Record) -> Record:
        if isinstance(record, Location) and record.id in hidden:
            return _without_place(record, hidden[record.id])
        if (
            isinstance(record, ServiceAtLocation)
            and record.location is not None
            and record.location.id in hidden
        ):
            reachable = hidden[record.location.id] is Disclosure.CONTACT_ONLY
            return attrs.evolve(
                record,
                description=None,
                attributes=(),
                metadata=(),
                extra={},
                phones=record.phones if reachable else (),
                contacts=record.contacts if reachable else (),
            )
        if isinstance(record, Metadata) and record.resource_id in hidden:
            return attrs.evolve(record, previous_value="", replacement_value="", extra={})
        return record

    return transform


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
        languages=location.languages,
        schedules=location.schedules,
        phones=location.phones if reachable else (),
        contacts=location.contacts if reachable else (),
        disclosure=level,
    )

"""What is shown in place of a hidden location, and of a service given there."""

from __future__ import annotations

from typing import Final

import attrs

from communityconnector.model.contact import Contact, Language, Phone
from communityconnector.model.level import Disclosure
from communityconnector.model.location import Location
from communityconnector.model.rule_parts import RULE
from communityconnector.model.schedule import EVENTS, ROLE, Schedule
from communityconnector.model.service import ServiceAtLocation

WITHHELD: Final = "Confidential location"
"""What stands in place of a withheld location's name."""


def link_without_place(link: ServiceAtLocation, level: Disclosure) -> ServiceAtLocation:
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


def place_withheld(location: Location, level: Disclosure) -> Location:
    """What may be shown of a hidden location: that it is there, when it is open, perhaps how to reach it.

    Built afresh from the few fields that are safe, so that a field added later is hidden until a person
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

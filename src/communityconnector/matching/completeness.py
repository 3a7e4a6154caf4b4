"""How many services of a directory state their name, contact, place, hours, purpose and eligibility."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, date, timedelta
from enum import StrEnum
from functools import lru_cache
from typing import Final

import attrs

from communityconnector.matching.purpose import purpose_of
from communityconnector.matching.schedules.recurrence import NotUnderstoodError, Rule, rule_of, spans
from communityconnector.model import Directory, Location, Offer, Service
from communityconnector.needs import Lexicon
from communityconnector.needs import lexicon as shipped_lexicon


class Aspect(StrEnum):
    """What a patron has to know of a service to use it."""

    NAME = "name"
    """What it is called."""
    CONTACT = "way to reach"
    """A telephone, an e-mail address or a web page: its own, its location's or its agency's."""
    PLACE = "place"
    """An address, a point, or the area that it comes to. A confidential place counts as known."""
    HOURS = "hours"
    """A schedule that is understood."""
    PURPOSE = "what it is for"
    """A need of the vocabulary, by its name, description or taxonomy terms."""
    ELIGIBILITY = "who it is for"
    """Ages, or who is eligible in words."""


@attrs.frozen
class Share:
    """How many services of a directory state one aspect.

    Attributes:
        aspect: the aspect.
        known: the number of services that state it.
        total: the number of services.
        lacking: the ids of the services that do not state it, in the directory's order.
    """

    aspect: Aspect
    known: int
    total: int
    lacking: tuple[str, ...]


def completeness(directory: Directory, lexicon: Lexicon | None = None) -> tuple[Share, ...]:
    """Count the services that state each aspect that a patron has to know.

    Args:
        directory: the directory.
        lexicon: finds out what services are for; by default with the built-in vocabulary.

    Returns:
        A share for each `Aspect`, in order.
    """
    understands = lexicon or shipped_lexicon()
    lacking: dict[Aspect, list[str]] = {aspect: [] for aspect in Aspect}
    for key, service in directory.services.items():
        offers = directory.offers_of(key)
        stated = {aspect: states(service, offers) for aspect, states in _STATES.items()}
        stated[Aspect.PURPOSE] = bool(purpose_of(service, directory.taxonomy_terms, understands).signs)
        for aspect, is_stated in stated.items():
            if not is_stated:
                lacking[aspect].append(key)
    total = len(directory.services)
    return tuple(
        Share(aspect, total - len(lacking[aspect]), total, tuple(lacking[aspect])) for aspect in Aspect
    )


def _has_contact(service: Service, offers: tuple[Offer, ...]) -> bool:
    agency = service.organization
    if service.email or service.url or (agency is not None and (agency.email or agency.website)):
        return True
    return any(
        offer.phones or (offer.location is not None and offer.location.url) or _has_person(offer)
        for offer in offers
    )


def _has_person(offer: Offer) -> bool:
    return any(contact.email or contact.phones for contact in offer.contacts)


def _has_place(_: Service, offers: tuple[Offer, ...]) -> bool:
    return any(
        offer.remote or (offer.location is not None and _is_placed(offer.location)) for offer in offers
    )


def _is_placed(location: Location) -> bool:
    if location.point is not None or location.disclosure is not None:
        return True
    return any(address.address_1 or address.city or address.postal_code for address in location.addresses)


def _has_hours(_: Service, offers: tuple[Offer, ...]) -> bool:
    return any(_is_readable(rule_of(schedule)) for offer in offers for schedule in offer.schedules)


@lru_cache(maxsize=4096)
def _is_readable(rule: Rule) -> bool:
    """Return whether a schedule states opening times for any day, from its first one on."""
    try:
        begin = date.fromisoformat(rule.dtstart or rule.valid_from or _ANY_MONDAY)
        tried = _DAYS_OF_A_YEAR if "BYMONTH" in rule.beyond else _DAYS_TRIED
        return any(any(spans(rule, begin + timedelta(days=n), UTC)) for n in range(tried))
    except (NotUnderstoodError, ValueError, OverflowError):
        return False


_ANY_MONDAY: Final = "2026-01-05"
_DAYS_TRIED: Final = 62
"""In two months, every weekday of a month occurs at least once."""
_DAYS_OF_A_YEAR: Final = 366


def _has_eligibility(service: Service, _: tuple[Offer, ...]) -> bool:
    ages = service.minimum_age is not None or service.maximum_age is not None
    return ages or bool(service.eligibility_description)


_STATES: Final[Mapping[Aspect, Callable[[Service, tuple[Offer, ...]], bool]]] = {
    Aspect.NAME: lambda service, _: bool(service.name.strip()),
    Aspect.CONTACT: _has_contact,
    Aspect.PLACE: _has_place,
    Aspect.HOURS: _has_hours,
    Aspect.ELIGIBILITY: _has_eligibility,
}

"""Checks of a whole directory, which no schema can make."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date, timedelta
from functools import cache, lru_cache
from operator import attrgetter
from typing import Any, Final

import attrs

from communityconnector.model import (
    ENTITIES,
    Attribute,
    Directory,
    Finding,
    Language,
    Location,
    Record,
    Schedule,
    Service,
    ServiceArea,
    Severity,
    specs,
)
from communityconnector.model.doubts import doubts, suspects
from communityconnector.model.extents import is_swapped, polygons
from communityconnector.model.places import LANGUAGES, plausible_in
from communityconnector.model.shape import shape
from communityconnector.model.spans import implausible, time_of

_STALE: Final = timedelta(days=730)
"""How much older than the newest date in a directory an assurance may be. The Alliance of Information and Referral
Systems' standards ask for a check every year; two years leave no doubt that one was missed."""


def lint(directory: Directory, *, tabular: bool) -> Iterator[Finding]:
    """Check a directory that was just read.

    Args:
        directory: the directory.
        tabular: whether it came from tables, where a foreign key without its record breaks HSDS; nested JSON
            may name a record that another document holds.
    """
    if not directory.services:
        yield Finding(Severity.WARNING, "no-services", "no service in this source, so nothing can be matched")
    yield from _none_active(directory)
    weight = Severity.ERROR if tabular else Severity.INFO
    for entity in ENTITIES:
        check = _CHECKS.get(entity)
        references = _references(entity)
        for record in directory.table(entity).values():
            if any(references(record)):
                yield from _dangling(record, directory, weight)
            if check is not None:
                yield from check(record)
    yield from _deprecated(directory)
    yield from _stale(directory)
    yield from _cycles(directory)
    yield from doubts(directory.confidential)
    yield from suspects(directory.services.values(), directory.confidential)


def _none_active(directory: Directory) -> Iterator[Finding]:
    """Yield a directory whose every service has stopped or paused answers nothing."""
    states = Counter(service.status for service in directory.services.values())
    total = states.total()
    if total and not (states["active"] or states[""]):
        shares = ", ".join(f"{count} {state}" for state, count in states.most_common())
        message = f"none of the {total} services is active ({shares}), so every question gets no answer"
        yield Finding(Severity.ERROR, "none-active", message, count=total)


def _found(record: Record, rule: str, message: str, **more: Any) -> Finding:
    """Return a warning about a record; `more` may say path, value and another severity."""
    about = {"severity": Severity.WARNING, "entity": record.entity, "record_id": record.id, **more}
    return Finding(rule=rule, message=message, **about)


@cache
def _references(entity: str) -> Callable[[Record], tuple[Any, ...]]:
    names = tuple(name for name, _ in shape(entity).references)
    if len(names) > 1:
        return attrgetter(*names)
    return lambda record: tuple(getattr(record, name) for name in names)


def _dangling(record: Record, directory: Directory, severity: Severity) -> Iterator[Finding]:
    ids = _references(record.entity)(record)
    for (name, target), key in zip(shape(record.entity).references, ids, strict=True):
        if key and key not in directory.table(target):
            # HSDS declares no foreign key to a parent of the same entity.
            weight = severity if specs(type(record))[name].foreign_key else Severity.INFO
            message = f"{name} names a record of {target} that is not here"
            yield _found(record, "dangling-reference", message, severity=weight, path=name, value=key)


def _location(location: Location) -> Iterator[Finding]:
    latitude, longitude = location.latitude, location.longitude
    if (latitude is None) != (longitude is None):
        yield _found(location, "half-a-point", "latitude without longitude, or the other way round")
    elif latitude == longitude == 0:
        yield _found(location, "null-island", "0, 0 is read as: place unknown", path="latitude", value=0)
    elif latitude is not None and location.point is None:
        message = "no such place on earth (latitude -90 to 90, longitude -180 to 180); read as: place unknown"
        yield _found(location, "point-out-of-range", message, path="latitude", value=latitude)
    elif latitude is not None and longitude is not None:
        for country in {address.country for address in location.addresses}:
            if plausible_in(country, latitude, longitude) is False:
                swapped = plausible_in(country, longitude, latitude)
                hint = "; latitude and longitude look swapped" if swapped else ""
                message = f"the point lies outside {country}, the country of the address{hint}"
                yield _found(location, "point-out-of-country", message, path="latitude", value=latitude)


def _service(service: Service) -> Iterator[Finding]:
    low, high = service.minimum_age, service.maximum_age
    for path, age in (("minimum_age", low), ("maximum_age", high)):
        if age is not None and not 0 <= age <= 150:
            meaning = "no upper limit" if path == "maximum_age" and age > 150 else "age unknown"
            message = f"not an age in years; read as: {meaning}"
            yield _found(service, "age-out-of-range", message, path=path, value=age)
    if low is not None and high is not None and low > high:
        message = "minimum_age is above maximum_age, so no age is eligible; read as: ages unknown"
        yield _found(service, "ages-out-of-order", message, path="minimum_age", value=low)
    if service.organization is None:
        yield _found(service, "no-organization", "no organization provides this service")
    for link in service.service_at_locations:
        if link.location is None:
            yield _found(link, "no-location", "a service at a location, without the location")


def _attribute(attribute: Attribute) -> Iterator[Finding]:
    if not (attribute.taxonomy_term or attribute.taxonomy_term_id or attribute.value or attribute.label):
        yield _found(
            attribute, "empty-attribute", "an attribute with neither term nor value nor label says nothing"
        )


_TAG: Final = re.compile(r"([A-Za-z]{2,3})(?:[-_][A-Za-z0-9]+)*")


def _language(language: Language) -> Iterator[Finding]:
    if language.code:
        tag = _TAG.fullmatch(language.code.strip())
        if tag is None or (len(tag[1]) == 2 and tag[1].lower() not in LANGUAGES):
            message = "no code of ISO 639-1 or 639-3"
            yield _found(language, "unknown-language", message, path="code", value=language.code)


_DAYS: Final = re.compile(
    r"(?:[+-]?\d{0,2}(?:MO|TU|WE|TH|FR|SA|SU))(?:\s*,\s*[+-]?\d{0,2}(?:MO|TU|WE|TH|FR|SA|SU))*"
)


_RULE: Final = (
    "freq", "byday", "interval", "count", "opens_at", "closes_at", "dtstart", "until", "valid_from", "valid_to",
)  # fmt: skip
_rule_of: Final = attrgetter(*_RULE)


@lru_cache(maxsize=4_096)
def _is_possible(*rule: Any) -> bool:
    """Return whether nothing is wrong with the hours of a schedule, as far as these fields show. Weeks repeat."""
    return not any(_wrong_hours(Schedule(id="", **dict(zip(_RULE, rule, strict=True)))))


def _schedule(schedule: Schedule) -> Iterable[Finding]:
    if not schedule.byweekno and not schedule.byyearday and _is_possible(*_rule_of(schedule)):
        return ()
    return _wrong_hours(schedule)


def _wrong_hours(schedule: Schedule) -> Iterator[Finding]:
    opens, closes = time_of(schedule.opens_at), time_of(schedule.closes_at)
    if opens is not None and closes is not None and (why := implausible(opens, closes)):
        text = f"{why}, from {schedule.opens_at} to {schedule.closes_at}; read as: hours unknown"
        yield _found(schedule, "implausible-span", text, path="closes_at", value=schedule.closes_at)
    for path, message in _impossible(schedule):
        text = f"{message}; read as: hours unknown"
        yield _found(schedule, "impossible-schedule", text, path=path, value=getattr(schedule, path))


def _impossible(schedule: Schedule) -> Iterator[tuple[str, str]]:
    """Yield what no calendar can do with a schedule, by RFC 5545 sections 3.3.10 and 3.8.5.3."""
    if schedule.count is not None and schedule.until is not None:
        yield "count", "count and until exclude each other"
    if schedule.count is not None and schedule.count < 1:
        yield "count", "a count below 1"
    if schedule.interval is not None and schedule.interval < 1:
        yield "interval", "an interval below 1"
    if schedule.byday:
        if not _DAYS.fullmatch(schedule.byday.strip().upper()):
            yield "byday", "days that are no MO, TU, WE, TH, FR, SA, SU"
        elif schedule.freq == "WEEKLY" and any(letter.isdigit() for letter in schedule.byday):
            yield "byday", "a weekly schedule on numbered weekdays"
    if (schedule.byweekno or schedule.byyearday) and "FREQ=YEARLY" not in schedule.beyond_hsds:
        path = "byweekno" if schedule.byweekno else "byyearday"
        yield path, "weeks or days of the year go with a yearly frequency only"
    for first, last in (("dtstart", "until"), ("valid_from", "valid_to")):
        start, end = getattr(schedule, first), getattr(schedule, last)
        # Both are YYYY-MM-DD here, which compare as they are.
        if start and end and end < start:
            yield last, f"{last} is before {first}"


def _service_area(area: ServiceArea) -> Iterator[Finding]:
    extent = area.extent
    if not extent:
        return
    if is_swapped(extent):
        message = "latitude stands before longitude in this shape; read as: area unknown"
        yield _found(area, "extent-swapped", message, path="extent", value=extent[:_SHOWN])
    elif (
        _SHAPE.match(extent)
        and not _SHAPE_WITH_POSITIONS.search(extent[:_LOOKED_AT])
        and not polygons(extent)
    ):
        message = "a shape that is neither GeoJSON nor well-known text with an inside; read as: area unknown"
        yield _found(area, "extent-not-read", message, path="extent", value=extent[:_SHOWN])


_SHAPE: Final = re.compile(
    r"\s*(?:[{\[]|(?:SRID=\d+;)?\s*(?:MULTI)?(?:POLYGON|POINT|LINESTRING)|GEOMETRYCOLLECTION)", re.IGNORECASE
)
_SHAPE_WITH_POSITIONS: Final = re.compile(r'"coordinates"\s*:\s*\[\s*\[\s*\[')
"""Most shapes look like this, and are not read twice."""
_LOOKED_AT: Final = 2_000
_SHOWN: Final = 120

_CHECKS: Final[Mapping[str, Callable[[Any], Iterable[Finding]]]] = {
    "service": _service,
    "location": _location,
    "attribute": _attribute,
    "language": _language,
    "schedule": _schedule,
    "service_area": _service_area,
}


def _deprecated(directory: Directory) -> Iterator[Finding]:
    """Deprecated fields in use, counted."""
    for entity, cls in ENTITIES.items():
        for name in (name for name, facts in specs(cls).items() if facts.deprecated):
            used = [record for record in directory.table(entity).values() if getattr(record, name)]
            if used:
                finding = _found(
                    used[0],
                    "deprecated-field",
                    f"HSDS keeps {name} for older data only",
                    severity=Severity.INFO,
                    path=name,
                )
                yield attrs.evolve(finding, count=len(used))


def _day(text: str | None) -> date | None:
    try:
        return date.fromisoformat(text[:10]) if text else None
    except ValueError:
        return None


def _stale(directory: Directory) -> Iterator[Finding]:
    """Services whose last check is long past. "Now" is the newest date in the directory: no clock is asked."""
    assured = {key: day for key, s in directory.services.items() if (day := _day(s.assured_date))}
    dates = [*assured.values(), *filter(None, (_day(s.last_modified) for s in directory.services.values()))]
    newest = max(dates, default=None)
    for key, day in assured.items():
        if newest is not None and newest - day > _STALE:
            message = f"last checked more than two years before {newest}, the newest date in this directory"
            yield _found(
                directory.services[key],
                "stale-assurance",
                message,
                path="assured_date",
                value=day.isoformat(),
            )


def _cycles(directory: Directory) -> Iterator[Finding]:
    """Terms that are their own ancestors."""
    parents = {key: term.parent_id for key, term in directory.taxonomy_terms.items() if term.parent_id}
    safe: set[str] = set()
    for start in parents:
        path: list[str] = []
        at: str | None = start
        while at is not None and at not in safe and at not in path:
            path.append(at)
            at = parents.get(at)
        if at is not None and at in path:
            message = "the term is its own ancestor; read as a term at the top"
            yield _found(
                directory.taxonomy_terms[at], "taxonomy-cycle", message, path="parent_id", value=parents[at]
            )
        safe.update(path)

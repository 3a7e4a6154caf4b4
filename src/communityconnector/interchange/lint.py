"""What no schema sees: checks of a whole directory, above the form of single values."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from communityconnector.model import (
    ENTITIES,
    Directory,
    Finding,
    Location,
    Record,
    Schedule,
    Service,
    Severity,
    specs,
)
from communityconnector.model.graph import shape


def lint(directory: Directory, *, tabular: bool) -> Iterator[Finding]:
    """Check a directory that was just read.

    Args:
        directory: the directory.
        tabular: whether it came from tables, where a foreign key without its record breaks HSDS; nested JSON
            may name a record that another document holds.
    """
    if not directory.services:
        yield Finding(
            severity=Severity.WARNING,
            rule="no-services",
            message="no service in this source, so nothing can be matched",
        )
    for entity in ENTITIES:
        for record in directory.table(entity).values():
            yield from _dangling(record, directory, Severity.ERROR if tabular else Severity.INFO)
            if isinstance(record, Location):
                yield from _coordinates(record)
            elif isinstance(record, Service):
                yield from _ages(record)
                yield from _links(record)
            elif isinstance(record, Schedule):
                yield from _rule(record)


def _found(record: Record, rule: str, message: str, **more: Any) -> Finding:
    """A warning about a record; `more` may say path, value and another severity."""
    about = {"severity": Severity.WARNING, "entity": record.entity, "record_id": record.id, **more}
    return Finding(rule=rule, message=message, **about)


def _dangling(record: Record, directory: Directory, severity: Severity) -> Iterator[Finding]:
    for name, target in shape(record.entity).references:
        key = getattr(record, name)
        if key and key not in directory.table(target):
            # HSDS declares no foreign key to a parent of the same entity.
            weight = severity if specs(type(record))[name].foreign_key else Severity.INFO
            message = f"{name} names a record of {target} that is not here"
            yield _found(record, "dangling-reference", message, severity=weight, path=name, value=key)


def _coordinates(location: Location) -> Iterator[Finding]:
    latitude, longitude = location.latitude, location.longitude
    if (latitude is None) != (longitude is None):
        yield _found(location, "half-a-point", "latitude without longitude, or the other way round")
    elif latitude == longitude == 0:
        yield _found(location, "null-island", "0, 0 is read as: place unknown", path="latitude", value=0)
    elif latitude is not None and location.point is None:
        message = "no such place on earth (latitude -90 to 90, longitude -180 to 180); read as: place unknown"
        yield _found(location, "point-out-of-range", message, path="latitude", value=latitude)


def _ages(service: Service) -> Iterator[Finding]:
    low, high = service.minimum_age, service.maximum_age
    if low is not None and high is not None and low > high:
        message = "minimum_age is above maximum_age, so nobody is eligible; read as: ages unknown"
        yield _found(service, "ages-out-of-order", message, path="minimum_age", value=low)


def _links(service: Service) -> Iterator[Finding]:
    if service.organization is None:
        yield _found(service, "no-organization", "no organization provides this service")
    for link in service.service_at_locations:
        if link.location is None:
            message = "a service at a location, without the location"
            yield _found(link, "no-location", message)


def _rule(schedule: Schedule) -> Iterator[Finding]:
    if schedule.count is not None and schedule.until is not None:
        message = "count and until exclude each other (RFC 5545 section 3.3.10); read as: hours unknown"
        yield _found(schedule, "impossible-schedule", message, path="count", value=schedule.count)

"""When something is open: HSDS schedules are the parts of an RFC 5545 recurrence rule."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, ClassVar, Final

import attrs

from communityconnector.model import rule_parts
from communityconnector.model.record import (
    DATE,
    NUMBER,
    TEXT,
    TIME,
    URI,
    Record,
    choice,
    many,
    record,
    reference,
)

if TYPE_CHECKING:
    from communityconnector.model.metadata import Metadata
    from communityconnector.model.taxonomy import Attribute


class Frequency(StrEnum):
    """How often a schedule repeats. HSDS has these two; a daily one is weekly on seven days."""

    WEEKLY = "WEEKLY"
    MONTHLY = "MONTHLY"


class Weekday(StrEnum):
    """Days of the week as RFC 5545 writes them, Monday first."""

    MONDAY = "MO"
    TUESDAY = "TU"
    WEDNESDAY = "WE"
    THURSDAY = "TH"
    FRIDAY = "FR"
    SATURDAY = "SA"
    SUNDAY = "SU"


@record
@attrs.frozen(kw_only=True, repr=False, unsafe_hash=False)
class Schedule(Record):
    """One recurring span of opening time.

    HSDS 3.2 `schedule`; the recurrence parts are those of RFC 5545 section 3.3.10. A span whose `closes_at`
    is not after its `opens_at` ends on the next day.

    Attributes:
        id: identifier of the schedule.
        service_id: the service that keeps these hours.
        location_id: the location that keeps these hours.
        service_at_location_id: the service at a location that keeps these hours.
        valid_from: first day on which the record is known to be right.
        valid_to: last day on which the record is known to be right; after it the hours are unknown.
        dtstart: day of the first occurrence; `interval` counts from it.
        timezone: offset from UTC in hours. It knows no daylight saving; most sources write local wall time.
        until: day of the last occurrence; after it the service has stopped.
        count: how many occurrences there are, in place of `until`.
        wkst: first day of the week, for `interval`.
        freq: `WEEKLY` or `MONTHLY`.
        interval: every how many weeks or months.
        byday: days of the week, separated by commas; monthly ones may carry a number (`2TU`, `-1FR`).
        byweekno: weeks of the year, separated by commas.
        bymonthday: days of the month, separated by commas.
        byyearday: days of the year, separated by commas.
        description: the hours in words.
        opens_at: time of opening.
        closes_at: time of closing.
        schedule_link: a page that shows the sessions or books them.
        attending_type: how one attends, in words.
        notes: anything else.
        attributes: classifications of this schedule.
        metadata: changes made to this record.
    """

    entity: ClassVar[str] = "schedule"
    table: ClassVar[str] = "schedules.csv"

    service_id: str | None = attrs.field(default=None, metadata=reference("service"))
    location_id: str | None = attrs.field(default=None, metadata=reference("location"))
    service_at_location_id: str | None = attrs.field(default=None, metadata=reference("service_at_location"))
    valid_from: str | None = attrs.field(default=None, metadata=DATE)
    valid_to: str | None = attrs.field(default=None, metadata=DATE)
    dtstart: str | None = attrs.field(default=None, metadata=DATE)
    timezone: float | None = attrs.field(default=None, metadata=NUMBER)
    until: str | None = attrs.field(default=None, metadata=DATE)
    count: float | None = attrs.field(default=None, metadata=NUMBER)
    wkst: str | None = attrs.field(default=None, metadata=choice(Weekday))
    freq: str | None = attrs.field(default=None, metadata=choice(Frequency))
    interval: float | None = attrs.field(default=None, metadata=NUMBER)
    byday: str | None = attrs.field(default=None, metadata=TEXT)
    byweekno: str | None = attrs.field(default=None, metadata=TEXT)
    bymonthday: str | None = attrs.field(default=None, metadata=TEXT)
    byyearday: str | None = attrs.field(default=None, metadata=TEXT)
    description: str | None = attrs.field(default=None, metadata=TEXT)
    opens_at: str | None = attrs.field(default=None, metadata=TIME)
    closes_at: str | None = attrs.field(default=None, metadata=TIME)
    schedule_link: str | None = attrs.field(default=None, metadata=URI)
    attending_type: str | None = attrs.field(default=None, metadata=TEXT)
    notes: str | None = attrs.field(default=None, metadata=TEXT)
    attributes: tuple[Attribute, ...] = attrs.field(default=(), metadata=many("attribute"))
    metadata: tuple[Metadata, ...] = attrs.field(default=(), metadata=many("metadata"))

    @property
    def is_event(self) -> bool:
        """Whether it is a happening of its own (`service.events` of HSDS 3.3), which states nothing about usual hours."""
        return bool(self.extra.get(ROLE) == EVENTS)

    @property
    def beyond_hsds(self) -> str:
        """What it states about its rule beyond the fields of HSDS (see `rule_parts`)."""
        parts = rule_parts.beyond_hsds(self.extra)
        if self.opens_at or not (self.description or self.notes) or "CLOSED=" in parts or "UNSURE=" in parts:
            return parts
        # Without times, its words are all that it says.
        return f"{parts};UNSURE={rule_parts.IN_WORDS}".lstrip(";")


ROLE: Final = "x_role"
"""Unknown field of a schedule that says under which name HSDS 3.3 has it."""
EVENTS: Final = "events"
"""The role of single happenings."""

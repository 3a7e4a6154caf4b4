"""Visits of agencies to branches, such as a nurse who is at a branch every second Tuesday.

A visit is an HSDS `Schedule` with what that lacks: the time zone, cancelled days and extra days. The same code works out
its days and the hours of services (`matching.schedules.recurrence`), so both follow the same rules.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

import attrs

from communityconnector.errors import InvalidVisitError
from communityconnector.interchange import Mode, to_raw
from communityconnector.interchange.structuring.structurer import Structurer
from communityconnector.matching.schedules.recurrence import (
    Holidays,
    NotUnderstoodError,
    Rule,
    rule_of,
    spans,
)
from communityconnector.model import Frequency, Record, Schedule
from communityconnector.model.zone_labels import zone_named
from communityconnector.serialization import Document, DocumentForm, expect

_DAY: Final = timedelta(days=1)
_ONCE: Final = Rule()
_REQUIRED: Final = {
    "id": "an id",
    "organization_id": "an agency",
    "branch": "a branch",
    "role": "a role of the visitor, such as nurse",
}


def _texts(values: Iterable[str]) -> tuple[str, ...]:
    if isinstance(values, str):
        message = "expected a list of strings, such as a list of ids"
        raise InvalidVisitError(message)
    return tuple(values)


def _days(values: Iterable[date]) -> tuple[date, ...]:
    days = tuple(values)
    if not all(type(day) is date for day in days):
        message = "the days of a visit must be dates"
        raise InvalidVisitError(message)
    return tuple(sorted(set(days)))


def _read_schedule(raw: Any, _: Any) -> Record:
    return Structurer(Mode.COLLECT).record(Schedule, expect(raw, Mapping, "a schedule"))


@attrs.frozen(kw_only=True, repr=False)
class Visit(Document):
    """A recurring visit of an agency's staff to a branch.

    Attributes:
        id: its id.
        organization_id: the agency's id in the directory.
        branch: the branch's location id in the directory, or its name. It is compared exactly.
        role: the visitor's role as staff call it: `nurse`, `social worker`, `legal aid lawyer`. Never a person's name.
        schedule: when, as an HSDS schedule (`weekly`, `monthly` and `quarterly` make the usual ones). Days that it does
            not cover, such as those before its `valid_from`, have no visits.
        zone: IANA name of the time zone of its times.
        service_ids: the services that the visitor represents: staff can send over a patron who needs one of them.
        left_out: days on which the scheduled visit is cancelled.
        besides: extra days with a visit at the same time of day.
        sign_up: whether patrons must sign up first.
        note: other information for patrons.
        version: number of the commit that last wrote it; 0 if it is not stored yet. Comparisons ignore it.

    Raises:
        InvalidVisitError: a field is missing, or the schedule does not determine when the visits are.
    """

    FORM = DocumentForm(
        error=InvalidVisitError,
        has_schema=True,
        omits="empty",
        hooks={"schedule": (_read_schedule, to_raw)},
        without=("version",),
    )

    id: str
    organization_id: str
    branch: str
    role: str
    schedule: Schedule
    zone: str
    service_ids: tuple[str, ...] = attrs.field(default=(), converter=_texts)
    left_out: tuple[date, ...] = attrs.field(default=(), converter=_days)
    besides: tuple[date, ...] = attrs.field(default=(), converter=_days)
    sign_up: bool = False
    note: str = ""
    version: int = attrs.field(default=0, eq=False)

    def __attrs_post_init__(self) -> None:
        for name, words in _REQUIRED.items():
            text = getattr(self, name)
            if not isinstance(text, str) or not text.strip():
                message = f"a visit needs {words}"
                raise InvalidVisitError(message)
        if zone_named(self.zone) is None:
            message = (
                f"visit {self.id!r}: the zone is not an IANA time zone; write for example America/New_York"
            )
            raise InvalidVisitError(message)
        if reason := _doubt(self.schedule):
            message = f"visit {self.id!r}: its schedule does not determine the times: {reason}"
            raise InvalidVisitError(message)

    def occurrences(
        self, first: date | datetime, last: date | datetime, holidays: Holidays | None = None
    ) -> Iterator[Occurrence]:
        """Yield the occurrences that begin at `first` or later and before `last`, in order.

        Args:
            first: a moment with a time zone, or a day, which begins in the visit's own time zone.
            last: the moment or day before which occurrences must begin.
            holidays: names the days on which the visitor may not come. Days in `besides` are certain.
        """
        zone = ZoneInfo(self.zone)
        low, high = _moment(first, zone), _moment(last, zone)
        rule = rule_of(self.schedule)
        day, final = low.astimezone(zone).date(), high.astimezone(zone).date()
        while day <= final:
            occurrence = self._on(rule, day, zone, holidays)
            if occurrence is not None and low <= occurrence.begins.astimezone(UTC) < high:
                yield occurrence
            if day == date.max:
                break
            day += _DAY

    def _on(self, rule: Rule, day: date, zone: ZoneInfo, holidays: Holidays | None) -> Occurrence | None:
        if day in self.left_out:
            return None
        is_extra = day in self.besides
        if is_extra:
            rule = _ONCE._replace(opens_at=rule.opens_at, closes_at=rule.closes_at, dtstart=day.isoformat())
        try:
            span = next(spans(rule, day, zone), None)
        except (NotUnderstoodError, OverflowError):
            return None
        if span is None:
            return None
        holiday = "" if holidays is None or is_extra else holidays(day) or ""
        return Occurrence(self, *span, holiday)

    def __repr__(self) -> str:
        return f"<Visit {self.id!r}>"


@attrs.frozen
class Occurrence:
    """One occurrence of a visit.

    Attributes:
        visit: the visit.
        begins: when it begins, in the visit's time zone.
        ends: when it ends; the visitor is no longer there at that moment.
        holiday: the holiday that it falls on, if any. Then ask whether the visitor comes.
    """

    visit: Visit
    begins: datetime
    ends: datetime
    holiday: str = ""

    @property
    def visit_id(self) -> str:
        """Id of the visit."""
        return self.visit.id

    @property
    def order(self) -> tuple[datetime, str]:
        """A sort key by time. Occurrences that begin together are sorted by id."""
        return (self.begins.astimezone(UTC), self.visit.id)

    def covers(self, moment: datetime) -> bool:
        """Return whether it is going on at a moment."""
        return self.begins.astimezone(UTC) <= moment.astimezone(UTC) < self.ends.astimezone(UTC)

    def to_dict(self) -> dict[str, Any]:
        """Return the occurrence as JSON values, for calendars and screens."""
        visit = self.visit
        return {
            "visit_id": visit.id,
            "organization_id": visit.organization_id,
            "branch": visit.branch,
            "role": visit.role,
            "service_ids": list(visit.service_ids),
            "begins": self.begins.isoformat(),
            "ends": self.ends.isoformat(),
            "holiday": self.holiday,
            "sign_up": visit.sign_up,
            "note": visit.note,
        }


def weekly(
    byday: str, opens_at: str, closes_at: str, *, every: int = 1, since: date | None = None
) -> Schedule:
    """Return a weekly schedule.

    Args:
        byday: the days of the week in HSDS notation: `TU`, or `TU,TH`.
        opens_at: the time of day when it begins, such as `14:00`.
        closes_at: the time of day when it ends.
        every: 2 for every other week, and so on. Then `since` determines which.
        since: the first day of the schedule.
    """
    return _schedule(Frequency.WEEKLY, byday, (opens_at, closes_at), every, since)


def monthly(
    byday: str, opens_at: str, closes_at: str, *, every: int = 1, since: date | None = None
) -> Schedule:
    """Return a monthly schedule.

    Args:
        byday: the day of the month in HSDS notation: `2TU` is the second Tuesday, `-1FR` the last Friday.
        opens_at: the time of day when it begins, such as `14:00`.
        closes_at: the time of day when it ends.
        every: 2 for every other month, and so on. Then `since` determines which.
        since: the first day of the schedule.
    """
    return _schedule(Frequency.MONTHLY, byday, (opens_at, closes_at), every, since)


def quarterly(byday: str, opens_at: str, closes_at: str, *, since: date) -> Schedule:
    """Return a quarterly schedule.

    Args:
        byday: the day of the month, as for `monthly`.
        opens_at: the time of day when it begins, such as `14:00`.
        closes_at: the time of day when it ends.
        since: the first day of the schedule. Visits are in its month and in every third month after it.
    """
    return monthly(byday, opens_at, closes_at, every=3, since=since)


def _schedule(
    freq: Frequency, byday: str, times: tuple[str, str], every: int, since: date | None
) -> Schedule:
    return Schedule(
        id=f"{freq.value}-{every}-{byday}".lower(),
        freq=freq,
        byday=byday,
        interval=None if every == 1 else every,
        dtstart=None if since is None else since.isoformat(),
        opens_at=times[0],
        closes_at=times[1],
    )


def _doubt(schedule: Schedule) -> str:
    """Return why a schedule does not determine its times, or an empty text if it does."""
    for name in ("opens_at", "closes_at"):
        try:
            at = time.fromisoformat(getattr(schedule, name) or "")
        except ValueError:
            return f"`{name}` is not a time of day; write for example 14:00"
        if at.tzinfo is not None:
            return (
                f"`{name}` has its own time zone: write it without one, because `zone` of the visit applies"
            )
    if schedule.timezone is not None:
        return "it has its own `timezone`: leave it out, because `zone` of the visit applies"
    try:
        # A fault in a rule shows on any day from its first day on.
        starts = (schedule.dtstart, schedule.valid_from)
        day = max((date.fromisoformat(text) for text in starts if text), default=date(2000, 1, 1))
        next(spans(rule_of(schedule), day, UTC), None)
    except NotUnderstoodError as reason:
        return str(reason)
    except ValueError:
        return "a date of the schedule cannot be read"
    return ""


def _moment(day: date | datetime, zone: ZoneInfo) -> datetime:
    """Return a moment in UTC, because Python compares moments of one time zone by their wall clocks."""
    if isinstance(day, datetime):
        if day.tzinfo is None:
            message = "a moment needs a time zone; a date without a time is a day in the visit's own"
            raise InvalidVisitError(message)
        return day.astimezone(UTC)
    return datetime.combine(day, time.min, zone).astimezone(UTC)

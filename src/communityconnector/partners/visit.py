"""Who comes to the library, when: the nurse who is at a branch every second Tuesday.

A visit is an HSDS `Schedule` with what that leaves out: the zone of its times, days left out and days besides. Which days
it falls on is worked out where the hours of services are (`matching.recurrence`), so both mean the same.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Final, Self
from zoneinfo import ZoneInfo

import attrs

from communityconnector import documents
from communityconnector.errors import InvalidVisitError
from communityconnector.interchange import Mode, to_raw
from communityconnector.interchange.records import Structurer
from communityconnector.matching.recurrence import Holidays, NotUnderstoodError, Rule, rule_of, spans
from communityconnector.model import Frequency, Schedule
from communityconnector.model.zone_labels import zone_named

_DAY: Final = timedelta(days=1)
_ONCE: Final = Rule()
_REQUIRED: Final = {
    "id": "an id",
    "organization_id": "an agency",
    "branch": "a branch",
    "role": "who comes: a role, such as nurse",
}


def _texts(values: Iterable[str]) -> tuple[str, ...]:
    if isinstance(values, str):
        message = "several texts are wanted, such as a list of ids"
        raise InvalidVisitError(message)
    return tuple(values)


def _days(values: Iterable[date]) -> tuple[date, ...]:
    days = tuple(values)
    if not all(type(day) is date for day in days):
        message = "the days of a visit are dates"
        raise InvalidVisitError(message)
    return tuple(sorted(set(days)))


@attrs.frozen(kw_only=True, repr=False)
class Visit:
    """Somebody of an agency comes to a branch, again and again.

    Attributes:
        id: its id.
        organization_id: the agency's id in the directory.
        branch: where: the branch's location id in the directory, or its name. It is compared as it stands.
        role: who comes, as staff say it: `nurse`, `social worker`, `legal aid lawyer`. Never a person's name.
        schedule: when, as HSDS has it (`weekly`, `monthly` and `quarterly` make the usual ones). Days of which it does
            not say, as those before its `valid_from`, have no visits.
        zone: IANA name of the zone of its times.
        service_ids: the services that the visitor stands for: a patron who needs one of them can be sent over.
        left_out: days on which there is no visit, though the schedule has one.
        besides: days on which there is one, though the schedule has none, at the same time of day.
        sign_up: whether one must sign up first.
        note: what patrons may know besides.
        version: number of the commit that last wrote it; 0 for one that is not stored yet. It counts for no comparison.

    Raises:
        InvalidVisitError: something is missing, or nobody could say from the schedule when the visits are.
    """

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
                message = f"a visit has {words}"
                raise InvalidVisitError(message)
        if zone_named(self.zone) is None:
            message = f"visit {self.id!r}: the zone is no IANA time zone; write for example America/New_York"
            raise InvalidVisitError(message)
        if reason := _doubt(self.schedule):
            message = f"visit {self.id!r}: nobody could say when it is: {reason}"
            raise InvalidVisitError(message)

    def occurrences(
        self, first: date | datetime, last: date | datetime, holidays: Holidays | None = None
    ) -> Iterator[Occurrence]:
        """The times at which it takes place that begin from one moment on and before another, in order.

        Args:
            first: the moment from which on, with a zone; or a day, from whose beginning on in the visit's own zone.
            last: the moment before which.
            holidays: names the days on which the visitor may not come. A day that is named in `besides` is sure.
        """
        zone = ZoneInfo(self.zone)
        low, high = _moment(first, zone), _moment(last, zone)
        rule = rule_of(self.schedule)
        day, final = low.astimezone(zone).date(), high.astimezone(zone).date()
        while day <= final:
            found = self._on(rule, day, zone, holidays)
            if found is not None and low <= found.begins.astimezone(UTC) < high:
                yield found
            if day == date.max:
                break
            day += _DAY

    def _on(self, rule: Rule, day: date, zone: ZoneInfo, holidays: Holidays | None) -> Occurrence | None:
        if day in self.left_out:
            return None
        named = day in self.besides
        if named:
            rule = _ONCE._replace(opens_at=rule.opens_at, closes_at=rule.closes_at, dtstart=day.isoformat())
        try:
            span = next(spans(rule, day, zone), None)
        except (NotUnderstoodError, OverflowError):
            return None
        if span is None:
            return None
        holiday = "" if holidays is None or named else holidays(day) or ""
        return Occurrence(self, *span, holiday)

    def to_dict(self) -> dict[str, Any]:
        """The visit as a plain document."""
        return {**documents.write(self, "schedule", "version"), "schedule": to_raw(self.schedule)}

    @classmethod
    def from_dict(cls, document: Mapping[str, Any]) -> Self:
        """The visit that a document was made from.

        Raises:
            InvalidVisitError: it is no such document.
        """
        raw = dict(document)
        held = raw.pop("schedule", None)
        if not isinstance(held, Mapping):
            message = "a document of a visit has a schedule"
            raise InvalidVisitError(message)
        schedule = Structurer(Mode.COLLECT).record(Schedule, held)
        return documents.read(cls, raw, InvalidVisitError, "a visit", schedule=schedule, version=0)

    def __repr__(self) -> str:
        return f"<Visit {self.id!r}>"


@attrs.frozen
class Occurrence:
    """One time that somebody comes.

    Attributes:
        visit: the visit.
        begins: when it begins, in the visit's zone.
        ends: when it ends; it is no longer there at that moment.
        holiday: the holiday that it falls on, where one does: then ask whether they come.
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
        """What puts occurrences in order of time; those that begin together stand in order of their ids."""
        return (self.begins.astimezone(UTC), self.visit.id)

    def covers(self, moment: datetime) -> bool:
        """Whether it is going on at a moment."""
        return self.begins.astimezone(UTC) <= moment.astimezone(UTC) < self.ends.astimezone(UTC)

    def to_dict(self) -> dict[str, Any]:
        """This occurrence as JSON values, for calendars and screens."""
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
    """A schedule of every week.

    Args:
        byday: the days of the week as HSDS has them: `TU`, or `TU,TH`.
        opens_at: from what time of day on, such as `14:00`.
        closes_at: until what time of day.
        every: 2 for every other week, and so on; then `since` says which.
        since: the first day that counts.
    """
    return _schedule(Frequency.WEEKLY, byday, (opens_at, closes_at), every, since)


def monthly(
    byday: str, opens_at: str, closes_at: str, *, every: int = 1, since: date | None = None
) -> Schedule:
    """A schedule of every month.

    Args:
        byday: which day of the month, as HSDS has it: `2TU` is the second Tuesday, `-1FR` the last Friday.
        opens_at: from what time of day on, such as `14:00`.
        closes_at: until what time of day.
        every: 2 for every other month, and so on; then `since` says which.
        since: the first day that counts.
    """
    return _schedule(Frequency.MONTHLY, byday, (opens_at, closes_at), every, since)


def quarterly(byday: str, opens_at: str, closes_at: str, *, since: date) -> Schedule:
    """A schedule of every third month.

    Args:
        byday: which day of the month, as for `monthly`.
        opens_at: from what time of day on, such as `14:00`.
        closes_at: until what time of day.
        since: the first day that counts: the visits are in its month, and in every third month after.
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
    """Why nobody could say when a schedule's times are; empty where one can."""
    for name in ("opens_at", "closes_at"):
        try:
            at = time.fromisoformat(getattr(schedule, name) or "")
        except ValueError:
            return f"`{name}` of its schedule is no time of day; write for example 14:00"
        if at.tzinfo is not None:
            return f"`{name}` of its schedule has a zone of its own, and `zone` is the visit's"
    if schedule.timezone is not None:
        return "its schedule has a `timezone` of its own, and `zone` is the visit's"
    try:
        # What is wrong with a rule is so on whichever day it is asked about, from its first on.
        starts = (schedule.dtstart, schedule.valid_from)
        day = max((date.fromisoformat(text) for text in starts if text), default=date(2000, 1, 1))
        next(spans(rule_of(schedule), day, UTC), None)
    except NotUnderstoodError as reason:
        return str(reason)
    except ValueError:
        return "a date of the schedule cannot be read"
    return ""


def _moment(day: date | datetime, zone: ZoneInfo) -> datetime:
    """A moment in UTC, for moments of one zone are compared by their wall clocks."""
    if isinstance(day, datetime):
        if day.tzinfo is None:
            message = "a moment needs a zone; a date alone is a day in the visit's own"
            raise InvalidVisitError(message)
        return day.astimezone(UTC)
    return datetime.combine(day, time.min, zone).astimezone(UTC)

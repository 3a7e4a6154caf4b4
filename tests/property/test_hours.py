"""Hours are what `dateutil` expands a schedule to, minute by minute over a year, across changes of the clocks."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import attrs
import pytest
from dateutil.rrule import rrulestr
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from communityconnector.matching.schedules import hours, recurrence, timetable
from communityconnector.matching.schedules.hours import Open
from communityconnector.matching.schedules.recurrence import rule_of
from communityconnector.model import Offer, Schedule, Service
from communityconnector.model.spans import implausible
from communityconnector.testing import strategies as cc_st

YEAR = (datetime(2026, 1, 1, tzinfo=UTC), datetime(2027, 1, 1, tzinfo=UTC))
ZONES = ["America/New_York", "Europe/London", "Australia/Lord_Howe", "UTC", "Pacific/Apia"]
"""Clocks that change in spring or in autumn, by an hour or by half of one, or not at all."""

thorough = settings(max_examples=2000 if settings().max_examples > 1000 else settings().max_examples)


def expanded(schedule: Schedule, zone: ZoneInfo) -> list[tuple[datetime, datetime]]:
    """The spans of a schedule by dateutil, as spans of UTC."""
    parts = [f"FREQ={schedule.freq}", f"BYDAY={schedule.byday}"]
    if schedule.interval:
        parts.append(f"INTERVAL={schedule.interval:g}")
    start = date.fromisoformat(schedule.dtstart or "2025-12-01")
    days = rrulestr("RRULE:" + ";".join(parts), dtstart=datetime.combine(start, time.min))
    last = date.fromisoformat(schedule.until or "2027-01-31")
    opens, closes = time.fromisoformat(schedule.opens_at), time.fromisoformat(schedule.closes_at)
    spans = []
    begin, end = (datetime.combine(day, time.min) for day in (date(2025, 12, 1), date(2027, 1, 31)))
    for day in days.between(begin, end, inc=True):
        if day.date() > last:
            break
        next_day = day + timedelta(days=closes <= opens)
        spans.append(
            (
                datetime.combine(day.date(), opens, zone).astimezone(UTC),
                datetime.combine(next_day.date(), closes, zone).astimezone(UTC),
            )
        )
    return spans


def minutes_open(spans, first, last):
    """Which minutes since `first` are open."""
    whole = int((last - first).total_seconds() // 60)
    held = bytearray(whole)
    for begin, end in spans:
        low = max(0, int((begin - first).total_seconds() // 60))
        high = max(low, min(whole, int((end - first).total_seconds() // 60)))
        held[low:high] = b"\1" * (high - low)
    return held


def checked(schedule, zone, minutes):
    """Compare every minute of the year by the spans, and the state in given minutes and around every change of it."""
    offer = Offer(Service(id="s", name="s", status="active", schedules=(schedule,)))
    first, last = YEAR
    expected = minutes_open(expanded(schedule, zone), first, last)
    days = (date(2025, 12, 30) + timedelta(days=number) for number in range(370))
    spans = [span for day in days for span in recurrence.spans(rule_of(schedule), day, zone)]
    assert minutes_open(spans, first, last) == expected
    changes = [
        number + beside
        for number in range(1, len(expected))
        if expected[number] != expected[number - 1]
        for beside in (-1, 0)
    ]
    for number in {*minutes, *changes}:
        moment = (first + timedelta(minutes=number)).astimezone(zone)
        status = hours.status(offer, moment, zone)
        assert (status.state is Open.OPEN) == bool(expected[number]), moment
        if status.state is Open.OPEN:
            assert status.since <= moment < status.until


@st.composite
def sure_schedules(draw):
    """A schedule of which nothing is unknown in the year."""
    clock = st.integers(0, 1439).map(lambda minute: f"{minute // 60:02}:{minute % 60:02}:00")
    schedule = draw(cc_st.schedules())
    opens, closes = draw(clock), draw(clock)
    if implausible(time.fromisoformat(opens), time.fromisoformat(closes)) or (
        (opens, closes)
        == ("00:00:00", "23:59:00")  # sources write round the clock so, and dateutil does not know that
    ):
        opens = closes = "00:00:00"
    return attrs.evolve(schedule, opens_at=opens, closes_at=closes, valid_from=None, valid_to=None)


@thorough
@given(
    sure_schedules(),
    st.sampled_from(ZONES).map(ZoneInfo),
    st.lists(st.integers(0, 525_599), min_size=40, max_size=40),
)
def test_hours_are_what_dateutil_expands(schedule, zone, minutes):
    checked(schedule, zone, minutes)


def test_every_minute_around_the_changes_of_the_clocks():
    zone = ZoneInfo("America/New_York")
    shelter = Schedule(id="s", freq="WEEKLY", byday="MO,WE,SA", opens_at="22:30:00", closes_at="06:00:00")
    for change in (date(2026, 3, 8), date(2026, 11, 1)):
        begin = (change - date(2026, 1, 4)).days * 1440
        checked(shelter, zone, range(begin, begin + 7 * 1440))


@pytest.mark.parametrize("fault", ["no midnight", "wrong week"])
def test_wrong_hours_are_caught(fault, monkeypatch):
    right = recurrence.span_on

    def wrong(rule, day, zone, holidays=None):
        if fault == "wrong week" and rule.interval and rule.interval > 1:
            rule = rule._replace(interval=1)
        span = right(rule, day, zone, holidays)
        midnight = datetime.combine(day + timedelta(days=1), time.min, zone)
        return span._replace(ends=min(span.ends, midnight)) if span and fault == "no midnight" else span

    monkeypatch.setattr(recurrence, "span_on", wrong)
    monkeypatch.setattr(timetable, "span_on", wrong)

    @settings(max_examples=200, phases=[Phase.generate], database=None, derandomize=True)
    @given(sure_schedules(), st.sampled_from(ZONES).map(ZoneInfo))
    def check(schedule, zone):
        checked(schedule, zone, [])

    with pytest.raises(AssertionError):
        check()

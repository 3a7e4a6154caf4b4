"""Hours: spans that cross midnight, rules by week and month, zones; unknown where nobody can know."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest

from communityconnector.matching.schedules import hours
from communityconnector.matching.schedules.hours import Open
from communityconnector.model import Location, Offer, Schedule, Service, ServiceAtLocation

EASTERN = ZoneInfo("America/New_York")
EVERY_DAY = "MO,TU,WE,TH,FR,SA,SU"


def at(schedules, moment, zone=None):
    return hours.status(
        Offer(Service(id="s", name="s", status="active", schedules=tuple(schedules))), moment, zone
    )


def schedule(**parts):
    return Schedule(
        id="s",
        **{"freq": "WEEKLY", "byday": EVERY_DAY, "opens_at": "09:00:00", "closes_at": "17:00:00", **parts},
    )


def when(text, zone=EASTERN):
    return datetime.fromisoformat(text).replace(tzinfo=zone)


def state(text, *schedules, zone=EASTERN):
    return at(schedules, when(text), zone).state


def test_an_overnight_shelter_is_open_before_and_after_midnight():
    shelter = schedule(opens_at="22:00:00", closes_at="06:00:00")
    for text in (
        "2026-11-24T23:30",
        "2026-11-25T02:00",
        "2026-11-25T00:00",
        "2026-11-24T22:00",
        "2026-11-25T05:59",
    ):
        assert state(text, shelter) is Open.OPEN
    for text in ("2026-11-24T21:59", "2026-11-25T06:00", "2026-11-24T12:00"):
        assert state(text, shelter) is Open.CLOSED


def test_an_overnight_span_belongs_to_the_day_on_which_it_begins():
    friday = schedule(byday="FR", opens_at="22:00:00", closes_at="06:00:00")
    assert state("2026-11-28T02:00", friday) is Open.OPEN
    assert state("2026-11-27T02:00", friday) is Open.CLOSED


@pytest.mark.parametrize(
    ("opens", "closes"), [("00:00:00", "23:59:00"), ("00:00:00", "00:00:00"), ("00:00", "23:59:59")]
)
def test_round_the_clock_has_no_gap(opens, closes):
    always = schedule(opens_at=opens, closes_at=closes)
    for text in ("2026-11-24T23:59", "2026-11-25T00:00", "2026-11-25T07:59", "2026-11-25T08:00"):
        assert state(f"{text}:30", always) is Open.OPEN


def test_the_second_tuesday_of_the_month():
    nurse = schedule(freq="MONTHLY", byday="2TU", opens_at="10:00:00", closes_at="13:00:00")
    assert state("2026-12-08T11:00", nurse) is Open.OPEN
    for day in ("2026-12-01", "2026-12-15", "2026-12-09"):
        assert state(f"{day}T11:00", nurse) is Open.CLOSED


def test_the_last_friday_of_the_month():
    assert state("2026-11-27T11:00", schedule(freq="MONTHLY", byday="-1FR")) is Open.OPEN
    assert state("2026-11-20T11:00", schedule(freq="MONTHLY", byday="-1FR")) is Open.CLOSED


def test_days_of_the_month():
    assert state("2026-11-15T11:00", schedule(freq="MONTHLY", byday=None, bymonthday="1,15")) is Open.OPEN
    assert state("2026-11-14T11:00", schedule(freq="MONTHLY", byday=None, bymonthday="1,15")) is Open.CLOSED


def test_every_other_week_counts_from_its_first_day():
    biweekly = schedule(byday="TU", interval=2, dtstart="2026-11-03")
    assert state("2026-11-17T11:00", biweekly) is Open.OPEN
    assert state("2026-11-24T11:00", biweekly) is Open.CLOSED
    assert state("2026-10-20T11:00", biweekly) is Open.CLOSED


def test_every_quarter_counts_from_its_first_month():
    quarterly = schedule(freq="MONTHLY", byday="3WE", interval=3, dtstart="2026-02-18")
    assert state("2026-11-18T11:00", quarterly) is Open.OPEN
    assert state("2026-12-16T11:00", quarterly) is Open.CLOSED


def test_several_spans_a_day():
    spans = schedule(opens_at="09:00", closes_at="12:00"), schedule(opens_at="14:00", closes_at="17:00")
    assert state("2026-11-24T11:00", *spans) is Open.OPEN
    assert state("2026-11-24T13:00", *spans) is Open.CLOSED
    assert state("2026-11-24T15:00", *spans) is Open.OPEN


def test_one_event_without_a_rule():
    event = schedule(freq=None, byday=None, dtstart="2026-11-24")
    assert state("2026-11-24T10:00", event) is Open.OPEN
    assert state("2026-11-25T10:00", event) is Open.CLOSED


def test_valid_to_in_the_past_is_unknown_and_until_in_the_past_is_closed():
    assert state("2026-11-24T10:00", schedule(valid_to="2026-01-31")) is Open.UNKNOWN
    assert state("2026-11-24T10:00", schedule(until="2026-01-31")) is Open.CLOSED
    assert state("2026-11-24T10:00", schedule(valid_from="2027-01-01")) is Open.UNKNOWN
    assert state("2026-11-24T10:00", schedule(dtstart="2027-01-01")) is Open.CLOSED


def test_a_number_of_times_is_counted_from_the_first_day():
    thrice = schedule(byday="TU", count=3, dtstart="2026-11-03")
    assert state("2026-11-17T10:00", thrice) is Open.OPEN
    assert state("2026-11-24T10:00", thrice) is Open.CLOSED


@pytest.mark.parametrize(
    "parts",
    [
        {"count": 3, "until": "2027-01-01"},
        {"byday": "Monday"},
        {"byday": None},
        {"interval": 2},
        {"interval": 0},
        {"interval": 1.5},
        {"count": 2},
        {"freq": None},
        {"opens_at": None},
        {"closes_at": None},
        {"opens_at": "soon"},
        {"until": "soon"},
        {"freq": "MONTHLY", "byday": None, "bymonthday": "first"},
    ],
    ids=str,
)
def test_a_rule_that_cannot_be_followed_is_unknown_and_never_raises(parts):
    status = at([schedule(**parts)], when("2026-11-24T10:00"), EASTERN)
    assert status.state is Open.UNKNOWN
    assert status.note


def test_no_schedule_is_unknown():
    assert at([], when("2026-11-24T10:00")).state is Open.UNKNOWN


def test_an_open_span_outweighs_an_unknown_one_and_an_unknown_one_a_closed_one():
    unclear, closed, opened = schedule(byday="x"), schedule(until="2020-01-01"), schedule()
    assert state("2026-11-24T10:00", unclear, closed, opened) is Open.OPEN
    assert state("2026-11-24T10:00", closed, unclear) is Open.UNKNOWN


def test_wall_clock_times_follow_daylight_saving():
    for day in (
        "2026-03-08",
        "2026-11-01",
        "2026-07-01",
    ):  # the days on which US clocks change, and one between
        assert state(f"{day}T09:00", schedule()) is Open.OPEN
        assert state(f"{day}T08:59", schedule()) is Open.CLOSED


def test_the_zone_comes_from_the_caller_then_the_schedule_then_the_moment():
    moment = datetime(2026, 11, 24, 14, 30, tzinfo=UTC)  # 9:30 in New York
    assert at([schedule(closes_at="10:00")], moment, EASTERN).state is Open.OPEN
    assert at([schedule(closes_at="10:00", timezone=-5)], moment).state is Open.OPEN
    assert at([schedule(closes_at="10:00")], moment).state is Open.CLOSED
    assert (
        at([schedule(closes_at="10:00")], moment.astimezone(timezone(timedelta(hours=-5)))).state is Open.OPEN
    )


def test_times_with_an_offset_keep_it():
    assert (
        at([schedule(opens_at="14:00:00Z", closes_at="15:00:00Z")], when("2026-11-24T09:30"), EASTERN).state
        is Open.OPEN
    )


def test_the_answer_names_its_span():
    status = at([schedule()], when("2026-11-24T10:00"), EASTERN)
    assert (f"{status.since:%H:%M}", f"{status.until:%H:%M}") == ("09:00", "17:00")


def test_the_location_may_name_its_zone():
    place = Location(id="l", location_type="physical", extra={"timezone": "America/Los_Angeles"})
    link = ServiceAtLocation(id="x", location=place, schedules=(schedule(),))
    offer = Offer(Service(id="s", name="s", status="active"), link)
    assert hours.status(offer, when("2026-11-24T11:30"), EASTERN).state is Open.CLOSED
    status = hours.status(offer, when("2026-11-24T12:30"), EASTERN)
    assert (status.state, f"{status.until:%H:%M %Z}") == (Open.OPEN, "17:00 PST")


def test_what_is_closed_opens_next():
    status = at([schedule(byday="TU,FR")], when("2026-11-25T10:00"), EASTERN)
    assert (status.state, status.next) == (Open.CLOSED, when("2026-11-27T09:00"))
    assert at([schedule(until="2026-01-31")], when("2026-11-25T10:00"), EASTERN).next is None


def test_spans_that_follow_on_each_other_are_one():
    status = at(
        [schedule(closes_at="12:00"), schedule(opens_at="12:00", closes_at="17:00")],
        when("2026-11-24T10:00"),
        EASTERN,
    )
    assert f"{status.since:%H:%M} {status.until:%H:%M}" == "09:00 17:00"


def test_a_holiday_is_unknown_unless_a_schedule_is_for_that_very_day():
    def holidays(day):
        return "Thanksgiving" if (day.month, day.day) == (11, 26) else None

    def state_of(*schedules):
        offer = Offer(Service(id="s", name="s", status="active", schedules=schedules))
        return hours.status(offer, when("2026-11-26T10:00"), EASTERN, holidays)

    assert (state_of(schedule()).state, state_of(schedule()).note) == (Open.UNKNOWN, "it is Thanksgiving")
    assert state_of(schedule(), schedule(freq=None, byday=None, dtstart="2026-11-26")).state is Open.OPEN

""" "Open then" is said only when it is true: dated hours, parts of rules, zones and words, from the file to the answer."""

from __future__ import annotations

import json
from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest

import communityconnector as cc
from communityconnector.matching.schedules import clock_words, hours
from communityconnector.matching.schedules.rules import rule_of
from communityconnector.matching.schedules.timetable import spans_of_day
from communityconnector.model import Location, Offer, Schedule, Service

EASTERN = ZoneInfo("America/New_York")
WEEK = {"freq": "WEEKLY", "byday": "MO,TU,WE,TH,FR", "opens_at": "09:00", "closes_at": "17:00"}


def read(tmp_path, *schedules, field="schedules"):
    """The directory of a service with schedules, read from JSON."""
    made = [{"id": f"h{number}", **schedule} for number, schedule in enumerate(schedules)]
    path = tmp_path / "services.json"
    path.write_text(json.dumps([{"id": "s", "name": "Laurel Clinic", "status": "active", field: made}]))
    return cc.read(path)


def state(directory, moment, zone=EASTERN):
    (offer,) = directory.offers.values()
    return hours.status(offer, datetime.fromisoformat(moment).replace(tzinfo=zone), zone).state.value


def states(directory, moments):
    return {moment: state(directory, moment) for moment in moments}


def test_closed_days_and_other_hours_of_hsds_1_outrank_the_week(tmp_path):
    for name, text in {
        "organizations": "id,name,description\no,Blue House,Help\n",
        "services": "id,organization_id,name,status,description\ns,o,Blue Pantry,active,Food\n",
        "regular_schedules": "id,service_id,weekday,opens_at,closes_at\n"
        + "".join(f"r{day},s,{day},08:00,16:00\n" for day in range(1, 6)),
        "holiday_schedules": "id,service_id,closed,opens_at,closes_at,start_date,end_date\n"
        "h1,s,TRUE,,,2026-11-23,2026-11-27\nh2,s,false,10:00,13:00,2026-12-15,2026-12-15\nh3,s,yes,,,12/31/2026,\n",
    }.items():
        (tmp_path / f"{name}.csv").write_text(text)
    assert states(cc.read(tmp_path), (expected := {
        "2026-11-24T10:00": "closed", "2026-11-30T10:00": "open", "2026-12-15T11:00": "open",
        "2026-12-15T15:00": "closed", "2026-12-31T09:00": "closed", "2026-12-30T09:00": "open",
    })) == expected  # fmt: skip


def test_closed_days_and_other_hours_in_json_outrank_the_week(tmp_path):
    made = read(
        tmp_path,
        {"closed": True, "start_date": "2026-12-24", "end_date": "2026-12-26"},
        field="holiday_schedules",
    )
    path = tmp_path / "services.json"
    raw = json.loads(path.read_text())
    raw[0]["regular_schedules"] = [{"id": "r", **WEEK}]
    path.write_text(json.dumps(raw))
    assert state(made, "2026-12-25T10:00") == "closed"
    assert states(cc.read(path), ["2026-12-25T10:00", "2026-12-28T10:00"]) == {
        "2026-12-25T10:00": "closed", "2026-12-28T10:00": "open",
    }  # fmt: skip


THAT_DAY = {"dtstart": "2026-12-24", "until": "2026-12-24"}


@pytest.mark.parametrize(
    ("exception", "at_ten", "at_three"),
    [
        ({**THAT_DAY, "opens_at": "09:00", "closes_at": "12:00"}, "open", "closed"),
        ({**THAT_DAY, "description": "Closed for Christmas Eve"}, "closed", "closed"),
        ({**THAT_DAY, "description": "Christmas Eve: no service"}, "closed", "closed"),
        ({**THAT_DAY, "description": "Cerrado por Navidad"}, "closed", "closed"),
        ({**THAT_DAY, "opens_at": "closed", "closes_at": "closed"}, "closed", "closed"),
        ({**THAT_DAY}, "closed", "closed"),
        ({"description": "Closed for a staff day, December 24, 2026"}, "closed", "closed"),
        ({"dtstart": "2026-11-15", "until": "2027-02-28", "description": "Closed for renovation"}, "closed", "closed"),
        ({"valid_from": "2026-11-15", "valid_to": "2027-02-28", "closed": True}, "closed", "closed"),
        ({**THAT_DAY, "opens_at": "00:00", "closes_at": "00:00"}, "unknown", "unknown"),
        ({**THAT_DAY, "description": "Christmas party"}, "unknown", "unknown"),
        ({**THAT_DAY, "description": "Closed early, at noon"}, "unknown", "unknown"),
        ({"dtstart": "2026-12-20", "until": "2026-12-31", "description": "Closed"}, "closed", "closed"),
        ({"date": "12/24/2026", "closed": "true"}, "closed", "closed"),
        ({"valid_from": "2026-12-24", "valid_to": "2026-12-26", "description": "Closed for the holidays"}, "closed", "closed"),
        ({**WEEK, "closes_at": "12:00", "valid_from": "2026-12-21", "valid_to": "2027-01-02"}, "open", "closed"),
        ({**WEEK, "byday": "TH", "closes_at": "12:00", "dtstart": "2026-12-24", "count": 1}, "open", "closed"),
        ({"freq": "YEARLY", "bymonth": 12, "bymonthday": "24", "description": "Closed"}, "closed", "closed"),
        ({"rrule": "FREQ=YEARLY;BYMONTH=12;BYMONTHDAY=24", "opens_at": "09:00", "closes_at": "12:00"}, "open", "closed"),
        ({**WEEK, "closes_at": "12:00", "valid_from": "2026-10-01", "valid_to": "2027-03-31"}, "open", "unknown"),
    ],
    ids=str,
)  # fmt: skip
def test_a_schedule_for_the_very_day_outranks_that_of_the_week(exception, at_ten, at_three, tmp_path):
    directory = read(tmp_path, WEEK, exception)
    assert (state(directory, "2026-12-24T10:00"), state(directory, "2026-12-24T15:00")) == (at_ten, at_three)
    assert state(directory, "2026-09-17T15:00") == "open"
    cc.write(directory, tmp_path / "again.json")
    assert state(cc.read(tmp_path / "again.json"), "2026-12-24T15:00") == at_three


def test_schedules_of_one_day_that_contradict_each_other_are_unknown(tmp_path):
    half = {"dtstart": "2026-12-24", "opens_at": "09:00", "closes_at": "12:00"}
    directory = read(tmp_path, WEEK, half, {"dtstart": "2026-12-24", "closed": True})
    assert states(directory, ["2026-12-24T10:00", "2026-12-24T15:00"]) == {
        "2026-12-24T10:00": "unknown", "2026-12-24T15:00": "closed",
    }  # fmt: skip


def test_a_night_that_leads_into_a_closed_day_is_sure_until_midnight(tmp_path):
    night = {"freq": "WEEKLY", "byday": "MO,TU,WE,TH,FR,SA,SU", "opens_at": "21:00", "closes_at": "07:00"}
    directory = read(tmp_path, night, {"dtstart": "2026-12-24", "closed": True})
    assert state(directory, "2026-12-23T23:00") == "open"
    assert state(directory, "2026-12-24T03:00") == "unknown"
    assert state(directory, "2026-12-24T22:00") == "closed"


def test_a_closed_day_of_the_week_is_closed_and_one_without_times_is_unknown(tmp_path):
    directory = read(
        tmp_path,
        {"freq": "WEEKLY", "byday": "MO,TU", "opens_at": "09:00", "closes_at": "17:00"},
        {"freq": "WEEKLY", "byday": "WE", "description": "Closed"},
        {"freq": "WEEKLY", "byday": "TH"},
    )
    assert states(directory, (expected := {
        "2026-12-01T10:00": "open", "2026-12-02T10:00": "closed", "2026-12-03T10:00": "unknown", "2026-12-04T10:00": "closed",
    })) == expected  # fmt: skip


@pytest.mark.parametrize(
    "zone", [-8, "-8", "UTC-08:00", "-0800", "America/Los_Angeles", "Pacific Time", "PST", "US/Pacific"]
)
def test_the_zone_of_a_schedule_counts(zone, tmp_path):
    directory = read(tmp_path, {**WEEK, "closes_at": "12:00", "timezone": zone})
    assert states(directory, ["2026-12-02T10:00", "2026-12-02T13:00"]) == {
        "2026-12-02T10:00": "closed", "2026-12-02T13:00": "open",
    }  # fmt: skip


def test_a_zone_that_is_not_known_is_kept_and_the_hours_are_unknown(tmp_path):
    directory = read(tmp_path, {**WEEK, "timezone": "Middle Earth"})
    assert state(directory, "2026-12-02T10:00") == "unknown"
    assert "Middle Earth" in directory.services["s"].schedules[0].extra.values()


def test_an_offset_without_summer_time_is_sure_where_the_clock_on_the_wall_agrees(tmp_path):
    directory = read(tmp_path, {**WEEK, "timezone": -5})
    assert states(directory, (expected := {
        "2026-07-01T12:00": "open", "2026-07-01T09:30": "unknown", "2026-07-01T20:00": "closed", "2026-12-01T09:30": "open",
    })) == expected  # fmt: skip


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({"opens_at": "9:00a", "closes_at": "5:00p"}, ("09:00", "17:00")),
        ({"opens_at": "0900", "closes_at": "1700"}, ("09:00", "17:00")),
        (
            {"opens_at": "2000-01-01T09:30:00.000Z", "closes_at": "2000-01-01T17:00:00.000Z"},
            ("09:30", "17:00"),
        ),
        ({"opens_at": "24 hours"}, ("00:00", "00:00")),
        ({"dtstart": "24 hours"}, ("00:00", "00:00")),
        ({"opens_at": "24/7", "closes_at": "24/7"}, ("00:00", "00:00")),
        ({"opens_at": "00:00", "closes_at": "24:00"}, ("00:00", "00:00")),
        ({"opens_at": "9am-5pm"}, ("09:00", "17:00")),
        ({"opensAt": "09:00", "closesAt": "17:00"}, ("09:00", "17:00")),
        ({"opens_at": 0.375, "closes_at": 0.5}, ("09:00", "12:00")),
    ],
    ids=str,
)
def test_times_in_other_forms(given, expected, tmp_path):
    (schedule,) = read(tmp_path, {"freq": "WEEKLY", "byday": "TU", **given}).services["s"].schedules
    assert (schedule.opens_at, schedule.closes_at) == expected


@pytest.mark.parametrize(
    ("opens", "closes"), [("08:00", "05:00"), ("21:00", "17:00"), ("06:00", "05:30"), ("08:00", "08:00")]
)
def test_an_unlikely_span_is_unknown_and_reported(opens, closes, tmp_path):
    directory = read(tmp_path, {**WEEK, "opens_at": opens, "closes_at": closes})
    assert state(directory, "2026-12-02T23:30") == state(directory, "2026-12-02T10:00") == "unknown"
    assert "implausible-span" in {finding.rule for finding in directory.findings}


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("Only open on the THIRD Tuesday", "not every week"),
        ("1st & 3rd Tues of the month", "not every week"),
        ("every other week", "not every week"),
        ("Bi-weekly", "not every week"),
        ("cada dos semanas", "not every week"),
        ("By appointment only", "by appointment"),
        ("con cita previa", "by appointment"),
        ("Hours may vary", "hours vary"),
        ("Please call for hours", "call first"),
        ("April through October", "only in a season"),
        ("During the school year", "only in a season"),
        ("Closed the last week of the month", "not every week"),
        ("Closed 12-1 for lunch", "closed at times"),
        ("Tuesday 1pm-3pm", "its words say otherwise"),
        ("1st and 15th of the month", "not every week"),
        ("On the 20th", "not every week"),
        ("1x/month", "not every week"),
        ("Weeks 2 and 4", "not every week"),
        ("cada quince d\u00edas", "not every week"),
        ("Closed the 2nd Tuesday", "not every week"),
        ("Tuesday 9am-5pm, closed the 2nd Tuesday", "not every week"),
        ("Tuesdays 9am-5pm, May-Sept", "only in a season"),
        ("2nd & 4th weeks", "not every week"),
        ("3rd wk", "not every week"),
        ("Held quarterly", "not every week"),
        ("alt. Tuesdays", "not every week"),
        ("Tax season only", "only in a season"),
        ("During Ramadan", "only in a season"),
        ("Weather permitting", "only in a season"),
        ("Call 828-555-0101 for the schedule", "call first"),
        ("Begins 1/8/2027", "for the time being otherwise"),
        ("New hours as of 2027", "for the time being otherwise"),
        ("Pantry opens at 10:30", "its words say otherwise"),
    ],
)
def test_words_that_limit_hours_given_in_fields_make_them_unknown(text, why, tmp_path):
    for field in ("description", "notes"):
        directory = read(tmp_path, {**WEEK, "byday": "TU", field: text})
        assert state(directory, "2026-12-08T10:00") == "unknown"
        assert state(directory, "2026-12-09T10:00") == "closed"
        assert directory.services["s"].schedules[0].extra["x_unsure"] == why
        assert "hours-in-doubt" in {finding.rule for finding in directory.findings}


@pytest.mark.parametrize(
    "text",
    [
        "Tuesday 9am-5pm",
        "Mon-Fri 9-5",
        "Closed on Sundays",
        "Ring the bell",
        "Bring a bag",
        "Every Tuesday morning",
        "Use the 12th Street door",
        "Pantry opens at 9:00",
        "First come, first served",
        "Starts with a prayer",
    ],
)
def test_words_that_limit_nothing_leave_hours_as_they_are(text, tmp_path):
    directory = read(tmp_path, {**WEEK, "byday": "TU", "description": text})
    assert state(directory, "2026-12-08T10:00") == "open"


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (
            "Mon-Fri 9am-5pm, closed first Friday",
            {"2026-12-04T10:00": "closed", "2026-12-11T10:00": "open", "2026-12-03T10:00": "open"},
        ),
        (
            "Fri 9am-5pm; closed in December",
            {"2026-12-04T10:00": "closed", "2027-01-08T10:00": "open", "2027-01-09T10:00": "closed"},
        ),
        (
            "Nov-Apr: Mon-Fri 9am-4pm; May-Oct: Mon-Fri 8am-6pm",
            {"2026-12-04T08:30": "closed", "2026-07-10T08:30": "open", "2026-12-04T10:00": "open"},
        ),
        (
            "1st and 15th of the month, 9am-11am",
            {"2026-12-15T10:00": "open", "2026-12-01T10:00": "open", "2026-12-16T10:00": "closed"},
        ),
    ],
)
def test_weeks_months_and_dates_in_words_are_kept_to(words, expected, tmp_path):
    assert states(read(tmp_path, {"description": words}), expected) == expected


@pytest.mark.parametrize(
    "restriction",
    [
        {"week_of_month": 2}, {"weeks": "1,3"}, {"occurrence": "Second"}, {"months": "June-August"}, {"seasonal": True},
        {"howOften": "twice"}, {"by_appointment": "yes"}, {"closed_days": "see calendar"}, {"skip-holidays": True},
        {"rotation_cycle": "A"}, {"blackoutDates": "varies"},
    ],
    ids=str,
)  # fmt: skip
def test_a_field_that_may_limit_hours_and_is_not_understood_makes_them_unknown(restriction, tmp_path):
    assert state(read(tmp_path, {**WEEK, **restriction}), "2026-12-04T10:00") == "unknown"
    name = next(iter(restriction))
    assert state(read(tmp_path, {**WEEK, name: "No"}), "2026-12-04T10:00") == "open"


@pytest.mark.parametrize("name", ["closed_dates", "blackoutDates", "skip_dates"])
def test_dates_on_which_it_is_closed_are_left_out(name, tmp_path):
    directory = read(tmp_path, {**WEEK, name: ["2026-12-04", "2026-12-09"]})
    assert states(directory, (expected := {
        "2026-12-04T10:00": "closed", "2026-12-09T10:00": "closed", "2026-12-11T10:00": "open",
    })) == expected  # fmt: skip


def test_hours_that_do_not_hold_on_holidays_are_unknown_on_them(tmp_path):
    for schedule in (
        {"description": "Mon-Fri 9am-5pm, closed holidays"},
        {**WEEK, "notes": "Closed on federal holidays"},
    ):
        directory = read(tmp_path, schedule)
        assert state(directory, "2026-12-25T10:00") == state(directory, "2026-11-26T10:00") == "unknown"
        assert state(directory, "2026-12-15T10:00") == "open"


@pytest.mark.parametrize(
    "words", ["Closed on New Year's Day", "Closed federal holidays", "Cerrado los d\u00edas festivos"]
)
def test_a_schedule_that_only_closes_on_holidays_makes_the_others_unknown_on_them(words, tmp_path):
    directory = read(tmp_path, WEEK, {"description": words})
    assert states(directory, (expected := {
        "2026-12-04T10:00": "open", "2026-12-05T10:00": "closed", "2027-01-01T10:00": "unknown",
    })) == expected  # fmt: skip


def test_events_are_no_hours(tmp_path):
    made = read(
        tmp_path, {"dtstart": "2026-12-05", "opens_at": "10:00", "closes_at": "12:00"}, field="events"
    )
    assert state(made, "2026-12-05T11:00") == "unknown"
    path = tmp_path / "services.json"
    raw = json.loads(path.read_text())
    raw[0]["operating_hours"] = [{"id": "w", **WEEK}]
    path.write_text(json.dumps(raw))
    directory = cc.read(path)
    assert states(directory, ["2026-12-05T11:00", "2026-12-04T11:00"]) == {
        "2026-12-05T11:00": "closed", "2026-12-04T11:00": "open",
    }  # fmt: skip


def test_a_hidden_place_keeps_limits_of_hours_without_their_words():
    secret = Schedule(
        id="h", freq="WEEKLY", byday="FR", opens_at="14:00", closes_at="15:00", description="Ring at 4 Elm Street",
        extra={"exdate": "2026-12-25", "x_unsure": "at 4 Elm Street", "bysetpos": "at 4 Elm Street", "door": "blue"},
    )  # fmt: skip
    place = Location(id="l", location_type="physical", schedules=(secret,), extra={"confidential": True})
    kept = secret.beyond_hsds
    assert "EXDATE=20261225" in kept
    assert "UNREAD" in kept
    assert "elm" not in kept.casefold()
    assert (
        place.schedules[0].beyond_hsds
        == Schedule(id="x", opens_at="14:00", extra={"x_rule": kept}).beyond_hsds
    )


@pytest.mark.parametrize(
    ("since", "until", "words"),
    [
        ("2026-12-01T09:00", "2026-12-01T17:30", "9 am to 5:30 pm"),
        ("2026-12-01T12:00", "2026-12-02T00:00", "noon to midnight"),
        ("2026-12-01T22:00", "2026-12-02T06:00", "10 pm to 6 am"),
        ("2026-12-01T00:00", "2026-12-02T00:00", "all day"),
        ("2026-12-01T00:00", "2026-12-15T00:00", "around the clock"),
        ("2026-11-30T00:00", "2026-12-05T00:00", "around the clock until the end of Friday"),
        ("2026-11-30T08:00", "2026-12-02T06:00", "around the clock until Wednesday at 6 am"),
    ],
)
def test_hours_are_worded_plainly(since, until, words):
    assert clock_words.span(datetime.fromisoformat(since), datetime.fromisoformat(until)) == words


def test_a_match_has_hours_in_words_and_as_times(tmp_path):
    always = {**WEEK, "byday": "MO,TU,WE,TH,FR,SA,SU", "opens_at": "00:00", "closes_at": "00:00"}
    for schedule, text, times in (
        (WEEK, "Open then: 9 am to 5 pm", ("09:00", "17:00")),
        (always, "Open around the clock", ("00:00", "00:00")),
    ):
        matcher = cc.Matcher(read(tmp_path, schedule), zone="America/New_York")
        need = cc.Need("laurel clinic", open_at=datetime(2026, 12, 2, 10, tzinfo=EASTERN))
        (match,) = matcher.match(need)
        (reason,) = (reason for reason in match.reasons if reason.criterion == "open_at")
        assert reason.text == text
        assert (reason.evidence["opens_at"], reason.evidence["closes_at"]) == times


def test_a_rule_without_any_day_costs_no_more_than_another():
    never = Schedule(
        id="h", freq="MONTHLY", bymonthday="31", opens_at="09:00", closes_at="10:00", extra={"bymonth": "2"}
    )
    offer = Offer(Service(id="s", name="s", status="active", schedules=(never,)))
    status = hours.status(offer, datetime(2026, 12, 2, 10, tzinfo=EASTERN), EASTERN)
    assert (status.state.value, status.next) == ("closed", None)
    assert spans_of_day((rule_of(never),), date(2026, 12, 31), [EASTERN]) == []


@pytest.mark.parametrize(
    "exception",
    [
        {"valid_from": "2026-12-21", "valid_to": "2026-12-31", "description": "Holiday closure"},
        {"valid_from": "2026-12-24", "valid_to": "2026-12-24", "notes": "CLOSED"},
        {"dtstart": "2026-12-24", "until": "2026-12-24", "opens_at": "00:00", "closes_at": "00:00"},
    ],
    ids=["words for a week", "a note for a day", "midnight to midnight"],
)
def test_unclear_hours_on_certain_dates_stay_unknown_on_them(exception, tmp_path):
    weekly = {"freq": "WEEKLY", "byday": "MO,TU,WE,TH,FR", "opens_at": "09:00", "closes_at": "17:00"}
    directory = read(tmp_path, weekly, exception)
    expected = {"2026-12-24T10:00": "unknown", "2026-12-17T10:00": "open"}
    assert states(directory, expected) == expected

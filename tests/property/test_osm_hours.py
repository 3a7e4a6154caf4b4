"""`opening_hours` of OpenStreetMap: what is read means what the text means, minute by minute; all else is left unread."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

import communityconnector as cc
from communityconnector.interchange.texts.opening_hours.osm import read_osm_hours
from communityconnector.matching.schedules.hours import Open, status
from communityconnector.model import Schedule

DAYS = ("Mo", "Tu", "We", "Th", "Fr", "Sa", "Su")
FIRST = date(2026, 3, 2)  # a Monday
ZONE = UTC

clocks = st.integers(0, 47).map(lambda half: half * 30)
spans = st.tuples(clocks, clocks).filter(lambda span: span[0] < span[1])


@st.composite
def rules(draw):
    """Rules as data: days (of the week, or of weeks of the month), and spans; none for closed."""
    made = []
    for _ in range(draw(st.integers(1, 3))):
        first = draw(st.integers(0, 6))
        last = draw(st.integers(0, 6))
        made.append(((first, last), draw(st.lists(spans, max_size=2))))
    return made


def written(rules):
    def clock(minutes):
        return f"{minutes // 60:02}:{minutes % 60:02}"

    parts = []
    for (first, last), times in rules:
        days = DAYS[first] if first == last else f"{DAYS[first]}-{DAYS[last]}"
        parts.append(f"{days} {','.join(f'{clock(a)}-{clock(b)}' for a, b in times) or 'off'}")
    return "; ".join(parts)


def is_open(rules, day, minute):
    """By the grammar: the last rule that has the day counts."""
    spans = []
    for (first, last), times in rules:
        days = [at % 7 for at in range(first, (last if last >= first else last + 7) + 1)]
        if day.weekday() in days:
            spans = times
    return any(a <= minute < b for a, b in spans)


def open_at(schedules, moment):
    service = cc.Service(
        id="s", name="Pantry", status="active",
        schedules=tuple(Schedule(id=str(n), **{k: v for k, v in raw.items() if not k.startswith("x_")}) for n, raw in enumerate(schedules)),
    )  # fmt: skip
    return status(cc.Offer(service, None), moment).state is Open.OPEN


@given(rules(), st.integers(0, 27), st.integers(0, 47))
def test_what_is_read_is_open_exactly_when_the_text_says_so(rules, day, half):
    schedules = read_osm_hours(written(rules))
    when = FIRST + timedelta(days=day)
    expected = is_open(rules, when, half * 30 + 15)
    moment = datetime(when.year, when.month, when.day, half // 2, half % 2 * 30 + 15, tzinfo=ZONE)
    assert open_at(schedules, moment) is expected


def codes(text):
    return sorted((s["byday"], s["opens_at"], s["closes_at"]) for s in read_osm_hours(text))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "Mo-Fr 09:00-12:00,13:00-16:00",
            [("MO,TU,WE,TH,FR", "09:00", "12:00"), ("MO,TU,WE,TH,FR", "13:00", "16:00")],
        ),
        ("Mo,We 09:00-12:00", [("MO,WE", "09:00", "12:00")]),
        ("Sa-Mo 10:00-11:00", [("SA,SU,MO", "10:00", "11:00")]),
        ("Sa[1,3] 09:00-11:00", [("1SA,3SA", "09:00", "11:00")]),
        ("We[-1] 18:00-20:00", [("-1WE", "18:00", "20:00")]),
        ("Fr 22:00-02:00", [("FR", "22:00", "02:00")]),
        ("Fr 22:00-26:00", [("FR", "22:00", "02:00")]),
        ("24/7", [("MO,TU,WE,TH,FR,SA,SU", "00:00", "00:00")]),
        ("09:00-17:00", [("MO,TU,WE,TH,FR,SA,SU", "09:00", "17:00")]),
        ("Mo-Fr 09:00-17:00; We off", [("MO,TU,TH,FR", "09:00", "17:00")]),
        ("Mo 09:00-10:00, Mo 11:00-12:00", [("MO", "09:00", "10:00"), ("MO", "11:00", "12:00")]),
    ],
)
def test_forms_that_are_read(text, expected):
    assert codes(text) == sorted(expected)


def test_months_and_holidays_are_conditions():
    (schedule,) = read_osm_hours("Apr-Oct Sa 09:00-12:00; PH off")
    assert (schedule["x_rule"], schedule["x_closed_on_holidays"]) == ("BYMONTH=4,5,6,7,8,9,10", True)
    (winter,) = read_osm_hours("Nov-Feb Mo 09:00-12:00")
    assert winter["x_rule"] == "BYMONTH=11,12,1,2"


@pytest.mark.parametrize(
    "text",
    [
        "Mo 09:00+", "sunrise-sunset", '"by appointment"', 'Mo 09:00-12:00 "call first"', 'Mo 09:00-12:00 || "ask"',
        "week 1-52/2 Mo 09:00-12:00", "Dec 25 off", "Mo-Fr 09:00-12:00; Dec 25 off", "SH Mo 09:00-12:00", "PH 10:00-12:00",
        "Sa 09:00-12:00; Sa[1] 10:00-11:00", "Mo 25:00-26:00", "Mo 09:75-10:00", "unknown", "Mo", "by appointment", "",
        "Apr-Oct Mo 09:00-12:00; Nov-Mar Mo 10:00-11:00; x", "Sa[1-3] 09:00-11:00", "Sa[9] 09:00-11:00",
    ],
)  # fmt: skip
def test_whatever_schedules_cannot_say_leaves_the_whole_text_unread(text):
    assert read_osm_hours(text) == []


@given(st.text(alphabet="MoTuWeThFrSaSuPH0123456789:-,;[] +offclosed", max_size=300))
def test_no_text_raises(text):
    read_osm_hours(text)


def test_a_long_text_is_left_unread_at_once():
    assert read_osm_hours("Mo 09:00-12:00;" * 100_000) == []
    assert read_osm_hours("Mo,Tu," * 160) == []

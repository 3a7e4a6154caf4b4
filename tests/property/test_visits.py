"""Visits are what `dateutil` expands a rule to, over a year, across changes of the clocks; documents round-trip."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import attrs
import pytest
from dateutil.rrule import rruleset, rrulestr
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from communityconnector.adapters.memory import MemoryStorage
from communityconnector.partners import (
    KeyContact,
    Partnership,
    PartnershipStatus,
    Visit,
    Visits,
    monthly,
    quarterly,
    weekly,
)
from communityconnector.partners import (
    visit as visit_module,
)

FIRST, LAST = date(2026, 1, 1), date(2027, 2, 1)
ZONES = ["America/New_York", "Europe/London", "Australia/Lord_Howe", "UTC", "Pacific/Apia"]
"""Clocks that change in spring or in autumn, by an hour or by half of one, or not at all."""

days = st.dates(FIRST, LAST)
clocks = st.times().map(lambda at: at.replace(second=0, microsecond=0))
week = st.sampled_from(["MO", "TU", "WE", "TH", "FR", "SA", "SU"])
of_month = st.builds(lambda n, day: f"{n}{day}", st.sampled_from([1, 2, 3, 4, -1]), week)
texts = st.text(st.characters(codec="utf-8", exclude_characters="\0"), min_size=1, max_size=12).filter(
    str.strip
)


@st.composite
def schedules(draw):
    opens, closes = (f"{draw(clocks):%H:%M}" for _ in range(2))
    since = draw(st.dates(date(2025, 6, 1), date(2026, 6, 1)))
    kind = draw(st.sampled_from(["weekly", "monthly", "quarterly"]))
    if kind == "weekly":
        byday = ",".join(draw(st.lists(week, min_size=1, max_size=3, unique=True)))
        made = weekly(byday, opens, closes, every=draw(st.integers(1, 3)), since=since)
    elif kind == "monthly":
        made = monthly(draw(of_month), opens, closes, every=draw(st.integers(1, 2)), since=since)
    else:
        made = quarterly(draw(of_month), opens, closes, since=since)
    until = draw(st.none() | st.dates(since, LAST))
    return attrs.evolve(made, until=until.isoformat() if until else None)


visits = st.builds(
    Visit,
    id=texts,
    organization_id=texts,
    branch=st.sampled_from(["main", "annex"]),
    role=texts,
    schedule=schedules(),
    zone=st.sampled_from(ZONES),
    service_ids=st.lists(texts, max_size=3),
    left_out=st.lists(days, max_size=4),
    besides=st.lists(days, max_size=4),
    sign_up=st.booleans(),
    note=st.just("") | texts,
)


def expanded(visit: Visit, first: date, last: date) -> list[tuple[datetime, datetime]]:
    """The spans of a visit that begin in some days, by dateutil, in UTC."""
    schedule, zone = visit.schedule, ZoneInfo(visit.zone)
    rule = f"RRULE:FREQ={schedule.freq};BYDAY={schedule.byday};INTERVAL={schedule.interval or 1:g}"
    if schedule.until:
        rule += f";UNTIL={date.fromisoformat(schedule.until):%Y%m%d}T000000"
    dates = rruleset()
    dates.rrule(rrulestr(rule, dtstart=datetime.combine(date.fromisoformat(schedule.dtstart), time.min)))
    for day in visit.besides:
        dates.rdate(datetime.combine(day, time.min))
    for day in visit.left_out:
        dates.exdate(datetime.combine(day, time.min))
    opens, closes = time.fromisoformat(schedule.opens_at), time.fromisoformat(schedule.closes_at)
    round_the_clock = (f"{opens:%H:%M}", f"{closes:%H:%M}") == ("00:00", "23:59")
    spans = []
    for moment in dates.between(
        datetime.combine(first, time.min) - timedelta(days=1), datetime.combine(last, time.min), inc=False
    ):
        day = moment.date()
        end = day + timedelta(days=closes <= opens or round_the_clock)
        at = time.min if round_the_clock else closes
        spans.append(
            (
                datetime.combine(day, opens, zone).astimezone(UTC),
                datetime.combine(end, at, zone).astimezone(UTC),
            )
        )
    return spans


def in_utc(occurrences):
    return [
        (occurrence.begins.astimezone(UTC), occurrence.ends.astimezone(UTC)) for occurrence in occurrences
    ]


def agree(visit):
    low = datetime.combine(FIRST, time.min, ZoneInfo(visit.zone)).astimezone(UTC)
    high = datetime.combine(LAST, time.min, ZoneInfo(visit.zone)).astimezone(UTC)
    # Where the clock skips midnight or a whole day, as Samoa's once did, a wall-clock time may fall outside.
    plain = [span for span in expanded(visit, FIRST, LAST) if low <= span[0] < high]
    assert in_utc(visit.occurrences(FIRST, LAST)) == plain


@given(visits)
def test_a_visit_takes_place_when_dateutil_says(visit):
    agree(visit)


@pytest.mark.parametrize("zone", ZONES)
@pytest.mark.parametrize(
    "schedule",
    [
        weekly("TU", "14:00", "16:00", since=FIRST),
        monthly("2TU", "02:30", "03:30", since=FIRST),
        quarterly("2SU", "02:30", "23:59", since=FIRST),
        weekly("SU", "23:00", "01:30", every=2, since=FIRST),
    ],
    ids=["every Tuesday", "second Tuesdays", "quarterly, where clocks change", "past midnight"],
)
def test_common_visits_take_place_when_dateutil_says(schedule, zone):
    agree(Visit(id="v", organization_id="o", branch="main", role="nurse", schedule=schedule, zone=zone))


def test_the_second_tuesdays_of_a_year_are_these():
    visit = Visit(
        id="v", organization_id="o", branch="main", role="nurse", zone="America/New_York",
        schedule=monthly("2TU", "14:00", "16:00"),
    )  # fmt: skip
    days = [
        f"{occurrence.begins:%m-%d}" for occurrence in visit.occurrences(date(2026, 1, 1), date(2027, 1, 1))
    ]
    assert days == "01-13 02-10 03-10 04-14 05-12 06-09 07-14 08-11 09-08 10-13 11-10 12-08".split()
    every = attrs.evolve(visit, schedule=quarterly("2TU", "14:00", "16:00", since=date(2026, 2, 1)))
    days = [
        f"{occurrence.begins:%m-%d}" for occurrence in every.occurrences(date(2026, 1, 1), date(2027, 1, 1))
    ]
    assert days == "02-10 05-12 08-11 11-10".split()


moments = st.builds(
    lambda day, at, zone: datetime.combine(day, at, ZoneInfo(zone)),
    st.dates(date(2026, 1, 1), date(2026, 12, 31)),
    st.times(),
    st.sampled_from(ZONES),
)


@given(
    st.lists(visits, max_size=3, unique_by=lambda visit: visit.id), st.lists(moments, min_size=3, max_size=3)
)
def test_adjacent_intervals_split_the_visits_and_keep_their_order(some, cuts):
    desk = Visits(MemoryStorage(), lambda: cuts[0])
    for visit in some:
        desk.put(visit)
    low, cut, high = sorted(cuts, key=lambda moment: moment.astimezone(UTC))
    whole = desk.between("main", low, high)
    assert desk.between("main", low, cut) + desk.between("main", cut, high) == whole
    assert [occurrence.order for occurrence in whole] == sorted(occurrence.order for occurrence in whole)
    assert {occurrence.visit.branch for occurrence in whole} <= {"main"}
    assert all(
        low.astimezone(UTC) <= occurrence.begins.astimezone(UTC) < high.astimezone(UTC)
        for occurrence in whole
    )


@given(visits, moments)
def test_visits_that_are_going_on_have_begun_and_not_ended(visit, moment):
    desk = Visits(MemoryStorage(), lambda: moment)
    desk.put(visit)
    whole = desk.between(visit.branch, moment - timedelta(days=3), moment + timedelta(days=3))
    now = moment.astimezone(UTC)
    expected = [
        occurrence
        for occurrence, (begins, ends) in zip(whole, in_utc(whole), strict=True)
        if begins <= now < ends
    ]
    assert desk.visiting(visit.branch) == expected
    assert [occurrence for occurrence in desk.today(visit.branch) if occurrence.covers(moment)] == expected


@given(visits)
def test_a_visit_is_what_its_document_says(visit):
    document = json.loads(json.dumps(visit.to_dict()))
    assert Visit.from_dict(document) == visit
    assert Visit.from_dict(document).to_dict() == document


contacts = st.builds(KeyContact, role=texts, name=st.none() | texts, reach=st.none() | texts)


@st.composite
def partnerships(draw):
    step = draw(st.just("") | texts)
    return Partnership(
        organization_id=draw(texts),
        status=draw(st.sampled_from(PartnershipStatus)),
        contacts=draw(st.lists(contacts, max_size=2)),
        service_ids=draw(st.lists(texts, max_size=2)),
        offers=draw(st.just("") | texts),
        since=draw(st.none() | days),
        last_contact=draw(st.none() | days),
        next_step=step,
        owner=draw(texts) if step and draw(st.booleans()) else "",
        by=draw(days) if step and draw(st.booleans()) else None,
    )


@given(partnerships())
def test_a_partnership_equals_the_one_from_its_document(partnership):
    document = json.loads(json.dumps(partnership.to_dict(contacts=True)))
    assert Partnership.from_dict(document) == partnership
    shared = partnership.to_dict()
    assert shared["contacts"] == len(partnership.contacts)
    assert Partnership.from_dict(shared) == attrs.evolve(partnership, contacts=())


@pytest.mark.parametrize(
    ("name", "fault"),
    [
        ("spans", lambda spans: lambda rule, day, zone: spans(rule._replace(interval=None), day, zone)),
        ("ZoneInfo", lambda _: lambda _: ZoneInfo("America/Chicago")),
    ],
    ids=["every month instead of every third", "another zone"],
)
def test_a_fault_is_caught(name, fault, monkeypatch):
    """Shows that the comparison above can fail."""

    @settings(
        max_examples=200, phases=[Phase.generate], database=None, derandomize=True, report_multiple_bugs=False
    )
    @given(visits)
    def find_it(visit):
        agree(visit)

    monkeypatch.setattr(visit_module, name, fault(getattr(visit_module, name)))
    with pytest.raises(AssertionError):
        find_it()

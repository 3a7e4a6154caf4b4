"""No schedule is open on a day on which other expansions of its rule do not have it, whatever parts the rule has.

2,000 rules with every part that RFC 5545 has for days, each spelled in one of the ways in which sources do: against
`dateutil`, and a tenth of them against `icalendar` too. In the deep mode (`HYPOTHESIS_PROFILE=deep`, or
`RULES=2000 pytest tests/property/test_recurrence.py`) all go through both.
"""

from __future__ import annotations

import datetime as dt
import os
import random
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import attrs
import dateutil.rrule
import icalendar
import pytest
import recurring_ical_events
from dateutil.rrule import rruleset, rrulestr
from hypothesis import settings

from communityconnector.matching.schedules import hours, recurrence
from communityconnector.matching.schedules.hours import Open
from communityconnector.matching.schedules.recurrence import NotUnderstoodError, rule_of, spans
from communityconnector.model import Schedule
from communityconnector.model.rule_parts import RULE


class _Shorter:
    """The module `datetime`, with an end of the calendar that `dateutil` reaches soon for a rule without any day."""

    MAXYEAR = 2029

    def __getattr__(self, name):
        return getattr(dt, name)


@pytest.fixture(autouse=True)
def _short_calendar(monkeypatch):
    monkeypatch.setattr(dateutil.rrule, "datetime", _Shorter())


EASTERN = ZoneInfo("America/New_York")
RULES = 2_000
BY_ICALENDAR = int(os.environ.get("RULES", "2000" if settings().max_examples > 1000 else "200"))
FIRST, LAST = date(2026, 1, 1), date(2027, 6, 30)
DAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")


def numbers(chance, low, high, *, negative=True, most=3):
    found = chance.sample(range(low, high + 1), chance.randint(1, most))
    return ",".join(str(-n if negative and chance.random() < 0.3 else n) for n in found)


def numbered(chance, days, choice):
    return ",".join(f"{chance.choice(choice)}{day}" for day in days.split(","))


def of_months(chance, days):
    parts = {}
    if chance.random() < 0.7:
        parts["BYDAY"] = numbered(chance, days, [1, 2, 3, 4, 5, -1, -2]) if chance.random() < 0.6 else days
    if not parts or chance.random() < 0.15:
        parts["BYMONTHDAY"] = numbers(chance, 1, 31)
    return parts


def of_years(chance, days):
    return chance.choice(
        [
            {"BYYEARDAY": numbers(chance, 1, 366, most=8)},
            {"BYWEEKNO": numbers(chance, 1, 52, most=8), "BYDAY": days},
            {"BYMONTHDAY": numbers(chance, 1, 28)},
            {"BYDAY": numbered(chance, days, ["", 1, 2, -1])},
            {},
        ]
    )


MADE = {
    "DAILY": lambda chance, days: {"BYDAY": days} if chance.random() < 0.3 else {},
    "WEEKLY": lambda _, days: {"BYDAY": days},
    "MONTHLY": of_months,
    "YEARLY": of_years,
}


def made_rule(chance):
    """The parts of a lawful rule, as RFC 5545 writes them, with its first day, exceptions and additions."""
    freq = chance.choice(["DAILY", "WEEKLY", "WEEKLY", "MONTHLY", "MONTHLY", "YEARLY"])
    parts = {"FREQ": freq}
    first = date(2026, 1, 1) + timedelta(days=chance.randrange(300))
    parts.update(MADE[freq](chance, ",".join(chance.sample(DAYS, chance.randint(1, 3)))))
    if chance.random() < 0.4 and parts.keys() & {"BYDAY", "BYMONTHDAY"} and "BYWEEKNO" not in parts:
        parts["BYMONTH"] = numbers(chance, 1, 12, negative=False, most=5)
    if chance.random() < 0.3 and freq != "DAILY" and "BYDAY" in parts:
        parts["BYSETPOS"] = numbers(chance, 1, 4, most=2)
    if chance.random() < 0.3:
        parts["INTERVAL"] = str(chance.randint(2, 4))
    if chance.random() < 0.3:
        parts["WKST"] = chance.choice(DAYS)
    ending = chance.random()
    if ending < 0.2:
        parts["COUNT"] = str(chance.randint(1, 40))
    elif ending < 0.5:
        parts["UNTIL"] = f"{first + timedelta(days=chance.randrange(20, 500)):%Y%m%d}"
    return parts, first


OWN = {
    "FREQ": "freq", "INTERVAL": "interval", "BYDAY": "byday", "BYMONTHDAY": "bymonthday", "BYYEARDAY": "byyearday",
    "BYWEEKNO": "byweekno", "COUNT": "count", "UNTIL": "until", "WKST": "wkst",
}  # fmt: skip
SPELLINGS = {
    "BYSETPOS": ["bysetpos", "BYSETPOS", "bySetPos", "by_set_pos", "x_bysetpos"],
    "BYMONTH": ["bymonth", "BYMONTH", "byMonth", "by_month"],
    "EXDATE": ["exdate", "EXDATE", "exDates", "except_dates", "exceptDate"],
    "RDATE": ["rdate", "RDATE", "rDates"],
}


def spelled(chance, parts, first, without, besides):
    """A schedule of these parts: in fields, or as one text."""
    clock = {"id": "s", "opens_at": "10:00", "closes_at": "12:00"}
    exdate, rdate = (",".join(f"{day:%Y-%m-%d}" for day in dates) for dates in (without, besides))
    text = ";".join(f"{name}={value}" for name, value in parts.items())
    way = chance.randrange(4)
    if way == 0:
        extra = {
            "rrule": text,
            **({"exdate": exdate} if exdate else {}),
            **({"rdate": rdate.split(",")} if rdate else {}),
        }
        return Schedule(**clock, dtstart=first.isoformat(), extra=extra)
    if way == 1:
        lines = [f"DTSTART;TZID=America/New_York:{first:%Y%m%d}T100000", f"RRULE:{text}"]
        lines += [f"EXDATE;TZID=America/New_York:{day:%Y%m%d}T100000" for day in without]
        lines += [f"RDATE;TZID=America/New_York:{day:%Y%m%d}T100000" for day in besides]
        value = chance.choice([lines, "\n".join(lines)])
        return Schedule(**clock, extra={chance.choice(["recurrence", "ical", "rrule"]): value})
    fields, extra = {}, {}
    for name, value in {**parts, "EXDATE": exdate, "RDATE": rdate}.items():
        if not value:
            continue
        if name in OWN and not (name == "FREQ" and value in {"DAILY", "YEARLY"}):
            fields[OWN[name]] = (
                int(value) if name in {"INTERVAL", "COUNT"}
                else date.fromisoformat(value).isoformat() if name == "UNTIL" else value
            )  # fmt: skip
        elif name == "FREQ":
            extra["x_freq"] = value
        else:
            extra[chance.choice(SPELLINGS[name])] = (
                value
                if way == 2
                else [int(n) for n in value.split(",")]
                if name.startswith("BY")
                else value.split(",")
            )
    return Schedule(**clock, dtstart=first.isoformat(), **fields, extra=extra)


def by_dateutil(parts, first, without, besides):
    text = ";".join(f"{name}={value}" for name, value in parts.items())
    dates = rruleset()
    dates.rrule(rrulestr(f"RRULE:{text}", dtstart=datetime.combine(first, time.min)))
    for day in besides:
        dates.rdate(datetime.combine(day, time.min))
    for day in without:
        dates.exdate(datetime.combine(day, time.min))
    begin, end = (datetime.combine(day, time.min) for day in (FIRST, LAST))
    return {moment.date() for moment in dates.between(begin, end, inc=True)}


def by_icalendar(parts, first, without, besides):
    text = ";".join(
        f"{name}={value}T235959" if name == "UNTIL" else f"{name}={value}" for name, value in parts.items()
    )
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:x",
        "BEGIN:VEVENT",
        "UID:x",
        f"DTSTART:{first:%Y%m%d}T100000",
    ]
    lines += [f"DTEND:{first:%Y%m%d}T120000", f"RRULE:{text}", "SUMMARY:x"]
    lines += [f"EXDATE:{day:%Y%m%d}T100000" for day in without]
    lines += [f"RDATE:{day:%Y%m%d}T100000" for day in besides]
    calendar = icalendar.Calendar.from_ical("\r\n".join([*lines, "END:VEVENT", "END:VCALENDAR", ""]))
    return {
        event["DTSTART"].dt.date()
        for event in recurring_ical_events.of(calendar).between(FIRST, LAST + timedelta(days=1))
    }


def looser(chance, parts):
    """The rule without one of its parts: what a reader has that forgets it."""
    forgotten = chance.choice(sorted(parts.keys() - {"FREQ"}) or ["FREQ"])
    return {name: value for name, value in parts.items() if name != forgotten or name == "FREQ"}


def checked(number, oracle):
    """Check one rule; gives how many of the days asked are open, and how many unknown."""
    chance = random.Random(number)  # noqa: S311  # the same rules in every run
    parts, first = made_rule(chance)
    right = sorted(by_dateutil(parts, first, [], []))
    without = chance.sample(right, min(len(right), 2)) if chance.random() < 0.3 else []
    besides = [first + timedelta(days=chance.randrange(1, 200))] if chance.random() < 0.2 else []
    schedule = spelled(chance, parts, first, without, besides)
    expected = oracle(parts, first, without, besides)
    near = {*by_dateutil(looser(chance, parts), first, [], []), *without, first}
    asked = [
        *chance.sample(sorted(near), min(len(near), 6)),
        *without,
        *besides,
        *chance.sample(right, min(len(right), 4)),
    ]
    opened = unknown = 0
    for day in asked:
        try:
            is_open = next(spans(rule_of(schedule), day, EASTERN), None) is not None
        except NotUnderstoodError:
            unknown += 1
            continue
        opened += is_open
        assert not is_open or day in expected, (number, schedule, day)
        assert is_open or day not in expected or day == first, (number, schedule, day)
    if asked:
        moment = datetime.combine(asked[0], time(11), EASTERN)
        status = hours.at([rule_of(schedule)], moment, EASTERN)
        assert status.state is not Open.OPEN or asked[0] in expected, (number, schedule, moment)
    return opened, unknown, len(asked)


def test_two_thousand_rules_are_never_wider_than_dateutils():
    results = [checked(number, by_dateutil) for number in range(RULES)]
    opened, unknown, asked = map(sum, zip(*results, strict=True))
    # A reader that knows nothing would pass: most is to be known, and much of it open.
    assert unknown < 0.1 * asked
    assert opened > 0.3 * asked


def test_two_thousand_rules_are_never_wider_than_icalendars():
    for number in range(BY_ICALENDAR):
        checked(number, by_icalendar)


@pytest.mark.parametrize("forgotten", ["bymonth", "bysetpos", "excluded"])
def test_a_forgotten_part_of_a_rule_is_caught(forgotten, monkeypatch):
    from communityconnector.matching.schedules import rules as rule_reading

    right = rule_reading._parts  # noqa: SLF001  # the place where parts are read
    monkeypatch.setattr(rule_reading, "_parts", lambda rule: attrs.evolve(right(rule), **{forgotten: ()}))
    rule_reading._read.cache_clear()  # noqa: SLF001  # as above
    with pytest.raises(AssertionError):
        [checked(number, by_dateutil) for number in range(300)]
    rule_reading._read.cache_clear()  # noqa: SLF001  # as above


@pytest.mark.parametrize(
    "extra",
    [
        {"byeaster": 1},
        {"bysetpos": "second"},
        {"bymonth": 13},
        {"exdate": "Thanksgiving"},
        {"exrule": "FREQ=YEARLY"},
        {"rrule": "FREQ=WEEKLY;BYDAY=FR;BYMOON=3"},
        {"rrule": "FREQ=HOURLY"},
        {"rrule": "every Friday"},
        {"recurrence": ["RRULE:FREQ=WEEKLY;BYDAY=FR", "RRULE:FREQ=WEEKLY;BYDAY=MO"]},
        {"recurrence": {"days": ["FR"]}},
        {"byMonthWeek": 2},
        {"repeatFrequency": "P2W"},
        {"byhour": 9},
        {"interval": "two"},
        {"rrule": "FREQ=MONTHLY;BYDAY=FR"},
        {RULE: "FREQ=WEEKLY;NONSENSE=1"},
        {"x_timezone": "Mars/Olympus"},
    ],
    ids=str,
)
def test_a_part_that_is_not_understood_makes_the_rule_unknown(extra):
    schedule = Schedule(id="s", freq="WEEKLY", byday="FR", opens_at="14:00", closes_at="15:00", extra=extra)
    status = hours.at([rule_of(schedule)], datetime(2026, 12, 4, 14, 30, tzinfo=EASTERN), EASTERN)
    assert status.state is Open.UNKNOWN
    assert status.note


@pytest.mark.parametrize(
    ("text", "until", "last"),
    [
        ("UNTIL=20261211T190000Z", "2026-12-11T14:30", True),  # it begins at the very moment
        ("UNTIL=20261211T185959Z", "2026-12-11T14:30", False),
        ("UNTIL=20261211", "2026-12-11T14:30", True),
        ("UNTIL=20261211T000000", "2026-12-11T14:30", False),
    ],
)
def test_a_rule_may_end_in_the_middle_of_a_day(text, until, last):
    schedule = Schedule(
        id="s", opens_at="14:00", closes_at="15:00", extra={"rrule": f"FREQ=WEEKLY;BYDAY=FR;{text}"}
    )
    moment = datetime.fromisoformat(until).replace(tzinfo=EASTERN)
    assert (hours.at([rule_of(schedule)], moment, EASTERN).state is Open.OPEN) == last


def test_an_excluded_moment_is_a_day_of_the_schedules_own_zone():
    extra = {"exdate": "2026-12-05T01:00:00Z"}  # 8 pm on the day before in New York
    schedule = Schedule(id="s", freq="WEEKLY", byday="FR", opens_at="20:00", closes_at="21:00", extra=extra)
    state = hours.at([rule_of(schedule)], datetime(2026, 12, 4, 20, 30, tzinfo=EASTERN), EASTERN).state
    assert state is Open.CLOSED
    assert recurrence.occurs(rule_of(schedule), date(2026, 12, 11), EASTERN)
    assert datetime(2026, 12, 5, 1, tzinfo=UTC).astimezone(EASTERN).date() == date(2026, 12, 4)

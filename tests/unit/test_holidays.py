"""The federal holidays of the United States: as published for four years, and as rules for all others."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from dateutil.relativedelta import MO, TH, relativedelta
from hypothesis import given
from hypothesis import strategies as st

from communityconnector.adapters.us_federal_holidays import us_federal_holiday

PUBLISHED = {
    # The days on which federal offices are closed, as the Office of Personnel Management publishes them
    # (https://www.opm.gov/policy-data-oversight/pay-leave/federal-holidays/).
    2024: "01-01 01-15 02-19 05-27 06-19 07-04 09-02 10-14 11-11 11-28 12-25",
    2025: "01-01 01-20 02-17 05-26 06-19 07-04 09-01 10-13 11-11 11-27 12-25",
    2026: "01-01 01-19 02-16 05-25 06-19 07-03 09-07 10-12 11-11 11-26 12-25",
    2027: "01-01 01-18 02-15 05-31 06-18 07-05 09-06 10-11 11-11 11-25 12-24 12-31",
}
"""Of 2027 the last is New Year's Day of 2028, a Saturday."""

BY_RULE = {
    "New Year's Day": relativedelta(month=1, day=1),
    "Birthday of Martin Luther King, Jr.": relativedelta(month=1, day=1, weekday=MO(3)),
    "Washington's Birthday": relativedelta(month=2, day=1, weekday=MO(3)),
    "Memorial Day": relativedelta(month=5, day=31, weekday=MO(-1)),
    "Juneteenth": relativedelta(month=6, day=19),
    "Independence Day": relativedelta(month=7, day=4),
    "Labor Day": relativedelta(month=9, day=1, weekday=MO(1)),
    "Columbus Day": relativedelta(month=10, day=1, weekday=MO(2)),
    "Veterans Day": relativedelta(month=11, day=11),
    "Thanksgiving Day": relativedelta(month=11, day=1, weekday=TH(4)),
    "Christmas Day": relativedelta(month=12, day=25),
}


def named(year):
    day = date(year, 1, 1)
    holidays = {}
    while day.year == year:
        if name := us_federal_holiday(day):
            holidays[day] = name
        day += timedelta(days=1)
    return holidays


@pytest.mark.parametrize("year", PUBLISHED)
def test_the_weekdays_are_those_that_the_government_publishes(year):
    weekdays = [f"{day:%m-%d}" for day in named(year) if day.weekday() < 5]
    assert weekdays == PUBLISHED[year].split()


@given(st.integers(1, 9998))
def test_every_year_has_each_holiday_on_its_day_and_no_other(year):
    holidays = {name: day for day, name in named(year).items() if not name.endswith("(observed)")}
    assert holidays == {name: date(year, 1, 1) + rule for name, rule in BY_RULE.items()}


@given(st.integers(2, 9997))
def test_a_holiday_of_the_weekend_is_kept_on_the_weekday_beside_it(year):
    for day, name in named(year).items():
        if name.endswith("(observed)"):
            assert day.weekday() in (0, 4)
            beside = day + timedelta(days=-1 if day.weekday() == 0 else 1)
            assert us_federal_holiday(beside) == name.removesuffix(" (observed)")
        elif day.weekday() >= 5:
            beside = day + timedelta(days=-1 if day.weekday() == 5 else 1)
            assert us_federal_holiday(beside) == f"{name} (observed)"


def test_the_ends_of_the_calendar_have_answers():
    assert us_federal_holiday(date.min) == "New Year's Day"
    assert us_federal_holiday(date.max) is None

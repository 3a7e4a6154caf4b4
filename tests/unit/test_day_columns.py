"""Hours in a column for each day: open days, closed days, and days of which nothing is known."""

from __future__ import annotations

import pytest

from communityconnector.interchange.sheets.day_columns import WEEK, day_column, day_meaning, week_columns
from communityconnector.interchange.sheets.day_hours import days_not_weekly, read_week

DAYS = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]


def week_of(row, doubtful=()):
    return read_week(week_columns(list(row)), row, doubtful)


def spans(week):
    return [(part["byday"], part.get("opens_at"), part.get("closes_at")) for part in week.schedules]


@pytest.mark.parametrize(
    "header",
    [
        DAYS,
        [day[:3] for day in DAYS],
        [day.upper() for day in DAYS],
        [f"{day} Hours" for day in DAYS],
        ["Lunes", "Martes", "Miércoles", "Jueves", "Viernes", "Sábado", "Domingo"],
        [f"fp_{day[:3].lower()}" for day in DAYS],
        [f"HoursOn{day}" for day in DAYS],
        ["M", "T", "W", "Th", "F", "S", "Su"],
        ["Mo", "Tu", "We", "Th", "Fr", "Sa", "Su"],
        ["M", "T", "W", "T (column 4)", "F", "S", "S (column 7)"],
    ],
)
def test_open_closed_and_unknown_days_are_told_apart(header):
    week = week_of(
        dict(zip(header, ["9-5", "9-5", "closed", "9-12, 1-4pm", "", "CLOSED", "call"], strict=True))
    )
    assert spans(week) == [
        ("MO,TU", "09:00", "17:00"), ("TH", "09:00", "12:00"), ("TH", "13:00", "16:00"), ("FR,SU", None, None),
    ]  # fmt: skip
    assert week.unread == "Sunday: call"


@pytest.mark.parametrize(
    ("opens", "closes"),
    [
        ("Open {0}", "Close {0}"), ("{0} Open", "{0} Close"), ("{0} Start Time", "{0} End Time"),
        ("{0}_OPEN_TIME__C", "{0}_CLOSED_TIME__C"), ("fp_{0}_open1", "fp_{0}_close1"), ("{0} apertura", "{0} cierre"),
    ],
)  # fmt: skip
def test_pairs_of_opening_and_closing_columns_are_joined(opens, closes):
    row = {
        opens.format("Monday"): "9:00 AM", closes.format("Monday"): "12:30 PM",
        opens.format("Tuesday"): "CLOSED", closes.format("Tuesday"): "CLOSED",
        opens.format("Wednesday"): "9:00 AM", closes.format("Wednesday"): "",
        opens.format("Thursday"): "0.375", closes.format("Thursday"): "0.5",
    }  # fmt: skip
    week = week_of(row)
    assert spans(week) == [("MO", "09:00", "12:30"), ("TH", "09:00", "12:00"), ("WE,FR,SA,SU", None, None)]
    assert "other end" in week.doubt


def test_several_spans_of_a_day_are_numbered():
    row = {"Mon open1": "09:00", "Mon close1": "11:30", "Mon open2": "13:00", "Mon close2": "17:00"}
    assert spans(week_of(row))[:2] == [("MO", "09:00", "11:30"), ("MO", "13:00", "17:00")]


def test_a_state_beside_times_must_agree_with_them():
    row = {
        "mon": "open",
        "mon_open1": "09:00 AM",
        "mon_close1": "12:00 PM",
        "tue": "closed",
        "tue_open1": "9:00 AM",
    }
    week = week_of(row)
    assert spans(week) == [("MO", "09:00", "12:00"), ("TU,WE,TH,FR,SA,SU", None, None)]


def test_weeks_of_the_month_in_a_days_column_are_kept():
    (first, *_) = week_of({"Saturday": "2nd & 4th 9-12", "Monday": "closed"}).schedules
    assert (first["freq"], first["byday"], first["opens_at"]) == ("MONTHLY", "2SA,4SA", "09:00")


@pytest.mark.parametrize(
    ("header", "byday"), [("Mon-Fri", "MO,TU,WE,TH,FR"), ("Sat & Sun", "SA,SU"), ("Weekends", "SA,SU"), ("Lunes a Viernes", "MO,TU,WE,TH,FR")]
)  # fmt: skip
def test_a_column_for_several_days_is_for_each(header, byday):
    assert spans(week_of({header: "9-5"}))[0] == (byday, "09:00", "17:00")


def test_two_sets_of_days_are_left_in_words_for_they_are_two_programs_or_seasons():
    week = week_of({"fp_mon": "9-12", "fp_tue": "", "sk_mon": "1-4pm", "sk_tue": ""})
    assert spans_of_words(week) == [None]
    assert "several sets" in week.doubt


def spans_of_words(week):
    return [part.get("opens_at") for part in week.schedules]


def test_one_set_of_two_is_read_where_the_other_is_blank():
    assert spans(week_of({"fp_mon": "9-12", "sk_mon": ""}))[0] == ("MO", "09:00", "12:00")


def test_a_week_that_is_blank_says_nothing_and_one_that_is_closed_is_a_question():
    assert not week_of(dict.fromkeys(DAYS, "")).schedules
    closed = week_of(dict.fromkeys(DAYS, "closed"))
    assert spans_of_words(closed) == [None]
    assert closed.unread


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("Only open on the SECOND Saturday of each month", {"SA"}),
        ("1st & 3rd Tuesdays only", {"TU"}),
        ("Every other Friday", {"FR"}),
        ("Twice a month", set(WEEK)),
        ("Segundo sábado del mes", {"SA"}),
        ("Open every Saturday", set()),
        ("The last resort for families", set()),
        ("Second floor", set()),
    ],
)
def test_words_that_make_weekly_hours_doubtful_count(text, days):
    assert days_not_weekly(text) == days


def test_a_doubtful_day_is_unknown():
    assert spans(week_of({"Saturday": "9-12"}, {"SA"})) == [(",".join(WEEK), None, None)]


@pytest.mark.parametrize(
    "name", ["Sunday School Teacher", "Sun Valley Clinic", "Month", "Wednesdayish", "Mondays served 2024", ""]
)
def test_a_day_in_another_name_is_no_column_of_days(name):
    assert day_column(name) is None
    assert day_meaning(name) == ""


def test_columns_of_mornings_and_afternoons_are_one_day():
    week = week_of({"Monday AM": "9-12", "Monday PM": "1-4", "Tuesday AM": "", "Tuesday PM": "1-4"})
    assert spans(week)[:2] == [("MO", "09:00", "12:00"), ("MO,TU", "13:00", "16:00")]

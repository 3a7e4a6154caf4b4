"""Hours in words are read where there is one way to read them, and left alone otherwise."""

from __future__ import annotations

import pytest

from communityconnector.interchange.texts.opening_hours import read_days, read_hours, read_span
from communityconnector.interchange.texts.opening_hours.written import written

WEEK = "MO,TU,WE,TH,FR,SA,SU"
WORK = "MO,TU,WE,TH,FR"

CERTAIN = {
    "Mon-Fri 8:00 am - 5 :00 pm": [(WORK, "08:00", "17:00")],
    "8:00 am - 5:00 pm, Monday - Friday": [(WORK, "08:00", "17:00")],
    "M-F 9-5": [(WORK, "09:00", "17:00")],
    "M-F: 8:30a-5p": [(WORK, "08:30", "17:00")],
    "Monday through Friday, 8:30AM to 4:30PM; Saturday 10 a.m. - noon": [
        (WORK, "08:30", "16:30"),
        ("SA", "10:00", "12:00"),
    ],
    "Tues & Thurs 1pm-3pm": [("TU,TH", "13:00", "15:00")],
    "MWF 9am-12pm": [("MO,WE,FR", "09:00", "12:00")],
    "T/Th 6-8pm": [("TU,TH", "18:00", "20:00")],
    "MTWThF 8-4": [(WORK, "08:00", "16:00")],
    "Weekdays 9am to 5pm": [(WORK, "09:00", "17:00")],
    "Weekends 10am-4pm": [("SA,SU", "10:00", "16:00")],
    "24/7": [(WEEK, "00:00", "00:00")],
    "Open 24 hours a day, 7 days a week": [(WEEK, "00:00", "00:00")],
    "Mon: 9:00 AM - 12:00 PM, 1:00 PM - 5:00 PM; Tue: Closed": [
        ("MO", "09:00", "12:00"),
        ("MO", "13:00", "17:00"),
    ],
    "9:00am-5:00pm Mon, Wed, Fri": [("MO,WE,FR", "09:00", "17:00")],
    "Mon-Fri 9-5, closed Sundays": [(WORK, "09:00", "17:00")],
    "every Wednesday 4 - 6 pm": [("WE", "16:00", "18:00")],
    "Mon-Thu 6pm-2am": [("MO,TU,WE,TH", "18:00", "02:00")],
    "Fri-Mon 9am-9pm": [("MO,FR,SA,SU", "09:00", "21:00")],
    "noon to midnight daily": [(WEEK, "12:00", "00:00")],
    "Mon\u2013Fri 8.30\u201316.30": [(WORK, "08:30", "16:30")],
    "Tuesday 0900-1700": [("TU", "09:00", "17:00")],
    "Mon - Sat: 9:00 - 21:00": [("MO,TU,WE,TH,FR,SA", "09:00", "21:00")],
    "Friday 18:00-02:00": [("FR", "18:00", "02:00")],
    "Monday 9am-5": [("MO", "09:00", "17:00")],
    "Monday 9-5pm": [("MO", "09:00", "17:00")],
    "Lunes a viernes 8am - 5pm": [(WORK, "08:00", "17:00")],
    "de lunes a viernes de 9 a 17 h": [(WORK, "09:00", "17:00")],
    "S\u00e1bados 9am-1pm": [("SA", "09:00", "13:00")],
    "1st and 3rd Saturday 9am-11am": [("1SA,3SA", "09:00", "11:00")],
    "Second Tuesday of each month, 10-11:30 am": [("2TU", "10:00", "11:30")],
    "Last Friday of the month 2-4pm": [("-1FR", "14:00", "16:00")],
    "Sat: 9am-11am 3rd Sat. of mo.": [("3SA", "09:00", "11:00")],
    "Wed 6pm-8pm (1st and 3rd Wednesday)": [("1WE,3WE", "18:00", "20:00")],
    "Wed 6pm-8pm (1st & 3rd)": [("1WE,3WE", "18:00", "20:00")],
    "Thursdays (2nd & last) 10am-noon": [("2TH,-1TH", "10:00", "12:00")],
    "10am-noon second Thursday": [("2TH", "10:00", "12:00")],
    "Tuesday 5-7pm, last Tuesday of the month": [("-1TU", "17:00", "19:00")],
    "Only open on the SECOND Saturday 8:30am-noon": [("2SA", "08:30", "12:00")],
    "segundo y cuarto s\u00e1bado de cada mes 9am-11am": [("2SA,4SA", "09:00", "11:00")],
    "every second Tuesday of the month 9-11am": [("2TU", "09:00", "11:00")],
    "Mon-Fri 9am-5pm (closed 12-1 for lunch)": [(WORK, "09:00", "12:00"), (WORK, "13:00", "17:00")],
    "Mon-Fri 8-5, closed 1-2": [(WORK, "08:00", "13:00"), (WORK, "14:00", "17:00")],
    "Mon-Fri 9-12, 1-5": [(WORK, "09:00", "12:00"), (WORK, "13:00", "17:00")],
    "Mon-Fri 9-5 except Wed": [("MO,TU,TH,FR", "09:00", "17:00")],
    "Mon-Fri 9-5, closed Wednesday": [("MO,TU,TH,FR", "09:00", "17:00")],
    "weekdays 8am-4pm; closed Tues & Thurs": [("MO,WE,FR", "08:00", "16:00")],
    "M-W-F 9am-noon": [("MO,WE,FR", "09:00", "12:00")],
    "Mon 9am-noon; Wed 24/7": [("MO", "09:00", "12:00"), ("WE", "00:00", "00:00")],
    "nightly 7pm-7am": [(WEEK, "19:00", "07:00")],
    "24/7/365": [(WEEK, "00:00", "00:00")],
    "24 horas, los 7 d\u00edas de la semana": [(WEEK, "00:00", "00:00")],
    "24 hours": [(WEEK, "00:00", "00:00")],
    "Mon-Fri 24 hrs": [(WORK, "00:00", "00:00")],
    "Mon-Fri 00:00-24:00": [(WORK, "00:00", "00:00")],
    "12:00 AM - 11:59 PM daily": [(WEEK, "00:00", "00:00")],
    "Friday 6pm-12am": [("FR", "18:00", "00:00")],
    "lunes a viernes de 9 de la ma\u00f1ana a 5 de la tarde": [(WORK, "09:00", "17:00")],
}

NOT_CERTAIN = {
    "": "no hours",
    "By appointment only": "by",
    "9-5": "no day",
    "Monday": "no times",
    "Friday 9-11": "am or pm",
    "Thu 1-3": "am or pm",
    "Mon 8am-10": "am or pm",
    "Mon 8:00-5:00 or by appointment": "or",
    "Mon 01:00-03:00": "am or pm",
    "Mon 08:00-05:00": "am or pm",
    "Every other Friday 9-11am": "other",
    "Friday 10am": "other end",
    "Closed": "closed",
    "Wed 9-5, closed Wednesday": "both open and closed",
    "1st and 3rd of the month 9am-11am": "no day",
    "1st through 15th of the month 9am-noon": "weeks of the month",
    "the 15th 9am-noon": "which date",
    "Friday the 15th of the month 9am-noon": "which date",
    "Fri-Tue-Thu 9am-noon": "which days",
    "Sat 9am-noon, April 15 - Oct 31": "april",
    "Sat 9am-noon until December": "december",
    "Apr-Oct: Fri 9-5; Sat 10-2": "which hours the months are of",
    "Mon-Fri 9-5, Sat 10-2 May through Sept": "may",
    "Nov-Apr: Mon-Fri 9-4; Apr-Oct: Mon-Fri 8am-6pm": "which months",
    "Nov-Apr: Mon-Fri 9-4; Sat 9-12; May-Oct: Sat 8-12": "which months",
    "Hours may vary, Fri 9am-noon": "may",
    "Mon-Fri 9am-5pm. In July: closed Fridays": "which hours the months are of",
    "Mon-Thu 9am-5pm; Fridays in June 9am-noon": "the word 'in'",
    "closed January through December, Fri 9am-5pm": "which months",
    "Second Tuesday and Thursday 9-11am": "weeks of the month",
    "Mon 25:00-26:00": "the time",
    "Mon 9:75-10:00": "the time",
    "Mon 9am-9am": "no length",
    "December 24 9am-noon": "december",
    "Mon-Fri 9-5, 3rd floor": "floor",
    "Mon 9-5 \u2605": "means",
    "Mon 9-5*": "means",
    "4th Saturday 10am-noon every Saturday": "days without times",
    "every 2nd Friday 9-11am": "every so many weeks",
    "cada tercer viernes 9am-11am": "every so many weeks",
    "biweekly Friday 9-11am": "biweekly",
    "Saturday 9-noon monthly": "which day of the month",
    "Sat 9am-noon; 1st Sat 1pm-3pm": "weeks of the month",
    "Tue & Thu 10am-1pm (1st Thu only)": "weeks of the month",
    "M-F: 12am-2pm": "12 am for noon",
    "Sunday 10am-12am": "12 am for noon",
    "Wed 12am-12:45am": "12 am for noon",
    "Mon-Fri 9pm-5pm": "a span of 20 hours",
    "6am-11pm daily": "a span of 17 hours",
    "MF 9-5": "the word 'mf'",
    "Mon 9-12 and Wed": "days without times",
    "Mon 9am-5pm, 10am-2pm Sat": "days without times",
    "Sat 9am-noon (summer hours)": "the word 'summer'",
    "Mon 9-5 by appointment": "the word 'by'",
    "Mon-Fri 9-5 2025-2026": "no length",
    "first Saturday of every other month 9-noon": "the word 'other'",
    "x" * 2000: "too long",
}


@pytest.mark.parametrize("text", CERTAIN)
def test_unambiguous_hours_are_read(text):
    parsed = read_hours(text)
    assert parsed.certain, parsed.doubt
    assert [(s["byday"], s["opens_at"], s["closes_at"]) for s in parsed.schedules] == CERTAIN[text]
    monthly = any(letter.isdigit() for letter in CERTAIN[text][0][0])
    assert {s["freq"] for s in parsed.schedules} == {"MONTHLY" if monthly else "WEEKLY"}


@pytest.mark.parametrize("text", NOT_CERTAIN)
def test_ambiguous_hours_are_left_alone_with_a_reason(text):
    parsed = read_hours(text)
    assert not parsed.certain
    assert parsed.schedules == ()
    assert NOT_CERTAIN[text] in parsed.doubt


@pytest.mark.parametrize(
    ("text", "dates"),
    [
        ("1st and 15th of the month, 10am-noon", "1,15"),
        ("10 a.m. to noon on the 20th of each month", "20"),
        ("10am-noon, 5th & 25th monthly", "5,25"),
        ("D\u00edas 10 y 20 de cada mes, 10am-12pm", "10,20"),
        ("the 1st of every month: 10am - 12pm", "1"),
    ],
)
def test_dates_of_the_month_are_days_of_it(text, dates):
    assert read_hours(text).schedules == (
        {"freq": "MONTHLY", "bymonthday": dates, "opens_at": "10:00", "closes_at": "12:00"},
    )


@pytest.mark.parametrize(
    ("text", "months"),
    [
        ("April-October: Sat 9am-noon", "4,5,6,7,8,9,10"),
        ("Saturdays, May through September, 9am-noon", "5,6,7,8,9"),
        ("Sat 9am-noon (Nov.\u2013Feb. only)", "1,2,11,12"),
        ("Sat 9am-noon in July and August", "7,8"),
        ("Sat 9am-noon during June, July & August", "6,7,8"),
        ("Sat 9am-noon; closed in December", "1,2,3,4,5,6,7,8,9,10,11"),
        ("Sat 9am-noon except July-August", "1,2,3,4,5,6,9,10,11,12"),
        ("s\u00e1bados 9am-12pm, de marzo a junio", "3,4,5,6"),
        ("s\u00e1b 9am-12pm, cerrado en enero", "2,3,4,5,6,7,8,9,10,11,12"),
        ("Seasonal: May-Sept, Sat 9am-noon", "5,6,7,8,9"),
        ("Sat. 9 a.m.-noon. Nov. - Mar.", "1,2,3,11,12"),
        ("Sat 9am-noon between June and August", "6,7,8"),
    ],
)
def test_months_in_words_are_months_of_the_rule(text, months):
    (schedule,) = read_hours(text).schedules
    assert schedule == {
        "freq": "WEEKLY",
        "byday": "SA",
        "opens_at": "09:00",
        "closes_at": "12:00",
        "x_rule": f"BYMONTH={months}",
    }


@pytest.mark.parametrize(
    "text",
    [
        "Nov-Apr: Mon-Fri 9am-4pm; May-Oct: Mon-Fri 8am-6pm",
        "Mon.-Fri. 9 a.m.-4 p.m. (Nov.-Apr.); Mon.-Fri. 8 a.m.-6 p.m. (May-Oct.)",
    ],
)
def test_each_season_has_its_own_hours(text):
    winter, summer = read_hours(text).schedules
    assert (winter["closes_at"], winter["x_rule"]) == ("16:00", "BYMONTH=1,2,3,4,11,12")
    assert (summer["closes_at"], summer["x_rule"]) == ("18:00", "BYMONTH=5,6,7,8,9,10")


@pytest.mark.parametrize(
    ("text", "closed"),
    [
        ("Mon-Fri 9am-5pm; closed second Tuesday of month", "2TU"),
        ("Mon-Fri 9am-5pm. Closed every 1st Friday.", "1FR"),
        ("Weekdays 9am-5pm (closed last Friday of the month)", "-1FR"),
        ("Mon-Fri 9am-5pm; 2nd Tuesday of the month closed", "2TU"),
        ("Mon-Fri 9am-5pm, closed 2nd & 4th Wednesdays", "2WE,4WE"),
        ("lunes a viernes 9am-5pm, cerrado el primer lunes", "1MO"),
    ],
)
def test_weeks_on_which_it_is_closed_are_closed(text, closed):
    *_, last = read_hours(text).schedules
    assert last == {"freq": "MONTHLY", "byday": closed, "x_closed": True}


@pytest.mark.parametrize(
    ("text", "unknown"),
    [
        ("Mon-Fri 9am-5pm (except the last Thursday)", ("MONTHLY", "-1TH")),
        ("Mon-Wed 9am-5pm; Thu, Sat", ("WEEKLY", "TH,SA")),
    ],
)
def test_days_that_are_excepted_or_have_no_times_are_named_without_times(text, unknown):
    parsed = read_hours(text)
    *_, last = parsed.schedules
    assert (last["freq"], last["byday"]) == unknown
    assert "opens_at" not in last
    assert all("opens_at" in schedule for schedule in parsed.schedules[:-1])


@pytest.mark.parametrize(
    ("text", "span"),
    [("9-5", ("09:00", "17:00")), ("24 hours", ("00:00", "00:00")), ("00:00-24:00", ("00:00", "00:00")),
     ("9am", None), ("Mon 9-5", None), ("9-12, 1-5", None), ("soon", None)],
)  # fmt: skip
def test_a_span_in_one_field(text, span):
    assert read_span(text) == span


@pytest.mark.parametrize("mark", [";", "\n", " |"])
def test_a_day_alone_between_others_has_not_the_times_of_the_next(mark):
    _, bare, _ = read_hours(f"Mon 9am-5pm{mark} Tue{mark} Wed 9am-1pm").schedules
    assert (bare["byday"], "opens_at" in bare) == ("TU", False)
    (all_three,) = read_hours(f"Mon{mark} Tue{mark} Wed 9am-1pm").schedules
    assert all_three["byday"] == "MO,TU,WE"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("24/7", "every day all day"),
        ("Sat 24 hours", "SA all day"),
        ("Mon-Fri 9am-5pm, closed first Friday", "MO,TU,WE,TH,FR 09:00-17:00; 1FR closed"),
        ("10th of the month 9am-noon", "10 of the month 09:00-12:00"),
        ("Sat 9am-noon in May", "SA 09:00-12:00 in the months 5"),
        ("Mon 9am-noon; Tue", "MO 09:00-12:00; TU unknown"),
    ],
)
def test_parsed_hours_are_summarized_in_a_few_words(text, shown):
    assert "; ".join(map(written, read_hours(text).schedules)) == shown


def test_remarks_on_holidays_become_a_note():
    (schedule,) = read_hours("Mon 9am-5pm, closed federal holidays").schedules
    assert (schedule["byday"], schedule["notes"]) == ("MO", "Closed on holidays")


@pytest.mark.parametrize(
    ("text", "days"),
    [("Monday-Friday", WORK), ("monday", "MO"), ("Mon, Wed", "MO,WE"), ("2nd Tuesday", "2TU"), ("MO,TU", "MO,TU"),
     ("weekends", "SA,SU"), ("9am", ""), ("someday", ""), ("", ""), ("Monday 9-5", "")],
)  # fmt: skip
def test_days_in_words(text, days):
    assert read_days(text) == days

"""Hours written in any of the usual ways come back as they were, and no text makes reading raise."""

from __future__ import annotations

from hypothesis import assume, example, given
from hypothesis import strategies as st

from communityconnector.interchange.texts.opening_hours import read_days, read_hours

DAYS = {
    "MO": ["Monday", "Mon", "Mon.", "lunes"],
    "TU": ["Tuesday", "Tue", "Tues", "martes"],
    "WE": ["Wednesday", "Wed", "mi\u00e9rcoles"],
    "TH": ["Thursday", "Thu", "Thurs", "jueves"],
    "FR": ["Friday", "Fri", "viernes"],
    "SA": ["Saturday", "Sat", "s\u00e1bado"],
    "SU": ["Sunday", "Sun", "domingo"],
}


def written(minutes, style):
    hour, minute = divmod(minutes % 1440, 60)
    if style == "24":
        return f"{hour:02}:{minute:02}"
    half = "am" if hour < 12 else "pm"
    twelve = hour % 12 or 12
    clock = f"{twelve}" if minute == 0 and style != "long" else f"{twelve}:{minute:02}"
    return {"short": f"{clock}{half}", "long": f"{clock} {half.upper()}", "dots": f"{clock} {half[0]}.m."}[
        style
    ]


spans = st.tuples(st.integers(0, 95), st.integers(0, 95)).map(lambda span: (span[0] * 15, span[1] * 15))


@given(
    days=st.lists(st.sampled_from(list(DAYS)), min_size=1, max_size=5, unique=True),
    span=spans,
    writing=st.tuples(
        st.sampled_from(["short", "long", "dots"]),
        st.sampled_from(["-", " - ", " to ", "\u2013", " until "]),
        st.sampled_from([", ", " and ", " & ", "/"]),
    ),
    days_first=st.booleans(),
    data=st.data(),
)
def test_hours_come_back_as_they_were_written(days, span, writing, days_first, data):
    style, dash, comma = writing
    opens, closes = span
    assume(opens != closes)
    names = comma.join(data.draw(st.sampled_from(DAYS[day])) for day in days)
    hours = dash.join(written(minutes, style) for minutes in (opens, closes))
    parsed = read_hours(f"{names} {hours}" if days_first else f"{hours} {names}")
    length = (closes - opens) % 1440
    if length >= 16 * 60 or opens < 60 or (closes < 60 and opens < 720):
        # So long a span, or 12 am where noon may be meant, is not believed.
        assert not parsed.certain
        return
    assert parsed.certain, parsed.doubt
    (schedule,) = parsed.schedules
    assert schedule == {
        "freq": "WEEKLY",
        "byday": ",".join(day for day in DAYS if day in days),
        "opens_at": f"{opens // 60:02}:{opens % 60:02}",
        "closes_at": f"{closes // 60:02}:{closes % 60:02}",
    }


@given(span=spans, day=st.sampled_from(list(DAYS)))
@example(span=(600, 60), day="MO")
def test_a_clock_of_24_hours_is_read_as_such_or_not_at_all(span, day):
    opens, closes = span
    parsed = read_hours(f"{DAYS[day][0]} {written(opens, '24')}-{written(closes, '24')}")
    if parsed.certain:
        (schedule,) = parsed.schedules
        assert (schedule["opens_at"], schedule["closes_at"]) == (written(opens, "24"), written(closes, "24"))
    elif opens < closes and 360 <= opens < 600:
        raise AssertionError(parsed.doubt)


words = st.sampled_from(
    [
        "Mon",
        "M-F",
        "9",
        "9:30",
        "am",
        "pm",
        "-",
        "to",
        ",",
        ";",
        "closed",
        "1st",
        "15th of the month",
        "April",
        "in May",
        "24/7",
        "noon",
        "\n",
        "(",
        "a",
        "y",
        "holidays",
        "::",
    ]
)


@given(st.text(max_size=1100) | st.lists(words, max_size=30).map(" ".join))
def test_no_text_makes_reading_raise(text):
    parsed = read_hours(text)
    assert parsed.certain == bool(parsed.schedules) == (not parsed.doubt)
    for schedule in parsed.schedules:
        assert schedule.get("byday") or schedule["bymonthday"]
        assert len(schedule.get("opens_at", "00:00")) == len(schedule.get("closes_at", "00:00")) == 5
    assert isinstance(read_days(text), str)

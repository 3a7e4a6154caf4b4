"""Schedules whose parts stand under other names, in other forms or in words: put under their HSDS names.

What HSDS has no field for goes to unknown fields under names of ours (`model.rule_parts`): that it is closed, a zone
by its name, a frequency of days or years.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date
from typing import Any, Final

from communityconnector.interchange.texts.days import MONTHS
from communityconnector.interchange.texts.moments import is_rule_days
from communityconnector.interchange.texts.opening_hours import read_days, read_span
from communityconnector.interchange.texts.opening_hours.conditions import says_closed
from communityconnector.interchange.texts.opening_hours.tokens import without_holidays
from communityconnector.model.folding import fold
from communityconnector.model.rule_parts import CLOSED, CLOSED_ON_HOLIDAYS, ZONE, beyond_hsds
from communityconnector.model.zone_labels import offset_of

Raw = Mapping[str, Any]
_Schedule = dict[str, Any]

_OPENS: Final = ("start_time", "time_open", "open_time", "opens", "time_start", "opening_time", "open")
_CLOSES: Final = ("end_time", "time_close", "close_time", "closes", "time_end", "closing_time", "close")
_DAYS: Final = ("days", "day", "day_of_week", "days_of_week", "weekday", "weekdays")
_DAILY: Final = "MO,TU,WE,TH,FR,SA,SU"
_LISTS: Final = ("bymonthday", "byyearday", "byweekno")
_CLOCK: Final = re.compile(r"\d{1,2}(:\d{2}){0,2}\s*([ap](\.?m)?\.?)?", re.IGNORECASE | re.ASCII)
_HHMM: Final = re.compile(r"\d{3,4}", re.ASCII)
_DATE: Final = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_AMERICAN: Final = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{2}|\d{4})", re.ASCII)
_NO_DATE: Final = re.compile(
    r"(?:0001|1[89]\d\d|2000)-\d\d-\d\d[T ](\d\d:\d\d)(?::\d\d(?:\.\d+)?)?(?:Z|[+-]00:?00)?", re.ASCII
)
"""A time with a date that stands for none, as programs write times: only the clock is meant."""
_NUMBERED: Final = ("", "MO", "TU", "WE", "TH", "FR", "SA", "SU")
_NAMES: Final = {
    name.replace("_", ""): name
    for name in (
        "opens_at closes_at valid_from valid_to dtstart until count interval byday bymonthday byweekno byyearday wkst "
        "freq timezone description notes"
    ).split()
} | {"frequency": "freq"}


def repair_schedule(raw: Raw) -> _Schedule | None:
    """Return a raw schedule with its parts under their HSDS names; `None` where there is nothing to mend.

    Days in words or lists become `byday`; times under other names, as 1930, with a placeholder date, or in `dtstart`
    and `until` (a slip of a well-known export program) become `opens_at` and `closes_at`; a whole span in one field
    becomes both; a daily one becomes weekly on seven days.
    """
    schedule = dict(raw)
    _names(schedule)
    _zone(schedule)
    _whole_spans(schedule)
    _times(schedule)
    _dates(schedule)
    _days(schedule)
    _closed(schedule)
    _frequency(schedule, raw)
    return schedule if schedule != raw else None


def day_of(text: str) -> str:
    """Return a date as YYYY-MM-DD; month first where it has slashes, as the Ohana API's manual has it; "" for another text."""
    bare = text.strip()
    match = _AMERICAN.fullmatch(bare)
    try:
        if match:
            year = int(match[3]) + (2000 if len(match[3]) == 2 else 0)
            return date(year, int(match[1]), int(match[2])).isoformat()
        return date.fromisoformat(bare).isoformat()
    except ValueError:
        return ""


def _names(schedule: _Schedule) -> None:
    """HSDS names in any spelling: `BYDAY`, `byDay`, `opensAt`."""
    for name in list(schedule):
        own = _NAMES.get(re.sub(r"[\s_-]", "", name.casefold()))
        if own is not None and own != name and schedule.get(own) in (None, ""):
            schedule[own] = schedule.pop(name)
    for name in _LISTS:
        if isinstance(schedule.get(name), (list, int)) and not isinstance(schedule[name], bool):
            values = schedule[name] if isinstance(schedule[name], list) else [schedule[name]]
            if all(isinstance(value, (int, str)) for value in values):
                schedule[name] = ",".join(str(value).strip() for value in values)


def _zone(schedule: _Schedule) -> None:
    label = schedule.get("timezone")
    if (
        not isinstance(label, str)
        or not label.strip()
        or re.fullmatch(r"[+-]?\d{1,2}(\.\d+)?", label.strip())
    ):
        return
    offset = offset_of(label)
    if offset is None:
        schedule.setdefault(ZONE, label.strip())
        del schedule["timezone"]
    else:
        schedule["timezone"] = offset


def _take(schedule: _Schedule, field: str, names: tuple[str, ...], fit: Callable[[Any], str]) -> None:
    """Move the first value that fits into a field which is empty."""
    if schedule.get(field):
        return
    for name in names:
        value = fit(schedule.get(name))
        if value:
            schedule[field] = value
            if name != field:
                del schedule[name]
            return


def _whole_spans(schedule: _Schedule) -> None:
    """A span in one field: `24 hours`, `9:00-17:00`."""
    for name in ("opens_at", "dtstart", *_OPENS):
        text = schedule.get(name)
        span = read_span(text) if isinstance(text, str) and not _DATE.match(text) else None
        other = schedule.get("closes_at" if name != "dtstart" else "until")
        if span is not None and (not other or other == text):
            del schedule[name]
            if other:
                del schedule["closes_at" if name != "dtstart" else "until"]
            schedule["opens_at"], schedule["closes_at"] = span
            return


def _times(schedule: _Schedule) -> None:
    for field, names, slip in (("opens_at", _OPENS, "dtstart"), ("closes_at", _CLOSES, "until")):
        raw_time = schedule.get(field)
        if (
            not isinstance(raw_time, (str, type(None)))
            or _HHMM.fullmatch(raw_time or "")
            or _NO_DATE.fullmatch(raw_time or "")
        ):
            value = _time(raw_time)
            if value:
                schedule[field] = value
        _take(schedule, field, names, _time)
        _take(schedule, field, (slip,), lambda value: _time(value) if ":" in str(value or "") else "")


def _time(value: Any) -> str:
    if isinstance(value, float) and 0 < value < 1:
        # A spreadsheet program has times as parts of a day.
        minutes = round(value * 1440, 3)
        return f"{int(minutes) // 60:02}:{int(minutes) % 60:02}" if minutes == int(minutes) else ""
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        value = str(int(value)) if 0 <= value < 10_000 and value == int(value) else ""
    if not isinstance(value, str):
        return ""
    text = value.strip()
    if _HHMM.fullmatch(text) and int(text[-2:]) < 60 and int(text[:-2]) <= 24:
        return f"{int(text[:-2]):02}:{text[-2:]}"
    if match := _NO_DATE.fullmatch(text):
        return match[1]
    if _CLOCK.fullmatch(text) and (":" in text or text[-1:].lower() in "apm."):
        return text
    return text if text.lower() in {"noon", "midnight", "midday"} else ""


def _date(value: Any) -> str:
    text = value.strip() if isinstance(value, str) else ""
    return text[:10] if _DATE.fullmatch(text[:10]) else day_of(text)


def _dates(schedule: _Schedule) -> None:
    single = _date(schedule.get("date"))
    if single and not schedule.get("dtstart") and not schedule.get("until"):
        schedule.update(dtstart=single, until=single)
        del schedule["date"]
    if _date(schedule.get("start_date")) and not schedule.get("dtstart"):
        _take(schedule, "dtstart", ("start_date",), _date)
        _take(schedule, "until", ("end_date",), _date)


def _days(schedule: _Schedule) -> None:
    if schedule.get("byday"):
        lawful = is_rule_days(schedule["byday"]) and not schedule["byday"].endswith(",")
        written = "" if lawful else _day(schedule["byday"])
        if written:
            schedule["byday"] = written
        return
    for name in _DAYS:
        written = _day(schedule.get(name))
        if written:
            schedule["byday"] = written
            del schedule[name]
            return


def _day(value: Any) -> str:
    if isinstance(value, list) and value and all(isinstance(item, str) for item in value):
        parts = [read_days(item) for item in value]
        return ",".join(dict.fromkeys(day for part in parts for day in part.split(","))) if all(parts) else ""
    if isinstance(value, int) and not isinstance(value, bool) and 1 <= value <= 7:
        return _NUMBERED[value]
    if isinstance(value, str):
        bare = value.strip()
        if len(bare) == 1 and bare in "1234567":
            return _NUMBERED[int(bare)]
        return read_days(bare)
    return ""


def _closed(schedule: _Schedule) -> None:
    """That it is closed then, where words stand in the place of times or beside none."""
    times = [schedule.get(name) for name in ("opens_at", "closes_at")]
    shut = [says_closed(value) for value in times if isinstance(value, str) and value]
    if shut and all(shut):
        for name in ("opens_at", "closes_at"):
            schedule.pop(name, None)
        schedule[CLOSED] = True
    elif not any(times) and schedule.get(CLOSED) is None and says_closed(schedule.get("description")):
        if not _names_days(schedule) and (named := _date_in(schedule["description"])):
            schedule.update(dtstart=named, until=named)
        if _names_days(schedule):
            schedule[CLOSED] = True
        elif without_holidays(fold(schedule["description"]))[1]:
            schedule.update({CLOSED: True, CLOSED_ON_HOLIDAYS: True})


_DATE_IN: Final = re.compile(
    r"\b(?P<day>\d{4}-\d\d-\d\d|\d{1,2}/\d{1,2}/\d{4})\b|"
    r"\b(?P<month>[a-z]{3})[a-z]*\.? (?P<of>\d{1,2})(?:st|nd|rd|th)?,? (?P<year>\d{4})\b",
    re.IGNORECASE | re.ASCII,
)


def _date_in(text: str) -> str:
    """Return the one date that a text names, with its year; "" where it names none, or several."""
    matches = list(_DATE_IN.finditer(text))
    if len(matches) != 1:
        return ""
    (match,) = matches
    if match["day"]:
        return day_of(match["day"])
    month = MONTHS.get(match["month"].casefold())
    return day_of(f"{month}/{match['of']}/{match['year']}") if month else ""


def _names_days(schedule: _Schedule) -> bool:
    return any(schedule.get(name) for name in ("byday", "dtstart", "bymonthday", "valid_from"))


def _frequency(schedule: _Schedule, raw: Raw) -> None:
    freq = str(schedule.get("freq") or "").strip().upper()
    if freq == "DAILY" and not schedule.get("interval"):
        schedule.update(freq="WEEKLY", byday=schedule.get("byday") or _DAILY)
    elif freq in {"DAILY", "YEARLY", "ANNUALLY"}:
        del schedule["freq"]
        schedule["x_freq"] = "DAILY" if freq == "DAILY" else "YEARLY"
    elif (
        not freq
        and schedule.get("byday")
        and schedule != raw
        and not schedule.get("dtstart")
        and not _has_rule(schedule)
    ):
        schedule["freq"] = (
            "MONTHLY" if any(letter.isdigit() for letter in str(schedule["byday"])) else "WEEKLY"
        )


def _has_rule(schedule: _Schedule) -> bool:
    """Return whether an unknown field says how often it repeats, or cannot be read."""
    beyond = beyond_hsds({name: value for name, value in schedule.items() if name not in _NAMES.values()})
    return "FREQ=" in beyond or "UNREAD=" in beyond

"""What the rule of a schedule states beyond the fields that HSDS has for it.

HSDS has some of the parts of an RFC 5545 recurrence rule. Sources write the others too, under their usual names in any
spelling (`bySetPos`, `BYMONTH`, `exdate`), or the whole rule as a text (`rrule`, `recurrence`). They stay unknown fields
of the schedule, as they were written; here they become one text of a fixed form, `BYMONTH=6,7,8;EXDATE=20261225`.

A part that cannot be read is in that text too, as `UNREAD`: a restriction that is left out would make the hours wider.
The text holds names and figures only, never words of the source, so it may be shown where words may not.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

RULE: Final = "x_rule"
"""Unknown field of a schedule that holds such a text."""
CLOSED: Final = "x_closed"
"""Unknown field of a schedule that says when it is closed, instead of when it is open."""
CLOSED_ON_HOLIDAYS: Final = "x_closed_on_holidays"
"""Unknown field of a schedule that does not hold on holidays."""
UNSURE: Final = "x_unsure"
"""Unknown field of a schedule whose own words say that its hours do not hold as they stand: why, in words of ours."""
ZONE: Final = "x_timezone"
"""Unknown field of a schedule that names its zone, which HSDS has as a number only."""

IN_WORDS: Final = "the hours are in words"
"""Why a schedule is not sure whose words have not been read."""

DOUBTS: Final = frozenset({
    IN_WORDS, "not every week", "by appointment", "hours vary", "call first", "only in a season",
    "for the time being otherwise", "with exceptions", "closed at times", "while supplies last",
    "its words say otherwise", "no times are given for that day", "they say that it is closed that day",
})  # fmt: skip
"""Why the hours of a schedule may not hold as they stand. Other words may say where to go, and are not kept here."""

_NO_LETTER: Final = re.compile(r"[^a-z]")
_TRUE: Final = frozenset({"true", "t", "yes", "y", "1", "x", "closed"})
_FALSE: Final = frozenset({"false", "f", "no", "n", "0"})
_DAYS: Final = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
_MONTHS: Final = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")

_NUMBERS: Final = re.compile(r"[+-]?\d{1,3}(?:,[+-]?\d{1,3})*", re.ASCII)
_FORMS: Final[Mapping[str, re.Pattern[str]]] = {
    **dict.fromkeys(
        ("BYSETPOS", "BYMONTH", "BYMONTHDAY", "BYYEARDAY", "BYWEEKNO", "BYHOUR", "BYMINUTE", "BYSECOND"),
        _NUMBERS,
    ),
    "FREQ": re.compile(r"[A-Z]{5,8}"),
    "INTERVAL": re.compile(r"\d{1,4}", re.ASCII),
    "COUNT": re.compile(r"\d{1,6}", re.ASCII),
    "UNTIL": re.compile(r"\d{8}(?:T\d{6}Z?)?", re.ASCII),
    "DTSTART": re.compile(r"\d{8}(?:T\d{6})?", re.ASCII),
    "EXDATE": re.compile(r"\d{8}(?:T\d{6}Z?)?(?:,\d{8}(?:T\d{6}Z?)?)*", re.ASCII),
    "RDATE": re.compile(r"\d{8}(?:T\d{6}Z?)?(?:,\d{8}(?:T\d{6}Z?)?)*", re.ASCII),
    "WKST": re.compile("|".join(_DAYS)),
    "BYDAY": re.compile(r"[+-]?\d{0,2}(?:MO|TU|WE|TH|FR|SA|SU)(?:,[+-]?\d{0,2}(?:MO|TU|WE|TH|FR|SA|SU))*"),
    "TZID": re.compile(r"[A-Za-z0-9_+:/ -]{1,40}"),
    **dict.fromkeys(("OPENS", "CLOSES"), re.compile(r"\d{2}:\d{2}:\d{2}", re.ASCII)),
    **dict.fromkeys(("CLOSED", "HOLIDAYS", "UNREAD"), re.compile("1")),
    "UNSURE": re.compile("|".join(DOUBTS)),
}
"""The parts that a text of the fixed form may have, and how their values are written."""

_Parts = dict[str, str]


def beyond_hsds(extra: Mapping[str, Any]) -> str:
    """What the unknown fields of a schedule say of its rule, in the fixed form; "" where they say nothing of it."""
    if not extra:
        return ""
    parts: _Parts = {}
    for name, value in extra.items():
        reader = _reader(name) if value or value == 0 else None
        if reader is not None:
            reader(parts, value)
    return ";".join(f"{name}={parts[name]}" for name in sorted(parts))


def parts_of(text: str) -> dict[str, str]:
    """The parts of a text of the fixed form."""
    return dict(part.split("=", 1) for part in text.split(";") if part)


def _folded(name: str) -> str:
    bare = name.casefold()
    return _NO_LETTER.sub("", bare.removeprefix("x_").removeprefix("x-"))


def _reader(name: str) -> Callable[[_Parts, Any], None] | None:
    key = _folded(name)
    reader = _READERS.get(key)
    if reader is None and (key.startswith("by") or _RESTRICTS.search(key)):
        return _restricting
    return reader


_RESTRICTS: Final = re.compile(
    r"exdate|except|exclu|exrule|rdate|rrule|recur|repeat|skip|setpos|biweek|season|ordinal|occurrence|month|frequen|"
    r"week(?!days?$|starts?$|ends?$)|blackout|closure|closed.|cancel|cadence|alternat|howoften|nth|cycle|appointment|"
    r"holiday|temporar"
)
"""In the name of a field that may say on which days a schedule holds."""
_NO_RESTRICTION: Final = frozenset("false f no n 0 none weekly all any every always".split()) | {
    "every week",
    "all year",
    "n/a",
}


def _put(parts: _Parts, name: str, value: str) -> None:
    """Enter a part; what is no such value, or contradicts what stands there, is a part that cannot be read."""
    form = _FORMS.get(name)
    if form is None or not form.fullmatch(value) or parts.get(name, value) != value:
        parts["UNREAD"] = "1"
    else:
        parts[name] = value


def _unread(parts: _Parts, _: Any) -> None:
    parts["UNREAD"] = "1"


def _restricting(parts: _Parts, value: Any) -> None:
    if not _is_no_restriction(value):
        parts["UNREAD"] = "1"


def _is_no_restriction(value: Any) -> bool:
    return value is False or str(value).strip().casefold() in _NO_RESTRICTION


def _words(value: Any) -> list[str] | None:
    """The single values of a part: of a number, a text with commas, or a list of them."""
    if isinstance(value, (list, tuple)):
        each = [_words(item) for item in value]
        return None if None in each else [word for words in each for word in words or ()]
    if isinstance(value, bool):
        return None
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, (int, float, str)):
        return [word for word in re.split(r"[,;\s]+", str(value).strip()) if word]
    return None


def _listed(name: str) -> Callable[[_Parts, Any], None]:
    def read(parts: _Parts, value: Any) -> None:
        words = _words(value)
        if words and name == "BYMONTH":
            words = [str(_MONTHS.index(w[:3].lower()) + 1) if w[:3].lower() in _MONTHS else w for w in words]
        if words and name in {"WKST", "BYDAY"}:
            words = [w.upper() if len(w) <= 5 and w[-2:].upper() in _DAYS else w[:2].upper() if w.isalpha() else w
                     for w in words]  # fmt: skip
        if words and name == "FREQ":
            words = [w.upper() for w in words]
        _put(parts, name, ",".join(words or ["?"]))

    return read


def _dates(name: str) -> Callable[[_Parts, Any], None]:
    def read(parts: _Parts, value: Any) -> None:
        if name == "EXDATE" and _is_no_restriction(value):
            return
        words = _words(value) or ["?"]
        if name in {"DTSTART", "UNTIL"} and len(words) > 1:
            words = ["?"]
        _put_dates(parts, name, words, "")

    return read


def _put_dates(parts: _Parts, name: str, words: list[str], zone: str) -> None:
    dates = [_date(word, zone) for word in words]
    before = parts.pop(name, "").split(",") if name in {"EXDATE", "RDATE"} and name in parts else []
    _put(parts, name, ",".join(dict.fromkeys([*before, *dates])))


def _date(word: str, zone: str = "") -> str:
    """A date or a moment as RFC 5545 writes it; "?" where it is neither."""
    try:
        if re.fullmatch(r"\d{8}|\d{4}-\d\d-\d\d", word, re.ASCII):
            return f"{date.fromisoformat(word):%Y%m%d}"
        moment = datetime.fromisoformat(word)
        if moment.tzinfo is None and zone:
            moment = moment.replace(tzinfo=ZoneInfo(zone))
    except (ValueError, LookupError, OSError):
        return "?"
    if moment.tzinfo is None:
        return f"{moment:%Y%m%dT%H%M%S}"
    return f"{moment.astimezone(UTC):%Y%m%dT%H%M%SZ}"


def _flag(name: str) -> Callable[[_Parts, Any], None]:
    def read(parts: _Parts, value: Any) -> None:
        word = str(value).strip().casefold()
        if word in _TRUE:
            _put(parts, name, "1")
        elif word not in _FALSE:
            parts["UNREAD"] = "1"

    return read


def _label(parts: _Parts, value: Any) -> None:
    _put(parts, "TZID", value.strip() if isinstance(value, str) else "?")


def _doubt(parts: _Parts, value: Any) -> None:
    _put(parts, "UNSURE", value if isinstance(value, str) and value in DOUBTS else IN_WORDS)


def _own_form(parts: _Parts, value: Any) -> None:
    for part in str(value).split(";"):
        name, _, content = part.partition("=")
        if part.strip():
            _put(parts, name.strip(), content.strip())


_LINE: Final = re.compile(r"([A-Za-z-]+)((?:;[^:]*)?):(.*)")
_HARMLESS_LINES: Final = frozenset(
    "BEGIN END UID DTSTAMP SUMMARY DESCRIPTION LOCATION CREATED SEQUENCE STATUS TRANSP CLASS PRODID VERSION".split()
)


def _rule_text(parts: _Parts, value: Any) -> None:
    """A whole rule: `FREQ=WEEKLY;BYDAY=FR`, or lines of iCalendar."""
    if isinstance(value, (list, tuple)) and all(isinstance(line, str) for line in value):
        lines = list(value)
    elif isinstance(value, str):
        text = value.strip().replace("\\n", "\n")
        lines = re.sub(r"\r?\n[ \t]", "", text).splitlines() if "\n" in text else text.split()
    else:
        parts["UNREAD"] = "1"
        return
    rules = 0
    for line in filter(None, (line.strip() for line in lines)):
        match = _LINE.fullmatch(line)
        name, params, content = (
            (match[1].upper(), match[2], match[3].strip()) if match else ("RRULE", "", line)
        )
        if name in _HARMLESS_LINES:
            continue
        if name == "RRULE":
            rules += 1
            _rule(parts, content if rules == 1 else "?")
        else:
            _dated_line(parts, name, params.upper(), params, content)


def _rule(parts: _Parts, text: str) -> None:
    for part in filter(None, text.upper().split(";")):
        name, _, value = part.partition("=")
        name, value = name.strip(), value.strip().replace(" ", "")
        if name == "UNTIL":
            value = _date(value)
        if (name, value) not in {("RSCALE", "GREGORIAN"), ("SKIP", "OMIT")}:
            _put(parts, name if name in _RULE_NAMES else "?", value)


_RULE_NAMES: Final = frozenset(_FORMS) - frozenset(
    "DTSTART EXDATE RDATE TZID OPENS CLOSES CLOSED HOLIDAYS UNREAD UNSURE".split()
)


def _dated_line(parts: _Parts, name: str, upper: str, params: str, value: str) -> None:
    zone = re.search(r"TZID=\"?([^;\":]+)", params)
    label = zone[1] if zone else ""
    if "VALUE=PERIOD" in upper or name not in {"DTSTART", "DTEND", "EXDATE", "RDATE"}:
        parts["UNREAD"] = "1"
    elif name in {"EXDATE", "RDATE"}:
        _put_dates(parts, name, value.split(","), label)
    else:
        _begin_or_end(parts, name, value, label)


def _begin_or_end(parts: _Parts, name: str, value: str, label: str) -> None:
    """DTSTART and DTEND: the day from which the rule counts, and the times of opening and of closing."""
    try:
        moment = datetime.fromisoformat(value)
    except ValueError:
        parts["UNREAD"] = "1"
        return
    if name == "DTSTART":
        _put(parts, "DTSTART", f"{moment:%Y%m%d}")
    if "T" in value.upper():
        _put(parts, "OPENS" if name == "DTSTART" else "CLOSES", f"{moment:%H:%M:%S}")
        if label or moment.tzinfo is not None:
            _put(parts, "TZID", label or "UTC")


_READERS: Final[Mapping[str, Callable[[_Parts, Any], None]]] = {
    **{name.lower(): _listed(name) for name in (
        "BYSETPOS", "BYMONTH", "BYMONTHDAY", "BYYEARDAY", "BYWEEKNO", "BYDAY", "BYHOUR", "BYMINUTE", "BYSECOND",
        "FREQ", "INTERVAL", "COUNT", "WKST",
    )},
    **dict.fromkeys(
        "exdate exdates exceptdate exceptdates exceptiondate exceptiondates excludedate excludedates excludeddate "
        "excludeddates closeddate closeddates closeddays closuredates blackoutdate blackoutdates skipdate skipdates".split(),
        _dates("EXDATE"),
    ),
    **dict.fromkeys("rdate rdates".split(), _dates("RDATE")),
    "dtstart": _dates("DTSTART"),
    "until": _dates("UNTIL"),
    **dict.fromkeys("validfrom validto opensat closesat".split(), _unread),
    **dict.fromkeys("rrule rrules recurrencerule recurrence recurrences ical icalendar ics icalrule icalrrule".split(), _rule_text),
    **dict.fromkeys("timezone timezoneid timezonename tz tzid scheduletimezone".split(), _label),
    **dict.fromkeys("closed isclosed".split(), _flag("CLOSED")),
    _folded(CLOSED_ON_HOLIDAYS): _flag("HOLIDAYS"),
    _folded(UNSURE): _doubt,
    _folded(RULE): _own_form,
}  # fmt: skip
"""How unknown fields are read, by their names in small letters without anything else."""

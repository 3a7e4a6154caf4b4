"""Opening hours in words become schedules, where there is one way to read them.

"Mon-Fri 9am-5pm" is certain, "9-5 most days" is not. A wrong hour sends a patron to a closed door, so a text is read
whole or not at all. The rules for hours without am or pm:

- A clock of 24 hours is known by an hour above 12 or by four digits ("09:00-17:00", "0900-1700").
- "9-5", "10:00-2:00": opening from 7 to 12 and closing from 1 to 6 is from morning (12: noon) to afternoon;
  a closing at 12 is noon.
- One am or pm after a span holds for both its ends if that makes a span of six hours at most ("6-8 pm"); otherwise
  the opening is in the other half of the day if it can only be so ("9-5pm").
- An am before a span whose closing is no later on the dial leads into the afternoon ("9am-5").

Everything else is not certain.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache
from typing import Final, NoReturn

import attrs

_LONGEST: Final = 1_000
_DAYS: Final = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")


@attrs.frozen
class Hours:
    """What a text says of hours.

    Attributes:
        schedules: HSDS schedule parts (`freq`, `byday`, `opens_at`, `closes_at`, `notes`), one a span of the day.
            A span from 00:00 to 00:00 is the whole day: it ends on the next.
        certain: whether the whole text was understood, in the only way that it can be.
        doubt: why not, in a few words.
    """

    schedules: tuple[dict[str, str], ...] = ()
    certain: bool = False
    doubt: str = ""


@lru_cache(maxsize=4096)
def read_hours(text: str) -> Hours:
    """Read opening hours in words, in English or Spanish.

    Any text may be given; what cannot be read with certainty gives no schedules and says why.
    """
    if len(text) > _LONGEST:
        return Hours(doubt="too long")
    try:
        plain, notes = _without_notes(_plain(text))
        schedules = _schedules(list(_groups(list(_items(list(_tokens(plain)))))))
    except _DoubtError as doubt:
        return Hours(doubt=str(doubt))
    if notes:
        schedules = [{**schedule, "notes": notes} for schedule in schedules]
    return Hours(tuple(schedules), certain=True)


class _DoubtError(Exception):
    """The text is not certain; says why."""


def _doubt(why: str) -> NoReturn:
    raise _DoubtError(why)


def _plain(text: str) -> str:
    letters = unicodedata.normalize("NFKD", text.casefold())
    return "".join(x for x in letters if not unicodedata.combining(x)).replace("\u2019", "'")


_NOTES: Final = re.compile(
    r"[,;.(]*\s*(?:\(?(?:closed|except|excluding|excl\.?)(?:\s+(?:on|for))?(?:\s+(?:all|major|federal|public|national|legal|bank))?"
    r"\s+holidays|cerrado (?:los )?(?:dias )?feriados|excepto (?:dias )?(?:feriados|festivos))\)?[.;]?"
)


def _without_notes(text: str) -> tuple[str, str]:
    """A text without what it says of holidays, which schedules cannot hold, and that in words."""
    rest = _NOTES.sub(" ", text)
    return rest, "" if rest == text else "Closed on holidays"


_DAY_WORDS: Final = {
    name: day
    for day, names in {
        "MO": "monday mondays mon mo lunes lun",
        "TU": "tuesday tuesdays tues tue tu martes mar",
        "WE": "wednesday wednesdays wed weds we miercoles mie",
        "TH": "thursday thursdays thurs thur thu th jueves jue",
        "FR": "friday fridays fri fr viernes vie",
        "SA": "saturday saturdays sat sa sabado sabados sab",
        "SU": "sunday sundays sun su domingo domingos dom",
    }.items()
    for name in names.split()
}
_DAY_LETTERS: Final = {"m": "MO", "t": "TU", "w": "WE", "r": "TH", "f": "FR", **_DAY_WORDS}
_LETTER_RUN: Final = re.compile(r"(?:th|tu|sa|su|m|t|w|r|f)+")
_LETTER: Final = re.compile(r"th|tu|sa|su|m|t|w|r|f")
_SETS: Final = {
    "weekdays": _DAYS[:5],
    "weekday": _DAYS[:5],
    "weekends": _DAYS[5:],
    "weekend": _DAYS[5:],
    "daily": _DAYS,
    "everyday": _DAYS,
    "every day": _DAYS,
    "7 days a week": _DAYS,
    "7 days per week": _DAYS,
    "7 days/week": _DAYS,
    "7 days": _DAYS,
    "seven days a week": _DAYS,
    "todos los dias": _DAYS,
    "diario": _DAYS,
    "fin de semana": _DAYS[5:],
    "fines de semana": _DAYS[5:],
}
_ORDINALS: Final = {
    "1st": "1",
    "first": "1",
    "2nd": "2",
    "second": "2",
    "3rd": "3",
    "third": "3",
    "4th": "4",
    "fourth": "4",
    "5th": "5",
    "fifth": "5",
    "last": "-1",
    "primer": "1",
    "segundo": "2",
    "tercer": "3",
    "cuarto": "4",
    "ultimo": "-1",
}


def _either(words: object) -> str:
    return "|".join(sorted(map(re.escape, words), key=len, reverse=True))  # type: ignore[call-overload]  # any words


_TOKEN: Final = re.compile(
    rf"""\s*(?:
      (?P<always>24\s*/\s*7\b|24\s*(?:hours|hrs|hr|h)\s*/\s*7(?:\s*days)?\b)
    | (?P<allday>(?:open\s+)?24[\s-]*(?:hours|hrs?|horas)(?:\s*(?:a|per|/)\s*day|\s+al\s+dia)?(?![a-z]))
    | (?P<set>(?:{_either(_SETS)})(?![a-z]))
    | (?P<month>(?:of|de|in)?\s*(?:the|each|every|cada|del|todo)?\s*(?:month|mes|monthly)(?![a-z]))
    | (?P<ordinal>(?:{_either(_ORDINALS)})(?![a-z]))
    | (?P<noon>(?:12\s*(?::00)?\s*)?(?:noon|mediodia|midday)(?![a-z]))
    | (?P<midnight>(?:12\s*(?::00)?\s*)?(?:midnight|medianoche)(?![a-z]))
    | (?P<time>\d{{1,2}}\s*[:.]\s*\d{{2}}(?!\d)|\d{{3,4}}(?!\d)|\d{{1,2}}(?!\d))(?:\s*:\s*00(?!\d))?
      (?:\s*(?P<half>[ap])\.?\s*m\b\.?|(?P<short>[ap])(?![a-z])|\s*(?P<hour>h|hs|hrs|horas|hours)(?![a-z]))?
    | (?P<day>[a-z]+(?<!s)|[a-z]+)\b\.?(?=[^a-z]|$)
    | (?P<dash>-|\u2013|\u2014|\u2012|~|\bto\b)
    | (?P<and>&|/|\+|,)
    | (?P<stop>[;.|\n\r()\u2022*:])
    | (?P<other>\S)
    )""",
    re.VERBOSE,
)
_RANGES: Final = frozenset({"to", "through", "thru", "until", "till", "til", "a", "hasta"})
_ANDS: Final = frozenset({"and", "y", "e"})
_FILLERS: Final = frozenset(
    "open hours hour hrs from between de desde on every each el los las la the at are is our office abierto horario "
    "horas business operating operation of por lo cada time times".split()
)
_CLOSED: Final = frozenset({"closed", "cerrado"})


@attrs.frozen
class _Token:
    kind: str
    value: object = None


@attrs.frozen
class _Time:
    hour: int
    minute: int
    half: str = ""
    wide: bool = False
    """Written as on a clock of 24 hours: four digits, or an hour of two digits that begins with 0."""


def _tokens(text: str) -> Iterator[_Token]:
    at = 0
    text = text.rstrip()
    while at < len(text):
        found = _TOKEN.match(text, at)
        if found is None:
            return
        at = found.end()
        kind = found.lastgroup or ""
        if found["time"] is not None:
            yield _Token(
                "time", _clock(found["time"], found["half"] or found["short"] or "", bool(found["hour"]))
            )
        elif kind == "noon":
            yield _Token("time", _Time(12, 0, "p"))
        elif kind == "midnight":
            yield _Token("time", _Time(12, 0, "a"))
        elif kind == "day":
            yield _word(found["day"])
        elif kind == "set":
            yield _Token("days", tuple(_SETS[found["set"]]))
        elif kind == "ordinal":
            yield _Token("ordinal", _ORDINALS[found["ordinal"]])
        elif kind == "other":
            _doubt(f"what {found['other']!r} means")
        else:
            yield _Token(kind)


def _word(word: str) -> _Token:
    if word in _DAY_LETTERS:
        return _Token("days", (_DAY_LETTERS[word],))
    if word in _RANGES:
        return _Token("dash")
    if word in _ANDS:
        return _Token("and")
    if word in _CLOSED:
        return _Token("closed")
    if word in _FILLERS:
        return _Token("filler")
    if _LETTER_RUN.fullmatch(word):
        return _Token("days", tuple(_DAY_LETTERS[letter] for letter in _LETTER.findall(word)))
    _doubt(f"the word {word!r}")


def _clock(digits: str, half: str, said_hours: bool) -> _Time:  # noqa: FBT001  # told by the text
    bare = re.sub(r"\s", "", digits).replace(".", ":")
    wide = bare.isdigit() and len(bare) >= 3
    hour, minute = (
        (int(bare[:-2]), int(bare[-2:]))
        if wide
        else (int(bare.split(":")[0]), int((bare + ":0").split(":")[1]))
    )
    limit = 12 if half else 24
    if hour > limit or minute > 59 or (half and hour == 0) or (hour == 24 and minute):
        _doubt(f"the time {digits}")
    return _Time(hour, minute, half, wide or bare.startswith("0") or hour > 12 or said_hours)


@attrs.frozen
class _Item:
    """Days, a span of time, or "closed"."""

    kind: str
    days: tuple[str, ...] = ()
    span: tuple[str, str] = ("", "")


def _items(tokens: list[_Token]) -> Iterator[_Item]:  # noqa: C901, PLR0912  # one branch a kind of token
    tokens = [token for token in tokens if token.kind != "filler"]
    at = 0

    def kind(offset: int) -> str:
        return tokens[at + offset].kind if at + offset < len(tokens) else ""

    while at < len(tokens):
        token = tokens[at]
        if token.kind == "always":
            yield _Item("days", days=_DAYS)
            yield _Item("span", span=("00:00", "00:00"))
        elif token.kind == "allday":
            yield _Item("span", span=("00:00", "00:00"))
        elif token.kind == "ordinal":
            numbers = [token.value]
            while kind(1) in {"and", "ordinal"} and kind(1 if kind(1) == "ordinal" else 2) == "ordinal":
                at += 1 if kind(1) == "ordinal" else 2
                numbers.append(tokens[at].value)
            if kind(1) != "days" or len(tokens[at + 1].value) != 1:  # type: ignore[arg-type]  # days are a tuple
                _doubt("which weekday of the month")
            at += 1
            (day,) = token_days(tokens[at])
            yield _Item("days", days=tuple(f"{number}{day}" for number in numbers))
        elif token.kind == "days":
            days = token_days(token)
            if kind(1) == "dash" and kind(2) == "days":
                last = token_days(tokens[at + 2])
                if len(days) != 1 or len(last) != 1:
                    _doubt("which days")
                days = _between(days[0], last[0])
                at += 2
            yield _Item("days", days=days)
        elif token.kind == "time":
            if kind(1) != "dash" or kind(2) != "time":
                _doubt("a time without its other end")
            yield _Item("span", span=_span(token.value, tokens[at + 2].value))  # type: ignore[arg-type]  # times
            at += 2
        elif token.kind == "closed":
            yield _Item("closed")
        elif (
            token.kind == "dash"
            and at
            and tokens[at - 1].kind == "days"
            and kind(1) in {"time", "closed", "allday"}
        ):
            pass  # "Monday - 9am-5pm": the dash only separates
        elif token.kind == "month" and at and tokens[at - 1].kind == "days":
            pass  # "first Monday of the month"
        elif token.kind not in {"and", "stop"}:
            _doubt("which span is meant")
        at += 1


def token_days(token: _Token) -> tuple[str, ...]:
    """The days of a token."""
    return token.value  # type: ignore[return-value]  # tokens of days hold days


def _between(first: str, last: str) -> tuple[str, ...]:
    start, end = _DAYS.index(first), _DAYS.index(last)
    return _DAYS[start : end + 1] if start <= end else _DAYS[start:] + _DAYS[: end + 1]


def _groups(items: list[_Item]) -> Iterator[tuple[list[str], list[tuple[str, str]]]]:
    """Days with their spans, whichever of them the text puts first. Days that are closed have no span."""
    order = [item.kind for item in items if item.kind != "closed"]
    if "span" not in order:
        _doubt("no times" if order else "closed" if items else "no hours in it")
    if "days" not in order:
        _doubt("no day")
    days_first = order[0] == "days"
    days: list[str] = []
    spans: list[tuple[str, str]] = []
    closing = False
    for number, item in enumerate(items):
        if item.kind == "closed":
            if days_first and days and not spans:
                yield days, []
                days = []
            elif number + 1 < len(items) and items[number + 1].kind == "days":
                if days or spans:
                    yield days, spans
                days, spans, closing = [], [], True
            else:
                _doubt("what is closed")
        elif item.kind == "days":
            if days_first and spans:
                yield days, spans
                days, spans = [], []
            days += item.days
            if closing and (number + 1 == len(items) or items[number + 1].kind != "days"):
                yield days, []
                days, closing = [], False
        else:
            if not days_first and days:
                yield days, spans
                days, spans = [], []
            spans.append(item.span)
    if days or spans:
        yield days, spans


def _span(first: _Time, last: _Time) -> tuple[str, str]:
    """The opening and closing time of a span (see the rules at the top)."""
    if first.half and last.half:
        return _written(_minutes(first)), _written(_minutes(last))
    if last.half:
        return _half_after(first, last)
    if first.half:
        closing = last.hour % 12 * 60 + last.minute
        opening = first.hour % 12 * 60 + first.minute
        if last.wide or (closing > opening) == (first.half == "a"):
            _doubt("am or pm")
        return _written(_minutes(first)), _written(closing + 720)
    return _no_half(first, last)


def _half_after(first: _Time, last: _Time) -> tuple[str, str]:
    end = _minutes(last)
    if first.wide:
        _doubt("am or pm")
    dial = first.hour % 12 * 60 + first.minute
    same = dial + (720 if last.half == "p" else 0)
    other = dial + (0 if last.half == "p" else 720)
    if 0 < end - same <= 360:
        return _written(same), _written(end)
    if last.half == "p" and end - same <= 0 < end - other:
        return _written(other), _written(end)
    _doubt("am or pm")


def _no_half(first: _Time, last: _Time) -> tuple[str, str]:
    opening, closing = first.hour * 60 + first.minute, last.hour * 60 + last.minute
    if first.hour > 12 or last.hour > 12 or (first.wide and (last.wide or last.hour >= 10)):
        if closing <= opening and first.hour < 13:
            _doubt("am or pm")
        if max(first.hour, last.hour) <= 12 and first.hour < 6:
            _doubt("am or pm")
        return _written(opening), _written(closing)
    if 7 <= first.hour <= 12 and 1 <= last.hour <= 6:
        if last.wide:
            _doubt("am or pm")  # "10:00-01:00" may close an hour past midnight
        return _written(opening), _written(closing + 720)
    if 7 <= first.hour <= 11 and last.hour == 12:
        return _written(opening), _written(closing)
    _doubt("am or pm")


def _minutes(time: _Time) -> int:
    return time.hour % 12 * 60 + time.minute + (720 if time.half == "p" else 0)


def _written(minutes: int) -> str:
    return f"{minutes // 60 % 24:02}:{minutes % 60:02}"


def _schedules(groups: list[tuple[list[str], list[tuple[str, str]]]]) -> list[dict[str, str]]:
    found: dict[tuple[str, str, str], dict[str, str]] = {}
    open_days: set[str] = set()
    closed_days: set[str] = set()
    for days, spans in groups:
        if not days:
            _doubt("no day")
        if not spans:
            closed_days.update(days)
            continue
        open_days.update(days)
        monthly = any(not day.isalpha() for day in days)
        if monthly and any(day.isalpha() for day in days):
            _doubt("which weeks of the month")
        byday = ",".join(dict.fromkeys(days) if monthly else [day for day in _DAYS if day in days])
        for opens, closes in spans:
            if opens == closes != "00:00":
                _doubt("a span of no length")
            part = {
                "freq": "MONTHLY" if monthly else "WEEKLY",
                "byday": byday,
                "opens_at": opens,
                "closes_at": closes,
            }
            found[byday, opens, closes] = part
    if open_days & closed_days:
        _doubt("a day both open and closed")
    if not found:
        _doubt("closed")
    return list(found.values())


@lru_cache(maxsize=4096)
def read_days(text: str) -> str:
    """Days in words as RFC 5545 writes them ("Monday-Friday" is MO,TU,WE,TH,FR); "" where they are not certain."""
    try:
        items = list(_items(list(_tokens(_plain(text[:_LONGEST])))))
    except _DoubtError:
        return ""
    if not items or any(item.kind != "days" for item in items):
        return ""
    days = [day for item in items for day in item.days]
    if all(day.isalpha() for day in days):
        return ",".join(day for day in _DAYS if day in days)
    return ",".join(dict.fromkeys(days)) if all(not day.isalpha() for day in days) else ""

"""Single values: what HSDS accepts, and what can be mended with certainty.

A mender takes a raw value and gives the value to keep and what was wrong with it. `None` for a problem means
that the value was right; a value of `ABSENT` means that there is none to keep.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from datetime import date, datetime, timedelta
from functools import lru_cache
from ipaddress import IPv6Address
from typing import Any, Final
from urllib.parse import quote

import attrs

from communityconnector.model import FieldSpec, Kind


class _Absent:
    """The type of `ABSENT`."""

    def __repr__(self) -> str:
        return "ABSENT"


ABSENT: Final = _Absent()
"""Nothing to keep."""

NOTHING: Final = (None, "", ())
"""What says nothing, in a raw object or in a record."""


@attrs.frozen(slots=True)
class Problem:
    """What was wrong with a raw value.

    Attributes:
        rule: stable name of the rule.
        message: what was wrong and what would be right.
        mended: whether the value given with it is certainly what was meant.
    """

    rule: str
    message: str
    mended: bool = True


Mended = tuple[Any, Problem | None]
Mender = Callable[[Any], Mended]

_NULL: Final = (ABSENT, Problem("null-value", "null where HSDS allows no null; leave the field out"))
_EMPTY: Final = (ABSENT, Problem("empty-text", "empty text; leave the field out"))


def _wrong_type(wanted: str, raw: Any) -> Mended:
    return ABSENT, Problem("wrong-type", f"{wanted} expected, {_json_name(raw)} found", mended=False)


def _json_name(raw: Any) -> str:
    names = {dict: "an object", list: "a list", str: "text", bool: "true or false"}
    return names.get(type(raw), "a number")


def text(raw: Any) -> Mended:
    """Text, as it is: spaces at its ends may be meant."""
    if type(raw) is str:
        return (raw, None) if raw else _EMPTY
    if raw is None:
        return _NULL
    if isinstance(raw, (int, float)):
        written = str(raw).lower() if isinstance(raw, bool) else str(raw)
        return written, Problem("wrong-type", "text expected, a number found")
    return _wrong_type("text", raw)


def _trimmed(mend: Mender) -> Mender:
    """A mender for values that never begin or end with a space."""

    def trimmed(raw: Any) -> Mended:
        if type(raw) is str:
            if raw and not raw[0].isspace() and not raw[-1].isspace():
                return mend(raw)
            bare = raw.strip()
            if not bare:
                return _EMPTY
            value, problem = mend(bare)
            return value, problem or Problem("spaces-around", "spaces around the value")
        value, problem = text(raw)
        return (value, problem) if value is ABSENT else (mend(value)[0], problem)

    return trimmed


_UUID: Final = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_LOWER_UUID: Final = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_BARE_UUID: Final = re.compile(
    r"(?:urn:uuid:)?([0-9a-fA-F]{8})-?([0-9a-fA-F]{4})-?([0-9a-fA-F]{4})-?([0-9a-fA-F]{4})-?([0-9a-fA-F]{12})"
)


_UUID_LENGTHS: Final = frozenset((*range(32, 37), *range(41, 46)))
"""How long a UUID may be: with up to four hyphens, and as a URN."""
_NOT_UUID: Final = Problem("id-not-uuid", "HSDS wants a UUID here; the identifier is kept as it is")


def is_odd_id(raw: str) -> bool:
    """Whether an identifier is no UUID in any form, and has no space at its ends."""
    return (len(raw) not in _UUID_LENGTHS or not _BARE_UUID.fullmatch(raw)) and raw.strip() == raw != ""


def _identifier(raw: str) -> Mended:
    if len(raw) < 32 or len(raw) > 45:
        return raw, _NOT_UUID
    if _UUID.fullmatch(raw):
        lower = raw.lower()
        return lower, None if lower == raw else Problem(
            "upper-case-id", "identifiers are written in lower case"
        )
    bare = _BARE_UUID.fullmatch(raw)
    if bare:
        return "-".join(bare.groups()).lower(), Problem("id-not-canonical", "a UUID in an unusual form")
    return raw, _NOT_UUID


def identifier_of(raw: str) -> str:
    """An identifier as a record has it once it was read: without spaces around it, a UUID in its usual form."""
    return str(_identifier(raw.strip())[0])


def _reference(raw: str) -> Mended:
    value, problem = _identifier(raw)
    # Said once, at the record that has the id; its references need not repeat it.
    return value, None if problem and problem.rule == "id-not-uuid" else problem


_MARK: Final = r"[A-Za-z0-9._~!$&'()*+,;=-]|%[0-9A-Fa-f]{2}"
_URI: Final = re.compile(
    rf"[A-Za-z][A-Za-z0-9+.-]*:"
    rf"(?://(?:(?:{_MARK}|:)*@)?(?:\[(?P<address>[0-9A-Fa-f:.]+)\]|(?:{_MARK})*)(?::\d*)?(?=[/?#]|$)"
    rf"|(?=[^/]|/[^/]))"
    rf"(?:{_MARK}|[:@/])*(?:\?(?:{_MARK}|[:@/?])*)?(?:\#(?:{_MARK}|[:@/?])*)?"
)
"""A URI by RFC 3986, appendix A."""
_HOST: Final = re.compile(r"(?:[A-Za-z0-9-]+\.)+[A-Za-z]{2,}(?:[/?#:][^\s<>\"{}|\\^`]*)?")
_UNWRITTEN: Final = re.compile(r"[^\x00-\x7f]+|%(?![0-9A-Fa-f]{2})")
_SERVER: Final = re.compile(r"[^/?#]*//[^/?#]*")


def _uri(raw: str) -> Mended:
    if _is_uri(raw) and not _HOST.fullmatch(raw):
        return raw, None
    whole = f"http://{raw}" if _HOST.fullmatch(raw) else raw
    encoded = _percent_encoded(whole)
    if not _is_uri(encoded):
        return ABSENT, Problem("not-a-uri", "not a web address", mended=False)
    if whole is not raw:
        return encoded, Problem("uri-without-scheme", "a web address without http:// or https://")
    return encoded, Problem("uri-not-encoded", "a web address with characters that it has to write as %XX")


def _is_uri(text: str) -> bool:
    found = _URI.fullmatch(text)
    if found is None:
        return False
    try:
        return found["address"] is None or bool(IPv6Address(found["address"]))
    except ValueError:
        return False


def _percent_encoded(text: str) -> str:
    """A web address as RFC 3987, section 3.1 makes it of one with other letters; browsers do the same."""
    try:
        text = _UNWRITTEN.sub(lambda found: quote(found[0], safe="", errors="strict"), text)
    except UnicodeEncodeError:  # half a letter
        return text
    server = _SERVER.match(text)
    begin = server.end() if server else 0
    rest, sharp, fragment = text[begin:].partition("#")
    rest, fragment = (part.replace("[", "%5B").replace("]", "%5D") for part in (rest, fragment))
    return text[:begin] + rest + sharp + fragment.replace("#", "%23")


_EMAIL: Final = re.compile(r"[^@\s,;<>]+@[^@\s,;<>.]+(?:\.[^@\s,;<>.]+)+")


def _email(raw: str) -> Mended:
    if _EMAIL.fullmatch(raw):
        return raw, None
    return ABSENT, Problem("not-an-email", "not one e-mail address", mended=False)


LARGEST: Final = 10**15
"""Largest number that any field of HSDS can mean; floats still tell all whole numbers up to it apart."""

_TOO_LARGE: Final = Problem("not-a-number", "a number too large to mean anything", mended=False)


def number(raw: Any) -> Mended:
    """A finite number."""
    kind = type(raw)
    if kind is int or (kind is float and math.isfinite(raw)):
        return (raw, None) if -LARGEST <= raw <= LARGEST else (ABSENT, _TOO_LARGE)
    if kind is str:
        value = _parse_number(raw)
        if value is not None and not -LARGEST <= value <= LARGEST:
            return ABSENT, _TOO_LARGE
        if value is not None:
            return value, Problem("number-as-text", "a number written as text")
        return _EMPTY if not raw.strip() else (ABSENT, Problem("not-a-number", "not a number", mended=False))
    if raw is None:
        return _NULL
    return _wrong_type("a number", raw)


def number_or_text(raw: Any) -> Mended:
    """A number where there is one, else the text: a phone's extension may be "x12"."""
    value, problem = number(raw)
    if problem and problem.rule == "not-a-number":
        return raw, Problem("extension-as-text", "HSDS wants a number here; the text is kept")
    return value, problem


_NUMBER: Final = re.compile(r"[+-]?\d{1,300}(\.\d{0,300})?([eE][+-]?\d{1,3})?", re.ASCII)


def _parse_number(raw: str) -> float | None:
    bare = raw.strip()
    if not _NUMBER.fullmatch(bare):
        return None
    try:
        return int(bare)
    except ValueError:
        value = float(bare)
        return value if math.isfinite(value) else None


_DATE: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def _date(raw: str) -> Mended:
    if _DATE.fullmatch(raw):
        try:
            date.fromisoformat(raw)
        except ValueError:
            pass
        else:
            return raw, None
    try:
        moment = datetime.fromisoformat(raw)
    except ValueError:
        return ABSENT, Problem("not-a-date", "not a date; write YYYY-MM-DD", mended=False)
    return moment.date().isoformat(), Problem("not-a-date", "a date in another form; write YYYY-MM-DD")


_TIME: Final = re.compile(r"([01]\d|2[0-3]):[0-5]\d(:[0-5]\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)?", re.ASCII)
_CLOCK: Final = re.compile(
    r"(\d{1,2})(?:\s*[:.]\s*(\d{2}))?(?::\d{2})?\s*(?:([ap])(?:\.?\s*m)?\.?)?", re.IGNORECASE | re.ASCII
)
_NAMED_TIMES: Final = {
    "noon": "12:00",
    "midday": "12:00",
    "midnight": "00:00",
    "24:00": "00:00",
    "24:00:00": "00:00",
}


def _time(raw: str) -> Mended:
    if _TIME.fullmatch(raw):
        return raw, None
    named = _NAMED_TIMES.get(raw.lower())
    if named:
        return named, Problem("not-a-time", "a time in words; write HH:MM")
    clock = _CLOCK.fullmatch(raw)
    if clock and (clock[2] or clock[3]):
        hour, minute, half = int(clock[1]), int(clock[2] or 0), (clock[3] or "").lower()
        if minute < 60 and (1 <= hour <= 12 if half else hour < 24):
            hour = hour % 12 + (12 if half == "p" else 0) if half else hour
            return f"{hour:02}:{minute:02}", Problem("not-a-time", "a time in another form; write HH:MM")
    return ABSENT, Problem("not-a-time", "not a time of day; write HH:MM", mended=False)


_TIMESTAMP: Final = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)", re.ASCII)


def _timestamp(raw: str) -> Mended:
    try:
        moment = datetime.fromisoformat(raw)
    except ValueError:
        return ABSENT, Problem("not-a-timestamp", "not a date and time with a zone (RFC 3339)", mended=False)
    if _TIMESTAMP.fullmatch(raw):
        return raw, None
    offset = moment.utcoffset()
    if offset is None:
        return f"{moment.isoformat()}Z", Problem("timestamp-without-zone", "no zone given; read as UTC")
    if offset % timedelta(minutes=1):
        return ABSENT, Problem("not-a-timestamp", "no zone is off by seconds (RFC 3339)", mended=False)
    return moment.isoformat(), Problem("not-a-timestamp", "a date and time in another form (RFC 3339)")


def _choice(choices: tuple[str, ...]) -> Mender:
    exact = frozenset(choices)
    loose = {_loose(word): word for word in choices}

    def mend(raw: str) -> Mended:
        if raw in exact:
            return raw, None
        word = loose.get(_loose(raw))
        if word is not None:
            return word, Problem("unlisted-word", f"written another way in HSDS: {word}")
        listed = ", ".join(choices)
        return ABSENT, Problem("unlisted-word", f"not one of: {listed}", mended=False)

    return mend


def _loose(word: str) -> str:
    return re.sub(r"[\s_-]+", " ", word.strip().casefold())


_MENDERS: Final[dict[Kind, Mender]] = {
    Kind.TEXT: text,
    Kind.NUMBER: number,
    Kind.ID: _trimmed(_identifier),
    Kind.REFERENCE: _trimmed(_reference),
    Kind.URI: _trimmed(_uri),
    Kind.EMAIL: _trimmed(_email),
    Kind.DATE: _trimmed(_date),
    Kind.TIME: _trimmed(_time),
    Kind.TIMESTAMP: _trimmed(_timestamp),
}


def _never(_: str) -> object:
    return None


def _remembered(pattern: re.Pattern[str]) -> Callable[[str], object]:
    """Whether a text is of a form, for texts that repeat."""

    @lru_cache(maxsize=4_096)
    def known(raw: str) -> bool:
        return pattern.fullmatch(raw) is not None

    return known


def _knows(mend: Mender) -> Callable[[str], object]:
    """Whether a mender has nothing to say about a text. Dates and the like repeat, so answers are remembered."""

    @lru_cache(maxsize=4_096)
    def known(raw: str) -> bool:
        return mend(raw)[1] is None

    return known


_RIGHT: Final[dict[Kind, Callable[[str], object]]] = {
    Kind.ID: _LOWER_UUID.fullmatch,
    Kind.REFERENCE: _knows(_MENDERS[Kind.REFERENCE]),
    Kind.EMAIL: _EMAIL.fullmatch,
    Kind.TIME: _remembered(_TIME),
    Kind.URI: _knows(_MENDERS[Kind.URI]),
    Kind.DATE: _knows(_MENDERS[Kind.DATE]),
    Kind.TIMESTAMP: _knows(_MENDERS[Kind.TIMESTAMP]),
}


_RULE_DAYS: Final = re.compile(r"(?:[+-]?\d{0,2}(?:MO|TU|WE|TH|FR|SA|SU)(?:,|$))*", re.ASCII)


def is_rule_days(raw: Any) -> bool:
    """Whether a value is the days of a recurrence rule (RFC 5545), or nothing."""
    return raw is None or (type(raw) is str and _RULE_DAYS.fullmatch(raw) is not None)


def is_plain_date(raw: Any) -> bool:
    """Whether a value is written YYYY-MM-DD, or is nothing."""
    return raw is None or raw == "" or (type(raw) is str and _DATE.fullmatch(raw) is not None)


def is_plain_time(raw: Any) -> bool:
    """Whether a value is a time as HSDS writes it, or is nothing."""
    return raw is None or raw == "" or (type(raw) is str and _TIME.fullmatch(raw) is not None)


def right(facts: FieldSpec) -> Callable[[str], object]:
    """A quick test whether a text is right for a field as it is. A false answer may be wrong: ask the mender."""
    if facts.kind is Kind.CHOICE:
        return frozenset(facts.choices).__contains__
    return _RIGHT.get(facts.kind, _never)


def mender(facts: FieldSpec) -> Mender:
    """The mender for a field."""
    if facts.kind is Kind.CHOICE:
        return _trimmed(_choice(facts.choices))
    return number_or_text if facts.text_too else _MENDERS[facts.kind]

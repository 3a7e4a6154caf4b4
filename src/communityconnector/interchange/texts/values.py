"""Single values: what HSDS accepts, and what can be repaired with certainty.

A repair takes a raw value and returns the value to keep, and what was wrong. Without a problem the value was right;
`ABSENT` means that nothing is kept.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from functools import lru_cache
from typing import Any, Final

from communityconnector.interchange.texts.identifiers import LOWER_UUID, repair_identifier, repair_reference
from communityconnector.interchange.texts.moments import repair_date, repair_time, repair_timestamp
from communityconnector.interchange.texts.repaired import ABSENT, Problem, Repair, Repaired
from communityconnector.interchange.texts.web_addresses import EMAIL, repair_email, repair_uri
from communityconnector.model import FieldSpec, Kind

_NULL: Final = (ABSENT, Problem("null-value", "null where HSDS allows no null; leave the field out"))
_EMPTY: Final = (ABSENT, Problem("empty-text", "empty text; leave the field out"))


def _wrong_type(expected: str, raw: Any) -> Repaired:
    return ABSENT, Problem("wrong-type", f"{expected} expected, {_json_name(raw)} found", mended=False)


def _json_name(raw: Any) -> str:
    names = {dict: "an object", list: "a list", str: "text", bool: "true or false"}
    return names.get(type(raw), "a number")


def _repair_text(raw: Any) -> Repaired:
    """Return text as it is: spaces at its ends may be meant."""
    if type(raw) is str:
        return (raw, None) if raw else _EMPTY
    if raw is None:
        return _NULL
    if isinstance(raw, (int, float)):
        written = str(raw).lower() if isinstance(raw, bool) else str(raw)
        return written, Problem("wrong-type", "text expected, a number found")
    return _wrong_type("text", raw)


def _trimmed(repair: Repair) -> Repair:
    """Return the repair of values that never begin or end with a space."""

    def trimmed(raw: Any) -> Repaired:
        if type(raw) is str:
            if raw and not raw[0].isspace() and not raw[-1].isspace():
                return repair(raw)
            bare = raw.strip()
            if not bare:
                return _EMPTY
            value, problem = repair(bare)
            return value, problem or Problem("spaces-around", "spaces around the value")
        value, problem = _repair_text(raw)
        return (value, problem) if value is ABSENT else (repair(value)[0], problem)

    return trimmed


LARGEST: Final = 10**15
"""Largest number that any field of HSDS can mean; floats still distinguish all whole numbers up to it."""

_TOO_LARGE: Final = Problem("not-a-number", "a number too large to mean anything", mended=False)


def repair_number(raw: Any) -> Repaired:
    """Return a finite number."""
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


def _repair_number_or_text(raw: Any) -> Repaired:
    """Return a number where it is one, else the text: a phone's extension may be "x12"."""
    value, problem = repair_number(raw)
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


def _choice(choices: tuple[str, ...]) -> Repair:
    exact = frozenset(choices)
    loose = {_loose(word): word for word in choices}

    def repair(raw: str) -> Repaired:
        if raw in exact:
            return raw, None
        word = loose.get(_loose(raw))
        if word is not None:
            return word, Problem("unlisted-word", f"written another way in HSDS: {word}")
        listed = ", ".join(choices)
        return ABSENT, Problem("unlisted-word", f"not one of: {listed}", mended=False)

    return repair


def _loose(word: str) -> str:
    return re.sub(r"[\s_-]+", " ", word.strip().casefold())


_REPAIRS: Final[dict[Kind, Repair]] = {
    Kind.TEXT: _repair_text,
    Kind.NUMBER: repair_number,
    Kind.ID: _trimmed(repair_identifier),
    Kind.REFERENCE: _trimmed(repair_reference),
    Kind.URI: _trimmed(repair_uri),
    Kind.EMAIL: _trimmed(repair_email),
    Kind.DATE: _trimmed(repair_date),
    Kind.TIME: _trimmed(repair_time),
    Kind.TIMESTAMP: _trimmed(repair_timestamp),
}


def _remembered(repair: Repair) -> Callable[[str], object]:
    """Return a test whether a text needs no repair. Dates and the like repeat, so answers are remembered."""
    return lru_cache(maxsize=4_096)(lambda raw: repair(raw)[1] is None)


_QUICK_TESTS: Final[dict[Kind, Callable[[str], object]]] = {
    Kind.ID: LOWER_UUID.fullmatch,
    Kind.EMAIL: EMAIL.fullmatch,
    **{
        kind: _remembered(_REPAIRS[kind])
        for kind in (Kind.REFERENCE, Kind.URI, Kind.DATE, Kind.TIME, Kind.TIMESTAMP)
    },
}


def quick_test(spec: FieldSpec) -> Callable[[str], object]:
    """Return a test whether a text is right for a field as it is. A false answer may be wrong: ask the repair."""
    if spec.kind is Kind.CHOICE:
        return frozenset(spec.choices).__contains__
    return _QUICK_TESTS.get(spec.kind, lambda _: None)


def repair_of(spec: FieldSpec) -> Repair:
    """Return the repair for a field."""
    if spec.kind is Kind.CHOICE:
        return _trimmed(_choice(spec.choices))
    return _repair_number_or_text if spec.text_too else _REPAIRS[spec.kind]

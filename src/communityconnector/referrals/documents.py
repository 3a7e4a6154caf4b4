"""Codes, and values as plain documents that JSON and every storage can hold, and back."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime
from enum import StrEnum
from functools import cache
from types import NoneType
from typing import Any, Final, NoReturn, TypeVar, get_args, get_origin, get_type_hints

import attrs

from communityconnector.errors import InvalidReferralError

SCHEMA: Final = 1
"""The form of the documents. A reader refuses one that it does not know."""

T = TypeVar("T", bound=attrs.AttrsInstance)


class Code(StrEnum):
    """A list of codes.

    Raises:
        InvalidReferralError: a text is none of them.
    """

    @classmethod
    def _missing_(cls, value: object) -> NoReturn:  # noqa: ARG003  # the text may be anything, so no message repeats it
        message = f"there is no such {cls.__name__}; it is one of {', '.join(cls)}"
        raise InvalidReferralError(message)


def texts(values: Iterable[str]) -> tuple[str, ...]:
    """Several texts.

    Raises:
        InvalidReferralError: it is one text, whose letters would be taken for several.
    """
    if isinstance(values, str):
        message = "several texts are wanted, such as a list of ids"
        raise InvalidReferralError(message)
    return tuple(values)


def names(values: Iterable[str]) -> frozenset[str]:
    """Several texts whose order does not count.

    Raises:
        InvalidReferralError: it is one text, whose letters would be taken for several.
    """
    return frozenset(texts(values))


def as_utc(moment: datetime) -> datetime:
    """A moment in UTC, so that equal moments are written alike.

    Raises:
        InvalidReferralError: it has no zone.
    """
    if moment.tzinfo is None:
        message = "a time of a referral needs a zone"
        raise InvalidReferralError(message)
    return moment.astimezone(UTC)


def as_utc_if_any(moment: datetime | None) -> datetime | None:
    """A moment in UTC; `None` where there is none."""
    return None if moment is None else as_utc(moment)


def write(value: attrs.AttrsInstance) -> dict[str, Any]:
    """A value as a plain document: texts, numbers, truths and lists. What is empty is left out."""
    found: dict[str, Any] = {"schema": SCHEMA}
    for field in attrs.fields(type(value)):
        held = getattr(value, field.name)
        if held is None or held in ("", ()):
            continue
        found[field.name] = _plain(held)
    return found


def _plain(value: Any) -> Any:
    if isinstance(value, StrEnum):
        return value.value
    if isinstance(value, date):  # a datetime is one too
        return value.isoformat()
    return list(value) if isinstance(value, tuple) else value


def read(cls: type[T], document: Mapping[str, Any]) -> T:
    """The value that a document was written from.

    Args:
        cls: what it is.
        document: what `write` made.

    Raises:
        InvalidReferralError: it is no such document; the message names the field and never what stands in it.
    """
    raw = dict(document)
    if raw.pop("schema", None) != SCHEMA:
        message = f"a document of a referral has the schema {SCHEMA}"
        raise InvalidReferralError(message)
    kinds = _kinds(cls)
    if strange := sorted(map(str, raw.keys() - kinds.keys())):
        message = f"{cls.__name__} has no field {strange[0]}"
        raise InvalidReferralError(message)
    values = {name: _value(name, kinds[name], held) for name, held in raw.items()}
    required = {field.name for field in attrs.fields(cls) if field.default is attrs.NOTHING}
    if missing := sorted(required - values.keys()):
        message = f"{cls.__name__} lacks {missing[0]}"
        raise InvalidReferralError(message)
    return cls(**values)


@cache
def _kinds(cls: type) -> dict[str, Any]:
    hints = get_type_hints(cls)
    return {field.name: _without_none(hints[field.name]) for field in attrs.fields(cls)}


def _without_none(kind: Any) -> Any:
    args = get_args(kind)
    return next(arg for arg in args if arg is not NoneType) if NoneType in args else kind


def _value(name: str, kind: Any, held: Any) -> Any:
    try:
        return _read(kind, held)
    except (TypeError, ValueError):
        message = f"the field {name} holds nothing that it can hold"
        raise InvalidReferralError(message) from None


def _read(kind: Any, held: Any) -> Any:
    if get_origin(kind) is tuple:
        if not isinstance(held, list):
            raise TypeError
        return tuple(_read(get_args(kind)[0], item) for item in held)
    if issubclass(kind, date):
        return kind.fromisoformat(held)
    if issubclass(kind, StrEnum):
        return kind(held)
    if type(held) is not kind:  # a truth would pass for a number
        raise TypeError
    return held

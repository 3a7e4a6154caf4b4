"""What the fields of referral values take: codes, lists of strings, moments, and values of their types only."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from functools import cache
from types import UnionType
from typing import Any, Final, NoReturn, Union, get_args, get_origin, get_type_hints

import attrs

from communityconnector.errors import InvalidReferralError
from communityconnector.needs.suggestions import did_you_mean
from communityconnector.serialization import DocumentForm

STORED: Final = DocumentForm(error=InvalidReferralError, has_schema=True, omits="empty")
"""The usual form of documents about referrals."""

CLOCKS_DIFFER: Final = timedelta(minutes=5)
"""How far the clocks of two machines may differ."""


class Code(StrEnum):
    """A list of codes.

    Raises:
        InvalidReferralError: a text is not in the list.
    """

    @classmethod
    def _missing_(cls, value: object) -> NoReturn:
        # The text may be private, so no message repeats it.
        near = did_you_mean(value, cls) if isinstance(value, str) else ""
        message = f"unknown {cls.__name__}; {near + ' ' if near else ''}expected one of {', '.join(cls)}"
        raise InvalidReferralError(message)


def texts(values: Iterable[str]) -> tuple[str, ...]:
    """Return strings as a tuple.

    Raises:
        InvalidReferralError: the value is not iterable, or is a single string, whose letters would count as several.
    """
    if isinstance(values, str) or not isinstance(values, Iterable):
        message = "expected a list of strings, such as a list of ids"
        raise InvalidReferralError(message)
    return tuple(values)


def names(values: Iterable[str]) -> frozenset[str]:
    """Return strings as a set, for when their order does not count.

    Raises:
        InvalidReferralError: the value is not iterable, or is a single string, whose letters would count as several.
    """
    return frozenset(texts(values))


def as_utc(moment: datetime) -> datetime:
    """Return a moment in UTC, so that equal moments are written alike.

    Raises:
        InvalidReferralError: the value is not a datetime, has no time zone, or in UTC lies outside the years 1 to 9999.
    """
    if getattr(moment, "tzinfo", None) is None:
        message = "the times of a referral must be datetimes with a time zone"
        raise InvalidReferralError(message)
    try:
        return moment.astimezone(UTC)
    except OverflowError:
        message = "the times of a referral must lie between the years 1 and 9999"
    raise InvalidReferralError(message)


def as_utc_if_any(moment: datetime | None) -> datetime | None:
    """Return a moment in UTC, or `None` for `None`."""
    return None if moment is None else as_utc(moment)


def typed(_: type, fields: list[attrs.Attribute[Any]]) -> list[attrs.Attribute[Any]]:
    """Make a class refuse values of other types than its fields have, because storage could not return them.

    For `field_transformer` of `attrs.frozen`. A boolean is not a number, and a datetime is not a date.

    Raises:
        InvalidReferralError: by the class: a value has another type. The message names the field and not the value.
    """
    return [field.evolve(validator=_check_type) for field in fields]


def _check_type(value: attrs.AttrsInstance, field: attrs.Attribute[Any], content: Any) -> None:
    if not _fits(_hints(type(value))[field.name], content):
        message = f"{type(value).__name__}: the field {field.name} does not take a {type(content).__name__}"
        raise InvalidReferralError(message)


@cache
def _hints(cls: type) -> dict[str, Any]:
    """The types of a class's fields, looked up once."""
    return get_type_hints(cls)


def _fits(kind: Any, content: Any) -> bool:
    origin, args = get_origin(kind), get_args(kind)
    if origin in {Union, UnionType}:
        return any(_fits(one, content) for one in args)
    if origin in {tuple, frozenset}:
        return isinstance(content, origin) and all(_fits(args[0], item) for item in content)
    if origin is Mapping:
        return isinstance(content, Mapping) and all(
            _fits(args[0], name) and _fits(args[1], item) for name, item in content.items()
        )
    strange = {int: bool, date: datetime}.get(kind)
    return isinstance(content, kind) and not (strange is not None and isinstance(content, strange))

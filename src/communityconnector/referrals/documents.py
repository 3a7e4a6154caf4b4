"""Code lists, and referral values as plain documents and back."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any, Final, NoReturn, TypeVar

import attrs

from communityconnector import serialization
from communityconnector.errors import InvalidReferralError
from communityconnector.needs.suggestions import did_you_mean
from communityconnector.serialization import write

__all__ = ["CLOCKS_DIFFER", "TYPED", "Code", "as_utc", "as_utc_if_any", "names", "read", "texts", "write"]

T = TypeVar("T", bound=attrs.AttrsInstance)

TYPED: Final = serialization.typed(InvalidReferralError)
"""`field_transformer` for values that callers make: refuses a value that could not be read back from storage."""


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


def read(cls: type[T], document: Mapping[str, Any]) -> T:
    """Return the value that a document was written from.

    Args:
        cls: the class of the value.
        document: what `write` made.

    Raises:
        InvalidReferralError: the document is invalid. The message names the field and never repeats its value.
    """
    return serialization.read(cls, document, InvalidReferralError, "a referral")

"""Codes, and the values of this room as plain documents and back."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any, Final, NoReturn, TypeVar

import attrs

from communityconnector import documents
from communityconnector.documents import write
from communityconnector.errors import InvalidReferralError
from communityconnector.needs.suggestions import did_you_mean

__all__ = ["CLOCKS_DIFFER", "TYPED", "Code", "as_utc", "as_utc_if_any", "names", "read", "texts", "write"]

T = TypeVar("T", bound=attrs.AttrsInstance)

TYPED: Final = documents.typed(InvalidReferralError)
"""`field_transformer` of what callers make: a value that could not be read again is refused before it is kept."""


CLOCKS_DIFFER: Final = timedelta(minutes=5)
"""So much the clocks of two machines may differ."""


class Code(StrEnum):
    """A list of codes.

    Raises:
        InvalidReferralError: a text is none of them.
    """

    @classmethod
    def _missing_(cls, value: object) -> NoReturn:
        # The text may be anything, so no message repeats it.
        near = did_you_mean(value, cls) if isinstance(value, str) else ""
        message = (
            f"there is no such {cls.__name__}; {near + ' ' if near else ''}it is one of {', '.join(cls)}"
        )
        raise InvalidReferralError(message)


def texts(values: Iterable[str]) -> tuple[str, ...]:
    """Several texts.

    Raises:
        InvalidReferralError: it is none or one text, whose letters would be taken for several.
    """
    if isinstance(values, str) or not isinstance(values, Iterable):
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
        InvalidReferralError: it is no moment, has no zone, or lies at an end of all time, where UTC has no such moment.
    """
    if getattr(moment, "tzinfo", None) is None:
        message = "a time of a referral is a datetime with a zone"
        raise InvalidReferralError(message)
    try:
        return moment.astimezone(UTC)
    except OverflowError:
        message = "a time of a referral lies between the years 1 and 9999"
    raise InvalidReferralError(message)


def as_utc_if_any(moment: datetime | None) -> datetime | None:
    """A moment in UTC; `None` where there is none."""
    return None if moment is None else as_utc(moment)


def read(cls: type[T], document: Mapping[str, Any]) -> T:
    """The value that a document was written from.

    Args:
        cls: what it is.
        document: what `write` made.

    Raises:
        InvalidReferralError: it is no such document; the message names the field and never what stands in it.
    """
    return documents.read(cls, document, InvalidReferralError, "a referral")

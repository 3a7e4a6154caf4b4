"""What a patron asks for."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final, NoReturn

import attrs

from communityconnector.errors import InvalidNeedError
from communityconnector.model import Point
from communityconnector.needs import limits

if TYPE_CHECKING:
    from geopy.distance import Distance


def _refuse(message: str) -> NoReturn:
    raise InvalidNeedError(message)


def _texts(value: str | Iterable[str]) -> tuple[str, ...]:
    """Return one text or several as a tuple, without empty ones."""
    texts = limits.entries(value)
    if texts is None:
        _refuse(
            "`terms`, `areas`, `accessibility`, `without_documents`, `situations` and `prefer` each take a text or a list "
            f"of texts: at most {limits.MOST_ENTRIES}, each of at most {limits.LONGEST_ENTRY} letters"
        )
    return texts


def _text(value: str) -> str:
    if not isinstance(value, str):
        _refuse("the text of a need must be a string")
    if len(value) > limits.LONGEST_TEXT:
        _refuse(
            f"the text of a need must have at most {limits.LONGEST_TEXT:,} letters: "
            "state the need in a sentence or two"
        )
    return value


def _place(value: str | Point | tuple[float, float] | list[float] | None) -> str | Point | None:
    if isinstance(value, (tuple, list)):
        if len(value) != 2:
            _refuse("`near` as a pair must be latitude and longitude")
        latitude, longitude = value
        return Point(latitude, longitude)
    if value is None or isinstance(value, Point):
        return value
    if not isinstance(value, str):
        _refuse("`near` must be a Point, a pair of latitude and longitude, or a place in words")
    if len(value) > limits.LONGEST_ENTRY:
        _refuse(f"`near` in words must have at most {limits.LONGEST_ENTRY} letters")
    return value


def _language(value: str | None) -> str | None:
    if value is None:
        return None
    text: object = value
    if not isinstance(text, str) or not text.strip() or len(text) > limits.LONGEST_ENTRY:
        _refuse("`language` must be a code or a name: 'es', 'Spanish'")
    return value


def _window(value: tuple[datetime, datetime] | None) -> tuple[datetime, datetime] | None:
    if value is None:
        return None
    pair: object = value
    if not isinstance(pair, (tuple, list)) or len(pair) != 2:
        _refuse("`open_between` must be a pair of moments: its beginning and its end")
    return (value[0], value[1])


def _of(criterion: str) -> dict[str, str]:
    """Return the metadata of a field that asks a criterion."""
    return {"criterion": criterion}


@attrs.frozen(repr=False)
class Need:
    """What a patron needs, with the criteria that a service has to meet.

    Every field may be left out, and no field says who the patron is. The repr shows which fields are set, not their
    values. A criterion rules out an offer that is known not to meet it, unless it is only preferred. What the directory
    does not say never rules an offer out.

    The metadata of a field names its criterion (see `PREFERABLE` and `matching.criteria`).

    Example:
        >>> import communityconnector as cc
        >>> cc.Need("a bed tonight", near="28694", within=cc.miles(10), age=19, prefer="age")
        <Need with text, near, within, age, prefer>

    Attributes:
        text: the need in plain words, English or Spanish.
        terms: ids of needs (`food-pantry`), or ids or codes of the directory's own taxonomy terms. Any of them meets the
            need, and so does `text`.
        near: the place to start from: a `Point`, a pair of latitude and longitude, "lat,lon", or a place that the
            geocoder knows, such as a US ZIP code, a town or a county.
        areas: names of the areas that the place lies in ("Ashe County", "North Carolina"), for services that name the
            area that they serve without a shape.
        within: the largest distance: `cc.miles(10)`, `cc.kilometers(5)`, or a time budget: `cc.walking(20)`.
        age: age in years of the person who needs it.
        language: language of the service, as ISO 639 code (`es`) or name.
        open_at: a moment, with time zone, at which the service must be open.
        open_for: how much longer the service must then stay open.
        open_between: a window instead of `open_at`, as a pair of moments with time zones, of at most 31 days: the service
            must be open at any time in it.
        max_cost: the highest cost, in the directory's currency; 0 for free services.
        accessibility: the access that a person needs, in words ("wheelchair").
        without_documents: documents that the patron lacks, in words ("photo ID").
        capacity: the number of free places.
        situations: the people whom the service should be for, in words ("veterans").
        assured_within: how long ago the record may have been checked.
        prefer: names of criteria that are only preferred (`PREFERABLE`): if unmet, they rank an offer lower.

    Raises:
        InvalidNeedError: there is neither text nor term, or a value is invalid or larger than `needs.limits` allows: a
            text of 5,000 letters, lists of 100 entries of 500 letters each.
        InvalidPointError: `near` is a pair that is not a point.
    """

    text: str = attrs.field(default="", converter=_text)
    terms: tuple[str, ...] = attrs.field(default=(), kw_only=True, converter=_texts)
    near: str | Point | None = attrs.field(default=None, kw_only=True, converter=_place)
    areas: tuple[str, ...] = attrs.field(default=(), kw_only=True, converter=_texts, metadata=_of("area"))
    within: Distance | None = attrs.field(default=None, kw_only=True, metadata=_of("distance"))
    age: float | None = attrs.field(default=None, kw_only=True, metadata=_of("age"))
    language: str | None = attrs.field(
        default=None, kw_only=True, converter=_language, metadata=_of("language")
    )
    open_at: datetime | None = attrs.field(default=None, kw_only=True, metadata=_of("open_at"))
    open_for: timedelta | None = attrs.field(default=None, kw_only=True, metadata=_of("open_at"))
    open_between: tuple[datetime, datetime] | None = attrs.field(
        default=None, kw_only=True, converter=_window, metadata=_of("open_at")
    )
    max_cost: float | None = attrs.field(default=None, kw_only=True, metadata=_of("cost"))
    accessibility: tuple[str, ...] = attrs.field(
        default=(), kw_only=True, converter=_texts, metadata=_of("accessibility")
    )
    without_documents: tuple[str, ...] = attrs.field(
        default=(), kw_only=True, converter=_texts, metadata=_of("documents")
    )
    capacity: int | None = attrs.field(default=None, kw_only=True, metadata=_of("capacity"))
    situations: tuple[str, ...] = attrs.field(
        default=(), kw_only=True, converter=_texts, metadata=_of("situation")
    )
    assured_within: timedelta | None = attrs.field(default=None, kw_only=True, metadata=_of("assured"))
    prefer: tuple[str, ...] = attrs.field(default=(), kw_only=True, converter=_texts)

    def __attrs_post_init__(self) -> None:
        if not self.text.strip() and not self.terms:
            _refuse("Need requires text or terms: Need('food pantry') or Need(terms='food-pantry')")
        unknown = sorted(set(self.prefer) - set(PREFERABLE))
        if unknown:
            _refuse(f"`prefer` takes names of criteria, not {unknown[0]!r}: {', '.join(PREFERABLE)}")
        self._check_numbers()
        self._check_times()

    def _check_numbers(self) -> None:
        if self.within is not None:
            if self.near is None:
                _refuse("`within` needs `near`, the place to measure from")
            if not limits.is_number(getattr(self.within, "km", None)):
                _refuse("`within` must be a distance of 0 or more: cc.miles(10)")
        if self.age is not None and not (limits.is_number(self.age) and self.age <= limits.OLDEST):
            _refuse(f"`age` must be between 0 and {limits.OLDEST} years")
        if self.max_cost is not None and not limits.is_number(self.max_cost):
            _refuse(f"`max_cost` must be a number from 0 to {limits.MOST:,}")
        if self.capacity is not None and not (
            type(self.capacity) is int and 1 <= self.capacity <= limits.MOST
        ):
            _refuse(f"`capacity` must be a whole number from 1 to {limits.MOST:,}")

    def _check_times(self) -> None:
        for name in ("open_for", "assured_within"):
            value = getattr(self, name)
            if value is not None and not limits.is_span(value):
                _refuse(f"`{name}` must be a timedelta from 0 to a hundred years")
        if self.open_for is not None and self.open_at is None:
            _refuse("`open_for` needs `open_at`, the moment to count from")
        for moment in (self.open_at, *(self.open_between or ())):
            if moment is None:
                continue
            if not limits.is_moment(moment):
                first, last = limits.YEARS[0], limits.YEARS[-1]
                _refuse(
                    "`open_at` and `open_between` take moments: datetime(..., tzinfo=...), "
                    f"in the years {first} to {last}"
                )
            if moment.utcoffset() is None:
                _refuse("`open_at` needs a zone: datetime(..., tzinfo=ZoneInfo('America/New_York'))")
        if self.open_between is not None:
            if self.open_at is not None:
                _refuse("give `open_at` or `open_between`, not both")
            begins, ends = self.open_between
            if not timedelta(0) < ends - begins <= timedelta(days=31):
                _refuse("`open_between` must end after it begins, and last 31 days at most")

    def __repr__(self) -> str:
        values = {field.name: getattr(self, field.name) for field in attrs.fields(type(self))}
        given = [
            name
            for name, value in values.items()
            if not (value is None or (isinstance(value, (str, tuple)) and not value))
        ]
        return f"<Need with {', '.join(given)}>"


PREFERABLE: Final = tuple(
    dict.fromkeys(field.metadata["criterion"] for field in attrs.fields(Need) if field.metadata)
)
"""The criteria that may be preferred instead of required, by the fields of `Need`. An offer that is known not to meet one
that is only preferred ranks lower and is not ruled out."""

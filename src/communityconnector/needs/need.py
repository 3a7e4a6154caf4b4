"""What a patron asks for, as the library was told it."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

import attrs

from communityconnector.errors import InvalidNeedError
from communityconnector.model import Point

if TYPE_CHECKING:
    from geopy.distance import Distance


def _terms(value: str | tuple[str, ...] | list[str]) -> tuple[str, ...]:
    return (value,) if isinstance(value, str) else tuple(value)


def _place(value: str | Point | tuple[float, float] | None) -> str | Point | None:
    return Point(*value) if isinstance(value, (tuple, list)) else value


@attrs.frozen(repr=False)
class Need:
    """What a patron needs, and what is known that bears on it.

    Only what was said counts: every field may be left out, and nothing here says who the patron is. The repr
    shows which fields are set, not what the patron said.

    Attributes:
        text: the need in plain words, English or Spanish.
        terms: ids of needs (`food-pantry`) or ids or codes of the directory's own taxonomy terms; any of them
            meets the need. Given beside `text`, both count.
        near: where from: a `Point`, a pair of latitude and longitude, "lat,lon", or a place that the
            geocoder knows, such as a US ZIP code.
        within: how far at most; `cc.miles(10)`, `cc.kilometers(5)`.
        age: age in years of the one who needs it.
        language: language to be served in, ISO 639 code (`es`) or name.
        open_at: a moment, with zone, at which the service must be open.

    Raises:
        InvalidNeedError: there is neither text nor term, or a value cannot be.
        InvalidPointError: `near` is a pair that is no point.
    """

    text: str = ""
    terms: tuple[str, ...] = attrs.field(default=(), kw_only=True, converter=_terms)
    near: str | Point | None = attrs.field(default=None, kw_only=True, converter=_place)
    within: Distance | None = attrs.field(default=None, kw_only=True)
    age: float | None = attrs.field(default=None, kw_only=True)
    language: str | None = attrs.field(default=None, kw_only=True)
    open_at: datetime | None = attrs.field(default=None, kw_only=True)

    def __attrs_post_init__(self) -> None:
        if not self.text.strip() and not self.terms:
            _refuse("a need wants words or terms: Need('food pantry') or Need(terms='food-pantry')")
        if self.within is not None:
            if self.near is None:
                _refuse("`within` says how far, but `near` does not say from where")
            if not self.within.km >= 0:
                _refuse("`within` must not be negative")
        if self.age is not None and not 0 <= self.age <= 130:
            _refuse("`age` must be between 0 and 130 years")
        if self.open_at is not None and self.open_at.tzinfo is None:
            _refuse("`open_at` needs a zone: datetime(..., tzinfo=ZoneInfo('America/New_York'))")

    def __repr__(self) -> str:
        values = {field.name: getattr(self, field.name) for field in attrs.fields(type(self))}
        said = [name for name, value in values.items() if value is not None and not _empty(value)]
        return f"<Need with {', '.join(said)}>"


def _empty(value: object) -> bool:
    return isinstance(value, (str, tuple)) and not value


def _refuse(message: str) -> None:
    raise InvalidNeedError(message)

"""What a file of settings says of a library's policy: a table with the names of `Policy`.

What kind of value a name takes, is told by its default: times are numbers of days, and so on.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any, Final

import attrs

import communityconnector as cc

MOST_DAYS: Final = 36_525
"""As many as a time of `Policy` may have."""


def _whole(value: object) -> bool:
    return type(value) is int and 0 <= value <= MOST_DAYS


def _wholes(value: object) -> bool:
    return isinstance(value, list) and all(map(_whole, value))


def _texts(value: object) -> bool:
    return isinstance(value, list) and all(isinstance(one, str) for one in value)


def _many_days(value: list[int]) -> tuple[timedelta, ...]:
    return tuple(timedelta(days=one) for one in value)


_Kind = tuple[str, Callable[[object], bool], Callable[[Any], object]]

_NUMBER: Final[_Kind] = ("a whole number, such as 3", _whole, int)
_NUMBERS: Final[_Kind] = ("a list of whole numbers, such as [2, 4]", _wholes, tuple)
_DAYS: Final[_Kind] = (
    f"a whole number of days, {MOST_DAYS:,} at most",
    _whole,
    lambda days: timedelta(days=days),
)
_LIST_OF_DAYS: Final[_Kind] = ("a list of whole numbers of days, such as [14, 30]", _wholes, _many_days)
_TEXT: Final[_Kind] = ("a text", lambda value: isinstance(value, str), str)
_TEXTS: Final[_Kind] = ('a list of texts, such as ["mental_health"]', _texts, frozenset)


def _kind(default: object) -> _Kind:
    if isinstance(default, tuple):
        return _LIST_OF_DAYS if isinstance(default[0], timedelta) else _NUMBERS
    if isinstance(default, timedelta):
        return _DAYS
    if isinstance(default, frozenset):
        return _TEXTS
    return _NUMBER if isinstance(default, int) else _TEXT


KINDS: Final[Mapping[str, _Kind]] = {
    field.name: _kind(field.default)
    for field in attrs.fields(cc.Policy)
    if field.name != "zone" and not callable(field.default)
}
"""What each name takes, how that is told, and what is made of it. The zone and the calendar stand outside the table, for
they are the whole desk's; another function cannot be written into a file."""


def decided(said: Mapping[str, object]) -> tuple[dict[str, Any], list[str]]:
    """What a table decides, and all that is wrong with it. No value is repeated.

    Args:
        said: the table.
    """
    found: dict[str, Any] = {}
    problems: list[str] = []
    for name, (words, fits, made) in KINDS.items():
        if name not in said:
            continue
        if fits(said[name]):
            found[name] = made(said[name])
        else:
            problems.append(f"`{name}` must be {words}")
    if odd := len(said.keys() - KINDS.keys()):
        # Only how many, for what stands where a name should stand may be a value.
        problems.append(f"{odd} of its names are none of {', '.join(KINDS)}")
    return found, problems

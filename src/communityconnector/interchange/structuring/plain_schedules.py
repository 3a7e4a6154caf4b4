"""A quick test whether a raw schedule is written as HSDS writes it, so that nothing in it has to be repaired."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache
from operator import itemgetter
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from communityconnector.interchange.texts.moments import is_plain_date, is_plain_time, is_rule_days
from communityconnector.model import ENTITIES, specs

if TYPE_CHECKING:
    from functools import _lru_cache_wrapper


def is_plain_schedule(raw: Mapping[str, Any]) -> bool:
    """Return whether a raw schedule needs no repair and no reading of words."""
    test = _test_of(tuple(raw))
    if test is None or raw.get("description") or raw.get("notes"):
        return False
    values_in, are_plain = test
    values = values_in(raw)
    try:
        return are_plain(*values)
    except TypeError:
        # Lists and objects cannot be remembered.
        return are_plain.__wrapped__(*values)


class _PlainTest(NamedTuple):
    """The test for schedules that have the same fields.

    Attributes:
        values_in: returns the values of a schedule that have to be tested.
        are_plain: tests such values. Weeks repeat, so answers are remembered.
    """

    values_in: Callable[[Any], tuple[Any, ...]]
    are_plain: _lru_cache_wrapper[bool]


@lru_cache(maxsize=256)
def _test_of(names: tuple[str, ...]) -> _PlainTest | None:
    """Return the test for schedules of these fields; `None` where HSDS lacks one of them."""
    if not _HSDS_FIELDS.issuperset(names):
        return None
    tests = {name: test for name, test in _TESTS.items() if name in names}

    @lru_cache(maxsize=4_096)
    def are_plain(*values: Any) -> bool:
        return all(test(value) for test, value in zip(tests.values(), values, strict=True))

    if len(tests) > 1:
        return _PlainTest(itemgetter(*tests), are_plain)
    return _PlainTest(lambda raw: tuple(raw[name] for name in tests), are_plain)


def _is_plain_frequency(raw: Any) -> bool:
    return raw in (None, "", "WEEKLY", "MONTHLY")


def _names_no_zone(raw: Any) -> bool:
    return type(raw) is not str or not raw


_HSDS_FIELDS: Final = frozenset(name for name, spec in specs(ENTITIES["schedule"]).items() if spec.hsds)
_TESTS: Final[Mapping[str, Callable[[Any], bool]]] = {
    "freq": _is_plain_frequency,
    "byday": is_rule_days,
    "dtstart": is_plain_date,
    "until": is_plain_date,
    "opens_at": is_plain_time,
    "closes_at": is_plain_time,
    "timezone": _names_no_zone,
}
"""Tests whether the fields of a schedule are as HSDS writes them."""

"""The library's zone and calendar: given once to a desk, and the same for its matches and its promises."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, tzinfo
from zoneinfo import ZoneInfo

import attrs

from communityconnector.errors import InvalidSettingsError
from communityconnector.matching.schedules.recurrence import Holidays
from communityconnector.referrals import Policy
from communityconnector.referrals.policy import no_holidays


def zone_of(name: str) -> ZoneInfo:
    """Find the zone of an IANA name.

    Raises:
        InvalidSettingsError: there is no such zone. The message does not repeat the name.
    """
    try:
        return ZoneInfo(name)
    except (ValueError, LookupError, OSError):
        message = "`zone` must be the name of an IANA time zone, such as America/New_York"
    raise InvalidSettingsError(message)


def reconcile_calendar(
    policy: Policy, zone: str | tzinfo | None, holidays: Holidays | None
) -> tuple[Policy, Holidays | None]:
    """Give a policy the zone and the calendar of its desk, and return both.

    What was given in one place counts in both.

    Args:
        policy: what the library has decided.
        zone: the desk's zone, if it was given one.
        holidays: the desk's calendar, if it was given one.

    Raises:
        InvalidSettingsError: there is no such zone, or the desk and its policy were given different ones.
    """
    given = zone_of(zone) if isinstance(zone, str) else zone
    if given is not None and policy.zone is not None and str(given) != str(policy.zone):
        message = "the desk's zone and that of its policy differ, and a library has one: give it once, as `zone` of the desk"
        raise InvalidSettingsError(message)
    if policy.is_holiday is no_holidays:
        if holidays is not None:
            policy = attrs.evolve(policy, is_holiday=holidays)
    elif holidays is None:
        holidays = _names(policy.is_holiday)
    elif holidays != policy.is_holiday:
        message = (
            "the desk's holidays and those of its policy differ, and a library has one calendar: "
            "give it once, as `holidays` of the desk"
        )
        raise InvalidSettingsError(message)
    return attrs.evolve(policy, zone=policy.zone if given is None else given), holidays


def _names(is_holiday: Callable[[date], object]) -> Holidays:
    """Make a calendar that names its days, of one that may only say yes."""

    def name_of(day: date) -> str | None:
        answer = is_holiday(day)
        return answer if isinstance(answer, str) else "a holiday" if answer else None

    return name_of

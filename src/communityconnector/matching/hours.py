"""Whether something is open, and when next, from HSDS schedules.

A schedule is the parts of an RFC 5545 recurrence rule (`dateutil.rrule` expands it) with a time of opening and
of closing. Where the rule is incomplete or impossible the answer is unknown, never closed.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta, timezone, tzinfo
from enum import StrEnum
from functools import lru_cache
from typing import Final
from zoneinfo import ZoneInfo

import attrs

from communityconnector.matching.recurrence import (
    Holidays,
    NotUnderstoodError,
    Rule,
    not_understood,
    rule_of,
    spans,
)
from communityconnector.model import Offer

_AHEAD: Final = timedelta(days=14)
"""How far `status` looks for the next opening."""


class Open(StrEnum):
    """What schedules say of a moment."""

    OPEN = "open"
    CLOSED = "closed"
    UNKNOWN = "unknown"


@attrs.frozen
class Hours:
    """What schedules say of a moment, and which span says it.

    Attributes:
        state: open, closed or unknown.
        since: when the span that covers the moment began.
        until: when it ends; where spans follow on each other, the last of them.
        next: when it opens next, if it is closed.
        note: why the state is unknown, for people.
    """

    state: Open
    since: datetime | None = None
    until: datetime | None = None
    next: datetime | None = None
    note: str = ""


def status(
    offer: Offer, moment: datetime, zone: tzinfo | None = None, holidays: Holidays | None = None
) -> Hours:
    """Open until when, closed and opening when next, or unknown and why.

    One span that covers the moment is enough to be open. Closed means that every schedule is understood and
    none covers it.

    Args:
        offer: the offer; its own hours count, else its service's, else its location's.
        moment: when, with a zone.
        zone: zone of the schedules' wall-clock times, unless the location names its own (`timezone`, an IANA name,
            as HSDS directories write it beside the standard's fields). Default: a schedule's own offset from UTC, and
            without one the zone of `moment`, since the desk that asks is where the service is.
        holidays: names the days on which the usual hours may not hold: then the state is unknown, unless a
            schedule is for that very day.
    """
    rules = tuple(map(rule_of, offer.schedules))
    there = zone_named(zone_name(offer)) or zone
    found = at(rules, moment, there, holidays)
    if found.state is Open.CLOSED:
        return attrs.evolve(found, next=_next(rules, moment, there, holidays))
    return found


def zone_name(offer: Offer) -> str:
    """The IANA name of the zone that an offer's location says it is in; "" where it says none."""
    place = offer.location
    named = place.extra.get("timezone") if place is not None else None
    return named if isinstance(named, str) else ""


@lru_cache(maxsize=256)
def zone_named(name: str) -> tzinfo | None:
    """The IANA zone of a name, or `None` where there is none."""
    try:
        return ZoneInfo(name) if name else None
    except (ValueError, LookupError, OSError):
        return None


def at(
    rules: Iterable[Rule], moment: datetime, zone: tzinfo | None = None, holidays: Holidays | None = None
) -> Hours:
    """As `status`, for the rules of an offer, and without a look ahead."""
    rules = tuple(rules)
    if not rules:
        return Hours(Open.UNKNOWN, note="no hours are given")
    doubt = ""
    covering: tuple[datetime, datetime] | None = None
    for rule in rules:
        try:
            covering = _covering(rule, moment, zone_of(rule, moment, zone), holidays) or covering
        except NotUnderstoodError as reason:
            doubt = doubt or str(reason)
    if covering is not None:
        begins, ends = covering
        return Hours(Open.OPEN, begins, _last_end(rules, ends, zone, holidays))
    return Hours(Open.UNKNOWN, note=doubt) if doubt else Hours(Open.CLOSED)


def within(
    rules: Iterable[Rule],
    begins: datetime,
    ends: datetime,
    zone: tzinfo | None = None,
    holidays: Holidays | None = None,
) -> Hours:
    """What schedules say of a window: open if any span meets it.

    Args:
        rules: the hours of one offer.
        begins: beginning of the window, with a zone.
        ends: its end, which is not part of it.
        zone: as for `status`.
        holidays: as for `status`.
    """
    doubt = ""
    rules = tuple(rules)
    if not rules:
        return Hours(Open.UNKNOWN, note="no hours are given")
    for rule in rules:
        there = zone_of(rule, begins, zone)
        day, last = _day(begins, there) - timedelta(days=1), _day(ends, there) + timedelta(days=1)
        while day <= last:
            try:
                for start, end in spans(rule, day, there, holidays):
                    if start < ends and end > begins:
                        return Hours(Open.OPEN, start, end)
            except NotUnderstoodError as reason:
                if begins.astimezone(there).date() <= day <= ends.astimezone(there).date():
                    doubt = doubt or str(reason)
            day += timedelta(days=1)
    return Hours(Open.UNKNOWN, note=doubt) if doubt else Hours(Open.CLOSED)


def _day(moment: datetime, zone: tzinfo) -> date:
    try:
        return moment.astimezone(zone).date()
    except OverflowError:
        not_understood("the moment lies beyond the calendar")


def _covering(
    rule: Rule, moment: datetime, zone: tzinfo, holidays: Holidays | None
) -> tuple[datetime, datetime] | None:
    today = _day(moment, zone)
    doubt: NotUnderstoodError | None = None
    # A span that began yesterday may run past midnight into the moment; one in another zone may begin "tomorrow".
    for ahead in (-1, 1, 0) if rule.opens_at and rule.opens_at[-1:] in "Zz0123456789" else (-1, 0):
        try:
            for start, end in spans(rule, today + timedelta(days=ahead), zone, holidays):
                if start <= moment < end:
                    return start, end
        except NotUnderstoodError as reason:
            if ahead == 0:
                doubt = reason
        except OverflowError:
            doubt = NotUnderstoodError("the moment lies beyond the calendar")
    if doubt is not None:
        raise doubt
    return None


def _last_end(
    rules: tuple[Rule, ...], ends: datetime, zone: tzinfo | None, holidays: Holidays | None
) -> datetime:
    """The end of a span, or of the spans that follow on it without a gap."""
    limit = ends + _AHEAD
    while ends < limit:
        later = ends
        for rule in rules:
            try:
                found = _covering(rule, ends, zone_of(rule, ends, zone), holidays)
            except NotUnderstoodError:
                continue
            if found is not None:
                later = max(later, found[1])
        if later <= ends:
            break
        ends = later
    return ends


def _next(
    rules: tuple[Rule, ...], moment: datetime, zone: tzinfo | None, holidays: Holidays | None
) -> datetime | None:
    found: list[datetime] = []
    for rule in rules:
        there = zone_of(rule, moment, zone)
        today = _day(moment, there)
        for ahead in range(_AHEAD.days + 1):
            try:
                starts = [
                    s for s, _ in spans(rule, today + timedelta(days=ahead), there, holidays) if s > moment
                ]
            except (NotUnderstoodError, OverflowError):
                break
            if starts:
                found.append(min(starts))
                break
    return min(found, default=None)


def zone_of(rule: Rule, moment: datetime, zone: tzinfo | None) -> tzinfo:
    """The zone of a rule's wall-clock times (see `status`)."""
    if zone is not None:
        return zone
    if rule.timezone is not None and -24 < rule.timezone < 24:
        return timezone(timedelta(hours=rule.timezone))
    return moment.tzinfo or UTC

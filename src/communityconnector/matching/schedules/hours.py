"""Whether something is open, and when next, from HSDS schedules.

A schedule is the parts of an RFC 5545 recurrence rule with a time of opening and of closing. Where the rule is incomplete or impossible the answer is unknown, never closed.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta, tzinfo
from enum import StrEnum
from typing import Final

import attrs

from communityconnector.matching.schedules.recurrence import Holidays, Rule, Span, rule_of
from communityconnector.matching.schedules.timetable import said_on
from communityconnector.matching.schedules.zones import clocks
from communityconnector.model import Offer
from communityconnector.model.zone_labels import zone_named

_AHEAD: Final = timedelta(days=14)
"""How far `status` looks for the next opening."""
_DAY: Final = timedelta(days=1)
_BEYOND: Final = "the moment lies beyond the calendar"


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

    One span that covers the moment is enough to be open, unless a schedule for that very day says otherwise (see
    `timetable`). Closed means that every schedule is understood and none covers it.

    Args:
        offer: the offer; its own hours count, else its service's, else its location's.
        moment: when, with a zone.
        zone: zone of the schedules' wall-clock times, unless a schedule names its own (an offset from UTC, or a name),
            or the location does (`timezone`, an IANA name, as HSDS directories write it beside the standard's fields).
            Default: the zone of `moment`, since the desk that asks is where the service is.
        holidays: names the days on which the usual hours may not hold: then the state is unknown, unless a
            schedule is for that very day.
    """
    rules = tuple(map(rule_of, offer.schedules))
    there = zone_named(zone_name(offer)) or zone
    found = at(rules, moment, there, holidays)
    if found.state is Open.CLOSED:
        try:
            clock = _Clock(rules, clocks(rules, moment, there)[0], holidays)
            return attrs.evolve(found, next=clock.next(moment))
        except OverflowError:
            return found
    return found


def zone_name(offer: Offer) -> str:
    """The IANA name of the zone that an offer's location says it is in; "" where it says none."""
    place = offer.location
    named = place.extra.get("timezone") if place is not None else None
    return named if isinstance(named, str) else ""


def at(
    rules: Iterable[Rule], moment: datetime, zone: tzinfo | None = None, holidays: Holidays | None = None
) -> Hours:
    """As `status`, for the rules of an offer, and without a look ahead."""
    rules = tuple(rules)
    if not rules:
        return Hours(Open.UNKNOWN, note="no hours are given")
    try:
        return _agreed([_Clock(rules, zones, holidays).at(moment) for zones in clocks(rules, moment, zone)])
    except OverflowError:
        return Hours(Open.UNKNOWN, note=_BEYOND)


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
    rules = tuple(rules)
    if not rules:
        return Hours(Open.UNKNOWN, note="no hours are given")
    try:
        return _agreed(
            [_Clock(rules, zones, holidays).within(begins, ends) for zones in clocks(rules, begins, zone)]
        )
    except OverflowError:
        return Hours(Open.UNKNOWN, note=_BEYOND)


def _agreed(found: Sequence[Hours]) -> Hours:
    """What is so by each of the clocks that may be meant."""
    if any(other.state is not found[0].state for other in found):
        return Hours(Open.UNKNOWN, note="its clock may or may not have summer time")
    return found[0]


class _Clock:
    """Rules by the clock of each."""

    def __init__(self, rules: tuple[Rule, ...], zones: Sequence[tzinfo], holidays: Holidays | None) -> None:
        self._rules = rules
        self._zones = zones
        self._holidays = holidays

    def _said(self, first: datetime, last: datetime) -> Iterator[Span]:
        """What is said of the days around two moments: a span that began the day before may still run."""
        days = [moment.astimezone(zone).date() for moment in (first, last) for zone in set(self._zones)]
        day = min(days) - _DAY
        while day <= max(days) + _DAY:
            yield from said_on(self._rules, day, self._zones, self._holidays)
            day += _DAY

    def at(self, moment: datetime) -> Hours:
        covering = [span for span in self._said(moment, moment) if span.begins <= moment < span.ends]
        sure = [span for span in covering if not span.doubt]
        if sure:
            return Hours(Open.OPEN, min(s.begins for s in sure), self._last_end(max(s.ends for s in sure)))
        if covering:
            return Hours(Open.UNKNOWN, note=covering[0].doubt)
        return Hours(Open.CLOSED)

    def _last_end(self, ends: datetime) -> datetime:
        """The end of a span, or of the spans that follow on it without a gap."""
        limit = ends + _AHEAD
        while ends < limit:
            later = [s.ends for s in self._said(ends, ends) if not s.doubt and s.begins <= ends < s.ends]
            if not later:
                break
            ends = max(later)
        return ends

    def within(self, begins: datetime, ends: datetime) -> Hours:
        meeting = [span for span in self._said(begins, ends) if span.begins < ends and span.ends > begins]
        sure = [span for span in meeting if not span.doubt]
        if sure:
            first = min(sure, key=lambda span: span.begins)
            return Hours(Open.OPEN, first.begins, first.ends)
        return Hours(Open.UNKNOWN, note=meeting[0].doubt) if meeting else Hours(Open.CLOSED)

    def next(self, moment: datetime) -> datetime | None:
        """When it opens next, in the days ahead."""
        coming = self._said(moment, moment + _AHEAD)
        return min((span.begins for span in coming if not span.doubt and span.begins > moment), default=None)

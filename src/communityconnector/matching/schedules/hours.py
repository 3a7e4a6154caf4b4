"""Whether an offer is open, and when it opens next, by its HSDS schedules.

A schedule is the parts of an RFC 5545 recurrence rule with an opening and a closing time. If the rule is incomplete or
impossible, the answer is unknown, never closed. `at` is the one way to ask; `status` also looks ahead.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta, tzinfo
from enum import StrEnum
from typing import Final

import attrs

from communityconnector.matching.schedules.recurrence import Holidays, Rule, Span, rule_of
from communityconnector.matching.schedules.timetable import spans_of_day
from communityconnector.matching.schedules.zones import clocks
from communityconnector.model import Offer
from communityconnector.model.zone_labels import zone_named

_AHEAD: Final = timedelta(days=14)
"""How far `status` looks for the next opening."""
_DAY: Final = timedelta(days=1)


class Open(StrEnum):
    """What schedules say of a moment or a window."""

    OPEN = "open"
    CLOSED = "closed"
    UNKNOWN = "unknown"


@attrs.frozen
class Hours:
    """What schedules say of a moment or a window, and the span that says it.

    Attributes:
        state: open, closed or unknown.
        since: when the span began.
        until: when it ends; for a moment, the end of the spans that follow it without a gap.
        next: when it opens next, if it is closed.
        note: why the state is unknown, in words.
    """

    state: Open
    since: datetime | None = None
    until: datetime | None = None
    next: datetime | None = None
    note: str = ""


def status(
    offer: Offer, moment: datetime, zone: tzinfo | None = None, holidays: Holidays | None = None
) -> Hours:
    """Return whether an offer is open: until when, or when it opens next, or why that is unknown.

    One span that covers the moment is enough to be open, unless a schedule for that very day says otherwise (see
    `timetable`). Closed means that every schedule is understood and none covers the moment.

    Args:
        offer: the offer. Its own hours count, else its service's, else its location's.
        moment: the moment, with a time zone.
        zone: the time zone of the schedules' wall-clock times, unless a schedule names its own (an offset from UTC, or a
            name), or the location does (`timezone`, an IANA name, as HSDS directories write it in addition to the
            standard's fields). By default the time zone of `moment`, since the desk is usually where the service is.
        holidays: names the days on which the usual hours may not apply. On these days the state is unknown, unless a
            schedule is for that very day.
    """
    rules = tuple(map(rule_of, offer.schedules))
    zone = zone_named(zone_name(offer)) or zone
    hours = at(rules, moment, zone, holidays)
    if hours.state is Open.CLOSED:
        try:
            timetable = _Timetable(rules, clocks(rules, moment, zone)[0], holidays)
            return attrs.evolve(hours, next=timetable.next(moment))
        except OverflowError:
            return hours
    return hours


def zone_name(offer: Offer) -> str:
    """Return the IANA name of the time zone of an offer's location; "" if the record has none."""
    place = offer.location
    named = place.extra.get("timezone") if place is not None else None
    return named if isinstance(named, str) else ""


def at(
    rules: Iterable[Rule],
    moment: datetime,
    zone: tzinfo | None = None,
    holidays: Holidays | None = None,
    *,
    until: datetime | None = None,
) -> Hours:
    """Return what schedules say of a moment, or of a window: open if any span meets it. It does not look ahead.

    Args:
        rules: the schedules of one offer.
        moment: the moment, or the beginning of the window, with a time zone.
        zone: as for `status`.
        holidays: as for `status`.
        until: the end of the window, which is not part of it.
    """
    rules = tuple(rules)
    if not rules:
        return Hours(Open.UNKNOWN, note="no hours are given")
    try:
        answers = [
            _Timetable(rules, zones, holidays).hours(moment, until) for zones in clocks(rules, moment, zone)
        ]
    except OverflowError:
        return Hours(Open.UNKNOWN, note="the moment lies beyond the calendar")
    if any(answer.state is not answers[0].state for answer in answers):
        return Hours(Open.UNKNOWN, note="its clock may or may not have summer time")
    return answers[0]


class _Timetable:
    """The schedules of an offer, each by its own clock."""

    def __init__(self, rules: tuple[Rule, ...], zones: Sequence[tzinfo], holidays: Holidays | None) -> None:
        self._rules = rules
        self._zones = zones
        self._holidays = holidays

    def _spans(self, first: datetime, last: datetime) -> Iterator[Span]:
        """Yield the spans of the days around two moments: one that began the day before may still run."""
        days = [moment.astimezone(zone).date() for moment in (first, last) for zone in set(self._zones)]
        day = min(days) - _DAY
        while day <= max(days) + _DAY:
            yield from spans_of_day(self._rules, day, self._zones, self._holidays)
            day += _DAY

    def hours(self, moment: datetime, until: datetime | None = None) -> Hours:
        """Return what the schedules say of a moment, or of a window that begins with it."""
        spans = [
            span
            for span in self._spans(moment, until or moment)
            if moment < span.ends and (span.begins <= moment if until is None else span.begins < until)
        ]
        sure = [span for span in spans if not span.doubt]
        if not sure:
            return Hours(Open.UNKNOWN, note=spans[0].doubt) if spans else Hours(Open.CLOSED)
        first = min(sure, key=lambda span: span.begins)
        if until is not None:
            return Hours(Open.OPEN, first.begins, first.ends)
        return Hours(Open.OPEN, first.begins, self._last_end(max(span.ends for span in sure)))

    def _last_end(self, ends: datetime) -> datetime:
        """Return the end of a span, or of the spans that follow it without a gap."""
        limit = ends + _AHEAD
        while ends < limit:
            later = [s.ends for s in self._spans(ends, ends) if not s.doubt and s.begins <= ends < s.ends]
            if not later:
                break
            ends = max(later)
        return ends

    def next(self, moment: datetime) -> datetime | None:
        """Return when it opens next, in the days ahead."""
        coming = self._spans(moment, moment + _AHEAD)
        return min((span.begins for span in coming if not span.doubt and span.begins > moment), default=None)

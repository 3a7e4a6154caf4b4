"""Whether an offer is open when it is asked for."""

from __future__ import annotations

from datetime import datetime, time, timedelta, tzinfo
from typing import Any, Final, NamedTuple

from communityconnector.matching.answers import Reason, met, unknown, unmet
from communityconnector.matching.criteria.criterion import Criterion, Facts
from communityconnector.matching.query import Query
from communityconnector.matching.schedules import clock_words, hours
from communityconnector.matching.schedules.recurrence import Holidays, Rule, rule_of
from communityconnector.model import Offer
from communityconnector.model.zone_labels import zone_named


class Asked(NamedTuple):
    """When an offer must be open.

    Attributes:
        begins: the moment, or the beginning of the window.
        ends: the end of the window; `None` for a moment.
        least: how long it must still be open.
        zone: zone of the directory's wall-clock times, if it is known.
        holidays: names the days on which the usual hours may not hold.
        own_zone: the zone in which it was asked, since equal moments of two zones are equal.
    """

    begins: datetime
    ends: datetime | None
    least: timedelta | None
    zone: tzinfo | None
    holidays: Holidays | None
    own_zone: tzinfo | None


def _asked(query: Query) -> Asked | None:
    need = query.need
    if need.open_between is not None:
        begins, ends = need.open_between
        return Asked(begins, ends, None, query.zone, query.holidays, begins.tzinfo)
    if need.open_at is None:
        return None
    return Asked(need.open_at, None, need.open_for, query.zone, query.holidays, need.open_at.tzinfo)


def _hours(offer: Offer) -> Facts:
    return (hours.zone_name(offer), tuple(map(rule_of, offer.schedules)))


def _is_open(facts: Facts, asked: Any) -> Reason:
    named, rules = facts
    zone = zone_named(named) or asked.zone
    if asked.ends is not None:
        return _in_window(hours.within(rules, asked.begins, asked.ends, zone, asked.holidays))
    found = hours.at(rules, asked.begins, zone, asked.holidays)
    if found.state is hours.Open.CLOSED:
        return unmet("open_at", "Closed then")
    if found.since is None or found.until is None:
        return unknown("open_at", f"Ask whether they are open then ({found.note})")
    if asked.least is not None and found.until - asked.begins < asked.least:
        text = f"Open then, but it closes too soon: {clock_words.span(found.since, found.until)}"
        return unmet("open_at", text, **_times(found.since, found.until))
    return open_then(found.since, found.until)


def open_then(since: time | datetime, until: time | datetime) -> Reason:
    """The reason of an offer that is open from one time of day, or moment, to another."""
    words = clock_words.span(since, until)
    text = "Open around the clock" if words == clock_words.ALWAYS else f"Open then: {words}"
    return met("open_at", text, **_times(since, until))


def _times(since: time | datetime, until: time | datetime) -> dict[str, str]:
    return {"opens_at": f"{since:%H:%M}", "closes_at": f"{until:%H:%M}"}


def _in_window(found: hours.Hours) -> Reason:
    if found.state is hours.Open.CLOSED:
        return unmet("open_at", "Closed all that time")
    if found.since is None or found.until is None:
        return unknown("open_at", f"Ask whether they are open then ({found.note})")
    span = {"opens_at": f"{found.since:%Y-%m-%d %H:%M}", "closes_at": f"{found.until:%H:%M}"}
    return met(
        "open_at", f"Open in that time: {found.since:%a} {clock_words.span(found.since, found.until)}", **span
    )


def _restored(value: Any) -> Facts:
    zone, rules = value
    return (zone, tuple(map(Rule._make, rules)))


OPEN_AT: Final = Criterion("open_at", _asked, _hours, _is_open, _restored)
"""Whether the offer is open at a moment, long enough, or at any time in a window."""

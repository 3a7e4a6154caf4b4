"""Whether an offer is open at the required time."""

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


class OpenQuery(NamedTuple):
    """When an offer must be open.

    Attributes:
        begins: the moment, or the beginning of the window.
        ends: the end of the window; `None` for a moment.
        least: how much longer it must stay open.
        zone: the time zone of the directory's wall-clock times, if it is known.
        holidays: names the days on which the usual hours may not apply.
        own_zone: the time zone of `begins`, which tells apart moments that are equal in two zones.
    """

    begins: datetime
    ends: datetime | None
    least: timedelta | None
    zone: tzinfo | None
    holidays: Holidays | None
    own_zone: tzinfo | None


def _required_opening(query: Query) -> OpenQuery | None:
    need = query.need
    if need.open_between is not None:
        begins, ends = need.open_between
        return OpenQuery(begins, ends, None, query.zone, query.holidays, begins.tzinfo)
    if need.open_at is None:
        return None
    return OpenQuery(need.open_at, None, need.open_for, query.zone, query.holidays, need.open_at.tzinfo)


def _hours_facts(offer: Offer) -> Facts:
    return (hours.zone_name(offer), tuple(map(rule_of, offer.schedules)))


def _hours_answer(facts: Facts, required: Any) -> Reason:
    zone_name, rules = facts
    zone = zone_named(zone_name) or required.zone
    opening = hours.at(rules, required.begins, zone, required.holidays, until=required.ends)
    since, until = opening.since, opening.until
    if opening.state is hours.Open.CLOSED:
        return unmet("open_at", "Closed then" if required.ends is None else "Closed during that time")
    if since is None or until is None:
        return unknown("open_at", f"Ask whether they are open then ({opening.note})")
    if required.ends is not None:
        span = {"opens_at": f"{since:%Y-%m-%d %H:%M}", "closes_at": f"{until:%H:%M}"}
        return met("open_at", f"Open during that time: {since:%a} {clock_words.span(since, until)}", **span)
    if required.least is not None and until - required.begins < required.least:
        text = f"Open then, but it closes too soon: {clock_words.span(since, until)}"
        return unmet("open_at", text, **_times(since, until))
    return open_then(since, until)


def open_then(since: time | datetime, until: time | datetime) -> Reason:
    """Return the reason of an offer that is open from one time of day, or moment, to another."""
    words = clock_words.span(since, until)
    text = "Open around the clock" if words == clock_words.ALWAYS else f"Open then: {words}"
    return met("open_at", text, **_times(since, until))


def _times(since: time | datetime, until: time | datetime) -> dict[str, str]:
    return {"opens_at": f"{since:%H:%M}", "closes_at": f"{until:%H:%M}"}


def _hours_from_json(value: Any) -> Facts:
    zone, rules = value
    return (zone, tuple(map(Rule._make, rules)))


OPEN_AT: Final = Criterion("open_at", _required_opening, _hours_facts, _hours_answer, _hours_from_json)
"""Whether the offer is open at a moment, long enough, or at any time in a window."""

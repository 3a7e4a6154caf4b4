"""The time zones of the times of schedules.

A schedule's own zone counts first, then that of its location, then that of the library, then that of the moment in the
query. Its own zone is an offset from UTC in hours, for which HSDS has a field, or a label: an IANA name, "Eastern Time",
"EST".

An offset, and a label such as "EST", have no summer time, but most sources that write them mean local time. If that
makes a difference, both are tried, and the answer is unknown unless they agree.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta, timezone, tzinfo

from communityconnector.matching.schedules.rules import NotUnderstoodError, Rule, parts
from communityconnector.model.zone_labels import meaning_of


def _own(rule: Rule) -> tuple[tzinfo | None, float | None] | None:
    """Return the zone and the offset of a rule; `None` if it has neither."""
    try:
        label = parts(rule).zone
    except NotUnderstoodError:
        return None
    if label:
        return meaning_of(label)
    if rule.timezone is not None and -15 < rule.timezone < 15:
        return None, rule.timezone
    return None


def clocks(rules: Sequence[Rule], moment: datetime, zone: tzinfo | None) -> list[tuple[tzinfo, ...]]:
    """Return the possible zones of rules: one zone for each rule, once or twice.

    Args:
        rules: the rules.
        moment: a moment near the time in question.
        zone: the zone of rules that name none; by default that of the moment.
    """
    there = zone or moment.tzinfo or UTC
    if all(rule.timezone is None and "TZID=" not in rule.beyond for rule in rules):
        return [(there,) * len(rules)]
    candidates = [_candidates(_own(rule), moment, there) for rule in rules]
    first, last = tuple(zones[0] for zones in candidates), tuple(zones[-1] for zones in candidates)
    return [first] if first == last else [first, last]


def _candidates(
    own: tuple[tzinfo | None, float | None] | None, moment: datetime, there: tzinfo
) -> list[tzinfo]:
    if own is None:
        return [there]
    zone, offset = own
    if offset is None:
        return [zone or there]
    fixed = timezone(timedelta(hours=offset))
    wall = zone or there
    offsets = {_offset_at(wall, moment + timedelta(days=days)) for days in (0, 91, 182, 273)}
    if timedelta(hours=offset) not in offsets:
        return [fixed]
    # Local time has this offset now, or in another season.
    return [wall] if _offset_at(wall, moment) == timedelta(hours=offset) else [fixed, wall]


def _offset_at(zone: tzinfo, moment: datetime) -> timedelta | None:
    return moment.astimezone(zone).utcoffset()

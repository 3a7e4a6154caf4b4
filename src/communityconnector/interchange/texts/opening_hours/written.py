"""Hours that were read, in a few words, for findings."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from communityconnector.interchange.texts.opening_hours.clock import WHOLE_DAY
from communityconnector.interchange.texts.opening_hours.vocabulary import DAYS
from communityconnector.model.rule_parts import CLOSED, RULE


def written(part: Mapping[str, Any]) -> str:
    """Return a part of hours as a finding says it: "MO,TU 09:00-17:00", "every day all day", "1FR closed"."""
    byday = part.get("byday", "")
    days = "every day" if byday == ",".join(DAYS) else byday
    dates = f"{part['bymonthday']} of the month" if part.get("bymonthday") else ""
    months = str(part.get(RULE, "")).replace("BYMONTH=", "in the months ")
    return " ".join(filter(None, (days, dates, _times(part), months)))


def _times(part: Mapping[str, Any]) -> str:
    if part.get(CLOSED):
        return "closed"
    span = part.get("opens_at", ""), part.get("closes_at", "")
    if not any(span):
        return "unknown"
    return "all day" if span == WHOLE_DAY else "-".join(span)

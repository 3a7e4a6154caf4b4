"""The schedules that one raw schedule stands for: its slips are repaired, and hours in words are read."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from communityconnector.interchange.legacy import repair_schedule
from communityconnector.interchange.notes import UPGRADED, Draft, Notes
from communityconnector.interchange.texts.opening_hours import read_hours
from communityconnector.interchange.texts.opening_hours.conditions import conditions
from communityconnector.interchange.texts.opening_hours.written import written
from communityconnector.model import ENTITIES, Severity, specs
from communityconnector.model.identity import mint
from communityconnector.model.rule_parts import UNSURE, beyond_hsds

OPENING_FIELDS: Final = frozenset(specs(ENTITIES["schedule"])) - frozenset(
    "id service_id location_id service_at_location_id description schedule_link attending_type notes attributes metadata".split()
)
"""The fields of a schedule that say when it is open."""

_RULE_PARTS: Final = ("freq", "byday", "opens_at", "closes_at", "bymonthday", "dtstart")


def schedule_parts(raw: Mapping[str, Any], notes: Notes) -> list[Mapping[str, Any]]:
    """Return the raw schedules that a raw schedule stands for: several, where its hours are in words that can be read."""
    repaired = repair_schedule(raw)
    if repaired is not None:
        message = "a field of an older or another form: a schedule in other parts"
        notes.tally("schedule", Draft(Severity.INFO, "older-form", message, UPGRADED, ""))
        raw = repaired
    text = raw.get("description")
    if any(raw.get(part) for part in _RULE_PARTS) or beyond_hsds(
        {name: raw[name] for name in raw.keys() - OPENING_FIELDS}
    ):
        return [_with_conditions(raw, notes)]
    if not isinstance(text, str) or not any(letter.isdigit() for letter in text):
        return [raw]
    hours = read_hours(text)
    if not hours.certain:
        message = f"hours in words that cannot be read with certainty ({hours.doubt})"
        notes.draft(Severity.INFO, "hours-not-read", message, "kept as text", "description", text)
        return [raw]
    spans = "; ".join(map(written, hours.schedules))
    notes.draft(Severity.INFO, "hours-read", "hours in words", "read as", "description", text, spans)
    key = raw.get("id")
    ids = [
        {"id": mint("schedule", str(key), str(n))} if key and n else {} for n in range(len(hours.schedules))
    ]
    return [{**raw, **part, **own_id} for part, own_id in zip(hours.schedules, ids, strict=True)]


def _with_conditions(raw: Mapping[str, Any], notes: Notes) -> Mapping[str, Any]:
    """Return a raw schedule with what its words state beside its hours."""
    stated = conditions(raw) if raw.get("opens_at") else {}
    new = {name: value for name, value in stated.items() if name not in raw}
    if reason := new.get(UNSURE):
        message = f"words beside the hours say that these do not hold as they stand ({reason})"
        description = raw.get("description")
        notes.draft(Severity.WARNING, "hours-in-doubt", message, "hours unknown", "description", description)
    return {**raw, **new} if new else raw

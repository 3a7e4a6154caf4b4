"""The state of a raw record, which may stand under other names or in other words, put in its HSDS field."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from communityconnector.interchange.notes import Draft, Notes
from communityconnector.interchange.structuring.own_fields import STATE
from communityconnector.interchange.texts.repaired import NOTHING
from communityconnector.interchange.texts.states import state_in
from communityconnector.model import Severity


def with_state(entity: str, raw: Mapping[str, Any], notes: Notes) -> Mapping[str, Any]:
    """Return a raw record with its state in its HSDS field; that of an organization or a location in `STATE`."""
    state = state_in(raw, has_status=entity == "service")
    if state is None or (state.runs and raw.get("status") in {"active", None} and entity != "service"):
        return raw
    if entity != "service":
        return {**raw, STATE: state.status or state.alert}
    status = raw.get("status")
    if state.runs and status == state.status:
        return raw
    changed = {name: value for name, value in raw.items() if name != "status"}
    if status not in NOTHING and status != state.status:
        changed.setdefault(STATE, status)
    if state.status:
        changed["status"] = state.status
    alert = raw.get("alert")
    if state.alert and state.alert not in str(alert or ""):
        changed["alert"] = f"{alert}; {state.alert}" if isinstance(alert, str) and alert else state.alert
    action = "read as" if state.status else "left open; shown as an alert"
    read_as = state.status or None
    if state.sources == ("status",):
        message = "a state in words that HSDS lacks"
        severity = Severity.WARNING if state.status else Severity.ERROR
        notes.draft(severity, "unlisted-word", message, action, "status", status, read_as)
    elif state.runs:
        message = f"{', '.join(state.sources)}: whether the service runs"
        notes.tally(entity, Draft(Severity.INFO, "older-form", message, "read as status", state.sources[0]))
    else:
        message = "the state of a service under other names"
        sources = "; ".join(f"{name}: {raw[name]}" for name in state.sources if name != "attributes")
        notes.draft(Severity.WARNING, "state-read", message, action, "status", sources, read_as)
    return changed

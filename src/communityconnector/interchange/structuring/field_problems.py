"""What becomes of a wrong value: a finding, and the value to keep."""

from __future__ import annotations

from typing import Any, Final

from communityconnector.interchange.notes import TALLIED, Draft, Notes
from communityconnector.interchange.structuring.mode import Mode
from communityconnector.interchange.structuring.plans import FieldPlan
from communityconnector.interchange.structuring.schedule_parts import OPENING_FIELDS
from communityconnector.interchange.texts.repaired import ABSENT, Problem
from communityconnector.model import Severity

_HARMLESS: Final = frozenset({"id-not-uuid", "upper-case-id", "extension-as-text"})
"""Rules whose value is kept in every mode: nothing is lost and nothing is changed but letter case."""

_ABSENT: Final = "read as if absent"
_KEPT: Final = "kept as it was"


class FieldProblems:
    """Drafts a finding for each wrong value.

    Args:
        notes: takes the findings.
        mode: what to do with wrong values.
        tabular: whether the values come from a table, where everything is text.
    """

    def __init__(self, notes: Notes, mode: Mode, *, tabular: bool) -> None:
        self._notes = notes
        self._repairs = mode is Mode.REPAIR
        self._tabular = tabular

    def report(self, field: FieldPlan, raw: Any, value: Any, problem: Problem, extra: dict[str, Any]) -> Any:
        """Draft a finding about a field and return the value to keep.

        Args:
            field: the field.
            raw: its value in the source.
            value: the value as it was read; `ABSENT` for none.
            problem: what was wrong.
            extra: the record's values that no field holds; takes a value that is kept as it was.
        """
        name, rule = field.name, problem.rule
        if self._tabular and rule == "number-as-text":
            return value
        harmless = rule in _HARMLESS
        is_kept = not self._repairs and not harmless
        if is_kept:
            extra[name] = raw
        if rule in TALLIED:
            self._tally(field, raw, problem, harmless=harmless)
            return ABSENT if is_kept else value
        if is_kept:
            self._notes.draft(Severity.ERROR, rule, problem.message, _KEPT, name, raw)
            return ABSENT
        if problem.mended:
            severity = Severity.INFO if harmless else Severity.WARNING
            read_as = None if value is ABSENT or value == raw else value
            action = _ABSENT if value is ABSENT else "" if read_as is None else "read as"
            self._notes.draft(severity, rule, problem.message, action, name, raw, read_as)
            return value
        action = "dropped"
        if field.entity == "schedule" and name in OPENING_FIELDS:
            # To leave out a part of a rule would make the hours wider.
            extra[f"x_{name}"] = raw
            action = f"kept as x_{name}; hours unknown"
        elif value is ABSENT:
            extra[name] = raw
        self._notes.draft(Severity.ERROR, rule, problem.message, action, name, raw)
        return value

    def _tally(self, field: FieldPlan, raw: Any, problem: Problem, *, harmless: bool) -> None:
        rule = problem.rule
        severity = Severity.INFO if harmless else Severity.WARNING if self._repairs else Severity.ERROR
        action = "" if harmless else _ABSENT if self._repairs else _KEPT
        draft = Draft(severity, rule, problem.message, action, field.name, raw)
        first = self._notes.tally(field.entity, draft)
        if not self._repairs:
            return
        if raw is None and not self._tabular:
            field.nulls = first
        elif rule == "id-not-uuid":
            field.odd_ids = first

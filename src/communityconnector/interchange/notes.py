"""Findings while their records and places are still becoming known, and the counting of what repeats."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

import attrs

from communityconnector.model import Finding, Severity

TALLIED: Final = frozenset({"null-value", "empty-text", "id-not-uuid", "older-form", "filled-in"})
"""Rules whose findings are counted by entity and field: some files have null in every empty field."""

MOST_ALIKE: Final = 1000
"""Most findings of one rule in one field of one entity that are told one by one; the others are counted."""


@attrs.define(slots=True)
class Draft:
    """A finding while its record and its path are still becoming known."""

    severity: Severity
    rule: str
    message: str
    action: str
    path: str
    value: Any = None
    entity: str = ""
    record_id: str = ""
    file: str = ""
    line: int | None = None
    count: int = 1


At = Callable[[Draft], tuple[int | None, str]]
"""Gives a draft's line and path in its file."""


class Notes:
    """What one reading has noted so far.

    Attributes:
        drafts: findings of the record that is being read, with paths relative to it.
    """

    def __init__(self) -> None:
        self.drafts: list[Draft] = []
        self._tallies: dict[tuple[str, str, str], Draft] = {}
        self._alike: dict[tuple[str, str, str], int] = {}

    def note(  # noqa: PLR0913, PLR0917  # the parts of a draft, in its order
        self, severity: Severity, rule: str, message: str, action: str, path: str, value: Any = None
    ) -> None:
        """Draft a finding about the record that is being read."""
        self.drafts.append(Draft(severity, rule, message, action, path, value))

    def tally(self, entity: str, draft: Draft) -> Draft:
        """Count a finding of a `TALLIED` rule; gives the draft that counts it, for those who count on."""
        key = (draft.rule, entity, draft.path)
        first = self._tallies.get(key)
        if first is None:
            self._tallies[key] = first = draft
            self.drafts.append(first)
        else:
            first.count += 1
        return first

    def finish(self, file: str, at: At) -> list[Finding]:
        """Finish the drafts of a record and forget them.

        Args:
            file: name of the file.
            at: gives a draft's line and path in that file.
        """
        done = []
        for draft in self.drafts:
            field = draft.path.rpartition(".")[2]
            draft.file = file
            draft.line, draft.path = at(draft)
            if draft.rule in TALLIED:
                continue
            key = (draft.rule, draft.entity, field)
            self._alike[key] = alike = self._alike.get(key, 0) + 1
            if alike <= MOST_ALIKE:
                done.append(_finished(draft))
            elif alike == MOST_ALIKE + 1:
                draft.message += f" (after {MOST_ALIKE:,} findings like this one, the others are counted)"
                self._tallies[key] = draft
            else:
                self._tallies[key].count += 1
        self.drafts.clear()
        return done

    def counted(self) -> list[Finding]:
        """The findings that were counted; to be called once the source is read to its end."""
        done = [_finished(draft) for draft in self._tallies.values()]
        self._tallies.clear()
        return done


def _finished(draft: Draft) -> Finding:
    return Finding(
        severity=draft.severity,
        rule=draft.rule,
        message=draft.message,
        action=draft.action,
        file=draft.file,
        line=draft.line,
        path=draft.path,
        entity=draft.entity,
        record_id=draft.record_id,
        value=draft.value,
        count=draft.count,
    )

"""Findings while their records and places are still becoming known, and the counting of those that repeat."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from typing import Any, Final

import attrs

from communityconnector.model import Finding, Severity

TALLIED: Final = frozenset({"null-value", "empty-text", "id-not-uuid", "upper-case-id", "older-form"})
"""Rules whose findings are counted, one finding a file: some files have null in every empty field."""

MOST_ALIKE: Final = 1000
"""Most findings of one rule, field, entity and action that are reported one by one; the others are counted."""

UPGRADED: Final = "read as HSDS 3.2"
"""The action for all that comes in an older form."""

_MOST_NAMED: Final = 12
"""Most fields that a finding which counts several of them names."""

_MOST_REPORTED: Final = 100_000
"""Most embedded records whose findings were reported that are remembered, so as not to report them again."""

TallyKey = tuple[str, str, str, str]
"""By what findings are counted: rule, entity, field and action. A value that was mended is not one that was dropped."""


@attrs.define(slots=True)
class Draft:
    """A finding while its record and its path are still becoming known.

    Attributes:
        key: by what it is counted; `None` where it is reported by itself.
        visit: number of the embedded record that it is about, in a chunk (see `chunks`); -1 for none.
    """

    severity: Severity
    rule: str
    message: str
    action: str
    path: str
    value: Any = None
    read_as: Any = None
    entity: str = ""
    record_id: str = ""
    file: str = ""
    line: int | None = None
    count: int = 1
    key: TallyKey | None = None
    visit: int = -1


Position = Callable[[Draft], tuple[int | None, str]]
"""Returns a draft's line and path in its file."""


class Notes:
    """Drafts and counts of findings during one reading.

    Attributes:
        drafts: findings of the record that is being read, with paths relative to it.
    """

    def __init__(self) -> None:
        self.drafts: list[Draft] = []
        self._tallies: dict[TallyKey, Draft] = {}
        self._alike: dict[TallyKey, int] = {}
        self._reported: set[bytes] = set()

    def draft(  # noqa: PLR0913, PLR0917  # the parts of a draft, in its order
        self,
        severity: Severity,
        rule: str,
        message: str,
        action: str,
        path: str,
        value: Any = None,
        read_as: Any = None,
    ) -> None:
        """Draft a finding about the record that is being read."""
        self.drafts.append(Draft(severity, rule, message, action, path, value, read_as))

    def tally(self, entity: str, draft: Draft) -> Draft:
        """Count a finding of a `TALLIED` rule, and return the draft that counts it, so that a caller may count on."""
        key = (draft.rule, entity, draft.path, draft.action)
        first = self._tallies.get(key)
        if first is None:
            draft.key = key
            self._tallies[key] = first = draft
            self.drafts.append(first)
        else:
            first.count += 1
        return first

    def count(self, key: TallyKey, count: int, draft: Draft | None = None) -> None:
        """Count findings that another reading counted; the draft states them, should they be the first."""
        tally = self._tallies.get(key)
        if tally is not None:
            tally.count += count
        elif draft is not None:
            self._tallies[key] = draft

    def were_reported(self, digests: Sequence[bytes]) -> list[bool]:
        """Return for each embedded record whether its findings were reported before. From now on they were."""
        reported = [digest in self._reported for digest in digests]
        self._reported.update(digests)
        return reported

    def counts(self) -> list[int]:
        """Return how often each finding was counted so far."""
        return [draft.count for draft in self._tallies.values()]

    def once(self, text: bytes, first: int, before: Sequence[int]) -> None:
        """Keep the findings of an embedded record, unless those of an equal one were reported before.

        Args:
            text: the record as text.
            first: number of its first draft.
            before: `counts` before it was read.
        """
        if len(self.drafts) == first and self.counts() == before:
            return
        digest = hashlib.blake2b(text, digest_size=16).digest()
        if digest in self._reported:
            del self.drafts[first:]
            for draft, count in zip(self._tallies.values(), before, strict=False):
                draft.count = count
        else:
            self._reported.add(digest)
            self._keep_first(digest, first, before)

    def pause(self) -> bool:
        """Forget what was reported, should it be too much; return whether it was forgotten."""
        if len(self._reported) < _MOST_REPORTED:
            return False
        self._reported.clear()
        return True

    def finish(self, file: str, position: Position) -> list[Any]:
        """Return the findings of a record's drafts, and forget the drafts.

        Args:
            file: name of the file.
            position: returns a draft's line and path in that file.
        """
        for draft in self.drafts:
            draft.file = file
            draft.line, draft.path = position(draft)
        finished = self._finished_drafts()
        self.drafts.clear()
        return finished

    def _keep_first(self, digest: bytes, first: int, before: Sequence[int]) -> None:
        """Called when the findings of an embedded record are kept."""

    def _finished_drafts(self) -> list[Any]:
        return [finding for draft in self.drafts if (finding := self.take(draft))]

    def take(self, draft: Draft) -> Finding | None:
        """Return the finding of a finished draft; `None` where it is counted."""
        if draft.key is not None:
            return None
        key = (draft.rule, draft.entity, draft.path.rpartition(".")[2], draft.action)
        self._alike[key] = alike = self._alike.get(key, 0) + 1
        if alike <= MOST_ALIKE:
            return _finding(draft)
        if alike == MOST_ALIKE + 1:
            draft.message += f" (after {MOST_ALIKE:,} findings like this one, the others are counted)"
            if draft.read_as is not None:
                draft.action, draft.read_as = "read in another form", None
            self._tallies[key] = draft
        else:
            self._tallies[key].count += 1
        return None

    def counted(self) -> list[Finding]:
        """Return the findings that were counted, and count anew; to be called once a file is read to its end."""
        by_rule: dict[str, list[Draft]] = {}
        findings = []
        for (rule, *_), draft in self._tallies.items():
            if rule in TALLIED:
                by_rule.setdefault(rule, []).append(draft)
            else:
                findings.append(_finding(draft))
        self._tallies.clear()
        self._alike.clear()
        return [*findings, *map(_joined, by_rule.values())]


def _joined(drafts: Sequence[Draft]) -> Finding:
    """Return one finding of those counted by field: the message of the worst names the fields."""
    worst = _finding(min(drafts, key=lambda draft: list(Severity).index(draft.severity)))
    if len(drafts) == 1:
        return worst
    by_count = sorted(drafts, key=lambda draft: -draft.count)
    named = ", ".join(f"{_detail(draft)} ({draft.count:,})" for draft in by_count[:_MOST_NAMED])
    rest = f" and {len(drafts) - _MOST_NAMED:,} more" if len(drafts) > _MOST_NAMED else ""
    message = f"{worst.message.partition(': ')[0]}: {named}{rest}"
    return attrs.evolve(worst, message=message, count=sum(draft.count for draft in drafts))


def _detail(draft: Draft) -> str:
    """Return what a message says of its field; else the field."""
    field = (draft.key or ("", "", draft.path, ""))[2]
    return draft.message.partition(": ")[2] or ".".join(filter(None, (draft.entity, field)))


_SHARED_FIELDS: Final = tuple(field.name for field in attrs.fields(Finding))


def _finding(draft: Draft) -> Finding:
    return Finding(**{name: getattr(draft, name) for name in _SHARED_FIELDS})

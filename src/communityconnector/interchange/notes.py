"""Findings while their records and places are still becoming known, and the counting of what repeats."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from typing import Any, Final

import attrs

from communityconnector.model import Finding, Severity

TALLIED: Final = frozenset({"null-value", "empty-text", "id-not-uuid", "upper-case-id", "older-form"})
"""Rules whose findings are counted, one finding a file: some files have null in every empty field."""

MOST_ALIKE: Final = 1000
"""Most findings of one rule, field, entity and action that are told one by one; the others are counted."""

_MOST_NAMED: Final = 12
"""Most fields that a finding which counts several of them names."""

_MOST_TOLD: Final = 100_000
"""So many embedded records whose findings were told are remembered, so as not to tell them again."""

Key = tuple[str, str, str, str]
"""By what findings are counted: rule, entity, field, and what was done: a value that was mended is not one that was dropped."""


@attrs.define(slots=True)
class Draft:
    """A finding while its record and its path are still becoming known.

    Attributes:
        key: by what it is counted; `None` where it is told by itself.
        visit: number of the embedded record that it is about, in a chunk (see `chunks`); -1 for none.
    """

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
    key: Key | None = None
    visit: int = -1


At = Callable[[Draft], tuple[int | None, str]]
"""Gives a draft's line and path in its file."""


class Notes:
    """What one reading has noted so far.

    Attributes:
        drafts: findings of the record that is being read, with paths relative to it.
    """

    def __init__(self) -> None:
        self.drafts: list[Draft] = []
        self._tallies: dict[Key, Draft] = {}
        self._alike: dict[Key, int] = {}
        self._told: set[bytes] = set()

    def note(  # noqa: PLR0913, PLR0917  # the parts of a draft, in its order
        self, severity: Severity, rule: str, message: str, action: str, path: str, value: Any = None
    ) -> None:
        """Draft a finding about the record that is being read."""
        self.drafts.append(Draft(severity, rule, message, action, path, value))

    def tally(self, entity: str, draft: Draft) -> Draft:
        """Count a finding of a `TALLIED` rule; gives the draft that counts it, for those who count on."""
        key = (draft.rule, entity, draft.path, draft.action)
        first = self._tallies.get(key)
        if first is None:
            draft.key = key
            self._tallies[key] = first = draft
            self.drafts.append(first)
        else:
            first.count += 1
        return first

    def count(self, key: Key, count: int, draft: Draft | None = None) -> None:
        """Count findings that another reading counted; the draft tells of them, should they be the first."""
        held = self._tallies.get(key)
        if held is not None:
            held.count += count
        elif draft is not None:
            self._tallies[key] = draft

    def told_of(self, digests: Sequence[bytes]) -> list[bool]:
        """Whether it was told before what was found in each of some embedded records. From now on it was."""
        told = [digest in self._told for digest in digests]
        self._told.update(digests)
        return told

    def counts(self) -> list[int]:
        """How often each finding was counted so far."""
        return [draft.count for draft in self._tallies.values()]

    def once(self, text: bytes, first: int, before: Sequence[int]) -> None:
        """Keep what was noted of an embedded record, unless it was told before, of one that says the same.

        Args:
            text: what the record says.
            first: number of its first draft.
            before: `counts` before it was read.
        """
        if len(self.drafts) == first and self.counts() == before:
            return
        digest = hashlib.blake2b(text, digest_size=16).digest()
        if digest in self._told:
            del self.drafts[first:]
            for draft, count in zip(self._tallies.values(), before, strict=False):
                draft.count = count
        else:
            self._told.add(digest)
            self._first_of(digest, first, before)

    def pause(self) -> bool:
        """Called now and then, so that memory stays bounded; gives whether it was forgotten what was told."""
        if len(self._told) < _MOST_TOLD:
            return False
        self._told.clear()
        return True

    def finish(self, file: str, at: At) -> list[Any]:
        """Finish the drafts of a record and forget them.

        Args:
            file: name of the file.
            at: gives a draft's line and path in that file.
        """
        for draft in self.drafts:
            draft.file = file
            draft.line, draft.path = at(draft)
        done = self._closed()
        self.drafts.clear()
        return done

    def _first_of(self, digest: bytes, first: int, before: Sequence[int]) -> None:
        """Told when what was noted of an embedded record is kept."""

    def _closed(self) -> list[Any]:
        return [found for draft in self.drafts if (found := self.take(draft))]

    def take(self, draft: Draft) -> Finding | None:
        """The finding of a finished draft; `None` where it is counted."""
        if draft.key is not None:
            return None
        key = (draft.rule, draft.entity, draft.path.rpartition(".")[2], _done(draft.action))
        self._alike[key] = alike = self._alike.get(key, 0) + 1
        if alike <= MOST_ALIKE:
            return _finished(draft)
        if alike == MOST_ALIKE + 1:
            draft.message += f" (after {MOST_ALIKE:,} findings like this one, the others are counted)"
            draft.action = _done(draft.action)
            self._tallies[key] = draft
        else:
            self._tallies[key].count += 1
        return None

    def counted(self) -> list[Finding]:
        """The findings that were counted; to be called once a file is read to its end. From now on all is counted anew."""
        by_rule: dict[str, list[Draft]] = {}
        done = []
        for (rule, *_), draft in self._tallies.items():
            if rule in TALLIED:
                by_rule.setdefault(rule, []).append(draft)
            else:
                done.append(_finished(draft))
        self._tallies.clear()
        self._alike.clear()
        return [*done, *map(_together, by_rule.values())]


def _done(action: str) -> str:
    """What was done, whatever the value: all that was read as something else is mended."""
    return "mended" if action.startswith("read as ") and action != "read as if absent" else action


def _together(drafts: Sequence[Draft]) -> Finding:
    """One finding of what was counted by field: the message of the worst names the fields."""
    worst = min(drafts, key=lambda draft: list(Severity).index(draft.severity))
    found = _finished(worst)
    if len(drafts) == 1:
        return found
    most = sorted(drafts, key=lambda draft: -draft.count)
    named = ", ".join(f"{_detail(draft)} ({draft.count:,})" for draft in most[:_MOST_NAMED])
    rest = f" and {len(most) - _MOST_NAMED:,} more" if len(most) > _MOST_NAMED else ""
    message = f"{worst.message.partition(': ')[0]}: {named}{rest}"
    return attrs.evolve(found, message=message, count=sum(draft.count for draft in drafts))


def _detail(draft: Draft) -> str:
    """What a message says of its field; else the field."""
    field = (draft.key or ("", "", draft.path, ""))[2]
    return draft.message.partition(": ")[2] or ".".join(filter(None, (draft.entity, field)))


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

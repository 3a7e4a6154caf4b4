"""ndjson in chunks that other processes may read, merged with the same result as one reading of the whole file.

A chunk is read without knowing what stands before it. Three things need that knowledge, and are left to the process that
merges the chunks: which findings are counted, or are too many of their kind; whether the findings of an embedded record
were reported before, for an earlier one that is equal; and the numbers of records without ids that are otherwise equal.
The last is rare, so such a chunk is read again, in its turn.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import IO, Any, Final

import attrs

from communityconnector.interchange.files.sources import SourceFile, UnreadableError
from communityconnector.interchange.notes import Draft, Notes, TallyKey
from communityconnector.model import Finding, Severity

LINES: Final = 1000
"""A chunk ends after every so many lines of the file, if not sooner."""

_LARGE: Final = 8 * 1024**2
"""A chunk ends with the line that makes it as large as this."""

LONGEST_LINE: Final = 256 * 1024**2
"""Most bytes in one line of ndjson."""


@attrs.frozen
class Chunk:
    """Some lines of a file.

    Attributes:
        name: the file's name, as findings give it.
        hint: the entity that the file is named for.
        mode: how to read it.
        before: how many lines of the file stand before.
        content: the lines.
    """

    name: str
    hint: str
    mode: str
    before: int = 0
    content: bytes = attrs.field(default=b"", repr=False)


Visit = tuple[bytes, list[tuple[TallyKey, int]]]
"""An embedded record with findings: its digest, and how often each finding was counted."""


@attrs.frozen(repr=False)
class ChunkRead:
    """What a chunk holds.

    Attributes:
        items: what was made of its records.
        findings: findings, and drafts of findings, each with the number of items that stand before it.
        visits: embedded records with findings.
    """

    items: list[Any]
    findings: list[tuple[int, Draft | Finding]]
    visits: list[Visit]

    def to_plain(self) -> tuple[Any, ...]:
        """Return the same as plain values, items as they are."""
        return self.items, [(place, _plain(finding)) for place, finding in self.findings], self.visits

    @classmethod
    def of_plain(cls, plain: tuple[Any, ...], item: Callable[..., Any]) -> ChunkRead:
        """Return a chunk from the plain values of `to_plain`.

        Args:
            plain: these values.
            item: makes an item of its parts.
        """
        items, findings, visits = plain
        return cls(
            [item(*parts) for parts in items],
            [(place, _from_plain(*parts)) for place, parts in findings],
            visits,
        )


Elsewhere = Callable[[Iterator[Chunk]], Iterator[tuple[Chunk, ChunkRead | None]]]
"""Reads chunks and gives each with what it holds, in their order; `None` for one that has to be read in its turn."""


class ChunkNotes(Notes):
    """The findings of one chunk, for the process that merges chunks.

    Attributes:
        visits: embedded records with findings.
    """

    def __init__(self) -> None:
        super().__init__()
        self.visits: list[Visit] = []

    def _keep_first(self, digest: bytes, first: int, before: Sequence[int]) -> None:
        """Count apart what is counted only if an embedded record is the first that says so."""
        number = len(self.visits)
        counts = []
        for place, (key, draft) in enumerate(self._tallies.items()):
            earlier = before[place] if place < len(before) else 0
            if draft.count != earlier:
                counts.append((key, draft.count - earlier))
                draft.count = earlier
        for draft in self.drafts[first:]:
            if draft.key is None and draft.visit < 0:
                draft.visit = number
        self.visits.append((digest, counts))

    def _finished_drafts(self) -> list[Any]:
        # What is counted comes first, as it is noted before the record is finished.
        reported = [draft for draft in self.drafts if draft.key is None]
        return [*(draft for draft in self.drafts if draft.key is not None), *reported]


class ChunkMerge:
    """Puts a chunk after those before it.

    Args:
        notes: those of all chunks so far.
        read: what the chunk holds.
    """

    def __init__(self, notes: Notes, read: ChunkRead) -> None:
        self._notes = notes
        self._visits = read.visits
        self._reported = notes.were_reported([digest for digest, _ in read.visits])
        self._findings: dict[int, list[Draft | Finding]] = {}
        for place, finding in read.findings:
            self._findings.setdefault(place, []).append(finding)

    def findings(self, place: int) -> Iterator[Finding]:
        """Yield the findings that stand before an item."""
        for draft in self._findings.get(place, ()):
            if isinstance(draft, Finding):
                yield draft
            elif draft.key is not None:
                self._notes.count(draft.key, draft.count, draft)
            elif draft.visit < 0 or not self._reported[draft.visit]:
                finding = self._notes.take(draft)
                if finding is not None:
                    yield finding

    def end(self) -> None:
        """Count the findings of embedded records that were not reported before."""
        for (_, counts), reported in zip(self._visits, self._reported, strict=True):
            for key, count in () if reported else counts:
                self._notes.count(key, count)


def lines_of(stream: IO[bytes]) -> Iterator[bytes]:
    """Yield the lines of a file, with their ends."""
    while line := stream.readline(LONGEST_LINE):
        yield line


class Chunks:
    """The chunks of a file, up to where it can be read.

    Args:
        about: what is the same for all of them.
        file: the file.

    Attributes:
        trouble: why the rest cannot be read.
    """

    def __init__(self, about: Chunk, file: SourceFile) -> None:
        self._about = about
        self._file = file
        self.trouble: UnreadableError | None = None

    def __iter__(self) -> Iterator[Chunk]:
        lines: list[bytes] = []
        before = number = size = 0
        try:
            with self._file.open() as stream:
                for number, line in enumerate(lines_of(stream), start=1):
                    lines.append(line)
                    size += len(line)
                    if number % LINES == 0 or size >= _LARGE:
                        yield attrs.evolve(self._about, before=before, content=b"".join(lines))
                        lines, before, size = [], number, 0
        except UnreadableError as error:
            self.trouble = error
        if lines:
            yield attrs.evolve(self._about, before=before, content=b"".join(lines))


def _plain(finding: Draft | Finding) -> tuple[Any, ...]:
    is_draft = isinstance(finding, Draft)
    names = _DRAFT if is_draft else _FINDING
    values = [getattr(finding, name) for name in names]
    values[0] = str(values[0])
    return is_draft, *values


def _from_plain(is_draft: bool, severity: str, *values: Any) -> Draft | Finding:  # noqa: FBT001  # as `_plain` writes it
    if is_draft:
        return Draft(Severity(severity), *values)
    return Finding(severity=Severity(severity), **dict(zip(_FINDING[1:], values, strict=True)))


_DRAFT: Final = tuple(field.name for field in attrs.fields(Draft))
_FINDING: Final = tuple(field.name for field in attrs.fields(Finding))
"""Severity comes first in both."""

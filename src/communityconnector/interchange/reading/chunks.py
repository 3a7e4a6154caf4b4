"""ndjson in chunks that anybody may read, and what they found put in order, as if one had read all of it.

A chunk is read without knowing what stands before it. Three things need that knowledge, and are left to whoever puts the
chunks in order: which findings are counted, or are too many of their kind; whether what was found in an embedded record
was told before, of an earlier one that says the same; and the numbers of records without ids that nothing tells apart.
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
"""An embedded record in which something was found: the digest of what it says, and how often each finding was counted."""


@attrs.frozen(repr=False)
class ChunkRead:
    """What a chunk holds.

    Attributes:
        items: what was made of its records.
        said: findings, and drafts of findings, each with the number of items that stand before it.
        visits: embedded records with findings.
    """

    items: list[Any]
    said: list[tuple[int, Draft | Finding]]
    visits: list[Visit]

    def to_plain(self) -> tuple[Any, ...]:
        """Return the same as plain values, items as they are."""
        return self.items, [(place, _plain(finding)) for place, finding in self.said], self.visits

    @classmethod
    def of_plain(cls, plain: tuple[Any, ...], item: Callable[..., Any]) -> ChunkRead:
        """Return what `to_plain` gave.

        Args:
            plain: that.
            item: makes an item of its parts.
        """
        items, said, visits = plain
        return cls(
            [item(*parts) for parts in items], [(place, _found(*parts)) for place, parts in said], visits
        )


Elsewhere = Callable[[Iterator[Chunk]], Iterator[tuple[Chunk, ChunkRead | None]]]
"""Reads chunks and gives each with what it holds, in their order; `None` for one that has to be read in its turn."""


class ChunkNotes(Notes):
    """What is noted of one chunk, for whoever puts chunks in order.

    Attributes:
        visits: embedded records in which something was found.
    """

    def __init__(self) -> None:
        super().__init__()
        self.visits: list[Visit] = []

    def _keep_first(self, digest: bytes, first: int, before: Sequence[int]) -> None:
        """Count apart what is counted only if an embedded record is the first that says so."""
        number = len(self.visits)
        counts = []
        for place, (key, draft) in enumerate(self._tallies.items()):
            held = before[place] if place < len(before) else 0
            if draft.count != held:
                counts.append((key, draft.count - held))
                draft.count = held
        for draft in self.drafts[first:]:
            if draft.key is None and draft.visit < 0:
                draft.visit = number
        self.visits.append((digest, counts))

    def _finished_drafts(self) -> list[Any]:
        # What is counted comes first, as it is noted before the record is finished.
        told = [draft for draft in self.drafts if draft.key is None]
        return [*(draft for draft in self.drafts if draft.key is not None), *told]


class ChunkMerge:
    """Puts a chunk after those before it.

    Args:
        notes: those of all chunks so far.
        read: what the chunk holds.
    """

    def __init__(self, notes: Notes, read: ChunkRead) -> None:
        self._notes = notes
        self._visits = read.visits
        self._told = notes.were_reported([digest for digest, _ in read.visits])
        self._said: dict[int, list[Draft | Finding]] = {}
        for place, finding in read.said:
            self._said.setdefault(place, []).append(finding)

    def findings(self, place: int) -> Iterator[Finding]:
        """Yield what is to be told before an item."""
        for draft in self._said.get(place, ()):
            if isinstance(draft, Finding):
                yield draft
            elif draft.key is not None:
                self._notes.count(draft.key, draft.count, draft)
            elif draft.visit < 0 or not self._told[draft.visit]:
                finding = self._notes.take(draft)
                if finding is not None:
                    yield finding

    def end(self) -> None:
        """Count what was found in embedded records, and was not told before."""
        for (_, counts), told in zip(self._visits, self._told, strict=True):
            for key, count in () if told else counts:
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
        held: list[bytes] = []
        before = number = size = 0
        try:
            with self._file.open() as stream:
                for number, line in enumerate(lines_of(stream), start=1):
                    held.append(line)
                    size += len(line)
                    if number % LINES == 0 or size >= _LARGE:
                        yield attrs.evolve(self._about, before=before, content=b"".join(held))
                        held, before, size = [], number, 0
        except UnreadableError as error:
            self.trouble = error
        if held:
            yield attrs.evolve(self._about, before=before, content=b"".join(held))


def _plain(finding: Draft | Finding) -> tuple[Any, ...]:
    is_draft = isinstance(finding, Draft)
    names = _DRAFT if is_draft else _FINDING
    values = [getattr(finding, name) for name in names]
    values[0] = str(values[0])
    return is_draft, *values


def _found(is_draft: bool, severity: str, *values: Any) -> Draft | Finding:  # noqa: FBT001  # as `_plain` writes it
    if is_draft:
        return Draft(Severity(severity), *values)
    return Finding(severity=Severity(severity), **dict(zip(_FINDING[1:], values, strict=True)))


_DRAFT: Final = tuple(field.name for field in attrs.fields(Draft))
_FINDING: Final = tuple(field.name for field in attrs.fields(Finding))
"""Severity comes first in both."""

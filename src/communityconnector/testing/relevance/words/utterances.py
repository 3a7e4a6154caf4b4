"""Labelled utterances, read from a file: what a patron may say, and what is meant by it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

import attrs

from communityconnector.interchange import Source
from communityconnector.interchange.files.csv_rows import CsvRow, rows
from communityconnector.interchange.files.encodings import encoding_of
from communityconnector.interchange.files.sources import SourceFile, UnreadableError, opened
from communityconnector.model import Finding, Severity
from communityconnector.needs import Vocabulary
from communityconnector.needs import vocabulary as built_in_vocabulary
from communityconnector.needs.cues.model import (
    ACCESSIBILITY,
    AGE,
    AGE_GROUP,
    BARRIER,
    CHILDREN,
    CRISIS,
    DEADLINE,
    HOUSEHOLD,
    LANGUAGE,
    PLACE,
    SITUATION,
    TIME,
    URGENCY,
)  # fmt: skip

TEXT: Final = "text"
NEEDS: Final = "needs"
COLUMNS: Final = (TEXT, "language", "place", "author", "register", NEEDS, "related", "crisis", "cues")
"""The columns of a labelled file. Only `text` and `needs` are required."""

CUES: Final[Mapping[str, str]] = {
    "age": AGE,
    "group": AGE_GROUP,
    "language": LANGUAGE,
    "access": ACCESSIBILITY,
    "situation": SITUATION,
    "barrier": BARRIER,
    "urgency": URGENCY,
    "time": TIME,
    "deadline": DEADLINE,
    "children": CHILDREN,
    "household": HOUSEHOLD,
    "place": PLACE,
}
"""The field of `Cues` for each key of the column `cues`."""

_NOT_IN_WORDS: Final = re.compile(r"[\W_]+")


def folded(value: str | int) -> str:
    """Return a cue's value as it is compared: `Young-Adults` is `Young Adults`."""
    return _NOT_IN_WORDS.sub(" ", str(value).casefold()).strip()


@attrs.frozen(repr=False)
class Utterance:
    """What a patron may say, with its labels. Its repr shows no words.

    Attributes:
        text: the words.
        needs: the concepts that meet the need directly. Empty for what is no need.
        related: concepts that are worth showing beside them.
        crisis: the kind of danger; "" for none; `None` if the file does not say.
        cues: the values of each cue, by field of `Cues`, as they are compared; `None` if the file does not say.
        language: the language of the text.
        place: the country or region of the speech.
        author: a letter or a name for its author.
        register: the ways of speaking, such as `terse` or `nearmiss`.
        file: the file that it is from.
        line: its line there.
    """

    text: str
    needs: tuple[str, ...] = ()
    related: tuple[str, ...] = ()
    crisis: str | None = None
    cues: Mapping[str, frozenset[str]] | None = None
    language: str = ""
    place: str = ""
    author: str = ""
    register: tuple[str, ...] = ()
    file: str = ""
    line: int = 0

    @property
    def is_non_need(self) -> bool:
        """Whether nothing is needed: neither a service nor help in danger."""
        return not self.needs and not self.related and not self.crisis

    @property
    def is_calm(self) -> bool:
        """Whether the file says that there is no danger."""
        return self.crisis == ""

    @property
    def is_near_miss(self) -> bool:
        """Whether it has words of danger without being in danger."""
        return self.is_calm and "nearmiss" in self.register

    def __repr__(self) -> str:
        return f"<Utterance in line {self.line}>"


@attrs.frozen(repr=False)
class Judgments:
    """Labelled utterances, and what was wrong with their file.

    Attributes:
        utterances: the utterances, in the order of the file.
        findings: rows and labels that could not be used. They name lines and columns, and repeat no text.
        vocabulary: the vocabulary of the labels.
    """

    utterances: tuple[Utterance, ...]
    findings: tuple[Finding, ...] = ()
    vocabulary: Vocabulary = attrs.field(factory=built_in_vocabulary, eq=False)

    def __repr__(self) -> str:
        return f"<Judgments of {len(self.utterances)} utterances; {len(self.findings)} findings>"


def read(source: Source, *, vocabulary: Vocabulary | None = None) -> Judgments:
    """Return the labelled utterances of a CSV file, or of every CSV file in a folder.

    A row that cannot be used is left out, with a finding. No finding repeats what a cell says.

    Args:
        source: the file or folder. Its columns are those of `COLUMNS`, in any order.
        vocabulary: the vocabulary whose concepts are the labels; the built-in one by default.

    Raises:
        SourceNotFoundError: the file does not exist or cannot be opened.
    """
    concepts = vocabulary or built_in_vocabulary()
    findings: list[Finding] = []
    utterances: list[Utterance] = []
    with opened(source) as files:
        for file in files:
            if isinstance(file, Finding):
                findings.append(file)
                continue
            try:
                utterances.extend(_utterances(file, concepts, findings))
            except UnreadableError as error:
                findings.append(error.finding)
    return Judgments(tuple(utterances), tuple(findings), concepts)


def _utterances(file: SourceFile, concepts: Vocabulary, findings: list[Finding]) -> Iterator[Utterance]:
    encoding = encoding_of(file)
    findings.extend(encoding.findings)
    table = rows(file, encoding, findings.append)
    header = next(table, None)
    if header is None:
        findings.append(
            Finding(Severity.ERROR, "empty-file", "the file is empty", "not read", file=file.name, line=1)
        )
        return
    names = [cell.strip().casefold() for cell in header.cells]
    findings.extend(_faults_of_header(file.name, header.line, names))
    if TEXT not in names or NEEDS not in names:
        return
    for row in table:
        utterance = _LabelledRow(file.name, row, names, concepts, findings).utterance()
        if utterance:
            yield utterance


def _faults_of_header(file: str, line: int, names: Sequence[str]) -> Iterator[Finding]:
    missing = [name for name in (TEXT, NEEDS) if name not in names]
    if missing:
        # Without a header, the first row holds what a patron says: no name of it is repeated.
        message = f"no column is named {' or '.join(missing)}; the first row names the columns: {', '.join(COLUMNS)}"
        yield Finding(Severity.ERROR, "missing-column", message, "not read", file=file, line=line)
        return
    unknown = [name for name in names if name and name not in COLUMNS]
    if unknown:
        message = f"these columns mean nothing here: {', '.join(unknown)}"
        yield Finding(Severity.INFO, "columns-not-understood", message, "ignored", file=file, line=line)


class _LabelledRow:
    """A row while it is read."""

    def __init__(
        self, file: str, row: CsvRow, names: Sequence[str], concepts: Vocabulary, findings: list[Finding]
    ) -> None:
        self.file, self.line = file, row.line
        self.beyond = len(row.cells) - len(names)
        self.cells = dict(zip(names, map(str.strip, row.cells), strict=False))
        self.concepts, self.findings = concepts, findings

    def utterance(self) -> Utterance | None:
        """Return the utterance of the row; `None` if it cannot be used."""
        # A row of another width may have its words in a column of labels, where a report would show them.
        if self.beyond > 0:
            self._note(
                "too-many-cells", "more cells than columns; a text with a comma needs quotes around it"
            )
            return None
        if self.beyond < 0:
            self._note("too-few-cells", "fewer cells than columns; write an empty cell for what is missing")
            return None
        if not self.cells[TEXT]:
            self._note("row-without-text", "the row has no text", TEXT)
            return None
        needs, related = self._concepts(NEEDS), self._concepts("related")
        if needs is None or related is None:
            return None
        cells = self.cells
        return Utterance(
            text=cells[TEXT],
            needs=needs,
            related=tuple(name for name in related if name not in needs),
            crisis=cells.get("crisis"),
            cues=self._cues(),
            language=cells.get("language", ""),
            place=cells.get("place", ""),
            author=cells.get("author", ""),
            register=tuple(dict.fromkeys(cells.get("register", "").split())),
            file=self.file,
            line=self.line,
        )

    def _concepts(self, column: str) -> tuple[str, ...] | None:
        """Return the concepts of a cell; `None` if one of them is unknown."""
        names = self.cells.get(column, "").split()
        unknown = [number for number, name in enumerate(names, 1) if name not in self.concepts.concepts]
        if unknown:
            numbers = ", ".join(map(str, unknown))
            message = (
                f"word {numbers} of the cell is no concept of the vocabulary; separate concepts by blanks"
            )
            self._note("unknown-concept", message, column)
            return None
        return tuple(dict.fromkeys(names))

    def _cues(self) -> Mapping[str, frozenset[str]] | None:
        """Return the values of each cue."""
        cell = self.cells.get("cues")
        if cell is None:
            return None
        values: dict[str, set[str]] = {}
        for number, cue in enumerate(filter(str.strip, cell.split(";")), 1):
            key, _, value = (part.strip() for part in cue.partition("="))
            if key not in CUES or not folded(value):
                message = f"cue {number} of the cell is not one of {', '.join(CUES)} with = and a value"
                self._note("cue-not-read", message, "cues", severity=Severity.WARNING, action="dropped")
            else:
                values.setdefault(CUES[key], set()).add(folded(value))
        if self.cells.get("crisis"):
            values.setdefault(URGENCY, {CRISIS})
        return {name: frozenset(names) for name, names in values.items()}

    def _note(
        self,
        rule: str,
        message: str,
        column: str = "",
        *,
        severity: Severity = Severity.ERROR,
        action: str = "not read",
    ) -> None:
        self.findings.append(
            Finding(severity, rule, message, action, file=self.file, line=self.line, path=column)
        )

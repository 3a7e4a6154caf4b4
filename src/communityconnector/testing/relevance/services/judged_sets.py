"""Judged sets, read from files: typical needs, and how well each service of a directory answers them."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Final

import attrs

from communityconnector.interchange import Source
from communityconnector.interchange.files.csv_rows import rows
from communityconnector.interchange.files.encodings import encoding_of
from communityconnector.interchange.files.sources import SourceFile, UnreadableError, opened
from communityconnector.model import Finding, Severity

NEED_COLUMNS: Final = ("need_id", "text", "near", "age", "language", "none_fits")
"""The columns of a file of needs. Only `need_id` and `text` are required."""
GRADE_COLUMNS: Final = ("need_id", "service_id", "grade", "note")
"""The columns of a file of grades. All others are ignored, and `note` may be missing."""
GRADES: Final[Mapping[int, str]] = {
    3: "exactly what is asked",
    2: "clearly helps",
    1: "a sensible fallback, such as an information line",
    0: "no help, or wrong: other people, another place, another meaning",
}
"""What each grade means."""

_OTHER_NAMES: Final = {"id": "need_id", "none_good": "none_fits"}
"""Names of columns in sets of JSON lines."""
_YES: Final = frozenset({"yes", "y", "true", "1", "x"})
_OLDEST: Final = 130

Row = Mapping[str, str]
"""The cells of a row, by column."""


@attrs.frozen(repr=False)
class GradedNeed:
    """A typical need with the grades of services. Its repr shows no words.

    Attributes:
        need_id: its id in the file.
        text: the words.
        near: the place, as in `Need`; "" for none.
        age: the age in years of the person; `None` if it does not matter.
        language: the language in which help is wanted; "" for any.
        none_fits: whether the directory has nothing that helps.
        grades: the grade of each judged service, by its id.
        notes: what the judge wrote about a service, such as why it is wrong, by its id.
        set_name: the name of its set.
        file: the file that it is from.
        line: its line there.
    """

    need_id: str
    text: str
    near: str = ""
    age: float | None = None
    language: str = ""
    none_fits: bool = False
    grades: Mapping[str, int] = attrs.field(factory=dict)
    notes: Mapping[str, str] = attrs.field(factory=dict)
    set_name: str = ""
    file: str = ""
    line: int = 0

    def __repr__(self) -> str:
        return f"<GradedNeed {self.need_id}>"


@attrs.frozen(repr=False)
class JudgedSet:
    """Needs with grades, and what was wrong with their files.

    Attributes:
        name: its name in a report.
        needs: the needs, in the order of the file.
        findings: rows that could not be used, by file and line.
    """

    name: str
    needs: tuple[GradedNeed, ...]
    findings: tuple[Finding, ...] = ()

    def __repr__(self) -> str:
        return f"<JudgedSet {self.name!r} of {len(self.needs)} needs; {len(self.findings)} findings>"


def read(source: Source, *, name: str = "") -> JudgedSet:
    """Return the judged set of a folder, or the needs of one file.

    A CSV file with a column `grade` holds grades, one with a column `text` needs. There may be several of each. Files
    ending in `.jsonl` may hold the same, one JSON object a line. A row that cannot be used is left out, with a finding.

    Args:
        source: the folder or file.
        name: the name of the set.

    Raises:
        SourceNotFoundError: the folder or file does not exist or cannot be opened.
    """
    reading = _Reading(name)
    with opened(source) as files:
        for file in files:
            if isinstance(file, Finding):
                reading.findings.append(file)
            elif file.base.endswith((".csv", ".jsonl", ".tsv")):
                reading.read(file)
    return reading.judged_set()


class _Reading:
    """A judged set while it is read."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.needs: dict[str, GradedNeed] = {}
        self.grades: dict[tuple[str, str], int] = {}
        self.notes: dict[tuple[str, str], str] = {}
        self.of_grades: list[tuple[tuple[str, int], Row]] = []
        self.findings: list[Finding] = []

    def read(self, file: SourceFile) -> None:
        """Read one file, whichever it is."""
        table = _json_rows if file.base.endswith(".jsonl") else _csv_rows
        try:
            columns, numbered = table(file, self.findings.append)
            if "grade" in columns:
                self.of_grades += [((file.name, line), row) for line, row in numbered]
            elif "text" in columns and "need_id" in columns:
                for line, row in numbered:
                    self._add_need((file.name, line), row)
            elif columns:
                message = "neither needs nor grades: the first row names the columns need_id and text, or need_id, service_id and grade"
                self._note("missing-column", message, (file.name, 1))
        except UnreadableError as error:
            self.findings.append(error.finding)

    def judged_set(self) -> JudgedSet:
        """Return the set, when all files are read. Grades may stand in files that come before those of the needs."""
        for where, row in self.of_grades:
            self._add_grade(where, row)
        by_need: dict[str, list[str]] = {}
        for key, service in self.grades:
            by_need.setdefault(key, []).append(service)
        needs = []
        for need in self.needs.values():
            of_need = by_need.get(need.need_id, ())
            grades = {service: self.grades[need.need_id, service] for service in of_need}
            notes = {
                service: self.notes[need.need_id, service]
                for service in of_need
                if (need.need_id, service) in self.notes
            }
            needs.append(attrs.evolve(need, grades=grades, notes=notes))
        return JudgedSet(self.name, tuple(needs), tuple(self.findings))

    def _add_need(self, where: tuple[str, int], row: Row) -> None:
        key, text = row.get("need_id", ""), row.get("text", "")
        if not key or not text:
            column = "text" if key else "need_id"
            self._note("row-without-text", f"the row has no {column}", where, column)
        elif key in self.needs:
            self._note("repeated-need", "a need before it has the same need_id", where, "need_id")
        else:
            self.needs[key] = GradedNeed(
                need_id=key,
                text=text,
                near=row.get("near", ""),
                age=self._age(where, row.get("age", "")),
                language=row.get("language", ""),
                none_fits=row.get("none_fits", "").casefold() in _YES,
                set_name=self.name,
                file=where[0],
                line=where[1],
            )

    def _age(self, where: tuple[str, int], cell: str) -> float | None:
        if not cell:
            return None
        try:
            age = float(cell)
        except ValueError:
            age = -1
        if 0 <= age <= _OLDEST:
            return age
        self._note("not-an-age", f"an age is a number from 0 to {_OLDEST}", where, "age")
        return None

    def _add_grade(self, where: tuple[str, int], row: Row) -> None:
        pair = (row.get("need_id", ""), row.get("service_id", ""))
        cell = row.get("grade", "")
        if not cell:
            return  # A candidate that is not judged yet.
        if pair[0] not in self.needs:
            self._note("unknown-need", "no need has this need_id", where, "need_id")
        elif not pair[1]:
            self._note("row-without-text", "the row has no service_id", where, "service_id")
        elif cell not in map(str, GRADES):
            self._note("not-a-grade", "a grade is 3, 2, 1 or 0", where, "grade")
        elif self.grades.setdefault(pair, int(cell)) != int(cell):
            message = "the service has another grade for this need in a row before"
            self._note("graded-twice", message, where, "grade")
        elif row.get("note"):
            self.notes[pair] = row["note"]

    def _note(self, rule: str, message: str, where: tuple[str, int], column: str = "") -> None:
        file, line = where
        self.findings.append(
            Finding(Severity.ERROR, rule, message, "not read", file=file, line=line, path=column)
        )


_Table = tuple[frozenset[str], Iterable[tuple[int, Row]]]
"""The columns of a file, and its rows with their lines."""


def _csv_rows(file: SourceFile, note: Callable[[Finding], None]) -> _Table:
    encoding = encoding_of(file)
    for finding in encoding.findings:
        note(finding)
    table = rows(file, encoding, note)
    header = next(table, None)
    if header is None:
        note(Finding(Severity.ERROR, "empty-file", "the file is empty", "not read", file=file.name, line=1))
        return frozenset(), ()
    names = [cell.strip().casefold() for cell in header.cells]

    def numbered() -> Iterator[tuple[int, Row]]:
        for row in table:
            if len(row.cells) > len(names):
                message = "more cells than columns; a text with a comma needs quotes around it"
                note(
                    Finding(
                        Severity.ERROR, "unquoted-comma", message, "not read", file=file.name, line=row.line
                    )
                )
            else:
                yield row.line, dict(zip(names, map(str.strip, row.cells), strict=False))

    return frozenset(names), numbered()


def _json_rows(file: SourceFile, note: Callable[[Finding], None]) -> _Table:
    numbered: list[tuple[int, Row]] = []
    for line, text in enumerate(file.read().decode("utf-8", "replace").splitlines(), 1):
        if not text.strip():
            continue
        try:
            values = dict(json.loads(text))
        except (ValueError, TypeError):
            message = "not a JSON object"
            note(Finding(Severity.ERROR, "not-json", message, "not read", file=file.name, line=line))
            continue
        row: Row = {
            _OTHER_NAMES.get(key) or key: str(value).strip()
            for key, value in values.items()
            if value is not None
        }
        numbered.append((line, row))
    return frozenset(numbered[0][1]) if numbered else frozenset(), numbered

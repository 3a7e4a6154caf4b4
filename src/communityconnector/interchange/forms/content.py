"""What a form is lifted to: rows that are read as a sheet is, or records of HSDS; and what is said about them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import attrs

from communityconnector.interchange.files.sources import SourceFile
from communityconnector.model import Severity


@attrs.frozen
class FormNote:
    """A finding about a file as a whole, or about one of its records.

    Attributes:
        rule: its rule, such as `more-pages`.
        message: what is so, in words, without a private value.
        action: what is done about it.
        severity: how much it matters.
        where: the line or the path that it is about; "" for the whole file.
    """

    rule: str
    message: str
    action: str = "not read"
    severity: Severity = Severity.WARNING
    where: str = ""


@attrs.frozen
class LiftedTable:
    """Rows that are read as those of a plain sheet: their columns are understood by names and cells.

    Attributes:
        form: what it is, in words.
        rows: where each row stands, and its cells by column.
        labels: the readable name of a column, where the form gives one that is understood and the name is not.
        notes: findings about it.
    """

    form: str
    rows: Sequence[tuple[str, Any]]
    labels: Mapping[str, str] = attrs.field(factory=dict)
    notes: tuple[FormNote, ...] = ()


@attrs.frozen
class LiftedRecord:
    """A record of HSDS, nested as in JSON: a service with its organization and its places, or an agency without services.

    Attributes:
        entity: its entity, such as `service`.
        raw: its fields by their HSDS names. Values may be texts, as in a table.
        where: where it stands in the file: a line, or a path.
        notes: findings about it.
    """

    entity: str
    raw: Mapping[str, Any]
    where: str = ""
    notes: tuple[FormNote, ...] = ()


@attrs.frozen
class LiftedRecords:
    """Records of HSDS in a form that has a structure of its own.

    Attributes:
        form: what it is, in words.
        records: the records, made one after the other.
        notes: findings about the file, reported when the last record is made.
    """

    form: str
    records: Iterable[LiftedRecord]
    notes: list[FormNote] = attrs.field(factory=list)


Lifted = LiftedTable | LiftedRecords


@attrs.frozen
class FileForm:
    """A form that a file may have.

    Attributes:
        name: its name, such as `airs`.
        recognises: whether a file is of this form, from its first 64 KiB and its name in lower case.
        lift: returns what the file holds.
    """

    name: str
    recognises: Callable[[bytes, str], bool]
    lift: Callable[[SourceFile], Iterable[Lifted]]


@attrs.frozen
class SheetForm:
    """A form that a table has whose rows need more than names of columns: levels, joins, codes.

    Attributes:
        name: its name, such as `icarol-csv`.
        recognises: whether a table is of this form, from the names of its columns.
        lift: returns what the rows hold: records, or a table with other columns.
    """

    name: str
    recognises: Callable[[Sequence[str]], bool]
    lift: Callable[[LiftedTable], Lifted]

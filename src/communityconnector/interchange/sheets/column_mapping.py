"""What the columns of a plain spreadsheet mean: guessed from their names, and saved and loaded for editing."""

from __future__ import annotations

import difflib
import json
import os
import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import attrs

from communityconnector.errors import InvalidMappingError, SourceNotFoundError
from communityconnector.interchange.sheets.column_fields import FIELDS
from communityconnector.interchange.sheets.column_meaning import meaning_of, meanings
from communityconnector.interchange.texts.privacy.sheet import NO_HIDES, YES_HIDES

_SAMPLES: Final = 3
_LONGEST_SAMPLE: Final = 60
_HEAD: Final = """# What the columns of a spreadsheet mean. Change a field, save, and read the sheet with it (--mapping FILE).
# An empty field keeps a column as it is. `confidence` and `samples` are for you, and are not read.
# Fields:
"""


@attrs.frozen
class ColumnGuess:
    """What a column was taken for.

    Attributes:
        field: one of `FIELDS`, or "" where it was not understood.
        confidence: how sure that is: 0.9 by its name, 0.6 by its cells or by what other columns are, 0 if not understood.
        samples: some of its cells; none of a column that may say what is private.
    """

    field: str
    confidence: float = 0.0
    samples: tuple[str, ...] = ()


@attrs.frozen
class ColumnMapping:
    """What the columns of a spreadsheet mean.

    Attributes:
        columns: meaning by column name: one of `FIELDS`, or "" for a column that is kept as it is.
    """

    columns: Mapping[str, str]

    @classmethod
    def guess(cls, header: Sequence[str], rows: Sequence[Mapping[str, str]] = ()) -> ColumnMapping:
        """Guess it from the column names, and from some rows where a name leaves it open.

        Args:
            header: the column names.
            rows: some rows, cells by column name.
        """
        return cls(meanings(header, rows))

    @classmethod
    def load(cls, path: str | os.PathLike[str]) -> ColumnMapping:
        """Read a mapping that `save` wrote and a person may have edited: TOML with a table for each column.

        `"Agency" = "organization.name"` under `[columns]` says the same in short.

        Raises:
            SourceNotFoundError: there is no such file.
            InvalidMappingError: it is not such a file, or names a field that is not in `FIELDS`.
        """
        try:
            text = Path(path).read_text(encoding="utf-8-sig")
        except OSError as error:
            message = f"{path}: cannot be opened ({error.strerror})"
            raise SourceNotFoundError(message) from error
        except UnicodeDecodeError:
            message = (
                f"{path}: not a text in UTF-8; `check FILE --save-mapping map.toml` writes a mapping to edit"
            )
            raise InvalidMappingError(message) from None
        try:
            columns = tomllib.loads(text).get("columns")
        except (tomllib.TOMLDecodeError, RecursionError) as error:
            message = (
                f"{path}: not TOML ({error}); `check FILE --save-mapping map.toml` writes a mapping to edit"
            )
            raise InvalidMappingError(message) from None
        if not isinstance(columns, dict):
            message = (
                f"{path}: no table [columns]; `check FILE --save-mapping map.toml` writes a mapping to edit"
            )
            raise InvalidMappingError(message)
        return cls({name: _field_of(name, told) for name, told in columns.items()})

    def __attrs_post_init__(self) -> None:
        for column, field in self.columns.items():
            if field and field not in FIELDS:
                near = difflib.get_close_matches(field, FIELDS, n=3, cutoff=0.3)
                message = f"column {column!r}: {field!r} is not a field; perhaps {', '.join(near) or 'one of FIELDS'}"
                raise InvalidMappingError(message)

    def save(self, path: str | os.PathLike[str], guesses: Mapping[str, ColumnGuess] | None = None) -> None:
        """Write the mapping as TOML, to be edited: a table for each column, with the fields that there are above them.

        Args:
            path: where to.
            guesses: how sure each field is, and samples of its cells (`columns_of`).
        """
        known = guesses or {}
        lines = [_HEAD, *(f"#   {line}\n" for line in _fields()), "\n[columns]\n\n"]
        for column, field in self.columns.items():
            guess = known.get(column, ColumnGuess(field))
            lines.append(f"[columns.{_quoted(column)}]\nfield = {_quoted(field)}\n")
            if column in known:
                lines.append(f"confidence = {guess.confidence:.1f}\n")
            if guess.samples:
                lines.append(f"samples = [{', '.join(map(_quoted, guess.samples))}]\n")
            lines.append("\n")
        Path(path).write_text("".join(lines), encoding="utf-8", newline="\n")

    def __str__(self) -> str:
        """Return one line a column."""
        width = max(map(len, self.columns), default=0)
        return "\n".join(
            f"{column:{width}}  {field or '(kept as it is)'}" for column, field in self.columns.items()
        )


def guesses_of(columns: Mapping[str, str], rows: Iterable[Mapping[str, str]]) -> dict[str, ColumnGuess]:
    """Return what columns were taken for, how sure that is, and samples of their cells.

    Where a sheet marks places as private, no cell that may tell a place or a person is among the samples.

    Args:
        columns: what each means.
        rows: some rows, cells by column.
    """
    some = list(rows)
    hides = any(field in {YES_HIDES, NO_HIDES} for field in columns.values())
    return {column: _guess(column, field, some, hides=hides) for column, field in columns.items()}


def _guess(column: str, field: str, rows: Sequence[Mapping[str, str]], *, hides: bool) -> ColumnGuess:
    confidence = 0.0 if not field else 0.9 if meaning_of(column) == field else 0.6
    if field in {YES_HIDES, NO_HIDES} or (hides and (not field or field.startswith(_OF_A_PLACE))):
        return ColumnGuess(field, confidence)
    cells = dict.fromkeys(
        " ".join(cell.split())[:_LONGEST_SAMPLE] for row in rows if (cell := row.get(column, "").strip())
    )
    return ColumnGuess(field, confidence, tuple(cells)[:_SAMPLES])


_OF_A_PLACE: Final = ("location.", "contacts.", "phones", "service.email", "service.description", "aside")


def _field_of(name: str, told: Any) -> str:
    field = told.get("field", "") if isinstance(told, dict) else told
    if not isinstance(field, str):
        message = f'column {name!r}: write its field as a text, such as field = "service.name"'
        raise InvalidMappingError(message)
    return field.strip()


def _fields() -> Iterator[str]:
    """Yield the names of the fields, several in a line."""
    line = ""
    for field in FIELDS:
        if len(line) + len(field) > 110:
            yield line
            line = ""
        line += f"{', ' if line else ''}{field}"
    yield line


def _quoted(text: str) -> str:
    """Return a text as TOML writes it."""
    written = json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
    return "".join(letter if not 0xD800 <= ord(letter) <= 0xDFFF else "\ufffd" for letter in written)

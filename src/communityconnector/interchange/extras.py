"""The one table that HSDS does not have: what the official tables cannot hold.

Unknown fields, a record with two owners of one kind, an attribute without a term, a reference that contradicts
the nesting: each is a row of `EXTRAS`, so that the official tables stay official and nothing is lost.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

import attrs

from communityconnector.interchange.sources import TextFile
from communityconnector.model import Finding, Severity

EXTRAS: Final = "communityconnector_extras.csv"
"""The table of what official tables cannot hold: `entity,id,field,value`, the value as JSON."""

COPY: Final = "copy_of"
"""Field of an `EXTRAS` row that says: this row repeats the record of that id for another owner."""

_WIDEST: Final = 1 << 30
"""Most characters in one cell. Python's default of 131,072 is less than many a county's outline."""


@contextmanager
def wide_cells() -> Iterator[None]:
    """Lift the csv module's limit on the size of a cell for a while."""
    # The csv module keeps this limit for the whole process; it is put back as it was.
    before = csv.field_size_limit(_WIDEST)
    try:
        yield
    finally:
        csv.field_size_limit(before)


@attrs.define
class Extras:
    """The rows of `EXTRAS`, while they are read or gathered."""

    fields: dict[tuple[str, str], dict[str, Any]] = attrs.field(factory=dict)

    def keep(self, entity: str, key: str, name: str, value: Any) -> None:
        """Keep a field of a record."""
        self.fields.setdefault((entity, key), {})[name] = value

    def read(self, file: TextFile, findings: list[Finding]) -> None:
        """Take in the rows of a file."""
        with wide_cells():
            for number, row in enumerate(csv.reader(io.StringIO(file.text, newline="")), start=1):
                if number == 1 or not row:
                    continue
                try:
                    entity, key, name, value = row
                    self.keep(entity, key, name, json.loads(value))
                except ValueError:
                    findings.append(
                        Finding(
                            severity=Severity.ERROR,
                            rule="broken-extras",
                            message="a row of four cells, the last one JSON, expected",
                            action="dropped",
                            file=file.name,
                            line=number,
                        )
                    )

    def rows(self) -> list[list[str]]:
        """The rows to write."""
        return [
            [entity, key, name, json.dumps(value, ensure_ascii=False)]
            for (entity, key), fields in self.fields.items()
            for name, value in fields.items()
        ]

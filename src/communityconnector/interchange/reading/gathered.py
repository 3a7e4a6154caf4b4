"""The state of one reading, shared by the readers of each form."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import attrs

from communityconnector.interchange.forms.content import FileForm
from communityconnector.interchange.reading.api_pages import ApiPages
from communityconnector.interchange.reading.chunks import Elsewhere
from communityconnector.interchange.sheets.column_mapping import ColumnGuess, ColumnMapping
from communityconnector.interchange.structuring.mode import Mode
from communityconnector.interchange.structuring.structurer import Structurer
from communityconnector.model import Finding, Record


@attrs.define
class Reading:
    """A reading under way.

    Attributes:
        mode: what to do with what is wrong.
        mapping: what the columns of a spreadsheet mean; `None` to guess it.
        forms: forms of files that are known beside the built-in ones; they are asked first.
        findings: findings so far.
        dataset: what the source says about itself.
        tabular: whether any of it came from tables.
        partial: records that only fill in fields of others.
        elsewhere: reads chunks of ndjson in other processes, if set.
        guesses: what the columns of sheets were taken for.
        pages: the pages of APIs that the source holds.
        stated: references that a source gave beside the embedding, by entity and id.
    """

    mode: Mode = Mode.REPAIR
    mapping: ColumnMapping | None = None
    forms: Sequence[FileForm] = ()
    findings: list[Finding] = attrs.field(factory=list)
    dataset: dict[str, Any] = attrs.field(factory=dict)
    tabular: bool = False
    partial: list[Record] = attrs.field(factory=list)
    elsewhere: Elsewhere | None = None
    guesses: dict[str, ColumnGuess] = attrs.field(factory=dict)
    pages: ApiPages = attrs.field(factory=ApiPages)
    stated: dict[tuple[str, str], dict[str, str]] = attrs.field(factory=dict)

    def structurer(self, *, tabular: bool = False) -> Structurer:
        """Return a structurer of this reading's mode."""
        return Structurer(self.mode, tabular=tabular)

"""Ids for records that have none: each gets another, and the same file gets the same ids."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Final

from communityconnector.interchange.notes import Notes
from communityconnector.interchange.ownership import has_id, parent_key
from communityconnector.model import Severity
from communityconnector.model.identity import mint


class UncountedError(Exception):
    """Inside the library: a record has to be numbered among others that are unknown."""


_UNIT: Final = "\x1f"
"""Stands between the parts of a name that is minted, as in `mint`."""

_NAMED_ALONE: Final[Mapping[str, tuple[str, ...]]] = {
    "organization": ("name",),
    "taxonomy": ("name",),
    "taxonomy_term": ("taxonomy", "code", "name"),
    "unit": ("name",),
}
"""Entities that their names identify, so that a file which names one twice means one."""


class RecordIds:
    """Mints ids for records without one.

    Args:
        notes: takes a finding for each.

    Attributes:
        unnamed: how many records of each name came without an id; `None` where the number before is unknown.
        numbered: how many records were numbered.
        is_expected: whether the records being made are not from the source, which is not blamed for a missing id.
    """

    def __init__(self, notes: Notes) -> None:
        self._notes = notes
        self.unnamed: dict[str, int] | None = {}
        self.numbered = 0
        self.is_expected = False

    @contextmanager
    def expected(self) -> Iterator[None]:
        """Mint ids without a finding: the records are made of a text or of an older field."""
        before, self.is_expected = self.is_expected, True
        try:
            yield
        finally:
            self.is_expected = before

    def mint(self, entity: str, raw: Mapping[str, Any], seed: str) -> str:
        """Return an id made of what names a record; never of its place, which may be confidential."""
        if not self.is_expected:
            self._notes.draft(Severity.ERROR, "missing-id", "a record without an id", "minted one", "id")
        if entity in _NAMED_ALONE:
            parts = [str(raw.get(field) or "") for field in _NAMED_ALONE[entity]]
            if any(parts):
                return mint(entity, *parts)
        # Without a seed it has an id which this mode does not keep.
        return mint(entity, seed or parent_key(entity, raw, ""))

    def root_seed(self, entity: str, raw: Mapping[str, Any]) -> str:
        """Return the seed of a record that no other embeds: its name, and its number among those of that name.

        Its children get their ids from it, so two records that are equal never share a child.

        Returns:
            The seed; "" where the record has an id.

        Raises:
            UncountedError: the number of records before is unknown.
        """
        if has_id(raw):
            return ""
        if self.unnamed is None:
            raise UncountedError
        self.numbered += 1
        agency = raw.get("organization")
        owner = (
            agency.get("id") or agency.get("name") if isinstance(agency, dict) else raw.get("organization_id")
        )
        is_named = entity == "service" or entity in _NAMED_ALONE
        name = _UNIT.join((str(owner or ""), str(raw.get("name") or "") if is_named else ""))
        key = mint(entity, name)
        self.unnamed[key] = number = self.unnamed.get(key, 0) + 1
        return name if number == 1 else mint(key, str(number))

"""The tables of a homeless system that say which projects there are (HMIS CSV): agencies, projects, and where these are.

Facts: the HMIS data standards of the Department of Housing and Urban Development. The tables name each other by ids. Those
about people who were helped are of another form, and never read.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

import attrs

from communityconnector.interchange.forms.content import (
    FormNote,
    LiftedRecord,
    LiftedRecords,
    LiftedTable,
    SheetForm,
)
from communityconnector.interchange.forms.hud_codes import PROJECT_KINDS
from communityconnector.interchange.forms.row_services import add_kinds, has_columns, key_of
from communityconnector.model import Severity
from communityconnector.model.level import Disclosure

_Row = Mapping[str, str]
_VICTIMS: Final = "1"
"""The code of projects for victims of domestic violence among those of whom a project is for."""
_HIDDEN: Final = FormNote(
    "hidden-by-words",
    "a project for victims of violence is read as: hide the place",
    "hidden",
    Severity.INFO,
    "TargetPopulation",
)


def _agency(row: _Row) -> tuple[dict[str, Any], tuple[FormNote, ...]]:
    return {
        "id": row["organizationid"],
        "name": row.get("organizationname", ""),
        "alternate_name": row.get("organizationcommonname", ""),
        "VictimServiceProvider": row.get("victimserviceprovider", ""),
    }, ()


def _project(row: _Row) -> tuple[dict[str, Any], tuple[FormNote, ...]]:
    raw: dict[str, Any] = {
        "id": row["projectid"],
        "organization_id": row["organizationid"],
        "name": row.get("projectname", ""),
        "alternate_name": row.get("projectcommonname", ""),
        "End Date": row.get("operatingenddate", ""),
    }
    add_kinds(raw, PROJECT_KINDS.get(row.get("projecttype", ""), ""))
    if row.get("targetpopulation") != _VICTIMS:
        return raw, ()
    return {**raw, "disclosure": Disclosure.NEVER.value}, (_HIDDEN,)


def _place(row: _Row) -> tuple[dict[str, Any], tuple[FormNote, ...]]:
    key = row.get("projectcocid") or f"{row['projectid']}-{row.get('coccode', '')}"
    address = {
        "id": f"{key}-address",
        "address_type": "physical",
        "address_1": row.get("address1", ""),
        "address_2": row.get("address2", ""),
        "city": row.get("city", ""),
        "state_province": row.get("state", ""),
        "postal_code": row.get("zip", ""),
        "country": "US",
    }
    is_known = any(address[part] for part in ("address_1", "city", "postal_code"))
    place = {"id": f"{key}-location", "location_type": "physical", "addresses": [address] if is_known else []}
    return {"id": key, "service_id": row["projectid"], "location": place}, ()


@attrs.frozen
class _Table:
    """One of the tables.

    Attributes:
        title: what it is, in words.
        entity: what its rows are.
        make: makes a raw record of a row.
        ids: columns without which a row says nothing.
        others: further columns by which it is recognised.
    """

    title: str
    entity: str
    make: Callable[[_Row], tuple[dict[str, Any], tuple[FormNote, ...]]]
    ids: tuple[str, ...]
    others: tuple[str, ...]

    def form(self) -> SheetForm:
        return SheetForm(
            f"hmis-{self.entity}", lambda columns: has_columns(columns, *self.ids, *self.others), self.lift
        )

    def lift(self, listed: LiftedTable) -> LiftedRecords:
        notes = list(listed.notes)
        return LiftedRecords(self.title, self._records(listed, notes), notes)

    def _records(self, listed: LiftedTable, notes: list[FormNote]) -> Iterator[LiftedRecord]:
        gone = nameless = 0
        for where, cells in listed.rows:
            row = {key_of(column): text.strip() for column, text in cells.items()}
            if row.get("datedeleted"):
                gone += 1
            elif not all(row.get(key) for key in self.ids):
                nameless += any(row.values())
            else:
                raw, said = self.make(row)
                yield LiftedRecord(self.entity, raw, where, said)
        if gone:
            notes.append(FormNote("deleted-rows", f"{gone:,} records that are marked as deleted"))
        if nameless:
            message = f"{nameless:,} rows without the ids by which the tables name each other"
            notes.append(FormNote("row-without-owner", message, severity=Severity.ERROR))


HMIS_FORMS: Final = tuple(
    table.form()
    for table in (
        _Table(
            "agencies of a homeless system (HMIS)", "organization", _agency,
            ("organizationid",), ("organizationname", "victimserviceprovider", "exportid"),
        ),
        _Table(
            "projects of a homeless system (HMIS)", "service", _project,
            ("projectid", "organizationid"), ("projectname", "projecttype", "exportid"),
        ),
        _Table(
            "places of a homeless system (HMIS)", "service_at_location", _place,
            ("projectid",), ("coccode", "geocode", "exportid"),
        ),
    )
)  # fmt: skip
"""The tables of agencies, projects and places."""

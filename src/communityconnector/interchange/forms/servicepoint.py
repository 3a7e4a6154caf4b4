"""Providers of ServicePoint (WellSky Community Services): one tree, whose root is the agency and whose leaves are programs.

Facts: openreferral/open211-miami-data-api keeps such tables. Names of programs begin with that of their agency, times stand
before days, and line breaks are written out.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from communityconnector.interchange.forms.content import LiftedTable, SheetForm

_NEEDED: Final = frozenset({"provider_id", "parent_provider_id", "provider_name"})
_MOST_DEEP: Final = 20


def _recognises(columns: Sequence[str]) -> bool:
    return {column.strip().lower() for column in columns} >= _NEEDED


def _lift(table: LiftedTable) -> LiftedTable:
    rows = [
        (where, {key.strip().lower(): str(value).strip() for key, value in raw.items()})
        for where, raw in table.rows
    ]
    by_id = {row["provider_id"]: row for _, row in rows if row.get("provider_id")}
    return LiftedTable("providers of ServicePoint", [(where, _row(row, by_id)) for where, row in rows])


def _row(row: Mapping[str, str], by_id: Mapping[str, Mapping[str, str]]) -> dict[str, str]:
    agency = _root(row, by_id).get("provider_name", "")
    name = row.get("provider_name", "")
    own = name.removeprefix(agency).strip(" -\u2013:") if name != agency and name.startswith(agency) else name
    left_out = {
        "provider_description",
        "provider_aka",
        "provider_id",
        "parent_provider_id",
        "provider_name",
        "date_updated",
        "date_added",
        "hours",
        "handicap_access",
        "province",
    }
    cells = {key: value for key, value in row.items() if key not in left_out and value}
    access = row.get("handicap_access", "")
    named = {
        "id": row.get("provider_id", ""),
        "Agency Name": agency,
        "Service Name": own or name,
        "Service Description": row.get("provider_description", ""),
        "Alternate Name": row.get("provider_aka", ""),
        "Last Updated": row.get("date_updated", "")[:10],
        "Hours": row.get("hours", "").replace("\\n", "\n").replace("###", ""),
        "State": row.get("province", ""),
        "Wheelchair Access": {"t": "Yes", "f": "No"}.get(access.lower(), access),
    }
    return {**cells, **{key: value for key, value in named.items() if value}}


def _root(row: Mapping[str, str], by_id: Mapping[str, Mapping[str, str]]) -> Mapping[str, str]:
    """Return the agency of a provider; where the tree runs in a circle, wherever it is left."""
    for _ in range(_MOST_DEEP):
        parent = by_id.get(row.get("parent_provider_id", ""))
        if parent is None:
            break
        row = parent
    return row


SERVICEPOINT: Final = SheetForm("servicepoint", _recognises, _lift)
"""Providers of ServicePoint."""

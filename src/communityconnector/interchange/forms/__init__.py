"""The forms that a directory may come in beside HSDS and plain tables: one module each, recognised from the content.

To add one, write its module and add it here: to `FILE_FORMS` where the bytes show it, to `_JSON_FORMS` where a JSON value
does, to `_SHEET_FORMS` where the columns of a table do. A plugin adds a `FileForm` as an `Importer`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final

from communityconnector.interchange.forms.airs import AIRS
from communityconnector.interchange.forms.airtable import airtable
from communityconnector.interchange.forms.arcgis import arcgis
from communityconnector.interchange.forms.cells import columns_of_cells, rows_of_cells
from communityconnector.interchange.forms.ckan import ckan
from communityconnector.interchange.forms.content import FileForm, Lifted, SheetForm
from communityconnector.interchange.forms.dbase import DBASE
from communityconnector.interchange.forms.geojson import geojson
from communityconnector.interchange.forms.hmis import HMIS_FORMS
from communityconnector.interchange.forms.hrsa import HRSA
from communityconnector.interchange.forms.hud import HUD_FORMS
from communityconnector.interchange.forms.icarol_json import icarol_json
from communityconnector.interchange.forms.kml import KML
from communityconnector.interchange.forms.meeting_guide import MEETING_GUIDE
from communityconnector.interchange.forms.norse import norse
from communityconnector.interchange.forms.ohana import ohana
from communityconnector.interchange.forms.overpass import overpass
from communityconnector.interchange.forms.samhsa import SAMHSA
from communityconnector.interchange.forms.schema_org import schema_org
from communityconnector.interchange.forms.servicepoint import SERVICEPOINT
from communityconnector.interchange.forms.socrata import socrata
from communityconnector.interchange.forms.summer_meals import SUMMER_MEALS

FILE_FORMS: Final[tuple[FileForm, ...]] = (AIRS, KML, DBASE)
"""Forms that the bytes of a file show."""

_JSON_FORMS: Final[tuple[Callable[[Any], Lifted | None], ...]] = (
    norse, geojson, arcgis, socrata, ckan, airtable, overpass, schema_org, icarol_json, ohana, columns_of_cells,
    rows_of_cells,
)  # fmt: skip
"""What lifts a JSON value of each form; `None` for another value. The first that knows it counts."""

_SHEET_FORMS: Final[tuple[SheetForm, ...]] = (
    SERVICEPOINT,
    MEETING_GUIDE,
    HRSA,
    SAMHSA,
    SUMMER_MEALS,
    *HMIS_FORMS,
    *HUD_FORMS,
)
"""Forms that the columns of a table show."""


def file_form(start: bytes, name: str, others: Sequence[FileForm] = ()) -> FileForm | None:
    """Return the form of a file; `None` for HSDS, a plain table, or what is not known.

    Args:
        start: its first bytes.
        name: its name, in lower case.
        others: forms that are asked before the built-in ones.
    """
    return next((form for form in (*others, *FILE_FORMS) if form.recognises(start, name)), None)


def lift_json(value: Any) -> Lifted | None:
    """Return what a JSON value holds that is of a form known by its marks; `None` for another value."""
    return next((lifted for form in _JSON_FORMS if (lifted := form(value)) is not None), None)


def sheet_form(columns: Sequence[str]) -> SheetForm | None:
    """Return the form that the columns of a table show; `None` for a plain table."""
    return next((form for form in _SHEET_FORMS if form.recognises(columns)), None)

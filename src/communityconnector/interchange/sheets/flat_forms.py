"""The forms in which portals, map servers and online tables write rows as JSON, each known by its marks."""

from __future__ import annotations

import itertools
import math
import re
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Final, TypeGuard

import attrs

from communityconnector.interchange.sheets.column_meaning import meaning_of
from communityconnector.interchange.sheets.flat_cells import cell_of
from communityconnector.interchange.sheets.signs import looks_like_spreadsheet


@attrs.frozen
class FormNote:
    """A finding about a table: its rule and its message."""

    rule: str
    message: str


@attrs.frozen
class FlatRows:
    """Rows in a form that is known by its marks.

    Attributes:
        form: what it is, in words.
        rows: each row's path and its object.
        labels: the readable name of a column, where the form gives one that is understood and the name is not.
        notes: findings about it.
    """

    form: str
    rows: Sequence[tuple[str, Any]]
    labels: Mapping[str, str] = attrs.field(factory=dict)
    notes: tuple[FormNote, ...] = ()


LATITUDE: Final = "geometry latitude"
LONGITUDE: Final = "geometry longitude"


def forms_of(value: Any) -> FlatRows | None:
    """Return the rows of a value in a form that is known by its marks; `None` for another value."""
    return next((listed for form in _FORMS if (listed := form(value)) is not None), None)


def _objects(value: Any) -> TypeGuard[list[dict[str, Any]]]:
    return isinstance(value, list) and bool(value) and all(isinstance(item, dict) for item in value)


def _geojson(value: Any) -> FlatRows | None:
    if (
        isinstance(value, dict)
        and value.get("type") == "Feature"
        and isinstance(value.get("properties"), dict)
    ):
        value = {"type": "FeatureCollection", "features": [value]}
    elif _objects(value) and all(item.get("type") == "Feature" for item in value):
        value = {"type": "FeatureCollection", "features": value}
    if not (isinstance(value, dict) and value.get("type") == "FeatureCollection"):
        return None
    features = value.get("features")
    crs = str(value.get("crs") or "")
    metres = any(code in crs for code in ("3857", "900913", "102100"))
    rows, unread = [], 0
    for number, feature in enumerate(features if isinstance(features, list) else []):
        if isinstance(feature, dict):
            point = _point_of(feature.get("geometry"), metres=metres)
            unread += feature.get("geometry") is not None and not point
            own = feature.get("properties")
            named = {"id": feature["id"]} if isinstance(feature.get("id"), (str, int)) else {}
            rows.append(
                (f"$.features[{number}]", {**named, **point, **(own if isinstance(own, dict) else {})})
            )
    return FlatRows("GeoJSON features", rows, notes=_geometries(unread))


def _geometries(unread: int) -> tuple[FormNote, ...]:
    message = f"{unread:,} shapes that are not points in degrees"
    return (FormNote("geometry-not-read", message),) if unread else ()


def _point_of(geometry: Any, *, metres: bool) -> dict[str, Any]:
    if not isinstance(geometry, dict):
        return {}
    pair = geometry.get("coordinates")
    if geometry.get("type") == "MultiPoint" and isinstance(pair, list) and len(pair) == 1:
        pair = pair[0]
    elif geometry.get("type") != "Point":
        return {}
    return _degrees(pair[0], pair[1], metres=metres) if isinstance(pair, list) and len(pair) >= 2 else {}


_EARTH: Final = 6_378_137.0
"""Radius of the sphere of the map projection that web maps use, in metres."""


def _degrees(x: Any, y: Any, *, metres: bool) -> dict[str, Any]:
    if not all(isinstance(part, (int, float)) and math.isfinite(part) for part in (x, y)):
        return {}
    if metres:
        if abs(x) > 20_100_000 or abs(y) > 20_100_000:
            return {}
        x, y = math.degrees(x / _EARTH), math.degrees(math.atan(math.sinh(y / _EARTH)))
        x, y = round(x, 7), round(y, 7)
    return {LATITUDE: y, LONGITUDE: x} if abs(y) <= 90 and abs(x) <= 180 else {}


_MERCATOR: Final = frozenset({3857, 102100, 102113, 900913})
_IN_DEGREES: Final = frozenset({4326, 4269, 4258})


def _arcgis(value: Any) -> FlatRows | None:
    if isinstance(value, dict) and value.keys() == {"feature"}:
        value = {"features": [value["feature"]]}
    if not (isinstance(value, dict) and _objects(value.get("features"))):
        return None
    if not all(isinstance(item.get("attributes"), dict) for item in value["features"]):
        return None
    reference = value.get("spatialReference")
    reference = reference if isinstance(reference, dict) else {}
    code = reference.get("latestWkid") or reference.get("wkid")
    fields = [field for field in value.get("fields") or () if isinstance(field, dict)]
    dates = {field.get("name") for field in fields if field.get("type") == "esriFieldTypeDate"}
    words = {field.get("name"): _coded(field) for field in fields}
    rows, unread = [], 0
    for number, feature in enumerate(value["features"]):
        shape = feature.get("geometry")
        shape = shape if isinstance(shape, dict) else {}
        known = code in _MERCATOR or code in _IN_DEGREES or code is None
        point = _degrees(shape.get("x"), shape.get("y"), metres=code in _MERCATOR) if known else {}
        unread += bool(shape) and not point
        own = {
            key: _day(item) if key in dates else words.get(key, {}).get(str(item), item)
            for key, item in feature["attributes"].items()
        }
        rows.append((f"$.features[{number}]", {**point, **own}))
    notes = _geometries(unread)
    if value.get("exceededTransferLimit"):
        notes += (FormNote("more-pages", "the map server gave the first records only; there are more"),)
    labels = {
        field["name"]: field["alias"]
        for field in fields
        if isinstance(field.get("alias"), str) and isinstance(field.get("name"), str)
        and not meaning_of(field["name"]) and meaning_of(field["alias"])
    }  # fmt: skip
    return FlatRows("features of a map server (ArcGIS)", rows, labels, notes)


def _coded(field: Mapping[str, Any]) -> dict[str, Any]:
    """Return the words of a field whose values are codes."""
    domain = field.get("domain")
    values = domain.get("codedValues") if isinstance(domain, dict) else None
    return {str(item.get("code")): item.get("name") for item in values or () if isinstance(item, dict)}


def _day(item: Any) -> Any:
    if isinstance(item, (int, float)) and not isinstance(item, bool) and abs(item) < 1e14:
        try:
            return datetime.fromtimestamp(item / 1000, UTC).date().isoformat()
        except (OverflowError, OSError, ValueError):
            return item
    return item


def _socrata(value: Any) -> FlatRows | None:
    """Return rows that are lists, whose columns stand apart from them."""
    meta = value.get("meta") if isinstance(value, dict) else None
    view = meta.get("view") if isinstance(meta, dict) else None
    columns = view.get("columns") if isinstance(view, dict) else None
    if not (_objects(columns) and isinstance(value.get("data"), list)):
        return None
    rows = []
    for number, cells in enumerate(value["data"]):
        if isinstance(cells, list):
            raw: dict[str, Any] = {}
            for column, cell in zip(columns, cells, strict=False):
                if column.get("dataTypeName") != "meta_data":
                    raw[str(column.get("name"))] = _named_parts(column, cell)
            rows.append((f"$.data[{number}]", raw))
    return FlatRows("rows of an open data portal (Socrata)", rows)


def _named_parts(column: Mapping[str, Any], cell: Any) -> Any:
    parts = column.get("subColumnTypes")
    if isinstance(cell, list) and isinstance(parts, list):
        return {
            str(part): item
            for part, item in zip(parts, cell, strict=False)
            if item is not None and part not in {"machine_address", "needs_recoding"}
        }
    return cell


def _ckan(value: Any) -> FlatRows | None:
    result = value.get("result") if isinstance(value, dict) and "success" in value else None
    if not (isinstance(result, dict) and isinstance(result.get("records"), list)):
        return None
    rows = [(f"$.result.records[{number}]", raw) for number, raw in enumerate(result["records"])]
    total = result.get("total")
    notes: tuple[FormNote, ...] = ()
    if isinstance(total, int) and total > len(rows):
        notes = (FormNote("more-pages", f"a page of {len(rows):,} records out of {total:,}"),)
    return FlatRows("records of an open data portal (CKAN)", rows, notes=notes)


_LINK: Final = re.compile(r"rec[A-Za-z0-9]{14}")


def _airtable(value: Any) -> FlatRows | None:
    records = value.get("records") if isinstance(value, dict) else value
    if isinstance(value, dict) and value.keys() == {"id", "createdTime", "fields"}:
        records = [value]
    if not _objects(records) or not all(
        isinstance(item.get("fields"), dict) and isinstance(item.get("id"), str) for item in records
    ):
        return None
    start = "$.records" if isinstance(value, dict) else "$"
    rows = [
        (
            f"{start}[{number}]",
            {"id": item["id"], **{_linked(key, cell): cell for key, cell in item["fields"].items()}},
        )
        for number, item in enumerate(records)
    ]
    notes: tuple[FormNote, ...] = ()
    if isinstance(value, dict) and value.get("offset"):
        notes = (FormNote("more-pages", "one page of an online table; it says that there are more"),)
    return FlatRows("records of an online table (Airtable)", rows, notes=notes)


def _linked(key: str, cell: Any) -> str:
    """Return a column's name; one that only points to records of another table says so, for such a pointer names nothing."""
    links = (
        isinstance(cell, list)
        and cell
        and all(isinstance(part, str) and _LINK.fullmatch(part) for part in cell)
    )
    return f"{key} record ids" if links else key


def _overpass(value: Any) -> FlatRows | None:
    elements = value.get("elements") if isinstance(value, dict) else None
    if not _objects(elements) or not all(
        item.get("type") in {"node", "way", "relation"} for item in elements
    ):
        return None
    rows = []
    for number, item in enumerate(elements):
        tags = item.get("tags")
        if isinstance(tags, dict):  # the others are only corners of shapes
            center = item.get("center")
            center = center if isinstance(center, dict) else item
            point = _degrees(center.get("lon"), center.get("lat"), metres=False)
            own = {"id": f"{item['type']}/{item.get('id')}", **point}
            rows.append((f"$.elements[{number}]", {**own, **_tags(tags)}))
    return FlatRows("elements of OpenStreetMap", rows)


_KINDS: Final = ("social_facility", "healthcare", "office", "amenity")
_GONE: Final = ("disused:", "abandoned:", "was:", "demolished:", "removed:")


def _tags(tags: Mapping[str, Any]) -> dict[str, Any]:
    cells = {key: item for key, item in tags.items() if key not in {*_KINDS, "social_facility:for"}}
    kind = next((tags[key] for key in _KINDS if tags.get(key)), "")
    if kind:
        cells["category"] = cell_of(kind).replace("_", " ")
    if tags.get("social_facility:for"):
        cells["target population"] = cell_of(tags["social_facility:for"]).replace("_", " ")
    if any(key.startswith(_GONE) for key in tags):
        cells.setdefault("status", "permanently closed")
    return cells


def _matrix(value: Any) -> FlatRows | None:
    """Return rows that are lists, the first of which is the header, or whose columns are named beside them."""
    start, header = "$", None
    if isinstance(value, dict):
        key = next((key for key in ("values", "data", "rows") if isinstance(value.get(key), list)), "")
        named = next(
            (
                value[key]
                for key in ("columns", "fields", "headers", "header")
                if isinstance(value.get(key), list)
            ),
            None,
        )
        if not key or not (named or key == "values"):
            return None
        start, header = f"$.{key}", [_column(item) for item in named or ()] or None
        by_column = value.get("majorDimension") == "COLUMNS"
        value = value[key]
        if by_column and all(isinstance(row, list) for row in value):
            value = [list(row) for row in itertools.zip_longest(*value, fillvalue="")]
    if not (isinstance(value, list) and value and all(isinstance(row, list) for row in value)):
        return None
    first = 0
    if header is None:
        header = [cell_of(cell).strip() for cell in value[0]]
        first = 1
        if not looks_like_spreadsheet(header, least=2):
            return None
    rows = [
        (f"{start}[{number}]", {column: cell for column, cell in zip(header, row, strict=False) if column})
        for number, row in enumerate(value)
        if number >= first
    ]
    return FlatRows("rows of cells", rows)


def _column(item: Any) -> str:
    if isinstance(item, dict):
        return next(
            (item[key] for key in ("name", "id", "label", "key") if isinstance(item.get(key), str)), ""
        )
    return cell_of(item)


def _by_column(value: Any) -> FlatRows | None:
    """Return the rows of columns that are objects, whose keys are the numbers of rows."""
    if not (
        isinstance(value, dict)
        and len(value) > 1
        and all(isinstance(cells, dict) for cells in value.values())
    ):
        return None
    numbers = list(dict.fromkeys(key for cells in value.values() for key in cells))
    if not numbers or not all(number.isdigit() for number in numbers) or not any(map(meaning_of, value)):
        return None
    rows = [
        (f"$.*['{number}']", {key: cells.get(number) for key, cells in value.items()}) for number in numbers
    ]
    return FlatRows("columns of cells", rows)


_ENVELOPES: Final = ("attributes", "fields", "node", "_source", "properties")
_ON_ENVELOPES: Final = frozenset(
    "id type _id _index _type _score cursor createdTime links relationships sort highlight geometry".split()
)


def opened(row: Any) -> Any:
    """Return a row out of the object that a server wraps it in, with the id that stands there."""
    if not isinstance(row, dict):
        return row
    key = next((key for key in _ENVELOPES if isinstance(row.get(key), dict)), "")
    if not key or not row.keys() <= {key, *_ON_ENVELOPES}:
        return row
    name = next((row[name] for name in ("id", "_id") if isinstance(row.get(name), (str, int))), None)
    return row[key] if name is None or "id" in row[key] else {"id": name, **row[key]}


_FORMS: Final[tuple[Callable[[Any], FlatRows | None], ...]] = (
    _geojson, _arcgis, _socrata, _ckan, _airtable, _overpass, _by_column, _matrix,
)  # fmt: skip

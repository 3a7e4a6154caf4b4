"""How the values of older fields become fields of HSDS 3.2."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any, Final

from communityconnector.interchange.legacy.text_records import PARTS
from communityconnector.interchange.texts.date_cells import day_of
from communityconnector.model.identity import mint

FieldUpgrade = Callable[[Any], dict[str, Any] | None]
"""Takes the value of an old field and returns HSDS 3.2 fields; `None` where the value is not certain."""


def _text(value: Any) -> str | None:
    """Return a value as text: text, a number, or a list of texts."""
    if isinstance(value, str):
        return value.strip() or None
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return str(value)
    if isinstance(value, list) and value and all(isinstance(item, str) for item in value):
        return "; ".join(item.strip() for item in value if item.strip()) or None
    return None


def text_field(field: str) -> FieldUpgrade:
    """Upgrade another name of a text field."""

    def upgrade(value: Any) -> dict[str, Any] | None:
        text = _text(value)
        return {field: text} if text else None

    return upgrade


def value_field(field: str) -> FieldUpgrade:
    """Upgrade another name of a field of any kind, whose value the reader judges."""
    return lambda value: {field: value} if isinstance(value, (str, int, float)) else None


def _items(value: Any) -> list[Any]:
    """Return a list as it is, and another value as a list of one."""
    return value if isinstance(value, list) else [value]


def records_field(field: str, key: str = "", *, split: bool = False, **more: str) -> FieldUpgrade:
    """Upgrade another name of a field of records. Each text becomes a record, as its field `key`.

    Args:
        field: the HSDS 3.2 field.
        key: the field of its records that a text is; "" where no text is right.
        split: whether a text is a list with commas.
        more: other fields of each record.
    """

    def upgrade(value: Any) -> dict[str, Any] | None:
        if isinstance(value, str) and split:
            value = [part for part in PARTS.split(value) if part]
        records: list[dict[str, Any]] = []
        for item in _items(value):
            if isinstance(item, dict):
                records.append({**more, **item})
            elif key and (text := _text(item)):
                records.append({**more, key: text})
            else:
                return None
        return {field: records} if records else None

    return upgrade


def places(value: Any) -> dict[str, Any] | None:
    """Upgrade locations that a service embeds or names."""
    items = _items(value)
    links = [
        {"location": item} if isinstance(item, dict) else {"location_id": item}
        for item in items
        if isinstance(item, (dict, str)) and item
    ]
    return {"service_at_locations": links} if links and len(links) == len(items) else None


def place_ids(value: Any) -> dict[str, Any] | None:
    """Upgrade ids of a service's locations."""
    items = _items(value)
    texts = [_text(item) for item in items if not isinstance(item, list)]
    if not texts or not all(texts):
        return None
    return {"service_at_locations": [{"location_id": text} for text in texts]}


def addresses_of(wrapped: Callable[[list[dict[str, Any]]], dict[str, Any]]) -> FieldUpgrade:
    """Upgrade addresses of what has none in HSDS: they become those of locations.

    Args:
        wrapped: puts the locations in a field.
    """

    def upgrade(value: Any) -> dict[str, Any] | None:
        locations = []
        for item in _items(value):
            if not isinstance(item, dict) or not item:
                return None
            kind = item.get("address_type", "physical")
            key = item.get("id")
            # The address keeps its id; its place needs one of its own that another record may well share.
            place = {"location_type": kind if kind in _PLACE_TYPES else "physical", "addresses": [item]}
            locations.append(
                {"id": mint("location of", key), **place} if isinstance(key, str) and key else place
            )
        return wrapped(locations) if locations else None

    return upgrade


def web_addresses(field: str, more: str) -> FieldUpgrade:
    """Upgrade several web addresses: the first is the record's, the others stand beside it."""

    def upgrade(value: Any) -> dict[str, Any] | None:
        texts = [_text(item) for item in _items(value)]
        if not texts or not all(texts):
            return None
        return {field: texts[0], **({more: [{"url": text} for text in texts[1:]]} if texts[1:] else {})}

    return upgrade


_PLACE_TYPES: Final = ("physical", "postal", "virtual")


def terms_by_id(value: Any) -> dict[str, Any] | None:
    """Upgrade Ohana's `taxonomy_ids`: ids of terms with commas."""
    text = _text(value)
    ids = [part for part in PARTS.split(text or "") if part]
    return {"attributes": [{"taxonomy_term_id": key} for key in ids]} if ids else None


def labels(kind: str, *, split: bool = True) -> FieldUpgrade:
    """Upgrade words that classify to attributes with a label, since no taxonomy is named."""

    def upgrade(value: Any) -> dict[str, Any] | None:
        items = PARTS.split(value) if isinstance(value, str) and split else _items(value)
        texts = [_text(item) for item in items if not isinstance(item, (list, dict))]
        if not any(texts) or len(texts) != len(items):
            return None
        return {"attributes": [{"link_type": kind, "label": text} for text in texts if text]}

    return upgrade


def eligibilities(value: Any) -> dict[str, Any] | None:
    """Upgrade eligibility as text, or as records with ages (Open Referral UK 1.0: `eligibilitys`)."""
    items = _items(value)
    if not all(isinstance(item, dict) for item in items):
        text = _text(value)
        return {"eligibility_description": text} if text else None
    texts = [text for item in items if (text := _text(item.get("eligibility") or item.get("description")))]
    fields: dict[str, Any] = {"eligibility_description": "; ".join(texts)} if texts else {}
    if len(items) == 1:
        # Several ranges of age have no form in HSDS 3.2, and one of them would shut out the others.
        fields.update({k: items[0][k] for k in ("minimum_age", "maximum_age") if items[0].get(k) is not None})
    return fields or None


def terms(value: Any) -> dict[str, Any] | None:
    """Upgrade links to terms with the term under `taxonomy`, as in Open Referral UK 1.0 and HSDS 1.x."""
    links = []
    for item in _items(value):
        if not isinstance(item, dict):
            return None
        term = item.get("taxonomy") if isinstance(item.get("taxonomy"), dict) else None
        link = {k: v for k, v in item.items() if k not in ("taxonomy", "taxonomy_id", "service_id")}
        if term:
            link["taxonomy_term"] = term
        elif item.get("taxonomy_id"):
            link["taxonomy_term_id"] = item["taxonomy_id"]
        links.append(link)
    return {"attributes": links} if links else None


def point(value: Any) -> dict[str, Any] | None:
    """Upgrade a point as an object, or as GeoJSON and the Ohana API have it: a list of longitude and latitude."""
    if isinstance(value, list) and len(value) == 2 and all(isinstance(v, (str, int, float)) for v in value):
        return {"longitude": value[0], "latitude": value[1]}
    if not isinstance(value, dict):
        return None
    latitude = next((value[k] for k in ("latitude", "lat") if value.get(k) is not None), None)
    longitude = next(
        (value[k] for k in ("longitude", "lng", "lon", "long") if value.get(k) is not None), None
    )
    return None if latitude is None or longitude is None else {"latitude": latitude, "longitude": longitude}


def virtual(value: Any) -> dict[str, Any] | None:
    """Upgrade Ohana's `virtual`: true or false."""
    kind = {"true": "virtual", "false": "physical"}.get(str(value).strip().lower())
    return {"location_type": kind} if kind else None


def schedules_for(role: str) -> FieldUpgrade:
    """Upgrade schedules that say what they are for, as the coming HSDS 3.3 has them."""
    return records_field("schedules", "description", x_role=role)


def day_field(field: str) -> FieldUpgrade:
    """Upgrade a day or a moment, however it is written, to the day of checking or the moment of editing."""

    def upgrade(value: Any) -> dict[str, Any] | None:
        text = _text(value) or ""
        try:
            moment = datetime.fromisoformat(text)
        except ValueError:
            day, _ = day_of(text)
            return {field: day if field == "assured_date" else f"{day}T00:00:00Z"} if day else None
        return {field: moment.date().isoformat() if field == "assured_date" else text}

    return upgrade

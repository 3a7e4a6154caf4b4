"""Records whose parts stand in the wrong place: one look at the whole record puts them right."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from typing import Any, Final

from communityconnector.interchange.opening_hours import read_days
from communityconnector.interchange.ownership import whose
from communityconnector.interchange.values import is_rule_days
from communityconnector.model.extents import polygons
from communityconnector.model.identity import mint

Raw = Mapping[str, Any]


def mend(entity: str, raw: Raw, seed: str) -> dict[str, Any] | None:
    """A raw record with its parts in their HSDS places; `None` where there is nothing to mend.

    Args:
        entity: its entity.
        raw: its fields.
        seed: what tells it from others, should it have no id.
    """
    mender = _MENDERS.get(entity)
    return None if mender is None else mender(raw, seed)


_OPENS: Final = ("start_time", "time_open", "open_time", "opens", "time_start", "opening_time", "open")
_CLOSES: Final = ("end_time", "time_close", "close_time", "closes", "time_end", "closing_time", "close")
_DAYS: Final = ("days", "day", "day_of_week", "days_of_week", "weekday", "weekdays")
_DAILY: Final = "MO,TU,WE,TH,FR,SA,SU"
_CLOCK: Final = re.compile(r"\d{1,2}(:\d{2}){0,2}\s*([ap]\.?m\.?)?", re.IGNORECASE | re.ASCII)
_HHMM: Final = re.compile(r"\d{3,4}", re.ASCII)
_DATE: Final = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_NUMBERED: Final = ("", "MO", "TU", "WE", "TH", "FR", "SA", "SU")


def mend_schedule(raw: Raw) -> dict[str, Any] | None:
    """A raw schedule with its parts under their HSDS names; `None` where there is nothing to mend.

    Days in words or lists become `byday`; times under other names, as 1930, or in `dtstart` and `until` (a slip of
    a well-known export program) become `opens_at` and `closes_at`; a daily one becomes weekly on seven days.
    """
    made = dict(raw)
    _times(made)
    _dates(made)
    _days(made)
    freq = str(made.get("freq") or "").strip().upper()
    if freq == "DAILY" and not made.get("byday") and not made.get("interval"):
        made.update(freq="WEEKLY", byday=_DAILY)
    elif not freq and made.get("byday") and made != raw and not made.get("dtstart"):
        made["freq"] = "MONTHLY" if any(letter.isdigit() for letter in str(made["byday"])) else "WEEKLY"
    return made if made != raw else None


def _take(made: dict[str, Any], field: str, names: tuple[str, ...], fit: Callable[[Any], str]) -> None:
    """Move the first value that fits into a field which is empty."""
    if made.get(field):
        return
    for name in names:
        value = fit(made.get(name))
        if value:
            made[field] = value
            if name != field:
                del made[name]
            return


def _times(made: dict[str, Any]) -> None:
    for field, names, slip in (("opens_at", _OPENS, "dtstart"), ("closes_at", _CLOSES, "until")):
        if not isinstance(made.get(field), (str, type(None))) or _HHMM.fullmatch(str(made.get(field) or "")):
            value = _time(made.get(field))
            if value:
                made[field] = value
        _take(made, field, names, _time)
        _take(made, field, (slip,), lambda value: _time(value) if ":" in str(value or "") else "")


def _time(value: Any) -> str:
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        value = str(int(value)) if 0 <= value < 10_000 and value == int(value) else ""
    if not isinstance(value, str):
        return ""
    text = value.strip()
    if _HHMM.fullmatch(text) and int(text[-2:]) < 60 and int(text[:-2]) <= 24:
        return f"{int(text[:-2]):02}:{text[-2:]}"
    if _CLOCK.fullmatch(text) and (":" in text or text[-1:].lower() in "m."):
        return text
    return text if text.lower() in {"noon", "midnight", "midday"} else ""


def _date(value: Any) -> str:
    text = value.strip()[:10] if isinstance(value, str) else ""
    return text if _DATE.fullmatch(text) else ""


def _dates(made: dict[str, Any]) -> None:
    single = _date(made.get("date"))
    if single and not made.get("dtstart") and not made.get("until"):
        made.update(dtstart=single, until=single)
        del made["date"]
    if _date(made.get("start_date")) and not made.get("dtstart"):
        _take(made, "dtstart", ("start_date",), _date)
        _take(made, "until", ("end_date",), _date)


def _days(made: dict[str, Any]) -> None:
    if made.get("byday"):
        lawful = is_rule_days(made["byday"]) and not made["byday"].endswith(",")
        written = "" if lawful else _day(made["byday"])
        if written:
            made["byday"] = written
        return
    for name in _DAYS:
        written = _day(made.get(name))
        if written:
            made["byday"] = written
            del made[name]
            return


def _day(value: Any) -> str:
    if isinstance(value, list) and value and all(isinstance(item, str) for item in value):
        parts = [read_days(item) for item in value]
        return ",".join(dict.fromkeys(day for part in parts for day in part.split(","))) if all(parts) else ""
    if isinstance(value, int) and not isinstance(value, bool) and 1 <= value <= 7:
        return _NUMBERED[value]
    if isinstance(value, str):
        bare = value.strip()
        if len(bare) == 1 and bare in "1234567":
            return _NUMBERED[int(bare)]
        return read_days(bare)
    return ""


_STREET: Final = (
    "address_1", "address_2", "city", "region", "state_province", "postal_code", "country", "address_type", "street",
    "street_address", "street_address_1", "street1", "line1", "address_line_1", "address1", "state", "zip", "zip_code",
    "zipcode", "postcode", "attention",
)  # fmt: skip
_WITHIN: Final = frozenset(
    {"city", *(name for name in _STREET if "address" in name or "street" in name or name == "line1")}
)


def _location(raw: Raw, _: str) -> dict[str, Any] | None:
    """A location whose address stands in it bare, or whose point stands in its address."""
    made: dict[str, Any] | None = None
    address = raw.get("address")
    inline = {name: raw[name] for name in _STREET if isinstance(raw.get(name), str) and raw[name]}
    if isinstance(address, str) and address and not raw.get("addresses"):
        inline["address_1"] = address
    if _WITHIN & inline.keys():
        made = {
            name: value
            for name, value in raw.items()
            if name not in inline and not (name == "address" and value == address)
        }
        held = raw.get("addresses")
        made["addresses"] = [*(held if isinstance(held, list) else []), inline]
    addresses = (made or raw).get("addresses") or raw.get("address")
    for item in addresses if isinstance(addresses, list) else [addresses]:
        point = _point_in(item)
        if point and raw.get("latitude") is None and raw.get("coordinates") is None:
            made = {**(made or raw), **point}
            break
    return made


def _point_in(address: Any) -> dict[str, Any]:
    """The point of an address, which HSDS keeps with the location."""
    if not isinstance(address, dict):
        return {}
    point = address.get("coordinates")
    held = point if isinstance(point, dict) else address
    latitude, longitude = (
        held.get("latitude", held.get("lat")),
        held.get("longitude", held.get("lng", held.get("lon"))),
    )
    return {} if latitude is None or longitude is None else {"latitude": latitude, "longitude": longitude}


def _organization(raw: Raw, seed: str) -> dict[str, Any] | None:
    """An organization whose services stand within its locations."""
    places = raw.get("locations")
    if not isinstance(places, list) or not any(isinstance(p, dict) and p.get("services") for p in places):
        return None
    moved: list[Any] = []
    kept: list[Any] = []
    for number, place in enumerate(places):
        bare, services = (
            split_place(place, f"{whose('organization', raw, seed)}/locations[{number}]")
            if isinstance(place, dict)
            else (place, [])
        )
        kept.append(bare)
        moved += services
    held = raw.get("services")
    return {**raw, "locations": kept, "services": [*(held if isinstance(held, list) else []), *moved]}


def offers(place: Raw) -> bool:
    """Whether services stand within a location."""
    services = place.get("services")
    return isinstance(services, list) and any(isinstance(service, dict) for service in services)


def split_place(place: Raw, seed: str) -> tuple[Raw, list[dict[str, Any]]]:
    """A location without the services that stand within it, and these with the location in its HSDS place.

    Args:
        place: the location.
        seed: what its id is made of, should it have none: it is one place, however many services stand in it.
    """
    if not offers(place):
        return place, []
    bare = {name: value for name, value in place.items() if name != "services"}
    if not bare.get("id"):
        bare["id"] = mint("location", seed)
    found = [service for service in place["services"] if isinstance(service, dict)]
    return bare, [
        s if s.get("service_at_locations") else {**s, "service_at_locations": [{"location": bare}]}
        for s in found
    ]


_SHAPES: Final = ("extent", "geojson", "geometry", "shape", "boundary", "polygon", "wkt", "the_geom")


def _service_area(raw: Raw, _: str) -> dict[str, Any] | None:
    """An area whose shape is an object instead of text, or stands under a name of the source's own."""
    for name in _SHAPES:
        shape = raw.get(name)
        if isinstance(shape, dict) and shape:
            text = json.dumps(shape, separators=(",", ":"))
        elif name != "extent" and isinstance(shape, str) and polygons(shape):
            text = shape
        else:
            continue
        if name == "extent" or not raw.get("extent"):
            kept = {key: value for key, value in raw.items() if key != name}
            return {"extent_type": "geojson" if text.startswith("{") else "wkt", **kept, "extent": text}
    return None


_MENDERS: Final[dict[str, Callable[[Raw, str], dict[str, Any] | None]]] = {
    "location": _location,
    "organization": _organization,
    "service_area": _service_area,
}

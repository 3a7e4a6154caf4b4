"""Meetings in the Meeting Guide format, as JSON and as a sheet with plain headings.

Facts: code4recovery/spec. A day is 0 for Sunday; a meeting without a day is by appointment; types are codes: `C` is a closed
meeting, which is not shut, `TC` a place that is closed for now. Members are anonymous, so contacts are left out.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from communityconnector.interchange.forms.content import (
    FormNote,
    LiftedRecord,
    LiftedRecords,
    LiftedTable,
    SheetForm,
)

_DAYS: Final = ("SU", "MO", "TU", "WE", "TH", "FR", "SA")
_NAMES: Final = ("sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday")
_TIME: Final = re.compile(r"\s{0,5}(\d{1,2}):(\d{2})(?::\d{2})?\s{0,3}([AaPp])?\.?[Mm]?\.?\s{0,5}")
_LANGUAGES: Final = {"S": "Spanish", "SPANISH": "Spanish", "FR": "French", "FRENCH": "French", "EN": "English", "ENGLISH": "English", "ASL": "American Sign Language", "AMERICAN SIGN LANGUAGE": "American Sign Language", "POR": "Portuguese", "PORTUGUESE": "Portuguese", "RUS": "Russian", "RUSSIAN": "Russian"}  # fmt: skip
_WORDS: Final = {
    "C": "Closed meeting: for members only", "CLOSED": "Closed meeting: for members only", "O": "Open meeting: anybody may come",
    "OPEN": "Open meeting: anybody may come", "W": "Women", "M": "Men", "Y": "Young people", "LGBTQ": "LGBTQ",
}  # fmt: skip
"""What some types say to a newcomer."""
_ACCESS: Final = {"X", "WHEELCHAIR ACCESS", "WHEELCHAIR-ACCESSIBLE"}
_SHUT: Final = {"TC", "LOCATION TEMPORARILY CLOSED", "TEMPORARY CLOSURE"}
_NEEDED: Final = frozenset({"name", "day", "time", "types"})


def _recognises(columns: Sequence[str]) -> bool:
    names = {column.strip().lower() for column in columns}
    return names >= _NEEDED and bool(
        names & {"slug", "id", "group", "location", "conference url", "conference_url"}
    )


def _lift(table: LiftedTable) -> LiftedRecords:
    notes: list[FormNote] = []
    return LiftedRecords("meetings (Meeting Guide)", _records(table, notes), notes)


def _records(table: LiftedTable, notes: list[FormNote]) -> Iterator[LiftedRecord]:
    private = 0
    for where, raw in table.rows:
        row = {
            key.strip().lower().replace(" ", "_"): str(value).strip()
            for key, value in raw.items()
            if value not in (None, "")
        }
        private += any(key.startswith("contact_") for key in row)
        if row.get("name"):
            yield LiftedRecord("service", _meeting(row, where), where)
    if private:
        notes.append(
            FormNote(
                "private-field", f"names and numbers of members at {private:,} meetings, which stay anonymous"
            )
        )


def _meeting(row: Mapping[str, str], where: str) -> dict[str, Any]:
    key = row.get("slug") or row.get("id") or f"meeting {where}"
    types = [kind for part in re.split(r"[;,]", row.get("types", "")) if (kind := part.strip(" []'\""))]
    codes = {kind.upper() for kind in types}
    online = row.get("conference_url", "")
    address = row.get("formatted_address") or row.get("address") or row.get("full_address") or ""
    approximate = row.get("approximate", "").lower() in {"yes", "true", "1"}
    # A meeting is held where its address is exact and the place is not closed for now.
    is_held = bool(address) and not approximate and not codes & _SHUT
    group = row.get("group", "")
    hours = _hours(row, key)
    if online:
        # A meeting that goes on online is not closed with its place.
        types = [kind for kind in types if kind.upper() not in _SHUT]
    words = [_WORDS[code] for code in sorted(codes & _WORDS.keys())]
    return {
        "id": key,
        "name": row["name"],
        "description": ". ".join(filter(None, (row.get("notes", ""), *words))),
        "url": row.get("url") if row.get("url", "").startswith("http") else online,
        "status": "active" if is_held or online or row.get("conference_phone") else "temporarily closed",
        "alert": "" if is_held or not online else "Online only for now.",
        "last_modified": row.get("updated", "")[:10],
        "organization": {"id": f"group {group}", "name": group, "description": ""} if group else None,
        "phones": [{"id": f"{key}-phone", "number": row["phone"]}] if row.get("phone") else [],
        "languages": [
            {"id": f"{key}-language-{n}", "name": _LANGUAGES[code]} for n, code in enumerate(sorted(codes & _LANGUAGES.keys()))
        ],
        "attributes": [{"id": f"{key}-type-{n}", "label": kind, "value": kind} for n, kind in enumerate(types)],
        "schedules": hours,
        "service_at_locations": [_place(row, key, address if is_held else "", codes)],
    }  # fmt: skip


def _place(row: Mapping[str, str], key: str, address: str, codes: set[str]) -> dict[str, Any]:
    if not address:
        return {
            "id": f"{key}-online",
            "location": {"id": f"{key}-online", "location_type": "virtual", "name": "Online or by phone"},
        }
    place: dict[str, Any] = {
        "id": f"place {row.get('location', '')} {address}",
        "location_type": "physical",
        "name": row.get("location", ""),
        "description": row.get("location_notes", ""),
        "latitude": row.get("latitude", ""),
        "longitude": row.get("longitude", ""),
        "address": address,
    }
    if codes & _ACCESS:
        place["accessibility"] = [{"id": f"{key}-access", "description": "Wheelchair access"}]
    return {
        "id": f"{key}-at",
        "location": {
            **{name: item for name, item in place.items() if name != "address"},
            "addresses": [_lines(address, key)],
        },
    }


_STATE: Final = re.compile(r"([A-Z]{2})\s{1,3}(\d{5}(?:-\d{4})?)")


def _lines(address: str, key: str) -> dict[str, Any]:
    """Return the parts of an address in one line: "1 Elm Street, Boone, NC 28607, USA"."""
    parts = [part.strip() for part in address.split(",") if part.strip()]
    country = "US" if parts and parts[-1].upper() in {"USA", "US", "UNITED STATES"} else ""
    if country:
        parts.pop()
    made: dict[str, Any] = {"id": f"{key}-address", "address_type": "physical", "country": country}
    found = _STATE.fullmatch(parts[-1]) if parts else None
    if found is not None and len(parts) > 2:
        return {
            **made,
            "address_1": ", ".join(parts[:-2]),
            "city": parts[-2],
            "state_province": found[1],
            "postal_code": found[2],
        }
    return {**made, "address_1": ", ".join(parts)}


def _hours(row: Mapping[str, str], key: str) -> list[dict[str, Any]]:
    day = row.get("day", "").lower()
    code = (
        _DAYS[int(day)]
        if day in {"0", "1", "2", "3", "4", "5", "6"}
        else _DAYS[_NAMES.index(day)]
        if day in _NAMES
        else ""
    )
    start, end = _clock(row.get("time", "")), _clock(row.get("end_time", ""))
    if not code or not start:
        words = "By appointment" if not code else row.get("time", "")
        return [{"id": f"{key}-hours", "description": words}]
    if not end:
        # Without an end, an hour is usual; that is not known, so the words say when it begins.
        return [
            {
                "id": f"{key}-hours",
                "freq": "WEEKLY",
                "byday": code,
                "opens_at": start,
                "closes_at": _later(start),
                "notes": "The end is not stated; meetings usually take an hour.",
            }
        ]
    return [{"id": f"{key}-hours", "freq": "WEEKLY", "byday": code, "opens_at": start, "closes_at": end}]


def _clock(text: str) -> str:
    found = _TIME.fullmatch(text)
    if found is None:
        return ""
    hour = int(found[1]) % 12 + 12 * (found[3].lower() == "p") if found[3] else int(found[1])
    return f"{hour:02}:{found[2]}" if hour < 24 and int(found[2]) < 60 else ""


def _later(start: str) -> str:
    return f"{(int(start[:2]) + 1) % 24:02}{start[2:]}"


MEETING_GUIDE: Final = SheetForm("meeting-guide", _recognises, _lift)
"""Meetings as sheets, or as rows of JSON."""

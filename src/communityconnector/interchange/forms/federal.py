"""Lists of federal agencies: health centers (HRSA), treatment (SAMHSA) and summer meals (USDA).

Each is a plain row, whose columns need no more than names that a sheet would have; what is no service for patrons is told.
Facts: the downloads of data.hrsa.gov, findtreatment.gov and the Food and Nutrition Service.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Final

from communityconnector.interchange.forms.content import FormNote, LiftedTable, SheetForm

Row = dict[str, str]


def _form(
    name: str, title: str, needed: str, lift: Callable[[Mapping[str, str]], Row | None], left_out: str = ""
) -> SheetForm:
    """Return a form whose rows become rows with other columns; `None` of a row is counted as not a service."""
    columns = frozenset(needed.split("|"))

    def recognises(names: Sequence[str]) -> bool:
        return columns <= {each.strip() for each in names}

    def lifted(table: LiftedTable) -> LiftedTable:
        rows: list[tuple[str, Row]] = []
        gone = 0
        for where, raw in table.rows:
            row = lift({str(key).strip(): str(value).strip() for key, value in raw.items()})
            if row is None:
                gone += 1
            else:
                rows.append((where, {key: value for key, value in row.items() if value}))
        notes = (FormNote("level-not-read", f"{gone:,} {left_out}"),) if gone else ()
        return LiftedTable(title, rows, notes=notes)

    return SheetForm(name, recognises, lifted)


def _health_center(row: Mapping[str, str]) -> Row | None:
    kinds = (
        row.get("Health Center Location Type Description", ""),
        row.get("Health Center Type Description", ""),
    )
    setting = row.get("Health Center Service Delivery Site Location Setting Description", "")
    if "Administrative" in {*kinds, setting}:
        return None
    seasonal = next((kind for kind in kinds if "Seasonal" in kind or "Intermittent" in kind), "")
    return {
        "id": row.get("BPHC Assigned Number", "") or row.get("BHCMIS Organization Identification Number", ""),
        "Service Name": row["Site Name"],
        "Agency Name": row.get("Health Center Name", ""),
        "Category": "Community health center",
        "Description": "; ".join(
            filter(None, ("Community health center: care on a sliding fee scale", setting, seasonal))
        ),
        "Address": row["Site Address"],
        "City": row.get("Site City", ""),
        "State": row.get("Site State Abbreviation", ""),
        "ZIP": row.get("Site Postal Code", ""),
        "Phone": row.get("Site Telephone Number", ""),
        "Website": row.get("Site Web Address", ""),
        "Status": row.get("Site Status Description", ""),
        "Longitude": row.get("Geocoding Artifact Address Primary X Coordinate", ""),
        "Latitude": row.get("Geocoding Artifact Address Primary Y Coordinate", ""),
    }


_TREATMENT: Final = {
    "sa": "Substance use treatment", "mh": "Mental health treatment", "hs": "Housing services", "sf": "Sliding fee scale", "tele": "Telehealth",
    "dt": "Detoxification", "rs": "Residential", "op": "Outpatient", "hi": "Hospital inpatient", "sp": "Spanish", "md": "Medicaid",
    "mc": "Medicare", "pi": "Private insurance", "np": "No payment accepted: free",
}  # fmt: skip
"""What some columns of 0 and 1 mean; the others stay as they are."""
_FEES: Final = ("sf", "np", "md", "mc", "pi")


def _treatment(row: Mapping[str, str]) -> Row | None:
    yes = [code for code in _TREATMENT if row.get(code) == "1"]
    intake = "; ".join(
        filter(None, (row.get("intake_prompt", ""), row.get("intake1", ""), row.get("intake2", "")))
    )
    return {
        "Service Name": ": ".join(filter(None, (row["name1"], row.get("name2", "")))),
        "Agency Name": row["name1"],
        "Category": "; ".join(
            _TREATMENT[code] for code in yes if code in {"sa", "mh", "hs", "dt", "rs", "op", "hi"}
        ),
        "Address": row["street1"],
        "Address 2": row.get("street2", ""),
        "City": row.get("city", ""),
        "State": row.get("state", ""),
        "ZIP": row.get("zip", ""),
        "County": row.get("county", ""),
        "Phone": row.get("phone", ""),
        "Application Process": f"Intake: {intake}" if intake else "",
        "Website": row.get("website", ""),
        "Fees": "; ".join(_TREATMENT[code] for code in yes if code in _FEES),
        "Languages": "Spanish" if "sp" in yes else "",
        "Latitude": row.get("latitude", ""),
        "Longitude": row.get("longitude", ""),
    }


def _summer_meal(row: Mapping[str, str]) -> Row | None:
    first, last = _day(row.get("Start_Date", "")), _day(row.get("End_Date", ""))
    told = (row.get("Service_Type", ""), row.get("Site_Instructions", ""), row.get("Comments", ""))
    return {
        "id": row.get("Site_ID_External", ""),
        "Service Name": f"Summer meals: {_plain(row['Site_Name'])}",
        "Category": "Summer meals for children",
        "Description": "; ".join(filter(None, (*told, f"First day: {first}" if first else ""))),
        "Address": _plain(row["Site_Street"]),
        "Address 2": _plain(row.get("Site_Street2", "")),
        "City": _plain(row.get("Site_City", "")),
        "State": row.get("Site_State", ""),
        "ZIP": row.get("Site_Zip", ""),
        "County": row.get("Site_County", ""),
        "Hours": row.get("Site_Hours", ""),
        "End Date": last,
        "Latitude": row.get("Latitude", ""),
        "Longitude": row.get("Longitude", ""),
    }


def _plain(text: str) -> str:
    """Return a text in capitals as names are written."""
    return text.title() if text.isupper() else text


def _day(text: str) -> str:
    """Return a date that a map server gives in milliseconds."""
    if not text.lstrip("-").isdigit() or len(text) > 14:
        return text
    return datetime.fromtimestamp(int(text) / 1000, UTC).date().isoformat()


HEALTH_CENTERS: Final = _form(
    "hrsa", "health centers (HRSA)", "Site Name|Site Address|BPHC Assigned Number", _health_center,
    "sites that are offices of health centers",
)  # fmt: skip
TREATMENT: Final = _form("samhsa", "treatment facilities (SAMHSA)", "name1|street1|type_facility", _treatment)
SUMMER_MEALS: Final = _form(
    "summer-meals", "summer meals (USDA)", "Site_Name|Site_Street|Service_Type|Start_Date", _summer_meal
)

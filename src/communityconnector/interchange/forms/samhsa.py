"""Treatment facilities, as FindTreatment.gov of SAMHSA exports them: a row a facility, and some 200 columns of codes.

A code's column holds 1 or 0. Only codes whose meaning is certain are spelled out; the others keep their names. The file is
the result of one search, so it is no whole directory.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from communityconnector.interchange.forms.content import FormNote, LiftedRecords, LiftedTable, SheetForm
from communityconnector.interchange.forms.row_services import RowForm, add_kinds, has_columns, key_of
from communityconnector.model import Severity
from communityconnector.model.identity import mint

_FIELDS: Final = {
    "name1": "organization.name",
    "street1": "location.address_1",
    "street2": "location.address_2",
    "city": "location.city",
    "state": "location.state_province",
    "zip": "location.postal_code",
    "county": "location.region",
    "phone": "phones",
    "intake1": "phones",
    "intake2": "phones",
    "website": "service.url",
    "latitude": "location.latitude",
    "longitude": "location.longitude",
}
_KINDS: Final = {
    "sa": "Substance use treatment",
    "mh": "Mental health treatment",
    "sumh": "Treatment for co-occurring substance use and mental health disorders",
    "dt": "Detoxification",
    "op": "Outpatient treatment",
    "res": "Residential treatment",
    "rs": "Short-term residential treatment",
    "rl": "Long-term residential treatment",
    "hi": "Hospital inpatient treatment",
    "tele": "Telehealth",
    "hs": "Housing services",
}
_FEES: Final = {
    "sf": "Sliding fee scale",
    "np": "Free: no payment is accepted",
    "md": "Medicaid",
    "mc": "Medicare",
    "pi": "Private health insurance",
}
_SPANISH: Final = "sp"
_SPELLED: Final = frozenset({*_KINDS, *_FEES, _SPANISH})
_TEXTS: Final = frozenset({*_FIELDS, "name2", "zip4", "intakeprompt", "typefacility"})
_MOST_NAMED: Final = 30


def _finish(raw: dict[str, Any], row: Mapping[str, str]) -> Sequence[FormNote] | None:
    kinds = [label for code, label in _KINDS.items() if row.get(code) == "1"]
    facility = _KINDS.get(row.get("typefacility", "").casefold(), "")
    add_kinds(raw, facility, *kinds)
    raw["name"] = ": ".join(filter(None, (row.get("name1", ""), row.get("name2", ""))))
    raw["fees_description"] = "; ".join(text for code, text in _FEES.items() if row.get(code) == "1")
    if row.get(_SPANISH) == "1":
        raw["languages"] = [{"id": mint("row", str(raw["id"]), "language"), "name": "Spanish"}]
    for phone in raw.get("phones") or ():
        if phone.get("description", "").startswith("intake"):
            phone["description"] = row.get("intakeprompt", "") or "Intake"
    return ()


_FORM: Final = RowForm("treatment facilities (SAMHSA)", _FIELDS, _finish, id_keys=("name1", "name2", "phone"))


def _lift(listed: LiftedTable) -> LiftedRecords:
    lifted = _FORM.lift(listed)
    answers: dict[str, set[str]] = {}
    for _, cells in listed.rows:
        for column, text in cells.items():
            answers.setdefault(column, set()).add(text.strip()[:2])
    unread = [
        column
        for column, texts in answers.items()
        if key_of(column) not in _SPELLED | _TEXTS and "1" in texts and texts <= {"0", "1", ""}
    ]
    if unread:
        shown = ", ".join(unread[:_MOST_NAMED]) + (" ..." if len(unread) > _MOST_NAMED else "")
        message = f"codes whose meaning is not known here: {shown}; the code sheet of the source says it"
        lifted.notes.append(FormNote("columns-not-understood", message, "kept as they are", Severity.INFO))
    return lifted


def _recognises(columns: Sequence[str]) -> bool:
    return has_columns(columns, "name1", "name2", "street1", "typefacility")


SAMHSA: Final = SheetForm("samhsa", _recognises, _lift)
"""Treatment facilities."""

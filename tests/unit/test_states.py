"""Every way of saying closed is heard, and what only sounds so is not."""

from __future__ import annotations

import csv
import io
import json
from datetime import UTC, datetime

import pytest

import communityconnector as cc
from builders import service
from communityconnector.interchange.texts.closures import closures
from communityconnector.interchange.texts.states import sense_of, state_in
from communityconnector.model import Directory

NOW = datetime(2026, 12, 2, 15, tzinfo=UTC)


def status_of(service, *, open_at=None):
    matcher = cc.Matcher(Directory.of([service]), clock=lambda: NOW)
    (explained,) = matcher.explain(cc.Need("food pantry", open_at=open_at), service.id)
    return next(reason for reason in explained.reasons if reason.criterion == "status")


def pantry(**fields):
    return service(**{"key": "1", "name": "Laurel Food Pantry", **fields})


STOPPED = [
    {"\u00bfEst\u00e1 abierto?": "No"}, {"En operaci\u00f3n": "No"}, {"Situaci\u00f3n": "Cerrado"}, {"Status": "Perm closed"},
    {"Status": "Shuttered"}, {"Status": "Do not use"}, {"status": ["inactive"]}, {"State of service": "closed"},
    {"Active": "No"}, {"Active": "FALSE"}, {"Active?": "n"}, {"active": False}, {"active": 0}, {"isActive": "false"},
    {"is_open": False}, {"Is this service open?": "No"}, {"Currently Operating?": "N"}, {"Operational": "No"},
    {"inactive": "TRUE"}, {"Inactive?": "x"}, {"Pantry - Inactive In Stock System": "True"}, {"closed": True},
    {"Closed": "Yes"}, {"Not Active": "yes"}, {"Deleted": "1"}, {"Custom_Deleted Record": "yes"}, {"is_archived": True},
    {"enabled": False}, {"activo": "no"}, {"Inactivo": "S\u00ed"}, {"Cerrado": "si"},
    {"Status": "CLOSED"}, {"Status": "No longer operating"}, {"AgencyStatus": "Inactive"}, {"status": "Not Active"},
    {"Program Status": "Discontinued"}, {"status": "archived"}, {"status": "Closed - staff retired"}, {"status": "I"},
    {"estado del servicio": "Cerrado"}, {"Estatus": "fuera de servicio"}, {"status": "dado de baja"},
    {"Estado": "inactivo"}, {"State": "Closed"}, {"estado": "Cerrado"}, {"Workflow State": "draft"}, {"Out of business": "Yes"},
    {"No longer operating": "TRUE"}, {"Program Ended": "Yes"}, {"Closed for good": "yes"}, {"Trash": "1"}, {"soft_deleted": True}, {"Ya no opera": "S\u00ed"},
    {"Status": "Program ended"}, {"Status": "INACT"}, {"is_approved": False}, {"Approved?": "No"},
    {"Publish?": "No"}, {"post_status": "draft"}, {"Status": "Pending review"}, {"status": "borrador"}, {"is_draft": True},
]  # fmt: skip
GONE = [
    {"Status": "Permanently Closed"}, {"business_status": "CLOSED_PERMANENTLY"}, {"status": "Out of Business"},
    {"Status": "Closed - permanently"}, {"status": "Cerrado permanentemente"}, {"status": "ya no existe"},
    {"disused:amenity": "social_facility"},
]  # fmt: skip
PAUSED = [
    {"inactiveTemporary": "TRUE"}, {"temporarily_closed": True}, {"Status": "Temp closed"}, {"Suspended": "yes"},
    {"Status": "TEMPORARILY CLOSED"}, {"status": "On hold"}, {"status": "Closed for renovations"}, {"status": "TC"},
    {"status": "closed until further notice"}, {"status": "Cerrado temporalmente"}, {"Status": "Closed (seasonal)"},
]  # fmt: skip
RUNS = [
    {"Active": "Yes"}, {"active": True}, {"inactive": "FALSE", "inactiveTemporary": "no"}, {"Is Open": "y"},
    {"status": "Open"}, {"Status": "Active - Open for business"}, {"closed": False}, {"post_status": "publish"},
    {"CURRENT_SERVICE_STATUS__C": "Operational"}, {"status": "abierto"}, {"Status": "Open (closed holidays)"},
]  # fmt: skip


@pytest.mark.parametrize(
    ("told", "status"),
    [
        *((told, "inactive") for told in STOPPED),
        *((told, "defunct") for told in GONE),
        *((told, "temporarily closed") for told in PAUSED),
        *((told, "active") for told in RUNS),
    ],
    ids=str,
)
def test_a_state_is_read_under_any_name_and_wording(told, status):
    assert state_in({"name": "Food Pantry", **told}).status == status


@pytest.mark.parametrize(
    "told",
    [
        {"Status": "M"}, {"status": "T"}, {"status": "U"}, {"Status": "N/A"}, {"status": "unknown"}, {"status": ""},
        {"status": "closed Fridays"}, {"status": "Cerrado los lunes"}, {"status": "Waitlist closed"}, {"status": "1"},
        {"Monday": "CLOSED"}, {"closed_days": "Sunday"}, {"Closed": "Mondays"}, {"Closed Meeting": "yes"},
        {"Tax Status": "inactive"}, {"Legal Status": "defunct"}, {"State": "NC"}, {"Estado": "NC"}, {"Estado": "Nuevo Le\u00f3n"}, {"State": "OK"}, {"State": "Ohio"}, {"Program Ended": "no"},
        {"status": "Temporarily not accepting donations"}, {"Approved by": "no"}, {"Approved": "2024"}, {"State": "In"}, {"open": "9-5"},
        {"Closing Time": "5 pm"}, {"End Date": "17:00"}, {"end_date": "1900-01-01"}, {"inactive_reason": "no"},
        {"Status Date": "2020-01-01"}, {"last_active_user": "no"}, {"status": "active"}, {"status": "Temporarily_Closed"},
    ],
    ids=str,
)  # fmt: skip
def test_other_values_and_hsds_states_are_left_unchanged(told):
    assert state_in({"name": "Food Pantry", **told}) is None


def test_false_of_a_positive_name_and_true_of_a_negative_one_are_one_state():
    for positive, negative in (("active", "inactive"), ("is_open", "is_closed"), ("activo", "inactivo")):
        for yes, no in ((True, False), ("Yes", "No"), ("x", "0"), ("s\u00ed", "no")):
            assert state_in({positive: no}).status == state_in({negative: yes}).status == "inactive"
            assert state_in({positive: yes}).status == state_in({negative: no}).status == "active"


def test_of_several_states_the_most_closed_one_counts():
    assert state_in({"status": "active", "Inactive": "yes"}).status == "inactive"
    assert state_in({"active": "yes", "deleted": True}).status == "inactive"
    assert sense_of("Hours") is None


SAID = {
    "PERMANENTLY CLOSED as of June 2024": "unmet",
    "Laurel Food Pantry has closed its doors.": "unmet",
    "Food for all. This program is no longer in operation.": "unmet",
    "We are sorry to announce that the pantry is permanently closed": "unmet",
    "Due to lack of funding, this service has been discontinued.": "unmet",
    "We closed our doors in 2022.": "unmet",
    "We closed the program in June 2023.": "unmet",
    "Closed all locations": "unmet",
    "CERRADO": "unmet",
    "Este programa ya no existe.": "unmet",
    "Do not refer": "unmet",
    "Closed until January 15, 2027": "unmet",
    "Last day: 2026-08-14": "unmet",
    "Closed until April 1 2020": "met",
    "Will close permanently on June 30, 2027": "met",
    "Temporarily closed due to a flood": "unknown",
    "Cerrado temporalmente por remodelaci\u00f3n": "unknown",
    "Closed until further notice": "unknown",
    "The lobby is CLOSED": "unknown",
    "We have moved to 12 Oak Street": "unknown",
}


@pytest.mark.parametrize("field", ["description", "alert"])
@pytest.mark.parametrize("text", SAID)
def test_a_description_or_alert_can_state_a_closure(text, field):
    reason = status_of(pantry(**{field: text}))
    assert reason.answer.value == SAID[text]
    if reason.answer.value == "unknown":
        assert text in reason.text


@pytest.mark.parametrize(
    "text",
    [
        "Closed Fridays.", "closed for lunch 12-1", "CLOSED SUNDAYS", "Closed on fifth Saturday", "Closed federal holidays",
        "Closed Dec 25", "closed in July", "Monday: CLOSED", "Saturday - CLOSED", "Cerrado los lunes", "Closed captioning",
        "Closed meeting on Tuesdays", "Waitlist closed", "The waiting list is closed until 2027", "Lista de espera cerrada",
        "Enclosed garden", "closing costs assistance", "Closed circuit TV", "cierra a las 5", "Applications are closed",
        "People who are no longer able to live at home", "For those whose benefits have ended", "If closed, call 555-0101",
        "The pantry will be closed if schools are closed due to snow", "For inactive adults", "helps suspended students",
        "We closed our old site and now serve at 5 Oak St", "We have closed our Boone office.", "Closed its Elm Street location",
        "The agency closed the former pantry in May 2024", "Cerr\u00f3 su oficina anterior", "Closed our thrift store for good",
        "Case closed", "Utility shut off prevention", "Agencies do not refer", "Grupo cerrado para mujeres",
    ],
)  # fmt: skip
def test_temporary_hours_and_other_closures_close_no_service(text):
    assert status_of(pantry(description=text)).answer.value == "met"


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Food Pantry (CLOSED)", "unmet"), ("CLOSED - Food Pantry", "unmet"), ("CLOSED Food Pantry", "unmet"),
        ("*CLOSED* Food Pantry", "unmet"), ("Food Pantry - Permanently Closed", "unmet"), ("Food Pantry [INACTIVE]", "unmet"),
        ("Food Pantry CLOSED 6/2024", "unmet"), ("Food Pantry, closed", "unmet"), ("Despensa (CERRADA)", "unmet"),
        ("ZZ_CLOSED_Food Pantry", "unmet"), ("Food Pantry (DO NOT REFER)", "unmet"), ("Food Pantry (archived)", "unmet"),
        ("Food Pantry (Temporarily Closed)", "unknown"), ("CLOSED FOOD PANTRY", "unknown"), ("Food Pantry (moved to Main St)", "unknown"),
        ("Closed Captioning Services", "met"), ("CLOSED CAPTIONING SERVICES", "met"), ("Closed AA Meeting", "met"),
        ("AA Open/Closed Discussion", "met"), ("Retired Senior Volunteers", "met"), ("Suspended License Clinic", "met"),
        ("Open Door Pantry (closed Fridays)", "met"), ("Clothes Closet", "met"), ("Shut-In Meals", "met"),
        ("No Longer Homeless Project", "met"), ("Expired Medicine Drop-off", "met"), ("Inactive Veterans", "met"),
    ],
)  # fmt: skip
def test_a_separate_remark_in_a_name_states_a_closure(name, expected):
    assert status_of(pantry(name=name)).answer.value == expected


def test_a_pause_holds_until_its_day():
    service = pantry(status="temporarily closed", alert="Closed until January 15, 2027")
    before, after = (datetime(2027, 1, day, 15, tzinfo=UTC) for day in (14, 15))
    closed = status_of(service, open_at=before)
    assert (closed.answer.value, "ask when it reopens" in closed.text) == ("unmet", True)
    again = status_of(service, open_at=after)
    assert (again.answer.value, "ask whether they have reopened" in again.text) == ("unknown", True)


def sheet(header, *rows):
    text = io.StringIO()
    csv.writer(text).writerows([header, *rows])
    return cc.read(io.BytesIO(text.getvalue().encode()))


def offered(directory):
    result = cc.Matcher(directory, clock=lambda: NOW).match("food pantry", limit=None)
    return [match.service.name for match in result]


def test_of_a_sheet_only_what_runs_is_offered():
    directory = sheet(
        (
            "Agency",
            "Program",
            "Phone",
            "Is this service open?",
            "Open",
            "MadeInactiveOn",
            "End Date",
            "Status",
        ),
        ("A", "Food Pantry A1", "828-555-0101", "No", "", "", "", ""),
        ("A", "Food Pantry A2", "828-555-0102", "", "No", "", "", ""),
        ("A", "Food Pantry A3", "828-555-0103", "", "", "3/2/2014", "", ""),
        ("A", "Food Pantry A4", "828-555-0104", "", "", "", "8/14/2026", "Active"),
        ("A", "Food Pantry A5", "828-555-0105", "", "", "", "", "Active, but do not refer"),
        ("A", "Food Pantry B1", "828-555-0106", "Yes", "Yes", "", "", ""),
        ("A", "Food Pantry B2", "828-555-0107", "", "Mon 9-5", "", "8/14/2027", "Active"),
        ("A", "Food Pantry B3", "828-555-0108", "", "", "3/2/2014", "", "Active"),
        ("A", "Food Pantry B4", "828-555-0109", "", "", "", "", "Members only"),
    )
    assert sorted(offered(directory)) == [f"Food Pantry B{number}" for number in (1, 2, 3, 4)]
    by_name = {service.name: service for service in directory.services.values()}
    assert "though made inactive on 2014-03-02" in status_of(by_name["Food Pantry B3"]).text
    assert "Members only" in status_of(by_name["Food Pantry B4"]).text


def nested(**more):
    return cc.read(
        io.BytesIO(json.dumps([{"id": "1", "name": "Food Pantry", "status": "active", **more}]).encode())
    )


@pytest.mark.parametrize(
    "more",
    [
        {"active": False},
        {"availableForReferral": False},
        {"organization": {"id": "o", "name": "Laurel House", "active": False}},
        {"organization": {"id": "o", "name": "Laurel House (CLOSED)"}},
        {
            "service_at_locations": [
                {"id": "l", "location": {"id": "p", "location_type": "physical", "status": "closed"}}
            ]
        },
    ],
    ids=str,
)
def test_an_agency_or_a_place_that_has_closed_closes_what_is_given_there(more):
    assert offered(nested(**more)) == []


def test_a_stated_state_is_reported_and_kept():
    directory = nested(status="Closed for renovations", alert="Call first")
    (service,) = directory.services.values()
    assert (service.status, service.alert) == ("temporarily closed", "Call first; Closed for renovations")
    assert service.extra["x_status"] == "Closed for renovations"
    assert [f.rule for f in directory.findings if f.path.endswith("status")] == ["unlisted-word"]
    (other,) = [f for f in nested(inactive=True).findings if f.rule == "state-read"]
    assert (other.value, other.outcome) == ("status: active; inactive: True", "read as inactive")


def test_a_directory_without_any_active_service_is_reported():
    rows = [
        ("A", f"Food Pantry {number}", "828-555-0101", state)
        for number, state in enumerate(("No", "No", "no"))
    ]
    directory = sheet(("Agency", "Program", "Phone", "Active"), *rows)
    (finding,) = [f for f in directory.findings if f.rule == "none-active"]
    assert finding.severity is cc.Severity.ERROR
    assert "none of the 3 services is active (3 inactive)" in finding.message
    assert "none-active" not in {f.rule for f in nested().findings}


def test_a_closure_is_reported_with_its_dates():
    assert [tuple(c) for c in closures("Closed through May 2027", certain=True)] == [
        ("paused", "", "2027-05-31", "Closed through May 2027")
    ]
    assert closures("Closed as of 4/12/2008")[0].since == "2008-04-12"
    assert closures("Cerrado desde el 5 de enero de 2025")[0].since == "2025-01-05"

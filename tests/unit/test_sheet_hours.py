"""Hours in words are read with what other columns of the row say that limits them."""

from __future__ import annotations

import io
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

import communityconnector as cc
from communityconnector.matching.schedules import hours

EASTERN = ZoneInfo("America/New_York")
FIRST, SECOND = "2026-12-05", "2026-12-12"
"""Saturdays."""


def states(header, row, *days, opening="Sat 9am-11am"):
    file = io.StringIO(f'Name,Phone,Hours,{header}\nLaurel Pantry,828-555-0101,{opening},"{row}"\n')
    file.name = "list.csv"
    (offer,) = cc.read(file).offers.values()
    moments = [datetime.fromisoformat(f"{day}T10:00").replace(tzinfo=EASTERN) for day in days]
    return [hours.status(offer, moment, EASTERN).state.value for moment in moments]


@pytest.mark.parametrize(
    ("header", "cell", "expected"),
    [
        ("Week", "2nd", ["closed", "open"]),
        ("Week of Month", "1st & 3rd", ["open", "closed"]),
        ("Season", "May - October", ["closed", "closed"]),
        ("Months Open", "November through April", ["open", "open"]),
        ("Temporada", "mayo a octubre", ["closed", "closed"]),
        ("Exceptions", "closed first Saturday", ["closed", "open"]),
        ("Days Closed", "1st Saturday", ["closed", "open"]),
        ("Hours Notes", "closed 2nd Saturday", ["open", "closed"]),
        ("Closed", "first Saturday", ["closed", "open"]),
    ],
)
def test_columns_of_hours_are_read_together(header, cell, expected):
    assert states(header, cell, FIRST, SECOND) == expected


@pytest.mark.parametrize(
    ("header", "cell"),
    [
        ("Week", "1 & 3"), ("Frequency", "Monthly"), ("How Often?", "Every other week"), ("Frecuencia", "quincenal"),
        ("Season", "Summer"), ("Seasonal?", "Yes"), ("By Appointment", "X"), ("Appointment Required", "TRUE"),
        ("Exceptions", "see calendar"), ("Holiday Hours", "Closed Dec 24-26"), ("Closures", "bad weather"),
        ("Hours Notes", "2x a month"), ("Notes", "Only open on the SECOND Saturday"), ("Description", "Saturdays, every other week"),
        ("Comments", "Open 2nd and 4th Saturdays"), ("Restrictions", "1st Saturday of the month only"), ("Season Start", "5/1/2026"),
        ("Additional Information", "Alternating Saturdays"), ("Special Instructions", "By appointment only"),
        ("Notes", "Appointments required"), ("C\u00f3mo solicitar", "Con cita previa"),
    ],
)  # fmt: skip
def test_an_unreadable_limit_makes_hours_unknown(header, cell):
    assert states(header, cell, FIRST, SECOND) == ["unknown", "unknown"]


@pytest.mark.parametrize(
    ("header", "cell"),
    [
        ("Frequency", "Weekly"), ("Season", "Year-round"), ("Seasonal", "No"), ("By Appointment?", "N"), ("Exceptions", "None"),
        ("Hours Notes", "Enter by the side door"), ("Holidays", "Closed"), ("Notes", "Classes meet every second Monday"),
    ],
)  # fmt: skip
def test_a_remark_without_a_limit_leaves_hours_known(header, cell):
    assert states(header, cell, FIRST, SECOND) == ["open", "open"]


def test_columns_of_days_are_limited_too():
    file = io.StringIO("Name,Phone,Saturday,Sunday,Week\nLaurel Pantry,828-555-0101,9am-11am,closed,2nd\n")
    file.name = "list.csv"
    (offer,) = cc.read(file).offers.values()
    moment = datetime(2026, 12, 5, 10, tzinfo=EASTERN)
    assert hours.status(offer, moment, EASTERN).state.value == "unknown"

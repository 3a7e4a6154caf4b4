"""Partnerships and visits as a desk stores them; no answer names a contact person at an agency."""

from __future__ import annotations

import copy
import json
import logging
import pickle
import traceback
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import attrs
import pytest

from communityconnector.adapters.memory import MemoryStorage
from communityconnector.adapters.sql import create_storage
from communityconnector.adapters.us_federal_holidays import us_federal_holiday
from communityconnector.errors import (
    InvalidPartnershipError,
    InvalidVisitError,
    PartnershipNotFoundError,
    StaleRecordError,
    VisitNotFoundError,
)
from communityconnector.matching import Answer
from communityconnector.model import Schedule
from communityconnector.partners import (
    KeyContact,
    Partnership,
    Partnerships,
    PartnershipStatus,
    Visit,
    Visits,
    monthly,
    quarterly,
    weekly,
)

ZONE = ZoneInfo("America/New_York")
NOW = datetime(2026, 12, 8, 14, 30, tzinfo=ZONE)
"""A second Tuesday."""
PRIVATE = ("Pat Example", "555-0100")


def clock():
    return NOW


@pytest.fixture(params=["memory", "sqlite"])
def storage(request, tmp_path):
    kept = MemoryStorage() if request.param == "memory" else create_storage(f"sqlite:///{tmp_path}/desk.db")
    yield kept
    kept.close()


@pytest.fixture
def partnerships(storage):
    return Partnerships(storage, clock)


@pytest.fixture
def visitors(storage):
    return Visits(storage, clock, us_federal_holiday)


def partnership(key="agency", status="connected", **fields):
    return Partnership(organization_id=key, status=status, **fields)


def nurse(key="nurse", schedule=None, **fields):
    given = {"organization_id": "clinic", "branch": "main", "role": "nurse", "zone": "America/New_York"}
    return Visit(
        id=key,
        schedule=schedule or monthly("2TU", "14:00", "16:00"),
        **{**given, "service_ids": ["s"], **fields},
    )


def whole():
    return partnership(
        contacts=[KeyContact(role="intake coordinator", name=PRIVATE[0], reach=PRIVATE[1])],
        service_ids=["s1", "s2"],
        offers="A session a month",
        since=date(2024, 2, 1),
        last_contact=date(2026, 11, 3),
        next_step="Ask for leaflets",
        owner="outreach desk",
        by=date(2026, 12, 15),
    )


# Partnerships


def test_a_stored_partnership_is_read_back_unchanged(partnerships):
    put = partnerships.put(whole())
    assert partnerships.get("agency") == put == whole()
    assert partnerships.get("agency").version == put.version > 0
    assert partnerships.get("agency").contacts[0].name.reveal() == PRIVATE[0]


def test_a_partnership_that_is_not_stored_is_reported(partnerships):
    with pytest.raises(PartnershipNotFoundError, match="no partnership 'agency' is stored"):
        partnerships.get("agency")


def test_a_stale_write_of_a_partnership_changes_nothing(partnerships):
    first = partnerships.put(whole())
    theirs = partnerships.put(attrs.evolve(first, status="lapsed"))
    for late in (
        lambda: partnerships.put(attrs.evolve(first, offers="")),
        lambda: partnerships.remove(first),
    ):
        with pytest.raises(StaleRecordError):
            late()
    with pytest.raises(StaleRecordError):
        partnerships.put(whole())
    assert partnerships.get("agency") == theirs
    partnerships.remove(theirs)
    assert partnerships.all() == []


def test_partnerships_are_listed_by_status(partnerships):
    for key, status in (("b", "asked"), ("c", "connected"), ("a", "asked"), ("d", "could_connect")):
        partnerships.put(partnership(key, status))
    assert [partnership.organization_id for partnership in partnerships.all()] == ["a", "b", "c", "d"]
    assert [partnership.organization_id for partnership in partnerships.all("asked")] == ["a", "b"]
    assert partnerships.all(PartnershipStatus.LAPSED) == []
    with pytest.raises(InvalidPartnershipError, match="one of connected, could_connect, asked, lapsed"):
        partnerships.all("friends")


def test_overdue_partners_are_due_longest_silence_first(partnerships):
    today = NOW.date()
    for key, status, days in (
        ("just", "connected", 180), ("late", "connected", 181), ("later", "asked", 400), ("gone", "lapsed", 900),
    ):  # fmt: skip
        partnerships.put(partnership(key, status, last_contact=today - timedelta(days=days)))
    partnerships.put(partnership("never", "connected"))
    partnerships.put(partnership("new", "asked", since=today))
    partnerships.put(partnership("could", "could_connect"))
    assert [partnership.organization_id for partnership in partnerships.due()] == ["never", "later", "late"]
    often = partnerships.due(every=timedelta(days=90))
    assert [partnership.organization_id for partnership in often] == ["never", "later", "late", "just"]
    assert [partnership.organization_id for partnership in partnerships.due(today - timedelta(days=1))] == [
        "never",
        "later",
    ]


def test_next_steps_are_in_order_of_date(partnerships):
    for key, by in (("c", date(2026, 12, 1)), ("b", None), ("a", date(2027, 1, 5)), ("d", date(2026, 12, 1))):
        partnerships.put(partnership(key, "could_connect", next_step="Call", by=by))
    partnerships.put(partnership("idle"))
    assert [partnership.organization_id for partnership in partnerships.next_steps()] == ["c", "d", "a", "b"]
    assert [partnership.organization_id for partnership in partnerships.next_steps(date(2026, 12, 1))] == [
        "c",
        "d",
    ]


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"key": " "}, "needs an organization_id"),
        ({"status": "friends"}, "expected one of connected"),
        ({"owner": "desk-2"}, "state what is to be done"),
        ({"by": date(2026, 12, 1)}, "state what is to be done"),
        ({"last_contact": NOW}, "`last_contact` of a partnership must be a date"),
        ({"service_ids": "s1"}, "expected a list of strings"),
    ],
)
def test_an_invalid_partnership_is_refused(fields, words):
    with pytest.raises(InvalidPartnershipError, match=words):
        partnership(**fields)


def test_an_invalid_partnership_document_is_refused_without_its_values():
    good = whole().to_dict(contacts=True)
    for wrong in (
        {**good, "schema": 9}, {**good, "secret": PRIVATE[0]}, {**good, "by": PRIVATE[0]}, {**good, "version": 3},
        {**good, "contacts": [{"role": "x", "shoe": PRIVATE[0]}]}, {**good, "contacts": [{"role": ""}]},
        {**good, "contacts": [PRIVATE[0]]}, {"schema": 1, "status": "asked"},
    ):  # fmt: skip
        with pytest.raises(InvalidPartnershipError) as caught:
            Partnership.from_dict(wrong)
        assert PRIVATE[0] not in "".join(traceback.format_exception(caught.value))


# Whom to know is shown to nobody by accident


def test_key_contacts_are_in_no_repr_no_format_and_no_export():
    partnership = whole()
    (contact,) = partnership.contacts
    shown = [
        repr(partnership),
        str(partnership),
        f"{partnership}",
        repr(contact),
        str([partnership]),
        repr(contact.name),
        f"{contact.reach}",
    ]
    shown += [json.dumps(partnership.to_dict()), json.dumps(attrs.asdict(partnership), default=str)]
    assert not [text for text in shown for private in PRIVATE if private in text]
    assert "intake" not in repr(contact)
    assert partnership.to_dict()["contacts"] == 1
    assert Partnership.from_dict(partnership.to_dict()) == attrs.evolve(partnership, contacts=())


def test_key_contacts_are_neither_pickled_nor_copied():
    for copied in (pickle.dumps, copy.deepcopy):
        with pytest.raises(TypeError, match="cannot be pickled"):
            copied(whole())


def test_key_contacts_are_in_no_log_and_no_error(partnerships, caplog):
    caplog.set_level(logging.DEBUG)
    first = partnerships.put(whole())
    partnerships.due()
    partnerships.next_steps()
    with pytest.raises(StaleRecordError) as caught:
        partnerships.put(whole())
    partnerships.remove(first)
    output = caplog.text + "".join(traceback.format_exception(caught.value))
    assert not [private for private in PRIVATE if private in output]


def test_the_check_above_detects_clear_text():
    """Shows that the checks of privacy can fail: what is for storage alone has them."""
    assert all(private in json.dumps(whole().to_dict(contacts=True)) for private in PRIVATE)


# Visits


def test_a_stored_visit_is_read_back_unchanged(visitors):
    visit = nurse(
        left_out=[date(2027, 1, 12)], besides=[date(2027, 1, 19)], sign_up=True, note="Ask at the desk"
    )
    put = visitors.put(visit)
    assert visitors.get("nurse") == put == visit
    assert visitors.get("nurse").version == put.version > 0
    assert [visit.id for visit in visitors.all("main")] == ["nurse"]
    assert visitors.all("annex") == []
    with pytest.raises(VisitNotFoundError, match="no visit 'doctor' is stored"):
        visitors.get("doctor")


def test_a_stale_write_of_a_visit_changes_nothing(visitors):
    first = visitors.put(nurse())
    theirs = visitors.put(attrs.evolve(first, branch="annex"))
    for late in (lambda: visitors.put(attrs.evolve(first, note="x")), lambda: visitors.remove(first)):
        with pytest.raises(StaleRecordError):
            late()
    assert visitors.get("nurse") == theirs
    assert visitors.all("main") == []
    visitors.remove(theirs)
    assert visitors.all() == []


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"key": ""}, "a visit needs an id"),
        ({"branch": None}, "a visit needs a branch"),
        ({"role": " "}, "a visit needs a role"),
        ({"zone": "Ashe"}, "not an IANA time zone"),
        ({"service_ids": "s"}, "expected a list of strings"),
        ({"left_out": [NOW]}, "must be dates"),
        ({"schedule": weekly("TU", "14:00", "late")}, "`closes_at` is not a time of day"),
        ({"schedule": weekly("TU", "14:00Z", "16:00")}, "has its own time zone"),
        ({"schedule": weekly("XX", "14:00", "16:00")}, "a day of the schedule cannot be read"),
        ({"schedule": weekly("TU", "14:00", "16:00", every=2)}, "does not say when it began"),
        ({"schedule": Schedule(id="x", opens_at="14:00", closes_at="16:00")}, "how often it repeats"),
        (
            {"schedule": attrs.evolve(weekly("TU", "14:00", "16:00"), dtstart="soon")},
            "a date of the schedule cannot be read",
        ),
        ({"schedule": attrs.evolve(weekly("TU", "14:00", "16:00"), timezone=-5)}, "its own `timezone`"),
    ],
)
def test_a_visit_with_undetermined_times_is_refused(fields, words):
    with pytest.raises(InvalidVisitError, match=words):
        nurse(**fields)


def test_an_invalid_visit_document_is_refused():
    good = nurse().to_dict()
    for wrong in ({**good, "schedule": 3}, {**good, "zone": 3}, {**good, "shoe": 1}, {**good, "version": 2}):
        with pytest.raises(InvalidVisitError):
            Visit.from_dict(wrong)


def begins(occurrences):
    return [f"{occurrence.begins:%Y-%m-%d %H:%M %z} {occurrence.visit_id}" for occurrence in occurrences]


def test_visits_are_in_order_of_time_then_id(visitors):
    visitors.put(nurse())
    visitors.put(nurse("b-lawyer", quarterly("2TU", "14:00", "15:00", since=date(2026, 9, 1))))
    visitors.put(nurse("worker", weekly("MO,WE", "09:00", "11:30")))
    visitors.put(nurse("elsewhere", weekly("MO", "09:00", "11:30"), branch="annex"))
    assert begins(visitors.between("main", date(2026, 12, 7), date(2026, 12, 14))) == [
        "2026-12-07 09:00 -0500 worker",
        "2026-12-08 14:00 -0500 b-lawyer",
        "2026-12-08 14:00 -0500 nurse",
        "2026-12-09 09:00 -0500 worker",
    ]


def test_an_interval_includes_its_start_and_not_its_end(visitors):
    visitors.put(nurse())
    two = NOW.replace(minute=0)
    assert len(visitors.between("main", two, two + timedelta(seconds=1))) == 1
    assert visitors.between("main", two - timedelta(hours=1), two) == []
    assert visitors.between("main", two, two) == []
    with pytest.raises(InvalidVisitError, match="needs a time zone"):
        visitors.between("main", datetime(2026, 12, 8), two)  # noqa: DTZ001  # that is what is wrong


def test_excluded_and_additional_dates_count(visitors):
    visitors.put(
        nurse(
            left_out=[date(2027, 1, 12), date(2027, 1, 20)],
            besides=[date(2027, 1, 19), date(2027, 1, 20), date(2027, 2, 9)],
        )
    )
    occurrences = visitors.between("main", date(2027, 1, 1), date(2027, 3, 1))
    assert begins(occurrences) == ["2027-01-19 14:00 -0500 nurse", "2027-02-09 14:00 -0500 nurse"]


def test_a_visit_stays_at_its_time_of_day_when_clocks_change(visitors):
    visitors.put(nurse(schedule=weekly("TU", "14:00", "16:00")))
    occurrences = visitors.between("main", date(2027, 3, 9), date(2027, 3, 17))
    assert begins(occurrences) == ["2027-03-09 14:00 -0500 nurse", "2027-03-16 14:00 -0400 nurse"]
    assert occurrences[1].begins - occurrences[0].begins.astimezone(UTC) == timedelta(days=7, hours=-1)


def test_on_a_holiday_a_visit_is_unknown_unless_the_date_is_named(visitors):
    visitors.put(nurse(schedule=weekly("FR", "10:00", "12:00")))
    christmas = date(2026, 12, 25)
    (occurrence,) = visitors.between("main", christmas, date(2026, 12, 26))
    assert occurrence.holiday == "Christmas Day"
    (reason,) = visitors.reasons("main", datetime(2026, 12, 25, 9, tzinfo=ZONE)).values()
    assert reason.answer is Answer.UNKNOWN
    assert reason.text == "Ask whether the nurse comes today from 10 am to noon (it is Christmas Day)"
    visitors.put(attrs.evolve(visitors.get("nurse"), besides=[christmas]))
    (occurrence,) = visitors.between("main", christmas, date(2026, 12, 26))
    assert occurrence.holiday == ""


def test_dates_outside_the_schedule_have_no_visits(visitors):
    visitors.put(nurse(schedule=attrs.evolve(weekly("TU", "14:00", "16:00"), valid_to="2026-12-08")))
    assert len(visitors.between("main", date(2026, 12, 1), date(2027, 2, 1))) == 2


# Who is in the building


def at(hour, minute=0, day=8):
    return datetime(2026, 12, day, hour, minute, tzinfo=ZONE)


@pytest.mark.parametrize(
    ("moment", "there", "text"),
    [
        (at(0), False, "The nurse is in the building today from 2 pm to 4 pm"),
        (at(13, 59), False, "The nurse is in the building today from 2 pm to 4 pm"),
        (at(14), True, "The nurse is in the building today until 4 pm"),
        (at(15, 59), True, "The nurse is in the building today until 4 pm"),
        (at(16), False, None),
        (at(23, 59, 7), False, None),
    ],
)
def test_visits_now_and_later_today_are_told_apart(visitors, moment, there, text):
    visitors.put(nurse())
    for now in (moment, moment.astimezone(UTC)):
        assert bool(visitors.visiting("main", now)) is there
        assert [reason.text for reason in visitors.reasons("main", now).values()] == ([text] if text else [])
    assert visitors.visiting("annex", moment) == []


def test_a_reason_has_evidence(visitors):
    visitors.put(nurse(sign_up=True))
    (reason,) = visitors.reasons("main").values()
    assert reason.text == "The nurse is in the building today until 4 pm; sign-up required"
    assert (reason.criterion, reason.answer) == ("visiting", Answer.MET)
    assert reason.evidence == {
        "visit_id": "nurse", "branch": "main", "opens_at": "14:00", "closes_at": "16:00", "sign_up": True,
    }  # fmt: skip


def test_the_current_or_next_of_two_visits_counts(visitors):
    visitors.put(nurse("a", monthly("2TU", "16:30", "17:00")))
    visitors.put(nurse("b", monthly("2TU", "09:00", "10:00")))
    visitors.put(nurse("c"))
    assert visitors.reasons("main")["s"].evidence["visit_id"] == "c"
    assert visitors.reasons("main", at(16))["s"].evidence["visit_id"] == "a"
    assert [occurrence.visit_id for occurrence in visitors.today("main", at(8))] == ["b", "c", "a"]


def test_a_visit_past_midnight_continues_until_it_ends(visitors):
    visitors.put(nurse(schedule=monthly("2TU", "22:00", "02:00")))
    assert [occurrence.visit_id for occurrence in visitors.visiting("main", at(1, 59, day=9))] == ["nurse"]
    assert visitors.today("main", at(1, 59, day=9)) != []
    assert visitors.today("main", at(2, 0, day=9)) == []


def test_an_occurrence_is_json():
    (occurrence,) = nurse(note="Room 2").occurrences(date(2026, 12, 1), date(2027, 1, 1))
    assert json.loads(json.dumps(occurrence.to_dict())) == {
        "visit_id": "nurse", "organization_id": "clinic", "branch": "main", "role": "nurse", "service_ids": ["s"],
        "begins": "2026-12-08T14:00:00-05:00", "ends": "2026-12-08T16:00:00-05:00", "holiday": "",
        "sign_up": False, "note": "Room 2",
    }  # fmt: skip

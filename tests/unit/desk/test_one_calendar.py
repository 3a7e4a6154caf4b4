"""A library has one zone and one calendar, whether the desk or its policy names them."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

import communityconnector as cc
from builders import MONDAY, STAFF, best_match, contact_preference, make_desk, send_referral
from communityconnector.adapters.memory import MemoryStorage
from communityconnector.adapters.us_federal_holidays import us_federal_holiday
from communityconnector.errors import InvalidReferralError, InvalidSettingsError

NEW_YORK = ZoneInfo("America/New_York")
EARLY = datetime(2026, 3, 3, 9, 30, tzinfo=UTC)
"""Half past four in the morning in New York."""
CANARY = "Nowhere/Zq7"


def shut(day):
    """Says yes to the third of March alone, and names nothing."""
    return day == date(2026, 3, 3)


def waits(desk):
    """A desk whose patron is to be written to, but only by day."""
    hours = contact_preference(desk, safe_from=time(9), safe_until=time(17))
    referral = send_referral(desk, contacts=[hours])
    desk.dispatch_once()
    desk.box.clear()
    desk.clock.now = EARLY
    desk.record_event(referral.id, "accept", actor=cc.Actor("agency", referral.organization_id))
    return desk


@pytest.mark.parametrize(
    "options",
    [
        {"zone": "America/New_York"},
        {"zone": NEW_YORK, "policy": cc.Policy(respond_within=10)},
        {"zone": None, "policy": cc.Policy(zone=NEW_YORK)},
        {"zone": "America/New_York", "policy": cc.Policy(zone=ZoneInfo.no_cache("America/New_York"))},
    ],
)
def test_safe_hours_use_the_zone_of_the_desk(options):
    with make_desk(**options) as desk:
        waits(desk)
        assert desk.dispatch_once().again == 1
        assert desk.box == []
        desk.clock.now = datetime(2026, 3, 3, 14, tzinfo=UTC)
        assert desk.dispatch_once().sent == 1


def test_without_a_zone_a_patron_with_safe_hours_gets_no_message(caplog):
    storage = MemoryStorage()
    desk = waits(make_desk(storage, zone=None))
    done = desk.dispatch_once()
    assert (done.held, done.again, done.total) == (1, 0, 1)
    assert "1 held back: patrons named safe hours, and the library's zone is not set" in caplog.text
    assert desk.box == []
    # It is looked at again within the hour, by a desk that knows where it is.
    assert desk.dispatch_once().total == 0
    later = make_desk(storage, zone=NEW_YORK, clock=desk.clock, box=desk.box)
    desk.clock.now = datetime(2026, 3, 3, 14, tzinfo=UTC)
    assert later.dispatch_once().sent == 1


def test_without_a_zone_a_patron_without_safe_hours_gets_messages():
    with make_desk(zone=None) as desk:
        referral = send_referral(desk, contacts=[contact_preference(desk)])
        desk.record_event(referral.id, "accept", actor=cc.Actor("agency", referral.organization_id))
        done = desk.dispatch_once()
        assert (done.sent, done.held) == (2, 0)


@pytest.mark.parametrize(
    "options",
    [
        {"holidays": lambda day: "Inventory" if shut(day) else None},
        {"policy": cc.Policy(is_holiday=shut)},
        {"policy": cc.Policy(is_holiday=shut), "holidays": shut},
    ],
)
def test_business_days_use_the_calendar_of_the_desk(options):
    with make_desk(**options) as desk, make_desk() as other:
        late, usual = (one.referrals.get(send_referral(one).id).respond_by for one in (desk, other))
        assert (usual, late) == (MONDAY + timedelta(days=18), MONDAY + timedelta(days=21))  # over a weekend


def test_a_policys_calendar_applies_to_matches_too():
    open_at = datetime(2026, 11, 26, 11, tzinfo=NEW_YORK)  # Thanksgiving
    need = cc.Need("soup kitchen", near="28694", open_at=open_at)
    calendars = (us_federal_holiday, lambda day: us_federal_holiday(day) is not None)
    for is_holiday, name in zip(calendars, ("Thanksgiving Day", "a holiday"), strict=True):
        with cc.Connector.open(policy=cc.Policy(zone=NEW_YORK, is_holiday=is_holiday)) as desk:
            desk.load(cc.sample())
            told = [reason.text for match in desk.match(need, limit=None) for reason in match.reasons]
        assert any(name in text for text in told)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"zone": "America/New_York", "policy": cc.Policy(zone=UTC)}, "zone and that of its policy differ"),
        (
            {"holidays": us_federal_holiday, "policy": cc.Policy(is_holiday=shut)},
            "holidays and those of its policy differ",
        ),
        ({"zone": CANARY}, "must be the name of an IANA time zone"),
        ({"zone": "../etc"}, "must be the name of an IANA time zone"),
    ],
)
def test_two_zones_or_two_calendars_are_refused(options, words):
    with pytest.raises(InvalidSettingsError, match=words) as error:
        cc.Connector.open(**options)
    assert CANARY not in str(error.value)
    assert error.value.__context__ is None


def test_days_are_in_utc_where_no_zone_is_given():
    with make_desk(zone=None) as desk:
        assert cc.Policy().here is UTC
        given = desk.refer(best_match(), actor=STAFF)
        assert given.expires_at == MONDAY + timedelta(days=60)


@pytest.mark.parametrize(
    "wrong",
    [
        {"keep_audit": timedelta.max},
        {"keep_closed": timedelta(days=36_526)},
        {"follow_up_after": (timedelta(days=40_000),)},
        {"respond_within": 1_001},
        {"remind_after": (2, 10**9)},
        {"keep_drafts": timedelta(days=-1)},
    ],
)
def test_a_policys_numbers_and_durations_have_upper_limits(wrong):
    with pytest.raises(
        InvalidReferralError, match="numbers must be from 0 to 1,000, and its times from 0 to 100 years"
    ):
        cc.Policy(**wrong)


def test_a_card_number_pattern_is_a_regular_expression():
    with pytest.raises(InvalidReferralError, match="`cards` must be a valid regular expression") as error:
        cc.Policy(cards="Zq7[")
    assert "Zq7" not in str(error.value)


def test_a_purge_works_with_the_longest_durations():
    with make_desk(policy=cc.Policy(keep_audit=timedelta(days=36_525))) as desk:
        send_referral(desk)
        assert desk.purge().gone == {}

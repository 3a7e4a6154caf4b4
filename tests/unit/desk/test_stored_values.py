"""Stored values can be read back: wrong types and future times are refused, and similar ids stay distinct."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta, timezone
from types import MappingProxyType

import attrs
import pytest

import communityconnector as cc
from builders import MONDAY, STAFF, best_match, consent_terms, make_desk, send_referral, take_referrals
from communityconnector.desk.store import record_kinds
from communityconnector.errors import InvalidReferralError, ReferralNotFoundError
from communityconnector.referrals import Details, Proposal
from communityconnector.referrals.fields import typed

NAIVE = datetime(2026, 3, 2, 12)  # noqa: DTZ001  # the point of the test


# Types


@pytest.mark.parametrize(
    ("make", "field"),
    [
        (lambda: cc.Actor("staff", 7), "id"),
        (lambda: cc.Actor("staff", None), "id"),
        (lambda: cc.Actor("staff", "desk", [1]), "rights"),
        (lambda: consent_terms(purpose=b"food"), "purpose"),
        (lambda: consent_terms(days=30.0), "days"),
        (lambda: consent_terms(days=True), "days"),
        (lambda: consent_terms(witnessed_by=7), "witnessed_by"),
        (lambda: consent_terms(text_version=2), "text_version"),
        (lambda: consent_terms(language=None), "language"),
        (lambda: consent_terms(intermediaries=[5]), "intermediaries"),
        (lambda: cc.FollowUp(reached="yes", helped="yes"), "reached"),
        (lambda: cc.FollowUp(reached=True, helped="yes", waited_days=2.5), "waited_days"),
        (lambda: cc.Intake(id=5), "id"),
        (lambda: cc.Intake(id="o", notifier="box", address="agency@example.org"), "address"),
        (lambda: cc.ContactPreference(channel="email", address="patron@example.org"), "address"),
        (lambda: Details(review_on=datetime(2026, 4, 1, tzinfo=UTC)), "review_on"),
        (lambda: Details(review_on="2026-04-01"), "review_on"),
        (lambda: Details(follow_up_allowed=1), "follow_up_allowed"),
        (lambda: Details(text=7), "text"),
        (
            lambda: Proposal(id="r", type="direct", service_id=1, organization_id="o", terms=["t"]),
            "service_id",
        ),
    ],
)
def test_a_value_of_the_wrong_type_is_refused_and_not_repeated(make, field):
    with pytest.raises(InvalidReferralError, match=rf"the field {field} does not take a \w+$") as refused:
        make()
    assert "example.org" not in str(refused.value)
    assert refused.value.__context__ is None


@pytest.mark.parametrize(
    ("asked", "field"),
    [
        ({"follow_up_allowed": "on"}, "follow_up_allowed"),
        ({"terms": [5]}, "terms"),
        ({"patron": 123}, "patron"),
        ({"shared_fields": {"first_name": 7}}, "shared_fields"),
        ({"shared_fields": {1: "x"}}, "shared_fields"),
        ({"shared_fields": ["first_name"]}, "shared_fields"),
        ({"area": 28694}, "area"),
        ({"contacts": ["patron@example.org"]}, "contacts"),
    ],
)
def test_a_referral_that_could_not_be_read_back_is_not_created(desk, asked, field):
    with pytest.raises(InvalidReferralError, match=f"the field {field} does not take|`{field}` takes"):
        send_referral(desk, **asked)
    assert list(desk.storage.scan(record_kinds.REFERRAL)) == []
    assert send_referral(desk, shared_fields=MappingProxyType({"first_name": "Quill"})).status == "requested"


def test_similar_types_are_told_apart():
    @attrs.frozen(kw_only=True, field_transformer=typed)
    class Some:
        number: int = 0
        day: date | None = None
        at: datetime | None = None
        hour: time | None = None
        true: bool = False

    for fits in ({"number": 5}, {"day": date(2026, 3, 2)}, {"at": MONDAY}, {"hour": time(9)}, {"true": True}):
        assert attrs.asdict(Some(**fits)) != attrs.asdict(Some())
    for strange in ({"number": True}, {"day": MONDAY}, {"at": date(2026, 3, 2)}, {"hour": "9"}, {"true": 1}):
        with pytest.raises(InvalidReferralError):
            Some(**strange)


@pytest.mark.parametrize("text", ["x" * 2001, "a\0b", "half \ud800", "\x1b[31m"])
def test_a_text_that_cannot_be_stored_is_refused(desk, text):
    referral = send_referral(desk)
    with pytest.raises(InvalidReferralError, match=r"at most 2,000 characters and no control characters$"):
        desk.record_event(referral.id, "cancel", actor=STAFF, outcome="patron_declined", text=text)
    words = "Zoë\tsaid:\r\nno" + "x" * 1986
    desk.record_event(referral.id, "cancel", actor=STAFF, outcome="patron_declined", text=words)
    assert [one.reveal() for one in desk.privacy.read_private(referral.id, actor=STAFF).notes.values()] == [
        words
    ]


@pytest.mark.parametrize("day", [date(1, 1, 1), date(1999, 12, 31), date(3000, 1, 1), date(9999, 12, 31)])
def test_a_date_that_no_zone_can_represent_is_refused(day):
    with pytest.raises(InvalidReferralError, match="between 2000-01-01 and 2999-12-31"):
        Details(review_on=day)
    assert Details(review_on=date(2000, 1, 1)).review_on
    assert Details(review_on=date(2999, 12, 31)).review_on


# Times


def calls(desk, referral):
    """Every call that takes a moment, by name."""
    match = best_match()
    agency = cc.Actor("agency", referral.organization_id)
    return {
        "refer": lambda at: desk.refer(match, actor=STAFF, at=at),
        "apply": lambda at: desk.record_event(referral.id, "accept", actor=agency, at=at),
        "consent": lambda at: desk.referrals.consent(referral.id, consent_terms(), actor=STAFF, at=at),
        "revoke_consent": lambda at: desk.referrals.revoke_consent(referral.id, actor=STAFF, at=at),
        "follow_up": lambda at: desk.follow_up(
            referral.id, cc.FollowUp(reached=True, helped="yes"), actor=STAFF, at=at
        ),
        "re_refer": lambda at: desk.referrals.re_refer(
            referral.id, match, actor=STAFF, allow_tried=True, at=at
        ),
        "due": desk.due,
        "purge": desk.purge,
    }


@pytest.mark.parametrize(
    "name", ["refer", "apply", "consent", "revoke_consent", "follow_up", "re_refer", "due", "purge"]
)
def test_a_moment_needs_a_zone_and_is_not_in_the_future(desk, name):
    referral = send_referral(desk)
    if name == "re_refer":
        desk.record_event(referral.id, "cancel", actor=STAFF, outcome="patron_declined")
    call = calls(desk, referral)[name]
    with pytest.raises(InvalidReferralError, match="must be datetimes with a time zone"):
        call(NAIVE)
    with pytest.raises(InvalidReferralError, match="must be datetimes with a time zone"):
        call("2026-03-02")
    with pytest.raises(InvalidReferralError, match="between the years 1 and 9999"):
        call(datetime.max.replace(tzinfo=timezone(timedelta(hours=-1))))
    if name not in ("due", "purge"):
        for late in (timedelta(minutes=5, seconds=1), timedelta(days=365 * 36)):
            with pytest.raises(InvalidReferralError, match="cannot lie in the future"):
                call(MONDAY + late)
        assert call(MONDAY + timedelta(minutes=5))


# Ids


def test_ids_with_full_stops_are_distinct():
    """What belongs to `2026.1` begins as what belongs to `2026` does."""
    ids = iter(["2026", "2026.1", *(f"x{number}" for number in range(99))])
    with make_desk(ids=lambda: next(ids)) as desk:
        take_referrals(desk, best_match())
        first, other = (desk.refer(best_match(), actor=STAFF) for _ in range(2))
        assert (first.id, other.id) == ("2026", "2026.1")
        desk.follow_up(other.id, cc.FollowUp(reached=True, helped="no", problem="no_funds"), actor=STAFF)
        assert [event.referral_id for event in desk.referrals.events("2026")] == ["2026"] * 2
        assert desk.referrals.follow_up_answers("2026") == ()
        desk.privacy.set_legal_hold("2026.1", actor=STAFF, reason="case-1")
        desk.follow_up(first.id, cc.FollowUp(reached=True, helped="yes"), actor=STAFF)
        desk.clock.advance(days=181)
        desk.purge()
        with pytest.raises(ReferralNotFoundError):
            desk.referrals.events("2026")
        assert len(desk.referrals.events("2026.1")) == 3
        assert len(desk.referrals.follow_up_answers("2026.1")) == 1

"""Messages: their texts, their retries, and what their links show."""

from __future__ import annotations

import json
import logging
import re
import threading
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

import communityconnector as cc
from builders import (
    LINK_BASE,
    PATRON,
    STAFF,
    StorageWithoutClaims,
    best_match,
    consent_terms,
    contact_preference,
    letterhead,
    make_desk,
    not_delivered,
    send_referral,
    take_referrals,
)
from communityconnector.adapters.memory import MemoryStorage
from communityconnector.desk import MessageStatus
from communityconnector.desk.messages.delivery import PAUSES
from communityconnector.desk.store import record_kinds
from communityconnector.desk.store.outbox import OutboxMessage
from communityconnector.errors import (
    IllegalTransitionError,
    InvalidReferralError,
    LinkNotValidError,
    PermissionDeniedError,
    StaleRecordError,
)
from communityconnector.referrals import Event, ReferralStatus, Template
from communityconnector.referrals.message_texts import MessageTexts, letters
from communityconnector.referrals.texts import MESSAGE_TEXTS, STATUS_WORDS
from communityconnector.storage import SupportsClaims


def rows(desk):
    return [OutboxMessage.from_dict(record.document) for record in desk.storage.scan(record_kinds.OUTBOX)]


# What messages say


def test_a_message_to_an_agency_has_an_id_and_a_link_and_no_details(desk):
    referral = send_referral(desk, patron="token-5f3a9c")
    desk.dispatch_once()
    ((to, body),) = desk.box.texts
    assert to == "agency@example.org"
    assert body == f"A new referral ({referral.id}) is waiting for your answer: {LINK_BASE}{desk.box.token()}"


def test_a_message_to_a_patron_names_no_agency_and_no_need(desk):
    match = best_match()
    referral = send_referral(desk, match, contacts=[contact_preference(desk)])
    desk.record_event(referral.id, "accept", actor=cc.Actor("agency", referral.organization_id))
    desk.dispatch_once()
    ((subject, body),) = [(m.subject, m.body) for m in desk.box if m.to.reveal() == "patron@example.org"]
    assert subject == "A message from Ashe County Library"
    assert re.fullmatch(
        rf"You have a message from Ashe County Library. Read it here: {LINK_BASE}[\w-]{{27}}", body
    )
    said = f"{subject} {body.partition(LINK_BASE)[0]}".lower()
    for word in (referral.id, match.organization.name, match.service.name, "food", "pantry", "quill"):
        assert word.lower() not in said


def unnamed(desk, **parts):
    """The message to a patron who did not say that the library may be named."""
    way = contact_preference(desk, ok_to_name_library=False, **parts)
    referral = send_referral(desk, contacts=[way])
    desk.record_event(referral.id, "accept", actor=cc.Actor("agency", referral.organization_id))
    desk.dispatch_once()
    return next(one for one in desk.box if one.to.reveal() == "patron@example.org")


def test_a_patron_may_ask_for_messages_that_do_not_name_the_library(desk):
    message = unnamed(desk)
    assert (message.subject, message.body) == ("A message for you", "You have a message at the desk.")
    assert message.link == ""


def test_a_neutral_link_is_sent_where_the_library_must_not_be_named():
    with make_desk(letterhead=letterhead(anonymous_link_base="https://msg.example/m/")) as desk:
        message = unnamed(desk, language="es-MX")
        assert message.subject == "Un mensaje para usted"
        result = re.fullmatch(
            r"Tiene un mensaje\. Puede leerlo en: https://msg\.example/m/([\w-]{27})", message.body
        )
        assert desk.links.open(result[1]).words
        assert message.link == f"https://msg.example/m/{result[1]}"
        assert any(LINK_BASE in body for _, body in desk.box.texts), "the agency is led to the library"


def test_a_neutral_link_must_fit_one_sms():
    with pytest.raises(InvalidReferralError, match=r"anonymous_message \(en\) does not fit one SMS"):
        letterhead(anonymous_link_base=f"https://msg.example/{'m' * 90}/")


@pytest.mark.parametrize("language", MESSAGE_TEXTS)
def test_every_text_fits_one_sms(language):
    head = letterhead(anonymous_link_base=LINK_BASE)
    for template in Template:
        for named in (True, False):
            for token in ("", "0" * 27):
                _, body = head.written(
                    template,
                    language,
                    referral_id="0" * 32,
                    token=token,
                    reason="reject no_capacity",
                    named=named,
                )
                assert letters(body) is not None, body
                assert letters(body) <= 160, body


def test_texts_in_all_languages_have_the_same_parts():
    assert all(texts.keys() == MESSAGE_TEXTS["en"].keys() for texts in MESSAGE_TEXTS.values())
    assert all(STATUS_WORDS[language].keys() == set(ReferralStatus) for language in MESSAGE_TEXTS)
    for key, words in MESSAGE_TEXTS["en"].items():
        for language in MESSAGE_TEXTS:
            for mine, theirs in zip(words, MESSAGE_TEXTS[language][key], strict=True):
                assert re.findall(r"{\w+}", mine) == re.findall(r"{\w+}", theirs)


def test_what_patrons_read_is_plain():
    # Flesch-Kincaid grade (Kincaid et al. 1975); groups of vowels stand for syllables.
    said = [*STATUS_WORDS["en"].values(), *(words.without_link for words in MESSAGE_TEXTS["en"].values())]
    words = re.findall(r"[a-z']+", " ".join(said).lower())
    syllables = sum(max(1, len(re.findall(r"[aeiouy]+", word.removesuffix("e")))) for word in words)
    sentences = sum(len(re.findall(r"[.!?]", text)) for text in said)
    grade = 0.39 * len(words) / sentences + 11.8 * syllables / len(words) - 15.59
    assert grade < 6


def test_a_letterhead_whose_texts_would_not_fit_is_refused():
    with pytest.raises(InvalidReferralError, match="shorten"):
        letterhead(library="The Very Long Name of a Regional Library System of Seven Counties " * 2)
    with pytest.raises(InvalidReferralError, match="shorten"):
        letterhead(library="図書館")
    with pytest.raises(InvalidReferralError, match="staff_notifier and staff_address together, or neither"):
        letterhead(staff_address=cc.Secret(""))


@pytest.mark.parametrize(
    ("asked", "written"), [("es-MX", "es"), ("ES", "es"), ("en-US", "en"), ("vi", "en"), ("", "en")]
)
def test_a_language_without_texts_falls_back_to_english(asked, written):
    assert MessageTexts().message("patron_message", asked) == MESSAGE_TEXTS[written]["patron_message"]
    assert MessageTexts().status(ReferralStatus.DRAFT, asked) == (
        STATUS_WORDS[written][ReferralStatus.DRAFT],
        written,
    )


def test_letters_are_counted_as_in_an_sms():
    assert letters("abc") == 3
    assert letters("a€") == 3
    assert letters("á") is None


# To whom


@pytest.mark.parametrize(
    "parts",
    [
        {"safe": "no"},
        {"safe": "unknown"},
        {"verified_at": None},
        {"verified_at": datetime(2025, 11, 1, tzinfo=UTC)},
        {"channel": "voice"},
        {"channel": "sms"},
    ],
    ids=str,
)
def test_a_patron_gets_messages_only_at_a_safe_contact(desk, parts):
    referral = send_referral(desk, contacts=[contact_preference(desk, **parts)])
    desk.record_event(referral.id, "accept", actor=cc.Actor("agency", referral.organization_id))
    desk.dispatch_once()
    assert [to for to, _ in desk.box.texts] == ["agency@example.org"]


def test_a_contact_is_checked_again_when_a_message_is_sent(desk):
    referral = send_referral(desk, contacts=[contact_preference(desk)])
    desk.record_event(referral.id, "accept", actor=cc.Actor("agency", referral.organization_id))
    desk.clock.advance(days=90)
    desk.dispatch_once()
    assert not [to for to, _ in desk.box.texts if to == "patron@example.org"]
    assert "no-safe-contact" in {row.last for row in rows(desk)}


def test_the_first_safe_contact_is_used():
    with make_desk(letterhead=letterhead(channels={"email": "box", "sms": "box"})) as desk:
        ways = [
            contact_preference(desk, safe="no", address=cc.Secret("no@example.org")),
            contact_preference(desk, channel="sms", address=cc.Secret("336-555-0101")),
            contact_preference(desk, address=cc.Secret("later@example.org")),
        ]
        referral = send_referral(desk, contacts=ways)
        desk.record_event(referral.id, "accept", actor=cc.Actor("agency", referral.organization_id))
        desk.dispatch_once()
        assert "336-555-0101" in [to for to, _ in desk.box.texts]
        assert "later@example.org" not in [to for to, _ in desk.box.texts]


def test_a_message_waits_for_the_safe_hours(desk):
    hours = {"safe_from": time(18), "safe_until": time(20)}
    referral = send_referral(desk, contacts=[contact_preference(desk, **hours)])
    desk.record_event(referral.id, "accept", actor=cc.Actor("agency", referral.organization_id))
    assert desk.dispatch_once().again == 1
    desk.clock.advance(hours=5, minutes=59)
    assert desk.dispatch_once().total == 0
    desk.clock.advance(minutes=1)
    assert desk.dispatch_once().sent == 1


HOURS = st.builds(time, st.integers(0, 23)) | st.times()
YEAR = st.integers(0, 364 * 24).map(lambda hours: datetime(2026, 1, 1, tzinfo=UTC) + timedelta(hours=hours))


@given(HOURS, HOURS, YEAR)
def test_the_next_safe_moment_is_the_earliest_in_safe_hours(start, end, moment):
    assume(start != end)
    zone = ZoneInfo("America/New_York")
    way = cc.ContactPreference(
        channel="email", address=cc.Secret("x@example.org"), safe_from=start, safe_until=end
    )

    def inside(at):
        local = at.astimezone(zone).time()
        return start <= local < end if start < end else local >= start or local < end

    found_at = way.next_safe(moment, zone)
    assert found_at >= moment
    assert found_at - moment < timedelta(days=1, hours=2)
    assert found_at == moment or not inside(moment)
    # In the hour that a change of clocks leaves out, no moment has the time of day that was named.
    assert inside(found_at) or found_at.astimezone(zone).utcoffset() != moment.astimezone(zone).utcoffset()
    minutes = int((found_at - moment) / timedelta(minutes=1))
    assert not any(inside(moment + timedelta(minutes=minute)) for minute in range(minutes))


@pytest.mark.parametrize(
    ("start", "end", "moment", "expected"),
    [
        ((17,), (20,), "2026-03-02T16:59:59", "2026-03-02T17:00:00"),
        ((17,), (20,), "2026-03-02T17:00:00", "2026-03-02T17:00:00"),
        ((17,), (20,), "2026-03-02T19:59:59", "2026-03-02T19:59:59"),
        ((17,), (20,), "2026-03-02T20:00:00", "2026-03-03T17:00:00"),
        ((20,), (6,), "2026-03-02T05:59:59", "2026-03-02T05:59:59"),
        ((20,), (6,), "2026-03-02T06:00:00", "2026-03-02T20:00:00"),
        ((20,), (6,), "2026-03-02T20:00:00", "2026-03-02T20:00:00"),
        (
            (9,),
            (10,),
            "2026-03-07T12:00:00",
            "2026-03-08T09:00:00",
        ),  # the night in which the clocks go forward
    ],
)
def test_safe_hours_are_in_the_librarys_zone(start, end, moment, expected):
    zone = ZoneInfo("America/New_York")
    way = cc.ContactPreference(
        channel="email", address=cc.Secret("x@example.org"), safe_from=time(*start), safe_until=time(*end)
    )
    asked = datetime.fromisoformat(moment).replace(tzinfo=zone).astimezone(UTC)
    found_at = way.next_safe(asked, zone)
    assert found_at == datetime.fromisoformat(expected).replace(tzinfo=zone)
    assert found_at.tzinfo is UTC


def test_safe_hours_need_a_beginning_and_an_end():
    for parts in ({"safe_from": time(9)}, {"safe_until": time(9)}):
        with pytest.raises(
            InvalidReferralError, match=r"^safe hours of a contact need both a beginning and an end$"
        ):
            cc.ContactPreference(channel="email", address=cc.Secret("x@example.org"), **parts)


# Consent, looked at again


def test_consent_is_checked_again_when_a_message_is_sent(desk):
    send_referral(desk, consent=consent_terms(days=1))
    desk.clock.advance(days=1)
    assert desk.dispatch_once().withdrawn == 1
    assert desk.box == []


def test_consent_revoked_during_a_run_stops_the_rest(desk):
    first, second = send_referral(desk), send_referral(desk)
    ids = sorted(row.id for row in rows(desk))
    order = {
        OutboxMessage.from_dict(r.document).referral_id: r.id for r in desk.storage.scan(record_kinds.OUTBOX)
    }
    late = next(one for one in (first, second) if order[one.id] == ids[1])
    send_it = desk.box.send

    def send_and_revoke(message):
        if not desk.box:
            desk.referrals.revoke_consent(late.id, actor=PATRON)
        return send_it(message)

    desk.box.send = send_and_revoke
    desk.dispatch_once()
    bodies = [body for _, body in desk.box.texts]
    assert not [body for body in bodies if late.id in body and "new referral" in body]


def test_a_link_shows_shared_fields_only_while_consent_holds(desk):
    match = best_match()
    take_referrals(desk, match)
    referral = send_referral(desk, match, consent=consent_terms(days=2))
    desk.dispatch_once()
    desk.record_event(referral.id, "accept", actor=cc.Actor("agency", referral.organization_id))
    token = desk.box.token(0)
    assert desk.links.open(token).shared_fields["first_name"].reveal() == "Quill"
    desk.clock.advance(days=2)
    page = desk.links.open(token)
    assert (page.shared_fields, page.notice) == ({}, "")
    assert Event.COMPLETE in page.events


# Failing, and trying again


def test_a_failed_message_is_retried_after_growing_pauses_and_then_given_up(desk):
    send_referral(desk)
    for number, pause in enumerate(PAUSES):
        desk.box.failures = [not_delivered(retry=True)]
        assert desk.dispatch_once().again == 1, number
        assert desk.dispatch_once().total == 0
        desk.clock.advance(seconds=pause)
    desk.box.failures = [not_delivered(retry=True)]
    assert desk.dispatch_once().dead == 1
    (dead,) = desk.messages.dead_letters()
    assert (dead.attempts, dead.last) == (len(PAUSES) + 1, "given-up")


def test_an_undeliverable_message_is_set_aside_at_once_and_staff_are_alerted(desk):
    referral = send_referral(desk)
    desk.box.failures = [not_delivered()]
    done = desk.dispatch_once()
    assert (done.dead, done.sent) == (1, 1)
    assert desk.box.texts == [
        ("staff@example.org", f"Referral {referral.id} needs attention: message not delivered.")
    ]
    (dead,) = desk.messages.dead_letters()
    desk.messages.retry(dead.id, actor=STAFF)
    assert desk.dispatch_once().sent == 1
    assert desk.messages.dead_letters() == ()
    with pytest.raises(InvalidReferralError, match="no such message"):
        desk.messages.discard(dead.id, actor=STAFF)


def test_a_message_can_be_given_up(desk):
    send_referral(desk)
    desk.box.failures = [not_delivered()]
    desk.dispatch_once()
    (dead,) = desk.messages.dead_letters()
    desk.messages.discard(dead.id, "agency-closed", actor=STAFF)
    assert desk.messages.dead_letters() == ()
    assert (MessageStatus.WITHDRAWN, "agency-closed") in {(row.status, row.last) for row in rows(desk)}


def test_a_providers_retry_time_is_respected(desk):
    send_referral(desk)
    desk.box.failures = [not_delivered(retry=True, after=900)]
    desk.dispatch_once()
    desk.clock.advance(seconds=899)
    assert desk.dispatch_once().total == 0
    desk.clock.advance(seconds=1)
    assert desk.dispatch_once().sent == 1


def test_a_failing_notifier_delays_no_other_message(desk, caplog):
    caplog.set_level(logging.DEBUG)
    send_referral(desk), send_referral(desk)
    desk.box.failures = [RuntimeError("could not reach agency@example.org")]
    done = desk.dispatch_once()
    assert (done.again, done.sent) == (1, 1)
    assert "agency@example.org" not in caplog.text


def test_a_message_for_a_removed_notifier_is_set_aside():
    storage = MemoryStorage()
    send_referral(make_desk(storage))
    desk = make_desk(storage, notifiers={})
    assert desk.dispatch_once().dead == 2, "the message, and the one that was to tell staff"
    assert {row.last for row in desk.messages.dead_letters()} == {"no-notifier"}


def test_a_slow_worker_sends_nothing_when_its_claim_is_about_to_end(desk):
    send_referral(desk), send_referral(desk)
    send_it = desk.box.send

    def slowly(message):
        desk.clock.advance(minutes=4)
        return send_it(message)

    desk.box.send = slowly
    assert desk.dispatch_once(limit=2).sent == 1
    desk.clock.advance(minutes=1)
    assert desk.dispatch_once(limit=2).sent == 1
    assert len({message.id for message in desk.box}) == 2


def test_a_worker_whose_claim_expired_overwrites_nothing(desk):
    send_referral(desk)
    send_it = desk.box.send

    def while_another_takes_over(message):
        if not desk.box:
            desk.box.append(message)
            desk.clock.advance(minutes=6)
            assert desk.dispatch_once().sent == 1
        return send_it(message)

    desk.box.send = while_another_takes_over
    desk.dispatch_once()
    (row,) = rows(desk)
    assert (row.status, row.attempts) == (MessageStatus.SENT, 1)
    assert len({message.id for message in desk.box}) == 1


def test_a_storage_without_claims_is_enough():
    assert not isinstance(StorageWithoutClaims(MemoryStorage()), SupportsClaims)
    with make_desk(StorageWithoutClaims(MemoryStorage())) as desk:
        for _ in range(3):
            send_referral(desk)
        assert desk.dispatch_once(limit=2).sent == 2
        assert desk.dispatch_once().sent == 1
        assert len({message.id for message in desk.box}) == 3


def test_a_dispatcher_runs_until_stopped(desk):
    stop = threading.Event()
    send_referral(desk), send_referral(desk)
    send_it = desk.box.send

    def and_stop(message):
        if len(desk.box) == 1:
            stop.set()
        return send_it(message)

    desk.box.send = and_stop
    told = []
    done = desk.messages.run_dispatcher(stop, every=0.01, on_round=lambda *what: told.append(what))
    assert done.sent == 2
    assert [(due.failed, sent.sent) for due, sent in told] == [(0, 2)]


def test_a_stopped_dispatch_finishes_its_message_and_releases_the_others(desk):
    stop = threading.Event()
    send_referral(desk), send_referral(desk), send_referral(desk)
    send_it = desk.box.send

    def and_stop(message):
        stop.set()
        return send_it(message)

    desk.box.send = and_stop
    assert desk.dispatch_once(stop=stop).total == 1
    # At once, not after the claim has run out.
    assert desk.dispatch_once().sent == 2
    assert len({message.id for message in desk.box}) == 3


def test_no_thread_starts_by_itself(desk):
    before = threading.active_count()
    send_referral(desk)
    desk.dispatch_once()
    assert threading.active_count() == before


# Links


def test_a_link_opens_one_referral_and_takes_one_answer(desk):
    referral = send_referral(desk)
    desk.dispatch_once()
    token = desk.box.token()
    page = desk.links.open(token)
    assert (page.referral_id, page.needs) == (referral.id, ("Groceries from a food pantry",))
    assert desk.referrals.get(referral.id).acknowledged_at is not None
    desk.links.open(token)
    replied = desk.links.answer(token, "accept")
    assert replied.referral.status is ReferralStatus.ACCEPTED
    for use in (lambda: desk.links.open(token), lambda: desk.links.answer(token, "start")):
        with pytest.raises(LinkNotValidError):
            use()
    replied = desk.links.answer(replied.next_token, "complete", outcome="service_received")
    assert (replied.referral.is_loop_closed, replied.next_token) == (True, "")


def test_an_invalid_answer_leaves_the_link_usable(desk):
    send_referral(desk)
    desk.dispatch_once()
    token = desk.box.token()
    for event, fields, error in (
        ("reject", {}, InvalidReferralError),
        ("reject", {"outcome": "service_received"}, InvalidReferralError),
        ("acknowledge", {}, IllegalTransitionError),
        ("amend_outcome", {"outcome": "other"}, IllegalTransitionError),
        ("nonsense", {}, InvalidReferralError),
    ):
        with pytest.raises(error):
            desk.links.answer(token, event, **fields)
    assert desk.links.answer(token, "reject", outcome="no_funds").referral.status is ReferralStatus.REJECTED


def test_a_link_lasts_three_days_at_most(desk):
    send_referral(desk)
    desk.dispatch_once()
    desk.clock.advance(hours=72)
    with pytest.raises(LinkNotValidError):
        desk.links.open(desk.box.token())
    with pytest.raises(InvalidReferralError, match="72 hours"):
        cc.Policy(link_lifetime=timedelta(hours=73))


@pytest.mark.parametrize("token", ["", "x", "\udc80", "0" * 27, "../../etc"])
def test_an_unknown_link_looks_the_same_as_a_used_one(desk, token):
    with pytest.raises(LinkNotValidError) as refused_link:
        desk.links.open(token)
    assert token == "" or token not in str(refused_link.value)


def test_a_patron_and_an_agency_cannot_use_each_others_links(desk):
    referral = send_referral(desk, contacts=[contact_preference(desk)], follow_up_allowed=True)
    desk.record_event(referral.id, "accept", actor=cc.Actor("agency", referral.organization_id))
    desk.dispatch_once()
    tokens = {message.to.reveal(): message.body.rsplit("/", 1)[1] for message in desk.box}
    answer = cc.FollowUp(reached=True, helped="yes")
    with pytest.raises(LinkNotValidError):
        desk.links.answer(tokens["patron@example.org"], "accept")
    with pytest.raises(LinkNotValidError):
        desk.links.answer_follow_up(tokens["agency@example.org"], answer)
    page = desk.links.open(tokens["patron@example.org"], language="es")
    assert (page.words, page.asks) == ("Dijeron que sí. Le van a ayudar.", True)
    replied = desk.links.answer_follow_up(tokens["patron@example.org"], answer)
    assert replied.referral.outcome_source == "patron"
    with pytest.raises(LinkNotValidError):
        desk.links.open(tokens["patron@example.org"])


def test_a_link_holds_no_id_and_the_storage_no_link(desk):
    referral = send_referral(desk)
    desk.dispatch_once()
    token = desk.box.token()
    assert re.fullmatch(r"[\w-]{27}", token)
    assert referral.id not in token
    for kind in (record_kinds.LINK, record_kinds.OUTBOX, record_kinds.REFERRAL, record_kinds.AUDIT):
        for record in desk.storage.scan(kind):
            assert token not in json.dumps([record.id, dict(record.document), dict(record.keys)])


def test_a_resent_message_does_not_revive_its_link(desk):
    send_referral(desk)
    send_it = desk.box.send

    def and_lose_the_answer(message):
        send_it(message)
        raise not_delivered(retry=True, after=1)

    desk.box.send = and_lose_the_answer
    desk.dispatch_once()
    desk.links.answer(desk.box.token(), "accept")
    desk.clock.advance(hours=1)
    desk.box.send = send_it
    assert desk.dispatch_once().sent == 1
    first, again = desk.box[:2]
    assert first == again
    with pytest.raises(LinkNotValidError):
        desk.links.open(desk.box.token(1))


def test_desks_of_one_storage_share_links_and_others_do_not():
    storage = MemoryStorage()
    desk = make_desk(storage)
    send_referral(desk)
    desk.dispatch_once()
    token = desk.box.token()
    assert make_desk(storage, clock=desk.clock).links.open(token)
    other = make_desk()
    with pytest.raises(LinkNotValidError):
        other.links.open(token)


def test_staff_can_give_a_link_by_phone(desk):
    referral = send_referral(desk)
    token = desk.links.issue_agency_link(referral.id, actor=STAFF)
    assert desk.links.answer(token, "accept").referral.status is ReferralStatus.ACCEPTED
    with pytest.raises(PermissionDeniedError):
        desk.links.issue_agency_link(referral.id, actor=PATRON)
    given_away = desk.refer(best_match(), actor=STAFF)
    with pytest.raises(IllegalTransitionError):
        desk.links.issue_agency_link(given_away.id, actor=STAFF)


def test_each_view_of_a_link_is_logged(desk):
    referral = send_referral(desk)
    desk.dispatch_once()
    desk.links.open(desk.box.token())
    entry = list(desk.audit.entries())[-1]
    assert (entry.action, entry.role, entry.to, entry.fields) == (
        "read",
        "agency",
        referral.organization_id,
        ("first_name",),
    )


def test_without_a_link_base_there_are_no_links():
    with make_desk(letterhead=letterhead(link_base="")) as desk:
        referral = send_referral(desk)
        desk.dispatch_once()
        assert (
            desk.box.texts[0][1]
            == f"A new referral ({referral.id}) is waiting for your answer. Please call Ashe County Library."
        )
        assert list(desk.storage.scan(record_kinds.LINK)) == []


def test_an_answer_retries_on_a_stale_record(desk):
    # Two who press the button at once: one answer counts, the other hears that the link is used.
    send_referral(desk)
    desk.dispatch_once()
    token = desk.box.token()
    told: list[str] = []

    def answer():
        try:
            desk.links.answer(token, "accept")
        except (LinkNotValidError, StaleRecordError) as error:
            told.append(type(error).__name__)
        else:
            told.append("accepted")

    threads = [threading.Thread(target=answer) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(told) == ["LinkNotValidError"] * 3 + ["accepted"]

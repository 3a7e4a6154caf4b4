"""Permissions: every call that takes an actor refuses other roles and then does nothing."""

from __future__ import annotations

import inspect
import pickle
from operator import attrgetter

import pytest

import communityconnector as cc
from builders import STAFF, best_match, consent_terms, make_desk, not_delivered, send_referral, take_referrals
from communityconnector.errors import InvalidReferralError, PermissionDeniedError, ReferralNotFoundError
from communityconnector.model import Attribute, Service, TaxonomyTerm
from communityconnector.referrals import Role

LIBRARY, PATRONS = frozenset({Role.STAFF}), frozenset({Role.STAFF, Role.PATRON})
PROVIDERS = frozenset({Role.STAFF, Role.ADAPTER})
TOKEN = "token-5f3a9c"  # noqa: S105  # a reference to nobody
ANSWER = cc.FollowUp(reached=True, helped="yes")
OTHER = next(
    match
    for match in cc.Matcher(cc.sample()).match("food pantry")
    if match.organization.id != best_match().organization.id
)


def draft(desk, actor):
    """A draft of whoever acts, or else of staff."""
    take_referrals(desk, best_match())
    maker = actor if actor.role in PATRONS else STAFF
    return desk.refer(best_match(), actor=maker, type="direct", shared_fields={"first_name": "Quill"})


def sent(desk, _):
    return send_referral(desk, patron=TOKEN)


def closed(desk, _):
    return desk.record_event(send_referral(desk).id, "cancel", actor=STAFF, outcome="patron_declined")


def dead(desk, _):
    """A message that cannot be delivered."""
    send_referral(desk)
    desk.box.failures = [not_delivered()]
    desk.dispatch_once(limit=1)
    (row,) = desk.messages.dead_letters()
    return row


def delivered(desk, _):
    """A message that a provider has taken on."""
    send_referral(desk)
    desk.dispatch_once()
    return desk.box[0]


def on_hold(desk, _):
    desk.privacy.set_legal_hold(None, actor=STAFF, reason="case-1")


def nothing(desk, _):
    """Nothing is needed."""


CALLS = {
    "referrals.refer": (PATRONS, nothing, lambda _: (best_match(),), {}),
    "referrals.re_refer": (PATRONS, closed, lambda one: (one.id, OTHER.service_id), {}),
    "referrals.record_event": (PATRONS, sent, lambda one: (one.id, "revoke_consent"), {}),
    "referrals.discard": (PATRONS, draft, lambda one: (one.id,), {}),
    "referrals.consent": (PATRONS, draft, lambda one: (one.id, consent_terms()), {}),
    "referrals.revoke_consent": (PATRONS, sent, lambda one: (one.id,), {}),
    "referrals.follow_up": (PATRONS, sent, lambda one: (one.id, ANSWER), {}),
    "referrals.set_contacts": (PATRONS, sent, lambda one: (one.id, []), {}),
    "referrals.allow_follow_up": (PATRONS, sent, lambda one: (one.id, False), {}),
    "referrals.set_shared_fields": (PATRONS, draft, lambda one: (one.id, {"first_name": "Quill"}), {}),
    "referrals.set_intake": (LIBRARY, nothing, lambda _: (cc.Intake(id=best_match().organization.id),), {}),
    "messages.retry": (LIBRARY, dead, lambda one: (one.id,), {}),
    "messages.discard": (LIBRARY, dead, lambda one: (one.id,), {}),
    "messages.record_delivery_status": (PROVIDERS, delivered, lambda one: (one.id, "delivered"), {}),
    "links.issue_agency_link": (LIBRARY, sent, lambda one: (one.id,), {}),
    "webhooks.mark_reviewed": (LIBRARY, sent, lambda one: (one.id,), {}),
    "privacy.read_private": (LIBRARY, sent, lambda one: (one.id,), {}),
    "privacy.export_for": (LIBRARY, sent, lambda _: (TOKEN,), {}),
    "privacy.disclosures_of": (LIBRARY, sent, lambda _: (TOKEN,), {}),
    "privacy.erase": (LIBRARY, sent, lambda _: (TOKEN,), {}),
    "privacy.set_legal_hold": (LIBRARY, sent, lambda one: (one.id,), {"reason": "case-1"}),
    "privacy.release_report": (LIBRARY, on_hold, lambda _: (), {}),
    "privacy.release_legal_hold": (LIBRARY, on_hold, lambda _: (None,), {"reason": "case-1"}),
    "directory.disclose": (LIBRARY, nothing, lambda _: ("l-1",), {"reason": "agency-agreed"}),
}
"""By call: whom it is for, what it needs, and what it is given."""
PARTS = ("referrals", "messages", "links", "webhooks", "privacy", "statistics", "directory", "audit")


def test_every_call_that_takes_an_actor_is_in_the_table():
    with make_desk() as desk:
        calls = {
            f"{part}.{name}": call
            for part in PARTS
            for name, call in inspect.getmembers(type(getattr(desk, part)), inspect.isfunction)
        }
    assert {
        name
        for name, call in calls.items()
        if "._" not in name and "actor" in inspect.signature(call).parameters
    } == CALLS.keys()


def call_of(desk, name):
    return attrgetter(name)(desk)


@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize("call", CALLS)
def test_a_call_is_refused_for_all_but_its_roles_and_then_does_nothing(call, role):
    whom, before, given, more = CALLS[call]
    actor = cc.Actor(role, "" if role is Role.PATRON else "somebody")
    with make_desk() as desk:
        args = given(before(desk, actor))
        entries = len(list(desk.audit.entries()))
        if role in whom:
            call_of(desk, call)(*args, actor=actor, **more)
            assert len(list(desk.audit.entries())) > entries, "nothing in the log"
        else:
            with pytest.raises(PermissionDeniedError) as refused:
                call_of(desk, call)(*args, actor=actor, **more)
            assert refused.value.role == role
            assert set(refused.value.allowed) == whom
            assert len(list(desk.audit.entries())) == entries


@pytest.mark.parametrize("actor", ["desk-2", "staff", None, ("staff", "desk-2"), Role.STAFF], ids=repr)
@pytest.mark.parametrize("call", CALLS)
def test_a_call_without_an_actor_is_refused_with_an_example(call, actor):
    _, before, given, more = CALLS[call]
    with make_desk() as desk:
        args = given(before(desk, STAFF))
        entries = len(list(desk.audit.entries()))
        with pytest.raises(InvalidReferralError, match=r"`actor` takes Actor\('staff', 'desk-2'\)"):
            call_of(desk, call)(*args, actor=actor, **more)
        assert len(list(desk.audit.entries())) == entries


def test_a_permission_error_names_the_allowed_roles_and_survives_pickling():
    with make_desk() as desk, pytest.raises(PermissionError) as refused:
        desk.referrals.set_intake(cc.Intake(id="o"), actor=cc.Actor("patron"))
    assert isinstance(refused.value, cc.PermissionDeniedError)
    assert str(refused.value) == "set_intake is for staff, not for patron"
    again = pickle.loads(pickle.dumps(refused.value))  # noqa: S301  # our own bytes
    assert (again.action, again.role, again.allowed, again.code) == (
        "set_intake",
        "patron",
        ("staff",),
        "permission-denied",
    )


ABOUT_A_REFERRAL = {
    **{name: call[3] for name, call in CALLS.items() if call[1] in (sent, draft, closed)},
    "privacy.set_legal_hold": {"reason": "case-1"},
}
READING = ("referrals.get", "referrals.events", "referrals.follow_up_answers")
ABOUT_A_PATRON = {"privacy.export_for", "privacy.disclosures_of", "privacy.erase"}


@pytest.mark.parametrize(
    "key", ["no-such-referral", "", "x" * 5_000, "\ud800", 5, None], ids=lambda key: repr(key)[:9]
)
@pytest.mark.parametrize("call", [*ABOUT_A_REFERRAL, *READING])
def test_every_call_reports_an_unknown_referral(call, key):
    if call in ABOUT_A_PATRON or (call == "privacy.set_legal_hold" and key is None):
        return  # these ask about a patron, or about all referrals
    with make_desk() as desk:
        rest = () if call in READING else CALLS[call][2](desk.refer(best_match(), actor=STAFF))[1:]
        more = {} if call in READING else {"actor": STAFF, **CALLS[call][3]}
        with pytest.raises(ReferralNotFoundError):
            call_of(desk, call)(key, *rest, **more)


REFUSED = {
    "a result in place of a match": (
        lambda desk: desk.refer(desk.match("food"), actor=STAFF),
        r"result\[0\]",
    ),
    "a number in place of a service": (lambda desk: desk.refer(7, actor=STAFF), "its id"),
    "a service that there is not": (
        lambda desk: desk.refer("x", actor=STAFF, concepts=["food-pantry"]),
        "service_id",
    ),
    "a need with a slip": (
        lambda desk: desk.refer(best_match(), actor=STAFF, concepts=["food-pantri"]),
        "food-pantry",
    ),
    "the name of a need": (
        lambda desk: desk.refer(best_match(), actor=STAFF, concepts=["Food pantry"]),
        "'food-pantry'",
    ),
    "a need that is noted": (
        lambda desk: desk.referrals.record_unmet_need(concepts=("food-pantri",)),
        "food-pantry",
    ),
    "a term that there is not": (
        lambda desk: desk.refer(best_match(), actor=STAFF, terms=["fud"]),
        "taxonomy_terms",
    ),
    "a language with a slip": (
        lambda desk: desk.refer(best_match(), actor=STAFF, language="Spannish"),
        "'Spanish'",
    ),
    "a language that is noted": (
        lambda desk: desk.referrals.record_unmet_need(concepts=("food-pantry",), language="Spannish"),
        "'Spanish'",
    ),
    "an argument with a slip": (
        lambda desk: desk.refer(best_match(), actor=STAFF, langage="es"),
        "'language'",
    ),
    "a type with a slip": (lambda desk: desk.refer(best_match(), actor=STAFF, type="direkt"), "'direct'"),
    "a consent in words": (lambda desk: desk.refer(best_match(), actor=STAFF, consent="yes"), "ConsentTerms"),
    "one contact": (
        lambda desk: desk.referrals.set_contacts(sent(desk, None).id, "a@b.example", actor=STAFF),
        "ContactPreference",
    ),
    "an event with a slip": (
        lambda desk: desk.record_event(sent(desk, None).id, "acept", actor=STAFF),
        "'accept'",
    ),
    "a detail with a slip": (
        lambda desk: desk.record_event(sent(desk, None).id, "cancel", actor=STAFF, outcom="patron_declined"),
        "'outcome'",
    ),
    "an outcome with a slip": (
        lambda desk: desk.record_event(sent(desk, None).id, "cancel", actor=STAFF, outcome="patron_declind"),
        "'patron_declined'",
    ),
    "a reason with a slip": (
        lambda desk: desk.referrals.record_unmet_need(concepts=("food-pantry",), reason="no_fund"),
        "'no_funds'",
    ),
    "an answer in a word": (lambda desk: desk.follow_up(sent(desk, None).id, "yes", actor=STAFF), "FollowUp"),
    "an intake in words": (lambda desk: desk.referrals.set_intake("mail", actor=STAFF), "Intake"),
    "an agency that there is not": (lambda desk: desk.referrals.inbox("nobody"), "organization.id"),
    "an agency in place of its id": (
        lambda desk: desk.referrals.inbox(best_match().organization),
        "organization.id",
    ),
    "an intake of no agency": (
        lambda desk: desk.referrals.set_intake(cc.Intake(id="nobody"), actor=STAFF),
        "organization.id",
    ),
    "how no agency takes referrals": (lambda desk: desk.referrals.intake("nobody"), "organization.id"),
    "an intake of no service": (
        lambda desk: desk.referrals.set_intake(cc.Intake(id="x", entity="service"), actor=STAFF),
        "service_id",
    ),
    "how no service takes referrals": (lambda desk: desk.referrals.intake("x", "service"), "service_id"),
    "an entity with a slip": (lambda desk: desk.referrals.intake("x", "servise"), "'service'"),
    "an unmet need in words": (lambda desk: desk.referrals.record_unmet_need("food"), "concepts"),
    "a role that there is not": (lambda _: cc.Actor("boss", "desk-2"), "expected one of staff, patron"),
    "a role with a slip": (lambda _: cc.Actor("staf", "desk-2"), "'staff'"),
    "an actor without a name": (lambda _: cc.Actor("staff", 2), "field id"),
    "an audience that there is not": (lambda _: cc.Connector.open(audience="boss"), "public, staff, steward"),
    "a mode that there is not": (lambda desk: desk.load(cc.sample(), mode="x"), "repair, collect, strict"),
}
"""What a caller may get wrong, and what the error says would do."""


@pytest.mark.parametrize("case", REFUSED)
def test_an_unknown_value_is_refused_with_the_accepted_ones(case):
    call, message = REFUSED[case]
    with make_desk() as desk, pytest.raises(cc.CommunityConnectorError, match=message):
        call(desk)


TERM = TaxonomyTerm(id="t-1", name="Soups", code="soups", description="Soups.")
LISTED = Attribute(id="x", link_id="lone", link_entity="service", taxonomy_term=TERM)
LONE = Service(id="lone", name="Ladle", status="active", attributes=(LISTED,))
"""A service of no agency, of which only a term of the directory's own says what it is for."""


def test_a_match_by_term_or_words_gives_a_referral_that_cannot_be_sent():
    with make_desk() as desk:
        desk.load(cc.Directory.of([LONE]))
        by_term = desk.match(cc.Need(terms=["soups"]))[0]
        assert by_term.service_id == "lone"
        made = desk.refer(by_term, actor=STAFF, idempotency_key="k")
        assert (made.terms, made.concepts, made.organization_id) == (("soups",), (), "")
        assert desk.refer(by_term, actor=STAFF, idempotency_key="k") == made
        by_words = desk.match("ladle")[0]
        assert desk.refer(by_words, actor=STAFF).concepts == ()
        for match, message in ((by_words, "say what is needed"), (by_term, "which agency runs this service")):
            with pytest.raises(InvalidReferralError, match=message):
                desk.refer(match, actor=STAFF, type="direct")


def test_a_report_on_an_unknown_referral_is_refused():
    with make_desk() as desk, pytest.raises(ReferralNotFoundError):
        desk.privacy.release_report("no-such-referral", actor=STAFF)


def test_without_a_directory_every_agency_and_service_id_is_accepted():
    with cc.Connector.open() as desk:
        assert desk.referrals.intake("o") is None
        assert desk.referrals.intake("s", "service") is None
        desk.referrals.set_intake(cc.Intake(id="o"), actor=STAFF)
        assert desk.referrals.intake("o").id == "o"
        assert desk.referrals.inbox("another") == ()

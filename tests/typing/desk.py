"""What type checkers see of a desk: every public call, with right types and some wrong ones. Never run."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime
from typing import Any, assert_type

import communityconnector as cc
from communityconnector.desk import (
    AgencyPage,
    DispatchReport,
    DueReferral,
    DueReport,
    Erasure,
    LegalHold,
    LegalHoldReport,
    LinkReply,
    OutboxMessage,
    PatronPage,
    PurgeReport,
    Referrals,
    ReferralStatistics,
    UnclearReport,
    UnreadableMessage,
    WebhookResult,
)
from communityconnector.desk.store.audit_log import Audit, Entry, Head, Verification
from communityconnector.directory_store import Loaded
from communityconnector.model.geography import Distance
from communityconnector.partners import (
    Occurrence,
    Partnership,
    Partnerships,
    PartnershipStatus,
    Visit,
    Visits,
)
from communityconnector.plugins import Plugins
from communityconnector.referrals import (
    Answered,
    Basis,
    Consent,
    Private,
    ReferralEvent,
    Table,
    UnmetReason,
    UnmetRecord,
)

staff = cc.Actor("staff", "desk-2")
answer = cc.FollowUp(reached=True, helped="yes")
terms = cc.ConsentTerms(fields=["first_name"], purpose="a meal", method="verbal")
contact = cc.ContactPreference(channel="email", address=cc.Secret("p@example.org"))
now = datetime.now(UTC)
connection: Any = None

# The verbs of a desk

desk = cc.Connector.open(
    "sqlite:///desk.db",
    create=True,
    zone="America/New_York",
    audience="staff",
    plugins=Plugins(),
    matching=cc.MatchingOptions(geocoder="us-zip", rerankers=["fresh-first"]),
    messages=cc.MessageOptions(notifiers={"smtp": {"host": "mail.example.org"}}),
)
assert_type(desk, cc.Connector)
assert_type(desk.load("hsds.zip", mode="strict", drop_missing=True), Loaded)
result = desk.match("food", near="28640", rank="distance", branch="main")
assert_type(result, cc.MatchResult)
assert_type(result[0].distance, Distance | None)
assert_type(desk.explain("food", "s-1"), tuple[cc.Explanation, ...])
referral = desk.refer(
    result[0], actor=staff, type="direct", consent=terms, shared_fields={"first_name": "Zed"}
)
assert_type(referral, cc.Referral)
assert_type(desk.refer("s-1", actor=staff, concepts=["food-pantry"], at=now), cc.Referral)
assert_type(
    desk.record_event(referral.id, "close_given", actor=staff, outcome="service_received"), cc.Referral
)
assert_type(desk.record_event(referral.id, cc.Event.ACCEPT, actor=staff, expected_version=2), cc.Referral)
assert_type(desk.follow_up(referral.id, answer, actor=staff), cc.Referral)
assert_type(desk.due(), tuple[DueReferral, ...])
assert_type(desk.dispatch_once(10, stop=threading.Event()), DispatchReport)
assert_type(desk.export("out.json"), tuple[cc.Finding, ...])
assert_type(desk.export("out.zip", format="hsds-zip"), tuple[cc.Finding, ...])
assert_type(desk.purge(dry_run=True), PurgeReport)
assert_type(desk.matcher, cc.Matcher)
desk.close()

# desk.referrals

referrals = desk.referrals
assert_type(referrals.get("r"), cc.Referral)
assert_type(referrals.events("r"), tuple[ReferralEvent, ...])
assert_type(referrals.inbox("o"), tuple[cc.Referral, ...])
assert_type(referrals.refer("s", actor=staff, priority="urgent", idempotency_key="k"), cc.Referral)
assert_type(referrals.re_refer("r", "s", actor=staff, allow_tried=True, consent=terms), cc.Referral)
assert_type(referrals.record_event("r", "hold", actor=staff, hold_reason="waitlisted"), cc.Referral)
referrals.discard("r", actor=staff)
assert_type(referrals.follow_up("r", answer, actor=staff, at=now), cc.Referral)
assert_type(referrals.follow_up_answers("r"), tuple[Answered, ...])
assert_type(referrals.due(now), tuple[DueReferral, ...])
assert_type(referrals.run_due(), DueReport)
assert_type(referrals.consent("r", terms, actor=staff), Consent)
assert_type(referrals.revoke_consent("r", actor=staff), cc.Referral)
referrals.set_contacts("r", [contact], actor=staff)
assert_type(referrals.allow_follow_up("r", allowed=True, actor=staff), cc.Referral)
referrals.set_shared_fields("r", {"first_name": "Zed", "phone": None}, actor=staff)
referrals.set_intake(cc.Intake(id="o"), actor=staff)
assert_type(referrals.intake("o"), cc.Intake | None)
assert_type(referrals.record_unmet_need(result, reason="no_transport"), UnmetRecord | None)
assert_type(referrals.record_unmet_need(concepts=["food"], reason=UnmetReason.COST), UnmetRecord | None)
assert_type(referrals.unmet_needs(), Iterator[UnmetRecord])
assert_type(referrals.within(connection), Referrals)

# desk.messages, desk.links and desk.webhooks

assert_type(desk.messages.dispatch_once(), DispatchReport)
assert_type(desk.messages.run_dispatcher(threading.Event(), every=1.0), DispatchReport)
assert_type(desk.messages.dead_letters(), tuple[OutboxMessage | UnreadableMessage, ...])
desk.messages.retry("m", actor=staff)
desk.messages.discard("m", "agency-closed", actor=staff)
assert_type(desk.messages.record_delivery_status("m", "bounced", actor=staff, at=now), bool)
assert_type(desk.links.open("token", language="es"), AgencyPage | PatronPage)
assert_type(desk.links.answer("token", "reject", outcome="no_capacity"), LinkReply)
assert_type(desk.links.answer_follow_up("token", answer), LinkReply)
assert_type(desk.links.issue_agency_link("r", actor=staff), str)
desk.links.renew("token")
assert_type(desk.webhooks.receive({}, b""), WebhookResult)
assert_type(desk.webhooks.to_review(), tuple[UnclearReport, ...])
desk.webhooks.mark_reviewed("r", actor=staff)

# desk.privacy, desk.statistics.referrals and the rest

assert_type(desk.privacy.read_private("r", actor=staff), Private)
assert_type(desk.privacy.export_for("patron", actor=staff), dict[str, Any])
assert_type(desk.privacy.disclosures_of("patron", actor=staff), tuple[dict[str, Any], ...])
assert_type(desk.privacy.erase("patron", actor=staff), Erasure)
desk.privacy.set_legal_hold(None, actor=staff, reason="case-1")
desk.privacy.release_legal_hold("r", actor=staff, reason="case-1")
assert_type(desk.privacy.legal_holds(), tuple[LegalHold, ...])
assert_type(desk.privacy.release_report(actor=staff), tuple[LegalHoldReport, ...])
assert_type(desk.privacy.purge(now, wipe=False), PurgeReport)
assert_type(desk.privacy.rewrap_keys(), int)
assert_type(desk.statistics.referrals(["need"], k=20), ReferralStatistics)
assert_type(desk.statistics.unmet_needs(["need", "area"], sensitive=False), Mapping[Basis, Table])
assert_type(desk.audit, Audit)
assert_type(desk.audit.head(), Head)
assert_type(desk.audit.entries(after=3), Iterator[Entry])
assert_type(desk.audit.of("r-1"), tuple[Entry, ...])
assert_type(desk.audit.verify(desk.audit.head()), Verification)
assert_type(desk.directory.read(), cc.Directory)
desk.directory.amend(result[0].service)
desk.directory.disclose("l", actor=staff, reason="agency-agreed", entity="phone")
assert_type(desk.partnerships, Partnerships)
partner = desk.partnerships.put(Partnership(organization_id="food-bank", status=PartnershipStatus.ASKED))
assert_type(partner, Partnership)
assert_type(desk.partnerships.get("food-bank"), Partnership)
assert_type(desk.partnerships.all("asked"), list[Partnership])
assert_type(desk.partnerships.due(date(2026, 12, 1)), list[Partnership])
assert_type(desk.partnerships.next_steps(), list[Partnership])
desk.partnerships.remove("food-bank")  # type: ignore[arg-type]  # the partnership itself, with its version
assert_type(desk.visits, Visits)
visit = desk.visits.get("nurse")
assert_type(desk.visits.put(visit), Visit)
assert_type(desk.visits.all("main"), list[Visit])
assert_type(desk.visits.between("main", date(2026, 12, 1), date(2027, 1, 1)), list[Occurrence])
assert_type(desk.visits.visiting("main", now), list[Occurrence])
assert_type(desk.visits.today("main"), list[Occurrence])
assert_type(desk.visits.reasons("main"), dict[str, cc.Reason])
desk.visits.remove(visit)

# Wrong calls, each of which a type checker refuses

desk.refer(result, actor=staff)  # type: ignore[arg-type]  # a result is not a match
desk.refer("s", actor="staff")  # type: ignore[arg-type]  # an actor is a value
desk.refer("s", actor=staff, langage="es")  # type: ignore[call-arg]  # a slip in a name
desk.refer("s", actor=staff, type="direkt")  # type: ignore[arg-type]  # a slip in a code
desk.record_event("r", "acept", actor=staff)  # type: ignore[arg-type]  # a slip in an event
desk.record_event("r", "cancel", actor=staff, outcom="other")  # type: ignore[call-arg]  # a slip in a name
desk.record_event("r", "cancel", actor=staff, outcome="othr")  # type: ignore[arg-type]  # a slip in an outcome
desk.record_event("r", "accept")  # type: ignore[call-arg]  # an event has an actor
desk.links.answer("token", "reject", sending=None)  # type: ignore[call-arg]  # the desk gathers that
desk.match("food", rank="nearest")  # type: ignore[arg-type]  # there is no such order
desk.statistics.referrals(["needs"])  # type: ignore[list-item]  # there is no such dimension
desk.referrals.set_contacts("r", contact, actor=staff)  # type: ignore[arg-type]  # contacts are a list
desk.messages.record_delivery_status("m", "opened", actor=staff)  # type: ignore[arg-type]  # not a status
cc.Connector.open(notifiers={})  # type: ignore[call-arg]  # notifiers are options of messages
cc.Connector.open(audience="boss")  # type: ignore[arg-type]  # there is no such audience


async def ask() -> None:
    """The same for programs that must not wait."""
    async with await cc.AsyncConnector.open("sqlite:///desk.db", threads=2, zone="UTC") as opened:
        assert_type(opened, cc.AsyncConnector)
        assert_type(await opened.load("hsds.zip", mode="repair"), Loaded)
        assert_type(await opened.match("food", near="28640"), cc.MatchResult)
        assert_type(await opened.explain("food", "s"), tuple[cc.Explanation, ...])
        assert_type(await opened.export("out.json"), tuple[cc.Finding, ...])
        assert_type(await opened.refer("s", actor=staff, type="direct"), cc.Referral)
        assert_type(await opened.record_event("r", "accept", actor=staff), cc.Referral)
        assert_type(await opened.follow_up("r", answer, actor=staff), cc.Referral)
        assert_type(await opened.due(), tuple[DueReferral, ...])
        assert_type(await opened.dispatch_once(), DispatchReport)
        assert_type(await opened.purge(dry_run=True), PurgeReport)
        assert_type(await opened.run(opened.desk.referrals.run_due), DueReport)
        assert_type(await opened.run(opened.desk.privacy.erase, "patron", actor=staff), Erasure)
        await opened.refer("s", actor=staff, langage="es")  # type: ignore[call-arg]  # a slip in a name
        await opened.match("food", rank="nearest")  # type: ignore[arg-type]  # there is no such order
        await opened.run(opened.desk.privacy.erase, 5, actor=staff)  # type: ignore[arg-type]  # a text

"""Repeated requests count once, whatever they contain and however the directory has changed."""

from __future__ import annotations

import base64
import json
import traceback
from types import MappingProxyType

import pytest

import communityconnector as cc
from builders import MONDAY, STAFF, ManualClock, best_match, make_desk, pantries, send_referral
from communityconnector.desk import ReportResult, WebhookSender
from communityconnector.directory_store import load
from communityconnector.errors import IdempotencyConflictError, InvalidReferralError, PluginError
from communityconnector.hookspecs import StatusWords, hookimpl
from communityconnector.plugins import Plugins
from communityconnector.referrals import Referral
from communityconnector.referrals.mappings import Meant
from communityconnector.webhooks import sign, timestamp

KEY = cc.Secret("whsec_" + base64.b64encode(b"k" * 24).decode())
HALF = "\ud800"
"""Half of a surrogate pair, as a careless program may send it."""


def drafted(desk, key, **asked):
    return desk.refer(best_match(), actor=STAFF, type="direct", idempotency_key=key, **asked)


def post(desk, message_id, told):
    body = json.dumps(told).encode()
    now = desk.clock.now
    headers = {
        "webhook-id": message_id,
        "webhook-timestamp": timestamp(now),
        "webhook-signature": sign([KEY], message_id, now, body),
    }
    return desk.webhooks.receive(headers, body)


def test_an_idempotency_key_never_equals_a_web_hook_id():
    agency = best_match().organization.id
    with make_desk(webhook_senders=[WebhookSender(agency, [KEY])]) as desk:
        referral = send_referral(desk)
        for key in (f"hook {agency} m-77", json.dumps([agency, "m-77"])):
            send_referral(desk, idempotency_key=key)
        received = post(desk, "m-77", {"referral_id": referral.id, "event": "accept"})
        assert (received.result, received.referral.id) == (ReportResult.ACCEPTED, referral.id)


def test_a_repeated_request_is_answered_after_the_service_was_deleted(desk):
    match = best_match()
    first = desk.refer(match.service_id, actor=STAFF, concepts=["food-pantry"], idempotency_key="k-1")
    left = [record for record in pantries().roots() if record.id != match.service_id]
    load(desk.storage, cc.Directory.of(left), now=desk.clock.now, drop_missing=True)
    again = desk.refer(match.service_id, actor=STAFF, concepts=["food-pantry"], idempotency_key="k-1")
    assert again == first


def test_requests_are_compared_by_the_contents_of_their_shared_fields(desk):
    first = drafted(desk, "k-1", shared_fields=MappingProxyType({"first_name": cc.Secret("Quill")}))
    assert drafted(desk, "k-1", shared_fields={"first_name": "Quill"}) == first
    with pytest.raises(IdempotencyConflictError):
        drafted(desk, "k-1", shared_fields=MappingProxyType({"first_name": cc.Secret("Rowan")}))


def test_an_idempotency_key_may_hold_any_text(desk):
    assert drafted(desk, f"k {HALF}") == drafted(desk, f"k {HALF}")
    assert drafted(desk, f"k {HALF}") != drafted(desk, "k")


@pytest.mark.parametrize(
    "fields",
    [
        "first_name",
        ["first_name"],
        {1: "Quill"},
        {1: "Quill", "a": "b"},
        {"a": 5},
        {"a": None},
    ],
)
def test_shared_fields_map_names_to_texts(desk, fields):
    with pytest.raises(InvalidReferralError) as refused:
        drafted(desk, "k-1", shared_fields=fields)
    assert "Quill" not in "".join(traceback.format_exception(refused.value))


def test_the_error_for_an_invalid_document_chains_no_value(desk):
    document = drafted(desk, "").to_dict() | {"created_at": "Quill 555-0100"}
    with pytest.raises(InvalidReferralError, match="created_at") as refused:
        Referral.from_dict(document)
    assert refused.value.__context__ is None


def test_a_librarys_own_status_words_are_understood_and_others_not_guessed():
    match = best_match()
    table = {("our_system", "Helped"): Meant("completed", "service_received")}
    with make_desk(
        webhook_senders=[WebhookSender(match.organization.id, [KEY])], status_words=[table]
    ) as desk:
        first, second = send_referral(desk), send_referral(desk)
        fields = {"system": "our_system", "status": "Helped"}
        assert post(desk, "m-1", {"referral_id": first.id, **fields}).result is ReportResult.ACCEPTED
        assert desk.referrals.get(first.id).outcome == "service_received"
        post(desk, "m-2", {"referral_id": second.id, **fields, "status": "Was helped"})
        assert [(one.system, one.word) for one in desk.webhooks.to_review()] == [("our_system", "Was helped")]
        for system in ("another", None, 5):
            received = post(desk, f"m-{system}", {"referral_id": second.id, **fields, "system": system})
            assert (received.result, received.code) == (ReportResult.REFUSED, "invalid-referral")


def test_a_plugin_provides_a_table_by_its_name():
    class Theirs:
        @hookimpl
        def communityconnector_status_words(self):
            return [StatusWords("theirs", make=self.words)]

        def words(self, settings):
            return {("theirs", settings["word"]): Meant("accepted")}

    plugins = Plugins(Theirs(), entry_points=False)
    own = {("ours", "ok"): Meant("accepted")}
    agency = best_match().organization.id
    time = ManualClock()
    asked = {
        "plugins": plugins,
        "settings": {"word": "yes"},
        "messages": cc.MessageOptions(
            webhook_senders=[WebhookSender(agency, [KEY])], status_words=["theirs", "built-in", own]
        ),
        "clock": time,
    }
    with cc.Connector.open(**asked) as desk:
        load(desk.storage, pantries(), now=MONDAY)
        desk.clock = time
        desk.referrals.set_intake(cc.Intake(id=agency, required_fields=["first_name"]), actor=STAFF)
        for number, (system, word) in enumerate(
            [("theirs", "yes"), ("ours", "ok"), ("findhelp", "Eligible")]
        ):
            referral = send_referral(desk)
            body = {"referral_id": referral.id, "system": system, "status": word}
            assert post(desk, f"m-{number}", body).referral.status == "accepted"
    with pytest.raises(PluginError, match="table of words"):
        cc.Connector.open(messages=cc.MessageOptions(status_words=["nobodys"]))

"""Private strings, planted in every private field, are in nothing that leaves the desk, by whichever way it leaves.

Every notifier and exporter that is registered is used, those of a plugin included; so one that is added later is too.
"""

from __future__ import annotations

import json
import logging
import re
import traceback
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta

import pytest
from receivers import HOST, Mails, Receiver

import communityconnector as cc
from communityconnector.connector import Connector
from communityconnector.errors import CommunityConnectorError
from communityconnector.hookspecs import Exporter, NotifierFactory, hookimpl
from communityconnector.interchange import to_raw
from communityconnector.notification import Receipt
from communityconnector.plugins import Plugins
from communityconnector.referrals import fhir
from communityconnector.testing.exporters import CANARY as PLACE
from communityconnector.testing.exporters import planted, sights, unpacked

# apprise imports it for another package, on the Pythons that still have it.
pytestmark = pytest.mark.filterwarnings("ignore:'imghdr' is deprecated:DeprecationWarning")

MARK = "zq7canary"
PRIVATE = {
    name: f"{MARK}{name}x9"
    for name in (
        "patron",
        "firstname",
        "phone",
        "mail",
        "sms",
        "note",
        "void",
        "witness",
        "purpose",
        "version",
        "secret",
    )
}
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
STAFF = cc.Actor("staff", "desk-2", frozenset({"void"}))


class Sent(list):
    """A plugin's notifier: what it was given, as texts."""

    def send(self, message):
        self.append(f"{message.id} {message.subject} {message.body} {message.language}")
        return Receipt(accepted=True)


class Theirs:
    """A plugin with a notifier and an exporter."""

    def __init__(self):
        self.sent = Sent()

    @hookimpl
    def communityconnector_notifiers(self):
        return [NotifierFactory("theirs", make=lambda _: self.sent)]

    @hookimpl
    def communityconnector_exporters(self):
        return [Exporter("theirs", write=self.write, suffix=".txt")]

    def write(self, directory, path):
        told = [repr(record) + str(to_raw(record)) for record in directory.services.values()]
        path.write_text("\n".join(told), encoding="utf-8")
        return ()


def ways(stack):
    """Every registered notifier: its settings, an address, and what it has sent so far, without the address."""
    mails, posts, told = (
        stack.enter_context(Mails()),
        stack.enter_context(Receiver()),
        stack.enter_context(Receiver()),
    )
    smtp = {"host": HOST, "port": str(mails.port), "security": "none", "sender": "desk@library.example.org"}
    webhook = {
        "secrets": "whsec_" + "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
        "source": "https://library.example.org",
        "http_hosts": HOST,
        "private_hosts": HOST,
    }
    return {
        "smtp": (
            smtp,
            f"{PRIVATE['mail']}@example.org",
            lambda: [
                "\n".join(
                    (
                        *(f"{name}: {value}" for name, value in mail.items() if name != "To"),
                        mail.get_content(),
                    )
                )
                for mail in mails.mails()
            ],
        ),
        "webhook": (
            webhook,
            f"http://{HOST}:{posts.port}/hook",
            lambda: [f"{path} {headers} {body}" for path, headers, body in posts.arrived],
        ),
        "apprise": (
            {"services": "json"},
            f"json://{HOST}:{told.port}/{PRIVATE['sms']}",
            lambda: [f"{headers} {body}" for _, headers, body in told.arrived],
        ),
        "console": ({}, PRIVATE["sms"], list),
        "theirs": ({}, PRIVATE["sms"], list),
    }


def live(desk, notifier, address):
    """Everything that can happen to referrals, with a private string in every private field."""
    match = desk.match("food pantry", near="28640")[0]
    desk.referrals.set_intake(
        cc.Intake(
            id=match.organization.id,
            notifier=notifier,
            address=cc.Secret(address),
            required_fields=["first_name"],
            optional_fields=["phone"],
        ),
        actor=STAFF,
    )

    def terms():
        return cc.ConsentTerms(
            fields=["first_name", "phone"],
            purpose=PRIVATE["purpose"],
            method="written",
            witnessed_by=PRIVATE["witness"],
            text_version=PRIVATE["version"],
        )

    def refer():
        way = cc.ContactPreference(
            channel="email", address=cc.Secret(address), safe="yes", verified_at=desk.clock.now
        )
        return desk.refer(
            match,
            actor=STAFF,
            type="direct",
            patron=PRIVATE["patron"],
            shared_fields={"first_name": PRIVATE["firstname"], "phone": cc.Secret(PRIVATE["phone"])},
            contacts=[way],
            follow_up_allowed=True,
            consent=terms(),
            idempotency_key=PRIVATE["patron"],
        )

    shown = [refer()]
    assert refer() == shown[0]
    agency = cc.Actor("agency", shown[0].organization_id)
    desk.dispatch_once()
    token = desk.links.issue_agency_link(shown[0].id, actor=STAFF)
    shown += [
        desk.links.open(token),
        desk.links.answer(token, "hold", hold_reason="awaiting_patron", text=PRIVATE["note"]),
    ]
    desk.dispatch_once()
    desk.clock.now += timedelta(days=15)
    shown += [desk.due(), desk.referrals.run_due(), desk.dispatch_once()]
    shown.append(
        desk.record_event(shown[0].id, "fail", actor=agency, outcome="no_funds", text=PRIVATE["note"])
    )
    shown.append(desk.follow_up(shown[0].id, cc.FollowUp(reached=True, helped="no"), actor=STAFF))
    again = desk.referrals.re_refer(
        shown[0].id, match, actor=STAFF, type="direct", allow_tried=True, consent=terms()
    )
    shown.append(desk.referrals.revoke_consent(again.id, actor=cc.Actor("patron")))
    shown.append(desk.record_event(again.id, "void", actor=STAFF, text=PRIVATE["void"]))
    shown.append(desk.dispatch_once())
    for referral in (shown[0], again):
        now = desk.referrals.get(referral.id)
        shown += [
            now,
            now.to_dict(),
            desk.referrals.events(referral.id),
            desk.referrals.follow_up_answers(referral.id),
        ]
        shown += [event.to_dict() for event in desk.referrals.events(referral.id)]
        shown += [
            fhir.service_request(now, requester="Organization/library"),
            fhir.task(now, requester="Organization/library"),
        ]
        shown.append(desk.privacy.read_private(referral.id, actor=STAFF))
    shown += [
        terms(),
        list(desk.audit.entries()),
        desk.audit.verify(),
        list(desk.referrals.unmet_needs()),
        desk.messages.dead_letters(),
        desk,
        desk.statistics.referrals(by=("outcome",)),
        list(desk.statistics.unmet_needs().values()),
    ]
    return shown


def let_go(desk):
    """Let go of everything, years later; of the agency's address too, which is a private string in this test."""
    agency = desk.match("food pantry", near="28640")[0].organization.id
    desk.referrals.set_intake(cc.Intake(id=agency), actor=STAFF)
    desk.clock.now += timedelta(days=5 * 366)
    for referral in desk.referrals.inbox(agency):
        desk.record_event(referral.id, "cancel", actor=STAFF, outcome="patron_declined")
    desk.referrals.run_due()
    desk.clock.now += timedelta(days=5 * 366)
    report = desk.purge()
    assert report.wiped
    return report


def mistakes(desk):
    """Errors, provoked with private strings in what is handed in."""
    match = desk.match("food pantry", near="28640")[0]
    given = desk.refer(match, actor=STAFF)
    secret, note = PRIVATE["secret"], PRIVATE["note"]
    calls = [
        lambda: desk.refer(match, actor=STAFF, type="direct", patron=f"{secret} {secret}"),
        lambda: desk.refer(match, actor=STAFF, shared_fields={"first_name": secret}),
        lambda: desk.refer(match, actor=STAFF, type="direct", shared_fields={"other": secret}, consent=cc.ConsentTerms(
            fields=["other"], purpose=secret, method="verbal")),
        lambda: desk.refer(match, actor=STAFF, idempotency_key=secret, area=secret)
        and desk.refer(match, actor=STAFF, idempotency_key=secret, area=note),
        lambda: desk.record_event(given.id, "accept", actor=STAFF, text=note),
        lambda: desk.record_event(given.id, "close_given", actor=STAFF, outcome=secret),
        lambda: desk.record_event(given.id, "close_given", actor=STAFF, outcome="other", outcome_source="patron",
                           follow_up_allowed=True, text=note),
        lambda: desk.links.open(secret),
        lambda: desk.links.answer(secret, "accept", text=note),
        lambda: desk.links.answer_follow_up(secret, cc.FollowUp(reached=True, helped="yes")),
        lambda: cc.ConsentTerms(fields=[secret], purpose=secret, method=secret),
        lambda: cc.ContactPreference(channel=secret, address=cc.Secret(secret)),
        lambda: cc.FollowUp(reached=True, helped=secret),
        lambda: desk.webhooks.receive({"webhook-id": secret, "webhook-signature": secret, "webhook-timestamp": "1"}, secret.encode()),
    ]  # fmt: skip
    for call in calls:
        with pytest.raises(CommunityConnectorError) as caught:
            call()
        yield "".join(traceback.format_exception(caught.value)) + repr(caught.value)


class Clock:
    def __init__(self):
        self.now = NOON

    def __call__(self):
        return self.now


def opened(url, notifier, settings, plugins):
    clock = Clock()
    desk = Connector.open(
        url,
        create=True,
        plugins=plugins,
        messages=cc.MessageOptions(
            notifiers={notifier: settings},
            letterhead=cc.Letterhead(
                library="Ashe County Library",
                link_base="https://ref.example.org/r/",
                channels={"email": notifier},
            ),
        ),
        clock=clock,
        secret=cc.Secret(PRIVATE["secret"] * 3),
    )
    desk.clock = clock
    return desk


def texts(shown):
    return "".join(json.dumps(one, default=repr) + repr(one) for one in shown)


@pytest.mark.parametrize("notifier", sorted(Plugins(Theirs(), entry_points=False).notifiers()))
def test_nothing_private_is_in_a_message_log_repr_error_or_export(notifier, tmp_path, caplog, capsys):
    caplog.set_level(logging.DEBUG)
    theirs = Theirs()
    plugins = Plugins(theirs, entry_points=False)
    with ExitStack() as stack:
        known = ways(stack)
        assert set(known) == set(plugins.notifiers()), "a notifier is registered that this test does not use"
        settings, address, arrived = known[notifier]
        desk = stack.enter_context(opened(f"sqlite:///{tmp_path / 'desk.db'}", notifier, settings, plugins))
        desk.load(cc.sample())
        out = {"shown": texts(live(desk, notifier, address)), "errors": "".join(mistakes(desk))}
        out["messages"] = "".join(arrived()) + "".join(theirs.sent)
        out["console"] = "".join(capsys.readouterr())
        out["log"] = caplog.text
        for exporter in plugins.exporters().values():
            path = tmp_path / f"{exporter.name}{exporter.suffix}"
            exporter.export(desk.directory.read(), path)
            files = [path] if path.is_file() else sorted(path.iterdir())
            out[exporter.name] = "".join(
                part.decode("latin-1") for file in files for part in unpacked(file.read_bytes())
            )
        out["purge"] = repr(let_go(desk))
        bare = [path for path in tmp_path.iterdir() if path.name.startswith("desk.db") and path.is_file()]
        out["database"] = "".join(path.read_bytes().decode("latin-1") for path in bare)
        urls = re.findall(r"https://ref\.example\.org[\w/.~?=&%-]*", out["messages"] + out["console"])
    assert urls or notifier == "console", "no message had a link"
    if notifier in ("console", "theirs"):
        assert out["messages"] + out["console"], "nothing was sent"
    leaks = {where: [name for name, text in PRIVATE.items() if text in said] for where, said in out.items()}
    assert not {where: names for where, names in leaks.items() if names}
    assert not [url for url in urls if not re.fullmatch(r"https://ref\.example\.org/r/[\w-]{27}", url)]
    print(  # noqa: T201  # the figure
        f"R8, {notifier}: {sum(map(len, out.values())):,} characters that leave, 0 of {len(PRIVATE)} private strings"
    )


def test_no_registered_exporter_reveals_a_hidden_place(tmp_path):
    plugins = Plugins(Theirs(), entry_points=False)
    for exporter in plugins.exporters().values():
        path = tmp_path / f"{exporter.name}{exporter.suffix}"
        exporter.export(planted(), path)
        files = [path] if path.is_file() else sorted(path.iterdir())
        found = sights([part for file in files for part in unpacked(file.read_bytes())])
        assert found == [], exporter.name


def test_the_checks_detect_planted_canaries(tmp_path):
    # The private record is where they are; what shows them there would show them elsewhere.
    with opened(
        f"sqlite:///{tmp_path / 'desk.db'}", "theirs", {}, Plugins(Theirs(), entry_points=False)
    ) as desk:
        desk.load(cc.sample())
        match = desk.match("food pantry", near="28640")[0]
        draft = desk.refer(
            match,
            actor=STAFF,
            type="direct",
            patron=PRIVATE["patron"],
            shared_fields={"first_name": PRIVATE["firstname"]},
        )
        kept = b"".join(path.read_bytes() for path in tmp_path.iterdir() if path.is_file())
        assert PRIVATE["firstname"].encode() in kept
        assert (
            desk.privacy.read_private(draft.id, actor=STAFF).shared_fields["first_name"].reveal()
            == PRIVATE["firstname"]
        )
    assert PLACE in str(to_raw(planted().locations["hidden"]))

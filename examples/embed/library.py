"""The pages of a desk without a framework: what each shows, and which template shows it.

The three apps beside this file are routes and nothing else; a fourth would need no more. Put your staff's login before
`results`, `proposal` and `referred`. The pages behind `/r/` are for agencies and patrons, who have no account: the
token in their link is what lets them in.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Any, NamedTuple

import communityconnector as cc
from communityconnector.adapters.console import ConsoleNotifier
from communityconnector.desk import AgencyPage
from communityconnector.errors import LinkNotValidError
from communityconnector.referrals import MEANINGS, TABLE, HoldReason, Outcome, Role

HEADERS = {
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "Content-Security-Policy": "default-src 'none'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
    "X-Content-Type-Options": "nosniff",
}
"""For every answer: nothing is kept, and nothing tells another site where somebody was."""

STAFF = cc.Actor("staff", "desk-1")
SAME = ("same-origin", "none")
"""Values of `Sec-Fetch-Site`, which a browser sends by itself, for a form of our own."""


def open_desk() -> cc.Connector:
    """The desk, one for the whole process. Messages are shown on the console: put a notifier in its place."""
    return cc.Connector.open(
        os.environ.get("DESK_URL", "sqlite:///desk.db"),
        zone="America/New_York",
        notifiers={"console": ConsoleNotifier()},
        letterhead=cc.Letterhead(
            library="Ashe County Library",
            link_base=os.environ.get("LINK_BASE", "http://127.0.0.1:8000/r/"),
            channels={"email": "console"},
        ),
    )


class Page(NamedTuple):
    """What a template shows."""

    template: str
    shows: Mapping[str, Any] = MappingProxyType({})
    status: int = 200


class Told(NamedTuple):
    """Something that an agency is told."""

    name: str
    text: str


class Answer(NamedTuple):
    """Something that an agency may answer, and the detail that goes with it."""

    event: str
    detail: str
    codes: list[str]


Form = Mapping[str, str]


def safely(page: Callable[..., Page], *given: Any) -> Page:
    """A page, or a page that says what was wrong."""
    try:
        return page(*given)
    except LinkNotValidError as error:
        return Page("old_link.html", {"words": str(error), "token": given[1]}, 404)
    except cc.CommunityConnectorError as error:
        return Page("message.html", {"words": str(error)}, 400)
    except KeyError:
        return Page("message.html", {"words": "something is missing from the form"}, 400)


def home() -> Page:
    """The form to search by. It is posted, so that no patron's words are in an address, a history or a log."""
    return Page("home.html")


def results(desk: cc.Connector, form: Form) -> Page:
    """What fits, best first; crisis lines before anything else."""
    found = desk.match(form.get("need", ""), near=form.get("near", "").strip() or None, limit=5)
    return Page(
        "results.html",
        {
            "urgent": found.urgent,
            "matches": list(found),
            "needs": " ".join(concept.concept for concept in found.interpretation.concepts),
        },
    )


def proposal(desk: cc.Connector, form: Form) -> Page:
    """Two ways: hand over the details, or, where the agency takes referrals, send it with the patron's consent."""
    intake = desk.intake(form["service_id"], "service") or desk.intake(form["agency_id"])
    asks = (*intake.required_fields, *intake.optional_fields) if intake and intake.notifier else ()
    return Page("proposal.html", {"form": form, "sends": bool(intake and intake.notifier), "asks": asks})


def referred(desk: cc.Connector, form: Form) -> Page:
    """Make the referral."""
    about: dict[str, Any] = {"actor": STAFF, "concepts": form["needs"].split()}
    if form["type"] == "direct":
        told = {name[5:]: text for name, text in form.items() if name.startswith("told-") and text}
        if "agreed" in form:  # without it there is no consent, and what is made is a draft that was not sent
            about["consent"] = cc.ConsentTerms(
                fields=told, purpose=form["purpose"], method=form["method"], witnessed_by=STAFF.id
            )
        if form.get("email"):
            about["contacts"] = [
                cc.ContactPreference(
                    channel="email",
                    address=cc.Secret(form["email"]),
                    safe="yes" if "safe" in form else "unknown",
                    ok_to_name_library="named" in form,
                    verified_at=datetime.now(UTC),
                )
            ]
        about |= {"type": "direct", "told": told, "follow_up_allowed": "follow_up" in form}
    return Page("referred.html", {"referral": desk.refer(form["service_id"], **about)})


# Behind a link


def door(token: str) -> Page:
    """A button, and nothing else: programs that look through mails follow links, and press no buttons."""
    return Page("door.html", {"token": token})


def opened(desk: cc.Connector, token: str, form: Form) -> Page:
    """What the link leads to."""
    page = desk.open_link(token, language=form.get("language", "en"))
    if not isinstance(page, AgencyPage):
        return Page("patron.html", {"token": token, "page": page})
    return Page(
        "agency.html",
        {
            "token": token,
            "page": page,
            "told": [Told(name, text.reveal()) for name, text in page.told.items()],
            "answers": [Answer(event, *_reasons(event)) for event in page.events],
        },
    )


def answered(desk: cc.Connector, token: str, form: Form) -> Page:
    """The agency's answer. What follows it has a link of its own."""
    reasons = {name: form[name] for name in ("outcome", "hold_reason") if form.get(name)}
    return Page("answered.html", {"replied": desk.answer_link(token, form["event"], **reasons)})


def followed_up(desk: cc.Connector, token: str, form: Form) -> Page:
    """The patron's answer of how it went."""
    answer = cc.FollowUp(reached=form["reached"] == "yes", helped=form["helped"])
    desk.answer_follow_up(token, answer)
    return Page("message.html", {"words": "Thank you. / Gracias."})


def renewed(desk: cc.Connector, token: str, _: Form) -> Page:
    """A new link, sent to the agency. The page says the same whatever the old link was: nobody learns what there is."""
    desk.renew_link(token)
    return Page("message.html", {"words": "If the link was one of ours, a new one is on its way."})


def _reasons(event: str) -> tuple[str, list[str]]:
    """The detail that an agency tells with an event, and its codes; none for most."""
    row = next((row for row in TABLE if row.event == event and Role.AGENCY in row.who), None)
    if row is not None and "hold_reason" in row.needs:
        return "hold_reason", [code.value for code in HoldReason]
    sides = () if row is None else row.classes
    codes = [code.value for code in Outcome if MEANINGS[code].side in sides and code != "consent_revoked"]
    return "outcome", codes

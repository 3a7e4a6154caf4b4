"""The pages of a desk without a framework: what each shows, and which template shows it.

The three apps beside this file are routes and nothing else; a fourth would need no more. Put your staff's login before
`results`, `proposal` and `referred`. The pages behind `/r/` stand in `behind_links.py`.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Any, NamedTuple

import communityconnector as cc
from communityconnector.adapters.console import ConsoleNotifier
from communityconnector.errors import LinkNotValidError

STAFF = cc.Actor("staff", "desk-1")


def open_desk() -> cc.Connector:
    """The desk, one for the whole process: `communityconnector load FILE --desk URL` has made it.

    Messages are shown on the console: put a notifier in its place.
    """
    return cc.Connector.open(
        os.environ.get("DESK_URL", "sqlite:///desk.db"),
        zone="America/New_York",
        messages=cc.MessageOptions(
            notifiers={"console": ConsoleNotifier()},
            letterhead=cc.Letterhead(
                library="Ashe County Library",
                link_base=os.environ.get("LINK_BASE", "http://127.0.0.1:8000/r/"),
                channels={"email": "console"},
            ),
        ),
    )


class Page(NamedTuple):
    """What a template shows."""

    template: str
    shows: Mapping[str, Any] = MappingProxyType({})
    status: int = 200


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
    """What fits, best first. Before it, in danger: a question, crisis lines, and for staff the words that decided."""
    found = desk.match(form.get("need", ""), near=form.get("near", "").strip() or None, limit=5)
    return Page(
        "results.html",
        {
            "dangers": found.interpretation.dangers,
            "urgent": found.urgent,
            "matches": list(found),
            "needs": " ".join(concept.concept for concept in found.interpretation.concepts),
        },
    )


def proposal(desk: cc.Connector, form: Form) -> Page:
    """Two ways: hand over the details, or, where the agency takes referrals, send it with the patron's consent."""
    intake = desk.referrals.intake(form["service_id"], "service") or desk.referrals.intake(form["agency_id"])
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
        about |= {"type": "direct", "shared_fields": told, "follow_up_allowed": "follow_up" in form}
    return Page("referred.html", {"referral": desk.refer(form["service_id"], **about)})

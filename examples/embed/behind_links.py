"""The pages behind `/r/`, for agencies and patrons, who have no account: the token in their link is what lets them in."""

from __future__ import annotations

import re
from typing import NamedTuple

from library import Form, Page

import communityconnector as cc
from communityconnector.desk import AgencyPage
from communityconnector.referrals import MEANINGS, TABLE, Helped, HoldReason, Outcome, Role


class Told(NamedTuple):
    """Something that an agency is told."""

    name: str
    text: str


class Answer(NamedTuple):
    """Something that an agency may answer, and the detail that goes with it."""

    event: str
    detail: str
    codes: list[str]


def door(token: str) -> Page:
    """A button, and nothing else: programs that look through mails follow links, and press no buttons."""
    return Page("door.html", {"token": token})


def opened(desk: cc.Connector, token: str, form: Form) -> Page:
    """What the link leads to."""
    page = desk.links.open(token, language=form.get("language", "en"))
    if not isinstance(page, AgencyPage):
        return Page("patron.html", {"token": token, "page": page})
    return Page(
        "agency.html",
        {
            "token": token,
            "page": page,
            "told": [Told(name, text.reveal()) for name, text in page.shared_fields.items()],
            "answers": [Answer(event, *_reasons(event)) for event in page.events],
        },
    )


def answered(desk: cc.Connector, token: str, form: Form) -> Page:
    """The agency's answer. What follows it has a link of its own."""
    reasons = {name: form[name] for name in ("outcome", "hold_reason") if form.get(name)}
    return Page("answered.html", {"replied": desk.links.answer(token, form["event"], **reasons)})


def followed_up(desk: cc.Connector, token: str, form: Form) -> Page:
    """The patron's answer of how it went. What was left open is asked again: nothing stands in for an answer."""
    if form.get("reached") not in ("yes", "no") or form.get("helped") not in tuple(Helped):
        words = "Please answer the first two questions. / Responda a las dos primeras preguntas."
        return Page("message.html", {"words": words}, 400)
    waited = form.get("waited", "").strip()
    if waited and not re.fullmatch("[0-9]{1,4}", waited):
        return Page(
            "message.html", {"words": "Please write the days as a number. / Escriba los días en cifras."}, 400
        )
    answer = cc.FollowUp(
        reached=form["reached"] == "yes",
        helped=form["helped"],
        waited_days=int(waited) if waited else None,
        problem=form.get("problem") or None,
    )
    desk.links.answer_follow_up(token, answer)
    return Page("message.html", {"words": "Thank you. / Gracias."})


def renewed(desk: cc.Connector, token: str, _: Form) -> Page:
    """A new link, sent to the agency. The page says the same whatever the old link was: nobody learns what there is."""
    desk.links.renew(token)
    return Page("message.html", {"words": "If the link was one of ours, a new one is on its way."})


def _reasons(event: str) -> tuple[str, list[str]]:
    """The detail that an agency tells with an event, and its codes; none for most."""
    row = next((row for row in TABLE if row.event == event and Role.AGENCY in row.who), None)
    if row is not None and "hold_reason" in row.needs:
        return "hold_reason", [code.value for code in HoldReason]
    sides = () if row is None else row.classes
    codes = [code.value for code in Outcome if MEANINGS[code].side in sides and code != "consent_revoked"]
    return "outcome", codes

"""Answer a need in JSON, as the page of a library would: `python examples/embed_in_a_page.py "food" 28694`.

A web framework calls `answer` from a route and keeps one `Matcher` for all requests. What leaves this file is
fit for the public: the matcher hides confidential places before it looks at anything.
"""

from __future__ import annotations

import json
import sys
from typing import Any

import communityconnector as cc

MATCHER = cc.Matcher(cc.sample(), audience="public", zone="America/New_York")


def answer(text: str, near: str | None = None) -> dict[str, Any]:
    """What the page shows for a need."""
    result = MATCHER.match(cc.Need(text, near=near), limit=5)
    return {
        # First of all, and as a question: words are no proof of danger.
        "questions": [danger.question for danger in result.interpretation.dangers],
        "call_now": [{"name": line.name, "reach": line.reach, "note": line.note} for line in result.urgent],
        "understood": [concept.name for concept in result.interpretation.concepts],
        "services": [_card(match) for match in result],
        "more": result.total - len(result),
    }


def _card(match: cc.Match) -> dict[str, Any]:
    place, phones = match.location, match.offer.phones
    streets = [a for a in place.addresses if a.address_type == "physical"] if place else []
    return {
        "name": match.service.name,
        "agency": match.agency_name or None,
        "address": f"{streets[0].address_1}, {streets[0].city}" if streets else None,
        "phone": phones[0].number if phones else None,
        "miles": None if match.distance is None else round(match.distance.miles, 1),
        "because": [reason.text for reason in match.reasons if reason.answer is cc.Answer.MET],
        "ask": list(match.questions),
    }


def main(text: str, near: str | None = None) -> int:
    """Print the answer, or what was wrong with the question."""
    try:
        page, code = answer(text, near), 0
    except cc.CommunityConnectorError as error:
        page, code = {"error": error.code, "message": str(error)}, 2
    json.dump(page, sys.stdout, indent=1)
    print()
    return code


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:3]))

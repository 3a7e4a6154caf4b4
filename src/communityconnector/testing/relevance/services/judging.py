"""What a matcher shows for the needs of a judged set, ready to be measured."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

import attrs

from communityconnector.errors import CommunityConnectorError, ServiceNotFoundError
from communityconnector.matcher import Matcher
from communityconnector.matching import Answer, Match, Reason
from communityconnector.model import Finding, Severity
from communityconnector.needs import Need
from communityconnector.testing.relevance.services.judged_sets import GradedNeed

DEPTH: Final = 10
"""The number of services that are judged for each need: a first page."""
OFFERS: Final = 80
"""The number of offers that are asked for, since a service may be offered at many places. It counts once, at its best."""
GOOD: Final = 2
"""The lowest grade of a service that helps."""


@attrs.frozen(repr=False)
class ShownService:
    """A service that is shown for a need.

    Attributes:
        service_id: its id.
        name: its name.
        agency: the name of its agency.
        is_met: whether it is shown as being for what is needed, and not as a question.
        score: its score.
        reasons: the answers of the criteria; the need's is the first.
    """

    service_id: str
    name: str
    agency: str
    is_met: bool
    score: float
    reasons: tuple[Reason, ...]


@attrs.frozen
class MissingService:
    """A service that helps, and is not on the first page.

    Attributes:
        service_id: its id.
        name: its name; "" if the directory has no such service.
        grade: its grade.
        why: why it is not there.
    """

    service_id: str
    name: str
    grade: int
    why: str


@attrs.frozen(repr=False)
class JudgedAnswer:
    """A need with what is shown for it. Its repr shows no words.

    Attributes:
        need: the need with its grades.
        services: the services that are shown, the best first, at most `DEPTH`.
        nothing_fits: whether the answer is that nothing is known to fit.
        missing: the services that help and are not shown.
    """

    need: GradedNeed
    services: tuple[ShownService, ...]
    nothing_fits: bool
    missing: tuple[MissingService, ...] = ()

    @property
    def ranked(self) -> tuple[str, ...]:
        """The ids of the services that are shown."""
        return tuple(service.service_id for service in self.services)

    def __repr__(self) -> str:
        return f"<JudgedAnswer to {self.need!r}>"


def judge(matcher: Matcher, need: GradedNeed, *, explain: bool = True) -> JudgedAnswer:
    """Return what a matcher shows for a need.

    Args:
        matcher: the matcher of the judged directory.
        need: the need.
        explain: whether to look up why services that help are missing.

    Raises:
        PlaceNotFoundError: the place of the need is unknown.
        InvalidNeedError: the need says what cannot be.
    """
    words = need_of(need)
    result = matcher.match(words, limit=OFFERS)
    best: dict[str, Match] = {}
    for match in result:
        best.setdefault(match.service_id, match)
    services = tuple(_shown(best[service_id]) for service_id in services_of(best))
    answer = JudgedAnswer(need, services, result.unmet is not None)
    if not explain:
        return answer
    good = sorted(
        (-grade, key) for key, grade in need.grades.items() if grade >= GOOD and key not in answer.ranked
    )
    missing = tuple(
        _missing(matcher, words, service_id, -grade, shown_later=service_id in best)
        for grade, service_id in good
    )
    return attrs.evolve(answer, missing=missing)


def judge_all(
    matcher: Matcher, needs: Iterable[GradedNeed]
) -> tuple[tuple[JudgedAnswer, ...], tuple[Finding, ...]]:
    """Return what a matcher shows for each need, and the needs that it cannot take, such as one with an unknown place.

    Args:
        matcher: the matcher of the judged directory.
        needs: the needs.
    """
    answers: list[JudgedAnswer] = []
    findings: list[Finding] = []
    for need in needs:
        try:
            answers.append(judge(matcher, need))
        except CommunityConnectorError as error:
            message = f"the need cannot be matched: {error}"
            findings.append(
                Finding(
                    Severity.ERROR, "need-not-matched", message, "not read", file=need.file, line=need.line
                )
            )
    return tuple(answers), tuple(findings)


def services_of(offers: Iterable[str]) -> tuple[str, ...]:
    """Return the services of a first page: each once, at its best place.

    Args:
        offers: the id of the service of each offer, the best first.
    """
    return tuple(dict.fromkeys(offers))[:DEPTH]


def need_of(need: GradedNeed) -> Need:
    """Return the need as a matcher takes it."""
    return Need(need.text, near=need.near or None, age=need.age, language=need.language or None)


def _shown(match: Match) -> ShownService:
    reasons = match.reasons
    return ShownService(
        match.service_id,
        match.service.name,
        match.agency_name,
        reasons[0].answer is Answer.MET,
        match.score,
        reasons,
    )


def _missing(
    matcher: Matcher, need: Need, service_id: str, grade: int, *, shown_later: bool
) -> MissingService:
    """Return a service that helps and is not shown, with the reason."""
    try:
        explanations = matcher.explain(need, service_id)
    except ServiceNotFoundError:
        return MissingService(service_id, "", grade, "the directory has no service with this id")
    name = explanations[0].offer.service.name
    if shown_later:
        return MissingService(service_id, name, grade, f"shown after the first {DEPTH}")
    best = max(explanations, key=lambda explanation: (explanation.fits, explanation.score))
    unmet = [reason.text for reason in best.reasons if reason.answer is Answer.UNMET]
    why = "; ".join(unmet) if unmet else best.reasons[0].text
    return MissingService(service_id, name, grade, why)

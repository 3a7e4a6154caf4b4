"""The sheet to judge: for each need the services that may fit it, to be graded by a librarian."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator
from contextlib import suppress
from hashlib import sha256
from typing import IO, Final

from communityconnector.errors import CommunityConnectorError
from communityconnector.matcher import Matcher
from communityconnector.matching import Rank
from communityconnector.matching.reweighing import EVEN
from communityconnector.model import Service
from communityconnector.testing.relevance.services.bm25 import Bm25, categories_of
from communityconnector.testing.relevance.services.judged_sets import GradedNeed
from communityconnector.testing.relevance.services.judging import OFFERS, need_of, services_of

COLUMNS: Final = (
    "need_id",
    "need",
    "near",
    "age",
    "language",
    "service_id",
    "service",
    "agency",
    "offers",
    "area",
    "eligibility",
    "grade",
    "note",
)
"""The columns of a sheet. A librarian fills in `grade`, and `note` where it is a 0."""

BY_WORDS: Final = 10
"""The number of services by plain words for each need."""
_SHORT: Final = 240
"""Letters of a description that are shown."""
_FORMULA: Final = ("=", "+", "-", "@")
"""What makes a spreadsheet program compute a cell."""


def candidates(matcher: Matcher, search: Bm25, need: GradedNeed) -> tuple[str, ...]:
    """Return the ids of the services to judge for a need, in an order that says nothing of their rank.

    They are the first of four rankings, without those that have a grade already ("pooling": Sparck Jones and van
    Rijsbergen, 1975): by score, by purpose alone, by distance, and by plain words. So a good service is judged even if the
    library ranks it badly. Their order is drawn from a hash of the ids, which is always the same.

    Args:
        matcher: the matcher of the directory.
        search: the search by words of the same directory.
        need: the need.
    """
    pool = set(search.search(need.text, BY_WORDS))
    # With an unknown place nothing is matched; what the words say can be judged all the same.
    with suppress(CommunityConnectorError):
        words = need_of(need)
        by_purpose = matcher.reweighable(words).ranked(EVEN)
        pool.update(services_of(offer.service_id for offer in by_purpose))
        for rank in (Rank.SCORE, Rank.DISTANCE):
            pool.update(
                services_of(match.service_id for match in matcher.match(words, limit=OFFERS, rank=rank))
            )
    pool -= need.grades.keys()
    return tuple(
        sorted(pool, key=lambda service_id: sha256(f"{need.need_id} {service_id}".encode()).digest())
    )


def rows(matcher: Matcher, needs: Iterable[GradedNeed]) -> Iterator[dict[str, str]]:
    """Yield the rows of a sheet, by column: the candidates of each need together, without grades.

    Args:
        matcher: the matcher of the directory. The sheet shows what its audience may see.
        needs: the needs.
    """
    services = matcher.directory.services
    search = Bm25(services.values())
    for need in needs:
        for service_id in candidates(matcher, search, need):
            service = services[service_id]
            cells = {
                "need_id": need.need_id,
                "need": need.text,
                "near": need.near,
                "age": "" if need.age is None else f"{need.age:g}",
                "language": need.language,
                "service_id": service_id,
                "service": service.name,
                "agency": service.organization.name if service.organization else "",
                "offers": _offers(service),
                "area": "; ".join(area.name or area.description or "" for area in service.service_areas),
                "eligibility": _eligibility(service),
            }
            yield {column: _plain(cells.get(column, "")) for column in COLUMNS}


def write_sheet(matcher: Matcher, needs: Iterable[GradedNeed], file: IO[str]) -> int:
    """Write a sheet as CSV, and return the number of its rows.

    Args:
        matcher: the matcher of the directory.
        needs: the needs.
        file: a text file, opened with `newline=""`.
    """
    writer = csv.DictWriter(file, COLUMNS, lineterminator="\n")
    writer.writeheader()
    count = 0
    for row in rows(matcher, needs):
        writer.writerow(row)
        count += 1
    return count


def _offers(service: Service) -> str:
    description = " ".join((service.description or "").split())
    if len(description) > _SHORT:
        description = description[:_SHORT].rsplit(" ", 1)[0] + " ..."
    return " | ".join(filter(None, (", ".join(categories_of(service)), description)))


def _eligibility(service: Service) -> str:
    ages = [
        f"{word} {age:g}"
        for word, age in (("from age", service.minimum_age), ("to age", service.maximum_age))
        if age is not None
    ]
    return "; ".join([*filter(None, [service.eligibility_description]), *ages])


def _plain(cell: str) -> str:
    """Return a cell that a spreadsheet program shows and does not compute."""
    return f" {cell}" if cell.startswith(_FORMULA) else cell

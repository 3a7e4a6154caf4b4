"""A plain search by words, as a second opinion on which services may fit a need."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterable
from typing import Final

from communityconnector.model import Service
from communityconnector.needs.words import STOP_WORDS, stems

_K1: Final = 1.2
_B: Final = 0.75


class Bm25:
    """Finds services by the words of their names, descriptions, categories and agencies.

    Robertson and Zaragoza, "The probabilistic relevance framework: BM25 and beyond", 2009, with k1 = 1.2 and b = 0.75.

    Args:
        services: the services.
    """

    def __init__(self, services: Iterable[Service]) -> None:
        self._lengths: dict[str, int] = {}
        self._counts: dict[str, list[tuple[str, int]]] = defaultdict(list)
        for service in services:
            words = Counter(stems(_text_of(service)))
            self._lengths[service.id] = words.total()
            for word, count in words.items():
                self._counts[word].append((service.id, count))
        self._mean = sum(self._lengths.values()) / max(1, len(self._lengths))

    def search(self, text: str, limit: int) -> tuple[str, ...]:
        """Return the ids of the services whose words are most like a text, the best first.

        Args:
            text: the text.
            limit: the largest number of services.
        """
        scores: dict[str, float] = defaultdict(float)
        for word in sorted(set(stems(text)) - STOP_WORDS):
            hits = self._counts.get(word, ())
            rarity = math.log(1 + (len(self._lengths) - len(hits) + 0.5) / (len(hits) + 0.5))
            for service_id, count in hits:
                length = self._lengths[service_id] / self._mean
                scores[service_id] += rarity * count * (_K1 + 1) / (count + _K1 * (1 - _B + _B * length))
        return tuple(sorted(scores, key=lambda service_id: (-scores[service_id], service_id))[:limit])


def _text_of(service: Service) -> str:
    return " . ".join(
        filter(
            None,
            (
                service.name,
                service.alternate_name,
                service.description,
                *categories_of(service),
                service.organization.name if service.organization else None,
            ),
        )
    )


def categories_of(service: Service) -> tuple[str, ...]:
    """Return the names of the taxonomy terms and categories that a service is listed under."""
    names = (
        each.taxonomy_term.name if each.taxonomy_term else each.label or each.value
        for each in service.attributes
    )
    return tuple(dict.fromkeys(filter(None, names)))

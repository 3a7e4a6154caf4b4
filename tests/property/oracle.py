"""The plain matcher: looks at every offer, asks every criterion, sorts. Slow, and right at a glance."""

from __future__ import annotations

import math
from collections import Counter

import attrs

from communityconnector.matching.criteria import place_of
from communityconnector.matching.index.spelling import correct
from communityconnector.matching.judgement import judge, score_inputs
from communityconnector.matching.need_criteria import assess, need_criteria
from communityconnector.matching.purpose import purpose_of
from communityconnector.matching.ranking import contributions
from communityconnector.matching.weights import Weights
from communityconnector.model.zips import zip_point


def place_in_order(rank, judgement, total, offer):
    """Best first: by score; the nearest; or the best fit. Equal ones by their ids."""
    ids = (offer.id, offer.service.id)
    away = (0, judgement.km) if judgement.km is not None else (1, 0)
    return {
        "score": (-total, *ids),
        "distance": (judgement.reasons[0].answer != "met", *away, -total, *ids),
        "relevance": (-judgement.relevance, *away, *ids),
    }[rank]


def plain_match(directory, query, phrases, rank, weights=None, *, locate=zip_point):
    """What fits a query in a directory, best first, with how many offers each criterion rules out."""
    purposes = {
        key: purpose_of(service, directory.taxonomy_terms, phrases)
        for key, service in directory.services.items()
    }
    having = Counter()
    for key, purpose in purposes.items():
        for word in purpose.name_words | purpose.text_words:
            having[word] += len(directory.offers_of(key))
    numbers = Weights.of(weights)
    asked = need_criteria(query, phrases.vocabulary)
    words = dict.fromkeys(
        word if phrases.knows(word) else correct(word, having.__getitem__) for word in asked.words
    )
    asked = attrs.evolve(asked, words=tuple(words), is_exact=tuple(words) == asked.words)
    found, ruled_out = [], Counter()
    for key, purpose in purposes.items():
        if assess(purpose, asked, 1.0, numbers.line)[1].answer == "unmet":
            continue
        for offer in directory.offers_of(key):
            judgement = judge(offer, purpose, asked, query, numbers, place_of(offer, locate))
            if judgement.fits(query.need.prefer):
                parts = contributions(numbers, score_inputs(judgement, query))
                total = math.fsum(part.points for part in parts)
                found.append((place_in_order(rank, judgement, total, offer), offer, judgement, parts, total))
            else:
                ruled_out.update(
                    r.criterion
                    for r in judgement.reasons
                    if r.answer == "unmet" and r.criterion not in query.need.prefer
                )
    found.sort(key=lambda one: one[0])
    return found, ruled_out

"""The corpus of utterances: its form, its size, and that nothing stands in it twice."""

from __future__ import annotations

import csv
import re
from collections import Counter
from pathlib import Path
from typing import Final

import pytest

from communityconnector.needs import vocabulary
from communityconnector.testing import relevance

CORPUS: Final = Path(__file__).parents[2] / "corpus"
COLUMNS: Final = ["text", "language", "place", "author", "register", "needs", "related", "crisis", "cues"]
REGISTERS: Final = frozenset(
    "terse plain slang symptom typed third multi negation crisis nearmiss nonneed".split()
)
KINDS: Final = frozenset(
    """suicide self_harm home_violence coercive_control stalking assault sexual_assault child_danger elder_abuse
    trafficking psychosis overdose withdrawal medical exposure runaway threat""".split()
)
CUES: Final = frozenset(
    "age group language access situation barrier urgency time children deadline place".split()
)


def rows_of(path: Path) -> list[dict[str, str]]:
    """Return the rows of a table."""
    with path.open(encoding="utf-8", newline="") as table:
        return list(csv.DictReader(table))


@pytest.fixture(scope="module")
def utterances() -> list[dict[str, str]]:
    """All utterances."""
    return [row for path in sorted((CORPUS / "utterances").glob("*.csv")) for row in rows_of(path)]


def faults_of(row: dict[str, str]) -> list[str]:
    """Return what is wrong with an utterance."""
    registers, needs = set(row["register"].split()), row["needs"].split()
    concepts = vocabulary().concepts
    faults = [f"no concept: {name}" for name in [*needs, *row["related"].split()] if name not in concepts]
    faults += [f"no register: {name}" for name in registers - REGISTERS]
    faults += [
        f"no cue: {cue}" for cue in filter(None, row["cues"].split(";")) if cue.split("=")[0] not in CUES
    ]
    if list(row) != COLUMNS or not row["text"].strip() or row["language"] not in {"en", "es"}:
        faults.append("columns, text or language")
    if row["crisis"] not in KINDS | {""} or bool(row["crisis"]) != ("crisis" in registers):
        faults.append("crisis")
    if ("nonneed" in registers) != (not needs and not row["crisis"]):
        faults.append("a need without a label, or a label without a need")
    return faults


def test_every_utterance_is_labelled_by_the_vocabulary(utterances: list[dict[str, str]]) -> None:
    """Concepts, registers, cues and kinds of danger exist, and what is no need has no label."""
    assert [(row["text"], faults) for row in utterances if (faults := faults_of(row))] == []


def test_the_library_itself_reads_every_utterance(utterances: list[dict[str, str]]) -> None:
    """`relevance.words.read` has nothing to say against the corpus."""
    judgments = relevance.words.read(CORPUS / "utterances")
    assert judgments.findings == ()
    assert len(judgments.utterances) == len(utterances)


def test_a_wrong_label_is_noticed() -> None:
    """The check above can fail."""
    row = dict.fromkeys(COLUMNS, "") | {
        "text": "a bed",
        "language": "en",
        "register": "terse",
        "needs": "bed",
    }
    assert faults_of(row) == ["no concept: bed"]
    assert faults_of(row | {"needs": ""}) == ["a need without a label, or a label without a need"]
    assert faults_of(row | {"needs": "furniture", "crisis": "fire"}) == ["crisis"]


def test_nothing_stands_in_the_corpus_twice(utterances: list[dict[str, str]]) -> None:
    """No two utterances are the same words."""
    counts = Counter(" ".join(re.findall(r"\w+", row["text"].casefold())) for row in utterances)
    assert [text for text, count in counts.items() if count > 1] == []


def test_the_corpus_is_as_large_as_its_users_rely_on(utterances: list[dict[str, str]]) -> None:
    """Every concept, kind of danger and register has its share, in both languages."""
    needs = Counter(name for row in utterances for name in row["needs"].split())
    kinds = Counter(row["crisis"] for row in utterances if row["crisis"])
    registers = Counter(name for row in utterances for name in row["register"].split())
    assert len(utterances) >= 8_000
    assert sum(row["language"] == "es" for row in utterances) >= 2_500
    assert sum(kinds.values()) >= 1_200
    assert min(kinds[kind] for kind in KINDS) >= 50
    assert registers["nearmiss"] >= 800
    assert registers["nonneed"] >= 1_500
    assert min(needs[concept] for concept in vocabulary().concepts) >= 20


def test_word_classes_have_both_languages() -> None:
    """Every class of words has English and Spanish words."""
    languages: dict[str, set[str]] = {}
    for row in rows_of(CORPUS / "word_classes.csv"):
        languages.setdefault(row["class"], set()).add(row["language"])
        assert row["word"].strip()
    assert len(languages) >= 300
    assert {name for name, both in languages.items() if both != {"en", "es"}} == set()

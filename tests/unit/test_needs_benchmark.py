"""The benchmark of needs judges no utterance by an interpreter that was fitted on it, and answers an outside scorer."""

from __future__ import annotations

import io
import json
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

import attrs
import pytest

from communityconnector.needs import Interpretation, Understood
from communityconnector.testing import relevance

SCRIPT = Path(__file__).parents[2] / "benchmarks" / "needs.py"
CORPUS = "text,needs,author\n" + "".join(
    f"some words {number},{need},{author}\n"
    for number in range(20)
    for need, author in [(("food-pantry", "rent-help")[number % 2], "abcd"[number % 4])]
)


@pytest.fixture(scope="module")
def benchmark():
    spec = spec_from_file_location("benchmark_of_needs", SCRIPT)
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def judgments():
    return relevance.words.read(io.StringIO(CORPUS))


@attrs.frozen
class Strict:
    """Answers one need, and refuses what it was fitted on."""

    texts: frozenset[str]

    def interpret(self, text: str) -> Interpretation:
        assert text not in self.texts
        return Interpretation(concepts=(Understood("food-pantry", "", 1.0, ()),))


def fit(utterances):
    return Strict(frozenset(utterance.text for utterance in utterances))


def test_no_utterance_is_judged_by_what_was_fitted_on_it(benchmark, judgments):
    for part_of in (lambda each: benchmark.fold_of(each, 5), lambda each: each.author):
        scores = benchmark.cross_validate(fit, judgments, part_of)
        assert {judged.utterance for judged in scores.judged} == set(judgments.utterances)
        assert scores.estimates["top1"].value == 0.5


def test_the_check_above_can_fail(judgments):
    with pytest.raises(AssertionError):
        relevance.words.score(fit(judgments.utterances), judgments)


def test_the_fold_of_an_utterance_depends_on_its_words_alone(benchmark, judgments):
    for utterance in judgments.utterances:
        moved = attrs.evolve(utterance, line=99, file="other.csv")
        assert benchmark.fold_of(moved, 5) == benchmark.fold_of(utterance, 5)
    assert len({benchmark.fold_of(utterance, 5) for utterance in judgments.utterances}) == 5


def test_the_learning_curve_judges_one_fold_by_more_and_more_of_the_others(benchmark, judgments):
    sizes = []
    curve = benchmark.learning_curve(
        lambda each: sizes.append(len(each)) or fit(each), judgments, 5, (2, 4, 99)
    )
    assert list(curve) == sizes
    assert sizes[:2] == [2, 4]
    counts = {len(scores.judged) for scores in curve.values()}
    assert counts == {len(judgments.utterances) - sizes[-1]}


def test_it_trains_on_what_the_shipped_model_is_trained_on(benchmark):
    pytest.importorskip("scipy")
    built = benchmark.builder().read_examples()
    taught = benchmark.examples_of(relevance.words.read(benchmark.CORPUS).utterances)
    assert [(each.text.strip(), each.labels) for each in built] == [
        (each.text, each.labels) for each in taught
    ]


def test_it_prints_tables_for_a_page(benchmark, tmp_path, capsys):
    (tmp_path / "corpus.csv").write_text(CORPUS, encoding="utf-8")
    benchmark.main(["--corpus", str(tmp_path), "--curve", "--leave-author-out"], fit)
    output = capsys.readouterr().out
    assert "| fitted on | nDCG@5 |" in output
    assert "\n|---|---|---|---|\n| nDCG@5 | 0.500 |" in output
    assert "| author | utterances |" in output
    assert "| rent-help | food-pantry | 10 |" in output
    assert "some words" not in output


def test_an_answer_to_an_outside_scorer_is_json(benchmark):
    answer = json.loads(json.dumps(benchmark.categories("I am 70, in a wheelchair, and need a food pantry")))
    assert "1130" in answer["categories"]
    assert (answer["abstain"], answer["crisis"]) == (False, False)
    assert answer["cues"] == {
        "age": 70, "age_groups": ["Seniors"], "language": None, "accessibility": ["wheelchair"],
        "situations": ["Limited Mobility"], "barriers": [], "urgency": "none", "time": [], "children": None,
    }  # fmt: skip


def test_a_crisis_is_an_urgency_too(benchmark):
    answer = benchmark.categories("I want to kill myself")
    assert (answer["crisis"], answer["cues"]["urgency"]) == (True, "crisis")

"""A provider's model adds to what is understood. Nothing that it answers, and no silence of it, takes anything away."""

from __future__ import annotations

import threading
import time
from collections import Counter

import pytest
from hostile_answers import ERRORS, IDS, INJECTIONS, KINDS
from hypothesis import given
from hypothesis import strategies as st

from communityconnector import InvalidSettingsError
from communityconnector.needs import AssistedInterpreter, Certainty, interpreter, vocabulary
from communityconnector.needs.assisted import MOST_WAITING
from communityconnector.needs.interpretation import GUESSED
from communityconnector.needs.limits import LONGEST_TEXT
from communityconnector.needs.provider_answers import MOST_CONCEPTS, read_answer
from communityconnector.testing.interpreters import InterpreterContract
from communityconnector.testing.texts import CRIES

PLAIN = "food pantry"
UNKNOWN = "zqcanary kettle night vrrk"
TEXTS = {
    "danger": "zqcanary my husband beats me and I am afraid to go home",
    "sure": f"zqcanary {PLAIN}",
    "not understood": UNKNOWN,
    "no need": "can you print this",
    "injection": f"{PLAIN} {INJECTIONS[0]}",
}


class Remembering:
    """The interpreter of words, which reads each text once."""

    def __init__(self):
        self.answers = {}

    def interpret(self, text):
        if text not in self.answers:
            self.answers[text] = interpreter().interpret(text)
        return self.answers[text]


REMEMBERING = Remembering()


def assisted(provider, **options):
    return AssistedInterpreter(REMEMBERING, provider, sends_words=True, **options)


def guessed_text():
    """A text of which the words alone only guess the need."""
    for text in (
        "my uncle and the paper from court",
        "the paper",
        "stuff for the kids room",
        "cold at night",
        "papers for my uncle",
    ):
        if REMEMBERING.interpret(text).certainty is Certainty.DID_YOU_MEAN:
            return text
    pytest.skip("no text is only guessed")


def is_safe(answer, text):
    """Whether an interpretation with a provider keeps what must be kept."""
    alone = REMEMBERING.interpret(text)
    InterpreterContract()._is_well_formed(answer)  # noqa: SLF001  # what the contract holds of every interpretation
    assert answer.urgent == alone.urgent
    assert answer.dangers == alone.dangers
    assert answer.cues == alone.cues
    assert answer.words == alone.words
    if alone.certainty in (Certainty.SURE, Certainty.NOT_A_NEED):
        assert (answer.certainty, answer.concepts) == (alone.certainty, alone.concepts)
    assert all(type(one.concept) is str for one in (*answer.concepts, *answer.related))
    kept = {one.concept for one in (*answer.concepts, *answer.related)}
    assert kept >= {one.concept for one in alone.concepts}
    words = [word for one in (*answer.concepts, *answer.related) for word in one.words]
    own = {word for one in (*alone.concepts, *alone.related) for word in one.words}
    assert all(word in own or word.casefold() in text.casefold() for word in words)


def hostile():
    return [
        pytest.param(kind, number, id=f"{kind} {number}")
        for kind, make in KINDS.items()
        for number, _ in enumerate(make())
    ]


CASES = hostile()


def test_the_table_of_hostile_answers_is_long_enough():
    counts = Counter(case.values[0] for case in CASES)
    assert len(CASES) >= 500
    assert len(counts) == len(KINDS)


@pytest.mark.parametrize(("kind", "number"), CASES)
def test_a_hostile_answer_does_no_harm(kind, number, caplog, capfd):
    for text in TEXTS.values():
        # Some answers are used up when they are read.
        answer = list(KINDS[kind]())[number]
        is_safe(assisted(lambda _text, answer=answer: answer).interpret(text), text)
    shown = caplog.text + "".join(capfd.readouterr())
    assert "zqcanary" not in shown
    assert "kettle" not in shown


@pytest.mark.parametrize("error", ERRORS)
def test_an_error_of_the_provider_does_no_harm(error, caplog, capfd):
    def provider(text):
        raise error(text)

    for text in TEXTS.values():
        assert assisted(provider).interpret(text) == REMEMBERING.interpret(text)
    assert "failed" in caplog.text
    assert "zqcanary" not in caplog.text + "".join(capfd.readouterr())


answers = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=8)
    | st.sampled_from(IDS)
    | st.binary(max_size=4),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.sampled_from(["concept", "weight", "words", *IDS[:5]]), inner, max_size=4)
        | st.tuples(inner, inner)
        | st.tuples(st.sampled_from(IDS), inner, inner)
    ),
    max_leaves=12,
)


@given(answer=answers, text=st.sampled_from(sorted(TEXTS.values())))
def test_no_answer_does_harm(answer, text):
    is_safe(assisted(lambda _text: answer).interpret(text), text)


# Silence


def test_a_provider_that_does_not_answer_in_time_is_not_waited_for(caplog):
    gate = threading.Event()
    start = time.monotonic()
    answer = assisted(lambda _text: gate.wait(60), seconds=0.05).interpret(UNKNOWN)
    taken = time.monotonic() - start
    gate.set()
    assert answer == REMEMBERING.interpret(UNKNOWN)
    assert taken < 20
    assert "in time" in caplog.text
    assert "zqcanary" not in caplog.text


def test_an_answer_that_is_slow_to_read_is_not_waited_for():
    gate = threading.Event()

    def slowly():
        yield "food-pantry"
        gate.wait(60)

    answer = assisted(lambda _text: slowly(), seconds=0.05).interpret(UNKNOWN)
    gate.set()
    assert answer == REMEMBERING.interpret(UNKNOWN)


def test_a_provider_that_hangs_is_asked_a_few_times_and_again_once_it_answers(caplog):
    gate, asked = threading.Event(), []

    def provider(_text):
        asked.append(1)
        gate.wait(60)
        return ["food-pantry"]

    slow = assisted(provider, seconds=0.05)
    for _ in range(MOST_WAITING + 5):
        slow.interpret(UNKNOWN)
    assert len(asked) == MOST_WAITING
    assert "not asked" in caplog.text
    gate.set()
    for _ in range(200):
        if slow.interpret(UNKNOWN).concepts:
            break
        time.sleep(0.05)
    assert slow.interpret(UNKNOWN).concepts[0].concept == "food-pantry"


def test_without_a_thread_the_words_are_read_alone(monkeypatch):
    def start(_self):
        raise RuntimeError

    monkeypatch.setattr("communityconnector.needs.assisted.Thread.start", start)
    without = assisted(lambda _text: ["food-pantry"])
    for _ in range(MOST_WAITING + 1):
        assert without.interpret(UNKNOWN) == REMEMBERING.interpret(UNKNOWN)


# What is sent


def asked_for(text, interpreter_of_words=REMEMBERING):
    asked = []
    AssistedInterpreter(interpreter_of_words, asked.append, sends_words=True).interpret(text)
    return asked


@pytest.mark.parametrize("options", [{}, {"sends_words": False}, {"sends_words": "yes"}, {"sends_words": 1}])
def test_words_go_nowhere_unless_the_host_says_so(options):
    with pytest.raises(InvalidSettingsError, match="sends_words=True"):
        AssistedInterpreter(REMEMBERING, print, **options)


@pytest.mark.parametrize("seconds", [0, -1, 61, float("nan"), float("inf")])
def test_the_time_limit_is_a_real_one(seconds):
    with pytest.raises(InvalidSettingsError, match="seconds"):
        assisted(print, seconds=seconds)


@pytest.mark.parametrize("text", [cry for cries in CRIES.values() for cry in cries])
def test_words_in_danger_are_not_sent(text):
    assert asked_for(text) == []


def test_what_is_no_need_and_what_is_nothing_is_not_sent():
    assert REMEMBERING.interpret(TEXTS["no need"]).certainty is Certainty.NOT_A_NEED
    for text in (TEXTS["no need"], "", " \n"):
        assert asked_for(text) == []


def test_other_words_are_sent_up_to_the_length_of_a_need():
    assert asked_for(UNKNOWN) == [UNKNOWN]
    assert asked_for("kettle " * 2_000) == [("kettle " * 2_000)[:LONGEST_TEXT]]


# What it adds


def test_what_only_the_provider_says_is_a_guess():
    answer = assisted(lambda _text: [("community-meal", 0.8, ["kettle"])]).interpret(UNKNOWN)
    assert answer.certainty is Certainty.DID_YOU_MEAN
    [guess] = answer.concepts
    assert (guess.concept, guess.name) == ("community-meal", vocabulary().concepts["community-meal"].name)
    assert guess.weight == pytest.approx(0.8 * GUESSED)
    assert guess.words == ("kettle",)


def test_beside_what_is_understood_the_provider_adds_what_is_worth_showing():
    answer = assisted(lambda _text: {"bus-fare": 1.0}).interpret(PLAIN)
    assert answer.concepts == REMEMBERING.interpret(PLAIN).concepts
    assert answer.related[0].concept == "bus-fare"


def test_a_guess_that_both_share_is_understood():
    text = guessed_text()
    guess = REMEMBERING.interpret(text).concepts[-1].concept
    answer = assisted(lambda _text: [(guess, 0.9)]).interpret(text)
    assert (answer.certainty, [one.concept for one in answer.concepts]) == (Certainty.SURE, [guess])
    is_safe(answer, text)


def test_a_guess_that_the_provider_doubts_stays_a_guess():
    text = guessed_text()
    alone = REMEMBERING.interpret(text)
    answer = assisted(lambda _text: [(alone.concepts[0].concept, 0.3), ("bus-fare", 1.0)]).interpret(text)
    assert answer.certainty is Certainty.DID_YOU_MEAN
    assert {one.concept for one in alone.concepts} <= {one.concept for one in answer.concepts}


@pytest.mark.parametrize(
    "answer",
    [
        {"food-pantry": 0.5},
        [("food-pantry", 0.5)],
        [["food-pantry", 0.5]],
        [{"concept": "food-pantry", "weight": 0.5}],
        ({"concept": "food-pantry", "weight": weight} for weight in (0.2, 0.5)),
    ],
)
def test_an_answer_has_one_of_a_few_forms(answer):
    [proposal] = read_answer(answer, "", vocabulary().concepts)
    assert (proposal.concept, proposal.weight, proposal.words) == ("food-pantry", 0.5, ())
    assert "food" not in repr(proposal)


def test_ids_alone_are_sure_and_only_a_few_count():
    proposals = read_answer(IDS, "", vocabulary().concepts)
    assert len(proposals) == MOST_CONCEPTS
    assert {proposal.weight for proposal in proposals} == {1.0}


def test_it_shows_nothing():
    shown = repr(assisted(print))
    assert "zqcanary" not in shown


class TestAssisted(InterpreterContract):
    """With a provider that answers without sending anything, every promise of an interpreter is kept."""

    def make_interpreter(self):
        return AssistedInterpreter(
            interpreter(), lambda text: {IDS[len(text) % len(IDS)]: 0.7}, sends_words=True
        )

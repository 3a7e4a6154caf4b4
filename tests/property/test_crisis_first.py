"""A cry for help is heard wherever it stands, and longer texts lose no crisis line."""

from __future__ import annotations

import csv
from importlib.resources import files

import pytest
from hypothesis import given
from hypothesis import strategies as st

from communityconnector.needs import interpreter, vocabulary

DATA = files("communityconnector") / "needs" / "data"
CRIES = list(csv.DictReader((DATA / "crisis.csv").read_text(encoding="utf-8").splitlines()))
CALM = {
    "en": """I come to this library most Saturdays with a thermos of tea. My aunt used to bring me here in second grade.
        The new carpet by the windows is nice and the chairs are comfortable. Last week I finished a long novel about a lighthouse.
        We moved to the north side of the county in the spring. The weather has been mild and the tomatoes did well.
        My neighbor keeps bees and gave us two jars of honey. I like the puzzle table because people talk to each other there.
        The bus now stops right at the corner, which saves me ten minutes. My grandson is learning the trumpet.
        I wanted to say thank you to the man at the front desk for the map. We had soup and cornbread on Sunday after the concert.
        There was a nice article about the old mill in the paper. The garden club planted daffodils along the fence.
        It rained on the parade but the band played all the same. I painted the kitchen yellow and it looks cheerful.""",
    "es": """Vengo a esta biblioteca casi todos los sábados con un termo de café. Mi tía me traía aquí en segundo grado.
        La alfombra nueva junto a las ventanas es bonita y las sillas son cómodas. La semana pasada terminé una novela sobre un faro.
        Nos mudamos al norte del condado en la primavera. El tiempo ha sido suave y los tomates salieron bien.
        Mi vecina tiene abejas y nos regaló dos frascos de miel. Me gusta la mesa de rompecabezas porque la gente conversa.
        El autobús ahora para en la esquina y me ahorra diez minutos. Mi nieto aprende trompeta.
        Salió un artículo muy bonito sobre el molino viejo en el periódico. El club de jardinería plantó narcisos junto a la cerca.
        Llovió en el desfile pero la banda tocó igual. Pinté la cocina de amarillo y se ve alegre.""",
}  # fmt: skip
SENTENCES = {
    language: [f"{part.strip()}." for part in text.rstrip(". ").split(". ")]
    for language, text in CALM.items()
}
LONG = 3_000


def calm(language: str, letters: int, turn: int) -> list[str]:
    """Calm sentences of so many letters, beginning at any of them."""
    sentences, total = [], 0
    while total < letters:
        sentences.append(SENTENCES[language][(turn + len(sentences)) % len(SENTENCES[language])])
        total += len(sentences[-1]) + 1
    return sentences


def lines_of(interpretation):
    return {(line.kind, line.phone or line.text) for line in interpretation.urgent}


def surround(cry, place, letters, turn):
    """A text with a cry first, in the middle or last."""
    sentences = calm(cry["language"], letters, turn)
    position = {"first": 0, "middle": len(sentences) // 2, "last": len(sentences)}[place]
    return " ".join([*sentences[:position], f"{cry['phrase'].capitalize()}.", *sentences[position:]])


@pytest.mark.parametrize("cry", CRIES, ids=lambda cry: cry["phrase"])
def test_a_plain_cry_has_its_crisis_lines(cry):
    interpretation = interpreter().interpret(cry["phrase"])
    assert cry["kind"] in {danger.kind for danger in interpretation.dangers}
    assert interpretation.urgent


@given(
    st.sampled_from(CRIES),
    st.sampled_from(["first", "middle", "last"]),
    st.sampled_from([0, 40, 200, 600, LONG]),
    st.integers(0, 100),
)
def test_a_cry_among_calm_words_is_heard(cry, place, letters, turn):
    interpretation = interpreter().interpret(surround(cry, place, letters, turn))
    kinds = {danger.kind for danger in interpretation.dangers}
    assert cry["kind"] in kinds
    ways = {line.phone or line.text for line in interpretation.urgent}
    language = "es" if any(line.language == "es" for line in interpretation.urgent) else "en"
    for line in vocabulary().crisis_lines:
        if line.kind == cry["kind"] and line.language == language:
            assert (line.phone or line.text) in ways


@given(st.sampled_from(CRIES), st.sampled_from(["first", "middle", "last"]), st.integers(0, 100))
def test_a_longer_text_loses_no_crisis_line(cry, place, turn):
    shorter = interpreter().interpret(surround(cry, place, 200, turn))
    longer = interpreter().interpret(surround(cry, place, LONG, turn))
    kept = {line for line in lines_of(shorter) if line[0] == cry["kind"]}
    assert {way for _, way in kept} <= {way for _, way in lines_of(longer)}


@given(st.lists(st.sampled_from(CRIES), min_size=2, max_size=3, unique_by=lambda cry: cry["kind"]))
def test_each_of_several_dangers_is_named(cries):
    interpretation = interpreter().interpret(" ".join(f"{cry['phrase'].capitalize()}." for cry in cries))
    assert {cry["kind"] for cry in cries} <= {danger.kind for danger in interpretation.dangers}


@pytest.mark.parametrize("kind", sorted(vocabulary().dangers))
def test_every_danger_asks_in_both_languages_and_has_lines_in_both(kind):
    danger = vocabulary().dangers[kind]
    for language in ("en", "es"):
        question = danger.questions[language]
        lines = [line for line in vocabulary().crisis_lines if (line.kind, line.language) == (kind, language)]
        assert question.endswith(".")
        assert "?" in question or question.startswith(("If ", "Si "))
        assert lines
        ways = [line.phone or line.text for line in lines]
        assert len(set(ways)) == len(ways)
        assert all(line.reach for line in lines)

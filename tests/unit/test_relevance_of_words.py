"""An interpreter is scored on a labelled file."""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping

import attrs
import pytest

from communityconnector.errors import SourceNotFoundError, UnknownNameError
from communityconnector.needs import CrisisLine, Interpretation, Understood, interpreter
from communityconnector.needs.cues import read_cues
from communityconnector.needs.interpretation import GUESSED, Danger
from communityconnector.testing import relevance
from communityconnector.testing.relevance import Agreement
from communityconnector.testing.relevance.__main__ import main
from communityconnector.testing.relevance.words import Judgments, Scores
from communityconnector.testing.relevance.words.measured import MEASURES

LABELLED = """\
text,language,place,author,register,needs,related,crisis,cues
the cupboard is zzyx,en,,a,symptom,food-pantry community-meal,food-benefits,,urgency=soon
la renta zzyx,es,MX,b,terse,rent-help,eviction-defense,,language=es
a warm zzyx,en,,a,slang terse,clothing,,,
renew my zzyx,en,,a,nonneed,,,,
zzyx kills me,en,,a,nonneed nearmiss,,,,
he hit me zzyx,en,,b,crisis,domestic-violence-help,safe-house,home_violence,urgency=crisis;situation=Women
my chest zzyx,en,,b,crisis,,primary-care,medical,
"""
CRISIS = "he hit me zzyx"
MEDICAL = "my chest zzyx"
NEAR_MISS = "zzyx kills me"
PANTRY = "the cupboard is zzyx"
RENT = "la renta zzyx"
COAT = "a warm zzyx"
BUSINESS = "renew my zzyx"
LINE = CrisisLine("violence", "A line", "1")


def judgments(text: str = LABELLED, name: str = "words.csv") -> Judgments:
    file = io.BytesIO(text.encode())
    file.name = name
    return relevance.words.read(file)


def answer(*concepts: str, sure: bool = True, danger: str = "") -> Interpretation:
    """An interpretation with these concepts."""
    return Interpretation(
        concepts=tuple(Understood(name, name, 1.0 if sure else GUESSED, ()) for name in concepts),
        urgent=(LINE,) if danger else (),
        dangers=(Danger(danger, danger),) if danger else (),
    )


@attrs.frozen
class Answers:
    """An interpreter that looks its answers up."""

    by_text: Mapping[str, Interpretation]

    def interpret(self, text: str) -> Interpretation:
        return self.by_text[text]


PERFECT = {
    PANTRY: answer("food-pantry", "community-meal", "food-benefits"),
    RENT: answer("rent-help", "eviction-defense"),
    COAT: answer("clothing", sure=False),
    BUSINESS: answer(),
    NEAR_MISS: answer(),
    CRISIS: answer("domestic-violence-help", "safe-house", danger="home_violence"),
    MEDICAL: answer("primary-care", danger="medical"),
}


def scores(**changes: Interpretation) -> Scores:
    """The scores of a perfect interpreter, but for some answers."""
    by_name = {
        "pantry": PANTRY,
        "rent": RENT,
        "coat": COAT,
        "business": BUSINESS,
        "near_miss": NEAR_MISS,
        "crisis": CRISIS,
        "medical": MEDICAL,
    }
    changed = {by_name[name]: interpretation for name, interpretation in changes.items()}
    return relevance.words.score(Answers(PERFECT | changed), judgments())


def values(of: Scores) -> dict[str, float]:
    return {name: each.value for name, each in of.estimates.items()}


class TestScores:
    def test_a_perfect_interpreter_has_perfect_scores(self):
        expected = dict.fromkeys((measure.name for measure in MEASURES), 1) | {
            "false_alarms": 0,
            "near_miss_alarms": 0,
        }
        assert values(scores()) == expected

    def test_each_measure_is_of_the_utterances_that_it_is_about(self):
        counts = {name: each.count for name, each in scores().estimates.items()}
        of_needs = dict.fromkeys(("ndcg", "recall", "mrr", "top1", "hit3", "answered"), 4)
        assert counts == of_needs | {
            "declined": 2,
            "flagged": 2,
            "kind_named": 2,
            "false_alarms": 5,
            "near_miss_alarms": 1,
            "sure_right": 3,
            "asked_right": 1,
        }

    @pytest.mark.parametrize(
        ("fault", "changed"),
        [
            ({"pantry": answer("food-pantry", "food-benefits", "community-meal")}, {"ndcg"}),
            ({"pantry": answer("food-pantry", "food-benefits")}, {"ndcg", "recall"}),
            ({"rent": answer("diapers-formula", "rent-help")}, {"ndcg", "mrr", "top1", "sure_right"}),
            ({"coat": answer("furniture", "clothing", sure=False)}, {"ndcg", "mrr", "top1"}),
            (
                {"coat": answer("furniture", "food-pantry", "rent-help", "clothing", sure=False)},
                {"ndcg", "mrr", "top1", "hit3", "asked_right"},
            ),
            ({"rent": answer()}, {"ndcg", "recall", "mrr", "top1", "hit3", "answered"}),
            ({"business": answer("computer-access")}, {"declined", "sure_right"}),
            ({"business": answer("computer-access", sure=False)}, {"declined", "asked_right"}),
            ({"business": answer(danger="medical")}, {"false_alarms"}),
            ({"near_miss": answer(danger="medical")}, {"false_alarms", "near_miss_alarms"}),
            ({"medical": answer("primary-care")}, {"flagged"}),
            ({"medical": answer("primary-care", danger="overdose")}, {"kind_named"}),
        ],
    )
    def test_a_fault_is_noticed_by_the_measures_that_it_concerns(self, fault, changed):
        whole, broken = values(scores()), values(scores(**fault))
        assert {name for name in whole if whole[name] != broken[name]} == changed

    def test_a_broader_concept_is_neither_right_nor_wrong(self):
        broader = next(iter(judgments().vocabulary.ancestors("eviction-defense")))
        text = "text,needs\nzzyx,eviction-defense\n"
        judged = relevance.words.score(
            Answers({"zzyx": answer(broader, "eviction-defense")}), judgments(text)
        )
        assert values(judged)["ndcg"] == values(judged)["top1"] == 1
        alone = relevance.words.score(Answers({"zzyx": answer(broader)}), judgments(text))
        assert (values(alone)["ndcg"], values(alone)["answered"]) == (0, 1)
        labelled = relevance.words.score(
            Answers({"zzyx": answer(broader, "eviction-defense")}),
            judgments(f"text,needs,related\nzzyx,eviction-defense,{broader}\n"),
        )
        assert values(labelled)["top1"] == 0

    def test_what_the_file_does_not_say_is_not_measured(self):
        bare = relevance.words.score(
            Answers({"zzyx": answer(danger="medical")}), judgments("text,needs\nzzyx,\n")
        )
        assert set(bare.estimates) == {"declined"}
        assert bare.cues == {}

    def test_the_cues_of_an_interpretation_are_compared(self):
        text = (
            "text,needs,crisis,cues\n"
            '"I am a veteran, I have no car",food-pantry,,situation=Veterans;barrier=no_car;group=Young-Adults\n'
            "he hit me,domestic-violence-help,home_violence,\n"
            "no cues here,food-pantry,,age=34\n"
        )
        interpret = Answers(
            {
                utterance.text: attrs.evolve(
                    answer(), cues=read_cues(utterance.text).with_danger(filter(None, [utterance.crisis]))
                )
                for utterance in judgments(text).utterances
            }
        )
        cues = relevance.words.score(interpret, judgments(text)).cues
        assert cues["barriers"] == cues["urgency"] == Agreement(right=1)
        assert cues["age"] == cues["age_groups"] == Agreement(missed=1)
        assert cues["situations"].right == 1
        assert "language" not in cues


class TestTables:
    def test_an_utterance_is_in_the_group_of_each_of_its_registers(self):
        groups = {group.name: group for group in scores().table("register")}
        assert {name: group.count for name, group in groups.items()} == {
            "crisis": 2, "nonneed": 2, "terse": 2, "nearmiss": 1, "slang": 1, "symptom": 1,
        }  # fmt: skip
        assert groups["nonneed"].values == {"declined": 1, "false_alarms": 0, "near_miss_alarms": 0}

    @pytest.mark.parametrize(
        ("by", "names"),
        [
            ("language", ["en", "es"]),
            ("author", ["a", "b"]),
            ("place", ["(none)", "MX"]),
            ("crisis", ["(none)", "home_violence", "medical"]),
            ("need", ["clothing", "community-meal", "domestic-violence-help", "food-pantry", "rent-help"]),
        ],
    )
    def test_the_largest_group_comes_first(self, by, names):
        assert [group.name for group in scores().table(by)] == names

    def test_an_unknown_grouping_is_an_error_that_names_the_known_ones(self):
        with pytest.raises(UnknownNameError, match=r"no grouping 'age'.* register, language"):
            scores().table("age")

    def test_confusions_say_what_was_wanted_and_what_came_first(self):
        broken = scores(
            rent=answer(),
            crisis=answer("rent-help"),
            business=answer("rent-help"),
            near_miss=answer("rent-help"),
        )
        assert [(pair.wanted, pair.first, pair.count) for pair in broken.confusions()] == [
            ("(no need)", "rent-help", 2),
            ("domestic-violence-help", "rent-help", 1),
            ("rent-help", "(declined)", 1),
        ]
        assert scores().confusions() == ()


class TestComparison:
    def test_what_is_better_has_a_gain(self):
        worse = scores(rent=answer("diapers-formula", "rent-help"))
        comparison = relevance.words.compare(worse, scores())
        gain = comparison.gains["top1"]
        assert (gain.value, gain.count) == (0.25, 4)
        assert gain.low <= 0.25 <= gain.high
        assert comparison.gains["declined"].value == 0
        assert "sure_right" not in comparison.gains
        assert "top-1" in comparison.report()
        assert "+0.250" in comparison.report()

    def test_the_same_interpreter_gains_nothing(self):
        for gain in relevance.words.compare(scores(), scores()).gains.values():
            assert (gain.value, gain.low, gain.high) == (0, 0, 0)

    def test_scores_of_other_utterances_cannot_be_compared(self):
        other = relevance.words.score(Answers({"zzyx": answer()}), judgments("text,needs\nzzyx,\n"))
        with pytest.raises(ValueError, match="same utterances"):
            relevance.words.compare(scores(), other)


class TestReport:
    def test_it_holds_every_table_and_no_word_of_a_patron(self):
        text = scores(
            rent=answer("diapers-formula"), medical=answer(), near_miss=answer("rent-help", danger="medical")
        ).report(by=("register", "language", "author", "crisis", "place", "need"))
        assert text.startswith("7 utterances: 4 with a need, 2 without, 2 in danger\n")
        assert "zzyx" not in text
        for head in ("nDCG@5", "crises flagged", "register ", "language ", "cue ", "wanted "):
            assert head in text
        assert "rent-help  diapers-formula      1" in text

    def test_it_shows_words_only_where_examples_are_asked_for(self):
        broken = scores(
            rent=answer("diapers-formula"),
            business=answer("rent-help"),
            crisis=answer(),
            near_miss=answer(danger="medical"),
        )
        text = broken.report(by=(), examples=1)
        assert text.count("zzyx") == 4
        for title in ("Least understood", "Answered, and no need", "Danger missed", "False alarms"):
            assert f"\n\n{title}:\n- " in text
        assert "zzyx" not in broken.report(by=())

    def test_no_repr_holds_a_word(self):
        judged = scores()
        for value in (judgments(), judgments().utterances[0], judged, judged.judged[0]):
            assert "zzyx" not in repr(value)
            assert "food-pantry" not in repr(value)

    def test_columns_are_aligned(self):
        lines = scores().report(by=()).split("\n\n")[1].splitlines()
        assert len({len(line) for line in lines}) == 1


class TestReading:
    def test_columns_may_come_in_any_order_and_most_may_be_missing(self):
        (utterance,) = judgments("NEEDS, Text\nfood-pantry clothing food-pantry,  some zzyx \n").utterances
        assert (utterance.text, utterance.needs) == ("some zzyx", ("food-pantry", "clothing"))
        assert (utterance.crisis, utterance.cues, utterance.register) == (None, None, ())
        assert (utterance.file, utterance.line) == ("words.csv", 2)

    def test_a_spreadsheets_own_csv_is_read(self):
        text = "\ufefftext;needs;crisis\r\nMañana, zzyx;food-pantry;\r\n"
        found = judgments(text)
        assert found.utterances[0].text == "Mañana, zzyx"
        assert {finding.rule for finding in found.findings} == {"byte-order-mark"}

    @pytest.mark.parametrize(
        ("text", "rule", "where"),
        [
            ("", "empty-file", "words.csv line 1"),
            ("zzyx,food-pantry\n", "missing-column", "words.csv line 1"),
            ("text,labels\nzzyx,food-pantry\n", "missing-column", "words.csv line 1"),
            ("text,needs\n,food-pantry\n", "row-without-text", "words.csv line 2, text"),
            ("text,needs\nhelp,food-pantry zzyx\n", "unknown-concept", "words.csv line 2, needs"),
            ("text,needs,related\nhelp,,zzyx\n", "unknown-concept", "words.csv line 2, related"),
            ("text,needs\nhelp, I am zzyx,food-pantry\n", "too-many-cells", "words.csv line 2"),
            ("text,needs,cues\nhelp, I am zzyx,food-pantry,,\n", "too-many-cells", "words.csv line 2"),
            ("text,language,needs\nhelp,I am zzyx\n", "too-few-cells", "words.csv line 2"),
            ("text,needs,cues\nhelp,,zzyx=1\n", "cue-not-read", "words.csv line 2, cues"),
            ("text,needs,cues\nhelp,,age=1;age\n", "cue-not-read", "words.csv line 2, cues"),
            ("text,needs,mood\nhelp,,zzyx\n", "columns-not-understood", "words.csv line 1"),
        ],
    )
    def test_what_cannot_be_used_is_a_finding_that_repeats_no_word(self, text, rule, where):
        (finding,) = judgments(text).findings
        assert (finding.rule, finding.where, finding.value) == (rule, where, None)
        assert "zzyx" not in repr(finding)

    def test_a_row_that_cannot_be_used_does_not_sink_the_others(self):
        found = judgments("text,needs\nhelp,zzyx\n\nmore,food-pantry\n")
        assert [utterance.text for utterance in found.utterances] == ["more"]
        assert [finding.line for finding in found.findings] == [2]

    def test_danger_says_the_urgency_unless_the_cues_do(self):
        found = judgments("text,needs,crisis,cues\na,,medical,\nb,,medical,urgency=today\nc,,,\n").utterances
        assert [utterance.cues for utterance in found] == [
            {"urgency": frozenset({"crisis"})}, {"urgency": frozenset({"today"})}, {},
        ]  # fmt: skip

    def test_every_file_of_a_folder_is_read(self, tmp_path):
        (tmp_path / "a.csv").write_text("text,needs\none,\n", encoding="utf-8")
        (tmp_path / "b.csv").write_text("text,needs\ntwo,\n", encoding="utf-8")
        found = relevance.words.read(tmp_path)
        assert [(each.text, each.file) for each in found.utterances] == [("one", "a.csv"), ("two", "b.csv")]

    def test_a_missing_file_is_an_error(self, tmp_path):
        with pytest.raises(SourceNotFoundError):
            relevance.words.read(tmp_path / "none.csv")

    def test_labels_are_those_of_the_given_vocabulary(self):
        vocabulary = attrs.evolve(interpreter().lexicon.vocabulary, concepts={})
        found = relevance.words.read(io.StringIO("text,needs\nhelp,food-pantry\n"), vocabulary=vocabulary)
        assert [finding.rule for finding in found.findings] == ["unknown-concept"]


class Silent:
    """An interpreter that understands nothing."""

    def interpret(self, text: str) -> Interpretation:
        del text
        return Interpretation()


SILENT = Silent()
NOT_ONE = 5


class TestCommand:
    @pytest.fixture
    def file(self, tmp_path) -> str:
        path = tmp_path / "words.csv"
        path.write_text(LABELLED.replace("clothing", "clothes"), encoding="utf-8")
        return str(path)

    @pytest.fixture
    def run(self, capsys) -> Callable[..., tuple[int, str, str]]:
        def run(*arguments: str) -> tuple[int, str, str]:
            code = main(["words", *arguments])
            return code, *capsys.readouterr()

        return run

    def test_it_prints_the_report_and_what_was_not_read(self, file, run):
        code, output, errors = run(file, "--by", "author")
        assert code == 0
        assert output.startswith("6 utterances: 3 with a need")
        assert "author" in output
        assert "register" not in output
        assert errors == (
            "words.csv line 4, needs: word 1 of the cell is no concept of the vocabulary; separate concepts by "
            "blanks (not read)\n"
        )
        assert "zzyx" not in output + errors

    def test_it_says_which_columns_mean_nothing_and_is_silent_about_marks(self, tmp_path, run):
        (tmp_path / "words.csv").write_text("\ufefftext,needs,registers\nzzyx,,terse\n", encoding="utf-8")
        code, _, errors = run(str(tmp_path / "words.csv"))
        assert (code, errors) == (
            0,
            "words.csv line 1: these columns mean nothing here: registers (ignored)\n",
        )

    @pytest.mark.parametrize("name", ["Silent", "SILENT"])
    def test_it_takes_another_interpreter_and_compares(self, file, run, name):
        code, output, _ = run(file, "--interpreter", f"{__name__}:{name}", "--compare", f"{__name__}:Silent")
        assert code == 0
        assert "Gain over" in output
        assert "0.000  0.000 to" in output

    @pytest.mark.parametrize(
        ("arguments", "message"),
        [
            (("--interpreter", "no_such_module:x"), "no_such_module:x cannot be imported"),
            (("--interpreter", "csv"), "csv cannot be imported"),
            (("--interpreter", f"{__name__}:NOT_ONE"), "is not an interpreter"),
            (("--interpreter", f"{__name__}:answer"), "is not an interpreter"),
            (("--interpreter", f"{__name__}:Answers"), "is not an interpreter"),
            (("--by", "mood"), "no grouping 'mood'"),
        ],
    )
    def test_what_cannot_be_used_is_one_line(self, file, run, arguments, message):
        code, _, errors = run(file, *arguments)
        assert code == 2
        assert message in errors.splitlines()[-1]

    def test_a_file_without_utterances_is_an_error(self, tmp_path, run):
        (tmp_path / "words.csv").write_text("zzyx\n", encoding="utf-8")
        code, output, errors = run(str(tmp_path / "words.csv"))
        assert (code, output) == (2, "")
        assert "no utterance" in errors
        assert "zzyx" not in errors
        assert run(str(tmp_path / "none.csv"))[0] == 2

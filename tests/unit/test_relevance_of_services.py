"""A directory is judged by graded needs: what is read, what is measured, what is reported, and what is fitted."""

from __future__ import annotations

import csv
import io
import math
import shutil
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path

import attrs
import pytest

import communityconnector as cc
from builders import pantry, service, tagged, term
from communityconnector.errors import InvalidWeightsError, SourceNotFoundError, UnknownNameError
from communityconnector.matching import WEIGHTS, read_weights, write_weights
from communityconnector.matching.weights import LINE
from communityconnector.testing.relevance import measures as of_measures
from communityconnector.testing.relevance import services as judged
from communityconnector.testing.relevance.__main__ import main
from communityconnector.testing.relevance.services import calibration, measured, mending, sheet, tuning
from communityconnector.testing.relevance.services.bm25 import Bm25
from communityconnector.testing.relevance.services.measured import value_of

SETS = Path(__file__).parents[2] / "benchmarks" / "judged"
NOON = datetime(2026, 11, 30, 12, tzinfo=UTC)


def shown(service_id: str, *, is_met: bool = True, score: float = 0.5) -> judged.ShownService:
    return judged.ShownService(service_id, f"Service {service_id}", "", is_met, score, ())


def need(grades: Mapping[str, int], **fields: object) -> judged.GradedNeed:
    return judged.GradedNeed("n1", "food", grades=grades, **fields)


# Six services are shown: a question without a grade, a 3, a wrong one as met, a wrong one as a question, a 1, a 2.
ANSWER = judged.JudgedAnswer(
    need({"b": 3, "c": 0, "d": 0, "e": 1, "f": 2, "g": 2}),
    (
        shown("a", is_met=False),
        shown("b"),
        shown("c"),
        shown("d", is_met=False),
        shown("e"),
        shown("f"),
    ),
    nothing_fits=False,
)
# Nothing fits, which is not said, and the first met one comes third.
NOTHING = judged.JudgedAnswer(
    need({"x": 0, "y": 1}, none_fits=True),
    (shown("x", is_met=False), shown("v", is_met=False), shown("y")),
    nothing_fits=False,
)
IDEAL = 7 / math.log2(2) + 3 / math.log2(3) + 3 / math.log2(4) + 1 / math.log2(5)
FIGURES = {
    "ndcg5": (7 / math.log2(3) + 1 / math.log2(6)) / IDEAL,
    "ndcg10": (7 / math.log2(3) + 1 / math.log2(6) + 3 / math.log2(7)) / IDEAL,
    "precision5": 1 / 5,
    "ceiling5": 3 / 5,
    "success1": 0.0,
    "wrong_met5": 1 / 8,
    "unjudged5": 2 / 8,
    "honest": 0.0,
}
"""By hand."""


class TestMeasures:
    def test_they_are_as_computed_by_hand(self):
        scores = judged.ServiceScores((ANSWER, NOTHING))
        assert {name: each.value for name, each in scores.estimates.items()} == pytest.approx(FIGURES)

    FAULTS = (
        ("a page of three", (measured, "FIRST", 3), "precision5"),
        ("a fallback counts as a help", (measured, "GOOD", 1), "precision5"),
        ("a fallback is enough at the first place", (measured, "GOOD", 0), "success1"),
        ("of the first four", (measured, "FIRST", 4), "wrong_met5"),
        ("of the first six", (measured, "FIRST", 6), "unjudged5"),
        ("only the first is looked at when nothing fits", (measured, "AT_ONCE", 1), "honest"),
        ("needs that nothing fits are answerable", (measured, "is_answerable", lambda _: True), "ceiling5"),
        (
            "gains that rise evenly",
            (
                measured,
                "ndcg",
                lambda answer, grades, depth: sum(grades.get(key, 0) for key in answer[:depth]) / 8,
            ),
            "ndcg5",
        ),
        (
            "the ideal is of what is shown",
            (
                measured,
                "ndcg",
                lambda answer, grades, depth: of_measures.ndcg(
                    answer, {key: grades.get(key, 0) for key in answer}, depth
                ),
            ),
            "ndcg10",
        ),
    )

    @pytest.mark.parametrize(("fault", "name"), [fault[1:] for fault in FAULTS], ids=[f[0] for f in FAULTS])
    def test_a_wrong_measure_is_noticed(self, monkeypatch, fault, name):
        monkeypatch.setattr(*fault)
        assert value_of(name, (ANSWER, NOTHING)) != pytest.approx(FIGURES[name])

    def test_saying_that_nothing_fits_is_honest(self):
        said = judged.JudgedAnswer(NOTHING.need, NOTHING.services, nothing_fits=True)
        assert value_of("honest", [said]) == 1
        asked = judged.JudgedAnswer(NOTHING.need, NOTHING.services[:2], nothing_fits=False)
        assert value_of("honest", [asked]) == 1

    def test_an_answer_without_services_counts(self):
        empty = judged.JudgedAnswer(ANSWER.need, (), nothing_fits=True)
        scores = judged.ServiceScores((empty,))
        assert scores.estimates["ndcg5"].value == scores.estimates["success1"].value == 0
        assert "wrong_met5" not in scores.estimates
        assert scores.calibration == calibration.Calibration((), None, None)

    def test_shares_are_of_services_and_their_interval_of_needs(self):
        wrong_met = judged.ServiceScores((ANSWER, NOTHING)).estimates["wrong_met5"]
        assert wrong_met.count == 8
        assert 0 == wrong_met.low < wrong_met.value < wrong_met.high == pytest.approx(1 / 5)

    def test_groups_are_those_of_the_needs(self):
        scores = judged.ServiceScores((ANSWER, NOTHING))
        (group,) = scores.table("language")
        assert (group.name, group.count) == ("(none)", 2)
        with pytest.raises(UnknownNameError, match="no grouping 'mood'"):
            scores.table("mood")

    def test_a_run_gains_over_another_on_the_needs_that_both_have(self):
        better = judged.JudgedAnswer(ANSWER.need, ANSWER.services[1:], nothing_fits=False)
        before, after = (judged.ServiceScores((each,)).parts for each in (ANSWER, better))
        gains = judged.compare(before, after).gains
        assert gains["success1"].value == 1
        assert gains["ndcg5"].value > 0
        with pytest.raises(ValueError, match="none in common"):
            judged.compare({}, after)


class TestCalibration:
    def test_a_score_is_compared_with_the_share_that_helps(self):
        grades = {"a": 3, "b": 2, "c": 0, "d": 2, "e": 0}
        services = (
            shown("a", score=0.72),
            shown("b", score=0.78),
            shown("c", score=0.75),
            shown("d", score=1.0),
            shown("e", score=0.0),
            shown("not judged", score=0.5),
        )
        result = judged.ServiceScores(
            (judged.JudgedAnswer(need(grades), services, nothing_fits=False),)
        ).calibration
        assert [(row.low, row.count) for row in result.rows] == [(0.0, 1), (0.7, 3), (0.9, 1)]
        assert result.rows[1].mean_score == pytest.approx(0.75)
        assert result.rows[1].good_share == pytest.approx(2 / 3)
        assert result.brier == pytest.approx((0.28**2 + 0.22**2 + 0.75**2) / 5)
        assert result.brier_of_mean == pytest.approx(0.6 * 0.4)


def write(folder: Path, **files: str) -> Path:
    for name, text in files.items():
        (folder / f"{name}.csv").write_text(text, encoding="utf-8")
    return folder


NEEDS = "need_id,text,near,age,language,none_fits\nn1,food pantry,28640,,,0\nn2,zzyx,,34,es,1\n"
GRADES = "need_id,service_id,grade,note\nn1,s1,3,\nn1,s2,0,volunteers\n"


class TestReading:
    def test_needs_and_grades_are_read_by_their_columns(self, tmp_path):
        read = judged.read(write(tmp_path, a=GRADES, b=NEEDS), name="ours")
        first, second = read.needs
        assert read.findings == ()
        assert (first.grades, first.notes) == ({"s1": 3, "s2": 0}, {"s2": "volunteers"})
        assert (second.age, second.language, second.none_fits, second.set_name) == (34, "es", True, "ours")
        assert "zzyx" not in repr(read) + repr(second)

    @pytest.mark.parametrize(
        ("needs", "grades", "rule", "line"),
        [
            (NEEDS + "n1,again,,,,\n", GRADES, "repeated-need", 4),
            (NEEDS + "n3,,,,,\n", GRADES, "row-without-text", 4),
            (NEEDS + "n3,old,,131,,\n", GRADES, "not-an-age", 4),
            (NEEDS + "n3,old,,nan,,\n", GRADES, "not-an-age", 4),
            (NEEDS + "n3,a,b,c,d,e,f\n", GRADES, "unquoted-comma", 4),
            (NEEDS, GRADES + "n9,s1,3,\n", "unknown-need", 4),
            (NEEDS, GRADES + "n1,,3,\n", "row-without-text", 4),
            (NEEDS, GRADES + "n1,s3,4,\n", "not-a-grade", 4),
            (NEEDS, GRADES + "n1,s1,2,\n", "graded-twice", 4),
            (NEEDS, "need_id,points\nn1,3\n", "missing-column", 1),
            (NEEDS, "", "empty-file", 1),
        ],
    )
    def test_what_cannot_be_used_is_a_finding_with_its_line(self, tmp_path, needs, grades, rule, line):
        (finding,) = judged.read(write(tmp_path, needs=needs, grades=grades)).findings
        assert (finding.rule, finding.line) == (rule, line)

    def test_a_candidate_without_a_grade_is_not_judged(self, tmp_path):
        read = judged.read(write(tmp_path, needs=NEEDS, grades=GRADES + "n1,s3,,\n"))
        assert read.findings == ()
        assert "s3" not in read.needs[0].grades

    def test_lines_of_json_are_read_too(self, tmp_path):
        (tmp_path / "a.needs.jsonl").write_text(
            '{"id": "n1", "text": "food", "age": 81, "none_good": false, "near": null}\n\n[1]\n',
            encoding="utf-8",
        )
        (tmp_path / "a.grades.jsonl").write_text(
            '{"need_id": "n1", "service_id": "s", "grade": 2}\n', encoding="utf-8"
        )
        read = judged.read(tmp_path)
        assert [finding.rule for finding in read.findings] == ["not-json"]
        assert (read.needs[0].age, read.needs[0].near, read.needs[0].grades) == (81, "", {"s": 2})


@pytest.fixture(scope="module")
def matcher() -> cc.Matcher:
    return cc.Matcher(cc.sample(), clock=lambda: NOON)


@pytest.fixture(scope="module")
def sample_set() -> judged.JudgedSet:
    read = judged.read(SETS / "sample", name="sample")
    return judged.JudgedSet("sample", read.needs[:12])


@pytest.fixture(scope="module")
def scores(matcher, sample_set) -> judged.ServiceScores:
    return judged.score(matcher, sample_set)


class TestJudging:
    def test_a_service_counts_once_and_shows_why(self, scores):
        for answer in scores.answers:
            assert len(set(answer.ranked)) == len(answer.ranked) <= 10
            assert all(each.reasons[0].criterion == "need" for each in answer.services)

    def test_a_service_that_helps_and_is_not_shown_has_a_reason(self, matcher):
        other = next(iter(cc.sample().services))
        answer = judged.judge(
            matcher, judged.GradedNeed("n", "dentist", near="28640", grades={other: 3, "none": 2})
        )
        assert [each.grade for each in answer.missing] == [3, 2]
        assert answer.missing[0].why
        assert answer.missing[1].why == "the directory has no service with this id"

    def test_a_need_that_cannot_be_matched_is_a_finding(self, matcher):
        unknown = judged.GradedNeed("n", "food", near="nowhere at all", file="needs.csv", line=2)
        result = judged.score(matcher, judged.JudgedSet("", (unknown,)))
        assert result.answers == ()
        assert [finding.rule for finding in result.findings] == ["need-not-matched"]
        assert tuning.rankable(matcher, judged.JudgedSet("", (unknown,))) == ()

    def test_sets_are_scored_together(self, scores):
        assert len(judged.together(scores, scores).answers) == 2 * len(scores.answers)


class TestReport:
    def test_it_says_what_to_mend(self, scores, matcher):
        text = judged.report(scores, matcher.directory)
        assert text.startswith("12 needs: ")
        for heading in (
            "Measures:",
            "By language:",
            "What to mend:",
            "Is a score the chance that a service helps?:",
        ):
            assert heading in text

    def test_every_need_shows_its_first_five_with_grade_reason_and_doubts(self, scores, matcher):
        text = judged.report(scores, matcher.directory, form="markdown")
        page = judged.report(scores, matcher.directory, form=judged.Form.HTML)
        answer = scores.answers[0]
        assert answer.need.text in text
        assert answer.need.text in page
        first = answer.services[0]
        row = next(line for line in text.splitlines() if line.startswith(f"| 1 | {first.name}"))
        assert f"| {answer.need.grades[first.service_id]} |" in row
        assert page.count("<h3>") == text.count("\n### ") == 12
        assert "(unknown): " in text

    def test_what_a_directory_says_is_no_markup(self, matcher):
        service = attrs.evolve(shown("s"), name="<b>*Pantry*</b>")
        answer = judged.JudgedAnswer(need({"s": 0}), (service,), nothing_fits=False)
        scores = judged.ServiceScores((answer,))
        assert "<b>" not in judged.report(scores, matcher.directory, form="html")
        assert "&lt;b>\\*Pantry\\*&lt;/b>" in judged.report(scores, matcher.directory, form="markdown")

    def test_a_judges_notes_are_counted(self, matcher):
        wrong = judged.JudgedAnswer(
            judged.GradedNeed("n", "x", grades={"s": 0}, notes={"s": "for veterans"}),
            (shown("s"),),
            nothing_fits=False,
        )
        found = judged.wrong_answers((wrong,))
        assert [(each.rank, each.note) for each in found] == [(1, "for veterans")]
        assert list(mending.mends(found, matcher.directory)) == ["1 of 1 wrong answer: for veterans"]
        assert list(mending.mends((), matcher.directory)) == []


class TestSheet:
    def test_it_holds_candidates_of_several_rankings_in_an_order_of_no_meaning(self, matcher, sample_set):
        first = judged.GradedNeed("n", sample_set.needs[0].text, near="28694")
        search = Bm25(matcher.directory.services.values())
        pool = sheet.candidates(matcher, search, first)
        shown_first = judged.judge(matcher, first).ranked
        assert {*shown_first, *search.search(first.text, 10)} <= set(pool)
        assert pool[: len(shown_first)] != shown_first
        assert pool == sheet.candidates(matcher, search, first)
        graded = judged.GradedNeed("n", first.text, near="28694", grades={pool[0]: 0})
        assert pool[0] not in sheet.candidates(matcher, search, graded)

    def test_a_filled_in_sheet_is_a_file_of_grades(self, matcher, sample_set, tmp_path):
        needs = [
            judged.GradedNeed("n1", sample_set.needs[0].text),
            judged.GradedNeed("n2", "x", near="nowhere"),
        ]
        file = io.StringIO()
        count = judged.write_sheet(matcher, needs, file)
        rows = list(csv.DictReader(io.StringIO(file.getvalue())))
        assert count == len(rows) > 10
        for row in rows:
            row["grade"] = "2"
        with (tmp_path / "grades.csv").open("w", encoding="utf-8-sig", newline="") as stream:
            writer = csv.DictWriter(stream, rows[0])
            writer.writeheader()
            writer.writerows(rows)
        read = judged.read(write(tmp_path, needs="need_id,text\nn1,food\nn2,x\n"))
        assert [finding.rule for finding in read.findings] == ["byte-order-mark"]
        assert sum(len(each.grades) for each in read.needs) == count

    def test_a_spreadsheet_program_computes_nothing(self):
        named = pantry("s", name="=1+1", description="-2")
        file = io.StringIO()
        judged.write_sheet(cc.Matcher(cc.Directory.of([named])), [judged.GradedNeed("n", "=1+1 2")], file)
        (row,) = csv.DictReader(io.StringIO(file.getvalue()))
        assert row["service"].startswith(" =")
        assert row["need"].startswith(" =")

    def test_plain_words_find_names_terms_and_descriptions(self):
        records = [
            service("a", name="Bicycle kitchen"),
            service(
                "b",
                name="X",
                description="Mends a bicycle, and much else besides the bicycle for anyone at all",
            ),
            service("c", name="Y", attributes=tagged(term("T", name="Bicycles"))),
            service("d", name="Z"),
        ]
        assert set(Bm25(records).search("the bicycle", 10)) == {"a", "b", "c"}
        assert len(Bm25(records).search("bicycle", 2)) == 2
        assert Bm25([]).search("bicycle", 2) == ()


@pytest.fixture(scope="module")
def needs(matcher, sample_set) -> tuple[judged.Rankable, ...]:
    return tuning.rankable(matcher, sample_set)


class TestTuning:
    def test_needs_are_answered_as_a_matcher_with_these_weights_does(self, matcher, needs):
        weights = {"relevance": 0.1, "proximity": 0.7, LINE: 0.55, "area.unknown": 0.3}
        other = cc.Matcher(matcher.index, clock=lambda: NOON, weights=weights)
        for answer in tuning.answers(needs, weights):
            same = judged.judge(other, answer.need, explain=False)
            assert [(s.service_id, s.is_met, s.score) for s in answer.services] == [
                (s.service_id, s.is_met, s.score) for s in same.services
            ]
            assert answer.nothing_fits == same.nothing_fits

    def test_fitted_weights_are_better_lie_in_their_bounds_and_are_always_the_same(self, needs):
        start = {"proximity": 0.01, LINE: 0.1}
        tuned = tuning.tune(needs, start)
        assert tuned.after > tuned.before == tuning.objective(tuning.answers(needs, start))
        assert tuned.after == tuning.objective(tuning.answers(needs, tuned.weights))
        assert tuning.is_ordered(tuned.weights)
        changed = {name for name, value in tuned.weights.items() if value != {**WEIGHTS, **start}[name]}
        assert changed <= tuning.BOUNDS.keys()
        for name in changed:
            low, high = tuning.BOUNDS[name]
            assert low <= tuned.weights[name] <= high
        assert tuning.tune(needs, start) == tuned

    def test_a_graver_doubt_never_counts_less(self):
        assert tuning.is_ordered(WEIGHTS)
        assert not tuning.is_ordered({**WEIGHTS, "area.unlikely": WEIGHTS["area.doubtful"] + 0.1})

    def test_a_wrong_mark_costs_either_way(self):
        def answer(grade: int, *, is_met: bool) -> judged.JudgedAnswer:
            return judged.JudgedAnswer(
                need({"s": grade}, none_fits=not grade), (shown("s", is_met=is_met),), nothing_fits=False
            )

        assert tuning.objective([answer(3, is_met=True)]) > tuning.objective([answer(3, is_met=False)])
        assert tuning.objective([answer(0, is_met=False)]) > tuning.objective([answer(0, is_met=True)])
        assert tuning.objective([]) == 0

    def test_a_set_is_left_out_of_what_its_weights_are_fitted_on(self, needs, monkeypatch):
        fitted: list[int] = []
        monkeypatch.setattr(
            tuning, "tune", lambda some, _: fitted.append(len(some)) or tuning.Tuned({}, 0, 0)
        )
        rows = tuning.leave_one_set_out({"a": needs[:2], "b": needs[2:5], "c": needs[5:]})
        assert fitted == [12, 10, 9, 5]
        assert [(row.name, len(row.others)) for row in rows] == [("a", 2), ("b", 3), ("c", 7)]


class TestWeightsFile:
    def test_what_is_written_is_read(self, tmp_path):
        write_weights({**WEIGHTS, LINE: 0.45}, tmp_path / "w.csv")
        assert read_weights(tmp_path / "w.csv") == {**WEIGHTS, LINE: 0.45}
        (tmp_path / "short.csv").write_text("\ufeffname,value\nline,0.5\nproximity,\n", encoding="utf-8")
        assert read_weights(tmp_path / "short.csv") == {LINE: 0.5}

    @pytest.mark.parametrize(
        "text",
        ["", "name\nline\n", "name,value\nline,much\n", "name,value\nlime,0.5\n", "name,value\nline,2\n"],
    )
    def test_what_cannot_be_used_is_an_error(self, tmp_path, text):
        (tmp_path / "w.csv").write_text(text, encoding="utf-8")
        if text:
            with pytest.raises(InvalidWeightsError):
                read_weights(tmp_path / "w.csv")
        else:
            assert read_weights(tmp_path / "w.csv") == {}

    def test_a_file_that_is_missing_or_no_text_is_an_error(self, tmp_path):
        (tmp_path / "w.csv").write_bytes(b"\xff\xfe\xff")
        for name in ("none.csv", "w.csv"):
            with pytest.raises(SourceNotFoundError):
                read_weights(tmp_path / name)


class TestCommands:
    @pytest.fixture
    def run(self, capsys) -> Callable[..., tuple[int, str, str]]:
        def run(*arguments: object) -> tuple[int, str, str]:
            code = main([str(argument) for argument in arguments])
            return code, *capsys.readouterr()

        return run

    @pytest.fixture
    def folder(self, tmp_path, sample_set) -> Path:
        """Some needs of the sample, with their grades."""
        with (tmp_path / "needs.csv").open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(["need_id", "text", "near", "none_fits"])
            writer.writerows((n.need_id, n.text, n.near, int(n.none_fits)) for n in sample_set.needs[:5])
        with (tmp_path / "grades.csv").open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(["need_id", "service_id", "grade"])
            writer.writerows((n.need_id, *pair) for n in sample_set.needs[:5] for pair in n.grades.items())
        return tmp_path

    def test_a_directory_is_judged_tuned_and_judged_again(self, folder, tmp_path_factory, run):
        place = tmp_path_factory.mktemp("out")
        at, out, kept = ("--at", "2026-11-30T12:00"), place / "w.csv", place / "run.json"
        code, output, errors = run("services", folder, *at, "--save", kept)
        assert (code, errors) == (0, "")
        assert output.startswith("5 needs: ")
        other = shutil.copytree(folder, tmp_path_factory.mktemp("sets") / "other")
        code, output, _ = run("tune", folder, other, *at, "--out", out, "--leave-one-out")
        assert code == 0
        assert "objective" in output
        assert "fitted on the others" in output
        code, output, _ = run(
            "services",
            folder,
            *at,
            "--weights",
            out,
            "--against",
            kept,
            "--form",
            "html",
        )
        assert code == 0
        assert "Gain over the other run" in output

    def test_a_sheet_is_written_once(self, folder, tmp_path, run):
        code, output, _ = run("sheet", folder / "needs.csv", tmp_path / "sheet.csv")
        assert code == 0
        assert "services to grade for 5 needs" in output
        assert (tmp_path / "sheet.csv").read_bytes().startswith(b"\xef\xbb\xbf")
        code, _, errors = run("sheet", folder / "needs.csv", tmp_path / "sheet.csv")
        assert code == 2
        assert "may hold grades" in errors

    def test_the_directory_in_the_folder_is_judged(self, folder, run):
        cc.write(cc.Directory.of([pantry("s")]), folder / "directory.ndjson")
        code, output, _ = run("services", folder)
        assert code == 0
        assert "the directory has no service with this id" in output

    @pytest.mark.parametrize(
        ("arguments", "message"),
        [
            (("services", "FOLDER", "--against", "none.json"), "is not a run that was saved"),
            (("services", "FOLDER", "--by", "mood"), "no grouping 'mood'"),
            (("services", "FOLDER", "--weights", "none.csv"), "cannot be read"),
            (("services", "FOLDER", "--save", "no/such/folder"), "cannot be written"),
            (("services", "FOLDER/grades.csv"), "has no need that can be used"),
            (("services", "FOLDER", "--directory", "FOLDER/grades.csv"), "has no service that can be read"),
            (("sheet", "FOLDER", "no/such/folder.csv"), "cannot be written"),
            (("tune", "FOLDER", "--out", "no/such/folder.csv"), "cannot be written"),
            (("tune", "FOLDER", "--out", "w.csv", "--leave-one-out"), "needs two sets"),
            (("services", "none"), "none"),
        ],
    )
    def test_what_cannot_be_used_is_one_line(self, folder, run, arguments, message):
        code, _, errors = run(*(argument.replace("FOLDER", str(folder)) for argument in arguments))
        assert code == 2
        assert message in errors.splitlines()[-1]
        assert "Traceback" not in errors

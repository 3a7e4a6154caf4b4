"""Every judged set of `benchmarks/judged` is whole: its columns, its ids, its grades, its zeros and its page."""

from __future__ import annotations

import csv
import importlib.util
import json
from collections import Counter, defaultdict
from pathlib import Path

import pytest

import communityconnector as cc

JUDGED = Path(__file__).parents[2] / "benchmarks" / "judged"
SETS = sorted(path.parent for path in JUDGED.glob("*/needs.csv"))
NEED_COLUMNS = ["need_id", "text", "near", "age", "language", "none_fits"]
GRADE_COLUMNS = ["need_id", "service_id", "grade", "note"]

each_set = pytest.mark.parametrize("folder", SETS, ids=lambda folder: folder.name)


def rows(path):
    with path.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def header(path):
    with path.open(encoding="utf-8", newline="") as lines:
        return next(csv.reader(lines))


def directory_of(folder, data):
    """Return the directory that a set judges; without its data the test is skipped."""
    if folder.name == "sample":
        return cc.sample()
    program = folder / "build.py"
    if not program.exists():
        return cc.read(folder / "directory.ndjson")
    build = program_of(folder)
    source = data / build.SOURCE
    if not source.exists():
        pytest.skip(f"the data of {folder.name}, {build.SOURCE}, is not part of the project and not here")
    return build.directory(source)


def program_of(folder):
    spec = importlib.util.spec_from_file_location(f"build_{folder.name}", folder / "build.py")
    assert spec is not None
    assert spec.loader is not None
    build = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(build)
    return build


def test_there_are_judged_sets():
    assert "sample" in [folder.name for folder in SETS]


@each_set
def test_tables_have_their_columns(folder):
    assert header(folder / "needs.csv") == NEED_COLUMNS
    assert header(folder / "grades.csv") == GRADE_COLUMNS


@each_set
def test_a_need_has_an_id_words_and_plain_facts(folder):
    needs = rows(folder / "needs.csv")
    ids = [need["need_id"] for need in needs]
    assert len(set(ids)) == len(ids)
    assert len({need["text"].casefold() for need in needs}) == len(needs)
    for need in needs:
        assert need["text"].strip() == need["text"] != ""
        assert need["age"] == "" or 0 <= int(need["age"]) <= 120, need["need_id"]
        assert need["language"] == "" or need["language"].isalpha(), need["need_id"]
        assert need["none_fits"] in {"0", "1"}, need["need_id"]


@each_set
def test_a_service_has_one_grade_for_a_need(folder):
    pairs = Counter((grade["need_id"], grade["service_id"]) for grade in rows(folder / "grades.csv"))
    assert [pair for pair, times in pairs.items() if times > 1] == []


@each_set
def test_grades_are_0_to_3_for_needs_of_the_set(folder):
    needs = {need["need_id"] for need in rows(folder / "needs.csv")}
    grades = rows(folder / "grades.csv")
    assert {grade["grade"] for grade in grades} <= {"0", "1", "2", "3"}
    assert {grade["need_id"] for grade in grades} == needs


@each_set
def test_none_fits_where_nothing_clearly_helps_and_only_there(folder):
    best = defaultdict(int)
    for grade in rows(folder / "grades.csv"):
        best[grade["need_id"]] = max(best[grade["need_id"]], int(grade["grade"]))
    for need in rows(folder / "needs.csv"):
        assert (best[need["need_id"]] < 2) == (need["none_fits"] == "1"), need["need_id"]


@each_set
def test_a_need_has_ten_wrong_services(folder):
    zeros = Counter(grade["need_id"] for grade in rows(folder / "grades.csv") if grade["grade"] == "0")
    too_few = {
        need["need_id"]: zeros[need["need_id"]]
        for need in rows(folder / "needs.csv")
        if zeros[need["need_id"]] < 10
    }
    assert too_few == {}


@each_set
def test_graded_services_are_in_the_directory(folder, request):
    data = request.getfixturevalue("shared_data") if (folder / "build.py").exists() else None
    ids = set(directory_of(folder, data).services)
    assert [grade for grade in rows(folder / "grades.csv") if grade["service_id"] not in ids] == []


def test_ids_of_food_sites_do_not_change_with_the_order_of_the_sites(tmp_path):
    """Two sites that both call their service `svc_1`, one of them twice, and a text that is no JSON."""
    texts = ["no JSON"]
    for name, city in (("First Church", "Akron"), ("Second Church", "Canton")):
        service = {"id": "svc_1", "name": "Pantry", "schedule": {"days": ["MO", "TU"], "start_time": "09:00"}}
        agency = {"name": name, "addresses": [{"street": "1 Main St", "city": city, "state_province": "OH"}]}
        texts.append(json.dumps({"organization": agency, "services": [service]}))
    texts.append(json.dumps({"again": True} | json.loads(texts[-1])))
    build = program_of(JUDGED / "food_sites")
    built = []
    for order in (texts, texts[::-1]):
        source = tmp_path / "results.jsonl"
        source.write_text("".join(json.dumps({"text": text}) + "\n" for text in order), encoding="utf-8")
        built.append(build.directory(source))
    assert built[0] == built[1]
    offers = built[0].offers.values()
    assert sorted(offer.location.addresses[0].city for offer in offers) == ["Akron", "Canton"]
    assert all(offer.service.id.endswith("-svc_1") for offer in offers)


@each_set
def test_a_set_has_a_page(folder):
    page = (folder / "README.md").read_text(encoding="utf-8")
    for word in ("grade", "not", "Licence"):
        assert word in page

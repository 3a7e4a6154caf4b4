"""Any taxonomy is read; codes tell their broader terms; the report says which terms the vocabulary could place."""

from __future__ import annotations

import attrs
import pytest

import communityconnector as cc
from builders import service, tagged, term
from communityconnector.model import Directory, TaxonomyTerm
from communityconnector.model.codes import ancestors_of, is_hierarchical
from communityconnector.needs.placement import placement


@pytest.mark.parametrize(
    ("code", "broader"),
    [
        ("BD-1800.2000-620", ("B", "BD", "BD-1800", "BD-1800.2000")),
        ("BD-1800.2000-620.05", ("B", "BD", "BD-1800", "BD-1800.2000", "BD-1800.2000-620")),
        ("BD", ("B",)),
        ("B", ()),
        ("1102", ()),
        ("BD-18", ()),
        ("food", ()),
    ],
)
def test_a_code_names_its_broader_terms(code, broader):
    assert ancestors_of(code) == broader
    assert is_hierarchical(code) == bool(broader)


def test_a_need_for_a_broad_code_finds_services_of_narrower_ones():
    narrow = term("BD-1800.2000-620", name="Invented term", taxonomy=None)
    other = term("BM-1800", name="Another invented term", taxonomy=None)
    matcher = cc.Matcher(
        Directory.of([service("s", attributes=tagged(narrow)), service("x", attributes=tagged(other))])
    )
    assert [match.service.id for match in matcher.match(cc.Need(terms=("BD-1800",)))] == ["s"]


def test_open_eligibility_is_read_with_its_cycle_and_its_strays(tmp_path):
    path = tmp_path / "taxonomy-2020.csv"
    path.write_text(
        "id,name,parent_id,parent_name,vocabulary\n"
        '1101,"Food ",0,"",Open Eligibility\n1102,Pantry,1101,Food,Open Eligibility\n'
        "1405,Odd,1405,Odd,Open Eligibility\n,Nameless,1101,Food,Open Eligibility\n"
    )
    directory = cc.read(path)
    terms = {t.name: t for t in directory.taxonomy_terms.values()}
    assert set(terms) == {"Food", "Pantry", "Odd", "Nameless"}
    assert (terms["Food"].parent_id, terms["Pantry"].parent_id, terms["Pantry"].code) == (
        None,
        "1101",
        "1102",
    )
    rules = {f.rule for f in directory.findings}
    assert {"taxonomy-cycle", "missing-id"} <= rules


def test_the_whole_of_open_eligibility_is_placed(shared_data):
    directory = cc.read(shared_data / "openeligibility" / "taxonomy-2020.csv")
    assert len(directory.taxonomy_terms) >= 340
    assert [f.value for f in directory.findings if f.rule == "taxonomy-cycle"] == ["1405"]
    report = placement(directory)
    print(report.summary())  # noqa: T201  # the figure
    assert len(report.placed) / len(report.terms) > 0.95
    assert report.share is None


def test_the_report_counts_uses_and_puts_what_is_missing_first():
    oe = term("1102", id="1", name="Food Pantry", taxonomy="Open Eligibility")
    odd = TaxonomyTerm(id="2", name="Quasar alignment", description="x")
    rare = TaxonomyTerm(id="3", name="Zyzzyva care", description="x")
    code = term("BD-1800.2000", id="4", taxonomy=None)
    report = placement(
        Directory.of(
            [
                service("a", attributes=tagged(oe, odd)),
                service("b", attributes=tagged(odd, code)),
                service("c", attributes=tagged(rare)),
            ]
        )
    )
    assert [(p.term.id, p.services) for p in report.unplaced] == [("2", 2), ("4", 1), ("3", 1)]
    assert {p.term.id: p.how for p in report.terms} == {"1": "crosswalk", "2": "", "3": "", "4": "code only"}
    assert report.share == pytest.approx(1 / 5)
    assert report.summary() == "1 of 4 terms placed; 20% of their uses by services"
    assert report.table()[0] == {
        "term_id": "2", "code": "", "name": "Quasar alignment", "taxonomy": "", "services": 2, "concepts": "", "how": "",
        "suggested": "food-pantry",
    }  # fmt: skip


def test_the_samples_own_terms_are_placed():
    report = placement(cc.sample())
    assert report.share is not None
    assert report.share > 0.95
    unnamed = attrs.evolve(report.terms[0], concepts=())
    assert unnamed.concepts == ()

"""Findings come in the order of what they may cost a patron."""

from __future__ import annotations

import io

import pytest

import communityconnector as cc
from communityconnector.model import Finding, Harm, Severity, by_harm


def test_findings_are_ordered_privacy_then_losses_then_matters_of_form():
    rules = ("id-not-uuid", "hours-read", "columns-guessed", "not-an-email")
    ordered = by_harm(Finding(severity=Severity.INFO, rule=rule, message="") for rule in rules)
    assert [finding.rule for finding in ordered] == list(reversed(rules))


def test_a_value_that_could_not_be_mended_is_lost():
    mended = Finding(
        severity=Severity.WARNING, rule="not-a-time", message="", action="read as", read_as="09:00"
    )
    dropped = Finding(severity=Severity.ERROR, rule="not-a-time", message="", action="dropped")
    assert (mended.harm, dropped.harm) == (Harm.MENDED, Harm.LOST)


def test_the_outcome_of_a_finding_is_its_action_with_the_value_as_it_was_read():
    finding = Finding(severity=Severity.WARNING, rule="x", message="m", action="read as", read_as=12)
    assert finding.outcome == "read as 12"


def test_a_directory_gives_its_findings_in_that_order():
    text = "id,name,description,status,email\n1,Pantry,Food,Active,\n2,Clinic,Care,active,call us\n"
    sheet = io.StringIO(text)
    sheet.name = "services.csv"
    harms = [finding.harm for finding in cc.read(sheet).findings]
    assert harms == sorted(harms, key=list(Harm).index)
    assert {Harm.LOST, Harm.STYLE} <= set(harms)


@pytest.mark.parametrize(
    ("action", "read_as", "outcome"),
    [
        ("read as", "5 Hidden Lane", "read in another form"),
        ("what follows is read as of the category", "Shelters", "read in another form"),
        ("read as if absent", None, "read as if absent"),
        ("dropped", None, "dropped"),
        ("", None, ""),
    ],
)
def test_without_its_value_a_finding_still_says_what_was_done(action, read_as, outcome):
    finding = Finding(
        severity=Severity.WARNING, rule="x", message="m", action=action, value="5 Hidden Ln", read_as=read_as
    )
    shown = finding.without_value()
    assert (shown.value, shown.read_as, shown.outcome) == (None, None, outcome)
    assert (shown.rule, shown.message) == ("x", "m")

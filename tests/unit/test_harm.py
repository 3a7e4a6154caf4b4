"""Findings come in the order of what they may cost a patron."""

from __future__ import annotations

import io

import communityconnector as cc
from communityconnector.model import Finding, Harm, Severity, by_harm


def test_what_is_private_comes_first_then_what_is_lost_and_matters_of_form_come_last():
    rules = ("id-not-uuid", "hours-read", "columns-guessed", "not-an-email")
    found = by_harm(Finding(severity=Severity.INFO, rule=rule, message="") for rule in rules)
    assert [finding.rule for finding in found] == list(reversed(rules))


def test_a_value_that_could_not_be_mended_is_lost():
    mended = Finding(severity=Severity.WARNING, rule="not-a-time", message="", action="read as 09:00")
    dropped = Finding(severity=Severity.ERROR, rule="not-a-time", message="", action="dropped")
    assert (mended.harm, dropped.harm) == (Harm.MENDED, Harm.LOST)


def test_a_directory_gives_its_findings_in_that_order():
    text = "id,name,description,status,email\n1,Pantry,Food,Active,\n2,Clinic,Care,active,call us\n"
    sheet = io.StringIO(text)
    sheet.name = "services.csv"
    harms = [finding.harm for finding in cc.read(sheet).findings]
    assert harms == sorted(harms, key=list(Harm).index)
    assert {Harm.LOST, Harm.STYLE} <= set(harms)

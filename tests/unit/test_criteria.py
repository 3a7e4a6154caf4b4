"""A criterion is stated once: the fields of a need name it, and all else is derived."""

from __future__ import annotations

import attrs
import pytest

import communityconnector as cc
from communityconnector.errors import UnusableIndexError
from communityconnector.matching import Index
from communityconnector.matching.criteria import CRITERIA
from communityconnector.matching.index.persistence import saved
from communityconnector.matching.widening import STAGES
from communityconnector.needs import lexicon
from communityconnector.needs.need import PREFERABLE


def test_the_fields_of_a_need_name_every_criterion_but_the_status():
    names = {field.metadata["criterion"] for field in attrs.fields(cc.Need) if field.metadata}
    assert names == {criterion.name for criterion in CRITERIA} - {"status"} | {"distance"}
    assert set(PREFERABLE) == names
    assert frozenset().union(*STAGES) <= names


def test_no_two_criteria_have_one_name():
    assert len({criterion.name for criterion in CRITERIA}) == len(CRITERIA)


def test_an_index_with_other_criteria_is_refused(tmp_path, monkeypatch):
    with monkeypatch.context() as patch:
        patch.setattr(saved, "CRITERIA", CRITERIA[:-1])
        Index.of(cc.sample(), lexicon()).save(tmp_path)
    with pytest.raises(UnusableIndexError, match="another set of criteria"):
        Index.open(tmp_path)

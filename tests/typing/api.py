"""What type checkers see of the public face. Checked by mypy, never run."""

from __future__ import annotations

from collections.abc import Mapping
from typing import assert_type

import communityconnector as cc
from communityconnector.matching import MatchResults, Reweighable
from communityconnector.model import Difference, Schedule

directory = cc.read("hsds.zip", mode="repair")
assert_type(directory, cc.Directory)
assert_type(directory.services, Mapping[str, cc.Service])
assert_type(directory.findings, tuple[cc.Finding, ...])
assert_type(cc.sample(), cc.Directory)
assert_type(cc.write(directory, "out.json", audience="steward"), tuple[cc.Finding, ...])

matcher = cc.Matcher(directory, zone="America/New_York")
need = cc.Need("food", terms="food-pantry", near=(36.4, -81.4), age=19)
result = matcher.match(need, limit=10, rank="distance")
assert_type(result, cc.MatchResult)
assert_type(result[0], cc.Match)
assert_type(result[0:2], tuple[cc.Match, ...])
for match in result:
    assert_type(match, cc.Match)
    assert_type(match.service.name, str)
    assert_type(match.service.minimum_age, float | None)
    assert_type(match.offer.schedules, tuple[Schedule, ...])
    assert_type(match.location, cc.Location | None)
    assert_type(match.score, float)
    assert_type(match.reasons, tuple[cc.Reason, ...])
assert_type(matcher.explain("food", "id"), tuple[cc.Explanation, ...])
assert_type(matcher.match_many(["food", need], limit=3), MatchResults)
assert_type(matcher.plan([need], near=cc.Point(36.4, -81.4)), cc.Itinerary)
assert_type(matcher.reweighable(need), Reweighable)
assert_type(matcher.update(directory), Difference)
assert_type(matcher.index, cc.Index)
assert_type(matcher.directory, cc.Directory)
matcher.match(5)  # type: ignore[arg-type]
matcher.match("food", limits=3)  # type: ignore[call-arg]

cc.Service(id="1", name="x")  # type: ignore[call-arg]  # HSDS requires a status
cc.Point("36", "-81").latitude = 3  # type: ignore[misc]  # records and values are frozen
cc.Matcher("hsds.zip")  # type: ignore[arg-type]  # a matcher takes a directory, not a path
cc.Need(5)  # type: ignore[arg-type]  # a need is said in words
cc.Need("food", near=28640)  # type: ignore[arg-type]  # a ZIP code is a string
cc.Need("food", terms=[5])  # type: ignore[list-item]
cc.Need("food", language=3)  # type: ignore[arg-type]
cc.Need("food", open_between="today")  # type: ignore[arg-type]

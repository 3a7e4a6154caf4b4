"""What type checkers see of the public face. Checked by mypy, never run."""

from __future__ import annotations

from collections.abc import Mapping
from typing import assert_type

import communityconnector as cc
from communityconnector.model import Schedule

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

cc.Service(id="1", name="x")  # type: ignore[call-arg]  # HSDS requires a status
cc.Point("36", "-81").latitude = 3  # type: ignore[misc]  # records and values are frozen
cc.Matcher("hsds.zip")  # type: ignore[arg-type]  # a matcher takes a directory, not a path

"""The desk that most of these tests begin with."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from builders import BuiltDesk, make_desk


@pytest.fixture
def desk() -> Iterator[BuiltDesk]:
    """A desk in memory with a small directory."""
    with make_desk() as desk:
        yield desk

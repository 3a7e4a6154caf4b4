"""Rejecting a text that can be read in several ways."""

from __future__ import annotations

from typing import NoReturn


class DoubtError(Exception):
    """The text is not certain; says why."""


def doubt(why: str) -> NoReturn:
    """Give up on a text."""
    raise DoubtError(why)

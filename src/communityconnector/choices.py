"""Enumerations of names to choose from, such as audiences."""

from __future__ import annotations

from enum import StrEnum
from typing import NoReturn

from communityconnector.errors import UnknownNameError


class Choice(StrEnum):
    """A list of names.

    Raises:
        UnknownNameError: a value is not in the list.
    """

    @classmethod
    def _missing_(cls, value: object) -> NoReturn:  # noqa: ARG003  # it may be private, so no message repeats it
        message = f"unknown {cls.__name__.lower()}; expected one of {', '.join(cls)}"
        raise UnknownNameError(message)

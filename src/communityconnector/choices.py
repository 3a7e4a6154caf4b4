"""Names of which one is chosen, such as audiences."""

from __future__ import annotations

from enum import StrEnum
from typing import NoReturn

from communityconnector.errors import UnknownNameError


class Choice(StrEnum):
    """A list of names.

    Raises:
        UnknownNameError: a value is none of them.
    """

    @classmethod
    def _missing_(cls, value: object) -> NoReturn:  # noqa: ARG003  # it may be anything, so no message repeats it
        message = f"there is no such {cls.__name__.lower()}; it is one of {', '.join(cls)}"
        raise UnknownNameError(message)

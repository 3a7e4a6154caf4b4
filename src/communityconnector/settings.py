"""Reading what a host has set for a part: all that is wrong is told at once, and no value is ever repeated.

`make` of a `NotifierFactory`, and of every other factory, takes settings as texts by name. A value may be a password,
or a password may have been pasted into the wrong place, so errors name settings and say what they should be.
"""

from __future__ import annotations

import re
import ssl
from collections.abc import Mapping, Sequence
from typing import Final

from communityconnector.errors import InvalidSettingsError
from communityconnector.notification import Secret

_NUMBER: Final = re.compile(r"[0-9]{1,9}")


class Given:
    """The settings of one part.

    Read each setting by name, then call `done`, which raises if anything was wrong. Until then, what is missing or wrong
    reads as if it were empty.

    Args:
        part: what the host calls the part, such as `smtp`.
        settings: what the host has set.
    """

    def __init__(self, part: str, settings: Mapping[str, str]) -> None:
        self._part = part
        self._settings = settings
        self._known: list[str] = []
        self._problems: list[str] = []

    def text(self, name: str, meaning: str, default: str | None = None) -> str:
        """A setting, without white space around it.

        Args:
            name: of the setting.
            meaning: what it should be, for the error: "the name of the mail server, such as smtp.example.org".
            default: what it is where the host has set nothing; without one, the host must set it.
        """
        found = self._found(name).strip()
        if not found and default is None:
            self.wrong(name, f"is missing: {meaning}")
        return found or default or ""

    def secret(self, name: str) -> Secret | None:
        """A setting that nobody is shown, as it stands; `None` where the host has set nothing."""
        found = self._found(name)
        return Secret(found) if found else None

    def words(self, name: str) -> tuple[str, ...]:
        """A setting that holds several words, with white space between them; empty where the host has set nothing."""
        return tuple(self._found(name).split())

    def choice(self, name: str, options: Sequence[str], default: str) -> str:
        """A setting that is one of a few words."""
        found = self._found(name).strip() or default
        if found not in options:
            self.wrong(name, f"must be one of {', '.join(options)}")
            return default
        return found

    def number(self, name: str, default: int, *, least: int, most: int) -> int:
        """A setting that is a whole number."""
        found = self._found(name).strip() or str(default)
        if not _NUMBER.fullmatch(found) or not least <= int(found) <= most:
            self.wrong(name, f"must be a whole number from {least} to {most}")
            return default
        return int(found)

    def authorities(self, name: str) -> str | None:
        """A setting that names a file of certificates (PEM) of those who are trusted; `None` where the host has set nothing."""
        found = self._found(name).strip()
        if not found:
            return None
        try:
            ssl.create_default_context(cafile=found)
        except (OSError, ValueError):
            self.wrong(name, "must be a file of certificates (PEM)")
        return found

    def wrong(self, name: str, why: str) -> None:
        """Say what is wrong with a setting, without its value.

        Args:
            name: of the setting.
            why: goes on after the name: "must be an address".
        """
        self._problems.append(f"`{name}` {why}")

    def done(self) -> None:
        """End of the settings.

        Raises:
            InvalidSettingsError: one was missing or wrong, or there are others than were read; the message says all.
        """
        known = ", ".join(self._known)
        # Only how many, for what stands where a name should stand may be a value.
        if odd := len(self._settings.keys() - set(self._known)):
            self._problems.append(
                f"there {'is a setting' if odd == 1 else f'are {odd} settings'} besides those that it reads ({known})"
            )
        if self._problems:
            message = f"settings of {self._part}: {'; '.join(self._problems)}"
            raise InvalidSettingsError(message)

    def _found(self, name: str) -> str:
        self._known.append(name)
        found: object = self._settings.get(name, "")
        if not isinstance(found, str):
            # As where a file of settings has a number without quotes.
            self.wrong(name, f"must be a text, not {type(found).__name__}")
            return ""
        return found

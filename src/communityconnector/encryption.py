"""The encryption port: how private data can be written so that destroying a key destroys it.

Each referral has a data key of its own. It is kept wrapped by a key of the host's, and what is private is sealed with
it. When the data key is destroyed, what it sealed is noise wherever the key was not copied too. A backup from before has
both: it can be read by who has the host's key, until that is destroyed.
"""

from __future__ import annotations

from typing import Protocol


class Keyring(Protocol):
    """Makes data keys, and seals with them. It may be shared between threads.

    A `name` says what a text belongs to, so that a sealed text that is moved elsewhere is not opened there.
    """

    def new_key(self, name: str) -> str:
        """A new data key, wrapped."""
        ...

    def seal(self, wrapped: str, name: str, text: str) -> str:
        """A text, sealed with a data key."""
        ...

    def unseal(self, wrapped: str, name: str, sealed: str) -> str:
        """The text that was sealed.

        Raises:
            SealBrokenError: it was sealed with another key or for another name, or has been changed.
        """
        ...

    def rewrap(self, wrapped: str, name: str) -> str:
        """The same data key, wrapped by the newest of the host's keys."""
        ...

    def index(self, text: str) -> str:
        """What a text is looked up by: the same for the same text, and telling nothing of it to who has no key."""
        ...

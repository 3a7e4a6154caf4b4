"""`Letterhead`: from whom messages are, where their links lead, and which notifiers carry them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from typing import Final

import attrs

from communityconnector.errors import InvalidReferralError
from communityconnector.notification import Secret
from communityconnector.referrals.message_texts import (
    SEGMENT,
    WIDE_SEGMENTS,
    MessageTexts,
    letters,
    own_texts,
)
from communityconnector.referrals.private import Channel, ContactPreference
from communityconnector.referrals.texts import ANONYMOUS, MessageText, Template

TOKEN_LETTERS: Final = 27
"""Characters of a link's token: 160 bits in base64url."""

_ID_LETTERS: Final = 32


@attrs.frozen(kw_only=True)
class Letterhead:
    """The sender that messages name, the links in them, and the notifiers that carry them.

    Attributes:
        library: the library's short name, as it appears in messages.
        link_base: the beginning of links, such as `https://library.example.org/r/`. Without it, messages have no links.
        anonymous_link_base: the same for patrons who did not agree that a message names the library. Its host name
            should not reveal a library. Without it, these patrons get messages without links.
        staff_notifier: name of the notifier that reaches staff; empty if staff look at the desk themselves.
        staff_address: the staff's address, in the form that the notifier expects.
        language: the staff's language.
        channels: name of the notifier for each way to reach patrons, such as `{"email": "smtp"}`. Ways that are not
            listed are not used.
        texts: texts of the library's own, by language and kind of message (`message_texts.own_texts`).

    Raises:
        InvalidSettingsError: a text is invalid, or has a placeholder that its kind of message may not contain.
        InvalidReferralError: a text would not fit one SMS, the anonymous message names the library, or only one of
            notifier and address for staff is given.
    """

    library: str = "the library"
    link_base: str = ""
    anonymous_link_base: str = ""
    staff_notifier: str = ""
    staff_address: Secret = attrs.field(factory=lambda: Secret(""))
    language: str = "en"
    channels: Mapping[str, str] = attrs.field(factory=dict, hash=False)
    texts: MessageTexts = attrs.field(factory=MessageTexts, converter=own_texts, hash=False)

    def __attrs_post_init__(self) -> None:
        if bool(self.staff_notifier) != bool(self.staff_address.reveal()):
            message = "a letterhead needs staff_notifier and staff_address together, or neither"
            raise InvalidReferralError(message)
        for language, kind, text, own in self.texts.all():
            _, body = self._filled(kind, text, "0" * _ID_LETTERS, "0" * TOKEN_LETTERS, "")
            if not _fits(body, own=own):
                message = (
                    f"the text {kind} ({language}) does not fit one SMS of {SEGMENT} plain characters: "
                    "shorten the library's name or the beginning of the links"
                )
                raise InvalidReferralError(message)
            is_named = bool(self.library) and self.library.casefold() in "\n".join(text).casefold()
            if own and kind == ANONYMOUS and is_named:
                message = (
                    f"the text {kind} ({language}) names the library: it is for patrons who do not want that"
                )
                raise InvalidReferralError(message)

    def ways(
        self, contacts: Iterable[ContactPreference], moment: datetime, fresh_for: timedelta
    ) -> Iterator[tuple[str, ContactPreference]]:
        """Yield the contacts at which a patron may get messages, in the patron's order, each with its notifier.

        Args:
            contacts: the patron's contacts.
            moment: now.
            fresh_for: how long a patron's statement that a contact is safe counts.
        """
        for contact in contacts:
            notifier = "" if contact.channel is Channel.VOICE else self.channels.get(contact.channel, "")
            if notifier and contact.may_be_used(moment, fresh_for):
                yield notifier, contact

    def written(  # noqa: PLR0913  # everything that a text can contain
        self,
        template: Template,
        language: str,
        *,
        referral_id: str,
        token: str = "",
        reason: str = "",
        named: bool = True,
    ) -> tuple[str, str]:
        """Return subject and body of a message.

        Args:
            template: the kind of message.
            language: the reader's language; in English if there is no text in it.
            referral_id: id of the referral. No text to a patron contains it.
            token: the end of the link; empty for no link.
            reason: what staff should look at; only in messages to staff.
            named: whether the message may name the library.
        """
        kind = template if named or template is not Template.PATRON_MESSAGE else ANONYMOUS
        return self._filled(kind, self.texts.message(kind, language), referral_id, token, reason)

    def link(self, token: str, *, named: bool = True) -> str:
        """Return the link for a token, or an empty text if there is no token or messages have no links.

        Args:
            token: the end of the link.
            named: whether the message may name the library: the host of a link does so.
        """
        base = self.link_base if named else self.anonymous_link_base
        return f"{base}{token}" if base and token else ""

    def _filled(
        self, kind: str, text: MessageText, referral: str, token: str, reason: str
    ) -> tuple[str, str]:
        link = self.link(token, named=kind != ANONYMOUS)
        values = {"library": self.library, "referral": referral, "link": link, "reason": reason}
        body = text.with_link if link and text.with_link else text.without_link
        return text.subject.format_map(values), body.format_map(values)


def _fits(body: str, *, own: bool) -> bool:
    """Whether a body fits one SMS, or two joined ones if it is the library's own in another script."""
    taken = letters(body)
    if taken is None:
        return own and len(body.encode("utf-16-le")) <= 2 * WIDE_SEGMENTS
    return taken <= SEGMENT

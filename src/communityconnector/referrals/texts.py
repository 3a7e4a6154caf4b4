"""The texts of messages: short, in plain words, in English and Spanish.

Anyone who holds the phone can read a message, so it names no agency, no need and no place. It informs a patron that
there is a message, and an agency that there is a referral. The rest is behind the link.

Every text fits one SMS segment: 160 characters of the GSM 7-bit alphabet (3GPP TS 23.038, 6.2.1). That is why the
Spanish texts avoid á, í, ó and ú.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Final, NamedTuple

import attrs

from communityconnector.errors import InvalidReferralError
from communityconnector.notification import Secret
from communityconnector.referrals.fields import Code
from communityconnector.referrals.private import Channel, ContactPreference
from communityconnector.referrals.states import ReferralStatus

SEGMENT: Final = 160
"""Characters of one SMS."""

TOKEN_LETTERS: Final = 27
"""Characters of a link's token: 160 bits in base64url."""

_ID_LETTERS: Final = 32

_GSM: Final = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡"
    "ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_GSM_DOUBLE: Final = frozenset("^{}\\[~]|€\f")
"""Characters that count as two."""


class Template(Code):
    """A kind of message."""

    AGENCY_REQUEST = "agency_request"
    AGENCY_REMINDER = "agency_reminder"
    AGENCY_WITHDRAWN = "agency_withdrawn"
    """The referral is withdrawn: the agency deletes its records of it."""
    STAFF_ATTENTION = "staff_attention"
    """Staff at the desk should look at a referral."""
    PATRON_MESSAGE = "patron_message"


class Words(NamedTuple):
    """A message in one language.

    Attributes:
        subject: the subject.
        linked: the body of a message with a link.
        bare: the body of a message without a link.
    """

    subject: str
    linked: str
    bare: str


_ANONYMOUS: Final = "anonymous_message"
"""The message to a patron that does not name its sender."""

_TEXTS: Final[Mapping[str, Mapping[str, Words]]] = MappingProxyType(
    {
        "en": {
            Template.AGENCY_REQUEST: Words(
                "A new referral",
                "A new referral ({referral}) is waiting for your answer: {link}",
                "A new referral ({referral}) is waiting for your answer. Please call {library}.",
            ),
            Template.AGENCY_REMINDER: Words(
                "A referral is waiting for your answer",
                "Please answer referral {referral}: {link}",
                "Please answer referral {referral}. Call {library}.",
            ),
            Template.AGENCY_WITHDRAWN: Words(
                "A referral was withdrawn",
                "Referral {referral} was withdrawn. Please delete your records of it.",
                "Referral {referral} was withdrawn. Please delete your records of it.",
            ),
            Template.STAFF_ATTENTION: Words(
                "A referral needs attention",
                "Referral {referral} needs attention: {reason}.",
                "Referral {referral} needs attention: {reason}.",
            ),
            Template.PATRON_MESSAGE: Words(
                "A message from {library}",
                "You have a message from {library}. Read it here: {link}",
                "You have a message from {library}. Please ask at the desk.",
            ),
            _ANONYMOUS: Words(
                "A message for you",
                "You have a message. Read it here: {link}",
                "You have a message at the desk.",
            ),
        },
        "es": {
            Template.AGENCY_REQUEST: Words(
                "Una nueva solicitud",
                "Una nueva solicitud ({referral}) espera su respuesta: {link}",
                "Una nueva solicitud ({referral}) espera su respuesta. Por favor llame a {library}.",
            ),
            Template.AGENCY_REMINDER: Words(
                "Una solicitud espera su respuesta",
                "Por favor responda a la solicitud {referral}: {link}",
                "Por favor responda a la solicitud {referral}. Llame a {library}.",
            ),
            Template.AGENCY_WITHDRAWN: Words(
                "Una solicitud fue retirada",
                "La solicitud {referral} fue retirada. Por favor borre lo que tenga sobre ella.",
                "La solicitud {referral} fue retirada. Por favor borre lo que tenga sobre ella.",
            ),
            Template.STAFF_ATTENTION: Words(
                "Una solicitud pide ser revisada",
                "La solicitud {referral} pide ser revisada: {reason}.",
                "La solicitud {referral} pide ser revisada: {reason}.",
            ),
            Template.PATRON_MESSAGE: Words(
                "Un mensaje de {library}",
                "Tiene un mensaje de {library}. Puede leerlo en: {link}",
                "Tiene un mensaje de {library}. Por favor pregunte en el mostrador.",
            ),
            _ANONYMOUS: Words(
                "Un mensaje para usted",
                "Tiene un mensaje. Puede leerlo en: {link}",
                "Tiene un mensaje en el mostrador.",
            ),
        },
    }
)

_S = ReferralStatus
STATUS_WORDS: Final[Mapping[str, Mapping[ReferralStatus, str]]] = MappingProxyType(
    {
        "en": {
            _S.DRAFT: "Your request has not been sent yet.",
            _S.GIVEN: "You have the details. No one was contacted for you.",
            _S.REQUESTED: "Your request was sent. They have not answered yet.",
            _S.ACCEPTED: "They said yes. They will help you.",
            _S.IN_PROGRESS: "They are working on it.",
            _S.ON_HOLD: "It is on hold. They may need something from you.",
            _S.COMPLETED: "It is done.",
            _S.FAILED: "They could not help this time. Staff can help you look for others.",
            _S.REJECTED: "They could not take your request. Staff can help you look for others.",
            _S.CANCELLED: "Your request was withdrawn.",
            _S.EXPIRED: "They did not answer. Staff can help you look for others.",
            _S.ENTERED_IN_ERROR: "Your request was withdrawn.",
        },
        "es": {
            _S.DRAFT: "Su solicitud todavía no se ha enviado.",
            _S.GIVEN: "Usted tiene los datos. No se envió nada a nadie.",
            _S.REQUESTED: "Su solicitud fue enviada. Aún no han respondido.",
            _S.ACCEPTED: "Dijeron que sí. Le van a ayudar.",
            _S.IN_PROGRESS: "Están trabajando en ello.",
            _S.ON_HOLD: "Está en espera. Quizás necesitan algo de usted.",
            _S.COMPLETED: "Está hecho.",
            _S.FAILED: "Esta vez no pudieron ayudar. El personal puede buscar otros con usted.",
            _S.REJECTED: "No pudieron tomar su solicitud. El personal puede buscar otros con usted.",
            _S.CANCELLED: "Su solicitud fue retirada.",
            _S.EXPIRED: "No respondieron. El personal puede buscar otros con usted.",
            _S.ENTERED_IN_ERROR: "Su solicitud fue retirada.",
        },
    }
)
"""The state of a referral in the words that the patron reads behind the link."""

LANGUAGES: Final = tuple(_TEXTS)


def spoken(language: str) -> str:
    """Return the language of the texts for a reader's language: `es` for `es-MX`, else English."""
    primary = language.partition("-")[0].lower()
    return primary if primary in _TEXTS else LANGUAGES[0]


def letters(text: str) -> int | None:
    """Return how many characters of an SMS a text takes, or `None` if a character is not in the GSM alphabet."""
    if any(letter not in _GSM and letter not in _GSM_DOUBLE for letter in text):
        return None
    return len(text) + sum(letter in _GSM_DOUBLE for letter in text)


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

    Raises:
        InvalidReferralError: a text would not fit one SMS, or only one of notifier and address for staff is given.
    """

    library: str = "the library"
    link_base: str = ""
    anonymous_link_base: str = ""
    staff_notifier: str = ""
    staff_address: Secret = attrs.field(factory=lambda: Secret(""))
    language: str = "en"
    channels: Mapping[str, str] = attrs.field(factory=dict, hash=False)

    def __attrs_post_init__(self) -> None:
        if bool(self.staff_notifier) != bool(self.staff_address.reveal()):
            message = "a letterhead needs staff_notifier and staff_address together, or neither"
            raise InvalidReferralError(message)
        for language in LANGUAGES:
            for words in _TEXTS[language]:
                _, body = self._filled(words, language, "0" * _ID_LETTERS, "0" * TOKEN_LETTERS, "")
                taken = letters(body)
                if taken is None or taken > SEGMENT:
                    message = (
                        f"the text {words} ({language}) does not fit one SMS of {SEGMENT} plain characters: "
                        "shorten the library's name or the beginning of the links"
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
            language: the language, if there are texts in it; otherwise they are in English.
            referral_id: id of the referral. No text to a patron contains it.
            token: the end of the link; empty for no link.
            reason: what staff should look at; only in messages to staff.
            named: whether the message may name the library.
        """
        key = template if named or template is not Template.PATRON_MESSAGE else _ANONYMOUS
        return self._filled(key, spoken(language), referral_id, token, reason)

    def link(self, token: str, *, named: bool = True) -> str:
        """Return the link for a token, or an empty text if there is no token or messages have no links.

        Args:
            token: the end of the link.
            named: whether the message may name the library: the host of a link does so.
        """
        base = self.link_base if named else self.anonymous_link_base
        return f"{base}{token}" if base and token else ""

    def _filled(self, key: str, language: str, referral: str, token: str, reason: str) -> tuple[str, str]:
        words = _TEXTS[language][key]
        link = self.link(token, named=key != _ANONYMOUS)
        filled = {"library": self.library, "referral": referral, "link": link, "reason": reason}
        body = words.linked if link or words.linked == words.bare else words.bare
        return words.subject.format_map(filled), body.format_map(filled)

"""What messages say: little, in plain words, in English and Spanish.

A message can be read by whoever holds the phone, so it names no agency, no need and no place. To a patron it says that
there is a message; to an agency, that there is a referral. The rest is behind the link.

Every text fits one SMS segment: 160 characters of the GSM 7-bit alphabet (3GPP TS 23.038, 6.2.1), which is why the
Spanish ones do without á, í, ó and ú.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Final, NamedTuple

import attrs

from communityconnector.errors import InvalidReferralError
from communityconnector.notification import Secret
from communityconnector.referrals.documents import Code
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
"""These take two characters."""


class Template(Code):
    """Which message."""

    AGENCY_REQUEST = "agency_request"
    AGENCY_REMINDER = "agency_reminder"
    AGENCY_WITHDRAWN = "agency_withdrawn"
    """The referral is taken back: the agency deletes what it holds."""
    STAFF_ATTENTION = "staff_attention"
    """A referral wants somebody at the desk to look at it."""
    PATRON_MESSAGE = "patron_message"


class Words(NamedTuple):
    """A message in one language.

    Attributes:
        subject: its subject.
        linked: what it says with a link.
        bare: what it says without one.
    """

    subject: str
    linked: str
    bare: str


_ANONYMOUS: Final = "anonymous_message"
"""The patron's message that does not say whom it is from."""

_TEXTS: Final[Mapping[str, Mapping[str, Words]]] = MappingProxyType(
    {
        "en": {
            Template.AGENCY_REQUEST: Words(
                "A new referral",
                "A new referral ({referral}) waits for your answer: {link}",
                "A new referral ({referral}) waits for your answer. Please call {library}.",
            ),
            Template.AGENCY_REMINDER: Words(
                "A referral waits for your answer",
                "Please answer referral {referral}: {link}",
                "Please answer referral {referral}. Call {library}.",
            ),
            Template.AGENCY_WITHDRAWN: Words(
                "A referral was taken back",
                "Referral {referral} was taken back. Please delete what you hold about it.",
                "Referral {referral} was taken back. Please delete what you hold about it.",
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
            _S.GIVEN: "You have the details. Nothing was sent to anyone.",
            _S.REQUESTED: "Your request was sent. They have not answered yet.",
            _S.ACCEPTED: "They said yes. They will help you.",
            _S.IN_PROGRESS: "They are working on it.",
            _S.ON_HOLD: "It is on hold. They may need something from you.",
            _S.COMPLETED: "It is done.",
            _S.FAILED: "They could not help this time. Staff can look for others with you.",
            _S.REJECTED: "They could not take your request. Staff can look for others with you.",
            _S.CANCELLED: "Your request was taken back.",
            _S.EXPIRED: "They did not answer. Staff can look for others with you.",
            _S.ENTERED_IN_ERROR: "Your request was taken back.",
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
"""Where a referral stands, as the patron reads it behind the link."""

LANGUAGES: Final = tuple(_TEXTS)


def spoken(language: str) -> str:
    """The language that there are texts in for somebody who reads another: `es` for `es-MX`, else English."""
    primary = language.partition("-")[0].lower()
    return primary if primary in _TEXTS else LANGUAGES[0]


def letters(text: str) -> int | None:
    """How many characters of an SMS a text takes; `None` where the GSM alphabet does not have it all."""
    if any(letter not in _GSM and letter not in _GSM_DOUBLE for letter in text):
        return None
    return len(text) + sum(letter in _GSM_DOUBLE for letter in text)


@attrs.frozen(kw_only=True)
class Letterhead:
    """Whom messages are from, and where they lead.

    Attributes:
        library: the library's short name, as messages say it.
        link_base: what links begin with, such as `https://library.example.org/r/`; without one, messages have no links.
        anonymous_link_base: the same for patrons who did not say that a message may name the library. It should lead to
            a host whose name says nothing of a library; without one, these patrons get messages without links.
        staff_notifier: name of the notifier that tells staff; empty where they look for themselves.
        staff_address: where to, in the notifier's own terms.
        language: the staff's language.
        channels: name of the notifier for each way to reach patrons, such as `{"email": "smtp"}`; a way that is not in
            it is not used.

    Raises:
        InvalidReferralError: a text would not fit one SMS, or staff have a notifier and no address.
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
            message = "a letterhead has a notifier for staff together with an address"
            raise InvalidReferralError(message)
        for language in LANGUAGES:
            for words in _TEXTS[language]:
                _, body = self._filled(words, language, "0" * _ID_LETTERS, "0" * TOKEN_LETTERS, "")
                taken = letters(body)
                if taken is None or taken > SEGMENT:
                    message = (
                        f"the text {words} ({language}) would take more than one SMS of {SEGMENT} plain characters: "
                        "shorten the library's name or the beginning of the links"
                    )
                    raise InvalidReferralError(message)

    def ways(
        self, contacts: Iterable[ContactPreference], moment: datetime, fresh_for: timedelta
    ) -> Iterator[tuple[str, ContactPreference]]:
        """The ways by which a patron may be written to, in the patron's order, each with the notifier for it.

        Args:
            contacts: what the patron said.
            moment: now.
            fresh_for: how long the patron's word counts.
        """
        for contact in contacts:
            notifier = "" if contact.channel is Channel.VOICE else self.channels.get(contact.channel, "")
            if notifier and contact.may_be_used(moment, fresh_for):
                yield notifier, contact

    def written(  # noqa: PLR0913  # what a text can say
        self,
        template: Template,
        language: str,
        *,
        referral_id: str,
        token: str = "",
        reason: str = "",
        named: bool = True,
    ) -> tuple[str, str]:
        """Subject and body of a message.

        Args:
            template: which message.
            language: in which language, if there are texts in it; else in English.
            referral_id: which referral. No text to a patron says it.
            token: what a link ends with; empty for none.
            reason: for staff: what it is about.
            named: whether it may say whom it is from.
        """
        key = template if named or template is not Template.PATRON_MESSAGE else _ANONYMOUS
        return self._filled(key, spoken(language), referral_id, token, reason)

    def link(self, token: str, *, named: bool = True) -> str:
        """The link that a token stands for; empty where there is no token, or messages have no links.

        Args:
            token: what it ends with.
            named: whether the message may say whom it is from: a link does so by its host.
        """
        base = self.link_base if named else self.anonymous_link_base
        return f"{base}{token}" if base and token else ""

    def _filled(self, key: str, language: str, referral: str, token: str, reason: str) -> tuple[str, str]:
        words = _TEXTS[language][key]
        link = self.link(token, named=key != _ANONYMOUS)
        filled = {"library": self.library, "referral": referral, "link": link, "reason": reason}
        body = words.linked if link or words.linked == words.bare else words.bare
        return words.subject.format_map(filled), body.format_map(filled)

"""The texts of messages that ship: short, in plain words, in English and Spanish.

Anyone who holds the phone can read a message, so it names no agency, no need and no place. It informs a patron that
there is a message, and an agency that there is a referral. The rest is behind the link.

Every text fits one SMS segment (`message_texts`). That is why the Spanish texts avoid á, í, ó and ú. A library may put
texts of its own in place of these, and add languages (`Letterhead(texts=...)`).
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final, NamedTuple

from communityconnector.referrals.fields import Code
from communityconnector.referrals.states import ReferralStatus


class Template(Code):
    """A kind of message."""

    AGENCY_REQUEST = "agency_request"
    AGENCY_REMINDER = "agency_reminder"
    AGENCY_WITHDRAWN = "agency_withdrawn"
    """The referral is withdrawn: the agency deletes its records of it."""
    STAFF_ATTENTION = "staff_attention"
    """Staff at the desk should look at a referral."""
    PATRON_MESSAGE = "patron_message"


class MessageText(NamedTuple):
    """A message in one language.

    Attributes:
        subject: the subject.
        without_link: the body of a message without a link.
        with_link: the body of a message with a link; empty for a kind of message that has none.
    """

    subject: str
    without_link: str
    with_link: str = ""


ANONYMOUS: Final = "anonymous_message"
"""The message to a patron that does not name its sender."""

MESSAGE_TEXTS: Final[Mapping[str, Mapping[str, MessageText]]] = MappingProxyType(
    {
        "en": {
            Template.AGENCY_REQUEST: MessageText(
                "A new referral",
                "A new referral ({referral}) is waiting for your answer. Please call {library}.",
                "A new referral ({referral}) is waiting for your answer: {link}",
            ),
            Template.AGENCY_REMINDER: MessageText(
                "A referral is waiting for your answer",
                "Please answer referral {referral}. Call {library}.",
                "Please answer referral {referral}: {link}",
            ),
            Template.AGENCY_WITHDRAWN: MessageText(
                "A referral was withdrawn",
                "Referral {referral} was withdrawn. Please delete your records of it.",
            ),
            Template.STAFF_ATTENTION: MessageText(
                "A referral needs attention",
                "Referral {referral} needs attention: {reason}.",
            ),
            Template.PATRON_MESSAGE: MessageText(
                "A message from {library}",
                "You have a message from {library}. Please ask at the desk.",
                "You have a message from {library}. Read it here: {link}",
            ),
            ANONYMOUS: MessageText(
                "A message for you",
                "You have a message at the desk.",
                "You have a message. Read it here: {link}",
            ),
        },
        "es": {
            Template.AGENCY_REQUEST: MessageText(
                "Una nueva solicitud",
                "Una nueva solicitud ({referral}) espera su respuesta. Por favor llame a {library}.",
                "Una nueva solicitud ({referral}) espera su respuesta: {link}",
            ),
            Template.AGENCY_REMINDER: MessageText(
                "Una solicitud espera su respuesta",
                "Por favor responda a la solicitud {referral}. Llame a {library}.",
                "Por favor responda a la solicitud {referral}: {link}",
            ),
            Template.AGENCY_WITHDRAWN: MessageText(
                "Una solicitud fue retirada",
                "La solicitud {referral} fue retirada. Por favor borre lo que tenga sobre ella.",
            ),
            Template.STAFF_ATTENTION: MessageText(
                "Una solicitud pide ser revisada",
                "La solicitud {referral} pide ser revisada: {reason}.",
            ),
            Template.PATRON_MESSAGE: MessageText(
                "Un mensaje de {library}",
                "Tiene un mensaje de {library}. Por favor pregunte en el mostrador.",
                "Tiene un mensaje de {library}. Puede leerlo en: {link}",
            ),
            ANONYMOUS: MessageText(
                "Un mensaje para usted",
                "Tiene un mensaje en el mostrador.",
                "Tiene un mensaje. Puede leerlo en: {link}",
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

"""Systems that may report by web hooks, and their secrets."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

import attrs

from communityconnector.errors import InvalidSettingsError, InvalidSignatureError
from communityconnector.notification import Secret
from communityconnector.referrals.fields import names
from communityconnector.webhooks import Headers, key_bytes, verify


def _secrets(values: Iterable[Secret]) -> tuple[Secret, ...]:
    return tuple(values)


@attrs.frozen(repr=False)
class WebhookSender:
    """A system that may report by web hooks.

    Its secrets stay with the host and are in no storage: put them where the host keeps its other secrets.

    Attributes:
        id: what the desk calls it: the agency's id, or the name of a platform that speaks for several.
        keys: its secret, or several while one takes another's place (`webhooks.sign`).
        agencies: ids of the agencies that it speaks for; by default the one of its own id.

    Raises:
        InvalidSettingsError: there is no id, no secret, or an invalid secret.
    """

    id: str
    keys: Sequence[Secret] = attrs.field(converter=_secrets)
    agencies: frozenset[str] = attrs.field(
        default=attrs.Factory(lambda self: {self.id}, takes_self=True), converter=names
    )

    def __attrs_post_init__(self) -> None:
        if not self.id:
            message = "a sender of web hooks has an id"
            raise InvalidSettingsError(message)
        key_bytes(self.keys)

    def __repr__(self) -> str:
        return f"<WebhookSender {self.id!r}>"


def check_senders(senders: Iterable[WebhookSender]) -> tuple[WebhookSender, ...]:
    """Make sure that each secret belongs to one sender.

    Raises:
        InvalidSettingsError: two senders have the same id, or know the same secret.
    """
    known = tuple(senders)
    keys = [key for sender in known for key in set(key_bytes(sender.keys))]
    if len({sender.id for sender in known}) < len(known) or len(set(keys)) < len(keys):
        message = "each sender of web hooks has an id and secrets of its own: two have the same"
        raise InvalidSettingsError(message)
    return known


def verify_sender(
    senders: Iterable[WebhookSender], headers: Headers, body: bytes, now: datetime
) -> tuple[WebhookSender, str]:
    """Find the sender whose secret has signed a web hook, and the message's id.

    Raises:
        InvalidSignatureError: no known secret has signed it, or it is an old copy.
    """
    reason, words = "no-match", "there are no senders"
    for sender in senders:
        try:
            return sender, verify(sender.keys, headers, body, now)
        except InvalidSignatureError as error:
            reason, words = error.reason, str(error)
    raise InvalidSignatureError(reason, words)

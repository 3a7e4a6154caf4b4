"""Intakes: how to notify an agency of referrals, and which fields it asks for."""

from __future__ import annotations

from collections.abc import Iterable

import attrs

from communityconnector.errors import InvalidReferralError
from communityconnector.notification import Secret
from communityconnector.referrals.fields import Code, texts, typed
from communityconnector.serialization import Document, DocumentForm


class Taker(Code):
    """The kind of entity that an intake belongs to, by its HSDS name. Ids of the two kinds may coincide."""

    ORGANIZATION = "organization"
    SERVICE = "service"


@attrs.frozen(kw_only=True, repr=False, field_transformer=typed)
class Intake(Document):
    """The way in which an agency, or one of its services, takes referrals.

    A message to an agency contains the referral's id and a link, never what the referral is about. So no notifier has to
    be trusted with more.

    Attributes:
        id: id of the organization or the service.
        entity: which of the two. A service's intake takes precedence over its organization's.
        notifier: name of the notifier that reaches the agency; empty if staff call or walk over.
        address: the address, in the form that the notifier expects.
        language: the language to write in, as a BCP 47 tag.
        required_fields: names of the fields about a patron that the agency requires, such as `first_name`.
        optional_fields: names of the fields that it accepts.
        takes_confidential: whether this way is agreed to be safe for referrals to a confidential service.

    Raises:
        InvalidReferralError: the id is missing, or there is a notifier without an address or the reverse.
    """

    FORM = DocumentForm(error=InvalidReferralError)

    id: str
    entity: Taker = attrs.field(default=Taker.ORGANIZATION, converter=Taker)
    notifier: str = ""
    address: Secret = attrs.field(factory=lambda: Secret(""))
    language: str = "en"
    required_fields: tuple[str, ...] = attrs.field(default=(), converter=texts)
    optional_fields: tuple[str, ...] = attrs.field(default=(), converter=texts)
    takes_confidential: bool = False

    def __attrs_post_init__(self) -> None:
        if not self.id or bool(self.notifier) != bool(self.address.reveal()):
            message = "an intake needs the id of an agency or a service, and either both a notifier and an address or neither"
            raise InvalidReferralError(message)

    @property
    def key(self) -> str:
        """The key under which the intake is stored."""
        return intake_key(self.entity, self.id)

    def check(self, fields: Iterable[str]) -> None:
        """Check that a disclosure has every field that the agency requires and none that it does not ask for.

        Args:
            fields: names of the fields that would be disclosed.

        Raises:
            InvalidReferralError: a field is missing or not asked for. The message names the field.
        """
        names = set(fields)
        for name in self.required_fields:
            if name not in names:
                message = (
                    f"the agency requires {name}: provide it, or choose a service that does not require it"
                )
                raise InvalidReferralError(message)
        unexpected = sorted(names - {*self.required_fields, *self.optional_fields})
        if unexpected:
            message = f"the agency does not ask for {unexpected[0]}, so it must not be sent: leave it out, or add it to the intake"
            raise InvalidReferralError(message)

    def __repr__(self) -> str:
        return f"<Intake of {self.entity} {self.id!r}>"


def intake_key(entity: Taker, id: str) -> str:  # noqa: A002  # the field's own word
    """Return the key under which the intake of an organization or a service is stored."""
    return f"{entity}.{id}"

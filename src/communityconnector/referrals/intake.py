"""How an agency takes referrals: by which way it is told, and what it asks to know."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Self

import attrs

from communityconnector.errors import InvalidReferralError
from communityconnector.notification import Secret
from communityconnector.referrals.documents import TYPED, Code, texts


class Taker(Code):
    """Whose way of taking referrals it is, as HSDS names the entity. Their ids may be the same."""

    ORGANIZATION = "organization"
    SERVICE = "service"


@attrs.frozen(kw_only=True, repr=False, field_transformer=TYPED)
class Intake:
    """How an agency, or one of its services, takes referrals.

    Messages to an agency hold the referral's id and a link, never what it is about. So no notifier needs to be trusted
    with more.

    Attributes:
        id: id of the organization or the service.
        entity: which of the two; what is said of a service counts before what is said of its organization.
        notifier: name of the notifier that tells it; empty for an agency that is called or walked over to.
        address: where to, in the notifier's own terms.
        language: in which language to write, as BCP 47 writes it.
        required_fields: names of what it must be told of a patron, such as `first_name`.
        optional_fields: names of what it may be told.
        takes_confidential: whether its way of taking referrals is agreed to be fit for a confidential service.

    Raises:
        InvalidReferralError: there is no id, or a notifier without an address.
    """

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
            message = (
                "an intake has the id of an agency or a service, and a notifier together with an address"
            )
            raise InvalidReferralError(message)

    @property
    def key(self) -> str:
        """By what it is kept."""
        return intake_key(self.entity, self.id)

    def check(self, told: Iterable[str]) -> None:
        """Make sure that an agency would be told what it asks for, and nothing else.

        Args:
            told: names of the fields.

        Raises:
            InvalidReferralError: a field is missing, or is none that it asks for. The message names the field.
        """
        names = set(told)
        for name in self.required_fields:
            if name not in names:
                message = (
                    f"the agency must be told {name}: give it, or choose a service that does not ask for it"
                )
                raise InvalidReferralError(message)
        strange = sorted(names - {*self.required_fields, *self.optional_fields})
        if strange:
            message = f"the agency does not ask for {strange[0]}, so it is not told: leave it out, or add it to the intake"
            raise InvalidReferralError(message)

    def to_dict(self) -> dict[str, Any]:
        """The intake as a plain document, its address in the open."""
        plain = attrs.asdict(self, filter=lambda field, _: field.name != "address")
        lists = {name: list(plain[name]) for name in ("required_fields", "optional_fields")}
        return {**plain, **lists, "entity": self.entity.value, "address": self.address.reveal()}

    @classmethod
    def from_dict(cls, document: Mapping[str, Any]) -> Self:
        """The intake that a document was made from."""
        return cls(**{**document, "address": Secret(document["address"])})

    def __repr__(self) -> str:
        return f"<Intake of {self.entity} {self.id!r}>"


def intake_key(entity: Taker, id: str) -> str:  # noqa: A002  # the field's own word
    """By what the intake of an organization or a service is kept."""
    return f"{entity}.{id}"

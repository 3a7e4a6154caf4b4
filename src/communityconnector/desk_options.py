"""What a desk is opened with: options of matching and of messages, and the keywords of its calls."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime, tzinfo
from random import Random
from types import MappingProxyType
from typing import Final, Literal, TypedDict
from uuid import uuid4

import attrs

from communityconnector.desk import WebhookSender
from communityconnector.encryption import Keyring
from communityconnector.geocoding import Geocoder
from communityconnector.matching.engine import Reranker
from communityconnector.matching.schedules.recurrence import Holidays
from communityconnector.model import Audience
from communityconnector.needs import Interpreter, Vocabulary
from communityconnector.notification import Notifier, Secret
from communityconnector.plugins import Plugins
from communityconnector.referrals import Letterhead, Policy
from communityconnector.referrals.mappings import Words

AudienceName = Literal["public", "staff", "steward"]
ModeName = Literal["repair", "collect", "strict"]
RankName = Literal["score", "distance", "relevance"]

_NOTHING: Final[Mapping[str, str]] = MappingProxyType({})


def _rerankers(values: Iterable[Reranker | str]) -> tuple[Reranker | str, ...]:
    return tuple(values)


def _senders(values: Iterable[WebhookSender]) -> tuple[WebhookSender, ...]:
    return tuple(values)


def _words(values: Iterable[Words | str]) -> tuple[Words | str, ...]:
    return tuple(values)


@attrs.frozen(kw_only=True)
class MatchingOptions:
    """How a desk matches. A part may be given by the name that a plugin has for it.

    Attributes:
        geocoder: finds places in words (`Matcher`).
        vocabulary: the needs that there are; indexes are made with it.
        interpreter: understands what patrons say.
        weights: what each part adds to a score, by name.
        rerankers: each in turn may put the best matches in another order.
        cues: whether what a patron's words say about the person moves offers up or down (`Matcher`).
    """

    geocoder: Geocoder | str | None = None
    vocabulary: Vocabulary | None = None
    interpreter: Interpreter | str | None = None
    weights: Mapping[str, float] | None = None
    rerankers: tuple[Reranker | str, ...] = attrs.field(default=(), converter=_rerankers)
    cues: bool = True


@attrs.frozen(kw_only=True)
class MessageOptions:
    """How a desk sends messages and takes reports.

    Attributes:
        letterhead: whom messages are from, and where their links lead.
        notifiers: send messages, by name; nothing is sent before `dispatch_once`. Settings in place of a notifier make
            the one that a plugin brings, or that is built in, under that name: `{"smtp": {"host": ...}}`. For several of
            one kind, name the kind: `{"clinic": {"kind": "webhook", "secrets": ...}}`.
        webhook_senders: systems of agencies and platforms that may report by web hooks (`Webhooks.receive`).
        status_words: tables of what words of other systems mean, or their names, beside and in place of the known ones;
            the last one counts (`referrals.mappings.with_words`).
        random: spreads retries over time.
    """

    letterhead: Letterhead = attrs.field(factory=Letterhead)
    notifiers: Mapping[str, Notifier | Mapping[str, str]] = attrs.field(factory=dict)
    webhook_senders: tuple[WebhookSender, ...] = attrs.field(default=(), converter=_senders)
    status_words: tuple[Words | str, ...] = attrs.field(default=(), converter=_words)
    random: Random = attrs.field(factory=Random)


DEFAULT_MATCHING: Final = MatchingOptions()


def utc_now() -> datetime:
    """Give the present moment."""
    return datetime.now(UTC)


def new_id() -> str:
    """Give a new random id."""
    return uuid4().hex


class DeskOptions(TypedDict, total=False):
    """Keywords of `Connector` and of `Connector.open`."""

    plugins: Plugins | None
    settings: Mapping[str, str]
    index: str | os.PathLike[str] | None
    audience: Audience | AudienceName
    matching: MatchingOptions
    messages: MessageOptions | None
    policy: Policy | None
    zone: str | tzinfo | None
    holidays: Holidays | str | None
    clock: Callable[[], datetime]
    secret: Secret | None
    keyring: Keyring | None
    ids: Callable[[], str]

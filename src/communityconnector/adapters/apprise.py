"""Messages to whatever the package `apprise` knows: chats, pagers, text messages, and many more."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING, Final

from communityconnector.errors import MissingExtraError, NotDeliveredError
from communityconnector.notification import Message, Receipt, Secret
from communityconnector.settings import Given

if TYPE_CHECKING:
    import apprise

ANY: Final = "*"
"""Stands for all services."""

_sending: ContextVar[bool] = ContextVar("communityconnector_sending", default=False)


class AppriseNotifier:
    """Sends each message to the one target that its URL names, as `apprise` writes URLs.

    The id stands in brackets under the text, for few services take one. What apprise and the packages below it would
    log meanwhile is dropped, for it names targets. Nothing is kept on disk. May be shared between threads.

    Args:
        services: the services that may be written to, by the first word of their URLs, such as `tgram`; `*` for all.
            Some of them run programs, write files or reach into the library's own network, so whoever may set a
            target may do so too.
        timeout: seconds that a delivery may take.

    Raises:
        MissingExtraError: the package is not installed.
    """

    def __init__(self, services: frozenset[str], timeout: float = 60.0) -> None:
        try:
            import apprise
        except ImportError:
            message = "this notifier needs the extra \"apprise\": pip install 'communityconnector[apprise]'"
            raise MissingExtraError(message) from None
        self._services = services
        self._apprise = apprise
        self._asset = apprise.AppriseAsset(
            app_id="communityconnector",
            app_desc="communityconnector",
            # Pictures from somebody's server would tell when a message was read, and by whom.
            image_url_mask="",
            image_url_logo="",
            app_url="",
            storage_mode=apprise.PersistentStoreMode.MEMORY,
            service_timeout=timeout,
        )

    def send(self, message: Message) -> Receipt:
        """Send a message. It is accepted where apprise says so.

        Raises:
            NotDeliveredError: the URL is none or names more than one target, or the service did not take the message.
        """
        with _silence():
            failure = self._failure(message)
        if failure:
            # Here, where neither an error nor a variable that holds the URL is at hand.
            raise failure
        return Receipt(accepted=True)

    def _failure(self, message: Message) -> NotDeliveredError | None:
        """Send a message, and say what went wrong."""
        if ANY not in self._services and _service(message.to) not in self._services:
            return _failed("its target is a URL of no service that is among `services`")
        try:
            target = self._apprise.Apprise.instantiate(message.to.reveal(), asset=self._asset)
            if target is None:
                return _failed("its target is no URL that apprise understands")
            if len(target) != 1:
                # If one of several failed, all would be sent the message again.
                return _failed("its target names several at once: one URL for each expected")
            # The next address may be anybody's, whatever the URL says of it.
            target.redirects = False
            # Loggers of what has only now been imported.
            _mute()
            return self._sent(target, message)
        except Exception:  # noqa: BLE001  # code for 150 services may raise anything, and its words may name the target
            return _failed("apprise failed", retry=True)

    def _sent(self, target: apprise.NotifyBase, message: Message) -> NotDeliveredError | None:
        sender = self._apprise.Apprise(asset=self._asset)
        sender.add(target)
        mark = f"[{message.id}]"
        body = f"{message.body}\n\n{mark}" if message.body else mark
        taken = sender.notify(
            body=body, title=" ".join(message.subject.split()), body_format=self._apprise.NotifyFormat.TEXT
        )
        # It says no more than yes or no: whether the target is gone or only out of reach stays unknown.
        return None if taken else _failed("apprise could not deliver it", retry=True)


def from_settings(settings: Mapping[str, str]) -> AppriseNotifier:
    """Make the notifier from a host's settings: `services`, `timeout`.

    Raises:
        InvalidSettingsError: one is missing or wrong.
        MissingExtraError: the package is not installed.
    """
    given = Given("apprise", settings)
    services = frozenset(word.lower().removesuffix("://") for word in given.words("services"))
    if not services:
        given.wrong(
            "services",
            "is missing: the first words of the URLs that may be written to, such as tgram; * for all",
        )
    timeout = given.number("timeout", 60, least=1, most=300)
    given.done()
    return AppriseNotifier(services, timeout)


def _service(to: Secret) -> str:
    """The first word of a URL."""
    return to.reveal().partition("://")[0].strip().lower()


def _failed(why: str, *, retry: bool = False) -> NotDeliveredError:
    return NotDeliveredError(f"a message was not delivered: {why}", retry=retry)


@contextmanager
def _silence() -> Iterator[None]:
    """While this holds, nothing that happens on behalf of this call is logged; other threads go on logging."""
    token = _sending.set(True)
    try:
        _mute()
        yield
    finally:
        _sending.reset(token)


def _mute() -> None:
    """Have every logger that there is drop what is said while a message is sent."""
    manager = logging.Logger.manager
    for logger in (logging.getLogger(), *list(manager.loggerDict.values())):
        if isinstance(logger, logging.Logger) and _is_loud not in logger.filters:
            logger.addFilter(_is_loud)


def _is_loud(_record: logging.LogRecord) -> bool:
    return not _sending.get()

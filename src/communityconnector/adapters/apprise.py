"""Messages through the package `apprise`: chats, pagers, text messages and many more."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING, Final

from communityconnector.errors import MissingExtraError, NotDeliveredError
from communityconnector.notification import Message, Receipt, Secret
from communityconnector.settings import SettingsReader

if TYPE_CHECKING:
    import apprise

ANY: Final = "*"
"""All services."""

_sending: ContextVar[bool] = ContextVar("communityconnector_sending", default=False)


class AppriseNotifier:
    """Sends each message to one target, named by a URL of `apprise`.

    The message's id stands in brackets under the text, because few services have a field for it. While it sends, logs of
    apprise and the packages below it are dropped, because they name targets. Nothing is stored on disk. May be shared
    between threads.

    Args:
        services: the services that may be used, by the first word of their URLs, such as `tgram`; `*` for all. Some of
            them run programs, write files or reach into the library's own network, so anyone who may set a target
            could do that too.
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
            # Pictures from another server would reveal when a message was read, and by whom.
            image_url_mask="",
            image_url_logo="",
            app_url="",
            storage_mode=apprise.PersistentStoreMode.MEMORY,
            service_timeout=timeout,
        )

    def send(self, message: Message) -> Receipt:
        """Send a message. It counts as accepted if apprise reports success.

        Raises:
            NotDeliveredError: the URL is invalid or names several targets, or the service did not take the message.
        """
        with _silence():
            failure = self._failure(message)
        if failure:
            # Raised here, where no error and no variable in the traceback contains the URL.
            raise failure
        return Receipt(accepted=True)

    def _failure(self, message: Message) -> NotDeliveredError | None:
        """Send a message. Return the failure, if any."""
        if ANY not in self._services and _service(message.to) not in self._services:
            return _failed("the service of its target URL is not listed in `services`")
        try:
            target = self._apprise.Apprise.instantiate(message.to.reveal(), asset=self._asset)
            if target is None:
                return _failed("its target is not a URL that apprise understands")
            if len(target) != 1:
                # If one of several failed, a new attempt would send to all of them again.
                return _failed("its URL names several targets: give one URL for each message")
            # A redirect could lead to any address.
            target.redirects = False
            # The service was imported just now, and with it perhaps new loggers.
            _mute()
            return self._sent(target, message)
        except Exception:  # noqa: BLE001  # code for 150 services may raise anything, with the target in its text
            return _failed("apprise failed", retry=True)

    def _sent(self, target: apprise.NotifyBase, message: Message) -> NotDeliveredError | None:
        sender = self._apprise.Apprise(asset=self._asset)
        sender.add(target)
        id_line = f"[{message.id}]"
        body = f"{message.body}\n\n{id_line}" if message.body else id_line
        is_delivered = sender.notify(
            body=body, title=" ".join(message.subject.split()), body_format=self._apprise.NotifyFormat.TEXT
        )
        # Apprise reports only success or failure: whether the target is gone or out of reach stays unknown.
        return None if is_delivered else _failed("apprise could not deliver it", retry=True)


def from_settings(settings: Mapping[str, str]) -> AppriseNotifier:
    """Make the notifier from a host's settings: `services`, `timeout`.

    Raises:
        InvalidSettingsError: a setting is missing or invalid.
        MissingExtraError: the package is not installed.
    """
    reader = SettingsReader("apprise", settings)
    services = frozenset(word.lower().removesuffix("://") for word in reader.words("services"))
    if not services:
        reader.wrong(
            "services",
            "is missing: list the first words of the URLs that may be used, such as tgram, or * for all",
        )
    timeout = reader.number("timeout", 60, least=1, most=300)
    reader.done()
    return AppriseNotifier(services, timeout)


def _service(to: Secret) -> str:
    """Return the first word of a URL."""
    return to.reveal().partition("://")[0].strip().lower()


def _failed(why: str, *, retry: bool = False) -> NotDeliveredError:
    return NotDeliveredError(f"a message was not delivered: {why}", retry=retry)


@contextmanager
def _silence() -> Iterator[None]:
    """Drop all logs of this call while the block runs. Other threads still log."""
    token = _sending.set(True)
    try:
        _mute()
        yield
    finally:
        _sending.reset(token)


def _mute() -> None:
    """Make every existing logger drop records while a message is sent."""
    manager = logging.Logger.manager
    for logger in (logging.getLogger(), *list(manager.loggerDict.values())):
        if isinstance(logger, logging.Logger) and _may_log not in logger.filters:
            logger.addFilter(_may_log)


def _may_log(_record: logging.LogRecord) -> bool:
    return not _sending.get()

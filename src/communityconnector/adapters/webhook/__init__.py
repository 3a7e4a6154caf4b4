"""Messages to web hooks: signed, sent only to public addresses, and never along a redirect."""

from __future__ import annotations

from communityconnector.adapters.webhook.notifier import WebhookNotifier, from_settings

__all__ = ["WebhookNotifier", "from_settings"]

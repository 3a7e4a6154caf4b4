"""Messages to web hooks: signed, to public addresses only, and never where a redirect leads."""

from __future__ import annotations

from communityconnector.adapters.webhook.notifier import WebhookNotifier, from_settings

__all__ = ["WebhookNotifier", "from_settings"]

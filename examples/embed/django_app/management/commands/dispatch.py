"""`python manage.py dispatch`: for cron, or a task queue's schedule."""

from typing import Any

from django.core.management.base import BaseCommand

from django_app.urls import get_desk


class Command(BaseCommand):
    """Does what is due, and sends what waits."""

    help = "Do what is due for referrals, and send what waits."

    def handle(self, *_: Any, **__: Any) -> None:
        """Do it."""
        desk = get_desk()
        desk.referrals.run_due()
        self.stdout.write(str(desk.dispatch_once()))

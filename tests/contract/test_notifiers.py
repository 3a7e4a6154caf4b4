"""Every notifier of ours is tested, the console here; and the contract catches what it is there for."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from broken_notifiers import FAULTS, Notifying
from seeded import caught

from communityconnector.adapters.console import ConsoleNotifier
from communityconnector.errors import NotDeliveredError
from communityconnector.plugins import Plugins
from communityconnector.testing.notifiers import NotifierContract


class TestConsole(NotifierContract):
    def make_notifier(self):
        self.stream = io.StringIO()
        return ConsoleNotifier(self.stream)

    def make_failing(self):
        closed = io.StringIO()
        closed.close()
        return ConsoleNotifier(closed)

    def received(self, _notifier):
        return [f"Message {part}" for part in self.stream.getvalue().split("Message ")[1:]]


class TestConsoleOfAnOldComputer(NotifierContract):
    """A console that knows no letter beyond ASCII."""

    def make_notifier(self):
        return ConsoleNotifier(io.TextIOWrapper(io.BytesIO(), encoding="ascii"))


class TestConsoleByDefault(NotifierContract):
    def make_notifier(self):
        return ConsoleNotifier()


@pytest.mark.parametrize("name", sorted(Plugins(entry_points=False).notifiers().keys() - {"console"}))
def test_every_built_in_notifier_is_tested_in_a_file_of_its_name(name):
    assert "(NotifierContract):" in Path(__file__).with_name(f"test_{name}.py").read_text(encoding="utf-8")


# Seeded faults: each broken notifier is caught by the test that is named beside it.


def notifying(fault):
    class Seeded(NotifierContract):
        telling = ("canary-target",)

        def make_notifier(self):
            self.made = fault()
            return self.made

        def make_failing(self):
            return fault()

        def received(self, notifier):
            return notifier.arrived

    return Seeded


@pytest.mark.parametrize(
    ("fault", "name"),
    [(fault, name) for name, faults in FAULTS.items() for fault in faults],
    ids=lambda value: value if isinstance(value, str) else value.__name__,
)
def test_the_contract_catches(fault, name, caplog, capfd):
    assert caught(notifying(fault), name, caplog=caplog, capfd=capfd)


class FailingNotifying(Notifying):
    def send(self, _message):
        words = "the provider is out of reach"
        raise NotDeliveredError(words, retry=True, after=30.0)


class TestASoundNotifier(NotifierContract):
    """A contract that fails the innocent catches everything."""

    def make_notifier(self):
        return Notifying()

    def make_failing(self):
        return FailingNotifying()

    def received(self, notifier):
        return notifier.arrived

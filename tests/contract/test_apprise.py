"""The notifier for what apprise knows keeps its contract, though the packages below it name targets in their logs."""

from __future__ import annotations

import json
import logging
import subprocess
import sys
import threading

import apprise
import pytest
from receivers import HOST, Receiver

from communityconnector.adapters.apprise import AppriseNotifier, from_settings
from communityconnector.errors import InvalidSettingsError, MissingExtraError, NotDeliveredError
from communityconnector.notification import Message, Secret
from communityconnector.plugins import Plugins
from communityconnector.testing.notifiers import NotifierContract

# apprise imports it for another package, on the Pythons that still have it.
pytestmark = pytest.mark.filterwarnings("ignore:'imghdr' is deprecated:DeprecationWarning")


@pytest.fixture
def receiver():
    with Receiver() as running:
        yield running


@pytest.fixture(scope="module")
def notifier():
    return AppriseNotifier(frozenset({"json", "form"}), 10)


def message(url, **parts):
    return Message(**{"id": "m-1", "to": Secret(url), "subject": "A referral", "body": "r-7", **parts})


def failure(using, url, **parts):
    with pytest.raises(NotDeliveredError) as caught:
        using.send(message(url, **parts))
    return caught.value


class TestApprise(NotifierContract):
    telling = ("canary-user-7q3x", "canary-word-7q3x", "canary-path-7q3x")

    @pytest.fixture(autouse=True)
    def _serve(self, receiver, notifier):
        self.receiver = receiver
        self.notifier = notifier
        self.target = f"json://canary-user-7q3x:canary-word-7q3x@{HOST}:{receiver.port}/canary-path-7q3x"

    def make_notifier(self):
        return self.notifier

    def make_failing(self):
        self.receiver.status = 500
        return self.notifier

    def received(self, _notifier):
        events = [json.loads(body) for _, _, body in self.receiver.arrived]
        return [f"{event['title']}\n{event['message']}" for event in events]


@pytest.mark.parametrize(
    ("url", "services"),
    [
        *((f"{service}://127.0.0.1:1/canary-path-7q3x", service) for service in ("json", "jsons", "form")),
        *(
            (url, "*")
            for url in ("canary-path-7q3x", "json://", "json://[canary-path-7q3x", "x://canary-path-7q3x")
        ),
        ("json://127.0.0.1:1/canary-path-7q3x?method=canary", "*"),
        ("mailto://canary-path-7q3x@example.org", "json"),
    ],
)
def test_a_failure_to_deliver_reveals_nothing(url, services, caplog, capfd):
    class Failing(TestApprise):
        target = url

        def make_failing(self):
            return AppriseNotifier(frozenset({services}), 10)

    Failing().test_a_failure_is_not_delivered_and_names_nobody(caplog, capfd)


def test_messages_arrive_with_the_id_below_the_text(notifier, receiver):
    assert notifier.send(message(f"json://{HOST}:{receiver.port}/")).accepted
    notifier.send(message(f"json://{HOST}:{receiver.port}/", body="", subject=""))
    first, second = (json.loads(body) for _, _, body in receiver.arrived)
    assert (first["title"], first["message"]) == ("A referral", "r-7\n\n[m-1]")
    assert (second["title"], second["message"]) == ("", "[m-1]")


@pytest.mark.parametrize(("status", "retry"), [(500, True), (404, True), (302, True)])
def test_a_refusal_of_any_kind_may_pass(notifier, receiver, status, retry):
    """apprise does not say which kind it was. A redirect is followed nowhere."""
    receiver.status = status
    receiver.headers = {"Location": f"http://{HOST}:{receiver.port}/elsewhere"}
    assert failure(notifier, f"json://{HOST}:{receiver.port}/?redirect=yes").retry is retry
    assert [path for path, *_ in receiver.arrived] == ["/"]


def test_an_unnamed_service_gets_no_message(notifier):
    for url in (f"xml://{HOST}/", "dbus://", f"syslog://{HOST}", f"{HOST}", "", "://"):
        error = failure(notifier, url)
        assert not error.retry
        assert "`services`" in str(error)


def test_several_targets_in_one_are_refused(receiver):
    """A failure of one would have all of them sent the message again."""
    several = failure(
        AppriseNotifier(frozenset({"tgram"})), "tgram://123456789:abcdefg_hijklmnop/12315544/12315545/"
    )
    assert not several.retry
    assert "names several targets" in str(several)
    assert receiver.arrived == []


def test_an_error_within_apprise_is_a_delivery_failure(notifier, monkeypatch, caplog, capfd):
    class Breaking(TestApprise):
        target = "json://127.0.0.1:1/canary-path-7q3x"

        def make_failing(self):
            def broken(*_, **__):
                raise TypeError(self.target)

            monkeypatch.setattr(apprise.Apprise, "notify", broken)
            return notifier

    Breaking().test_a_failure_is_not_delivered_and_names_nobody(caplog, capfd)


def test_other_loggers_keep_logging_meanwhile(notifier, receiver, caplog):
    """Only what happens on behalf of a message is dropped, not what other threads say by the same loggers."""
    caplog.set_level(logging.DEBUG)
    logger = logging.getLogger("urllib3.connectionpool")
    heard = threading.Event()

    class Slow(list):
        def append(self, item):
            thread = threading.Thread(target=logger.warning, args=("somebody else's business",))
            thread.start()
            thread.join()
            heard.set()
            super().append(item)

    receiver.arrived = Slow()
    notifier.send(message(f"json://{HOST}:{receiver.port}/canary-path-7q3x"))
    assert heard.is_set()
    assert "somebody else's business" in caplog.text
    assert "canary-path-7q3x" not in caplog.text
    logger.warning("afterwards")
    assert "afterwards" in caplog.text


def test_the_underlying_packages_do_log_targets():
    """Shows that there is something to drop."""
    code = (
        "import logging, sys; logging.basicConfig(level=1, stream=sys.stdout)\n"
        "import apprise; target = apprise.Apprise.instantiate('json://127.0.0.1:1/canary-path-7q3x')\n"
        "target.notify(body='x')"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=900
    )
    assert "canary-path-7q3x" in done.stdout


def test_nothing_is_stored_on_disk(tmp_path, receiver):
    code = (
        "from communityconnector.adapters.apprise import from_settings\n"
        "from communityconnector.notification import Message, Secret\n"
        f"url = 'json://{HOST}:{receiver.port}/'\n"
        "from_settings({'services': 'json'}).send(Message('m-1', Secret(url), 'A', 'b'))"
    )
    home = {"HOME": str(tmp_path), "XDG_DATA_HOME": str(tmp_path), "XDG_CACHE_HOME": str(tmp_path)}
    subprocess.run([sys.executable, "-c", code], env=home, check=True, timeout=900)
    assert len(receiver.arrived) == 1
    assert list(tmp_path.rglob("*")) == []


def test_without_the_package_the_extra_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "apprise", None)
    with pytest.raises(MissingExtraError, match=r"communityconnector\[apprise\]"):
        Plugins(entry_points=False).notifiers()["apprise"].make({"services": "json"})


def test_a_notifier_is_made_from_settings(receiver):
    made = (
        Plugins(entry_points=False).notifiers()["apprise"].make({"services": "JSON:// tgram", "timeout": "5"})
    )
    assert made.send(message(f"json://{HOST}:{receiver.port}/")).accepted


@pytest.mark.parametrize(
    ("settings", "fault"),
    [
        ({}, "`services` is missing"),
        ({"services": "json", "timeout": "canary"}, "`timeout` must be a whole number"),
        (
            {"services": "json", "canary": "x"},
            "1 unknown setting (expected: services, timeout)",
        ),
    ],
)
def test_faults_of_settings_are_reported_without_values(settings, fault):
    with pytest.raises(InvalidSettingsError) as caught:
        from_settings(settings)
    assert fault in str(caught.value)
    assert "canary" not in str(caught.value)

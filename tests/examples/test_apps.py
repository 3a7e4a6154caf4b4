"""Each app goes the whole way: a search, a referral, a message, the agency's answer, the patron's answer."""

from __future__ import annotations

import importlib
import os
import re
import signal
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path

import pytest

import communityconnector as cc
from communityconnector.adapters.console import ConsoleNotifier

HERE = Path(__file__).parents[2] / "examples" / "embed"
TITLE = "Information"
STAFF = cc.Actor("staff", "desk-1")
OURS = {"Sec-Fetch-Site": "same-origin", "Origin": "null"}
"""What a browser says of a form of ours: the page names no referrer, so its origin is `null`."""


class Forms(HTMLParser):
    """The forms of a page, as a browser sees them."""

    def __init__(self, page):
        super().__init__()
        self.forms, self.labels, self.asked = [], set(), []
        self._select = None
        self.feed(page)

    def handle_starttag(self, tag, given):
        attrs = dict(given)
        if tag == "form":
            self.forms.append({"action": attrs["action"], "fields": {}, "buttons": {}, "choices": {}})
            return
        if tag == "label":
            self.labels.add(attrs["for"])
        if tag not in ("input", "select", "button", "option") or not self.forms:
            return
        form = self.forms[-1]
        if tag == "option":
            form["choices"].setdefault(self._select, []).append(attrs.get("value"))
        elif tag == "button":
            form["buttons"][attrs.get("name", "")] = attrs.get("value", "")
        elif attrs.get("type") == "hidden":
            form["fields"][attrs["name"]] = attrs["value"]
        else:
            self._select = attrs["name"]
            self.asked.append(attrs.get("id"))


class Browser:
    """Goes from page to page by the forms that are on them."""

    def __init__(self, ask):
        self.ask = ask
        self.page = ""

    def get(self, path, status=200):
        return self._seen(self.ask("GET", path, {}), status)

    def submit(self, action, status=200, **filled):
        form = next(
            one
            for one in Forms(self.page).forms
            if re.fullmatch(action, one["action"]) and _offers(one, filled)
        )
        return self.post(form["action"], status, **{**form["fields"], **filled})

    def post(self, path, status=200, **filled):
        return self._seen(self.ask("POST", path, filled), status)

    def _seen(self, answer, status):
        found, headers, self.page = answer
        assert found == status, self.page
        assert headers["Cache-Control"] == "no-store"
        assert headers["Referrer-Policy"] == "no-referrer"
        assert '<a id="exit" href="/exit">' in self.page
        assert self.page.count("<title>") == self.page.count(f"<title>{TITLE}</title>") == 1
        assert not re.search(r"(src|href)=\"?(https?:)?//", self.page)
        forms = Forms(self.page)
        assert set(forms.asked) <= forms.labels
        return self.page


def _offers(form, filled):
    """Whether what is to be filled in says nothing else than what is there."""
    return all(form["fields"].get(name, value) == value for name, value in filled.items() if name == "event")


def flask_browser():
    module = importlib.import_module("flask_app")
    module.get_desk.cache_clear()
    app = module.app
    client = app.test_client()

    def ask(method, path, data, headers=OURS):
        answer = client.open(path, method=method, data=data, headers=headers)
        return answer.status_code, answer.headers, answer.text

    def dispatch():
        done = app.test_cli_runner().invoke(args=["dispatch"])
        assert done.exit_code == 0, done.output
        return done.output

    return ask, dispatch, lambda: module.get_desk().close()


def fastapi_browser():
    from fastapi.testclient import TestClient

    module = importlib.import_module("fastapi_app")
    module.get_desk.cache_clear()
    client = TestClient(
        module.app, raise_server_exceptions=False, follow_redirects=False, base_url="http://localhost"
    )

    def ask(method, path, data, headers=OURS):
        answer = client.request(method, path, data=data, headers=headers)
        return answer.status_code, answer.headers, answer.text

    def dispatch():
        """In a process of its own, until it has shown a message."""
        words = [sys.executable, "-u", "-m", "fastapi_app"]
        lines = []
        with subprocess.Popen(words, cwd=HERE, stdout=subprocess.PIPE, encoding="utf-8") as process:
            for line in process.stdout:
                lines.append(line)
                if "/r/" in line:
                    process.send_signal(signal.SIGTERM)
        assert process.returncode == 0
        return "".join(lines)

    return ask, dispatch, lambda: (client.close(), module.get_desk().close())


def django_browser():
    os.environ["DJANGO_SETTINGS_MODULE"] = "django_app.settings"
    import django
    from django.core.management import call_command
    from django.test import Client

    django.setup()
    urls = importlib.import_module("django_app.urls")
    urls.get_desk.cache_clear()
    client = Client(enforce_csrf_checks=True, raise_request_exception=False, headers={"Host": "localhost"})

    def ask(method, path, data, headers=OURS):
        answer = client.generic(
            method,
            path,
            _encoded(data),
            content_type="application/x-www-form-urlencoded",
            headers=headers,
        )
        return answer.status_code, answer.headers, answer.content.decode()

    def dispatch():
        import io
        from contextlib import redirect_stdout

        told = io.StringIO()
        with redirect_stdout(told):
            call_command("dispatch")
        return told.getvalue()

    return ask, dispatch, lambda: urls.get_desk().close()


def _encoded(data):
    from urllib.parse import urlencode

    return urlencode(data)


APPS = {"flask": flask_browser, "fastapi": fastapi_browser, "django": django_browser}


@pytest.fixture(scope="module")
def loaded(tmp_path_factory):
    url = f"sqlite:///{tmp_path_factory.mktemp('desk')}/desk.db"
    with cc.Connector.open(
        url, create=True, messages=cc.MessageOptions(notifiers={"console": ConsoleNotifier()})
    ) as desk:
        desk.load(cc.sample())
        agency = desk.match("soup kitchen", near="28694", limit=1)[0].organization.id
        address = cc.Secret("agency@example.org")
        desk.referrals.set_intake(
            cc.Intake(id=agency, notifier="console", address=address, required_fields=["first_name"]),
            actor=STAFF,
        )
    return url


@pytest.fixture(scope="module", params=APPS)
def app(request, loaded):
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DESK_URL", loaded)
        patch.setenv("LINK_BASE", "https://library.example.org/r/")
        patch.syspath_prepend(HERE)
        ask, dispatch, close = APPS[request.param]()
        with cc.Connector.open(loaded) as desk:
            yield ask, dispatch, desk
        close()


@pytest.fixture
def browser(app):
    return Browser(app[0])


def link_in(told):
    return re.findall(r"https://library\.example\.org(/r/[\w-]+)", told)[-1]


def test_a_referral_can_be_followed_from_match_to_outcome(app, browser):
    _, dispatch, desk = app
    browser.get("/")
    browser.submit("/search", need="soup kitchen", near="28694")
    browser.submit("/propose")
    assert "first_name" in browser.page
    page = browser.submit(
        "/refer", type="direct", agreed="on", method="verbal", email="patron@example.org", safe="on", named="on",
        follow_up="on", purpose="to ask for this service", **{"told-first_name": "<Quill>"},
    )  # fmt: skip
    assert "It is requested." in page
    referral_id = re.search(r"Referral (\w+)", page)[1]

    # The agency. Whoever looks at the link sees a button, as often as they like.
    agency = Browser(app[0])
    link = link_in(dispatch())
    for _ in range(3):
        page = agency.get(link)
        assert referral_id not in page
    assert desk.referrals.get(referral_id).acknowledged_at is None
    page = agency.submit(re.escape(link), language="en")
    assert "&lt;Quill&gt;" in page
    assert desk.referrals.get(referral_id).acknowledged_at is not None
    assert {form["fields"]["event"] for form in Forms(page).forms} >= {"accept", "reject", "complete"}
    page = agency.submit(".*/answer", event="accept")
    assert "is accepted" in page
    # The link is used up, and the next one goes on.
    agency.get(link)
    page = agency.submit(re.escape(link), 404, language="en")
    assert "cannot be used any more" in page
    assert desk.referrals.get(referral_id).status == "accepted"

    patron = Browser(app[0])
    told = dispatch()
    assert "You have a message from Ashe County Library" in told
    link = link_in(told)
    assert "Leerlo" in patron.get(link)
    assert "Dijeron que sí" in patron.submit(re.escape(link), language="es")
    assert "number" in patron.submit(".*/follow-up", 400, reached="yes", helped="yes", waited="soon")
    patron.get(link)
    patron.submit(re.escape(link), language="en")
    (form,) = Forms(patron.page).forms
    assert set(Forms(patron.page).asked) == {"reached", "helped", "waited", "problem"}
    assert {name: codes[0] for name, codes in form["choices"].items()} == dict.fromkeys(form["choices"], "")
    assert not re.search(r"\b(selected|checked)\b|name=\"waited\"[^>]*value=", patron.page)
    for given in ({}, {"reached": "yes"}, {"helped": "no"}, {"reached": "", "helped": ""}):
        assert "first two questions" in patron.submit(".*/follow-up", 400, **given)
        assert desk.referrals.follow_up_answers(referral_id) == ()
        patron.get(link)
        patron.submit(re.escape(link), language="en")
    page = patron.submit(".*/follow-up", reached="yes", helped="yes", waited="6", problem="hours_barrier")
    assert "Gracias" in page
    (answer,) = desk.referrals.follow_up_answers(referral_id)
    assert (answer.waited_days, answer.problem) == (6, "hours_barrier")
    referral = desk.referrals.get(referral_id)
    assert (referral.status, referral.outcome, referral.outcome_source) == (
        "completed",
        "service_received",
        "patron",
    )
    assert desk.audit.verify().ok


def _token(page):
    match_object = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', page)
    return {"csrfmiddlewaretoken": match_object[1]} if match_object else {}


def test_an_agency_that_closes_says_why(app, browser):
    _, _, desk = app
    referral_id = _sent(desk)
    browser.get("/r/" + desk.links.issue_agency_link(referral_id, actor=STAFF))
    browser.submit("/r/.*", language="en")
    form = next(one for one in Forms(browser.page).forms if one["fields"].get("event") == "reject")
    assert "no_capacity" in form["choices"]["outcome"]
    assert "service_received" not in form["choices"]["outcome"]
    browser.submit(".*/answer", 400, event="reject")
    browser.get("/r/" + desk.links.issue_agency_link(referral_id, actor=STAFF))
    browser.submit("/r/.*", language="en")
    page = browser.submit(".*/answer", event="accept")
    browser.get(re.search(r'href="(/r/[\w-]+)"', page)[1])
    browser.submit("/r/.*", language="en")
    page = browser.submit(".*/answer", event="fail", outcome="no_funds")
    assert "is failed" in page
    assert "/r/" not in page
    assert desk.referrals.get(referral_id).outcome == "no_funds"


def _sent(desk):
    match = desk.match("soup kitchen", near="28694", limit=1)[0]
    terms = cc.ConsentTerms(fields=["first_name"], purpose="food", method="verbal")
    return desk.refer(
        match, actor=STAFF, type="direct", shared_fields={"first_name": "Quill"}, consent=terms
    ).id


def test_details_are_handed_over_by_default(app, browser):
    _, _, desk = app
    browser.get("/")
    browser.submit("/search", need="dentist", near="28640")
    page = browser.submit("/propose")
    assert "Send a referral" not in page, "nobody has said that this agency takes any"
    page = browser.submit("/refer", type="information")
    assert "It is given." in page
    assert desk.privacy.read_private(re.search(r"Referral (\w+)", page)[1], actor=STAFF).shared_fields == {}


def test_a_crisis_line_comes_first(browser):
    browser.get("/")
    page = browser.submit("/search", need="my boyfriend hit me", near="28694")
    question = page.index("may be in danger at home, these lines can help")
    assert (
        question < page.index("1-800-799-7233") < page.index("because of") < page.index("Services that fit")
    )


def test_an_impossible_request_gets_a_message(browser):
    browser.get("/")
    assert "00000" not in browser.submit("/search", 400, need="food", near="00000").partition("<main>")[2]
    browser.get("/")
    assert "something is missing" in browser.post("/propose", 400, **_token(browser.page))
    browser.get("/r/nobodys")
    assert "cannot be used any more" in browser.submit("/r/nobodys", 404, language="en")
    # The page says the same whatever the link was.
    assert "If the link was one of ours" in browser.submit("/r/nobodys/renew")


def test_without_consent_nothing_is_sent(browser):
    browser.get("/")
    browser.submit("/search", need="soup kitchen", near="28694")
    browser.submit("/propose")
    page = browser.submit(
        "/refer", type="direct", method="verbal", purpose="x", **{"told-first_name": "Quill"}
    )
    assert "It is draft." in page


OWN = {"Origin": "http://localhost"}


@pytest.mark.parametrize(
    ("headers", "staff", "linked"),
    [
        (OURS, 200, 404),
        ({"Sec-Fetch-Site": "none"}, 200, 404),
        ({"Sec-Fetch-Site": "cross-site"}, 403, 403),
        ({"Sec-Fetch-Site": "same-site", **OWN}, 403, 403),
        # A browser that does not say it itself: an old one, or any over plain HTTP.
        (OWN, 200, 404),
        ({"Origin": "null", "Referer": "http://localhost/"}, 200, 404),
        ({"Origin": "https://evil.example"}, 403, 403),
        ({"Origin": "https://evil.example", "Referer": "http://localhost/"}, 403, 403),
        ({"Referer": "https://evil.example/localhost"}, 403, 403),
        ({"Origin": "http://localhost:81"}, 403, 403),
        # Nobody is named: behind a link the token is what counts.
        ({"Origin": "null"}, 403, 404),
        ({}, 403, 404),
    ],
)
def test_forms_from_other_sites_are_refused(app, browser, headers, staff, linked):
    ask, _, _ = app
    browser.get("/")
    form = Forms(browser.page).forms[0]
    status, had, _ = ask("POST", form["action"], {**form["fields"], "need": "food"}, headers)
    assert (status, had["Cache-Control"]) == (staff, "no-store")
    status, had, _ = ask("POST", "/r/nobodys", form["fields"], headers)
    assert (status, had["Cache-Control"]) == (linked, "no-store")


def test_every_page_has_a_quick_exit_link(app, browser):
    ask, _, _ = app
    page = browser.get("/")
    assert page.index("/exit") < page.index("<main>")
    assert "<script>" not in page
    status, headers, body = ask("GET", "/exit", {})
    assert (status, headers["Location"]) == (303, "https://www.weather.gov/")
    assert headers["Clear-Site-Data"] == '"cookies", "storage"'
    assert (headers["Cache-Control"], headers["Referrer-Policy"], body) == ("no-store", "no-referrer", "")
    status, headers, body = ask("GET", "/exit.js", {})
    assert (status, headers["Content-Type"].partition(";")[0]) == (200, "text/javascript")
    assert '"Shift"' in body
    assert "script-src 'self';" in headers["Content-Security-Policy"]
    # It finds what it asks the page for.
    assert set(re.findall(r'getElementById\("([\w-]+)"\)', body)) == {"exit", "exit-by-key"}
    assert 'id="exit-by-key" hidden' in page


def test_error_pages_have_the_security_headers_too(app, monkeypatch):
    def broken(*_):
        raise RuntimeError(STAFF.id)

    ask, _, _ = app
    monkeypatch.setattr("library.results", broken)
    status, _, page = ask("GET", "/", {})
    assert status == 200
    status, headers, page = ask("POST", "/search", {**_token(page), "need": "food"})
    assert status == 500
    assert STAFF.id not in page
    assert (headers["Cache-Control"], headers["Referrer-Policy"]) == ("no-store", "no-referrer")
    assert "default-src 'none'" in headers["Content-Security-Policy"]


@pytest.mark.parametrize(
    "files",
    [
        ["flask_app.py"],
        ["fastapi_app.py"],
        ["manage.py", *HERE.glob("django_app/**/*.py")],
        ["library.py"],
        ["behind_links.py", "browsers.py"],
    ],
)
def test_each_app_is_short(files):
    lines = [line for name in files for line in (HERE / name).read_text(encoding="utf-8").splitlines()]
    assert sum(bool(line.strip()) for line in lines) < 150

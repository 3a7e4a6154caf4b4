"""A directory is read from a server whatever the server gets wrong, and nothing private leaves."""

from __future__ import annotations

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

import pytest

import communityconnector as cc
from communityconnector import interchange
from communityconnector.adapters import hsds_api
from communityconnector.adapters.hsds_api import HsdsApi, read_api
from communityconnector.errors import ApiUnreachableError


def whole(number):
    return {
        "id": f"00000000-0000-4000-8000-{number:012}",
        "name": f"S{number}",
        "status": "active",
        "phones": [],
    }


def page(contents, **about):
    return {"contents": contents, **about}


class Server:
    """A real server on loopback: `answer(path, query)` gives a value, or a status with headers and a body."""

    def __init__(self, answer):
        self.asked = []
        server = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self):
                parts = urlsplit(self.path)
                query = {name: values[0] for name, values in parse_qs(parts.query).items()}
                server.asked.append((parts.path, query, dict(self.headers)))
                found = answer(parts.path, query)
                status, headers, body = (
                    found if isinstance(found, tuple) else (200, {}, json.dumps(found).encode())
                )
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_):
                pass

        self.http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.http.server_address[1]}"
        threading.Thread(target=self.http.serve_forever, daemon=True).start()

    def close(self):
        self.http.shutdown()
        self.http.server_close()


@pytest.fixture
def serve():
    running = []

    def start(answer):
        running.append(Server(answer))
        return running[-1]

    yield start
    for server in running:
        server.close()


def api(server, **more):
    return HsdsApi(server.url, sleep=lambda _: None, **more)


def rules(directory):
    return {finding.rule: finding.count for finding in directory.findings}


def test_a_directory_is_the_same_after_the_api(serve):
    sample = cc.sample().for_audience("public")

    def answer(path, query):
        if path == "/":
            return {
                "version": "3.2",
                "profile": "https://example.org/profile",
                "openapi_url": "https://example.org/o",
            }
        return interchange.page(sample, int(query["page"]), int(query["per_page"]))

    server = serve(answer)
    directory = read_api(api(server, per_page=50))
    assert set(directory.services) == set(sample.services)
    assert directory.services == sample.services
    assert directory.dataset["profile"] == "https://example.org/profile"
    assert [query["page"] for path, query, _ in server.asked if path == "/services"] == list("12345")


PAGES = {"1": [whole(1), whole(2)], "2": [whole(2), whole(3)], "3": [whole(4)], "4": []}


@pytest.mark.parametrize(
    "about",
    [
        {},
        {"total_items": 1, "total_pages": 1, "last_page": False},
        {"total_pages": 2, "last_page": False},
        {"last_page": True, "total_pages": 9},
        {"total_items": "many", "total_pages": None},
    ],
)
def test_wrong_totals_and_page_marks_lose_nothing(serve, about):
    server = serve(lambda path, query: {} if path == "/" else page(PAGES.get(query["page"], []), **about))
    directory = read_api(api(server))
    assert [service.name for service in directory.services.values()] == ["S1", "S2", "S3", "S4"]
    assert rules(directory)["repeated-id"] == 1


def test_reading_ends_where_a_server_repeats_a_page(serve):
    server = serve(lambda path, _: {} if path == "/" else page([whole(1)]))
    assert len(read_api(api(server)).services) == 1
    assert [query["page"] for path, query, _ in server.asked if path == "/services"] == ["1", "2", "0"]


def test_pages_may_be_counted_from_0(serve):
    from_0 = {"0": [whole(0)], **PAGES}
    server = serve(
        lambda path, query: {} if path == "/" else page(from_0.get(query["page"], []), first_page=False)
    )
    assert {service.name for service in read_api(api(server)).services.values()} == {
        "S0",
        "S1",
        "S2",
        "S3",
        "S4",
    }


def test_services_without_ids_are_read_once(serve):
    bare = {"name": "A", "status": "active", "phones": []}
    server = serve(lambda path, _: {} if path == "/" else page([bare, bare]))
    assert [service.name for service in read_api(api(server)).services.values()] == ["A"]


def test_items_without_arrays_are_requested_one_by_one(serve):
    def answer(path, _):
        if path.startswith("/services/"):
            return {
                **whole(int(path[-12:])),
                "phones": [{"id": "00000000-0000-4000-8000-0000000000aa", "number": "828-555-0101"}],
            }
        bare = {name: value for name, value in whole(1).items() if name != "phones"}
        return {} if path == "/" else page([bare])

    directory = read_api(api(serve(answer)))
    assert [service.phones[0].number for service in directory.services.values()] == ["828-555-0101"]


def test_a_service_that_cannot_be_fetched_stays_as_listed(serve):
    bare = {"id": "a/b", "name": "A", "status": "active"}
    server = serve(
        lambda path, _: {} if path == "/" else page([bare]) if path == "/services" else (404, {}, b"")
    )
    directory = read_api(api(server))
    assert directory.services["a/b"].name == "A"
    assert "api-answer-unusable" in rules(directory)
    assert "/services/a%2Fb" in [path for path, *_ in server.asked]


def test_a_page_of_open_referral_uk_1_is_read(serve):
    def answer(path, query):
        last = query.get("page") == "2"
        return {} if path == "/" else {
            "content": [whole(int(query["page"]))], "number": query["page"], "totalPages": 2, "last": last,
        }  # fmt: skip

    assert len(read_api(api(serve(answer))).services) == 2


@pytest.mark.parametrize("status", [429, 500, 503])
def test_a_temporary_failure_is_retried_after_the_servers_wait(serve, status):
    failures = [
        (status, {"Retry-After": "7"}, b""),
        (status, {"Retry-After": "999999"}, b""),
        (status, {}, b""),
    ]
    waited = []

    def answer(path, _):
        if path == "/services" and failures:
            return failures.pop(0)
        return {} if path == "/" else page([whole(1)])

    server = serve(answer)
    assert len(read_api(HsdsApi(server.url, sleep=waited.append)).services) == 1
    assert waited == [7.0, hsds_api.LONGEST_WAIT, 4.0]


def test_a_failed_later_page_keeps_the_earlier_ones_and_is_reported(serve):
    def answer(path, query):
        if query.get("page") == "2":
            return 200, {}, b"<html>"
        return {} if path == "/" else page([whole(1)])

    directory = read_api(api(serve(answer)))
    assert len(directory.services) == 1
    assert "api-answer-unusable" in rules(directory)


@pytest.mark.parametrize(
    "answer", [(404, {}, b""), (200, {}, b"<html>"), (200, {}, b'"text"'), (200, {}, b"[" * 100_000)]
)
def test_an_unusable_first_page_is_a_clear_error(serve, answer):
    with pytest.raises(ApiUnreachableError):
        read_api(api(serve(lambda *_: answer)))


def test_a_missing_server_is_a_clear_error_without_the_password():
    server = Server(lambda *_: {})
    server.close()
    url = server.url.replace("//", "//me:secret@") + "/?key=hidden"
    with pytest.raises(ApiUnreachableError) as error:
        read_api(HsdsApi(url, retries=0))
    assert "secret" not in str(error.value)
    assert "hidden" not in str(error.value)


@pytest.mark.parametrize("url", ["ftp://example.org", "example.org", "file:///etc/passwd", "http://"])
def test_only_web_addresses_are_accepted(url):
    with pytest.raises(ApiUnreachableError):
        HsdsApi(url)


def test_a_redirect_to_another_host_is_not_followed_and_gets_no_key(serve):
    other = serve(lambda *_: page([whole(1)]))
    server = serve(
        lambda *_: (302, {"Location": f"{other.url.replace('127.0.0.1', 'localhost')}/services"}, b"")
    )
    with pytest.raises(ApiUnreachableError):
        read_api(api(server, headers={"X-Api-Key": "hidden"}))
    assert other.asked == []
    assert "hidden" not in repr(api(server, headers={"X-Api-Key": "hidden"}))


def test_a_key_is_sent_and_only_changes_are_requested(serve):
    server = serve(
        lambda path, _: (
            {} if path == "/" else page([whole(1)], first_page=True, last_page=True, total_pages=1)
        )
    )
    read_api(api(server, headers={"X-Api-Key": "k"}), modified_after="2026-11-01T00:00:00Z")
    ((_, query, headers),) = [asked for asked in server.asked if asked[0] == "/services"]
    assert query["modified_after"] == "2026-11-01T00:00:00Z"
    assert headers["X-Api-Key"] == "k"


def test_an_answer_that_is_too_large_is_not_read(serve, monkeypatch):
    monkeypatch.setattr(hsds_api, "MOST_BYTES", 10)
    with pytest.raises(ApiUnreachableError, match="bytes"):
        read_api(api(serve(lambda *_: page([whole(1)]))))


def test_real_answers_of_a_uk_feed_are_read(shared_data, serve):
    folder = shared_data / "oruk-mocks" / "V3.0-UK-Default"

    def answer(path, _):
        name = {"/": "api_details", "/services": "dashboard_services_response"}.get(path, "service_full")
        return 200, {}, (folder / f"{name}.json").read_bytes()

    directory = read_api(api(serve(answer)))
    assert directory.services
    assert directory.dataset["version"]

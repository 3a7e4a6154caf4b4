"""Servers that take messages, on loopback, for the tests of notifiers."""

from __future__ import annotations

import email
import ipaddress
import logging
import socket
import ssl
import threading
from contextlib import contextmanager
from datetime import UTC, datetime
from email.policy import default
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

HOST = "127.0.0.1"

# What a receiver logs is its own affair; in these tests it is in the same process. By a filter, for whoever configures
# logging, as Django does, takes a logger that was disabled into use again.
logging.getLogger("mail.log").addFilter(lambda _: False)


def certificate(folder, *names):
    """A certificate for names and addresses that nobody has signed but itself, and the file of both it and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "a test")])
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(
            datetime(2000, 1, 1, tzinfo=UTC)
        )  # TLS goes by the machine's clock, not by that of the tests
        .not_valid_after(datetime(2099, 1, 1, tzinfo=UTC))
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .add_extension(x509.SubjectAlternativeName([_named(each) for each in names]), critical=False)
        .sign(key, hashes.SHA256())
    )
    path = folder / "certificate.pem"
    path.write_bytes(
        made.public_bytes(serialization.Encoding.PEM)
        + key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    )
    return path


def _named(name):
    try:
        return x509.IPAddress(ipaddress.ip_address(name))
    except ValueError:
        return x509.DNSName(name)


def proving(path):
    """How a server proves its name by a certificate."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(path)
    return context


class Receiver(ThreadingHTTPServer):
    """Takes what is posted to it.

    Attributes:
        arrived: the headers and the body of each request.
        status: what it answers.
        headers: headers of its answers.
    """

    daemon_threads = True

    def __init__(self, tls=None):
        super().__init__((HOST, 0), _Taking)
        self.arrived = []
        self.status = 204
        self.headers = {}
        self.port = self.server_address[1]
        if tls:
            self.socket = tls.wrap_socket(self.socket, server_side=True)
        self.thread = threading.Thread(target=self.serve_forever, args=(0.01,), daemon=True)

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.shutdown()
        self.server_close()

    def handle_error(self, *_):
        """Nothing: a client that does not trust the certificate goes away."""


class _Taking(BaseHTTPRequestHandler):
    def do_POST(self):  # the name that http.server calls
        body = self.rfile.read(int(self.headers["Content-Length"] or 0))
        self.server.arrived.append((self.path, self.headers, body))
        self.send_response(self.server.status)
        for name, value in self.server.headers.items():
            self.send_header(name, value)
        self.end_headers()

    do_GET = do_POST  # noqa: N815  # see above

    def log_message(self, *_):
        """Nothing."""


@contextmanager
def saying(*parts, forever=b"", pause=0.05, greeting=False):
    """A server that says this to everyone, whatever it hears, and then perhaps one thing again and again.

    Args:
        parts: what it says.
        forever: what it says again and again.
        pause: seconds between that.
        greeting: whether it speaks before it has heard anything.
    """
    over = threading.Event()

    def serve():
        while True:
            try:
                caller, _ = server.accept()
            except OSError:
                return
            threading.Thread(target=answer, args=(caller,), daemon=True).start()

    def answer(caller):
        try:
            with caller:
                if not greeting:
                    caller.recv(65_536)
                for part in parts:
                    caller.sendall(part)
                while forever and not over.wait(pause):
                    caller.sendall(forever)
        except OSError:
            pass

    with socket.create_server((HOST, 0)) as server:
        threading.Thread(target=serve, daemon=True).start()
        yield server.getsockname()[1]
        over.set()
        server.shutdown(socket.SHUT_RDWR)


class Mails:
    """A mail server.

    Attributes:
        arrived: the bytes of each mail, with who it was from and for.
        answers: what is said to a command instead, such as `550 5.1.1 unknown`, by the command.
    """

    def __init__(self, **options):
        self.arrived = []
        self.answers = {}
        with socket.create_server((HOST, 0)) as free:
            self.port = free.getsockname()[1]
        self.controller = Controller(self, HOST, self.port, **options)

    def __enter__(self):
        self.controller.start()
        return self

    def __exit__(self, *_):
        self.controller.stop()

    async def handle_EHLO(self, _server, session, _envelope, hostname, responses):  # noqa: N802  # aiosmtpd's name
        session.host_name = hostname
        return [self.answers["EHLO"]] if "EHLO" in self.answers else responses

    async def handle_MAIL(self, _server, _session, envelope, address, _options):  # noqa: N802  # aiosmtpd's name
        envelope.mail_from = address
        return self.answers.get("MAIL", "250 OK")

    async def handle_RCPT(self, _server, _session, envelope, address, _options):  # noqa: N802  # aiosmtpd's name
        envelope.rcpt_tos.append(address)
        return self.answers.get("RCPT", "250 OK").format(address)

    async def handle_DATA(self, _server, session, envelope):  # noqa: N802  # aiosmtpd's name
        if "DATA" in self.answers:
            return self.answers["DATA"].format(envelope.rcpt_tos[0])
        self.arrived.append((envelope.mail_from, envelope.rcpt_tos, envelope.content, bool(session.ssl)))
        return "250 2.0.0 queued"

    async def handle_QUIT(self, *_):  # noqa: N802  # aiosmtpd's name
        return self.answers.get("QUIT", "221 bye")

    def mails(self):
        """What has arrived, read as a mail program does."""
        return [email.message_from_bytes(content, policy=default) for _, _, content, _ in self.arrived]


def logging_in(name, password):
    """Asks for an account."""

    def authenticate(_server, _session, _envelope, _mechanism, data):
        known = (data.login, data.password) == (name.encode(), password.encode())
        return AuthResult(success=known, handled=False)

    return authenticate

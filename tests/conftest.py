"""Settings and places shared by all tests."""

from __future__ import annotations

import os
import time
from datetime import datetime
from pathlib import Path

import pytest
import time_machine
from hypothesis import HealthCheck, settings

from communityconnector.directory_store.reader_pool import usable_cores

ROOT = Path(__file__).parents[1]
SHARED = Path(os.environ.get("COMMUNITYCONNECTOR_SHARED", ROOT.parent / "shared"))


def pytest_xdist_auto_num_workers(config: pytest.Config) -> int:
    """The whole suite runs on every core; a part of it, which is over before workers have begun, without them."""
    return usable_cores() if config.args_source is config.ArgsSource.TESTPATHS else 0


def pytest_configure(config: pytest.Config) -> None:
    """Keep child processes from the network as pytest-socket keeps this one; but not the workers of pytest-xdist.

    Where `COMMUNITYCONNECTOR_CLOCK` names a moment with a zone, the tests and their children begin at that moment.
    """
    if "COMMUNITYCONNECTOR_CLOCK" in os.environ:
        begin = datetime.fromisoformat(os.environ["COMMUNITYCONNECTOR_CLOCK"]).timestamp()
        ahead = os.environ.setdefault("COMMUNITYCONNECTOR_CLOCK_AHEAD", str(begin - time.time()))
        time_machine.travel(time.time() + float(ahead)).start()
    if not getattr(config.option, "numprocesses", None):
        guard = str(ROOT / "tests" / "network_guard")
        os.environ["PYTHONPATH"] = os.pathsep.join(filter(None, (guard, os.environ.get("PYTHONPATH", ""))))
        # Coverage is measured in the processes that run tests. In the programs that tests start it costs a second each.
        os.environ.pop("COVERAGE_PROCESS_CONFIG", None)


# The same examples every time, so that a change is judged by what it changed; the deep mode tries new ones. The brief
# mode is for what no number of examples shows, such as the order of the tests.
for _name, _examples in (("quick", 40), ("brief", 10)):
    settings.register_profile(
        _name,
        max_examples=_examples,
        deadline=None,
        derandomize=True,
        suppress_health_check=[HealthCheck.too_slow],
    )
settings.register_profile("deep", max_examples=2_000, deadline=None, suppress_health_check=list(HealthCheck))
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "quick"))


@pytest.fixture(scope="session")
def official() -> Path:
    """The official HSDS 3.2.3 examples, which are not part of this project."""
    return _data("hsds-3.2.3-examples")


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Data sets for tests, which are not part of this project."""
    return _data("")


@pytest.fixture(scope="session")
def reference() -> Path:
    """Notes on forms of files in this field, which are not part of this project."""
    folder = SHARED / "reference"
    if not folder.is_dir():
        pytest.skip("needs the reference folder beside the project")
    return folder


def _data(name: str) -> Path:
    folder = SHARED / "data" / name
    if not folder.is_dir():
        pytest.skip(f"needs the data folder {name or 'data'} beside the project")
    return folder

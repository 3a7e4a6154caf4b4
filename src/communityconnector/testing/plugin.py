"""The pytest plugin, loaded wherever the library is installed. It only declares the kit's marker."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pytest


def pytest_configure(config: pytest.Config) -> None:
    """Declare the marker, so that `--strict-markers` accepts it."""
    config.addinivalue_line("markers", "storage_contract: a promise that every storage must keep")

"""Fixtures for testing plugins. To use them, set `pytest_plugins = ["communityconnector.testing.fixtures"]` in `conftest.py`."""

from __future__ import annotations

from functools import partial
from typing import Protocol

import pytest

from communityconnector.plugins import Plugins


class MakePlugins(Protocol):
    """Makes a manager with the given plugins."""

    def __call__(self, *plugins: object) -> Plugins:
        """Return a manager with these plugins.

        Args:
            *plugins: modules or objects with hooks.

        Raises:
            PluginError: one of the plugins cannot be used.
        """
        ...


@pytest.fixture
def isolated_plugins() -> MakePlugins:
    """Return a function that makes managers with the built-in plugin and given plugins, ignoring installed ones."""
    return partial(Plugins, strict=True, entry_points=False)

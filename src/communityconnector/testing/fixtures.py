"""Fixtures for the tests of plugins. A `conftest.py` takes them in by `pytest_plugins = ["communityconnector.testing.fixtures"]`."""

from __future__ import annotations

from functools import partial
from typing import Protocol

import pytest

from communityconnector.plugins import Plugins


class MakePlugins(Protocol):
    """Makes a manager with the plugins that it is given."""

    def __call__(self, *plugins: object) -> Plugins:
        """Make it.

        Args:
            *plugins: modules or objects with hooks.

        Raises:
            PluginError: one of them cannot be used.
        """
        ...


@pytest.fixture
def isolated_plugins() -> MakePlugins:
    """Makes managers that know the built-in plugin and those that they are given, whatever else is installed."""
    return partial(Plugins, strict=True, entry_points=False)

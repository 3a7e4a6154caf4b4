"""The version of the library that is installed."""

from __future__ import annotations

from functools import cache


@cache
def installed_version() -> str:
    """Return the version, or `unknown` for a copy of the source that no package manager installed."""
    from importlib.metadata import PackageNotFoundError, version

    try:
        return version("communityconnector")
    except PackageNotFoundError:
        return "unknown"

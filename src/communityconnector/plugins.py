"""The plugins of one `Connector`: which there are, what they declare, and what became of each.

There is no manager for the whole process: two connectors, two notebooks or two tests never share plugins.
"""

from __future__ import annotations

import inspect
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from enum import StrEnum
from importlib import metadata
from itertools import chain
from pkgutil import resolve_name
from types import MappingProxyType, ModuleType
from typing import Any, Final, TypeVar

import attrs
import pluggy

from communityconnector import hookspecs
from communityconnector.errors import PluginError
from communityconnector.hookspecs import (
    API_VERSION,
    PROJECT,
    Exporter,
    GeocoderFactory,
    HolidayCalendar,
    Importer,
    InterpreterFactory,
    NotifierFactory,
    Scorer,
    StatusWords,
    StorageBackend,
)

DECLARES: Final[Mapping[str, type[Any]]] = {
    "communityconnector_exporters": Exporter,
    "communityconnector_geocoders": GeocoderFactory,
    "communityconnector_holidays": HolidayCalendar,
    "communityconnector_importers": Importer,
    "communityconnector_need_interpreters": InterpreterFactory,
    "communityconnector_notifiers": NotifierFactory,
    "communityconnector_scorers": Scorer,
    "communityconnector_status_words": StatusWords,
    "communityconnector_storage_backends": StorageBackend,
}
"""Every hook, and what it declares."""

BUILT_IN: Final = "communityconnector.adapters.builtin"
"""The plugin that ships. It is found by its name as the plugins of others are, for it stands on a higher floor."""

D = TypeVar("D")


class PluginState(StrEnum):
    """What became of a plugin."""

    LOADED = "loaded"
    NOT_ALLOWED = "not allowed"
    """It is installed, but its name is not on the allow-list, so none of its code has run."""
    FAILED = "failed"
    """It raised when it was imported or asked, or it is not installed."""
    REFUSED = "refused"
    """It breaks a rule of plugins."""


@attrs.frozen
class PluginReport:
    """What became of one plugin.

    Attributes:
        name: the name of its entry point; for one that was handed over, of its module or class.
        distribution: the installed package that it came with; empty for one that was handed over.
        version: that package's version.
        hooks: the hooks that it answers, sorted.
        state: what became of it. All of a plugin is used or nothing.
        error: why it is not used; empty where it is, or is not allowed.
    """

    name: str
    distribution: str
    version: str
    hooks: tuple[str, ...]
    state: PluginState
    error: str = ""


@attrs.define(eq=False)
class _Plugin:
    """A plugin under way.

    Attributes:
        installed: whether it came by an entry point; else the host handed it over, or it is built in.
        shell: its hooks and nothing else, for pluggy, which compares plugins and, in 1.6, reads all their attributes.
            A module bears both.
        declared: each declaration with its hook.
    """

    name: str
    distribution: str = ""
    version: str = ""
    installed: bool = attrs.field(default=False, kw_only=True)
    shell: ModuleType = attrs.field(
        init=False, default=attrs.Factory(lambda self: ModuleType(self.name), takes_self=True)
    )
    declared: list[tuple[str, Any]] = attrs.field(init=False, factory=list)
    state: PluginState = attrs.field(init=False, default=PluginState.LOADED)
    error: str = attrs.field(init=False, default="")

    def __str__(self) -> str:
        of = f" of {self.distribution} {self.version}" if self.distribution else ""
        return f"plugin {self.name!r}{of}"

    def claims(self) -> Iterator[tuple[str, str]]:
        """What no other plugin may declare as well."""
        for hook, declaration in self.declared:
            yield hook, _key(declaration)
            if isinstance(declaration, Importer):
                yield from ((hook, suffix) for suffix in declaration.suffixes)

    def report(self) -> PluginReport:
        hooks = tuple(sorted(name for name in vars(self.shell) if name in DECLARES))
        return PluginReport(self.name, self.distribution, self.version, hooks, self.state, self.error)


class Plugins:
    """The plugins of one `Connector`. The built-in one is always there.

    Args:
        plugins: modules or objects with hooks, handed over by the host. What is wrong with one of these always raises.
        allow: names of installed plugins that may be loaded (entry points of the group `communityconnector`), or `*`
            for all that are installed. No code of any other is run.
        strict: whether an installed plugin that cannot be used raises; otherwise `report` says so, and the others work.
        entry_points: whether to look for installed plugins at all.

    Raises:
        PluginError: a plugin that was handed over cannot be used or, if strict, any that is allowed.
    """

    def __init__(
        self, *plugins: object, allow: Iterable[str] = (), strict: bool = False, entry_points: bool = True
    ) -> None:
        self._strict = strict
        self._manager = pluggy.PluginManager(PROJECT)
        self._manager.add_hookspecs(hookspecs)
        self._plugins: list[_Plugin] = []
        self._take(_Plugin(PROJECT, PROJECT, metadata.version(PROJECT)), lambda: resolve_name(BUILT_IN))
        seen: Counter[str] = Counter()
        for plugin in plugins:
            name = _name_of(plugin)
            seen[name] += 1
            self._take(_Plugin(name if seen[name] == 1 else f"{name}#{seen[name]}"), _giving(plugin))
        if entry_points:
            self._load_installed({allow} if isinstance(allow, str) else set(allow))
        self._settle()
        self._found: dict[type[Any], Mapping[str, Any]] = {
            kind: self._by_key(kind) for kind in DECLARES.values()
        }

    def storage_backends(self) -> Mapping[str, StorageBackend]:
        """Databases by the scheme of their URLs."""
        return self._found[StorageBackend]

    def notifiers(self) -> Mapping[str, NotifierFactory]:
        """Ways to send messages, by name."""
        return self._found[NotifierFactory]

    def geocoders(self) -> Mapping[str, GeocoderFactory]:
        """Who knows where places are, by name."""
        return self._found[GeocoderFactory]

    def interpreters(self) -> Mapping[str, InterpreterFactory]:
        """Who understands what patrons say, by name."""
        return self._found[InterpreterFactory]

    def scorers(self) -> Mapping[str, Scorer]:
        """Other orders of the best matches, by name."""
        return self._found[Scorer]

    def importers(self) -> Mapping[str, Importer]:
        """Forms that directories can be read from, by name."""
        return self._found[Importer]

    def exporters(self) -> Mapping[str, Exporter]:
        """Forms that directories can be written in, by name. Call `Exporter.export`, which redacts first."""
        return self._found[Exporter]

    def holidays(self) -> Mapping[str, HolidayCalendar]:
        """Calendars of days on which the usual hours may not hold, by name."""
        return self._found[HolidayCalendar]

    def status_words(self) -> Mapping[str, StatusWords]:
        """Tables of what words of other systems mean, by name."""
        return self._found[StatusWords]

    def report(self) -> tuple[PluginReport, ...]:
        """What became of each plugin: the built-in one, those handed over, then the installed ones by name."""
        return tuple(plugin.report() for plugin in self._plugins)

    def _load_installed(self, allow: set[str]) -> None:
        found = [(point, *_distribution(point)) for point in metadata.entry_points(group=PROJECT)]
        names = Counter(point.name for point, *_ in found)
        for point, distribution, version in sorted(found, key=lambda one: (one[0].name, one[1])):
            plugin = _Plugin(point.name, distribution, version, installed=True)
            if not allow & {point.name, "*"}:
                plugin.state = PluginState.NOT_ALLOWED
                self._plugins.append(plugin)
            elif names[point.name] > 1:
                # A name on the allow-list means one plugin, and which of two is meant is not for us to guess.
                rivals = sorted(other for each, other, _ in found if each.name == point.name)
                self._plugins.append(plugin)
                self._drop(
                    plugin, PluginState.REFUSED, f"{' and '.join(rivals)} both have a plugin of this name"
                )
            else:
                self._take(plugin, point.load)
        for name in sorted(allow - names.keys() - {"*"}):
            plugin = _Plugin(name, installed=True)
            self._plugins.append(plugin)
            self._drop(plugin, PluginState.FAILED, "no installed package has a plugin of this name")

    def _take(self, plugin: _Plugin, load: Callable[[], object]) -> None:
        """Take a plugin in, all of it or nothing."""
        self._plugins.append(plugin)
        try:
            self._register(plugin, load())
        except PluginError as error:
            self._drop(plugin, PluginState.REFUSED, str(error), error)
        except (Exception, SystemExit) as error:  # noqa: BLE001  # code of others may raise anything, or end the program
            self._drop(plugin, PluginState.FAILED, f"{type(error).__name__}: {error}", error)

    def _register(self, plugin: _Plugin, found: object) -> None:
        if inspect.isclass(found):
            message = (
                f"this is the class {found.__qualname__}; a plugin is a module or an object made from a class"
            )
            raise PluginError(message)
        for name, function in self._hooks_of(found):
            setattr(plugin.shell, name, function)
        try:
            self._manager.register(plugin.shell, str(plugin))
            self._manager.check_pending()
        except pluggy.PluginValidationError as error:
            raise PluginError(_one_line(error)) from error
        for caller in self._manager.get_hookcallers(plugin.shell) or ():
            for implementation in caller.get_hookimpls():
                if implementation.plugin is plugin.shell:
                    # Called here and not by pluggy, where the first that raises would silence the rest.
                    declared = _declarations(caller.name, implementation.function())
                    plugin.declared.extend((caller.name, each) for each in declared)
        for (hook, key), times in Counter(plugin.claims()).items():
            if times > 1:
                message = f"{hook} declares {key!r} twice"
                raise PluginError(message)

    def _hooks_of(self, plugin: object) -> Iterator[tuple[str, Callable[..., object]]]:
        for name in dir(plugin):
            # pluggy 1.6 would evaluate properties, which may open a database.
            found = inspect.getattr_static(plugin, name)
            if not inspect.isroutine(found):
                continue
            options = self._manager.parse_hookimpl_opts(plugin, name)
            if options is None:
                if name.startswith(f"{PROJECT}_"):
                    message = f"{name} is not marked with `hookimpl`, so it would never be asked"
                    raise PluginError(message)
                continue
            function = getattr(plugin, name)
            _check(name, function, options)
            yield name, function

    def _drop(
        self, plugin: _Plugin, state: PluginState, reason: str, cause: BaseException | None = None
    ) -> None:
        if self._manager.is_registered(plugin.shell):
            self._manager.unregister(plugin.shell)
        if self._strict or not plugin.installed:
            message = f"{plugin} cannot be used: {reason}"
            raise PluginError(message) from cause
        plugin.declared.clear()
        plugin.state, plugin.error = state, _one_line(reason)

    def _settle(self) -> None:
        """Refuse plugins that declare the same. Of installed ones both go, for their order has no meaning."""
        owners: defaultdict[tuple[str, str], list[_Plugin]] = defaultdict(list)
        for plugin in self._plugins:
            for claim in plugin.claims():
                owners[claim].append(plugin)
        clashes = sorted((claim, rivals) for claim, rivals in owners.items() if len(rivals) > 1)
        for (hook, key), rivals in clashes:
            reason = f"{key!r} of {hook} is declared by {' and by '.join(sorted(map(str, rivals)))}"
            # Without an installed one among them, the host itself handed over what clashes.
            for plugin in [each for each in rivals if each.installed] or rivals[-1:]:
                self._drop(plugin, PluginState.REFUSED, reason)

    def _by_key(self, kind: type[D]) -> Mapping[str, D]:
        declared = chain.from_iterable(plugin.declared for plugin in self._plugins)
        found = {_key(each): each for _, each in declared if isinstance(each, kind)}
        return MappingProxyType(dict(sorted(found.items())))


def _key(declaration: Any) -> str:
    key: str = declaration.scheme if isinstance(declaration, StorageBackend) else declaration.name
    return key


def _name_of(plugin: object) -> str:
    owner = plugin if inspect.ismodule(plugin) or inspect.isclass(plugin) else type(plugin)
    return owner.__name__ if inspect.ismodule(owner) else f"{owner.__module__}.{owner.__qualname__}"


def _distribution(point: metadata.EntryPoint) -> tuple[str, str]:
    """Name and version of what an entry point came with; empty where its metadata do not say."""
    return (point.dist.name or "", point.dist.version or "") if point.dist is not None else ("", "")


def _giving(plugin: object) -> Callable[[], object]:
    return lambda: plugin


def _check(name: str, function: Callable[..., object], options: Mapping[str, Any]) -> None:
    """Refuse what would be called in another way than its author thinks, or by one version of pluggy only."""
    if inspect.iscoroutinefunction(function) or inspect.isasyncgenfunction(function):
        message = f"{name} must be a plain function, not an asynchronous one"
        raise PluginError(message)
    if odd := sorted(option for option, value in options.items() if value):
        message = f"{name} is marked with `hookimpl({odd[0]}=...)`; `hookimpl` takes no arguments here"
        raise PluginError(message)
    for parameter in inspect.signature(function).parameters.values():
        if parameter.default is not parameter.empty:
            message = f"{name} has a default for `{parameter.name}`; versions of pluggy differ in what they pass then"
            raise PluginError(message)


def _declarations(hook: str, answer: object) -> list[Any]:
    kind = DECLARES[hook]
    if not isinstance(answer, Iterable) or isinstance(answer, (str, bytes, Mapping)):
        message = f"{hook} must return an iterable of {kind.__name__}, not {type(answer).__name__}"
        raise PluginError(message)
    found = []
    # A generator runs here, so what it raises midway is this plugin's failure.
    for each in answer:
        if not isinstance(each, kind):
            message = (
                f"{hook} must return an iterable of {kind.__name__}, and there is {type(each).__name__} in it"
            )
            raise PluginError(message)
        if each.api != API_VERSION:
            message = f"{_key(each)!r} of {hook} is for API {each.api}; this version knows API {API_VERSION}"
            raise PluginError(message)
        found.append(each)
    return found


def _one_line(words: object) -> str:
    return " ".join(str(words).split())

"""The plugins of one `Connector`: their declarations, and the state of each.

No manager is shared by the whole process: two connectors, two notebooks or two tests never share plugins.
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
from communityconnector.version import installed_version

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
"""Every hook, and the class of its declarations."""

BUILT_IN: Final = "communityconnector.adapters.builtin"
"""The built-in plugin. It is imported by name, like other plugins, because it is on a higher floor."""

D = TypeVar("D")


class PluginState(StrEnum):
    """The state of a plugin."""

    LOADED = "loaded"
    NOT_ALLOWED = "not allowed"
    """It is installed, but its name is not on the allow-list, so none of its code was run."""
    FAILED = "failed"
    """It raised when it was imported or called, or it is not installed."""
    REFUSED = "refused"
    """It breaks a rule of plugins."""


@attrs.frozen
class PluginReport:
    """A report on one plugin.

    Attributes:
        name: the name of its entry point, or of its module or class if the host passed it.
        distribution: the installed package that it belongs to; empty if the host passed it.
        version: that package's version.
        hooks: the hooks that it implements, sorted.
        state: its state. A plugin is used completely or not at all.
        error: why it is not used; empty if it is used or is not allowed.
    """

    name: str
    distribution: str
    version: str
    hooks: tuple[str, ...]
    state: PluginState
    error: str = ""


@attrs.define(eq=False)
class _Plugin:
    """A plugin while it is loaded.

    Attributes:
        installed: whether it came from an entry point. Otherwise the host passed it, or it is built in.
        shell: a module with only its hooks, for pluggy, which compares plugins and, in 1.6, reads all their attributes.
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
        """Yield what no other plugin may also declare."""
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
        plugins: modules or objects with hooks, passed by the host. A fault in one of these always raises.
        allow: names of installed plugins that may be loaded (entry points of the group `communityconnector`), or `*`
            for all installed ones. No code of any other plugin is run.
        strict: whether an installed plugin that cannot be used raises. Otherwise `report` lists it, and the others work.
        entry_points: whether to look for installed plugins at all.

    Raises:
        PluginError: a plugin that the host passed cannot be used or, if strict, any allowed plugin.
    """

    def __init__(
        self, *plugins: object, allow: Iterable[str] = (), strict: bool = False, entry_points: bool = True
    ) -> None:
        self._strict = strict
        self._manager = pluggy.PluginManager(PROJECT)
        self._manager.add_hookspecs(hookspecs)
        self._plugins: list[_Plugin] = []
        self._take(_Plugin(PROJECT, PROJECT, installed_version()), lambda: resolve_name(BUILT_IN))
        counts: Counter[str] = Counter()
        for plugin in plugins:
            name = _name_of(plugin)
            counts[name] += 1
            self._take(_Plugin(name if counts[name] == 1 else f"{name}#{counts[name]}"), _giving(plugin))
        if entry_points:
            self._load_installed({allow} if isinstance(allow, str) else set(allow))
        self._refuse_clashes()
        self._declarations: dict[type[Any], Mapping[str, Any]] = {
            kind: self._by_key(kind) for kind in DECLARES.values()
        }

    def storage_backends(self) -> Mapping[str, StorageBackend]:
        """Return the databases, by the scheme of their URLs."""
        return self._declarations[StorageBackend]

    def notifiers(self) -> Mapping[str, NotifierFactory]:
        """Return the ways to send messages, by name."""
        return self._declarations[NotifierFactory]

    def geocoders(self) -> Mapping[str, GeocoderFactory]:
        """Return the geocoders, by name."""
        return self._declarations[GeocoderFactory]

    def interpreters(self) -> Mapping[str, InterpreterFactory]:
        """Return the interpreters of patrons' words, by name."""
        return self._declarations[InterpreterFactory]

    def scorers(self) -> Mapping[str, Scorer]:
        """Return the alternative orders of the best matches, by name."""
        return self._declarations[Scorer]

    def importers(self) -> Mapping[str, Importer]:
        """Return the forms that directories can be read from, by name."""
        return self._declarations[Importer]

    def exporters(self) -> Mapping[str, Exporter]:
        """Return the forms that directories can be written in, by name. Call `Exporter.export`, which redacts first."""
        return self._declarations[Exporter]

    def holidays(self) -> Mapping[str, HolidayCalendar]:
        """Return the calendars of days on which the usual hours may not apply, by name."""
        return self._declarations[HolidayCalendar]

    def status_words(self) -> Mapping[str, StatusWords]:
        """Return the tables of what words of other systems mean, by name."""
        return self._declarations[StatusWords]

    def report(self) -> tuple[PluginReport, ...]:
        """Return a report on each plugin: the built-in one, those that the host passed, then the installed ones by name."""
        return tuple(plugin.report() for plugin in self._plugins)

    def _load_installed(self, allow: set[str]) -> None:
        installed = [(point, *_distribution(point)) for point in metadata.entry_points(group=PROJECT)]
        names = Counter(point.name for point, *_ in installed)
        for point, distribution, version in sorted(installed, key=lambda entry: (entry[0].name, entry[1])):
            plugin = _Plugin(point.name, distribution, version, installed=True)
            if not allow & {point.name, "*"}:
                plugin.state = PluginState.NOT_ALLOWED
                self._plugins.append(plugin)
            elif names[point.name] > 1:
                # A name on the allow-list means one plugin. Of two with that name, the library does not guess which.
                rivals = sorted(package for other, package, _ in installed if other.name == point.name)
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
        """Load a plugin completely or not at all."""
        self._plugins.append(plugin)
        try:
            self._register(plugin, load())
        except PluginError as error:
            self._drop(plugin, PluginState.REFUSED, str(error), error)
        except (Exception, SystemExit) as error:  # noqa: BLE001  # code of others may raise anything, or end the program
            self._drop(plugin, PluginState.FAILED, f"{type(error).__name__}: {error}", error)

    def _register(self, plugin: _Plugin, loaded: object) -> None:
        if inspect.isclass(loaded):
            message = f"this is the class {loaded.__qualname__}; a plugin must be a module or an instance of a class"
            raise PluginError(message)
        for name, function in self._hooks_of(loaded):
            setattr(plugin.shell, name, function)
        try:
            self._manager.register(plugin.shell, str(plugin))
            self._manager.check_pending()
        except pluggy.PluginValidationError as error:
            raise PluginError(_one_line(error)) from error
        for caller in self._manager.get_hookcallers(plugin.shell) or ():
            for implementation in caller.get_hookimpls():
                if implementation.plugin is plugin.shell:
                    # Called here and not by pluggy, where one plugin that raises would stop the others.
                    declared = _declarations(caller.name, implementation.function())
                    plugin.declared.extend((caller.name, declaration) for declaration in declared)
        for (hook, key), count in Counter(plugin.claims()).items():
            if count > 1:
                message = f"{hook} declares {key!r} twice"
                raise PluginError(message)

    def _hooks_of(self, plugin: object) -> Iterator[tuple[str, Callable[..., object]]]:
        for name in dir(plugin):
            # pluggy 1.6 would evaluate properties, which may open a database.
            attribute = inspect.getattr_static(plugin, name)
            if not inspect.isroutine(attribute):
                continue
            options = self._manager.parse_hookimpl_opts(plugin, name)
            if options is None:
                if name.startswith(f"{PROJECT}_"):
                    message = f"{name} is not marked with `hookimpl`, so it would never be called"
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

    def _refuse_clashes(self) -> None:
        """Refuse plugins that declare the same thing. Of installed plugins all are refused: their order has no meaning."""
        owners: defaultdict[tuple[str, str], list[_Plugin]] = defaultdict(list)
        for plugin in self._plugins:
            for claim in plugin.claims():
                owners[claim].append(plugin)
        clashes = sorted((claim, rivals) for claim, rivals in owners.items() if len(rivals) > 1)
        for (hook, key), rivals in clashes:
            reason = f"{key!r} of {hook} is declared by {' and by '.join(sorted(map(str, rivals)))}"
            # Without an installed one among them, the host itself passed plugins that clash.
            for plugin in [rival for rival in rivals if rival.installed] or rivals[-1:]:
                self._drop(plugin, PluginState.REFUSED, reason)

    def _by_key(self, kind: type[D]) -> Mapping[str, D]:
        declared = chain.from_iterable(plugin.declared for plugin in self._plugins)
        by_key = {
            _key(declaration): declaration for _, declaration in declared if isinstance(declaration, kind)
        }
        return MappingProxyType(dict(sorted(by_key.items())))


def _key(declaration: Any) -> str:
    key: str = declaration.scheme if isinstance(declaration, StorageBackend) else declaration.name
    return key


def _name_of(plugin: object) -> str:
    owner = plugin if inspect.ismodule(plugin) or inspect.isclass(plugin) else type(plugin)
    return owner.__name__ if inspect.ismodule(owner) else f"{owner.__module__}.{owner.__qualname__}"


def _distribution(point: metadata.EntryPoint) -> tuple[str, str]:
    """Return name and version of the package of an entry point, or empty texts if its metadata lack them."""
    return (point.dist.name or "", point.dist.version or "") if point.dist is not None else ("", "")


def _giving(plugin: object) -> Callable[[], object]:
    return lambda: plugin


def _check(name: str, function: Callable[..., object], options: Mapping[str, Any]) -> None:
    """Refuse a function that would be called differently than its author expects, or only by one version of pluggy."""
    if inspect.iscoroutinefunction(function) or inspect.isasyncgenfunction(function):
        message = f"{name} must be a plain function, not an asynchronous one"
        raise PluginError(message)
    if odd := sorted(option for option, value in options.items() if value):
        message = f"{name} is marked with `hookimpl({odd[0]}=...)`; `hookimpl` takes no arguments here"
        raise PluginError(message)
    for parameter in inspect.signature(function).parameters.values():
        if parameter.default is not parameter.empty:
            message = f"{name} has a default for `{parameter.name}`: remove it, because versions of pluggy treat it differently"
            raise PluginError(message)


def _declarations(hook: str, answer: object) -> list[Any]:
    kind = DECLARES[hook]
    if not isinstance(answer, Iterable) or isinstance(answer, (str, bytes, Mapping)):
        message = f"{hook} must return an iterable of {kind.__name__}, not {type(answer).__name__}"
        raise PluginError(message)
    declarations = []
    # A generator runs here, so an exception midway is a failure of this plugin.
    for declaration in answer:
        if not isinstance(declaration, kind):
            message = (
                f"{hook} must return an iterable of {kind.__name__}, "
                f"but it contains a {type(declaration).__name__}"
            )
            raise PluginError(message)
        if declaration.api != API_VERSION:
            message = (
                f"{_key(declaration)!r} of {hook} is for API {declaration.api}; "
                f"this version knows API {API_VERSION}"
            )
            raise PluginError(message)
        declarations.append(declaration)
    return declarations


def _one_line(text: object) -> str:
    return " ".join(str(text).split())

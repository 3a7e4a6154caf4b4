"""Plugins: every declaration is available under its name, and every broken rule is reported by name, in all versions of pluggy."""

from __future__ import annotations

import importlib
import sys
import textwrap
from datetime import date
from types import ModuleType

import attrs
import pytest

from communityconnector import hookspecs
from communityconnector.errors import PluginError
from communityconnector.hookspecs import (
    API_VERSION,
    Exporter,
    GeocoderFactory,
    HolidayCalendar,
    Importer,
    InterpreterFactory,
    NotifierFactory,
    Scorer,
    StatusWords,
    StorageBackend,
    hookimpl,
)
from communityconnector.plugins import DECLARES, Plugins, PluginState

BUILT_IN_NOTIFIERS = ["apprise", "console", "smtp", "webhook"]


def nothing(*_):
    return None


def notifier(name, **more):
    return NotifierFactory(name, make=nothing, **more)


def giving(answer):
    return lambda: answer


def plugin(**hooks):
    """A module as a plugin: each hook by the end of its name, with the function or what it returns."""
    module = ModuleType("made_up")
    for name, given in hooks.items():
        function = given if callable(given) else giving(given)
        setattr(module, f"communityconnector_{name}", hookimpl(function))
    return module


def refusal(*given, **options):
    with pytest.raises(PluginError) as caught:
        Plugins(*given, **{"entry_points": False, **options})
    return str(caught.value)


@pytest.fixture
def install(tmp_path, monkeypatch):
    """Installs a package with a plugin, as pip lays it out, where this process finds it."""
    monkeypatch.syspath_prepend(tmp_path)
    before = set(sys.modules)

    def made(name, source, *, package=None, version="1.2"):
        package = package or f"communityconnector-{name}"
        module = package.replace("-", "_")
        (tmp_path / f"{module}.py").write_text(textwrap.dedent(source), encoding="utf-8")
        about = tmp_path / f"{module}-{version}.dist-info"
        about.mkdir()
        (about / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {package}\nVersion: {version}\n")
        (about / "entry_points.txt").write_text(f"[communityconnector]\n{name} = {module}\n")
        importlib.invalidate_caches()
        return module

    yield made
    for name in set(sys.modules) - before:
        del sys.modules[name]


GOOD = """
from communityconnector.hookspecs import NotifierFactory, hookimpl

@hookimpl
def communityconnector_notifiers():
    return [NotifierFactory("{name}", make=dict)]
"""


def states(plugins):
    return {report.name: report.state for report in plugins.report() if report.name != "communityconnector"}


class TestWhatIsDeclared:
    def test_the_built_in_plugin_is_always_there_and_uses_every_hook(self):
        (report,) = Plugins(entry_points=False).report()
        assert report.state is PluginState.LOADED
        assert set(report.hooks) == set(DECLARES)
        assert report.distribution == "communityconnector"
        assert report.version

    @pytest.mark.parametrize(
        ("hook", "declaration", "method"),
        [
            ("storage_backends", StorageBackend("mine", open=nothing), "storage_backends"),
            ("notifiers", NotifierFactory("mine", make=nothing), "notifiers"),
            ("geocoders", GeocoderFactory("mine", make=nothing), "geocoders"),
            ("need_interpreters", InterpreterFactory("mine", make=nothing), "interpreters"),
            ("scorers", Scorer("mine", rerank=nothing), "scorers"),
            ("importers", Importer("mine", read=nothing, suffixes=(".mine",)), "importers"),
            ("exporters", Exporter("mine", write=nothing, suffix=".mine"), "exporters"),
            ("holidays", HolidayCalendar("mine", name_of=nothing), "holidays"),
            ("status_words", StatusWords("mine", make=nothing), "status_words"),
        ],
    )
    def test_a_declaration_is_found_under_its_name_beside_the_built_in_ones(self, hook, declaration, method):
        declarations = getattr(Plugins(plugin(**{hook: [declaration]}), entry_points=False), method)()
        assert declarations["mine"] is declaration
        assert len(declarations) > 1

    def test_every_hook_of_the_specification_is_asked(self):
        assert set(DECLARES) == {name for name in vars(hookspecs) if name.startswith("communityconnector_")}

    def test_the_order_of_plugins_has_no_meaning(self):
        first, second = plugin(notifiers=[notifier("b"), notifier("d")]), plugin(notifiers=[notifier("a")])
        for given in ((first, second), (second, first)):
            assert list(Plugins(*given, entry_points=False).notifiers()) == sorted(
                ["a", "b", "d", *BUILT_IN_NOTIFIERS]
            )

    def test_the_mappings_cannot_be_changed(self):
        with pytest.raises(TypeError):
            Plugins(entry_points=False).notifiers()["x"] = None

    def test_two_managers_share_nothing(self):
        Plugins(plugin(notifiers=[notifier("a")]), entry_points=False)
        assert list(Plugins(entry_points=False).notifiers()) == BUILT_IN_NOTIFIERS

    def test_a_generator_is_an_answer(self):
        def two():
            yield notifier("a")
            yield notifier("b")

        assert {"a", "b"} < set(Plugins(plugin(notifiers=two), entry_points=False).notifiers())

    def test_an_object_a_static_and_a_class_method_are_asked(self):
        class Mine:
            @hookimpl
            def communityconnector_notifiers(self):
                return [notifier("a")]

            @staticmethod
            @hookimpl
            def communityconnector_holidays():
                return [HolidayCalendar("b", name_of=nothing)]

            @classmethod
            @hookimpl
            def communityconnector_scorers(cls):
                return [Scorer("c", rerank=nothing)]

        plugins = Plugins(Mine(), entry_points=False)
        assert "a" in plugins.notifiers()
        assert "b" in plugins.holidays()
        assert "c" in plugins.scorers()

    @pytest.mark.parametrize("decorate", [attrs.frozen, attrs.define])
    def test_equal_and_unhashable_plugins_are_distinct(self, decorate):
        @decorate
        class Mine:
            names: list = attrs.field(eq=False)

            @hookimpl
            def communityconnector_notifiers(self):
                return [notifier(name) for name in self.names]

        assert {"a", "b"} < set(Plugins(Mine(["a"]), Mine(["b"]), entry_points=False).notifiers())

    def test_no_property_of_a_plugin_is_evaluated(self):
        class Mine:
            @property
            def database(self):
                raise AssertionError

            @hookimpl
            def communityconnector_notifiers(self):
                return [notifier("a")]

        assert "a" in Plugins(Mine(), entry_points=False).notifiers()

    def test_a_hook_is_asked_once(self):
        asked = []
        plugins = Plugins(plugin(notifiers=lambda: asked.append(1) or []), entry_points=False)
        plugins.notifiers()
        plugins.notifiers()
        assert asked == [1]


class TestWhatIsRefused:
    def test_a_misspelt_hook_by_its_name(self):
        assert "'communityconnector_notifier'" in refusal(plugin(notifier=[]))

    def test_a_hook_without_the_mark(self):
        module = plugin()
        module.communityconnector_version = "1"
        module.communityconnector_notifiers = giving([])
        assert "communityconnector_notifiers is not marked with `hookimpl`" in refusal(module)

    def test_a_class_in_place_of_an_object(self):
        class Mine:
            @hookimpl
            def communityconnector_notifiers(self):
                return []

        assert "Mine; a plugin must be a module or an instance of a class" in refusal(Mine)

    def test_an_argument_with_a_default(self):
        assert "has a default for `_settings`" in refusal(plugin(notifiers=lambda _settings=None: []))

    def test_an_argument_that_the_hook_does_not_have(self):
        assert "'_settings'" in refusal(plugin(notifiers=lambda _settings: []))

    @pytest.mark.parametrize("option", ["wrapper", "hookwrapper", "optionalhook", "tryfirst", "trylast"])
    def test_an_option_of_pluggy(self, option):
        def wrapped():
            yield

        module = ModuleType("made_up")
        module.communityconnector_notifiers = hookimpl(**{option: True})(wrapped)
        assert f"`hookimpl({option}=...)`" in refusal(module)

    def test_another_name_for_a_hook(self):
        module = ModuleType("made_up")
        module.mine = hookimpl(specname="communityconnector_notifiers")(giving([]))
        assert "mine is marked with `hookimpl(specname=...)`" in refusal(module)

    def test_an_asynchronous_function(self):
        async def later():
            return []

        async def one_by_one():
            yield notifier("a")

        for function in (later, one_by_one):
            assert "must be a plain function" in refusal(plugin(notifiers=function))

    @pytest.mark.parametrize("answer", [None, 7, "console", {"a": 1}, notifier("a")])
    def test_an_answer_that_is_not_an_iterable_of_declarations(self, answer):
        words = f"must return an iterable of NotifierFactory, not {type(answer).__name__}"
        assert words in refusal(plugin(notifiers=giving(answer)))

    def test_a_declaration_of_another_hook(self):
        assert "contains a Scorer" in refusal(plugin(notifiers=[Scorer("a", rerank=nothing)]))

    def test_another_api_by_plugin_and_versions(self):
        text = refusal(plugin(notifiers=[notifier("a", api=API_VERSION + 1)]))
        assert "'made_up'" in text
        assert f"is for API {API_VERSION + 1}; this version knows API {API_VERSION}" in text

    def test_the_same_name_from_two_plugins_by_both_their_names(self):
        class Mine:
            @hookimpl
            def communityconnector_notifiers(self):
                return [notifier("a")]

        text = refusal(plugin(notifiers=[notifier("a")]), Mine())
        assert "'a' of communityconnector_notifiers" in text
        assert "'made_up'" in text
        assert "Mine'" in text

    def test_a_name_that_is_built_in(self):
        text = refusal(plugin(storage_backends=[StorageBackend("sqlite", open=nothing)]))
        assert "'sqlite'" in text
        assert "'communityconnector'" in text

    def test_a_suffix_that_another_importer_reads(self):
        assert "'.json'" in refusal(plugin(importers=[Importer("mine", read=nothing, suffixes=(".json",))]))

    def test_the_same_name_twice_from_one_plugin(self):
        assert "declares 'a' twice" in refusal(plugin(notifiers=[notifier("a"), notifier("a")]))

    @pytest.mark.parametrize("name", ["", "Mine", "a b", "-a", "ä", 7, None])
    def test_an_invalid_name(self, name):
        with pytest.raises(PluginError, match=r"is invalid: use small letters"):
            notifier(name)

    @pytest.mark.parametrize("suffixes", [("mrc",), (".MRC",), (".",), ".mrc", (7,)])
    def test_an_invalid_suffix(self, suffixes):
        with pytest.raises(PluginError, match="suffix"):
            Importer("mine", read=nothing, suffixes=suffixes)

    def test_a_part_that_cannot_be_called(self):
        with pytest.raises(PluginError, match="`make` of NotifierFactory must be a function, not str"):
            NotifierFactory("a", make="a")

    def test_any_fault_of_a_passed_plugin_raises(self):
        def breaks():
            yield notifier("a")
            message = "no\nluck"
            raise RuntimeError(message)

        assert "RuntimeError: no" in refusal(plugin(notifiers=breaks))


class TestWhatIsInstalled:
    def test_nothing_is_run_that_is_not_allowed(self, install):
        module = install("sms", GOOD.format(name="sms"))
        (_, report) = Plugins().report()
        assert (report.name, report.distribution, report.version) == ("sms", "communityconnector-sms", "1.2")
        assert report.state is PluginState.NOT_ALLOWED
        assert (report.hooks, report.error) == ((), "")
        assert module not in sys.modules

    @pytest.mark.parametrize("allow", [["sms"], "sms", "*", ("*",)])
    def test_an_allowed_plugin_is_loaded(self, install, allow):
        install("sms", GOOD.format(name="sms"))
        plugins = Plugins(allow=allow)
        assert "sms" in plugins.notifiers()
        assert plugins.report()[1].hooks == ("communityconnector_notifiers",)

    def test_only_allowed_plugins_are_loaded(self, install):
        install("sms", GOOD.format(name="sms"))
        other = install("fax", GOOD.format(name="fax"))
        plugins = Plugins(allow=["sms"])
        assert states(plugins) == {"fax": "not allowed", "sms": "loaded"}
        assert other not in sys.modules

    def test_installed_plugins_are_ignored_on_request(self, install):
        install("sms", GOOD.format(name="sms"))
        assert states(Plugins(allow="*", entry_points=False)) == {}

    @pytest.mark.parametrize(
        ("source", "state", "words"),
        [
            (
                "import a_driver_that_nobody_has",
                "failed",
                "ModuleNotFoundError: No module named 'a_driver_that_nobody_has'",
            ),
            ("raise SystemExit(3)", "failed", "SystemExit: 3"),
            ("def broken(:", "failed", "SyntaxError"),
            (GOOD.format(name="x").replace("return", "1 / 0; return"), "failed", "ZeroDivisionError"),
            (GOOD.format(name="x").replace("return", "yield from"), "loaded", ""),
            (
                GOOD.format(name="x").replace("notifiers", "notifier"),
                "refused",
                "communityconnector_notifier",
            ),
            (GOOD.format(name="console"), "refused", "'console' of communityconnector_notifiers"),
            (GOOD.format(name="Bad Name"), "refused", "'Bad Name' is invalid"),
        ],
    )
    def test_a_plugin_that_does_not_work_never_stops_the_others(self, install, source, state, words):
        install("bad", source)
        install("sms", GOOD.format(name="sms"))
        plugins = Plugins(allow=["bad", "sms"])
        assert states(plugins) == {"bad": state, "sms": "loaded"}
        assert words in plugins.report()[1].error
        assert "\n" not in plugins.report()[1].error
        assert {"console", "sms"} <= set(plugins.notifiers())

    def test_strict_raises_and_names_plugin_distribution_and_version(self, install):
        install("bad", "import a_driver_that_nobody_has", version="3.4")
        with pytest.raises(
            PluginError, match=r"plugin 'bad' of communityconnector-bad 3\.4 cannot be used: Mod"
        ) as caught:
            Plugins(allow=["bad"], strict=True)
        assert isinstance(caught.value.__cause__, ModuleNotFoundError)

    def test_all_of_a_plugin_is_used_or_nothing(self, install):
        late = GOOD.format(name="early") + textwrap.dedent("""
            @hookimpl
            def communityconnector_scorers():
                raise RuntimeError("late")
        """)
        install("half", late)
        plugins = Plugins(allow="*")
        assert list(plugins.notifiers()) == BUILT_IN_NOTIFIERS
        assert plugins.report()[1].hooks == ("communityconnector_notifiers", "communityconnector_scorers")

    def test_two_plugins_with_the_same_declaration_are_both_rejected(self, install):
        install("one", GOOD.format(name="sms"))
        install("two", GOOD.format(name="sms"))
        install("three", GOOD.format(name="three"))
        plugins = Plugins(allow="*")
        assert states(plugins) == {"one": "refused", "two": "refused", "three": "loaded"}
        assert list(plugins.notifiers()) == sorted(["three", *BUILT_IN_NOTIFIERS])
        for report in plugins.report()[1:]:
            assert report.name == "three" or ("'one'" in report.error and "'two'" in report.error)
        with pytest.raises(PluginError, match=r"'one' of communityconnector-one 1\.2 and by plugin 'two'"):
            Plugins(allow="*", strict=True)

    def test_a_passed_plugin_takes_precedence_over_an_installed_one(self, install):
        install("sms", GOOD.format(name="sms"))
        mine = notifier("sms")
        plugins = Plugins(plugin(notifiers=[mine]), allow="*")
        assert plugins.notifiers()["sms"] is mine
        assert states(plugins) == {"made_up": "loaded", "sms": "refused"}

    def test_a_name_that_two_packages_use_loads_neither(self, install):
        real = install("sms", GOOD.format(name="sms"))
        other = install("sms", GOOD.format(name="sms"), package="communityconnector-smss")
        plugins = Plugins(allow=["sms"])
        assert [report.state for report in plugins.report()[1:]] == ["refused", "refused"]
        assert "communityconnector-sms and communityconnector-smss" in plugins.report()[1].error
        assert {real, other}.isdisjoint(sys.modules)

    def test_an_allowed_name_without_a_plugin_is_reported(self):
        plugins = Plugins(allow=["smz"])
        assert states(plugins) == {"smz": "failed"}
        with pytest.raises(PluginError, match="plugin 'smz' cannot be used: no installed package"):
            Plugins(allow=["smz"], strict=True)

    def test_the_report_is_in_order(self, install):
        for name in ("zeta", "alpha", "mid"):
            install(name, GOOD.format(name=name))
        plugins = Plugins(plugin(), allow=["zeta"])
        assert [report.name for report in plugins.report()] == [
            "communityconnector",
            "made_up",
            "alpha",
            "mid",
            "zeta",
        ]


class TestTheBuiltInPlugin:
    @pytest.fixture
    def ours(self):
        return Plugins(entry_points=False)

    def test_storages_open(self, ours, tmp_path):
        backends = ours.storage_backends()
        assert list(backends) == ["mariadb", "memory", "mysql", "postgres", "postgresql", "sqlite"]
        file = f"sqlite:///{tmp_path / 'desk.db'}"
        backends["sqlite"].create(file).close()
        for url in ("memory:", file):
            storage = backends[url.partition(":")[0]].open(url)
            assert storage.get("note", ["a"]) == {}
            storage.close()

    def test_parts_are_made(self, ours, capsys):
        from communityconnector.notification import Message, Secret

        ours.notifiers()["console"].make({}).send(Message("m-1", Secret("x"), "Hello", "There"))
        assert "Hello" in capsys.readouterr().out
        assert ours.geocoders()["us-zip"].make({}).locate("28640") is not None
        assert ours.interpreters()["words"].make({}).interpret("food pantry").concepts
        assert ours.holidays()["us-federal"].name_of(date(2026, 12, 25)) == "Christmas Day"

    def test_every_written_form_can_be_read_again(self, ours, tmp_path):
        import communityconnector as cc

        shown = cc.sample().for_audience("public")
        importer = ours.importers()["hsds"]
        for exporter in ours.exporters().values():
            path = tmp_path / f"copy-{exporter.name}{exporter.suffix}"
            exporter.export(cc.sample(), path)
            assert importer.matches(path) is bool(exporter.suffix)
            assert importer.read(path).services.keys() == shown.services.keys()

    def test_an_exporter_makes_nothing_but_its_own_form(self, ours, tmp_path):
        import communityconnector as cc
        from communityconnector.errors import UnknownFormError

        for exporter in ours.exporters().values():
            path = tmp_path / "copy.pdf"
            with pytest.raises(UnknownFormError):
                exporter.export(cc.sample(), path)
            assert not path.exists()

    def test_nothing_heavy_is_loaded_before_it_is_used(self):
        import subprocess

        code = (
            "import sys; from communityconnector.plugins import Plugins; Plugins(entry_points=False);"
            "print({'numpy', 'sqlalchemy', 'cattrs', 'geopy'} & set(sys.modules))"
        )
        done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
        assert done.stdout.strip() == "set()"

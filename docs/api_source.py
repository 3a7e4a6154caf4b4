"""Find the public names of the library in its source, with their documentation and signatures (for `api_pages`).

Signatures are copied as they are written, so they are the same under every version of Python.
"""

from __future__ import annotations

import ast
import functools
import inspect
from collections.abc import Iterator
from enum import Enum
from importlib import import_module
from inspect import cleandoc
from pathlib import Path
from typing import Any, NamedTuple

import attrs

ROOT = "communityconnector"
WIDTH = 100
"""The longest line of a signature."""


@functools.cache
def tree(module: str) -> ast.Module:
    """Return the parsed source of a module."""
    file = Path(str(import_module(module).__file__))
    stub = file.with_suffix(".pyi")
    return ast.parse((stub if stub.exists() else file).read_text(encoding="utf-8"))


def public_names(module: str) -> list[str]:
    """Return the names that a module promises: its `__all__`, else what it defines, in its order."""
    if listed := getattr(import_module(module), "__all__", None):
        return list(listed)
    names = []
    for node in tree(module).body:
        if isinstance(node, ast.ClassDef | ast.FunctionDef):
            names.append(node.name)
        elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
            names.append(node.target.id)
    return [name for name in names if not name.startswith("_")]


def home(module: str, name: str) -> str:
    """Return the module that defines a name which another may only pass on."""
    for node in ast.walk(tree(module)):
        if isinstance(node, ast.ImportFrom) and node.module and node.module.startswith(ROOT):
            for alias in node.names:
                if (alias.asname or alias.name) == name:
                    return home(node.module, alias.name)
    return module


class Item(NamedTuple):
    """A name that a page describes: its module, its node in the source, and its value."""

    name: str
    module: str
    node: ast.stmt
    documentation: str
    value: Any


def item(module: str, name: str) -> Item:
    """Find a name in the source."""
    module = home(module, name)
    value = getattr(import_module(module), name)
    body = tree(module).body
    for node, following in zip(body, [*body[1:], None], strict=True):
        if isinstance(node, ast.ClassDef | ast.FunctionDef) and node.name == name:
            # Of overloads, the last one is the function.
            if not decorated(node, "overload"):
                return Item(name, module, node, cleandoc(value.__doc__ or ""), value)
        elif name in targets(node):
            return Item(name, module, node, string_of(following), value)
    message = f"{module} has no {name}"
    raise LookupError(message)


def targets(node: ast.AST) -> list[str]:
    """Return the names that a statement assigns."""
    assigned = node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", None)]
    return [target.id for target in assigned if isinstance(target, ast.Name)]


def string_of(node: ast.stmt | None) -> str:
    """Return a string that stands alone, as under a constant."""
    if (
        isinstance(node, ast.Expr)
        and isinstance(node.value, ast.Constant)
        and isinstance(node.value.value, str)
    ):
        return cleandoc(node.value.value)
    return ""


def decorated(node: ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef, *names: str) -> bool:
    """Return whether a definition has one of some decorators."""
    return any(
        ast.unparse(decorator).partition("(")[0].rpartition(".")[2] in names
        for decorator in node.decorator_list
    )


def methods(node: ast.ClassDef) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    """Yield the public methods of a class; of overloads the last."""
    for part in node.body:
        if (
            isinstance(part, ast.FunctionDef | ast.AsyncFunctionDef)
            and not part.name.startswith(("_", "test_"))
            and not decorated(part, "overload", "setter")
        ):
            yield part


# Signatures


def call(head: str, arguments: list[str], tail: str = "") -> str:
    """Return a signature in one line, or in one line an argument."""
    line = f"{head}({', '.join(arguments)}){tail}"
    if len(line) <= WIDTH:
        return line
    return f"{head}(\n" + "".join(f"    {argument},\n" for argument in arguments) + f"){tail}"


def function_signature(node: ast.FunctionDef | ast.AsyncFunctionDef, name: str) -> str:
    """Return a function's signature as its source has it."""
    head = f"async {name}" if isinstance(node, ast.AsyncFunctionDef) else name
    return call(head, _arguments(node.args), f" -> {ast.unparse(node.returns)}" if node.returns else "")


def _arguments(given: ast.arguments) -> list[str]:
    def written(argument: ast.arg, default: ast.expr | None = None, stars: str = "") -> str:
        text = stars + argument.arg
        if argument.annotation:
            text += f": {ast.unparse(argument.annotation)}"
        if default:
            text += f"{' = ' if argument.annotation else '='}{_default(default)}"
        return text

    positional = [*given.posonlyargs, *given.args]
    defaults = [None] * (len(positional) - len(given.defaults)) + given.defaults
    shown = [written(argument, default) for argument, default in zip(positional, defaults, strict=True)]
    if given.posonlyargs:
        shown.insert(len(given.posonlyargs), "/")
    if given.vararg:
        shown.append(written(given.vararg, stars="*"))
    elif given.kwonlyargs:
        shown.append("*")
    shown += [
        written(argument, default)
        for argument, default in zip(given.kwonlyargs, given.kw_defaults, strict=True)
    ]
    if given.kwarg:
        shown.append(written(given.kwarg, stars="**"))
    return [text for text in shown if text.partition(":")[0] not in ("self", "cls")]


def _default(node: ast.expr) -> str:
    """Return a default as it is written; a private name says nothing to a reader."""
    text = ast.unparse(node)
    return "..." if text.startswith("_") else text


def _attrs_arguments(cls: type) -> list[str]:
    """Return the arguments of an attrs class, its bases' first."""
    annotations: dict[str, object] = {}
    for base in reversed(cls.__mro__):
        annotations |= inspect.get_annotations(base)
    shown: list[str] = []
    starred = False
    for field in attrs.fields(cls):
        if not field.init or field.name.startswith("_"):
            continue
        if field.kw_only and not starred:
            shown.append("*")
            starred = True
        # Not `field.type`: cattrs replaces it by the type once it has converted the class.
        annotation = annotations.get(field.name)
        text = f"{field.name}: {annotation}" if isinstance(annotation, str) else field.name
        if field.default is not attrs.NOTHING:
            text += f" = {_written(field.default)}"
        shown.append(text)
    return shown


def _written(value: object) -> str:
    if isinstance(value, Enum):
        return f"{type(value).__name__}.{value.name}"
    if value is None or isinstance(value, str | bool | int | float) or value == ():
        return repr(value)
    return "..."


def class_signature(cls: type, node: ast.ClassDef) -> str:
    """Return how a class is made, or of what kind it is."""
    bases = [ast.unparse(base).partition("[")[0] for base in node.bases]
    if issubclass(cls, Enum) or {"Protocol", "TypedDict"} & set(bases):
        return f"class {node.name}({', '.join(bases)})"
    if attrs.has(cls):
        return call(f"class {node.name}", _attrs_arguments(cls))
    if "NamedTuple" in bases:
        fields = [part for part in node.body if isinstance(part, ast.AnnAssign)]
        return call(f"class {node.name}", [ast.unparse(field) for field in fields])
    for base in cls.__mro__:
        if base.__module__.startswith(ROOT) and "__init__" in vars(base):
            found = item(base.__module__, base.__name__).node
            for part in found.body if isinstance(found, ast.ClassDef) else ():
                if isinstance(part, ast.FunctionDef) and part.name == "__init__":
                    return call(f"class {node.name}", _arguments(part.args))
    return f"class {node.name}({', '.join(bases)})" if bases else f"class {node.name}()"

"""Compares JSON with the annotations of the SDK's resources, to the bottom."""

import ast
import importlib
import inspect
import sys
import typing
from functools import cache
from types import NoneType, UnionType
from typing import Any, Literal, Union

import stripe
from stripe._object_classes import get_object_class  # pyright: ignore[reportPrivateUsage]

# Lists that come only when `expand` asks for them.
SOMETIMES = {"charge": {"refunds"}, "checkout.session": {"line_items"}, "invoice": {"payments"}}


@cache
def _module_names(module: str) -> dict[str, Any]:
    """A module's names, with those that it imports for type checkers only."""
    loaded = sys.modules[module]
    names = dict(vars(loaded))
    for node in ast.walk(ast.parse(inspect.getsource(loaded))):
        if isinstance(node, ast.ImportFrom) and _is_of_resources(node.module or ""):
            imported = importlib.import_module(node.module or "")
            names |= {alias.asname or alias.name: getattr(imported, alias.name) for alias in node.names}
    return names


def _is_of_resources(module: str) -> bool:
    return module.startswith("stripe.") and not module.startswith("stripe.params")


@cache
def fields(resource: type) -> dict[str, Any]:
    holder = type("Fields", (), {"__annotations__": dict(resource.__annotations__), "__module__": resource.__module__})
    hints = typing.get_type_hints(holder, globalns=_module_names(resource.__module__), localns=dict(vars(resource)))
    return {name: hint for name, hint in hints.items() if not name.startswith("_") and name != "OBJECT_NAME"}


def problems(value: Any, hint: Any = None, path: str = "") -> list[str]:
    """What an object has too much or too little, or of the wrong type.

    :param hint: what it should be; None for a resource that says itself what it is
    """
    if hint is None:
        hint = get_object_class("V1", value["object"])
        path = value["object"]
    options = _options(hint)
    if value is None:
        return [] if NoneType in options else [f"{path} is null"]
    complaints: list[list[str]] = [_against(value, option, path) for option in options if option is not NoneType]
    return min(complaints, key=len) if complaints else [f"{path} should be null"]


def _options(hint: Any) -> tuple[Any, ...]:
    if typing.get_origin(hint) in (Union, UnionType):
        return tuple(option for part in typing.get_args(hint) for option in _options(part))
    return (hint,)


def _against(value: Any, hint: Any, path: str) -> list[str]:
    origin, arguments = typing.get_origin(hint), typing.get_args(hint)
    if hint is Any:
        return []
    if origin is Literal:
        return [] if value in arguments else [f"{path} is {value!r}"]
    if origin is list:
        return _each(value, arguments[0], path) if isinstance(value, list) else [f"{path} is no list"]
    if origin is stripe.ListObject:
        whole = isinstance(value, dict) and value.keys() == {"object", "data", "has_more", "url"}
        return _each(value["data"], arguments[0], path) if whole else [f"{path} is no list object"]
    if isinstance(origin, type) and issubclass(origin, stripe.StripeObject):
        return [] if isinstance(value, dict) else [f"{path} is no map"]
    if isinstance(hint, type) and issubclass(hint, stripe.StripeObject):
        return _resource(value, hint, path)
    return _plain(value, hint, path)


def _each(values: list[Any], hint: Any, path: str) -> list[str]:
    return [problem for n, value in enumerate(values) for problem in problems(value, hint, f"{path}[{n}]")]


def _plain(value: Any, hint: Any, path: str) -> list[str]:
    name = getattr(hint, "__name__", str(hint))
    types: dict[str, type | tuple[type, ...]] = {"Decimal": str, "float": (int, float)}
    expected = types.get(name, hint)
    right = isinstance(value, expected) and (hint is bool or not isinstance(value, bool))
    return [] if right else [f"{path} is {value!r}, not {name}"]


def _resource(value: Any, resource: type, path: str) -> list[str]:
    if not isinstance(value, dict):
        return [f"{path} is {value!r}, not a {resource.__name__}"]
    if not resource.__annotations__:
        return []  # a part that the SDK leaves open
    known = fields(resource)
    kind = value.get("object", "")
    allowed = known.keys() | SOMETIMES.get(kind, set()) if isinstance(kind, str) else known.keys()
    found = [f"{path}.{name} is unknown" for name in value if name not in allowed]
    for name, hint in known.items():
        if name in value:
            found += problems(value[name], hint, f"{path}.{name}")
        elif NoneType not in _options(hint):
            found.append(f"{path}.{name} is missing")
    return found

"""Checks a request's parameters against the SDK's own typed parameters (`stripe.params`).

On the wire everything is text (`line_items[0][price_data][unit_amount]=2500`); the types say what it must be.
"""

import re
import typing
from collections.abc import Iterable, Mapping
from functools import cache
from types import UnionType
from typing import Any, Literal, Union
from urllib.parse import parse_qsl

import typing_extensions
from stripe._request_options import RequestOptions  # pyright: ignore[reportPrivateUsage]

from sandbox.refusals import Refused, missing_parameter, not_built

Json = dict[str, Any]

# Refused with a code of its own since 2026-09-30.endive (docs.stripe.com/changelog/endive).
NO_LONGER_SUPPORTED = {
    "payment_method_types": (
        "payment_method_types_no_longer_supported",
        "Passing `payment_method_types` is no longer supported. Use dynamic payment methods, or"
        " `allowed_payment_method_types` and `excluded_payment_method_types`.",
    )
}
LONGEST_TEXT = 5000
MOST_METADATA, LONGEST_METADATA_KEY, LONGEST_METADATA_VALUE = 50, 40, 500


def check(encoded: str, schema: type, understood: Iterable[str]) -> Json:
    """Decode form-encoded parameters and check them.

    :param schema: one of the SDK's typed dictionaries
    :param understood: the parameters that the sandbox acts on, dotted (`line_items.price_data`); `expand` always is
    :raises Refused: with Stripe's error if a parameter is unknown, missing or of the wrong type
    """
    raw = _decode(parse_qsl(encoded, keep_blank_values=True, errors="strict"))
    checked = _dictionary(raw, schema, "")
    _refuse_what_is_not_built(checked, frozenset(understood) | {"expand"}, "", "")
    return checked


def _decode(pairs: list[tuple[str, str]]) -> Json:
    """`a[b][0]=c` becomes `{"a": {"b": {"0": "c"}}}`; the types decide later what is a list."""
    decoded: Json = {}
    for name, value in pairs:
        head, _, tail = name.partition("[")
        path = [head, *(tail[:-1].split("][") if tail.endswith("]") else [tail] if tail else [])]
        level = decoded
        for index, part in enumerate(path):
            key = part or str(len(level))
            if index == len(path) - 1:
                level[key] = value
            else:
                nested = level.setdefault(key, {})
                if not isinstance(nested, dict):
                    raise Refused(f"Invalid hash: {name}", param=head)
                level = nested
    return decoded


@cache
def _fields(schema: type) -> tuple[dict[str, Any], frozenset[str]]:
    """The parameters of a typed dictionary, and which are required."""
    hints = typing.get_type_hints(schema, localns={"Mapping": Mapping, "StripeContext": object})
    own = {name: hint for name, hint in hints.items() if name not in RequestOptions.__annotations__}
    required = typing.cast("frozenset[str]", getattr(schema, "__required_keys__", frozenset()))
    return own, required & own.keys()


def _dictionary(raw: Json, schema: type, path: str) -> Json:
    hints, required = _fields(schema)
    for name in raw:
        if name not in hints:
            _refuse_unknown(name, _inside(path, name))
    for name in sorted(required):
        if name not in raw:
            raise missing_parameter(_inside(path, name))
    return {name: _value(value, hints[name], _inside(path, name)) for name, value in raw.items()}


def _refuse_unknown(name: str, path: str) -> typing.NoReturn:
    if name in NO_LONGER_SUPPORTED:
        code, message = NO_LONGER_SUPPORTED[name]
        raise Refused(message, param=path, code=code)
    raise Refused(f"Received unknown parameter: {path}", param=path, code="parameter_unknown")


def _inside(path: str, name: str) -> str:
    return f"{path}[{name}]" if path else name


@cache
def _options(hint: Any) -> tuple[tuple[Any, ...], tuple[Any, ...]]:
    """The plain types and the literal values among which a parameter may choose."""
    origin = typing.get_origin(hint)
    if origin in (Union, UnionType):
        types: list[Any] = []
        values: list[Any] = []
        for part in typing.get_args(hint):
            more_types, more_values = _options(part)
            types += more_types
            values += more_values
        return tuple(types), tuple(values)
    if origin is Literal:
        return (), typing.get_args(hint)
    return (hint,), ()


def _value(raw: Any, hint: Any, path: str) -> Any:
    types, values = _options(hint)
    if raw == "" and "" in values:
        return ""  # an empty text unsets
    if isinstance(raw, dict):
        return _compound(raw, types, path)
    if raw in values:
        return raw
    if raw == "":
        raise Refused(
            f"You passed an empty string for '{path}'. We assume empty values are an attempt to unset a parameter;"
            f" however '{path}' cannot be unset. You should remove '{path}' from your request or supply a non-empty"
            " value.",
            param=path,
            code="parameter_invalid_empty",
        )
    return _scalar(raw, types, values, path)


def _compound(raw: Json, types: tuple[Any, ...], path: str) -> Any:
    for kind in types:
        origin = typing.get_origin(kind)
        if origin is list:
            if not all(key.isascii() and key.isdigit() for key in raw):
                raise Refused("Invalid array", param=path)
            inner = typing.get_args(kind)[0]
            in_order = sorted(raw.items(), key=lambda pair: int(pair[0]))
            return [_value(value, inner, f"{path}[{index}]") for index, (_, value) in enumerate(in_order)]
        if typing_extensions.is_typeddict(kind):
            return _dictionary(raw, kind, path)
        if origin is dict:
            return _metadata(raw, path) if path.endswith(("metadata", "metadata]")) else raw
    raise Refused(f"Invalid string: {raw}", param=path)


def _metadata(raw: Json, path: str) -> dict[str, str]:
    if len(raw) > MOST_METADATA:
        raise Refused(f"Metadata can have up to {MOST_METADATA} keys.", param=path)
    for key, value in raw.items():
        if not isinstance(value, str):
            raise Refused("Metadata values must be strings.", param=_inside(path, key))
        if len(key) > LONGEST_METADATA_KEY or "[" in key or "]" in key:
            raise Refused(f"Metadata keys must be at most {LONGEST_METADATA_KEY} characters.", param=path)
        if len(value) > LONGEST_METADATA_VALUE:
            raise Refused(
                f"Metadata values can have up to {LONGEST_METADATA_VALUE} characters, but you passed in a value"
                f" that is {len(value)} characters.",
                param=_inside(path, key),
            )
    return raw


def _scalar(raw: str, types: tuple[Any, ...], values: tuple[Any, ...], path: str) -> Any:
    names = {getattr(kind, "__name__", str(kind)) for kind in types}
    if "int" in names and re.fullmatch(r"-?[0-9]{1,18}", raw):
        return int(raw)
    if any(values):
        allowed = ", ".join(value for value in map(str, values) if value)
        raise Refused(f"Invalid {path}: must be one of {allowed}", param=path)
    for name, (word, pattern, code) in _WRITTEN.items():
        if name in names:
            if not re.fullmatch(pattern, raw, re.DOTALL):
                raise Refused(f"Invalid {word}: {raw[:200]}", param=path, code=code)
            return raw == "true" if name == "bool" else raw
    word = "array" if any(typing.get_origin(kind) is list for kind in types) else "object"
    raise Refused(f"Invalid {word}", param=path)


# How each type is written, and what it is called when it is not: integers are refused here after the literals.
_WRITTEN = {
    "bool": ("boolean", "true|false", None),
    "int": ("integer", "(?!)", "parameter_invalid_integer"),
    "float": ("decimal", r"-?[0-9]+(\.[0-9]+)?", None),
    "Decimal": ("decimal", r"-?[0-9]+(\.[0-9]+)?", None),
    "str": (f"string (at most {LONGEST_TEXT} characters)", f".{{0,{LONGEST_TEXT}}}", None),
}


def _refuse_what_is_not_built(value: Any, understood: frozenset[str], dotted: str, path: str) -> None:
    """Stop at a parameter that Stripe knows and the sandbox would have to ignore."""
    if dotted in understood:
        return
    if isinstance(value, list):
        for index, inner in enumerate(value):
            _refuse_what_is_not_built(inner, understood, dotted, f"{path}[{index}]")
    elif isinstance(value, dict) and (not dotted or any(name.startswith(dotted + ".") for name in understood)):
        for name, inner in value.items():
            _refuse_what_is_not_built(inner, understood, f"{dotted}.{name}".lstrip("."), _inside(path, name))
    else:
        raise not_built(f"the parameter {path}", path)

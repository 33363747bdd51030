"""Stripe's published OpenAPI description, if it lies beside the repository; it is not ours to keep here."""

import gzip
import json
from functools import cache
from pathlib import Path
from typing import Any

from jsonschema import Draft4Validator

Json = dict[str, Any]

PLACE = Path(__file__).resolve().parents[3] / "shared" / "stripe" / "spec3.json.gz"


@cache
def _validators() -> dict[str, Draft4Validator]:
    """For each kind of object (`charge`, `checkout.session`, …) what checks it."""
    spec = json.loads(gzip.decompress(PLACE.read_bytes()))
    schemas = {name: _plain(schema) for name, schema in spec["components"]["schemas"].items()}
    whole = {"components": {"schemas": schemas}}
    named = {schema["x-resourceId"]: name for name, schema in schemas.items() if "x-resourceId" in schema}
    return {kind: Draft4Validator(whole | {"$ref": f"#/components/schemas/{name}"}) for kind, name in named.items()}


def _plain(schema: Any) -> Any:
    """OpenAPI 3.0 says `nullable` where JSON Schema says that a type may be null."""
    if isinstance(schema, list):
        return [_plain(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    plain = {
        name: {field: _plain(each) for field, each in value.items()} if name == "properties" else _plain(value)
        for name, value in schema.items()
        if name != "nullable"
    }
    return {"anyOf": [plain, {"type": "null"}]} if schema.get("nullable") is True else plain


def problems(thing: Json) -> list[str]:
    """What an object has that the description forbids, or lacks what it requires."""
    errors = _validators()[thing["object"]].iter_errors(thing)
    return [f"{thing['object']}{_path(each)}: {each.message[:160]}" for error in errors for each in _deepest(error)]


def _deepest(error: Any) -> list[Any]:
    """Where none of several shapes fits, what is wrong furthest inside says most."""
    inner = [each for part in error.context for each in _deepest(part)]
    if not inner:
        return [error]
    depth = max(len(each.absolute_path) for each in inner)
    return [each for each in inner if len(each.absolute_path) == depth]


def _path(error: Any) -> str:
    return "".join(f".{part}" if isinstance(part, str) else "[]" for part in error.absolute_path)

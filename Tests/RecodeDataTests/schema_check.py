"""Validates records against a JSON Schema with an independent validator, and tries whether damaged ones pass.

Reads a line of JSON for each case: {"schema": FILE, "records": [FILE, ...], "open": [PATH, ...],
"optional": [PATH, ...]}. A file of records is JSON lines, gzipped or not, or one JSON value (.json). Every
record is validated. Then, for the first record that has it, every property is damaged in turn: left out,
given a value of another type, and, for objects, joined by an unknown key. Paths collapse list indices
(nodes[].code); those below one in `open` belong to others and are left alone, and those in `optional` may
be left out.

Prints a line for each case: {"records": N, "invalid": [...], "damaged": N, "accepted": [...]}.
"""

from __future__ import annotations

import copy
import gzip
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator

UNKNOWN = "unknown_key_of_a_test"


def records(path: Path) -> Iterator[Any]:
    """The values a file holds."""
    if path.suffix == ".json":
        yield json.loads(path.read_text(encoding="utf-8"))
        return
    data = path.read_bytes()
    text = (gzip.decompress(data) if data[:2] == b"\x1f\x8b" else data).decode("utf-8")
    yield from (json.loads(line) for line in text.split("\n") if line)


def of_another_type(value: Any) -> Any:
    """A value that no schema of this project takes in its place."""
    if isinstance(value, str):
        return 7
    return [UNKNOWN] if value is None else "of another type"


def places(value: Any, keys: list[str | int], path: str) -> Iterator[tuple[str, list[str | int]]]:
    """Every property and element below a value: its collapsed path, and the keys that lead there."""
    if isinstance(value, dict):
        for key, member in value.items():
            inner = f"{path}.{key}" if path else key
            yield inner, [*keys, key]
            yield from places(member, [*keys, key], inner)
    elif isinstance(value, list):
        for index, element in enumerate(value):
            yield f"{path}[]", [*keys, index]
            yield from places(element, [*keys, index], f"{path}[]")


def at(record: Any, keys: list[str | int]) -> Any:
    for key in keys:
        record = record[key]
    return record


def damaged(record: Any, keys: list[str | int]) -> Iterator[tuple[str, Any]]:
    """The record with one thing wrong at a place, in every way there is."""
    *above, key = keys
    if isinstance(key, str):
        copied = copy.deepcopy(record)
        del at(copied, above)[key]
        yield "left out", copied
    copied = copy.deepcopy(record)
    at(copied, above)[key] = of_another_type(at(record, keys))
    yield "another type", copied
    if isinstance(at(record, keys), dict):
        copied = copy.deepcopy(record)
        at(copied, keys)[UNKNOWN] = 1
        yield "unknown key", copied


def is_open(path: str, own: list[str]) -> bool:
    return any(path.startswith((f"{name}.", f"{name}[")) for name in own)


def check(case: dict[str, Any]) -> dict[str, Any]:
    schema = json.loads(Path(case["schema"]).read_text(encoding="utf-8"))
    Draft202012Validator.check_schema(schema)
    validator = Draft202012Validator(schema)
    invalid: list[str] = []
    accepted: list[str] = []
    seen: set[tuple[str, str]] = set()
    count = tried = 0
    for name in case["records"]:
        for number, record in enumerate(records(Path(name)), 1):
            count += 1
            error = next(iter(validator.iter_errors(record)), None)
            if error is not None:
                invalid.append(f"{name}:{number}: {error.json_path}: {error.message[:200]}")
                continue
            if not seen:
                seen.add(("", "unknown key"))
                tried += 1
                if validator.is_valid({**record, UNKNOWN: 1}):
                    accepted.append("unknown key at the top")
            for path, keys in places(record, [], ""):
                kind = (path, type(at(record, keys)).__name__)
                if kind in seen or is_open(path, case["open"]):
                    continue
                seen.add(kind)
                for what, wrong in damaged(record, keys):
                    if path in case["open"] and what == "unknown key":
                        continue
                    if path in case["optional"] and what == "left out":
                        continue
                    tried += 1
                    if validator.is_valid(wrong):
                        accepted.append(f"{path}: {what}")
    return {"records": count, "invalid": invalid, "damaged": tried, "accepted": sorted(set(accepted))}


for line in sys.stdin:
    print(json.dumps(check(json.loads(line))))

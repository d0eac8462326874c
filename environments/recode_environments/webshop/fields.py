"""Reading the records of JSON files so that whatever is wrong is said with file, record and key."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from recode_environments.protocol import BadData

SHOWN_CHARACTERS = 60


def shown(value: object) -> str:
    """A value as an error message shows it: JSON, cut where it is long."""
    text = json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= SHOWN_CHARACTERS else text[:SHOWN_CHARACTERS] + "…"


def read_bytes(path: Path) -> bytes:
    """A file's bytes.

    Raises:
        BadData: it cannot be read.
    """
    try:
        return path.read_bytes()
    except OSError as problem:
        raise BadData(f"{path}: cannot be read ({problem.strerror}); name a folder that has it") from problem


def parse(file: str, data: bytes, kind: type[list[Any]] | type[dict[str, Any]]) -> Any:
    """The JSON of a file, a list or an object.

    Raises:
        BadData: it is cut short, no JSON, or something else than a `kind`.
    """
    try:
        value = json.loads(data)
    except UnicodeDecodeError as problem:
        raise BadData(f"{file}: byte {problem.start} is no UTF-8; fetch or write the file again") from problem
    except json.JSONDecodeError as problem:
        place = f"line {problem.lineno} column {problem.colno}"
        ended = problem.pos >= len(problem.doc.rstrip()) - 1 or problem.msg.startswith("Unterminated string")
        cut = " (the file ends there: it is cut short)" if ended else ""
        raise BadData(f"{file}: {place}: {problem.msg}{cut}; fetch or write the file again") from problem
    if not isinstance(value, kind):
        wanted = "a list" if kind is list else "an object by product id"
        raise BadData(f"{file}: holds {shown(value)}, not {wanted}; name the file the data set calls so")
    return value


class Fields:
    """One record of a file; its values are asked for by key."""

    def __init__(self, file: str, label: str, values: Any) -> None:
        """Takes a record.

        Parameters:
            file: What messages call the file.
            label: Which record it is, such as `product 17`.

        Raises:
            BadData: the record is no object.
        """
        self.file = file
        self.label = label
        if not isinstance(values, dict):
            raise BadData(f"{file}: {label}: is {shown(values)}, not an object; correct or remove the record")
        self.values: dict[str, Any] = values

    def problem(self, key: str, what: str, remedy: str) -> BadData:
        """An error about a key of this record."""
        return BadData(f"{self.file}: {self.label}: key {key!r} {what}; {remedy}")

    def value(self, key: str) -> Any:
        if key not in self.values:
            raise self.problem(key, "is missing", "add it, or remove the record")
        return self.values[key]

    def text(self, key: str) -> str:
        value = self.value(key)
        if not isinstance(value, str):
            raise self.problem(key, f"is {shown(value)}, not text", 'write text, "" for none')
        return value

    def texts(self, key: str) -> list[str]:
        """A list of texts."""
        value = self.value(key)
        if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
            raise self.problem(key, f"is {shown(value)}, not a list of texts", "write a list, [] for none")
        return value

    def records(self, key: str) -> Iterator[Fields]:
        """The objects of a list, numbered from 1."""
        value = self.value(key)
        if not isinstance(value, list):
            raise self.problem(key, f"is {shown(value)}, not a list", "write a list, [] for none")
        for number, item in enumerate(value, 1):
            yield Fields(self.file, f"{self.label}, {key} {number}", item)

"""Values of answers, with their types checked; words name the request and the key."""

from __future__ import annotations

import json
from typing import Any

from recode_environments.agentgym.client import BadAnswer


def shown(value: Any) -> str:
    """A value for a message, long ones cut."""
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 80 else text[:80] + "…"


def wrong(what: str, key: str, value: Any, expected: str) -> BadAnswer:
    return BadAnswer(f"{what}: {key} is {shown(value)}, expected {expected}")


def whole(what: str, key: str, value: Any) -> int:
    """A whole number from 0 on."""
    if type(value) is not int or value < 0:
        raise wrong(what, key, value, "a whole number from 0 on")
    return value


def texts(what: str, key: str, value: Any) -> list[str]:
    """A list of texts."""
    if not isinstance(value, list) or not all(isinstance(text, str) for text in value):
        raise wrong(what, key, value, "a list of texts")
    return value


class Answer:
    """An answer that has to be an object."""

    def __init__(self, what: str, value: Any) -> None:
        """
        Raises:
            BadAnswer: it is none.
        """
        if not isinstance(value, dict):
            raise wrong(what, "the answer", value, "an object")
        self.what, self.values = what, value

    def value(self, key: str) -> Any:
        if key not in self.values:
            raise BadAnswer(f"{self.what}: {key} is missing")
        return self.values[key]

    def whole(self, key: str) -> int:
        return whole(self.what, key, self.value(key))

    def text(self, key: str) -> str:
        value = self.value(key)
        if not isinstance(value, str):
            raise wrong(self.what, key, value, "a text")
        return value

    def truth(self, key: str) -> bool:
        value = self.value(key)
        if not isinstance(value, bool):
            raise wrong(self.what, key, value, "true or false")
        return value

    def number(self, key: str, low: float, high: float) -> float:
        """A number from `low` to `high`."""
        value = self.value(key)
        if type(value) not in (int, float) or not low <= value <= high:
            raise wrong(self.what, key, value, f"a number from {low:g} to {high:g}")
        return float(value)

    def some(self, *keys: str) -> dict[str, Any]:
        """Those of the keys that are there, with texts and whole numbers only."""
        return {key: self.values[key] for key in keys if type(self.values.get(key)) in (str, int)}

"""Randomness that is the same on every machine and in every version of Python."""

from __future__ import annotations

import hashlib
import random
from collections.abc import Sequence
from typing import TypeVar

T = TypeVar("T")


class Draw:
    """Draws from a seed. Only `Random.random` is used, whose sequence Python promises to keep."""

    def __init__(self, *seed: object) -> None:
        self.random = random.Random(number_of(*seed)).random

    def chance(self, share: float) -> bool:
        return self.random() < share

    def below(self, count: int) -> int:
        return int(self.random() * count)

    def one(self, choices: Sequence[T]) -> T:
        return choices[self.below(len(choices))]

    def between(self, low: float, high: float) -> float:
        return low + (high - low) * self.random()


def number_of(*parts: object) -> int:
    """A number of 64 bits that depends on every part."""
    text = "|".join(str(part) for part in parts)
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "big")

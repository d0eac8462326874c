"""Random choices that follow from words alone: the same on every machine, Python and day."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from typing import TypeVar

T = TypeVar("T")

BYTES_PER_NUMBER = 8


class Draw:
    """A stream of choices out of a seed of words and numbers.

    Not `random.Random`: only some of its methods promise the same numbers in every version of Python.
    """

    def __init__(self, *seed: str | int) -> None:
        self.seed = json.dumps(seed).encode()
        self.blocks = 0
        self.numbers: list[int] = []

    def below(self, bound: int) -> int:
        """A number from 0 to `bound` - 1. The bias, bound / 2**64, is too small to show."""
        if not self.numbers:
            block = hashlib.sha256(b"%d:%s" % (self.blocks, self.seed)).digest()
            self.blocks += 1
            starts = range(0, len(block), BYTES_PER_NUMBER)
            self.numbers = [int.from_bytes(block[at : at + BYTES_PER_NUMBER], "big") for at in starts]
        return self.numbers.pop() % bound

    def between(self, low: int, high: int) -> int:
        """A number from `low` to `high`, both possible."""
        return low + self.below(high - low + 1)

    def chance(self, percent: int) -> bool:
        """True in so many of a hundred cases."""
        return self.below(100) < percent

    def one(self, choices: Sequence[T]) -> T:
        """One of the choices."""
        return choices[self.below(len(choices))]

    def some(self, choices: Sequence[T], count: int) -> list[T]:
        """So many of the choices, each at most once, in random order; all of them where there are fewer."""
        left = list(choices)
        return [left.pop(self.below(len(left))) for _ in range(min(count, len(left)))]

    def shuffled(self, choices: Sequence[T]) -> list[T]:
        """All of the choices in random order. Complexity: linear."""
        order = list(choices)
        for last in range(len(order) - 1, 0, -1):
            other = self.below(last + 1)
            order[last], order[other] = order[other], order[last]
        return order

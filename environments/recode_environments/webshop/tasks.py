"""Which goals make up a task and a split.

A task is a category of products (`beauty`, `electronics`, `fashion`, `garden`, `grocery`), so that counts by
task say something; a variation is the number of a goal in the order of all goals, whatever their tasks, and
so the number that the original engine knows the goal by.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from recode_environments.protocol import EnvironmentProblem

NAME = "webshop"
SPLITS = ["train", "dev", "test"]
# Goals of the test and dev split where a tenth of all goals is more.
TEST_GOALS = 500
DEV_GOALS = 1000
# Actions an episode may take.
STEP_LIMIT = 30


def task_of(category: str) -> str:
    """The task that goals of a category make up: `beauty`, `electronics`, …"""
    return re.sub(r"[^a-z0-9]+", "-", category.lower()).strip("-") or "other"


class GoalNumbers:
    """Which goals make up a task and a split. A goal's number is its variation, whatever its task."""

    def __init__(self, categories: Sequence[str], splits: Sequence[str | None]) -> None:
        """Takes every goal's category and split, by number."""
        self.task_by_number = [task_of(category) for category in categories]
        self.tasks = sorted(set(self.task_by_number))
        self.numbers: dict[tuple[str, str | None], list[int]] = {}
        for number, (task, split) in enumerate(zip(self.task_by_number, splits, strict=True)):
            self.numbers.setdefault((task, split), []).append(number)

    def of(self, task: str, split: str) -> list[int]:
        """The goals of a task in a split, ascending."""
        return self.numbers.get((task, split), [])

    def check(self, task: str, number: int) -> None:
        """Makes sure that a task has a goal.

        Raises:
            EnvironmentProblem: it has not.
        """
        if not 0 <= number < len(self.task_by_number):
            raise EnvironmentProblem(
                f"there is no goal {number}; goals are 0 to {len(self.task_by_number) - 1}"
            )
        if self.task_by_number[number] != task:
            raise EnvironmentProblem(f"goal {number} is of task {self.task_by_number[number]}, not of {task}")


def split_of(products: Sequence[tuple[str, str]]) -> list[str | None]:
    """The split of every goal, by number; None for one in no split.

    The first goals are for tests, the next for development, the rest for training: 500 and 1,000 as in the
    original, or a tenth each where that is fewer. A goal whose product, or whose product's title, is in a
    split before its own is in none, so that nothing is trained on what is tested.

    Parameters:
        products: Id and title of every goal's product, by number.
    """
    tests = min(TEST_GOALS, len(products) // 10)
    dev_end = tests + min(DEV_GOALS, len(products) // 10)
    home: dict[str, str] = {}
    splits: list[str | None] = []
    for number, (asin, title) in enumerate(products):
        split = "test" if number < tests else "dev" if number < dev_end else "train"
        names = ("id " + asin, "title " + " ".join(title.lower().split()))
        strange = any(home.get(name, split) != split for name in names)
        for name in names:
            home.setdefault(name, split)
        splits.append(None if strange else split)
    return splits

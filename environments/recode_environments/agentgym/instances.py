"""Which of a server's games are whose: the servers neither list nor split them."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from recode_environments.protocol import BadData

SPLITS = ("train", "dev", "test")
# How many games, where nothing is said.
DEFAULT_COUNT = 200
# Numbers of all tasks and splits together.
COUNT_LIMIT = 1_000_000
FILE_LIMIT = 16 << 20
RANGE = re.compile(r"(0|[1-9][0-9]{0,8})(?:-(0|[1-9][0-9]{0,8}))?", re.ASCII)

# Of each task and split, which numbers, ascending.
Instances = dict[str, dict[str, list[int]]]


class BadRange(Exception):
    """Words for what is wrong with a range or a split."""


def digest(instances: Instances) -> str:
    """Says in 16 hex digits which games are in which task and split."""
    text = json.dumps(instances, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def read_range(text: str) -> range:
    """The numbers of `7` or `0-99`, both ends among them."""
    match = RANGE.fullmatch(text)
    if match is None:
        raise BadRange(f"“{text[:40]}” is no range; one looks like 0-99 or 7")
    first = int(match[1])
    last = first if match[2] is None else int(match[2])
    if last < first:
        raise BadRange(f"the range {text} ends before it begins")
    if last - first >= COUNT_LIMIT:
        raise BadRange(f"the range {text} has more than {COUNT_LIMIT} numbers")
    return range(first, last + 1)


def read_splits(texts: Iterable[str], count: int | None) -> dict[str, list[int]]:
    """The splits of options such as `train=0-99,120`.

    Parameters:
        count: how many games the server has, where that was said: no number may be beyond.

    Raises:
        BadRange: one is none, or a number is in two.
    """
    ranges: list[tuple[str, range]] = []
    for text in texts:
        split, equals, given = text.partition("=")
        if split not in SPLITS or not equals:
            raise BadRange(f"“{text[:40]}” is no split; one looks like train=0-99 ({', '.join(SPLITS)})")
        ranges += [(split, read_range(part)) for part in given.split(",")]
    for split, numbers in ranges:
        if count is not None and numbers[-1] >= count:
            raise BadRange(f"{split} has {numbers[-1]}, and of {count} instances the last is {count - 1}")
    return gather(ranges)


def gather(ranges: Iterable[tuple[str, range]]) -> dict[str, list[int]]:
    """Ranges by split, ascending."""
    taken: dict[int, str] = {}
    for split, part in ranges:
        claim(part, split, taken)
    return {
        split: numbers
        for split in SPLITS
        if (numbers := sorted(number for number, place in taken.items() if place == split))
    }


def claim(numbers: range, place: str, taken: dict[int, str]) -> None:
    """Puts numbers down as those of a place.

    Raises:
        BadRange: one has a place, or there are too many.
    """
    if len(taken) + len(numbers) > COUNT_LIMIT:
        raise BadRange(f"there are more than {COUNT_LIMIT} instances")
    for number in numbers:
        if number in taken:
            raise BadRange(f"{number} is in {taken[number]} and again in {place}")
        taken[number] = place


def share(count: int, originals: Mapping[str, range]) -> dict[str, list[int]]:
    """The splits of 0 to `count` - 1, where none were given.

    Parameters:
        originals: the benchmark's own splits but for train, which has the rest, where it has such ranges.
            They hold where something is left for train; else, a tenth each goes to dev and to test.
    """
    tenth = count // 10
    dev, test = range(count - 2 * tenth, count - tenth), range(count - tenth, count)
    if originals and all(numbers.stop < count for numbers in originals.values()):
        dev, test = originals["dev"], originals["test"]
    elif originals:
        dev, test = range(tenth, 2 * tenth), range(tenth)
    train = [number for number in range(count) if number not in dev and number not in test]
    splits = {"train": train, "dev": list(dev), "test": list(test)}
    return {split: numbers for split, numbers in splits.items() if numbers}


def read_tasks(file: Path) -> Instances:
    """The tasks of a file such as {"boil": {"train": ["0-19", 25], "test": ["20-24"]}}.

    Raises:
        BadData: it cannot be read, or is not like that; file and key.
    """
    tasks = read_object(file)
    found: Instances = {}
    taken: dict[int, str] = {}
    for task, splits in tasks.items():
        if not re.fullmatch(r"[A-Za-z0-9][\w. -]{0,99}", task, re.ASCII):
            raise BadData(
                f"{file}: “{task[:40]}” is no name of a task: letters, digits, “_”, “-”, “.”, spaces"
            )
        if not isinstance(splits, dict) or not splits:
            raise BadData(f"{file}: {task} is no object of splits ({', '.join(SPLITS)})")
        for split, ranges in splits.items():
            try:
                for numbers in parts(split, ranges):
                    claim(numbers, f"{task}.{split}", taken)
            except BadRange as problem:
                raise BadData(f"{file}: {task}.{split}: {problem}") from None
    for number, place in sorted(taken.items()):
        task, _, split = place.rpartition(".")
        found.setdefault(task, {}).setdefault(split, []).append(number)
    return {task: found[task] for task in tasks}


def parts(split: str, ranges: Any) -> list[range]:
    """The ranges of a split in a file of tasks."""
    if split not in SPLITS:
        raise BadRange(f"there is no such split; there are {', '.join(SPLITS)}")
    if not isinstance(ranges, list) or not ranges:
        raise BadRange('it is no list of numbers and ranges, such as [7, "10-19"]')
    # A truth value is a whole number to Python, not to JSON.
    return [read_range(str(part) if type(part) in (int, str) else json.dumps(part)) for part in ranges]


def read_object(file: Path) -> dict[str, Any]:
    """The object in a file of JSON."""
    try:
        with file.open("rb") as opened:
            data = opened.read(FILE_LIMIT + 1)
    except OSError as problem:
        raise BadData(f"{file}: {problem.strerror}") from None
    if len(data) > FILE_LIMIT:
        raise BadData(f"{file}: longer than {FILE_LIMIT >> 20} MiB")
    try:
        value = json.loads(data)
    except (ValueError, RecursionError) as problem:
        raise BadData(f"{file}: no JSON: {problem}") from None
    if not isinstance(value, dict) or not value:
        raise BadData(f"{file}: no object of tasks, or an empty one")
    return value

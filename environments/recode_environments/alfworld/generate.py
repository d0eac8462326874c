"""Makes games in the layout of the real ones, each won once in the engine before it is kept.

A game depends on the seed, its split, task type and place alone, so any number of processes makes the same
bytes, and a run that was stopped goes on with what is missing.
"""

from __future__ import annotations

import ctypes
import json
import multiprocessing
import os
import shutil
import signal
import sys
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from ..protocol import MissingProgram
from . import package
from .game_file import GAME, TRAJECTORY
from .index import FOLDERS, TASKS

# Of this program's ways of making a game: a change of what it makes is another version.
VERSION = 1
DATA = "json_2.1.1"
# Games drawn for one place until one can be won.
ATTEMPTS = 20


@dataclass(frozen=True)
class Order:
    """What to make: so many games of each task type in each split."""

    per_type: int
    seed: int
    out: Path
    splits: list[str]

    def places(self) -> Iterator[Place]:
        for split in self.splits:
            for task in TASKS:
                for number in range(self.per_type):
                    yield Place(self.out / DATA / FOLDERS[split], split, task, number, self.seed)


@dataclass(frozen=True)
class Place:
    """One game to make."""

    folder: Path
    split: str
    task: str
    number: int
    seed: int

    @property
    def trial(self) -> str:
        return f"trial_{self.seed}_{self.number:05d}"

    @property
    def origin(self) -> dict[str, Any]:
        """What the game is made from, kept in its `traj_data.json`."""
        return {
            "generator": VERSION,
            "package": package_version(),
            "seed": self.seed,
            "split": self.split,
            "number": self.number,
        }

    def seeds(self, attempt: int) -> tuple[object, ...]:
        return VERSION, self.seed, self.split, self.task, self.number, attempt


def package_version() -> str:
    """Asked without importing it: what imports it is another process."""
    try:
        return version("alfworld")
    except PackageNotFoundError as problem:
        raise MissingProgram(f"the package alfworld is not installed; {package.INSTALL}") from problem


def generate(order: Order, jobs: int) -> None:
    """Makes what is missing of an order, in processes of its own.

    Throws: `MissingProgram` without the package; `OSError` where games cannot be written.
    """
    there = finished(order)
    missing = [place for place in order.places() if place not in there]
    context = multiprocessing.get_context("spawn")
    if missing:
        workers = min(jobs, len(missing))
        with ProcessPoolExecutor(
            workers, mp_context=context, initializer=end_with_parent, initargs=(os.getpid(),)
        ) as pool:
            for count, _ in enumerate(pool.map(make, missing), start=1):
                if count % 50 == 0 or count == len(missing):
                    print(f"alfworld: {count} of {len(missing)} games made", file=sys.stderr)
    print(
        f"alfworld: {len(missing)} games made, {len(there)} were there, in {order.out / DATA}",
        file=sys.stderr,
    )


def end_with_parent(parent: int) -> None:
    """Has the kernel end this process when `parent`, which started it, is gone, however that ended.

    The kernel goes by the thread that started it, so that should be one that lasts as long as its process.
    """
    # PR_SET_PDEATHSIG of linux/prctl.h.
    ctypes.CDLL(None).prctl(1, signal.SIGKILL)
    # A parent that was gone by then sends nothing. It is known by its number: in a container that may be 1,
    # and orphans may go to others than 1. While it runs, another parent is a script around the interpreter.
    if os.getppid() != parent and not is_running(parent):
        os.kill(os.getpid(), signal.SIGKILL)


def is_running(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        # It is another user's.
        pass
    return True


def finished(order: Order) -> set[Place]:
    """Games of an order that are there and whole."""
    wanted = {(place.folder, place.task, place.trial): place for place in order.places()}
    there = set()
    for (folder, task), trials in trials_of(order).items():
        for trial in trials:
            place = wanted.get((folder, task, trial.name))
            if place and is_whole(trial, place):
                there.add(place)
    return there


def trials_of(order: Order) -> dict[tuple[Path, str], list[Path]]:
    found = {}
    for split in order.splits:
        folder = order.out / DATA / FOLDERS[split]
        for task in TASKS:
            found[folder, task] = sorted(folder.glob(f"{task}-*/trial_*"))
    return found


def is_whole(trial: Path, place: Place) -> bool:
    try:
        origin = json.loads((trial / TRAJECTORY).read_bytes())["origin"]
        game = json.loads((trial / GAME).read_bytes())
    except (OSError, ValueError, KeyError, TypeError):
        return False
    return {**origin, "attempt": 0} == {**place.origin, "attempt": 0} and bool(game.get("solvable"))


def make(place: Place) -> None:
    """Makes one game: the first of its attempts that can be won."""
    package.require()
    from .making import made

    for attempt in range(ATTEMPTS):
        files = made(
            place.task, place.split, place.trial, place.seeds(attempt), {**place.origin, "attempt": attempt}
        )
        if files:
            write(place, *files)
            return
    raise AssertionError(f"none of {ATTEMPTS} games of {place} can be won")


def write(place: Place, name: str, game: dict[str, Any], trajectory: dict[str, Any]) -> None:
    """Both files of a game under another name first, so that a game that is there is whole."""
    partial = place.folder / f".{place.task}.{place.trial}"
    for leftover in [partial, *place.folder.glob(f"{place.task}-*/{place.trial}")]:
        shutil.rmtree(leftover, ignore_errors=True)
    partial.mkdir(parents=True)
    for file_name, content in ((GAME, game), (TRAJECTORY, trajectory)):
        with (partial / file_name).open("w") as file:
            json.dump(content, file, sort_keys=True)
            file.write("\n")
            file.flush()
            os.fsync(file.fileno())
    (place.folder / name).mkdir(exist_ok=True)
    partial.rename(place.folder / name / place.trial)

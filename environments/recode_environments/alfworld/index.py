"""Which games a folder holds, by split and task type, each with a number that stays.

Reading thousands of games takes seconds, so what was read is kept in a file and each game's row is used again
while the game's files have the size and time they had. A row's number is its place among the games of its
task type and split in the order of their paths, which is the same on every file system.
"""

from __future__ import annotations

import hashlib
import json
import os
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from ..protocol import BadData
from .game_file import GAME, TRAJECTORY, check_game, read_json

FORMAT = "recode.alfworld.index.v1"
INDEX = "recode-index.json"
TASKS = [
    "pick_and_place_simple",
    "look_at_obj_in_light",
    "pick_clean_then_place_in_recep",
    "pick_heat_then_place_in_recep",
    "pick_cool_then_place_in_recep",
    "pick_two_obj_and_place",
]
# The package's folders by the protocol's splits.
FOLDERS = {"train": "train", "dev": "valid_seen", "test": "valid_unseen"}
DATA = "json_2.1."
# In the names of folders whose games the package does not play.
UNSUPPORTED = ("movable", "Sliced")


@dataclass(frozen=True)
class Row:
    """A game of the folder, playable or not."""

    # Below the data folder, with `/`.
    path: str
    split: str
    # Empty where no file says it and the folder's name does not either.
    task: str
    # Why the game is left out; "" where it can be played, or where a reset says what is wrong.
    left_out: str
    # "move", "put", or "" for a damaged game.
    style: str
    digest: str
    # Sizes and times of the files this was read from.
    stamp: tuple[int, int, int, int]


@dataclass(frozen=True)
class Index:
    """The games of a folder."""

    root: Path
    rows: list[Row]

    def games(self, task: str, split: str) -> list[Row]:
        """In the order of their numbers."""
        return [row for row in self.rows if row.task == task and row.split == split and not row.left_out]

    @property
    def splits(self) -> list[str]:
        found = {row.split for row in self.rows if not row.left_out}
        return [split for split in FOLDERS if split in found]

    @property
    def styles(self) -> set[str]:
        return {row.style for row in self.rows if row.style and not row.left_out}

    @property
    def counts(self) -> dict[str, int]:
        """How many games are played, and how many are not and why."""
        return dict(sorted(Counter(row.left_out or "played" for row in self.rows).items()))

    @property
    def digest(self) -> str:
        """Of all that is played: what a task's numbers mean depends on it."""
        played = [[row.path, row.task, row.digest] for row in self.rows if not row.left_out]
        return hashlib.sha256(json.dumps(played).encode()).hexdigest()


def data_folder(games: Path) -> Path:
    """The folder that holds `train`, `valid_seen` and `valid_unseen`: what was named, or its `json_2.1.…`.

    Throws: `BadData` where there is none, or more than one.
    """
    if not games.is_dir():
        raise BadData(f"{games}: no such folder; name the one that ALFWORLD_DATA would name")
    if any((games / name).is_dir() for name in FOLDERS.values()):
        return games
    found = sorted(path for path in games.iterdir() if path.name.startswith(DATA) and path.is_dir())
    if len(found) != 1:
        what = f"holds {len(found)} folders {DATA}*" + "".join(f", {path.name}" for path in found)
        raise BadData(
            f"{games}: {what}, and should hold one with {', '.join(FOLDERS.values())}; fetch games with "
            "alfworld-download or make some with recode-data games"
        )
    return found[0]


def read_index(games: Path, cache: Path | None = None) -> Index:
    """The games of a folder; what was read before is found in `cache`, or in the folder itself.

    Throws: `BadData` where there is no game at all.
    """
    root = data_folder(games)
    kept = kept_file(root, cache)
    before = kept_rows(kept)
    rows = [
        known if (known := before.get(path)) and known.stamp == stamp else row_of(root, path, split, stamp)
        for split, path, stamp in trials(root)
    ]
    if not any(not row.left_out for row in rows):
        raise BadData(
            f"{root}: no playable game among {len(rows)} ({GAME} beside {TRAJECTORY}, with solvable true); "
            "fetch games with alfworld-download or make some with recode-data games"
        )
    if rows != list(before.values()):
        keep(kept, rows)
    return Index(root, rows)


def trials(root: Path) -> Iterator[tuple[str, str, tuple[int, int, int, int]]]:
    """Split, path and stamp of each folder with a game, in the order of splits and paths."""
    for split, folder in FOLDERS.items():
        found = []
        for here, below, files in os.walk(root / folder):
            below[:] = [name for name in below if not name.startswith(".")]
            if GAME in files and TRAJECTORY in files:
                found.append(Path(here))
        for trial in sorted(found, key=lambda path: path.relative_to(root).as_posix()):
            yield split, trial.relative_to(root).as_posix(), stamp_of(trial)


def stamp_of(trial: Path) -> tuple[int, int, int, int]:
    game, trajectory = (trial / GAME).stat(), (trial / TRAJECTORY).stat()
    return game.st_size, game.st_mtime_ns, trajectory.st_size, trajectory.st_mtime_ns


def row_of(root: Path, path: str, split: str, stamp: tuple[int, int, int, int]) -> Row:
    """What a game's files say. A damaged game keeps its number, and its reset says what is wrong."""
    game, trajectory = root / path / GAME, root / path / TRAJECTORY
    task = next((task for task in TASKS if Path(path).parent.name.startswith(task)), "")
    left_out, style = "", ""
    if any(word in path for word in UNSUPPORTED):
        left_out = "unsupported"
    else:
        try:
            task = str(read_json(trajectory).get("task_type"))
            content = read_json(game)
            left_out = (
                "" if content.get("solvable") else "unsolvable" if "solvable" in content else "unchecked"
            )
            style = "" if left_out else check_game(game, content).style
        except BadData as problem:
            print(f"alfworld: {problem}", file=sys.stderr)
    if not left_out and task not in TASKS:
        left_out = "other task"
    digest = hashlib.sha256(game.read_bytes() if os.access(game, os.R_OK) else b"").hexdigest()
    return Row(path, split, task, left_out, style, digest, stamp)


def kept_file(root: Path, cache: Path | None) -> Path:
    """Where the rows are kept: in the data folder, or in a folder for many such files."""
    if cache is None:
        return root / INDEX
    return cache / f"alfworld-{hashlib.sha256(str(root.resolve()).encode()).hexdigest()[:16]}.json"


def kept_rows(kept: Path) -> dict[str, Row]:
    """The rows of before, by path; none where the file is missing, torn or of another format."""
    try:
        content = json.loads(kept.read_bytes())
        if content["format"] != FORMAT or content["digest"] != digest_of(content["rows"]):
            return {}
        rows = [Row(**{**row, "stamp": tuple(row["stamp"])}) for row in content["rows"]]
    except (OSError, ValueError, KeyError, TypeError):
        return {}
    return {row.path: row for row in rows}


def keep(kept: Path, rows: list[Row]) -> None:
    """Writes the rows under another name first, so that no reader sees half of them.

    A folder that cannot be written to is no error: the games are read again next time.
    """
    content: list[dict[str, Any]] = [asdict(row) for row in rows]
    partial = kept.with_name(f".{kept.name}.{os.getpid()}")
    try:
        kept.parent.mkdir(parents=True, exist_ok=True)
        with partial.open("w") as file:
            json.dump({"format": FORMAT, "digest": digest_of(content), "rows": content}, file)
            file.flush()
            os.fsync(file.fileno())
        partial.replace(kept)
    except OSError as problem:
        with suppress(OSError):
            partial.unlink(missing_ok=True)
        print(
            f"alfworld: the index of games is not kept ({problem}); --cache names a folder for it",
            file=sys.stderr,
        )


def digest_of(content: list[dict[str, Any]]) -> str:
    text = json.dumps([{**row, "stamp": list(row["stamp"])} for row in content], sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()

"""The scripted teacher plays real ALFWorld games through the built program, in each of the three loops."""

from __future__ import annotations

import gzip
import json
import os
import shutil
import subprocess
import sys
import unittest
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from pathlib import Path
from typing import Any

from alfworld_games import PATIENCE, REAL, REAL_GAME, ROOT, generated, new_folder, scratch

sys.path.insert(0, str(ROOT / "environments"))
from recode_environments.alfworld.index import TASKS

# `scripts/test-environments.sh` says which program it is about.
PROGRAM = Path(os.environ.get("RECODE_DATA_PROGRAM", ROOT / ".build" / "release" / "recode-data"))
AGENTS = ["recode", "react", "codeact"]


@cache
def games() -> Path:
    """A generated game of each task type and the real one, all in one split."""
    folder = scratch() / "taught"
    train = folder / "json_2.1.1" / "train"
    shutil.copytree(generated() / "json_2.1.1" / "train", train)
    real = Path(REAL_GAME).parent
    shutil.copytree(REAL / "json_2.1.1" / real, train / real.name)
    return folder


@cache
def put_games() -> Path:
    """The real game with the words that older games have for putting something down."""
    folder = scratch() / "taught-to-put"
    real = Path(REAL_GAME).parent
    shutil.copytree(REAL / "json_2.1.1" / real, folder / "json_2.1.1" / "train" / real.name)
    for path in sorted(folder.glob("json_2.1.1/*/*/*/game.tw-pddl")):
        path.write_text(path.read_text().replace("move {o} to {r}", "put {o} in/on {r}"))
    return folder


def collect_in(folder: Path, *more: object) -> subprocess.CompletedProcess[str]:
    """Runs `collect` on all games of a folder."""
    command = [PROGRAM, "collect", "--env", "alfworld", "--games", folder, "--python", sys.executable]
    return subprocess.run(
        [*map(str, command), "--variations", "all", *map(str, more)],
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )


def collect(agent: str, folder: Path) -> Path:
    """Has the teacher play all games of a folder in the loop of an agent, and returns the run."""
    run = new_folder() / "run"
    done = collect_in(folder, "--policy", "expert", "--agent", agent, "--run", run)
    if done.returncode != 0:
        raise AssertionError(done.stderr)
    return run


def shards(run: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted((run / "trajectories").iterdir())}


def episodes(run: Path) -> list[dict[str, Any]]:
    text = b"".join(gzip.decompress(shard) for name, shard in shards(run).items() if name.endswith(".gz"))
    return [json.loads(line) for line in text.splitlines()]


class TeacherTests(unittest.TestCase):
    def test_each_loop_wins_every_kind_of_game_with_the_same_bytes_twice(self) -> None:
        for agent in AGENTS:
            with self.subTest(agent=agent):
                with ThreadPoolExecutor(2) as pool:
                    first, second = pool.map(collect, [agent] * 2, [games()] * 2)
                self.assertEqual(shards(first), shards(second))
                played = episodes(first)
                self.assertEqual(len(played), 7)
                self.assertEqual(len({episode["environment"]["task"] for episode in played}), 6)
                lost = [(one["task_id"], one["ended"], one["steps"]) for one in played if not one["success"]]
                self.assertEqual(lost, [])

    def test_older_words_for_putting_down_are_used_where_the_game_has_them(self) -> None:
        (played,) = episodes(collect("recode", put_games()))
        self.assertEqual(played["environment"]["instance"]["grammar"], "put")
        self.assertTrue(played["success"])
        actions = [action["action"] for node in played["nodes"] for action in node["actions"]]
        self.assertTrue(actions[-1].startswith("put "), actions)
        self.assertFalse([action for action in actions if action.startswith("move ")])

    def test_the_program_knows_the_task_types_by_name(self) -> None:
        done = collect_in(games(), "--tasks", "none", "--run", new_folder() / "run")
        self.assertEqual(done.returncode, 64)
        self.assertIn(f"There is: {', '.join(TASKS)}.", done.stderr)

    def test_it_cannot_be_told_to_slip(self) -> None:
        done = collect_in(games(), "--slip", 0.1, "--run", new_folder() / "run")
        self.assertEqual(done.returncode, 64)
        self.assertIn("only ScienceWorld's expert slips", done.stderr)


if __name__ == "__main__":
    unittest.main()

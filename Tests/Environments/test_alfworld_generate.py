"""Generated games: the same bytes from the same seed, no game in two splits, and none left half made."""

from __future__ import annotations

import json
import re
import unittest
from pathlib import Path

from alfworld_games import SEED, Answer, copy_of, games_in, generate, generated, new_folder, run

HELD_OUT = {first + place for first in (0, 200, 300, 400) for place in range(1, 7)}
CONTENT = ("game.tw-pddl", "traj_data.json")


def contents(folder: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def trajectories(folder: Path) -> dict[str, Answer]:
    return {
        path: json.loads((folder / "json_2.1.1" / path / CONTENT[1]).read_text()) for path in games_in(folder)
    }


def things(game: Answer) -> frozenset[str]:
    return frozenset(re.findall(r"\(objectType (\S+) ", game["pddl_problem"]))


class GeneratedGames(unittest.TestCase):
    def test_are_the_same_bytes_with_any_number_of_processes(self) -> None:
        again = new_folder()
        generate(again, "--jobs", 1, "--split", "train")
        both = contents(generated())
        self.assertEqual(contents(again), {path: text for path, text in both.items() if "/train/" in path})
        self.assertEqual(len(both), 2 * 18)

    def test_go_on_where_a_run_was_stopped(self) -> None:
        games = copy_of(generated())
        whole = contents(games)
        train = games / "json_2.1.1" / "train"
        missing, torn, *kept = sorted(train.glob("*/*"))
        for name in CONTENT:
            (missing / name).unlink()
        missing.rmdir()
        (torn / CONTENT[0]).write_text('{"pddl_domain": "(define')
        leftover = train / f".{missing.parent.name.partition('-')[0]}.{missing.name}"
        leftover.mkdir()
        (leftover / CONTENT[0]).write_text("{")
        times = {path: (path / CONTENT[0]).stat().st_mtime_ns for path in kept}
        done = run("games", "--per-type", 1, "--seed", SEED, "--out", games, "--jobs", 1)
        self.assertIn("2 games made, 16 were there", done.stderr)
        self.assertEqual(contents(games), whole)
        self.assertEqual({path: (path / CONTENT[0]).stat().st_mtime_ns for path in kept}, times)

    def test_hold_floor_plans_out_for_the_test_split(self) -> None:
        for path, trajectory in trajectories(generated()).items():
            plan = trajectory["scene"]["scene_num"]
            self.assertEqual(path.startswith("valid_unseen/"), plan in HELD_OUT, path)

    def test_say_what_they_were_made_from(self) -> None:
        for path, trajectory in trajectories(generated()).items():
            origin = trajectory["origin"]
            self.assertEqual((origin["seed"], origin["number"], origin["package"]), (SEED, 0, "0.4.2"))
            self.assertTrue(path.endswith(f"/{trajectory['task_id'].split('/')[1]}"))
            params = trajectory["pddl_params"]
            end = params["parent_target"] or params["toggle_target"]
            plan = trajectory["scene"]["scene_num"]
            name = [trajectory["task_type"], params["object_target"], "None", end, str(plan)]
            self.assertEqual(path.split("/")[1].split("-"), name)

    def test_speak_of_their_goal_in_the_words_of_the_package(self) -> None:
        for path, trajectory in trajectories(generated()).items():
            grammar = games_in(generated())[path]["grammar"]
            (task,) = re.findall(r'"rhs": "Your task is to: ([^"]*)"', grammar)
            self.assertEqual(trajectory["turk_annotations"]["anns"][0]["task_desc"], task)
            params = trajectory["pddl_params"]
            for target in ("object_target", "parent_target", "toggle_target"):
                self.assertIn(params[target].lower(), task)

    def test_have_no_goal_and_no_set_of_objects_in_two_splits(self) -> None:
        """Of one floor plan, whatever the seeds: which split has a goal is not a matter of the draw."""
        other = new_folder()
        generate(other, "--jobs", 2, "--split", "train", seed=SEED + 1)
        goals: dict[Answer, str] = {}
        objects: dict[Answer, str] = {}
        for folder in (generated(), other):
            found = trajectories(folder)
            for path, game in games_in(folder).items():
                split, goal, _ = path.split("/")
                self.assertEqual(goals.setdefault(goal, split), split)  # type: ignore[arg-type]
                place = (found[path]["scene"]["scene_num"], things(game))
                self.assertEqual(objects.setdefault(place, split), split)  # type: ignore[arg-type]
        self.assertEqual(len(objects), 24)

    def test_refuse_an_order_that_makes_no_sense(self) -> None:
        done = run("games", "--per-type", 0, "--seed", 1, "--out", new_folder())
        self.assertEqual(
            (done.returncode, done.stderr), (64, "alfworld: --per-type and --jobs should be 1 or more\n")
        )


if __name__ == "__main__":
    unittest.main()

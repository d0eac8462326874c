"""Games are played as ALFWorld's own stack plays them, and won by what wins them."""

from __future__ import annotations

import json
import subprocess
import sys
import unittest
from pathlib import Path

from alfworld_games import (
    PATIENCE,
    REAL,
    REAL_GAME,
    Answer,
    Server,
    change,
    copy_of,
    games_in,
    generated,
    one_of_each,
)

ROOM = (
    "You are in the middle of a room. Looking quickly around you, you see a cabinet 8, a cabinet 7, "
    "a cabinet 6, a cabinet 5, a cabinet 4, a cabinet 3, a cabinet 2, a cabinet 1, a coffeemachine 1, "
    "a countertop 2, a countertop 1, a fridge 1, a garbagecan 1, a microwave 1, a sinkbasin 1, "
    "a stoveburner 4, a stoveburner 3, a stoveburner 2, a stoveburner 1, and a toaster 1."
)
TASK = "heat some potato and put it in sinkbasin."
REAL_WALK = [
    ("go to fridge 1", "You arrive at fridge 1. The fridge 1 is closed."),
    (
        "open fridge 1",
        "You open the fridge 1. The fridge 1 is open. In it, you see a cup 3, a lettuce 1, and a mug 3.",
    ),
    (
        "go to countertop 2",
        "You arrive at countertop 2. On the countertop 2, you see a apple 2, a apple 1, a bowl 3, a cup 2, "
        "a fork 2, a fork 1, a mug 2, a potato 2, a potato 1, a saltshaker 1, and a spoon 1.",
    ),
    ("take potato 3 from countertop 2", "Nothing happens."),
    ("take potato 1 from countertop 2", "You pick up the potato 1 from the countertop 2."),
    ("inventory", "You are carrying: a potato 1."),
    ("go to microwave 1", "You arrive at microwave 1. The microwave 1 is closed."),
    ("heat potato 1 with microwave 1", "You heat the potato 1 using the microwave 1."),
    ("examine potato 1", "This is a hot potato 1."),
    (
        "go to sinkbasin 1",
        "You arrive at sinkbasin 1. On the sinkbasin 1, you see a dishsponge 3, a egg 2, and a knife 3.",
    ),
    ("move potato 1 to sinkbasin 1", "You move the potato 1 to the sinkbasin 1."),
]
HEAT = "pick_heat_then_place_in_recep"


def upstream(games: list[Path]) -> list[Answer]:
    script = Path(__file__).resolve().parent / "upstream_walk.py"
    command = [sys.executable, "-B", str(script), *map(str, games)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE, check=False)
    if done.returncode != 0:
        raise AssertionError(done.stderr)
    answer: list[Answer] = json.loads(done.stdout)
    return answer


class RealGame(unittest.TestCase):
    def test_is_won_by_a_written_out_walk(self) -> None:
        with Server(REAL) as server:
            hello = server.get("hello")
            self.assertEqual((hello["name"], hello["splits"], hello["step_limit"]), ("alfworld", ["dev"], 80))
            self.assertEqual(hello["options"]["grammar"], "move")
            self.assertIn("move (object) to (receptacle)", hello["actions"])
            self.assertEqual(server.get("instances", task=HEAT, split="dev"), {"variations": [1_000_000]})
            start = server.get("reset", session=1, task=HEAT, variation=1_000_000)
            self.assertEqual(start["instruction"], TASK)
            self.assertEqual(start["observation"], f"{ROOM}\nYour task is to: {TASK}")
            self.assertEqual(start["options"], {"grammar": "move", "game": REAL_GAME})
            self.assertEqual((start["actions"], start["gold"]), (None, []))
            for number, (action, observation) in enumerate(REAL_WALK, start=1):
                won = number == len(REAL_WALK)
                step = server.get("step", session=1, action=action)
                wanted = {"reward": won, "native_reward": won, "done": won, "success": won}
                self.assertEqual(step, {"observation": observation, **wanted}, action)
            # A finished episode stays as it was.
            self.assertEqual(server.get("step", session=1, action="look"), step)

    def test_scouts_what_its_file_says_won_it(self) -> None:
        with Server(REAL) as server:
            start = server.get("reset", session=1, task=HEAT, variation=1_000_000, scouting=True)
            actions = [step["action"] for step in start["gold"]]
            self.assertEqual(actions, games_in(REAL)[REAL_GAME]["walkthrough"])
            steps = server.walk(1, actions)
            for gold, step in zip(start["gold"], steps, strict=True):
                self.assertEqual(
                    gold,
                    {
                        "action": gold["action"],
                        "completed_goals": [],
                        **{key: step[key] for key in ("observation", "reward", "done")},
                    },
                )
            self.assertTrue(steps[-1]["success"])


class GeneratedGames(unittest.TestCase):
    def test_of_all_types_are_won_by_their_plans(self) -> None:
        games = games_in(generated())
        with Server(generated()) as server:
            instances = server.instances()
            self.assertEqual(len(instances), 18)
            self.assertEqual(len({task for _, task, _ in instances}), 6)
            for split, task, variation in instances:
                start = server.get("reset", session=1, task=task, variation=variation)
                path = start["options"]["game"]
                self.assertTrue(path.split("/")[1].startswith(task), path)
                walkthrough = games[path]["walkthrough"]
                steps = server.walk(1, walkthrough)
                rewards = [step["reward"] for step in steps]
                self.assertEqual(rewards, [0] * (len(steps) - 1) + [1], (split, path))
                self.assertTrue(steps[-1]["done"] and steps[-1]["success"])
                self.assertNotIn("Nothing happens.", [step["observation"] for step in steps])

    def test_hide_objects_in_what_is_closed(self) -> None:
        opening = [
            path
            for path, game in games_in(generated()).items()
            if any(action.startswith("open") for action in game["walkthrough"])
        ]
        self.assertGreater(len(opening), 6)

    def test_are_played_to_the_letter_as_upstream_plays_them(self) -> None:
        """One of each task type and the real one, all sessions of one process, in turn."""
        with Server(one_of_each()) as server:
            starts = [
                server.get("reset", session=session, task=task, variation=variation)
                for session, (_, task, variation) in enumerate(server.instances())
            ]
            self.assertEqual(len(starts), 7)
            root = one_of_each() / "json_2.1.1"
            walks = upstream([root / start["options"]["game"] / "game.tw-pddl" for start in starts])
            for start, walk in zip(starts, walks, strict=True):
                welcome, room, last = walk["start"].split("\n\n")
                self.assertEqual(welcome, "-= Welcome to TextWorld, ALFRED! =-")
                self.assertEqual(start["observation"], f"{room}\n{last}")
            for number in range(max(len(walk["steps"]) for walk in walks)):
                for session, walk in enumerate(walks):
                    for step in walk["steps"][number : number + 1]:
                        ours = server.get("step", session=session, action=step["action"])
                        self.assertEqual(ours["observation"], step["observation"], (session, step["action"]))
                        self.assertEqual(ours["success"], step["won"])
            self.assertTrue(all(walk["steps"][-1]["won"] for walk in walks))


class Grammars(unittest.TestCase):
    def setUp(self) -> None:
        """Among games of now, one as games were before: `put … in/on …`."""
        self.games = copy_of(generated())
        self.old, content = next(
            (path, game)
            for path, game in games_in(self.games).items()
            if path.startswith("train/pick_and_place_simple")
        )
        old_words = {
            "move {o} to {r}": "put {o} in/on {r}",
            "You move the {o.name} to the {r.name}.": "You put the {o.name} in/on the {r.name}.",
        }
        grammar = content["grammar"]
        for new, old in old_words.items():
            self.assertIn(new, grammar)
            grammar = grammar.replace(new, old)
        self.walkthrough = [
            action.replace("move ", "put ").replace(" to ", " in/on ")
            if action.startswith("move")
            else action
            for action in content["walkthrough"]
        ]
        game = self.games / "json_2.1.1" / self.old / "game.tw-pddl"
        change(game, grammar=grammar, walkthrough=self.walkthrough)

    def test_are_told_apart_and_played_side_by_side(self) -> None:
        with Server(self.games) as server:
            hello = server.get("hello")
            self.assertEqual(hello["options"]["grammar"], "mixed")
            both = "move (object) to (receptacle) or, as the game has it, put (object) in/on (receptacle)"
            self.assertIn(both, hello["actions"])
            task = "pick_and_place_simple"
            old = server.get("reset", session=1, task=task, variation=0)
            new = server.get("reset", session=2, task=task, variation=1_000_000)
            self.assertEqual(old["options"], {"grammar": "put", "game": self.old})
            self.assertEqual(new["options"]["grammar"], "move")
            self.assertIn("\nput (object) in/on (receptacle):", old["actions"])
            self.assertIn("\nmove (object) to (receptacle):", new["actions"])
            steps = server.walk(1, self.walkthrough)
            self.assertTrue(steps[-1]["success"])
            self.assertRegex(steps[-1]["observation"], r"^You put the .+ in/on the .+\.$")
            self.assertTrue(
                server.walk(2, games_in(self.games)[new["options"]["game"]]["walkthrough"])[-1]["done"]
            )


if __name__ == "__main__":
    unittest.main()

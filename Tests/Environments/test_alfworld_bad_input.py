"""What is wrong is said, with file and key, and the process goes on."""

from __future__ import annotations

import re
import unittest

from alfworld_games import Server, change, copy_of, games_in, generated, new_folder, one_of_each, run

PICK = "pick_and_place_simple"
UNREACHABLE = """
    (:goal (exists (?o - object ?r - receptacle)
        (and (objectType ?o KnifeType) (receptacleType ?r SinkBasinType) (isHot ?o) (isSliced ?o)))))
"""
# Each half of its goal can be had, and never both: known once every state was seen, of which there are few.
CONTRADICTION = """
(define (problem contradiction) (:domain alfred)
  (:objects agent1 - agent apple_bar_1 - object table_bar_1 - receptacle AppleType - otype TableType - rtype
    SinkBasinType MicrowaveType FridgeType - rtype KnifeType ButterKnifeType - otype here there - location)
  (:init (= (total-cost) 0) (atLocation agent1 here) (receptacleAtLocation table_bar_1 there)
    (receptacleType table_bar_1 TableType) (canContain TableType AppleType) (objectType apple_bar_1 AppleType)
    (inReceptacle apple_bar_1 table_bar_1) (objectAtLocation apple_bar_1 there) (pickupable apple_bar_1))
  (:goal (exists (?a - agent ?o - object ?r - receptacle) (and (holds ?a ?o) (inReceptacle ?o ?r)))))
"""
TORN = '{"pddl_domain": "(define (domain alfred'


class DamagedGames(unittest.TestCase):
    def test_are_refused_by_file_and_key_and_the_session_stays(self) -> None:
        games = copy_of(one_of_each())
        path, game = next((p, g) for p, g in games_in(games).items() if p.startswith(f"train/{PICK}"))
        file, whole = games / "json_2.1.1" / path / "game.tw-pddl", dict(game)
        trajectory = file.with_name("traj_data.json")
        problem, grammar = game["pddl_problem"], game["grammar"]
        unreachable = problem[: problem.index("(:goal")] + UNREACHABLE
        renamed = grammar.replace("action OpenObject", "action Unlock")
        table: list[tuple[dict[str, object] | str, str]] = [
            (TORN, "not readable as JSON"),
            ("[1]", "a JSON list where an object should be"),
            ({"grammar": None}, "key grammar should be a text and is missing"),
            ({"pddl_problem": 5}, "key pddl_problem should be a text and is a int"),
            ({"walkthrough": [1]}, "key walkthrough should be a list of actions"),
            ({"pddl_problem": problem[:2000]}, "key pddl_problem is torn"),
            ({"pddl_domain": game["pddl_domain"][:999]}, "key pddl_domain is torn"),
            (
                {"pddl_problem": problem[: problem.index("(:goal")] + "(:goal (shines agent1)))"},
                "key pddl_problem does not fit",
            ),
            ({"pddl_problem": unreachable}, "key pddl_problem has a goal that no actions reach"),
            ({"grammar": grammar[:3000]}, "key grammar has the template None for PutObject"),
            (
                {"grammar": grammar.replace("Your task is to", "Do")},
                "key grammar has 0 lines 'Your task is to: …'",
            ),
            ({"grammar": grammar.replace('"intro"', "intro")}, "key grammar cannot be parsed"),
            ({"grammar": renamed}, "key grammar has no words for the actions openobject"),
        ]
        with Server(games) as server:
            server.get("reset", session=1, task=PICK, variation=0)
            for step, (damage, words) in enumerate(table):
                if isinstance(damage, str):
                    file.write_text(damage)
                else:
                    change(file, **damage)
                answer = server.ask("reset", session=1, task=PICK, variation=0)
                self.assertEqual(answer.get("code"), "bad_data", (words, answer))
                self.assertTrue(answer["error"].startswith(f"{file}: "), answer["error"])
                self.assertIn(words, answer["error"])
                file.write_text("{}")
                change(file, **whole)
                # The episode from before goes on, and others begin.
                server.walk(1, [whole["walkthrough"][0]] if step == 0 else ["look"])
            trajectory.write_text("{")
            self.assertIn(
                f"{trajectory}: not readable", server.ask("reset", session=1, task=PICK, variation=0)["error"]
            )
            file.unlink()
            trajectory.write_text("{}")
            self.assertIn(
                f"{file}: not there", server.ask("reset", session=1, task=PICK, variation=0)["error"]
            )
            self.assertTrue(server.walk(1, whole["walkthrough"][1:])[-1]["success"])

    def test_keep_their_number_in_the_index(self) -> None:
        games = copy_of(generated())
        path = next(path for path in games_in(games) if path.startswith(f"train/{PICK}"))
        file = games / "json_2.1.1" / path / "game.tw-pddl"
        file.write_text(TORN)
        with Server(games) as server:
            self.assertEqual(server.get("instances", task=PICK, split="train"), {"variations": [0]})
            self.assertEqual(server.ask("reset", session=1, task=PICK, variation=0)["code"], "bad_data")
            self.assertNotIn("error", server.ask("reset", session=1, task=PICK, variation=1_000_000))


class Scouting(unittest.TestCase):
    def test_plans_where_a_game_does_not_say_what_wins_it(self) -> None:
        games = copy_of(one_of_each())
        path, game = next((p, g) for p, g in games_in(games).items() if p.startswith(f"train/{PICK}"))
        file = games / "json_2.1.1" / path / "game.tw-pddl"
        walkthroughs: list[list[str]] = [[], game["walkthrough"][:-1]]
        with Server(games) as server:
            for walkthrough in walkthroughs:
                change(file, walkthrough=walkthrough)
                gold = server.get("reset", session=1, task=PICK, variation=0, scouting=True)["gold"]
                self.assertEqual([step["done"] for step in gold], [False] * (len(gold) - 1) + [True])
                steps = server.walk(1, [step["action"] for step in gold])
                self.assertEqual([s["observation"] for s in steps], [step["observation"] for step in gold])

    def test_finds_nothing_where_the_planner_takes_too_long(self) -> None:
        games = copy_of(one_of_each())
        path = next(path for path in games_in(games) if path.startswith(f"train/{PICK}"))
        change(games / "json_2.1.1" / path / "game.tw-pddl", walkthrough=[])
        with Server(games, "--planner-seconds", 0.01) as server:
            self.assertEqual(
                server.get("reset", session=1, task=PICK, variation=0, scouting=True)["gold"], []
            )
            self.assertNotIn("error", server.ask("step", session=1, action="look"))

    def test_refuses_a_game_that_nothing_wins(self) -> None:
        games = copy_of(one_of_each())
        path = next(path for path in games_in(games) if path.startswith(f"train/{PICK}"))
        file = games / "json_2.1.1" / path / "game.tw-pddl"
        change(file, walkthrough=[], pddl_problem=CONTRADICTION)
        with Server(games) as server:
            answer = server.ask("reset", session=1, task=PICK, variation=0, scouting=True)
            self.assertEqual(answer["code"], "bad_data")
            self.assertEqual(
                answer["error"],
                f"{file}: key pddl_problem has a goal that no actions reach; leave the game out",
            )


class Requests(unittest.TestCase):
    def test_that_make_no_sense_are_answered(self) -> None:
        table = [
            ({"request": "reset", "session": 1, "task": "sweep", "variation": 0}, "there is no task sweep"),
            ({"request": "reset", "session": 1, "task": PICK, "variation": -1}, "has no variation -1"),
            (
                {"request": "reset", "session": 1, "task": PICK, "variation": 999_999},
                "has no variation 999999",
            ),
            (
                {"request": "reset", "session": 1, "task": PICK, "variation": True},
                "variation is True, which is no int",
            ),
            ({"request": "instances", "task": PICK, "split": "all"}, "there is no split all"),
            ({"request": "step", "session": 1, "action": "look"}, "session 1 has no episode"),
            ({"request": "step", "session": 1, "action": 5}, "action is 5, which is no str"),
            ({"request": "dance"}, "there is no request 'dance'"),
        ]
        with Server(one_of_each()) as server:
            for fields, words in table:
                answer = server.ask(**fields)  # type: ignore[arg-type]
                self.assertEqual(answer["code"], "bad_request")
                self.assertIn(words, answer["error"])
            start = server.get("reset", session=1, task=PICK, variation=0)
            for action in ["", "  ", "look\nlook", "\ud800", "x" * 100_000]:
                self.assertEqual(
                    server.get("step", session=1, action=action)["observation"], "Nothing happens."
                )
            self.assertTrue(start["observation"].startswith("You are in the middle of a room."))


class Beginnings(unittest.TestCase):
    def test_without_games_are_answered(self) -> None:
        with Server(new_folder()) as server:
            for request in ({"request": "hello"}, {"request": "instances", "task": PICK, "split": "train"}):
                answer = server.ask(**request)
                self.assertEqual(answer["code"], "bad_data")
                self.assertRegex(answer["error"], r"holds 0 folders json_2\.1\.\*.*recode-data games")

    def test_without_a_package_are_answered_with_what_to_install(self) -> None:
        for module in ("fast_downward", "alfworld"):
            with Server(one_of_each(), setup=f"sys.modules['{module}'] = None") as server:
                answer = server.ask("hello")
            self.assertEqual(answer["code"], "missing_program")
            self.assertRegex(answer["error"], re.escape("scripts/setup.sh --alfworld"))
            self.assertIn(module, answer["error"])

    def test_with_a_python_that_is_too_new_are_answered(self) -> None:
        with Server(one_of_each(), setup="sys.version_info = (3, 13)") as server:
            answer = server.ask("hello")
        self.assertEqual(answer["code"], "missing_program")
        self.assertIn("needs Python 3.10 to 3.12", answer["error"])

    def test_of_the_planner_on_its_own_say_what_is_wrong(self) -> None:
        file = new_folder() / "game.tw-pddl"
        file.write_text(TORN)
        done = run("plan", file)
        self.assertEqual((done.returncode, done.stdout), (65, ""))
        self.assertIn(f"{file}: not readable as JSON", done.stderr)


if __name__ == "__main__":
    unittest.main()

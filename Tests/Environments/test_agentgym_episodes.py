"""Whole episodes with servers of the three kinds, over the protocol."""

from __future__ import annotations

import unittest
from typing import Any

import agentgym_support as support

Row = tuple[str, float, float, bool, bool]


def row(answer: dict[str, Any]) -> Row:
    return (
        answer["observation"],
        answer["reward"],
        answer["native_reward"],
        answer["done"],
        answer["success"],
    )


class EpisodeTests(unittest.TestCase):
    def play(self, kind: str, *actions: str) -> tuple[dict[str, Any], list[Row]]:
        with support.playing(kind) as (_, adapter):
            start = adapter.reset(4)
            return start, [row(adapter.step(action)) for action in actions]

    def test_alfworld_is_won_at_the_end(self) -> None:
        start, steps = self.play("alfworld", "dance", "open", "open", "dance")
        self.assertEqual(start["instruction"], "open box 4.")
        self.assertEqual(start["observation"], "You see box 4.")
        self.assertEqual(start["options"], {"task_type": "open/box"})
        won = ("2 of 2 locks of box 4 are open.", 1, 1, True, True)
        self.assertEqual(steps[0], ("0 of 2 locks of box 4 are open.", 0, 0, False, False))
        # After the end the last answer is given again, and the server is not asked.
        self.assertEqual(steps[2:], [won, won])

    def test_sciworld_scores_up_to_a_hundred(self) -> None:
        start, steps = self.play("sciworld", "open", "open")
        self.assertEqual(start["instruction"], "Open box 4.")
        self.assertEqual(start["options"], {"task_name": "box", "var_num": 4})
        self.assertEqual([step[1:] for step in steps], [(0.5, 50, False, False), (1, 100, True, True)])

    def test_a_negative_score_is_no_reward(self) -> None:
        _, steps = self.play("sciworld", "open", "smash")
        self.assertEqual(steps[1][1:], (0, -100, True, False))

    def test_webshop_pages_go_without_the_instruction(self) -> None:
        start, steps = self.play("webshop", "open", "smash")
        self.assertEqual(start["instruction"], "Buy box 4")
        self.assertEqual(start["observation"], "WebShop [SEP] Search")
        self.assertEqual(
            steps,
            [
                ("Page [SEP] 1 of 2 locks of box 4 are open.", 0, 0, False, False),
                ("Page [SEP] 1 of 2 locks of box 4 are open.", 0.5, 0.5, True, False),
            ],
        )

    def test_a_full_reward_is_a_success_in_webshop(self) -> None:
        _, steps = self.play("webshop", "open", "open")
        self.assertEqual(steps[1][1:], (1, 1, True, True))

    def test_what_can_be_done_stands_below_where_it_is_asked_for(self) -> None:
        expected = {
            "alfworld": "Available actions: open; smash",
            "sciworld": "Possible actions: open; smash\nPossible objects: box; lock",
            "webshop": "Available actions: search[WORDS]; click[lock]",
        }
        for kind, hint in expected.items():
            with self.subTest(kind), support.playing(kind, "--available-actions") as (_, adapter):
                self.assertTrue(adapter.reset(4)["observation"].endswith("\n" + hint))
                self.assertTrue(adapter.step("open")["observation"].endswith("open.\n" + hint))
                # Not at the end, when servers have none to tell of.
                self.assertTrue(adapter.step("open")["observation"].endswith("are open."))
                self.assertTrue(adapter.ask(request="hello")["options"]["available_actions"])

    def test_half_a_surrogate_pair_reaches_the_server_as_a_character(self) -> None:
        with support.playing("alfworld") as (_, adapter):
            adapter.reset(1)
            self.assertIn("0 of 3", adapter.step("\ud800 \U0001f511")["observation"])


class SessionTests(unittest.TestCase):
    def test_two_sessions_keep_apart(self) -> None:
        for kind in ("alfworld", "sciworld", "webshop"):
            with self.subTest(kind), support.playing(kind) as (world, adapter):
                adapter.reset(2, session=1)
                adapter.reset(3, session=2)
                adapter.step("open", session=1)
                self.assertIn("0 of 3 locks of box 3", adapter.step("dance", session=2)["observation"])
                self.assertIn("2 of 2 locks of box 2", adapter.step("open", session=1)["observation"])
                self.assertEqual(world.asked.count("/create"), 2)

    def test_an_environment_serves_one_episode_after_another(self) -> None:
        with support.playing("sciworld") as (world, adapter):
            for variation in range(5):
                adapter.reset(variation)
                adapter.step("open")
                adapter.ask(request="close", session=1)
            self.assertEqual(world.asked.count("/create"), 1)
            # Without closing in between, the episode that goes on has one and the next has one.
            for variation in range(5):
                adapter.reset(variation)
            self.assertEqual(world.asked.count("/create"), 2)
            adapter.finish()
            self.assertEqual((adapter.status, world.asked[-2:], world.boxes), (0, ["/close"] * 2, {}))

    def test_alfworld_which_cannot_close_is_not_asked_to(self) -> None:
        with support.playing("alfworld") as (world, adapter):
            adapter.reset(1)
            adapter.finish()
            self.assertEqual((adapter.status, world.asked), (0, ["/create", "/reset"]))

    def test_a_server_that_cannot_close_either_is_no_failure(self) -> None:
        with support.playing("sciworld") as (world, adapter):
            world.troubles["/close"] = [support.says(b"", 404)]
            adapter.reset(1)
            adapter.finish()
            self.assertEqual(adapter.status, 0)
            self.assertIn("POST /close", adapter.words)

    def test_a_game_that_is_refused_leaves_the_episode_as_it_was(self) -> None:
        with support.server("sciworld") as server:
            options = ("--split", f"train=0-{support.GAMES}")
            with support.program(server.url, "sciworld", *options) as adapter:
                adapter.reset(2)
                adapter.step("open")
                answer = adapter.reset(support.GAMES)
                self.assertEqual(answer["code"], "bad_request")
                self.assertIn("refuses game 40: list index out of range", answer["error"])
                self.assertIn("2 of 2 locks of box 2", adapter.step("open")["observation"])


if __name__ == "__main__":
    unittest.main()

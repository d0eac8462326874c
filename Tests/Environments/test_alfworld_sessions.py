"""What an episode says depends on its game and its actions alone."""

from __future__ import annotations

import unittest
from itertools import zip_longest

from alfworld_games import Answer, Server, games_in, one_of_each

TASKS = ["pick_and_place_simple", "look_at_obj_in_light", "pick_two_obj_and_place"]
# Said in between: nothing of it changes the world for long.
IDLE = ["look", "inventory", "help", "dance"]


def scripts(server: Server) -> list[tuple[str, list[str]]]:
    """A task and the actions that win its game, with idle ones in between."""
    games = games_in(one_of_each())
    found = []
    for task in TASKS:
        path = server.get("reset", session=99, task=task, variation=0)["options"]["game"]
        walk = games[path]["walkthrough"]
        found.append((task, [said for n, action in enumerate(walk) for said in (IDLE[n % 4], action)]))
    server.get("close", session=99)
    return found


def one_by_one(server: Server) -> list[list[Answer]]:
    """Each game played to its end before the next."""
    answers = []
    for task, actions in scripts(server):
        start = server.get("reset", session=1, task=task, variation=0)
        answers.append([start, *server.walk(1, actions)])
    return answers


def interleaved(server: Server) -> list[list[Answer]]:
    """Two sessions of each game in turn, the second one behind, after another episode was left half way."""
    plays = scripts(server)
    server.get("reset", session=7, task=plays[2][0], variation=0)
    server.walk(7, plays[2][1][:5])
    answers: list[list[Answer]] = []
    for session, (task, _) in enumerate([*plays, *plays]):
        answers.append([server.get("reset", session=session, task=task, variation=0)])
    ahead = zip_longest(*(actions for _, actions in plays))
    waiting: list[tuple[str | None, ...]] = []
    for turn in [*ahead, (None,) * 3]:
        for session, action in enumerate([*turn, *(waiting.pop() if waiting else (None,) * 3)]):
            if action is not None:
                answers[session].append(server.get("step", session=session, action=action))
        waiting.append(turn)
    if [play[1:] for play in answers[3:]] != [play[1:] for play in answers[:3]]:
        raise AssertionError("two sessions of one game differ")
    return answers[:3]


class Sessions(unittest.TestCase):
    def test_are_the_same_in_any_process_and_order(self) -> None:
        with Server(one_of_each(), hash_seed=1) as first, Server(one_of_each(), hash_seed=2) as second:
            alone, together = one_by_one(first), interleaved(second)
            again = one_by_one(second)
        self.assertEqual(alone, together)
        self.assertEqual(alone, again)
        self.assertTrue(all(play[-1]["success"] for play in alone))

    def test_can_be_begun_anew_half_way(self) -> None:
        with Server(one_of_each()) as server:
            task, actions = scripts(server)[0]
            for _ in range(2):
                start = server.get("reset", session=1, task=task, variation=0)
                half = [start, *server.walk(1, actions[:3])]
            self.assertEqual([start, *server.walk(1, actions)][:1], half[:1])
            self.assertEqual(server.ask("step", session=2, action="look")["code"], "bad_request")
            server.get("close", session=1)
            self.assertEqual(server.ask("step", session=1, action="look")["code"], "bad_request")

    def test_outlive_games_that_are_no_longer_kept(self) -> None:
        """More sessions of more games than are kept translated: here, none."""
        forget = "sys.path.insert(0, sys.argv[1].rpartition('/')[0])"
        forget += "; import recode_environments.alfworld.package as p; p.require()"
        forget += "; import recode_environments.alfworld.loader as l; l.Loader.__init__.__defaults__ = (0,)"
        with Server(one_of_each(), setup=forget) as server:
            self.assertEqual(interleaved(server), one_by_one(server))


if __name__ == "__main__":
    unittest.main()

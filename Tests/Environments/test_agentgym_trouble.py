"""What servers do wrong: what is tried again, what ends the process, what is refused."""

from __future__ import annotations

import base64
import contextlib
import json
import socket
import unittest
from typing import Any

import agentgym_support as support
from recode_environments.agentgym.address import read_address
from recode_environments.agentgym.client import ANSWER_LIMIT, Client, NotSent
from recode_environments.agentgym.gym import Gym
from recode_environments.agentgym.kinds import KINDS

STEP: dict[str, Any] = {"request": "step", "session": 1, "action": "open"}


def step_text(**changes: Any) -> bytes:
    """A step's answer in alfworld with other values."""
    answer = {"observation": "a", "reward": 0.0, "available_actions": [], "done": False, **changes}
    return json.dumps(answer).encode()


class PassingTests(unittest.TestCase):
    def test_create_and_reset_are_tried_again(self) -> None:
        troubles = {
            "500": support.says(b"Internal Server Error", 500),
            "too many": support.says(b"", 429),
            "no JSON": support.says(b'{"id": '),
            "no UTF-8": support.says(b'"\xff"'),
            "NaN": support.says(b'{"id": NaN}'),
            "cut": support.says(b'{"id"', headers={"Content-Length": "99", "Connection": "close"}),
            "nothing": support.hangs_up,
        }
        with support.playing("alfworld") as (world, adapter):
            for session, (name, trouble) in enumerate(troubles.items()):
                with self.subTest(name):
                    world.troubles = {"/create": [trouble], "/reset": [trouble]}
                    world.asked.clear()
                    self.assertEqual(adapter.reset(2, session)["instruction"], "open box 2.")
                    self.assertIn("1 of 2", adapter.step("open", session)["observation"])
                    self.assertEqual(
                        world.asked, ["/create", "/create", "/reset", "/create", "/reset", "/step"]
                    )

    def test_a_slow_reset_is_done_again_elsewhere(self) -> None:
        with support.playing("alfworld", "--timeout", "3") as (world, adapter):
            world.troubles["/reset"] = [support.says_late(6)]
            self.assertEqual(adapter.reset(2)["instruction"], "open box 2.")
            # The server may still be at the first.
            self.assertEqual(world.asked, ["/create", "/reset", "/create", "/reset"])

    def test_asking_what_can_be_done_is_tried_again(self) -> None:
        with support.playing("webshop", "--available-actions") as (world, adapter):
            adapter.reset(2)
            world.troubles["/available_actions"] = [support.says(b"", 503)]
            self.assertIn("click[lock]", adapter.step("open")["observation"])
            self.assertEqual(world.asked.count("/step"), 1)

    def test_tries_are_bounded(self) -> None:
        with support.playing("alfworld", "--retries", "1") as (world, adapter):
            world.troubles["/create"] = [support.says(b"", 502)] * 9
            words = adapter.last_words(request="reset", session=1, task="alfworld", variation=1)
            self.assertRegex(words, r"Passing: POST /create at http://127.*: status 502 \(tries: 2\)$")
            self.assertEqual(world.asked, ["/create", "/create"])

    def test_nobody_there_ends_the_process(self) -> None:
        with socket.create_server(("127.0.0.1", 0)) as taken:
            url = f"http://127.0.0.1:{taken.getsockname()[1]}"
        with support.program(url, "sciworld", "--retries", "1") as adapter:
            words = adapter.last_words(request="reset", session=1, task="sciworld", variation=1)
        self.assertRegex(words, r"NotSent: .*no connection \(Connection refused\).*\(tries: 2\)$")

    def test_pauses_grow_up_to_a_limit(self) -> None:
        pauses: list[float] = []
        client = Client(read_address("http://127.0.0.1:1"), 1, 7, sleep=pauses.append)

        def attempt() -> int:
            raise NotSent("no")

        with self.assertRaisesRegex(NotSent, r"no \(tries: 8\)"):
            client.patiently(attempt, (NotSent,))
        self.assertEqual(pauses, [0.25, 0.5, 1, 2, 4, 4, 4])


class StepTests(unittest.TestCase):
    def lost(self, kind: str, trouble: support.Trouble, *options: str) -> str:
        """The last words after a step with trouble, which has to be sent once."""
        with support.playing(kind, *options) as (world, adapter):
            adapter.reset(2)
            world.troubles["/step"] = [trouble]
            words = adapter.last_words(**STEP)
            self.assertEqual(world.asked.count("/step"), 1)
            return words

    def test_a_step_is_never_sent_twice(self) -> None:
        troubles = {
            "status 500": support.says(b"", 500),
            "no JSON": support.says(b"<html>"),
            "connection broke": support.hangs_up,
        }
        for words, trouble in troubles.items():
            with self.subTest(words):
                told = self.lost("alfworld", trouble)
                self.assertIn("LostEpisode: POST /step at http://127.0.0.1:", told)
                self.assertIn(words, told)
                self.assertIn("nobody knows whether the step was taken", told)

    def test_a_slow_step_ends_the_process(self) -> None:
        words = self.lost("sciworld", support.says_late(6), "--timeout", "3")
        self.assertIn("no whole answer within 3 s", words)

    def test_a_step_that_was_not_sent_is_sent_again(self) -> None:
        with contextlib.ExitStack() as later:
            with support.server("alfworld") as first:
                address, port, world = read_address(first.url), first.server_port, first.world
                client = Client(address, 5, 1, sleep=lambda _: server_again())
                gym = Gym(KINDS["alfworld"], client, {"alfworld": {"train": [2]}}, 50)
                _, play = gym.reset("alfworld", 2, False)

            def server_again() -> None:
                later.enter_context(support.server("alfworld", port)).world = world

            self.assertIn("1 of 2", play.step("open").observation)
            self.assertEqual(world.asked, ["/create", "/reset", "/step"])

    def test_an_error_in_an_answer_ends_the_process(self) -> None:
        words = self.lost("alfworld", support.says(b'{"error": "something broke"}'))
        self.assertRegex(words, r"LostEpisode: .*environment 0 of the server: something broke$")

    def test_a_restart_ends_the_process(self) -> None:
        expected = {"alfworld": "id 0 is not valid", "sciworld": "id 0 is not valid", "webshop": "status 500"}
        for kind, words in expected.items():
            with self.subTest(kind):
                self.assertIn(words, self.lost(kind, support.restarts))

    def test_a_restart_between_episodes_goes_unnoticed(self) -> None:
        for kind in KINDS:
            with self.subTest(kind), support.playing(kind) as (world, adapter):
                for session in (1, 2, 3, 4, 5, 6):
                    adapter.reset(2, session)
                for session in (1, 2, 3, 4, 5, 6):
                    adapter.ask(request="close", session=session)
                world.restart()
                for session in (1, 2, 3):
                    self.assertIn("box 5", adapter.reset(5, session)["instruction"].lower())
                    self.assertIn("1 of 3", adapter.step("open", session)["observation"])

    def test_values_that_are_wrong_are_named(self) -> None:
        wrong = {
            "reward is 1.5, expected a number from 0 to 1": step_text(reward=1.5),
            "reward is true, expected a number from 0 to 1": step_text(reward=True),
            "done is 1, expected true or false": step_text(done=1),
            "observation is null, expected a text": step_text(observation=None),
            "observation is missing": b'{"reward": 0, "done": false}',
            "the answer is [], expected an object": b"[]",
        }
        for words, data in wrong.items():
            with self.subTest(words):
                self.assertTrue(self.lost("alfworld", support.says(data)).endswith(words))

    def test_a_huge_answer_is_not_read_to_its_end(self) -> None:
        words = self.lost("alfworld", support.says(step_text(observation="a" * ANSWER_LIMIT)))
        self.assertIn("BadAnswer: POST /step", words)
        self.assertIn("longer than 16 MiB", words)

    def test_nor_is_one_that_does_not_say_how_long_it_is(self) -> None:
        written: list[int] = []

        def pours(handler: support.Handler) -> bool:
            handler.send_response(200)
            handler.end_headers()
            handler.close_connection = True
            for _ in range(4 * (ANSWER_LIMIT >> 20)):
                written.append(handler.wfile.write(b" " * (1 << 20)))
            return True

        self.assertIn("longer than 16 MiB", self.lost("alfworld", support.quietly(pours)))
        self.assertLess(sum(written), 4 * ANSWER_LIMIT)

    def test_a_trickling_answer_has_an_end(self) -> None:
        def trickles(handler: support.Handler) -> bool:
            handler.send_response(200)
            handler.end_headers()
            handler.close_connection = True
            for _ in range(30):
                support.says_late(0.2)(handler)
                handler.wfile.write(b" ")
            return True

        # The server's end of it may find the connection closed, which is what this is about.
        words = self.lost("alfworld", support.quietly(trickles), "--timeout", "3")
        self.assertIn("no whole answer within 3 s", words)


class RefusalTests(unittest.TestCase):
    def test_another_kind_of_server_is_refused(self) -> None:
        with support.server("sciworld") as made, support.program(made.url, "sciworld") as adapter:
            made.world.troubles["/create"] = [support.says(b"", 404)]
            answer = adapter.reset(1)
            self.assertEqual(answer["code"], "bad_request")
            self.assertIn("POST /create", answer["error"])
            self.assertIn("is the server of this --kind", answer["error"])
            self.assertIn("instruction", adapter.reset(1))

    def test_a_text_without_a_task_ends_the_process(self) -> None:
        data = {"alfworld": b'{"observation": "a room"}', "webshop": b'["a page", null]'}
        for kind, answer in data.items():
            with self.subTest(kind), support.playing(kind) as (world, adapter):
                world.troubles["/reset"] = [support.says(answer)]
                words = adapter.last_words(request="reset", session=1, task=kind, variation=1)
                self.assertIn("BadAnswer: POST /reset", words)

    def test_redirects_are_not_followed(self) -> None:
        with support.server("alfworld") as other, support.playing("alfworld") as (world, adapter):
            moved = support.says(b"", 307, {"Location": f"{other.url}/create"})
            world.troubles["/create"] = [moved]
            words = adapter.last_words(request="reset", session=1, task="alfworld", variation=1)
            self.assertIn("status 307, a redirect", words)
            self.assertEqual(other.world.asked, [])

    def test_no_message_holds_a_key_or_password(self) -> None:
        secret = "sesame%21"
        with support.server("alfworld") as made:
            url = f"http://me:{secret}@{made.address}/hidden?key=zebra"
            with support.program(url, "alfworld") as adapter:
                echo = b'{"error": "list sesame! zebra at hidden"}'
                made.world.troubles["/hidden/reset"] = [support.says(echo)]
                made.world.troubles["/hidden/create"] = [support.says(b'{"id": 1}')]
                told = json.dumps([adapter.ask(request="hello"), adapter.reset(1)], ensure_ascii=False)
                made.world.troubles["/hidden/reset"] = [support.says(b"sesame%21", 500)] * 9
                made.world.troubles["/hidden/create"] = [support.says(b'{"id": 2}')] * 9
                adapter.last_words(request="reset", session=1, task="alfworld", variation=1)
                told += adapter.words
            self.assertIn("game 1: list … … at …", told)
            for word in ("sesame", "zebra", "hidden", "me:"):
                self.assertNotIn(word, told)
            sent = made.world.headers[0]
            self.assertEqual(sent["target"], "/hidden/create?key=zebra")
            self.assertEqual(sent["Authorization"], "Basic " + base64.b64encode(b"me:sesame!").decode())


if __name__ == "__main__":
    unittest.main()

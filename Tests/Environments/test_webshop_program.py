"""The program over the protocol: the same twice, sessions apart, errors as answers."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import tempfile
import unittest
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import webshop_support as support
from recode_environments.webshop.draw import Draw

HAND_WRITTEN = ("--catalogue", str(support.HAND_WRITTEN), "--seed", "7")
MADE_UP = ("--synthetic", "300", "--seed", "11")
RESET = b'{"request": "reset", "session": 1, "task": "%b", "variation": %d}'
SEARCHED = (
    "black small cotton shampoo tea lamp wood table organic coffee wireless charging shoe jumpsuit free"
)


def next_action(observation: str, draw: Draw) -> str:
    """A random action, mostly a button of the page."""
    marks = ("[button] ", "[clicked button] ")
    lines = [line for line in observation.splitlines() if line.startswith(marks)]
    buttons = [line.split("] ", 1)[1].rsplit(" [", 1)[0] for line in lines]
    if buttons and draw.chance(85) and (button := draw.one(buttons)) != "Search":
        return f"click[{button}]"
    return f"search[{' '.join(draw.some(SEARCHED.split(), 2))}]" if draw.chance(90) else "dance"


def episode(program: support.Program, session: int, task: str, number: int) -> Iterator[dict[str, Any]]:
    """The answers of an episode of random actions, one at a time."""
    draw = Draw("episode", number)
    answer = program.ask(
        request="reset", session=session, task=task, variation=number, scouting=number % 3 == 0
    )
    yield answer
    for _ in range(25):
        answer = program.ask(request="step", session=session, action=next_action(answer["observation"], draw))
        yield answer
    yield program.ask(request="close", session=session)


def goals(program: support.Program) -> list[tuple[str, int]]:
    """Every task and goal of the training split."""
    tasks = program.ask(request="hello")["tasks"]
    return [
        (task, number)
        for task in tasks
        for number in program.ask(request="instances", task=task, split="train")["variations"]
    ]


class DeterminismTests(unittest.TestCase):
    def test_two_processes_with_other_hashes_answer_alike(self) -> None:
        answers = []
        for hash_seed in ("1", "4242"):
            with support.program(*MADE_UP, hash_seed=hash_seed) as program:
                asked: list[Any] = [program.ask(request="hello"), goals(program)]
                for task, number in asked[1][:30]:
                    asked += episode(program, 1, task, number)
                answers.append(asked)
        self.assertEqual(answers[0], answers[1])
        self.assertGreater(sum(answer.get("done", False) for answer in answers[0][2:]), 0)


class SessionTests(unittest.TestCase):
    def test_fifty_sessions_at_a_time_are_each_as_if_alone(self) -> None:
        with support.program(*MADE_UP) as program:
            chosen = goals(program)[:50]
            self.assertEqual(len(chosen), 50)
            alone = [list(episode(program, 1, task, number)) for task, number in chosen]
            running = [episode(program, session, *goal) for session, goal in enumerate(chosen, 1)]
            # A step of each in turn.
            together = [list(answers) for answers in zip(*zip(*running, strict=True), strict=True)]
        self.assertEqual(alone, together)

    def test_an_episode_that_is_done_answers_the_same_again(self) -> None:
        with support.program(*MADE_UP) as program:
            task, number = goals(program)[0]
            gold = program.ask(request="reset", session=1, task=task, variation=number, scouting=True)["gold"]
            answers = [program.ask(request="step", session=1, action=step["action"]) for step in gold]
            self.assertTrue(answers[-1]["success"])
            self.assertEqual(program.ask(request="step", session=1, action="search[lamp]"), answers[-1])
            again = program.ask(request="reset", session=1, task=task, variation=number)
            self.assertTrue(again["observation"].startswith("WebShop\nInstruction:\n"))
            self.assertFalse(program.ask(request="step", session=1, action="search[lamp]")["done"])


class HelloTests(unittest.TestCase):
    def test_hello(self) -> None:
        with support.program(*HAND_WRITTEN, "--attributes-page") as program:
            about = program.ask(request="hello")
        self.assertEqual((about["protocol"], about["name"]), ("recode.environment.v1", "webshop"))
        self.assertEqual(about["tasks"], ["beauty", "fashion", "garden"])
        self.assertEqual((about["step_limit"], about["sessions"]), (30, None))
        self.assertEqual(about["native_reward"], {"min": 0.0, "max": 1.0})
        options = about["options"]
        self.assertEqual((options["engine"], options["products"], options["goals"]), ("recode", 5, 3))
        self.assertEqual(
            (options["seed"], options["goal_kind"], options["attributes_page"]), (7, "human", True)
        )
        self.assertIn("click[attributes]", about["actions"])
        self.assertLessEqual({"bm25s", "numpy", "rapidfuzz", "environment_python"}, set(about["platform"]))


class ErrorTests(unittest.TestCase):
    def test_damaged_data_is_the_answer_to_every_request(self) -> None:
        with tempfile.TemporaryDirectory() as folder:
            copy = Path(folder) / "catalogue"
            shutil.copytree(support.HAND_WRITTEN, copy)
            file = copy / "items_shuffle.json"
            file.write_text(file.read_text().replace('"pricing": "$34.99"', '"pricing": "$3.4.9"'))
            with support.program("--catalogue", str(copy)) as program:
                answers = [
                    program.ask(request="hello"),
                    program.ask(request="instances", task="x", split="train"),
                ]
        self.assertEqual(answers[0], answers[1])
        self.assertEqual(answers[0]["code"], "bad_data")
        self.assertIn(f"{file}: product 1 (B000000001): key 'pricing' is \"$3.4.9\"", answers[0]["error"])

    def test_a_package_that_is_missing_is_named(self) -> None:
        # Without its site-packages, Python is as if nothing had been installed.
        command = [sys.executable, "-I", "-S", "-B", str(support.PROGRAM), *HAND_WRITTEN]
        ended = subprocess.run(command, capture_output=True, input=b'{"request": "hello"}\n', timeout=60)
        answer = json.loads(ended.stdout)
        self.assertEqual((ended.returncode, answer["code"]), (0, "missing_program"))
        self.assertRegex(answer["error"], r"has no package \w+; install it, or run make setup")

    def test_requests_that_make_no_sense(self) -> None:
        with support.program(*HAND_WRITTEN) as program:
            fashion = goals(program)[1]
            started = program.ask(request="reset", session=1, task=fashion[0], variation=fashion[1])
            no_request = "there is no request {}; there are hello, instances, reset, step, close"
            of_another = f"goal {fashion[1]} is of task fashion, not of garden"
            cases: list[tuple[bytes, str]] = [
                (b"what", no_request.format("None")),
                (b"[" * 100_000, no_request.format("None")),
                (b'{"request": ["step"]}', no_request.format("['step']")),
                (b'{"request": "step", "session": [1], "action": "x"}', "session is [1], which is no int"),
                (b'{"request": "step", "session": 1, "action": 7}', "action is 7, which is no str"),
                (
                    b'{"request": "step", "session": 2, "action": "x"}',
                    "session 2 has no episode; reset it first",
                ),
                (RESET % (b"toys", 0), "there is no task toys; there are beauty, fashion, garden"),
                (RESET % (b"garden", 99), "there is no goal 99; goals are 0 to 2"),
                (RESET % (b"garden", -1), "there is no goal -1; goals are 0 to 2"),
                (RESET % (b"garden", fashion[1]), of_another),
            ]
            for line, expected in cases:
                with self.subTest(line[:60]):
                    self.assertEqual(program.ask_line(line), {"error": expected, "code": "bad_request"})
            # The session stays as it was, whatever a request had in it.
            step = program.ask(request="step", session=1, action="click[\ud800]")
            told = "Invalid action: there is no button [\ud800] on this page.\n"
            self.assertEqual(step["observation"], told + started["observation"])

    def test_command_lines_that_make_no_sense(self) -> None:
        cases = {
            (): "one of the arguments --catalogue --synthetic --engine is required",
            ("--synthetic", "0"): "argument --synthetic: '0' is no whole number from 1 on",
            ("--synthetic", "9", "--seed", "-1"): "argument --seed: '-1' is no whole number from 0 on",
            ("--synthetic", "9", "--goals", "all"): "argument --goals: invalid choice",
            ("--synthetic", "9", "--small"): "--small and --partial say something about --catalogue alone",
            ("--engine", "x", "--partial"): "--small and --partial say something about --catalogue alone",
            ("catalogue", "--products", "9"): "the following arguments are required: --out",
        }
        for arguments, expected in cases.items():
            with self.subTest(arguments):
                command = [sys.executable, "-I", "-B", str(support.PROGRAM), *arguments]
                ended = subprocess.run(command, capture_output=True, stdin=subprocess.DEVNULL, timeout=60)
                self.assertEqual((ended.returncode, ended.stdout), (2, b""))
                self.assertIn(expected, ended.stderr.decode())


if __name__ == "__main__":
    unittest.main()

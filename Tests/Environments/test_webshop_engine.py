"""The adapter of the original engine, on a stand-in: the engine itself and its data cannot be had here."""

from __future__ import annotations

import contextlib
import shutil
import tempfile
import unittest
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import webshop_support as support
from recode_environments.webshop.engine import renew_goals
from recode_environments.webshop.goals import price_cap

HAND_WRITTEN = str(support.HAND_WRITTEN)
SEED = ("--seed", "7")
Programs = tuple[support.Program, support.Program]
# A walk over every page. Searches here find the same in the stand-in and in our shop.
WALK = [
    "search[Jumpsuit]",
    "click[B000000001]",
    "click[Description]",
    "click[< prev]",
    "click[features]",
    "click[< prev]",
    "click[attributes]",
    "click[< prev]",
    "click[black]",
    "click[navy | white]",
    "click[small]",
    "click[no such button]",
    "click[search]",
    "dance",
    "click[< prev]",
    "click[b000000002]",
    "click[reviews]",
    "click[back to search]",
    "search[console]",
    "search[jumpsuit long sleeve]",
    "click[b000000001]",
    "click[black]",
    "click[small]",
    "click[buy now]",
    "click[back to search]",
]


@contextlib.contextmanager
def both(*more: str) -> Iterator[Programs]:
    """The stand-in behind the adapter, and our shop, over the same catalogue."""
    with (
        tempfile.TemporaryDirectory() as folder,
        support.program("--engine", str(support.ENGINE), *SEED, *more) as engine,
    ):
        # Without reviews, which the engine has none of.
        catalogue = Path(folder) / "catalogue"
        shutil.copytree(HAND_WRITTEN, catalogue, ignore=shutil.ignore_patterns("reviews.json"))
        with support.program("--catalogue", str(catalogue), *SEED, *more) as shop:
            yield engine, shop


def ask_both(programs: Programs, **request: Any) -> tuple[dict[str, Any], dict[str, Any]]:
    """The answers of both to the same request."""
    one, other = (program.ask(**request) for program in programs)
    return one, other


class EngineTests(support.ShopTestCase):
    def test_goals_are_those_of_our_shop_by_number(self) -> None:
        with both() as programs:
            engine, shop = ask_both(programs, request="hello")
            for key in ("tasks", "splits", "actions", "step_limit", "native_reward", "sessions", "name"):
                self.assertEqual(engine[key], shop[key], key)
            self.assertEqual((engine["options"]["engine"], engine["options"]["goals"]), ("web_agent_site", 3))
            for task in engine["tasks"]:
                for split in engine["splits"]:
                    variations, expected = ask_both(programs, request="instances", task=task, split=split)
                    self.assertEqual(variations, expected)
                    for number in variations["variations"]:
                        # With its price cap, which the stand-in, like the engine, has drawn at random.
                        request = {"request": "reset", "session": 1, "task": task, "variation": number}
                        start, expected = ask_both(programs, **request)
                        self.assertEqual(start, expected)

    def test_pages_are_those_of_our_shop(self) -> None:
        with both("--attributes-page") as programs:
            number = self.number_of("fashion", programs)
            ask_both(programs, request="reset", session=1, task="fashion", variation=number)
            for action in WALK:
                step, expected = ask_both(programs, request="step", session=1, action=action)
                self.assertEqual(step, expected, action)
        self.assertEqual((step["reward"], step["done"], step["success"]), (1.0, True, True))

    def number_of(self, task: str, programs: Programs) -> int:
        answer, _ = ask_both(programs, request="instances", task=task, split="train")
        number = answer["variations"][0]
        assert isinstance(number, int)
        return number

    def test_sessions_are_independent(self) -> None:
        with support.program("--engine", str(support.ENGINE), *SEED) as engine:
            tasks = engine.ask(request="hello")["tasks"]
            first = [
                engine.ask(request="instances", task=task, split="train")["variations"][0] for task in tasks
            ]
            goals = list(zip(tasks, first, strict=True))
            alone = [list(self.play(engine, 1, *goal)) for goal in goals]
            running = [self.play(engine, session, *goal) for session, goal in enumerate(goals, 1)]
            together = [list(answers) for answers in zip(*zip(*running, strict=True), strict=True)]
        self.assertEqual(alone, together)

    def play(self, engine: support.Program, session: int, task: str, number: int) -> Iterator[dict[str, Any]]:
        yield engine.ask(request="reset", session=session, task=task, variation=number)
        for action in ["search[shampoo]", "click[b000000003]", "click[mint]", "click[buy now]"]:
            yield engine.ask(request="step", session=session, action=action)
        yield engine.ask(request="close", session=session)

    def test_search_words_that_are_commands_to_the_engine_are_only_words(self) -> None:
        with support.program("--engine", str(support.ENGINE), *SEED) as engine:
            number = engine.ask(request="instances", task="beauty", split="train")["variations"][0]
            engine.ask(request="reset", session=1, task="beauty", variation=number)
            plain = engine.ask(request="step", session=1, action="search[r shampoo]")
            self.assertEqual(engine.ask(request="step", session=1, action="search[<r> shampoo]"), plain)

    def test_caps_do_not_depend_on_the_engines_draws(self) -> None:
        starts = []
        for _ in range(2):
            with support.program("--engine", str(support.ENGINE), *SEED) as engine:
                starts.append(engine.ask(request="hello")["options"]["catalogue_sha256"])
        self.assertEqual(starts[0], starts[1])
        with support.program("--engine", str(support.ENGINE), "--seed", "8") as engine:
            self.assertNotEqual(engine.ask(request="hello")["options"]["catalogue_sha256"], starts[0])


class GoalTests(unittest.TestCase):
    def test_instructions_are_tidied_as_pages_are(self) -> None:
        cap = price_cap(34.99, 7, "B0", " a lamp \n in red")
        goal = {
            "asin": "B0",
            "instruction_text": " a lamp \n in red, and price lower than 990.00 dollars",
            "price_upper": 990.0,
        }
        products = {"B0": {"pricing": [34.99]}}
        renew_goals(SimpleNamespace(product_item_dict=products, product_prices={}, goals=[goal]), 7)
        expected = f"a lamp\nin red, and price lower than {cap:.2f} dollars"
        self.assertEqual((goal["instruction_text"], goal["price_upper"]), (expected, cap))


class MissingEngineTests(unittest.TestCase):
    def told(self, folder: str) -> dict[str, Any]:
        with support.program("--engine", folder) as program:
            return program.ask(request="hello")

    def test_a_folder_without_an_engine(self) -> None:
        with tempfile.TemporaryDirectory() as folder:
            error = f"{folder}: has no web_agent_site; give --engine the folder of a WebShop checkout"
            self.assertEqual(self.told(folder), {"error": error, "code": "missing_program"})

    def test_an_engine_that_lacks_a_library(self) -> None:
        with tempfile.TemporaryDirectory() as folder:
            self.write(folder, "import a_library_that_is_not_there\n")
            told = self.told(folder)
        self.assertEqual(told["code"], "missing_program")
        self.assertIn("No module named 'a_library_that_is_not_there'", told["error"])

    def test_an_engine_without_its_data(self) -> None:
        with tempfile.TemporaryDirectory() as folder:
            self.write(folder, "def WebAgentTextEnv(**settings):\n    open('/no/such/items_shuffle.json')\n")
            told = self.told(folder)
        self.assertEqual(told["code"], "bad_data")
        self.assertIn("FileNotFoundError", told["error"])
        self.assertIn("/no/such/items_shuffle.json", told["error"])

    def write(self, folder: str, source: str) -> None:
        package = Path(folder) / "web_agent_site" / "envs"
        package.mkdir(parents=True)
        for path in (package.parent, package):
            (path / "__init__.py").touch()
        (package / "web_agent_text_env.py").write_text(source)


if __name__ == "__main__":
    unittest.main()

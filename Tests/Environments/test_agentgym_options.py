"""The command line: which games are whose, and which URLs are none."""

from __future__ import annotations

import json
import tempfile
import unittest
from pathlib import Path
from typing import Any

import agentgym_support as support
from recode_environments.agentgym.address import BadAddress, read_address
from recode_environments.agentgym.instances import BadRange, read_splits, read_tasks, share
from recode_environments.agentgym.kinds import KINDS, Page
from recode_environments.protocol import BadData

# A port that nobody listens at: what is tested here asks no server.
URL = "http://127.0.0.1:9"


class HelloTests(unittest.TestCase):
    def test_hello_and_instances_of_given_splits(self) -> None:
        options = ("--split", "train=0-3,9", "--split", "test=4-5", "--step-limit", "7")
        with support.program(URL, "sciworld", *options) as adapter:
            hello = adapter.ask(request="hello")
            numbers = {
                split: adapter.ask(request="instances", task="sciworld", split=split).get("variations")
                for split in ("train", "dev", "test")
            }
            refused = adapter.reset(6)
        self.assertEqual(hello["name"], "agentgym-sciworld")
        self.assertEqual(hello["splits"], ["train", "test"])
        self.assertEqual(hello["native_reward"], {"min": -100, "max": 100})
        self.assertEqual(hello["step_limit"], 7)
        self.assertEqual(hello["platform"]["agentgym_server"], URL)
        self.assertEqual(numbers, {"train": [0, 1, 2, 3, 9], "dev": None, "test": [4, 5]})
        self.assertEqual(refused["error"], "sciworld has no variation 6 in any split")

    def test_each_kind_has_its_own_step_limit(self) -> None:
        limits = {kind: KINDS[kind].step_limit for kind in KINDS}
        self.assertEqual(limits, {"alfworld": 50, "sciworld": 100, "webshop": 30})

    def test_a_damaged_file_of_tasks_is_the_answer_to_everything(self) -> None:
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder) / "tasks.json"
            file.write_text('{"boil": {"train": ["9-1"]}}')
            with support.program(URL, "sciworld", "--tasks-file", str(file)) as adapter:
                answer = adapter.ask(request="hello")
        words = f"{file}: boil.train: the range 9-1 ends before it begins"
        self.assertEqual(answer, {"error": words, "code": "bad_data"})


class ShareTests(unittest.TestCase):
    def test_a_tenth_each_is_dev_and_test(self) -> None:
        splits = share(20, {})
        self.assertEqual(splits, {"train": list(range(16)), "dev": [16, 17], "test": [18, 19]})

    def test_few_games_are_all_for_training(self) -> None:
        self.assertEqual(share(9, {}), {"train": list(range(9))})

    def test_webshop_keeps_the_goals_that_the_original_tests_with(self) -> None:
        originals = KINDS["webshop"].originals
        splits = share(1600, originals)
        self.assertEqual((splits["test"][-1], splits["dev"][0], splits["train"][0]), (499, 500, 1500))
        self.assertEqual(share(30, originals)["test"], [0, 1, 2])
        self.assertEqual(share(30, originals)["train"][0], 6)

    def test_no_number_is_in_two_splits(self) -> None:
        for count in (1, 5, 10, 99, 1499, 1500, 1501, 4000):
            for kind in KINDS.values():
                numbers = [number for part in share(count, kind.originals).values() for number in part]
                self.assertEqual(sorted(numbers), list(range(count)), (count, kind.name))


class SplitTests(unittest.TestCase):
    def test_what_is_no_split_is_said(self) -> None:
        wrong: dict[str, tuple[list[str], int | None]] = {
            "5 is in train and again in dev": (["train=0-5", "dev=5"], None),
            "5 is in train and again in train": (["train=0-5,5"], None),
            "“valid=1” is no split; one looks like train=0-99 (train, dev, test)": (["valid=1"], None),
            "“1-” is no range; one looks like 0-99 or 7": (["train=1-"], None),
            "“” is no range; one looks like 0-99 or 7": (["train="], None),
            "“-1” is no range; one looks like 0-99 or 7": (["train=-1"], None),
            "the range 0-999999999 has more than 1000000 numbers": (["train=0-999999999"], None),
            "train has 9, and of 9 instances the last is 8": (["train=0-9"], 9),
        }
        for words, (texts, count) in wrong.items():
            with self.subTest(words), self.assertRaises(BadRange) as caught:
                read_splits(texts, count)
            self.assertEqual(str(caught.exception), words)


class TasksFileTests(unittest.TestCase):
    def read(self, value: Any) -> Any:
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder) / "tasks.json"
            file.write_text(value if isinstance(value, str) else json.dumps(value))
            try:
                return read_tasks(file)
            except BadData as problem:
                return str(problem).removeprefix(str(file))

    def test_tasks_have_ranges_of_their_own(self) -> None:
        value = {"melt": {"test": ["7-8"], "train": [5, "0-1"]}, "boil.it": {"dev": ["2"]}}
        expected = {"melt": {"train": [0, 1, 5], "test": [7, 8]}, "boil.it": {"dev": [2]}}
        found = self.read(value)
        self.assertEqual(found, expected)
        self.assertEqual(list(found), ["melt", "boil.it"])

    def test_what_is_wrong_is_named_with_its_key(self) -> None:
        wrong: list[tuple[Any, str]] = [
            ("{", ": no JSON: "),
            ([], ": no object of tasks, or an empty one"),
            ({"a": 1}, ": a is no object of splits"),
            ({"a/b": {}}, ": “a/b” is no name of a task"),
            ({"a": {"all": [1]}}, ": a.all: there is no such split; there are train, dev, test"),
            ({"a": {"dev": "1"}}, ": a.dev: it is no list of numbers and ranges"),
            ({"a": {"dev": [True]}}, ": a.dev: “true” is no range"),
            ({"a": {"dev": [1]}, "b": {"train": ["0-2"]}}, ": b.train: 1 is in a.dev and again in b.train"),
        ]
        for value, words in wrong:
            with self.subTest(words):
                self.assertIn(words, str(self.read(value)))

    def test_a_file_that_is_not_there_is_named(self) -> None:
        with self.assertRaisesRegex(BadData, r"^/nowhere/tasks.json: No such file"):
            read_tasks(Path("/nowhere/tasks.json"))


class AddressTests(unittest.TestCase):
    def test_urls_that_are_none_are_refused_without_a_word_of_them(self) -> None:
        for url in (
            "",
            "secret",
            "ftp://secret",
            "file:///secret",
            "http:secret",
            "http://",
            "http://secret:99999",
            "http://u:secret@",
            "http://[secret",
            "http://h:0/secret",
            "http://h/secret path",
            "http://h/secret\r\nHost: x",
            "http://h/#secret",
            "http://sécret",
        ):
            with self.subTest(url), self.assertRaises(BadAddress) as caught:
                read_address(url)
            self.assertNotIn("cret", str(caught.exception))

    def test_only_scheme_host_and_port_are_shown(self) -> None:
        address = read_address("https://me:secret@[::1]/prefix/?key=secret")
        self.assertEqual(address.origin, "https://[::1]:443")
        self.assertEqual(address.target("/step", {"id": 3}), "/prefix/step?key=secret&id=3")

    def test_the_command_line_is_refused_without_the_url(self) -> None:
        wrong = [
            ("--url", "ftp://u:secret@h", "--kind", "webshop"),
            ("--ur=http://u:secret@h", "--kind", "webshop"),
            ("--url", URL, "--kind", "minecraft"),
            ("--url", URL, "--kind", "webshop", "--instances", "0"),
            ("--url", URL, "--kind", "webshop", "--timeout", "nan"),
            ("--url", URL, "--kind", "webshop", "--split", "train=1", "--split", "dev=1"),
            ("--url", URL, "--kind", "webshop", "--split", "train=1", "--tasks-file", "x"),
            ("--url", URL, "--kind", "webshop", "--retries", "-1"),
        ]
        for arguments in wrong:
            with self.subTest(arguments):
                status, words = support.run(*arguments)
                self.assertEqual(status, 2)
                self.assertNotIn("secret", words)


class PageTests(unittest.TestCase):
    def test_the_instruction_is_parted_in_either_form(self) -> None:
        pages = {
            "Instruction: [SEP] Find it [SEP] Page 1": Page("Page 1", "Find it"),
            "A [SEP] Instruction: Find it [SEP] Page 1": Page("A [SEP] Page 1", "Find it"),
            "Thank you [SEP] Your score": Page("Thank you [SEP] Your score", None),
        }
        for text, page in pages.items():
            self.assertEqual(Page.read(text), page)


if __name__ == "__main__":
    unittest.main()

"""The made-up catalogue: the same bytes anywhere, goals that can be met, purchases that earn a part."""

from __future__ import annotations

import json
import os
import stat
import subprocess
import sys
import tempfile
import unittest
from collections import Counter
from pathlib import Path

import webshop_support as support
from recode_environments.webshop.catalogue import Catalogue, Choices, read_catalogue, read_folder
from recode_environments.webshop.draw import Draw
from recode_environments.webshop.generator import make_files, make_records
from recode_environments.webshop.reward import alike, judge
from recode_environments.webshop.shop import Shop
from recode_environments.webshop.vocabulary import OPTION_VALUES, product_types
from recode_environments.webshop.writing import write_folder

# Of the files of 200 products with seed 7. Changes only with the generator, and then all made-up worlds are
# others.
KNOWN_SHA256 = "fabc771c4882dfa8078d2964b2ed82364eccdaab38b13c64cd274d03063cc370"


class DrawTests(unittest.TestCase):
    def test_numbers_are_known(self) -> None:
        draw = Draw("words", 7)
        self.assertEqual([draw.below(1000) for _ in range(6)], [222, 826, 346, 198, 913, 820])

    def test_choices_stay_in_their_bounds(self) -> None:
        draw = Draw("bounds")
        counts = Counter(draw.between(3, 5) for _ in range(3000))
        self.assertEqual(sorted(counts), [3, 4, 5])
        self.assertTrue(all(900 < count < 1100 for count in counts.values()), counts)
        self.assertEqual(sorted(draw.some(range(9), 20)), list(range(9)))
        self.assertEqual(sorted(draw.shuffled(range(9))), list(range(9)))
        self.assertEqual(len(set(draw.some(range(9), 4))), 4)


class VocabularyTests(unittest.TestCase):
    def test_types_are_of_many_categories(self) -> None:
        counts = Counter(type_.category for type_ in product_types())
        self.assertEqual(sorted(counts), ["beauty", "electronics", "fashion", "garden", "grocery"])
        self.assertGreaterEqual(min(counts.values()), 7)

    def test_a_type_has_what_its_products_need(self) -> None:
        for type_ in product_types():
            with self.subTest(type_.query):
                self.assertGreaterEqual(len(type_.attributes), 7)
                self.assertTrue(set(type_.groups) <= set(OPTION_VALUES))
                self.assertLess(type_.low, type_.high)

    def test_no_attribute_of_a_type_stands_for_another(self) -> None:
        for type_ in product_types():
            said = f"{type_.noun} {type_.query}".lower()
            for one in type_.attributes:
                self.assertNotIn(one, said)
                for other in type_.attributes:
                    if one is not other:
                        self.assertFalse(alike(one, other) or one in other, f"{type_.query}: {one}, {other}")


class BytesTests(unittest.TestCase):
    def test_the_bytes_are_known(self) -> None:
        self.assertEqual(make_records(200, 7).sha256, KNOWN_SHA256)

    def test_another_seed_makes_another_catalogue(self) -> None:
        self.assertNotEqual(make_records(200, 8).sha256, KNOWN_SHA256)

    def test_files_and_memory_are_the_same_world(self) -> None:
        with tempfile.TemporaryDirectory() as folder:
            out = Path(folder) / "made" / "here"
            command = [sys.executable, "-I", "-B", str(support.PROGRAM), "catalogue"]
            command += ["--out", str(out)]
            subprocess.run([*command, "--products", "200", "--seed", "7"], check=True, timeout=60)
            self.assertEqual(sorted(os.listdir(folder)), ["made"])
            self.assertEqual(os.listdir(out.parent), ["here"])
            self.assertEqual(stat.S_IMODE(out.stat().st_mode), 0o755)
            written = read_catalogue(read_folder(out, small=False), Choices(seed=7))
            self.assertEqual(written, read_catalogue(make_records(200, 7), Choices(seed=7)))
            self.assertEqual(written.sha256, KNOWN_SHA256)
            again = subprocess.run([*command, "--products", "5"], capture_output=True, timeout=60)
            self.assertEqual(again.returncode, 1)
            told = f"webshop.py: {out}: is there already; name a new folder, or remove it first\n"
            self.assertEqual(again.stderr.decode(), told)

    def test_what_cannot_be_written_whole_is_not_there(self) -> None:
        with tempfile.TemporaryDirectory() as folder:
            out = Path(folder) / "out"
            with self.assertRaises(OSError):
                write_folder(out, {"first.json": b"1", "no/such/folder.json": b"2"})
            self.assertEqual(os.listdir(folder), [])

    def test_the_keys_are_the_originals(self) -> None:
        files = {name: json.loads(data) for name, data in make_files(50, 3).items()}
        product = files["items_shuffle.json"][0]
        hand_written = json.loads((support.HAND_WRITTEN / "items_shuffle.json").read_bytes())[0]
        self.assertLessEqual(set(product), set(hand_written))
        human = next(iter(files["items_human_ins.json"].values()))[0]
        keys = {
            "asin",
            "instruction",
            "attributes",
            "options",
            "instruction_attributes",
            "instruction_options",
        }
        self.assertEqual(set(human), keys)


class GoalTests(unittest.TestCase):
    shop: Shop
    catalogue: Catalogue

    @classmethod
    def setUpClass(cls) -> None:
        cls.shop = support.made_up_shop(1500, seed=4)
        cls.catalogue = cls.shop.catalogue

    def test_there_are_as_many_products_as_were_asked_for(self) -> None:
        self.assertEqual(len(self.catalogue.products), 1500)
        self.assertEqual(len({product.asin for product in self.catalogue.products}), 1500)
        self.assertGreater(len(self.catalogue.goals), 1500 // 5)

    def test_goals_have_one_to_five_parts(self) -> None:
        parts = Counter(len(goal.attributes) + len(goal.options) for goal in self.catalogue.goals)
        self.assertEqual(sorted(parts), [1, 2, 3, 4, 5])
        self.assertTrue(all(goal.attributes for goal in self.catalogue.goals))
        with_options = sum(len(goal.options) > 0 for goal in self.catalogue.goals)
        self.assertGreater(with_options, len(self.catalogue.goals) // 3)

    def test_every_task_has_goals_in_every_split(self) -> None:
        for task in self.shop.hello().tasks:
            for split in self.shop.hello().splits:
                with self.subTest(task=task, split=split):
                    self.assertGreater(len(self.shop.instances(task, split)), 2)

    def test_every_gold_path_earns_one(self) -> None:
        for number, goal in enumerate(self.catalogue.goals):
            start, visit = self.shop.reset(goal.product.category, number, scouting=True)
            self.assertEqual((start.gold[-1]["reward"], start.gold[-1]["done"]), (1.0, True), goal)
            self.assertLessEqual(len(start.gold), 30)
            parts = [part for step in start.gold for part in step["completed_goals"]]
            expected = [f"attribute: {name}" for name in goal.attributes] + ["price", "purchase"]
            expected += [f"option: {name}" for name in goal.options]
            self.assertEqual(sorted(parts), sorted(expected))
            # The path is one that the visit itself would take.
            for gold in start.gold:
                step = visit.step(gold["action"])
                self.assertEqual((step.observation, step.reward), (gold["observation"], gold["reward"]))

    def test_lookalikes_are_common_and_fall_short(self) -> None:
        values = []
        for number, goal in enumerate(self.catalogue.goals[:200]):
            found = self.shop.find(goal.instruction.split(", and price")[0])[:10]
            values += [judge(product, goal, {}).value for product in found if product is not goal.product]
            self.assertTrue(found, number)
        partial = sum(0 < value < 1 for value in values) / len(values)
        self.assertGreater(partial, 0.6)

    def test_buying_the_first_hit_earns_parts(self) -> None:
        rewards = []
        for number, goal in enumerate(self.catalogue.goals):
            visit = self.shop.reset(goal.product.category, number, scouting=False)[1]
            visit.step(f"search[{goal.instruction.split(', and price')[0]}]")
            visit.step(f"click[{visit.found[0].asin}]")
            rewards.append(visit.step("click[buy now]").reward)
        spread = Counter(round(reward, 2) for reward in rewards)
        self.assertGreaterEqual(len(spread), 7, spread)
        self.assertLess(max(spread.values()), len(rewards) * 0.5, spread)
        mean = sum(rewards) / len(rewards)
        self.assertTrue(0.5 < mean < 0.85, mean)


if __name__ == "__main__":
    unittest.main()

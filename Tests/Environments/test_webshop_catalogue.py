"""Reading a catalogue in the original's schema, and what is said of a damaged one."""

from __future__ import annotations

import json
import operator
import shutil
import tempfile
import unittest
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import webshop_support as support
from recode_environments.protocol import BadData
from recode_environments.webshop.catalogue import Catalogue, Choices, read_catalogue, read_folder
from recode_environments.webshop.goals import NO_CAP, price_cap, put_in_order
from recode_environments.webshop.product import Review
from recode_environments.webshop.tasks import GoalNumbers, split_of, task_of

PRODUCTS = "items_shuffle.json"
ATTRIBUTES = "items_ins_v2.json"
HUMAN = "items_human_ins.json"
REVIEWS = "reviews.json"
FIRST = "items_shuffle.json: product 1 (B000000001)"
COLORS = ["customization_options", "Color"]


def without(key: str) -> Callable[[Any], object]:
    """Takes a key out of a record."""
    return lambda record: record.pop(key)


def with_value(key: str | int, value: Any) -> Callable[[Any], object]:
    """Puts a value in a record."""
    return lambda record: operator.setitem(record, key, value)


def read(folder: Path = support.HAND_WRITTEN, small: bool = False, **choices: Any) -> Catalogue:
    return read_catalogue(read_folder(folder, small), Choices(**{"seed": 7, **choices}))


class SchemaTests(unittest.TestCase):
    def setUp(self) -> None:
        self.catalogue = read()
        self.products = {product.asin: product for product in self.catalogue.products}

    def test_products_are_those_the_original_keeps(self) -> None:
        self.assertEqual(list(self.products), [f"B00000000{number}" for number in (1, 2, 3, 4, 6)])
        counts = {
            "products without an id": 2,
            "products that were there before": 1,
            "goals without attributes": 1,
        }
        self.assertEqual(self.catalogue.left_out, counts)

    def test_options_are_lowercased_and_slashes_opened(self) -> None:
        options = {"color": ("black", "navy | white"), "size": ("small", "x-large")}
        self.assertEqual(self.products["B000000001"].options, options)
        self.assertEqual(self.products["B000000002"].options, {})

    def test_prices(self) -> None:
        tags = {asin: product.price_tag for asin, product in self.products.items()}
        self.assertEqual(list(tags.values()), ["$34.99", "$29.0 to $45.5", "$100.0", "$100.0", "$1250.0"])
        price = self.products["B000000002"].price
        self.assertTrue(29 <= price <= 45.5 and round(price, 2) == price, price)
        again = {product.asin: product.price for product in read(seed=8).products}
        self.assertNotEqual(again["B000000002"], price)
        self.assertEqual(again["B000000001"], 34.99)

    def test_one_bullet_may_be_text_alone(self) -> None:
        self.assertEqual(self.products["B000000003"].bullets, ("Sulfate free, with natural ingredients",))

    def test_attributes_and_reviews(self) -> None:
        self.assertEqual(self.products["B000000002"].attributes, ("wide leg",))
        self.assertEqual(self.products["B000000004"].attributes, ("DUMMY_ATTR",))
        said = (Review("Nice", "5", "Fits well.\n\nTrue to size."), Review("Too thin", "2.0", ""))
        self.assertEqual(self.products["B000000001"].reviews, said)
        self.assertEqual(self.products["B000000001"].rating, "4.5 out of 5 stars")
        self.assertEqual(
            [self.products[asin].rating for asin in ("B000000002", "B000000003")], ["N.A.", "N.A."]
        )

    def test_peoples_goals(self) -> None:
        goals = {goal.product.asin: goal for goal in self.catalogue.goals}
        self.assertEqual(sorted(goals), ["B000000001", "B000000003", "B000000006"])
        self.assertEqual(goals["B000000001"].options, ("black", "small"))
        self.assertEqual(goals["B000000003"].options, ("mint",))
        table = goals["B000000006"]
        self.assertEqual(table.instruction, "i am looking for a solid wood console table")
        self.assertEqual(table.price_upper, NO_CAP)

    def test_a_programs_goals_are_every_combination_of_options(self) -> None:
        goals = read(goals="written").goals
        self.assertEqual(len(goals), 4 + 4)
        words = {goal.instruction.split(", and price")[0]: goal.options for goal in goals}
        wanted = (
            "Find me slim fit, machine wash women's jumpsuits with color: navy | white, and size: x-large"
        )
        self.assertEqual(words[wanted], ("navy | white", "x-large"))

    def test_a_programs_instructions_are_tidied_too(self) -> None:
        records = read_folder(support.HAND_WRITTEN, small=False)
        records.attributes["B000000001"]["instruction"] = "  Find me a slim fit\n\n  jumpsuit"
        goals = read_catalogue(records, Choices(seed=7, goals="written")).goals
        words = {goal.instruction for goal in goals if goal.product.asin == "B000000001"}
        self.assertEqual(len(words), 4)
        for instruction in words:
            self.assertTrue(instruction.startswith("Find me a slim fit\njumpsuit with color: "), instruction)

    def test_the_first_products_alone(self) -> None:
        catalogue = read(limit=3)
        self.assertEqual([product.asin for product in catalogue.products], list(self.products)[:3])
        self.assertEqual(catalogue.left_out["goals without their product"], 1)


class CapTests(unittest.TestCase):
    def test_caps_are_the_larger_of_two_tens_above_the_price(self) -> None:
        caps = [price_cap(34.99, 7, f"B{number}", "words") for number in range(3000)]
        self.assertEqual(sorted(set(caps)), [50.0, 60.0, 70.0])
        # One pair of six has 50 as its larger, two have 60, three have 70.
        shares = [caps.count(cap) / len(caps) for cap in (50.0, 60.0, 70.0)]
        for share, expected in zip(shares, (1 / 6, 2 / 6, 3 / 6), strict=True):
            self.assertAlmostEqual(share, expected, delta=0.04)

    def test_what_costs_too_much_has_no_cap(self) -> None:
        cases = {
            9.99: {20.0, 30.0, 40.0},
            10.0: {30.0, 40.0, 50.0},
            979.0: {990.0},
            980.0: {NO_CAP},
            5e3: {NO_CAP},
        }
        for price, caps in cases.items():
            with self.subTest(price):
                self.assertEqual({price_cap(price, 7, f"B{number}", "") for number in range(50)}, caps)

    def test_a_cap_depends_on_seed_and_goal_and_nothing_else(self) -> None:
        first = price_cap(34.99, 7, "B000000001", "words")
        self.assertEqual([price_cap(34.99, 7, "B000000001", "words") for _ in range(20)], [first] * 20)
        for others in (
            {price_cap(34.99, seed, "B000000001", "words") for seed in range(50)},
            {price_cap(34.99, 7, f"B{number}", "words") for number in range(50)},
            {price_cap(34.99, 7, "B000000001", f"words {number}") for number in range(50)},
        ):
            self.assertEqual(others, {50.0, 60.0, 70.0})
        whole = {goal.product.asin: goal.instruction for goal in read().goals}
        part = {goal.product.asin: goal.instruction for goal in read(limit=3).goals}
        self.assertEqual(part, {asin: words for asin, words in whole.items() if asin in part})


class SplitTests(unittest.TestCase):
    def test_the_order_of_goals_is_the_originals(self) -> None:
        # What `random.seed(233); random.shuffle(list(range(12)))` gives in Python 3.8 to 3.13.
        numbers = list(range(12))
        put_in_order(numbers)
        self.assertEqual(numbers, [5, 9, 0, 1, 4, 7, 6, 3, 8, 2, 11, 10])

    def test_sizes_are_the_originals_where_there_are_enough_goals(self) -> None:
        splits = split_of([(f"B{number}", f"title {number}") for number in range(12_087)])
        self.assertEqual(splits, ["test"] * 500 + ["dev"] * 1000 + ["train"] * 10_587)

    def test_sizes_are_tenths_where_there_are_not(self) -> None:
        for goals, expected in {95: (9, 9, 77), 6_000: (500, 600, 4_900), 9: (0, 0, 9)}.items():
            with self.subTest(goals):
                splits = split_of([(f"B{number}", f"title {number}") for number in range(goals)])
                self.assertEqual((splits.count("test"), splits.count("dev"), splits.count("train")), expected)

    def test_no_product_is_in_two_splits(self) -> None:
        products = [
            ("B0", "Lamp"),
            ("B1", "Chair"),
            *((f"C{number}", f"title {number}") for number in range(18)),
        ]
        products[2] = ("B0", "Lamp")
        products[5] = ("B9", "lamp ")
        products[6] = ("B1", "Another")
        splits = split_of(products)
        self.assertEqual(splits[:7], ["test", "test", None, "dev", "train", None, None])
        self.assertEqual(splits[7:], ["train"] * 13)

    def test_goals_of_a_product_stay_together_in_their_split(self) -> None:
        self.assertEqual(split_of([("B0", "Lamp")] * 9), ["train"] * 9)

    def test_tasks_are_categories(self) -> None:
        numbers = GoalNumbers(["beauty", "Home & Garden", "beauty", ""], ["train", "train", None, "test"])
        self.assertEqual(numbers.tasks, ["beauty", "home-garden", "other"])
        self.assertEqual((numbers.of("beauty", "train"), numbers.of("other", "test")), ([0], [3]))
        self.assertEqual(task_of("Patio, Lawn & Garden"), "patio-lawn-garden")


class DamageTests(unittest.TestCase):
    """Every damage is told with file, record and key, and what to do."""

    def setUp(self) -> None:
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name) / "catalogue"
        shutil.copytree(support.HAND_WRITTEN, self.folder)

    def told(self, **choices: Any) -> str:
        with self.assertRaises(BadData) as caught:
            read(self.folder, **choices)
        return str(caught.exception).replace(f"{self.folder}/", "")

    def damage(self, name: str, path: list[Any], change: Callable[[Any], object]) -> None:
        """Changes the record at a path of the file written by hand; other files are whole again."""
        shutil.copytree(support.HAND_WRITTEN, self.folder, dirs_exist_ok=True)
        whole = record = json.loads((self.folder / name).read_bytes())
        for key in path:
            record = record[key]
        change(record)
        (self.folder / name).write_text(json.dumps(whole))

    def test_missing_keys(self) -> None:
        human = "items_human_ins.json: product B000000001, goals 1"
        keys = "name full_description small_description product_category category query customization_options"
        cases: list[tuple[str, list[Any], str, str]] = [
            (PRODUCTS, [0], "asin", "items_shuffle.json: product 1"),
            *((PRODUCTS, [0], key, FIRST) for key in keys.split()),
            (PRODUCTS, [0, *COLORS, 1], "value", f"{FIRST}, customization_options, Color 2"),
            (HUMAN, ["B000000001", 0], "instruction", human),
            (HUMAN, ["B000000001", 0], "instruction_attributes", human),
            (HUMAN, ["B000000001", 0], "instruction_options", human),
            (REVIEWS, [0], "asin", "reviews.json: record 1"),
            (REVIEWS, [0], "reviews", "reviews.json: record 1"),
            (REVIEWS, [0, "reviews", 0], "title", "reviews.json: record 1, reviews 1"),
            (REVIEWS, [0, "reviews", 0], "stars", "reviews.json: record 1, reviews 1"),
        ]
        for name, path, key, place in cases:
            with self.subTest(place=place, key=key):
                self.damage(name, path, without(key))
                self.assertEqual(
                    self.told(), f"{place}: key {key!r} is missing; add it, or remove the record"
                )

    def test_wrong_values(self) -> None:
        price = 'write "$12.50", "$12.50 to $20.00", or "" for a product that costs $100'
        a_list = "write a list, [] for none"
        jumpsuit = "B000000001"
        human = "items_human_ins.json: product B000000001"
        attributes = "items_ins_v2.json: product B000000001"
        cases: list[tuple[str, list[Any], Any, Any, str]] = [
            (PRODUCTS, [0], "name", 7, f"{FIRST}: key 'name' is 7, not text; write text, \"\" for none"),
            (
                PRODUCTS,
                [0],
                "pricing",
                "$1.2.3",
                f"{FIRST}: key 'pricing' is \"$1.2.3\", which is no price; {price}",
            ),
            (
                PRODUCTS,
                [0],
                "pricing",
                "$free",
                f"{FIRST}: key 'pricing' is \"$free\", which is no price; {price}",
            ),
            (
                PRODUCTS,
                [0],
                "pricing",
                "9",
                f"{FIRST}: key 'pricing' is \"9\", without a price after a $; {price}",
            ),
            (PRODUCTS, [0], "pricing", 12.5, f"{FIRST}: key 'pricing' is 12.5, not text; {price}"),
            (
                PRODUCTS,
                [0],
                "small_description",
                ["a", 7],
                f"{FIRST}: key 'small_description' is [\"a\", 7], not a list of texts; {a_list}",
            ),
            (
                PRODUCTS,
                [0],
                "customization_options",
                ["red"],
                f'{FIRST}, customization_options: is ["red"], not an object; correct or remove the record',
            ),
            (
                PRODUCTS,
                [0, "customization_options"],
                "Color",
                "red",
                f"{FIRST}, customization_options: key 'Color' is \"red\", not a list; {a_list}",
            ),
            (
                PRODUCTS,
                [],
                0,
                "lamp",
                'items_shuffle.json: product 1: is "lamp", not an object; correct or remove the record',
            ),
            (
                ATTRIBUTES,
                [],
                jumpsuit,
                [],
                f"{attributes}: is [], not an object; correct or remove the record",
            ),
            (
                ATTRIBUTES,
                [jumpsuit],
                "attributes",
                "slim",
                f"{attributes}: key 'attributes' is \"slim\", not a list of texts; {a_list}",
            ),
            (HUMAN, [], jumpsuit, {}, f"{human}: key 'goals' is {{}}, not a list; {a_list}"),
            (
                HUMAN,
                [jumpsuit, 0],
                "instruction_options",
                {"color": 7},
                f"{human}, goals 1: key 'instruction_options' is {{\"color\": 7}}; give every option a text",
            ),
            (
                HUMAN,
                [jumpsuit, 1],
                "instruction_attributes",
                None,
                f"{human}, goals 2: key 'instruction_attributes' is null, not a list of texts; {a_list}",
            ),
            (
                REVIEWS,
                [0, "reviews", 1],
                "score",
                [],
                "reviews.json: record 1, reviews 2: key 'score' is [], not a number of stars; write a number",
            ),
        ]
        for name, path, key, value, expected in cases:
            with self.subTest(expected):
                self.damage(name, path, with_value(key, value))
                self.assertEqual(self.told(), expected)

    def test_goals_without_their_product(self) -> None:
        self.damage(HUMAN, [], lambda human: human.update({"B00000000Y": [{}, {}]}))
        expected = (
            "items_human_ins.json: key 'B00000000Y': goals for a product that is not in the list of products"
            " (1 such products); add them there, or give --partial to leave such goals out"
        )
        self.assertEqual(self.told(), expected)

    def test_a_catalogue_without_goals(self) -> None:
        self.damage(HUMAN, [], lambda human: human.clear())
        expected = "items_human_ins.json: has no goal for any of 5 products; name a catalogue with goals"
        self.assertEqual(self.told(), expected)

    def test_a_goal_without_its_product_is_left_out_where_that_is_asked_for(self) -> None:
        self.damage(HUMAN, [], lambda human: human.update({"B00000000Y": [{}, {}]}))
        self.assertEqual(read(self.folder, partial=True).left_out["goals without their product"], 2)

    def test_a_programs_goal_without_attributes(self) -> None:
        self.damage(ATTRIBUTES, ["B000000001"], lambda record: record.update(instruction_attributes=[]))
        expected = (
            "items_ins_v2.json: product B000000001: key 'instruction_attributes' is empty;"
            " name one at least, or remove the instruction"
        )
        self.assertEqual(self.told(goals="written"), expected)

    def test_files_cut_short(self) -> None:
        for name in (PRODUCTS, ATTRIBUTES, HUMAN, REVIEWS):
            whole = (self.folder / name).read_bytes()
            for size in (len(whole) // 2, len(whole) - 3, 1, 0):
                with self.subTest(name=name, size=size):
                    (self.folder / name).write_bytes(whole[:size])
                    told = self.told()
                    what = r"(line \d+ column \d+: .+|byte \d+ is no UTF-8)"
                    self.assertRegex(told, rf"^{name}: {what}; fetch or write the file again$")
            (self.folder / name).write_bytes(whole)

    def test_a_cut_in_the_middle_is_said_to_be_one(self) -> None:
        whole = (self.folder / PRODUCTS).read_text()
        for words in ["for daily wear", '"pricing"', ': "$34.99"', '"$34.99"']:
            with self.subTest(words):
                (self.folder / PRODUCTS).write_text(whole[: whole.index(words)])
                self.assertIn(" (the file ends there: it is cut short); ", self.told())

    def test_another_kind_of_file(self) -> None:
        (self.folder / PRODUCTS).write_text('{"a": 1}')
        advice = "name the file the data set calls so"
        self.assertEqual(self.told(), f'items_shuffle.json: holds {{"a": 1}}, not a list; {advice}')
        (self.folder / HUMAN).write_text("[]")
        (self.folder / PRODUCTS).write_text("[]")
        self.assertEqual(
            self.told(), f"items_human_ins.json: holds [], not an object by product id; {advice}"
        )

    def test_missing_files(self) -> None:
        (self.folder / HUMAN).unlink()
        expected = (
            "items_human_ins.json: cannot be read (No such file or directory); name a folder that has it"
        )
        self.assertEqual(self.told(), expected)
        (self.folder / PRODUCTS).rename(self.folder / "items_shuffle_1000.json")
        expected = (
            "items_shuffle.json: is not there, but items_shuffle_1000.json is; give --small to use that"
        )
        self.assertEqual(self.told(), expected)

    def test_the_small_files(self) -> None:
        (self.folder / PRODUCTS).rename(self.folder / "items_shuffle_1000.json")
        (self.folder / ATTRIBUTES).rename(self.folder / "items_ins_v2_1000.json")
        small = read(self.folder, small=True)
        self.assertEqual(replace(small, sha256=""), replace(read(), sha256=""))


if __name__ == "__main__":
    unittest.main()

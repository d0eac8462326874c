"""The reward against cases computed by hand from the original's formula."""

from __future__ import annotations

import unittest

import webshop_support as support
from recode_environments.webshop.nouns import nouns
from recode_environments.webshop.product import Product
from recode_environments.webshop.reward import (
    alike,
    attribute_hits,
    judge,
    option_hits,
    plain_color,
    type_factor,
)

PRODUCT = support.PRODUCT
goal = support.goal
product = support.product
WANTED = goal(PRODUCT, ("slim fit", "machine wash"), ("black", "small"), cap=40.0)
# A title with ten nouns, and so one of 0.1 a noun.
TEN_NOUNS = "Jumpsuit table lamp chair spoon fork knife plate bowl glass"


def bought(**changes: object) -> Product:
    return product(asin="B000000009", **changes)


class RewardTests(unittest.TestCase):
    def test_everything_asked_for_earns_one(self) -> None:
        reward = judge(PRODUCT, WANTED, {"color": "black", "size": "small"})
        self.assertEqual((reward.value, reward.attributes_hit, reward.options_hit), (1.0, 2, 2))
        self.assertTrue(reward.price_hit)

    def test_shares_of_what_was_asked_for(self) -> None:
        cases: list[tuple[str, Product, dict[str, str], float]] = [
            ("no option chosen", PRODUCT, {}, 3 / 5),
            ("one option of two", PRODUCT, {"size": "small"}, 4 / 5),
            ("an option that nobody asked for", PRODUCT, {"color": "teal"}, 3 / 5),
            ("a shade of the color", PRODUCT, {"color": "deep black matte", "size": "small"}, 5 / 5),
            ("at the cap", bought(price=40.0), {}, 3 / 5),
            ("a cent over the cap", bought(price=40.01), {}, 2 / 5),
            ("an attribute missing", bought(attributes=("long sleeve",)), {}, 2 / 5),
            ("all attributes missing", bought(attributes=("x",), bullets=()), {}, 1 / 5),
            ("nothing met but the type", bought(attributes=("x",), bullets=(), price=99.0), {}, 0.0),
        ]
        for name, what, chosen, expected in cases:
            with self.subTest(name):
                self.assertAlmostEqual(judge(what, WANTED, chosen).value, expected, places=12)

    def test_a_goal_without_options_counts_attributes_and_price(self) -> None:
        self.assertEqual(judge(PRODUCT, goal(PRODUCT, ("slim fit", "tea tree"), cap=20.0), {}).value, 1 / 3)

    def test_the_type_scales_the_whole(self) -> None:
        other = bought(title="Spoon Rest", query="spoons", product_category="Kitchen")
        self.assertEqual(judge(other, WANTED, {"color": "black", "size": "small"}).value, 0.0)


class AttributeTests(unittest.TestCase):
    def test_hits(self) -> None:
        cases: list[tuple[str, Product, str, bool]] = [
            ("the same words", product(attributes=("slim fit",)), "slim fit", True),
            ("other order and case", product(attributes=("Fit, SLIM",)), "slim fit", True),
            ("a longer attribute with these words", product(attributes=("slim fit cut",)), "slim fit", True),
            ("nearly the same letters", product(attributes=("long sleeves",)), "long sleeve", True),
            ("one word of two", product(attributes=("slim cut",)), "slim fit", False),
            ("part of the title", product(attributes=(), title="A Slim Fit Suit"), "slim fit", True),
            ("across bullets", product(attributes=(), bullets=("very slim", "fit")), "slim fit", True),
            (
                "part of the description",
                product(attributes=(), description="It is SLIM FIT."),
                "slim fit",
                True,
            ),
            ("a goal in capitals", product(attributes=(), description="slim fit"), "Slim Fit", False),
            ("nowhere", product(attributes=("wide leg",)), "slim fit", False),
        ]
        for name, what, wanted, hit in cases:
            with self.subTest(name):
                self.assertEqual(attribute_hits(what, goal(PRODUCT, (wanted,))), [wanted] * hit)

    def test_a_likeness_has_to_be_over_85(self) -> None:
        # Ten letters of ten and of thirteen: 2 x 10 / 23 = 86.96; of fourteen: 2 x 10 / 24 = 83.3.
        self.assertTrue(alike("abcdefghij", "abcdefghijklm"))
        self.assertFalse(alike("abcdefghij", "abcdefghijklmn"))
        # 2 x 17 / 40 = 85 exactly, which is not over it.
        self.assertFalse(alike("abcdefghijklmnopq", "abcdefghijklmnopqrstuvw"))
        # 2 x 35 / 82 = 85.37, which rounds to 85; 2 x 36 / 84 = 85.71, which does not.
        self.assertFalse(alike("a" * 35, "a" * 47))
        self.assertTrue(alike("a" * 36, "a" * 48))

    def test_nothing_is_like_empty_text(self) -> None:
        self.assertFalse(alike("", "slim fit"))
        self.assertFalse(alike("", ""))


class OptionTests(unittest.TestCase):
    def test_hits(self) -> None:
        cases = [
            ("small", "small", True),
            ("small", "x-small", True),
            ("small", "medium", False),
            ("navy blue", "light blue", True),
            ("navy blue", "navy", False),
            ("3 ounce (pack of 1)", "pack of 1 3-ounce", True),
            ("3 ounce", "6 gallon", False),
        ]
        for wanted, chosen, hit in cases:
            with self.subTest(wanted=wanted, chosen=chosen):
                self.assertEqual(option_hits([chosen], goal(PRODUCT, options=(wanted,))), [wanted] * hit)

    def test_the_first_color_by_alphabet_stands_for_an_option(self) -> None:
        cases = {
            "navy blue": "blue",
            "black forest": "black",
            "violet lavender": "lavender",
            "3-ounce": "3-ounce",
        }
        for option, plain in cases.items():
            with self.subTest(option):
                self.assertEqual(plain_color(option), plain)


class TypeTests(unittest.TestCase):
    def test_factors(self) -> None:
        strange = {"query": "spoons", "product_category": "Kitchen"}
        women = {"query": "spoons", "product_category": "Women"}
        cases: list[tuple[str, Product, str, float]] = [
            ("same query, one noun of ten", bought(title="Jumpsuit"), TEN_NOUNS, 1.0),
            ("two levels shared", bought(title="Jumpsuit", query="x"), TEN_NOUNS, 1.0),
            ("one level shared, one noun of ten", bought(title="Jumpsuit", **women), TEN_NOUNS, 0.5),
            ("nothing shared, one noun of ten", bought(title="Jumpsuit", **strange), TEN_NOUNS, 0.5),
            ("nothing shared, two nouns of ten", bought(title="Jumpsuit lamp", **strange), TEN_NOUNS, 0.5),
            (
                "nothing shared, three nouns of ten",
                bought(title="Jumpsuit lamp fork", **strange),
                TEN_NOUNS,
                1.0,
            ),
            (
                "nothing shared, one noun of eleven",
                bought(title="Jumpsuit", **strange),
                TEN_NOUNS + " cup",
                0.1,
            ),
            ("same query, one noun of eleven", bought(title="Jumpsuit"), TEN_NOUNS + " cup", 0.1),
            ("same query, no noun", bought(title="Sofa"), TEN_NOUNS, 0.0),
            ("a goal without nouns", bought(title="Sofa", **strange), "12 + 7", 0.5),
            ("a goal without nouns, same query", bought(title="Sofa"), "12 + 7", 1.0),
        ]
        for name, what, title, factor in cases:
            with self.subTest(name):
                self.assertEqual(type_factor(what, goal(product(title=title))), factor)

    def test_a_repeated_noun_counts_for_each_time_it_is_asked(self) -> None:
        # 1 of 3: the set of shared nouns over the list of those asked for.
        what = bought(title="Lamp", query="x", product_category="y")
        self.assertEqual(type_factor(what, goal(product(title="Lamp lamp lamp chair"))), 1.0)
        self.assertEqual(type_factor(what, goal(product(title="Lamp lamp lamp lamp chair"))), 0.5)

    def test_nouns_of_titles(self) -> None:
        cases = {
            "Women's Slim Fit Jumpsuit, for a Party": ["women", "fit", "jumpsuit", "party"],
            "Zyxor Shampoo with Tea Oil 3-Ounce (Pack of 2)": [
                "zyxor",
                "shampoo",
                "tea",
                "oil",
                "ounce",
                "pack",
            ],
            "and with the of": [],
        }
        for title, expected in cases.items():
            with self.subTest(title):
                self.assertEqual(list(nouns(title)), expected)


if __name__ == "__main__":
    unittest.main()

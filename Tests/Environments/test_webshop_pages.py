"""Every page and every action, on the catalogue written by hand."""

from __future__ import annotations

import unittest

import webshop_support as support
from recode_environments.protocol import Step
from recode_environments.webshop.goals import NO_CAP, Goal, price_cap
from recode_environments.webshop.gold import gold_actions
from recode_environments.webshop.visit import Visit

FASHION = "i need a slim fit jumpsuit in black and size small"
RESULTS = """\
Instruction:
{instruction}
[button] Back to Search [button_]
Page 1 (Total results: 2)
[button] B000000001 [button_]
Harbor Lane Slim Fit Jumpsuit, Long Sleeve
$34.99
[button] B000000002 [button_]
Corner Post Jumpsuit with Wide Leg
$29.0 to $45.5"""
ITEM = """\
Instruction:
{instruction}
[button] Back to Search [button_]
[button] < Prev [button_]
color
[button] black [button_]
[button] navy | white [button_]
size
[button] small [button_]
[button] x-large [button_]
Harbor Lane Slim Fit Jumpsuit, Long Sleeve
Price: $34.99
Rating: 4.5 out of 5 stars
[button] Description [button_]
[button] Features [button_]
[button] Reviews [button_]
[button] Buy Now [button_]"""
ABOUT = """\
Instruction:
{instruction}
[button] Back to Search [button_]
[button] < Prev [button_]
"""


class PageTests(support.ShopTestCase):
    def setUp(self) -> None:
        self.shop = support.hand_written_shop()
        self.start, self.visit = self.open("fashion")
        self.instruction = self.start

    def open(self, task: str, with_attributes: bool = False) -> tuple[str, Visit]:
        shop = support.hand_written_shop(with_attributes) if with_attributes else self.shop
        numbers = [number for split in ("train", "dev", "test") for number in shop.instances(task, split)]
        start, visit = shop.reset(task, numbers[0], scouting=False)
        return start.instruction, visit

    def play(self, *actions: str) -> Step:
        """The step of the last action."""
        return [self.visit.step(action) for action in actions][-1]

    def shows(self, page: str, *actions: str) -> None:
        self.assertEqual(self.play(*actions).observation, page.format(instruction=self.instruction))

    def test_the_instruction_names_the_cap(self) -> None:
        self.assertRegex(self.instruction, f"^{FASHION}, and price lower than [4-7]0.00 dollars$")

    def test_an_episode_begins_at_the_search_page(self) -> None:
        page = f"WebShop\nInstruction:\n{self.instruction}\n[button] Search [button_]"
        self.assertEqual(self.visit.text(), page)

    def test_search_shows_results(self) -> None:
        self.shows(RESULTS, "search[jumpsuits]")

    def test_search_works_from_any_page(self) -> None:
        self.shows(RESULTS, "search[shampoo]", "click[b000000003]", "click[reviews]", "search[Jumpsuits]")

    def test_a_search_may_find_nothing(self) -> None:
        page = "Instruction:\n{instruction}\n[button] Back to Search [button_]\nPage 1 (Total results: 0)"
        self.shows(page, "search[sofa]")

    def test_a_product_opens(self) -> None:
        self.shows(ITEM, "search[jumpsuits]", "click[b000000001]")
        self.shows(ITEM, "search[jumpsuits]", "click[B000000001]")

    def test_chosen_options_show(self) -> None:
        page = ITEM.replace("[button] black [button_]", "[clicked button] black [clicked button_]")
        self.shows(
            "You have clicked black.\n" + page, "search[jumpsuits]", "click[b000000001]", "click[Black]"
        )
        page = page.replace("[button] small [button_]", "[clicked button] small [clicked button_]")
        self.shows("You have clicked small.\nYou have clicked black.\n" + page, "click[small]")
        page = page.replace("[clicked button] black [clicked button_]", "[button] black [button_]")
        page = page.replace(
            "[button] navy | white [button_]", "[clicked button] navy | white [clicked button_]"
        )
        self.shows("You have clicked small.\nYou have clicked navy | white.\n" + page, "click[navy | white]")

    def test_pages_about_a_product(self) -> None:
        self.play("search[jumpsuits]", "click[b000000001]")
        self.shows(ABOUT + "A jumpsuit for daily wear.\nIt has pockets.", "click[description]")
        self.shows(ITEM, "click[< prev]")
        self.shows(ABOUT + "Machine wash\nPolyester spandex blend", "click[Features]")
        self.play("click[< prev]")
        reviews = '"Nice"\n5\nFits well.\nTrue to size.\n"Too thin"\n2.0'
        self.shows(ABOUT + reviews, "click[reviews]")

    def test_pages_about_a_product_of_which_nothing_is_said(self) -> None:
        self.play("search[wide leg]", "click[b000000002]")
        words = {"description": "No Description", "features": "No Features", "reviews": "No reviews found"}
        for label, told in words.items():
            self.shows(ABOUT + told, f"click[{label}]")
            self.play("click[< prev]")

    def test_the_attributes_page_is_there_where_it_is_asked_for(self) -> None:
        self.instruction, self.visit = self.open("fashion", with_attributes=True)
        item = ITEM.replace("[button] Buy", "[button] Attributes [button_]\n[button] Buy")
        self.shows(item, "search[jumpsuits]", "click[b000000001]")
        attributes = "slim fit\nlong sleeve\nmachine wash\ndaily wear\nfashion\nwomen's jumpsuits\n"
        levels = (
            support.HAND_WRITTEN.joinpath("items_shuffle.json").read_text().split('"product_category": "')[1]
        )
        self.shows(ABOUT + attributes + levels.split('"')[0], "click[attributes]")

    def test_prev_leads_back_and_forgets_options(self) -> None:
        self.play("search[jumpsuits]", "click[b000000001]", "click[black]")
        seen = "[clicked button] B000000001 [clicked button_]"
        self.shows(RESULTS.replace("[button] B000000001 [button_]", seen), "click[< prev]")
        self.shows(ITEM, "click[b000000001]")

    def test_options_stay_through_pages_about_the_product(self) -> None:
        self.play("search[jumpsuits]", "click[b000000001]", "click[black]")
        step = self.play("click[features]", "click[< prev]")
        self.assertTrue(step.observation.startswith("You have clicked black.\n"))

    def test_back_to_search_forgets_all(self) -> None:
        self.play("search[jumpsuits]", "click[b000000001]", "click[back to search]")
        self.assertIn("[button] Search [button_]", self.visit.text())
        self.shows(RESULTS, "search[jumpsuits]")

    def test_a_value_of_two_options_is_chosen_in_the_later(self) -> None:
        self.instruction, self.visit = self.open("beauty")
        self.play("search[shampoo]", "click[b000000003]", "click[mint]")
        self.assertEqual(self.visit.chosen, {"pack": "mint"})

    def test_buying_ends_the_episode_with_the_reward(self) -> None:
        self.play("search[jumpsuits]", "click[b000000001]")
        step = self.play("click[black]", "click[small]", "click[buy now]")
        self.assertEqual((step.reward, step.native_reward, step.done, step.success), (1.0, 1.0, True, True))
        options = '{"color": "black", "size": "small"}'
        purchase = f"Thank you for shopping with us!\nPurchased\nasin\nB000000001\noptions\n{options}\n"
        self.assertEqual(step.observation, purchase + "Your score (min 0.0, max 1.0)\n1.0")

    def test_a_careless_purchase_earns_a_part(self) -> None:
        step = self.play("search[jumpsuits]", "click[b000000001]", "click[buy now]")
        self.assertEqual((step.reward, step.done, step.success), (0.5, True, False))

    def test_there_is_no_reward_before_the_purchase(self) -> None:
        step = self.play("search[jumpsuits]", "click[b000000001]", "click[black]")
        self.assertEqual((step.reward, step.native_reward, step.done, step.success), (0.0, 0.0, False, False))


class UntidyInstructionTests(support.ShopTestCase):
    """White space that no page shows is not in the instruction either."""

    UNTIDY = " \t i need a slim fit jumpsuit \n\n  in black  and size small. "

    def test_the_instruction_is_what_pages_show(self) -> None:
        shop = support.shop_told("B000000001", self.UNTIDY)
        start, visit = shop.reset("fashion", shop.instances("fashion", "train")[0], scouting=False)
        words = "i need a slim fit jumpsuit\nin black  and size small. , and price lower than "
        self.assertTrue(start.instruction.startswith(words), start.instruction)
        pages = [visit.text()]
        for action in ["search[jumpsuits]", "click[b000000001]", "click[features]", "click[no such button]"]:
            pages.append(visit.step(action).observation)
        for page in pages:
            self.assertIn(f"Instruction:\n{start.instruction}\n[button] ", page)

    def test_its_cap_is_drawn_from_the_words_as_written(self) -> None:
        for words in (self.UNTIDY, self.UNTIDY.strip()):
            shop = support.shop_told("B000000001", words)
            goal = next(goal for goal in shop.catalogue.goals if goal.product.asin == "B000000001")
            self.assertEqual(goal.price_upper, price_cap(34.99, 7, "B000000001", words.strip(".")))

    def test_a_gold_path_searches_in_one_line(self) -> None:
        sought = support.product(attributes=("x",), query="y", title="z")
        goal = Goal(sought, "a slim fit\njumpsuit", ("x",), (), NO_CAP)
        actions = gold_actions(goal, lambda words: [sought] if "jumpsuit" in words else [])
        self.assertEqual(actions[0], "search[a slim fit jumpsuit]")


class InvalidActionTests(support.ShopTestCase):
    def setUp(self) -> None:
        shop = support.made_up_shop(300, seed=2)
        self.visit = shop.reset("garden", shop.instances("garden", "train")[0], scouting=False)[1]

    def test_what_makes_no_sense_changes_nothing(self) -> None:
        no_button = "Invalid action: there is no button [{}] on this page."
        neither = "Invalid action: write search[words] or click[button]."
        places: dict[str, list[str]] = {
            "the search page": [],
            "results": ["search[table]"],
            "a product": ["search[table]", "click[FIRST]"],
            "a page about it": ["search[table]", "click[FIRST]", "click[features]"],
        }
        for place, actions in places.items():
            self.visit.start()
            for action in actions:
                first = self.visit.found[0].asin if self.visit.found else ""
                self.visit.step(action.replace("FIRST", first))
            page = self.visit.text()
            for action, told in {
                "click[search]": no_button.format("search"),
                "click[B0NOSUCH]": no_button.format("b0nosuch"),
                "click[attributes]": no_button.format("attributes"),
                "click[purple haze]": no_button.format("purple haze"),
                "click[]": neither,
                "search[]": neither,
                "think[what next]": neither,
                "": neither,
                "buy now": neither,
                "click[buy now] please": neither,
            }.items():
                with self.subTest(place=place, action=action):
                    step = self.visit.step(action)
                    self.assertEqual(step.observation, f"{told}\n{page}")
                    self.assertEqual((step.reward, step.done), (0.0, False))

    def test_buttons_of_other_pages_are_not_there(self) -> None:
        for label in ["back to search", "next >", "< prev", "buy now", "description"]:
            with self.subTest(label):
                observation = self.visit.step(f"click[{label}]").observation
                self.assertTrue(observation.startswith("Invalid action: there is no button"))


class ResultPagesTests(support.ShopTestCase):
    def test_turning_pages(self) -> None:
        shop = support.made_up_shop(1500, seed=2)
        number = shop.instances("garden", "train")[0]
        visit = shop.reset("garden", number, scouting=False)[1]
        pages = [visit.step("search[black white navy]").observation]
        pages += [visit.step("click[next >]").observation for _ in range(4)]
        asins: list[str] = []
        for at, page in enumerate(pages, 1):
            lines = page.splitlines()
            self.assertEqual(lines[3], f"Page {at} (Total results: 50)")
            self.assertEqual("[button] < Prev [button_]" in lines, at > 1)
            self.assertEqual("[button] Next > [button_]" in lines, at < 5)
            asins += [line.split()[1] for line in lines if line.startswith("[button] B0")]
        self.assertEqual(asins, [product.asin for product in visit.found])
        self.assertEqual(len(set(asins)), 50)
        self.assertTrue(visit.step("click[next >]").observation.startswith("Invalid action"))
        self.assertEqual(visit.step("click[< prev]").observation, pages[3])
        opened = visit.step(f"click[{asins[31]}]").observation
        self.assertIn("[button] Buy Now [button_]", opened)
        self.assertIn("Page 4 (Total", visit.step("click[< prev]").observation)


if __name__ == "__main__":
    unittest.main()

"""A shopper's visit: which page is open, what its buttons do, and the reward at the purchase."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from enum import Enum, auto
from functools import partial

from recode_environments.protocol import Step
from recode_environments.webshop import pages
from recode_environments.webshop.actions import Click, Search, read_action, refusal
from recode_environments.webshop.goals import Goal
from recode_environments.webshop.product import Product
from recode_environments.webshop.reward import Reward, judge


class View(Enum):
    """Which kind of page is open."""

    SEARCH = auto()
    RESULTS = auto()
    ITEM = auto()
    ABOUT = auto()
    DONE = auto()


class Visit:
    """One episode. Nothing here is shared with another but the products, which nobody changes."""

    def __init__(self, goal: Goal, find: Callable[[str], list[Product]], with_attributes: bool) -> None:
        """Opens the search page.

        Parameters:
            find: The products that words find, best first.
            with_attributes: Whether products have a page of their attributes.
        """
        self.goal = goal
        self.find = find
        self.with_attributes = with_attributes
        self.bought: Reward | None = None
        self.start()

    def start(self) -> None:
        """Opens the search page and forgets what was looked at."""
        self.view = View.SEARCH
        self.found: Sequence[Product] = []
        self.number = 1
        self.product: Product | None = None
        self.about = ""
        self.chosen: dict[str, str] = {}
        self.seen: set[str] = set()

    def step(self, action: str) -> Step:
        """Takes an action; one that makes no sense changes nothing, and the page says so."""
        asked = read_action(action)
        told = ""
        if isinstance(asked, Search):
            self.search(asked.words)
        elif isinstance(asked, Click) and asked.button in (buttons := self.buttons()):
            buttons[asked.button]()
        else:
            told = refusal(asked) + "\n"
        reward = self.bought.value if self.bought else 0.0
        done = self.bought is not None
        return Step(told + self.text(), reward, reward, done, success=done and reward == 1)

    def close(self) -> None:
        """Holds nothing that has to be let go of."""

    def search(self, words: str) -> None:
        self.found = self.find(words)
        self.results(1)

    def results(self, number: int) -> None:
        """Opens a page of results; what was chosen of a product is forgotten."""
        self.view = View.RESULTS
        self.number = number
        self.product = None
        self.chosen = {}

    def item(self, product: Product) -> None:
        self.view = View.ITEM
        self.product = product
        self.seen.add(product.asin)

    def choose(self, group: str, value: str) -> None:
        self.chosen[group] = value

    def tell(self, label: str) -> None:
        self.view = View.ABOUT
        self.about = label

    def buy(self, product: Product) -> None:
        self.view = View.DONE
        self.bought = judge(product, self.goal, self.chosen)

    def buttons(self) -> dict[str, Callable[[], None]]:
        """What the buttons of the open page do, by their lowercased labels.

        Of two options with the same value the later counts, and an option before a button, as in the
        original.
        """
        ways: dict[str, Callable[[], None]] = {}
        if self.view in (View.RESULTS, View.ITEM, View.ABOUT):
            ways[pages.BACK_TO_SEARCH] = self.start
        if self.view is View.RESULTS:
            ways |= self.ways_from_results()
        elif self.view is View.ITEM and self.product:
            ways |= self.ways_from_item(self.product)
        elif self.view is View.ABOUT and self.product:
            ways[pages.PREVIOUS] = partial(self.item, self.product)
        return {label.lower(): way for label, way in ways.items()}

    def ways_from_results(self) -> dict[str, Callable[[], None]]:
        ways: dict[str, Callable[[], None]] = {}
        if self.number > 1:
            ways[pages.PREVIOUS] = partial(self.results, self.number - 1)
        if pages.has_next(self.number, self.found):
            ways[pages.NEXT] = partial(self.results, self.number + 1)
        for product in pages.shown_on(self.number, self.found):
            ways[product.asin] = partial(self.item, product)
        return ways

    def ways_from_item(self, product: Product) -> dict[str, Callable[[], None]]:
        ways: dict[str, Callable[[], None]] = {pages.PREVIOUS: partial(self.results, self.number)}
        for label in pages.sub_pages(self.with_attributes):
            ways[label] = partial(self.tell, label)
        ways[pages.BUY] = partial(self.buy, product)
        lowercased = {label.lower(): way for label, way in ways.items()}
        for group, values in product.options.items():
            lowercased |= {value: partial(self.choose, group, value) for value in values}
        return lowercased

    def text(self) -> str:
        """The open page."""
        instruction = self.goal.instruction
        if self.view is View.RESULTS:
            return pages.results_page(instruction, self.found, self.number, self.seen)
        if self.product is None:
            return pages.search_page(instruction)
        if self.view is View.ITEM:
            return pages.item_page(instruction, self.product, self.chosen, self.with_attributes)
        if self.view is View.ABOUT:
            return pages.sub_page(instruction, self.product, self.about)
        return pages.done_page(self.product.asin, self.chosen, self.bought.value if self.bought else 0.0)

"""The shop behind the environment protocol."""

from __future__ import annotations

from importlib.metadata import version
from typing import Any

from recode_environments.protocol import Environment, Hello, Start
from recode_environments.webshop.actions import grammar
from recode_environments.webshop.catalogue import Catalogue
from recode_environments.webshop.goals import Goal
from recode_environments.webshop.gold import gold_path
from recode_environments.webshop.product import Product
from recode_environments.webshop.search import Index
from recode_environments.webshop.tasks import NAME, SPLITS, GoalNumbers
from recode_environments.webshop.visit import Visit

# Of the pages, goals and rewards here: a new one where any of them changes.
VERSION = "1.0.0"
LIBRARIES = ["bm25s", "lemminflect", "numpy", "rapidfuzz", "snowballstemmer"]


class Shop(Environment[Visit]):
    """A catalogue's products, its goals by category as tasks, and as many visits at a time as one likes."""

    def __init__(
        self, catalogue: Catalogue, options: dict[str, Any], with_attributes: bool, step_limit: int
    ) -> None:
        """Indexes a catalogue.

        Parameters:
            options: What of the user's choices shapes the world.
            with_attributes: Whether products have a page of their attributes.
        """
        self.catalogue = catalogue
        self.options = options
        self.with_attributes = with_attributes
        self.step_limit = step_limit
        self.goals = GoalNumbers([goal.product.category for goal in catalogue.goals], catalogue.splits)
        self.index = Index(product.search_text for product in catalogue.products)

    def hello(self) -> Hello:
        made = {
            "engine": "recode",
            "catalogue_sha256": self.catalogue.sha256,
            "products": len(self.catalogue.products),
            "goals": len(self.catalogue.goals),
            "left_out": self.catalogue.left_out,
            "attributes_page": self.with_attributes,
        }
        return Hello(
            name=NAME,
            version=VERSION,
            splits=SPLITS,
            tasks=self.goals.tasks,
            actions=grammar(self.with_attributes),
            step_limit=self.step_limit,
            options={**made, **self.options},
            platform={name: version(name) for name in LIBRARIES},
        )

    def instances(self, task: str, split: str) -> list[int]:
        return self.goals.of(task, split)

    def reset(self, task: str, variation: int, scouting: bool) -> tuple[Start, Visit]:
        self.goals.check(task, variation)
        goal = self.catalogue.goals[variation]
        gold = gold_path(goal, self.visit(goal)) if scouting else []
        visit = self.visit(goal)
        return Start(goal.instruction, visit.text(), options=about(goal), gold=gold), visit

    def visit(self, goal: Goal) -> Visit:
        return Visit(goal, self.find, self.with_attributes)

    def find(self, words: str) -> list[Product]:
        return [self.catalogue.products[number] for number in self.index.find(words)]


def about(goal: Goal) -> dict[str, Any]:
    """What of a goal belongs in the record of an episode."""
    return {
        "asin": goal.product.asin,
        "goal_attributes": len(goal.attributes),
        "goal_options": len(goal.options),
    }

"""The original WebShop engine behind the environment protocol.

Drives `web_agent_site` out of a checkout of the original, in a Python (3.10 or newer) that has what it needs,
through its gym environment `WebAgentTextEnv` in the mode `text_rich`. Goals keep the engine's numbers. Price
caps, and prices where a product has a range, are drawn here as they are for our own shop, because the engine
draws them from a generator that it has not seeded yet, and so differently in every run. Pages are tidied as
ours are.

The original's data and search index cannot be had where this was written: it was tried on the small package
of the same surface that the tests have, and on nothing else. Its facts are those of the engine's published
source.
"""

from __future__ import annotations

import hashlib
import importlib
import json
import random
import sys
from pathlib import Path
from typing import Any

from recode_environments.protocol import BadData, Environment, Hello, MissingProgram, Start, Step
from recode_environments.webshop import pages
from recode_environments.webshop.actions import Click, Search, grammar, read_action, refusal
from recode_environments.webshop.goals import as_shown, capped, price_cap
from recode_environments.webshop.product import price_in
from recode_environments.webshop.tasks import NAME, SPLITS, GoalNumbers, split_of

VERSION = "1.0.0"
MODULE = "web_agent_site.envs.web_agent_text_env"
# Words that make the engine list products in ways no shopper has: at random, by attribute, category or search
# phrase.
SPECIAL_WORDS = ("<r>", "<a>", "<c>", "<q>")


def load_engine(folder: Path, seed: int, settings: dict[str, Any]) -> Any:
    """The engine's text environment, its products and goals loaded.

    Raises:
        MissingProgram: the folder has no engine, or this Python lacks something it needs.
        BadData: the engine's data is missing or damaged.
    """
    if not (folder / "web_agent_site").is_dir():
        raise MissingProgram(
            f"{folder}: has no web_agent_site; give --engine the folder of a WebShop checkout"
        )
    sys.path.insert(0, str(folder))
    try:
        module = importlib.import_module(MODULE)
    except ImportError as problem:
        raise MissingProgram(
            f"{folder}: web_agent_site does not load in {sys.executable} ({problem}); start this program with"
            " the Python that the engine was set up for"
        ) from problem
    random.seed(seed)
    try:
        return module.WebAgentTextEnv(observation_mode="text_rich", **settings)
    except (OSError, ValueError, LookupError) as problem:
        raise BadData(
            f"{folder}: the engine could not load its data ({type(problem).__name__}: {problem});"
            " run its setup.sh, or see which file it means"
        ) from problem


def renew_goals(server: Any, seed: int) -> None:
    """Draws prices and caps anew, from the seed and the goals themselves; tidies instructions like pages."""
    for asin, product in server.product_item_dict.items():
        server.product_prices[asin] = price_in(product["pricing"], seed, asin)
    for goal in server.goals:
        words = goal["instruction_text"].removesuffix(capped("", goal["price_upper"]))
        cap = price_cap(server.product_prices[goal["asin"]], seed, goal["asin"], words)
        goal["price_upper"] = cap
        goal["instruction_text"] = as_shown(words, cap)


class EngineVisit:
    """One episode on the engine."""

    def __init__(self, server: Any, environment: Any, goal: int) -> None:
        """Opens the search page.

        Parameters:
            environment: A text environment that no other episode uses.
        """
        self.server = server
        self.environment = environment
        # The session that a new environment has opened for a random goal.
        server.user_sessions.pop(environment.session, None)
        self.page = pages.tidy(environment.reset(session=goal)[0])
        self.session: str = environment.session

    def step(self, action: str) -> Step:
        """Takes an action; one that makes no sense changes nothing, and the page says so."""
        asked = read_action(action)
        if isinstance(asked, Search):
            return self.take(f"search[{plain_words(asked.words)}]")
        if isinstance(asked, Click) and asked.button in self.buttons():
            return self.take(f"click[{asked.button}]")
        return Step(f"{refusal(asked)}\n{self.page}", 0.0, 0.0, done=False, success=False)

    def buttons(self) -> set[str]:
        """Labels of the page's buttons but the one of the search bar, which needs words."""
        return set(self.environment.get_available_actions()["clickables"]) - {"search"}

    def take(self, action: str) -> Step:
        observation, native, done, _ = self.environment.step(action)
        reward = float(native)
        self.page = pages.tidy(observation)
        if done:
            state = self.server.user_sessions[self.session]
            self.page = pages.done_page(state["asin"], state["options"], reward)
        return Step(self.page, reward, reward, bool(done), success=bool(done) and reward == 1)

    def close(self) -> None:
        """Lets the engine forget the session."""
        self.server.user_sessions.pop(self.session, None)


def plain_words(words: str) -> str:
    """Search words without what the engine takes for a command."""
    first, _, rest = words.partition(" ")
    return f"{first[1:-1]} {rest}".strip() if first in SPECIAL_WORDS else words


class Engine(Environment[EngineVisit]):
    """The original engine's goals by category as tasks, and as many visits at a time as one likes."""

    def __init__(
        self, folder: Path, seed: int, settings: dict[str, Any], options: dict[str, Any], step_limit: int
    ):
        """Loads the engine.

        Parameters:
            folder: Of the checkout that has `web_agent_site`.
            seed: Of price caps and of prices in ranges.
            settings: What `WebAgentTextEnv` is made with.
            options: What of the user's choices shapes the world.
        """
        self.first = load_engine(folder, seed, settings)
        self.server = self.first.server
        self.settings = settings
        self.options = options
        self.step_limit = step_limit
        self.visits = 0
        renew_goals(self.server, seed)
        goals = self.server.goals
        splits = split_of([(goal["asin"], goal["name"]) for goal in goals])
        self.numbers = GoalNumbers([goal["category"] for goal in goals], splits)

    def hello(self) -> Hello:
        made = {
            "engine": "web_agent_site",
            "catalogue_sha256": self.digest(),
            "products": len(self.server.all_products),
            "goals": len(self.server.goals),
            "attributes_page": self.with_attributes,
        }
        return Hello(
            name=NAME,
            version=VERSION,
            splits=SPLITS,
            tasks=self.numbers.tasks,
            actions=grammar(self.with_attributes),
            step_limit=self.step_limit,
            options={**made, **self.options},
        )

    @property
    def with_attributes(self) -> bool:
        return bool(self.settings.get("show_attrs"))

    def digest(self) -> str:
        """A digest of what the engine has loaded: goals, and ids, titles and prices of products."""
        products = [
            [product["asin"], product["Title"], product["Price"]] for product in self.server.all_products
        ]
        keys = ("asin", "instruction_text", "attributes", "goal_options")
        goals = [[goal[key] for key in keys] for goal in self.server.goals]
        return hashlib.sha256(json.dumps([products, goals]).encode()).hexdigest()

    def instances(self, task: str, split: str) -> list[int]:
        return self.numbers.of(task, split)

    def reset(self, task: str, variation: int, scouting: bool) -> tuple[Start, EngineVisit]:
        """Begins an episode; the engine knows no gold path."""
        self.numbers.check(task, variation)
        self.visits += 1
        environment = type(self.first)(
            observation_mode="text_rich",
            server=self.server,
            session_prefix=f"visit{self.visits}-",
            **self.settings,
        )
        visit = EngineVisit(self.server, environment, variation)
        goal = self.server.goals[variation]
        about = {
            "asin": goal["asin"],
            "goal_attributes": len(goal["attributes"]),
            "goal_options": len(goal["goal_options"]),
        }
        return Start(goal["instruction_text"], visit.page, options=about), visit

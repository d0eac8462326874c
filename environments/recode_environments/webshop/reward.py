"""How good a purchase is, by the original's formula.

reward = type x (attributes hit + options hit + price hit) / (attributes + options + 1)
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from rapidfuzz import fuzz, utils

from recode_environments.webshop.goals import Goal
from recode_environments.webshop.nouns import nouns
from recode_environments.webshop.product import LEVEL_MARK, Product

# Of 100: what is more alike than this is a hit.
ALIKE = 85
# Levels of the product's category that have to be the goal's.
SHARED_LEVELS = 2
# What share of the goal's nouns the product's title has, where the goal's has no noun.
TITLE_SCORE_WITHOUT_NOUNS = 0.2
COLOR_WORDS = """
alabaster apricot aqua ash asphalt azure banana beige black blue blush bordeaux bronze brown burgundy camel
camo caramel champagne charcoal cheetah chestnut chocolate christmas coffee cognac copper coral cranberry
cream crystal dark denim eggplant elephant espresso fuchsia gold granite grape graphite grass gray green grey
heather indigo ivory ivy khaki lavender lemon leopard light lilac lime magenta maroon mauve merlot midnight
mint mocha multicolor mushroom mustard natural navy nude olive orange peach pewter pink plum purple rainbow
red rose royal rust sand sapphire seashell silver skull slate steel stone stonewash sunflower tan taupe teal
tiger turquoise violet walnut wheat white wine yellow
"""
# In alphabetical order: the first that is part of a text stands for it.
COLORS = COLOR_WORDS.split()


@dataclass(frozen=True)
class Reward:
    """A purchase's reward, 0 to 1, and what it is made of."""

    value: float
    type_factor: float
    attributes_hit: int
    options_hit: int
    price_hit: bool


def alike(one: str, other: str) -> bool:
    """Whether two texts have nearly the same words: a token set ratio over 85, rounded as in the original."""
    return round(fuzz.token_set_ratio(one, other, processor=utils.default_process)) > ALIKE


def plain_color(option: str) -> str:
    """The plain color that an option names, or the option where it names none."""
    return next((color for color in COLORS if color in option), option)


def title_score(product: Product, goal: Goal) -> float:
    """What share of the nouns in the goal's title the product's title has, 0 to 1."""
    wanted = nouns(goal.product.title)
    if not wanted:
        return TITLE_SCORE_WITHOUT_NOUNS
    return len(set(wanted) & set(nouns(product.title))) / len(wanted)


def levels(product: Product) -> set[str]:
    return {level.strip() for level in product.product_category.split(LEVEL_MARK)}


def type_factor(product: Product, goal: Goal) -> float:
    """1 for the type of thing that was asked for, 0.5, 0.1 or 0 for others."""
    score = title_score(product, goal)
    if score == 0:
        return 0.0
    if score < 0.1:
        return 0.1
    same_query = product.query == goal.product.query
    same_category = len(levels(product) & levels(goal.product)) >= SHARED_LEVELS
    return 1.0 if same_query or same_category or score > 0.2 else 0.5


def attribute_hits(product: Product, goal: Goal) -> list[str]:
    """The goal's attributes that the product has: like one of its own, or said in its text."""
    texts = [product.title.lower(), " ".join(product.bullets).lower(), product.description.lower()]
    return [
        wanted
        for wanted in goal.attributes
        if any(alike(own, wanted) for own in product.attributes) or any(wanted in text for text in texts)
    ]


def option_hits(chosen: Iterable[str], goal: Goal) -> list[str]:
    """The goal's options that were chosen, colors by their plain names."""
    plain = [plain_color(value) for value in chosen]
    return [wanted for wanted in goal.options if any(alike(value, plain_color(wanted)) for value in plain)]


def judge(product: Product, goal: Goal, chosen: Mapping[str, str]) -> Reward:
    """The reward of buying a product with the options chosen, by their groups."""
    attributes = len(attribute_hits(product, goal))
    options = len(option_hits(chosen.values(), goal))
    price = product.price <= goal.price_upper
    share = (attributes + options + price) / (len(goal.attributes) + len(goal.options) + 1)
    factor = type_factor(product, goal)
    return Reward(share * factor, factor, attributes, options, price)

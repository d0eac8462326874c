"""The gold path of a goal: what a shopper does who knows which product is meant, and searches for it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from recode_environments.webshop import pages
from recode_environments.webshop.goals import Goal
from recode_environments.webshop.product import Product
from recode_environments.webshop.reward import attribute_hits, option_hits
from recode_environments.webshop.visit import Visit

Find = Callable[[str], Sequence[Product]]


def queries(goal: Goal) -> Iterator[str]:
    """Words to search for: of the goal first, the product's title only where those do not find it."""
    kind = goal.product.query
    yield " ".join([*goal.attributes, kind])
    yield " ".join([*goal.attributes, kind, *goal.options])
    yield goal.instruction.split(", and price lower than")[0]
    yield goal.product.title


def gold_actions(goal: Goal, find: Find) -> list[str]:
    """The actions that buy the goal's product with its options; empty where no search finds it."""
    for query in queries(goal):
        # An instruction or a title may have several lines; an action has one.
        words = " ".join(query.splitlines())
        asins = [product.asin for product in find(words.lower())]
        if goal.product.asin in asins:
            turns = asins.index(goal.product.asin) // pages.PRODUCTS_A_PAGE
            return [
                f"search[{words}]",
                *["click[next >]"] * turns,
                f"click[{goal.product.asin.lower()}]",
                *(f"click[{value}]" for value in wanted_values(goal)),
                "click[buy now]",
            ]
    return []


def wanted_values(goal: Goal) -> list[str]:
    """Of each group of options a value that the goal asks for, an exact one before one that is alike."""
    values: list[str] = []
    for group in goal.product.options.values():
        exact = [value for value in group if value in goal.options]
        near = [value for value in group if option_hits([value], goal)]
        values += (exact or near)[:1]
    return values


def gold_path(goal: Goal, visit: Visit) -> list[dict[str, Any]]:
    """The gold path played in a visit: actions, what they led to, and which parts of the goal they met."""
    path: list[dict[str, Any]] = []
    for action in gold_actions(goal, visit.find):
        before = met(goal, visit)
        step = visit.step(action)
        completed = [part for part in met(goal, visit) if part not in before]
        path.append(
            {
                "action": action,
                "observation": step.observation,
                "reward": step.reward,
                "done": step.done,
                "completed_goals": completed,
            }
        )
    return path


def met(goal: Goal, visit: Visit) -> list[str]:
    """The parts of the goal that the open product and the options chosen meet."""
    if visit.product is None:
        return []
    parts = [f"attribute: {name}" for name in attribute_hits(visit.product, goal)]
    parts += [f"option: {value}" for value in option_hits(visit.chosen.values(), goal)]
    parts += ["price"] * (visit.product.price <= goal.price_upper) + ["purchase"] * (visit.bought is not None)
    return parts

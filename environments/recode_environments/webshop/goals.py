"""What shoppers are sent for: instructions, price caps, their order and their splits."""

from __future__ import annotations

import itertools
import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

from recode_environments.protocol import BadData
from recode_environments.webshop import pages
from recode_environments.webshop.draw import Draw
from recode_environments.webshop.fields import Fields, shown
from recode_environments.webshop.product import Product

T = TypeVar("T")

# The original engine puts its goals in order with this seed, so that a goal's number is the same here and
# there.
ORDER_SEED = 233
# Dollars: caps are multiples of ten, one of the next few above the price; above them there is none.
CAPS = [10.0 * tens for tens in range(1, 100)]
CAPS_ABOVE = 4
NO_CAP = 1_000_000.0


@dataclass(frozen=True, slots=True)
class Goal:
    """What a shopper is sent for."""

    product: Product
    # As it stands on the pages.
    instruction: str
    attributes: tuple[str, ...]
    # Values of options, whatever group they are of.
    options: tuple[str, ...]
    # Dollars.
    price_upper: float


@dataclass
class GoalList:
    """Goals in their order, and how many were left out, by reason."""

    goals: list[Goal] = field(default_factory=list)
    left_out: dict[str, int] = field(default_factory=dict)

    def leave_out(self, reason: str, count: int = 1) -> None:
        if count:
            self.left_out[reason] = self.left_out.get(reason, 0) + count


def price_cap(price: float, seed: int, asin: str, instruction: str) -> float:
    """The highest price in dollars a goal allows, or `NO_CAP`.

    The larger of two different multiples of ten out of the next four above the price, as in the original; but
    drawn from the seed and the goal's own words, so that no other goal and no order of reading can change it.
    """
    above = [cap for cap in CAPS if cap > price][:CAPS_ABOVE]
    if len(above) < 2:
        return NO_CAP
    return max(Draw("cap", seed, asin, instruction).some(above, 2))


def capped(instruction: str, cap: float) -> str:
    """An instruction that names its price cap."""
    return instruction if cap == NO_CAP else f"{instruction}, and price lower than {cap:.2f} dollars"


def as_shown(words: str, cap: float) -> str:
    """The instruction in the very form that pages show, so that who reads a page can tell it from the rest.

    Tidied with its cap and not before: a cap is drawn from the words as they were written, and pages keep
    what they show of untidy ones.
    """
    return pages.tidy(capped(words, cap))


def make_goal(
    product: Product, words: str, attributes: Sequence[str], options: Sequence[str], seed: int
) -> Goal:
    cap = price_cap(product.price, seed, product.asin, words)
    return Goal(product, as_shown(words, cap), tuple(attributes), tuple(options), cap)


def put_in_order(goals: list[T]) -> None:
    """Puts goals in the order that numbers them: the original engine's, given the same goals."""
    random.Random(ORDER_SEED).shuffle(goals)


def human_goals(
    products: Sequence[Product], file: str, human: Mapping[str, Any], seed: int, partial: bool
) -> GoalList:
    """The goals that people wrote, products in their order.

    Parameters:
        partial: Whether the products may be a part of those that goals were written for.

    Raises:
        BadData: a record is damaged, or its product does not exist.
    """
    made = GoalList()
    known = {product.asin for product in products}
    strangers = [asin for asin in human if asin not in known]
    if strangers and not partial:
        raise BadData(
            f"{file}: key {strangers[0]!r}: goals for a product that is not in the list of products"
            f" ({len(strangers)} such products); add them there, or give --partial to leave such goals out"
        )
    made.leave_out("without their product", sum(len(human[asin]) for asin in strangers))
    for product in products:
        for record in instructions_of(product.asin, file, human):
            attributes = record.texts("instruction_attributes")
            if not attributes:
                made.leave_out("without attributes")
                continue
            words = record.text("instruction").strip(".")
            made.goals.append(make_goal(product, words, attributes, options_of(record), seed))
    put_in_order(made.goals)
    return made


def instructions_of(asin: str, file: str, human: Mapping[str, Any]) -> Iterator[Fields]:
    if asin in human:
        yield from Fields(file, f"product {asin}", {"goals": human[asin]}).records("goals")


def options_of(record: Fields) -> list[str]:
    """The options of a goal: a list of values, or values by name."""
    value = record.value("instruction_options")
    if not isinstance(value, dict):
        return record.texts("instruction_options")
    if not all(isinstance(item, str) for item in value.values()):
        raise record.problem("instruction_options", f"is {shown(value)}", "give every option a text")
    return list(value.values())


def written_goals(
    products: Sequence[Product], file: str, attributes: Mapping[str, Any], seed: int
) -> GoalList:
    """The goals that a program wrote, one for every combination of a product's options."""
    made = GoalList()
    for product in products:
        record = Fields(file, f"product {product.asin}", attributes.get(product.asin, {}))
        if record.values.get("instruction") is None:
            made.leave_out("without an instruction")
            continue
        wanted = record.texts("instruction_attributes")
        if not wanted:
            raise record.problem(
                "instruction_attributes", "is empty", "name one at least, or remove the instruction"
            )
        names = sorted(product.options)
        for values in itertools.product(*(product.options[name] for name in names)):
            asked = ", and ".join(f"{name}: {value}" for name, value in zip(names, values, strict=True))
            words = record.text("instruction") + (f" with {asked}" if asked else "")
            made.goals.append(make_goal(product, words, wanted, values, seed))
    put_in_order(made.goals)
    return made

"""A product of the shop, and how it is read from a record of the original data files."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from recode_environments.webshop.draw import Draw
from recode_environments.webshop.fields import Fields, shown

# Dollars: what a product without a price costs.
UNKNOWN_PRICE = 100.0
# What a product without known attributes has, so that nothing can match by accident of an empty list.
NO_ATTRIBUTES = ("DUMMY_ATTR",)
NOT_RATED = "N.A."
ASIN_LENGTH = 10
# What stands between levels of a product category: a single right-pointing angle.
LEVEL_MARK = "\u203a"
PRICE_REMEDY = 'write "$12.50", "$12.50 to $20.00", or "" for a product that costs $100'


@dataclass(frozen=True, slots=True)
class Review:
    """What a buyer said of a product: a title, stars as the file has them, and a text."""

    title: str
    stars: str
    body: str


@dataclass(frozen=True, slots=True)
class Product:
    """A product as the shop shows and the reward judges it."""

    asin: str
    title: str
    description: str
    bullets: tuple[str, ...]
    # Dollars; where the file gives a range, one price in it, drawn from the seed and the product's id.
    price: float
    price_tag: str
    # Lowercased names and values, in the file's order.
    options: dict[str, tuple[str, ...]]
    attributes: tuple[str, ...]
    category: str
    query: str
    product_category: str
    rating: str = NOT_RATED
    reviews: tuple[Review, ...] = ()

    @property
    def search_text(self) -> str:
        """What search looks at: title, description, first bullet and options, lowercased."""
        options = ", and ".join(f"{name}: {', '.join(values)}" for name, values in self.options.items())
        return " ".join([self.title, self.description, *self.bullets[:1], options]).lower()


def read_product(
    record: Fields, attributes: tuple[str, ...], reviews: tuple[str, tuple[Review, ...]], seed: int
) -> Product:
    """A product of its record.

    Parameters:
        attributes: What the file of attributes says of it.
        reviews: Its rating and reviews.
        seed: Of prices in ranges.

    Raises:
        BadData: a key is missing or not what it should be.
    """
    asin = record.text("asin")
    prices = read_prices(record)
    rating, said = reviews
    return Product(
        asin=asin,
        title=record.text("name"),
        description=record.text("full_description"),
        bullets=read_bullets(record),
        price=price_in(prices, seed, asin),
        price_tag=" to ".join(f"${price}" for price in prices),
        options=read_options(record),
        attributes=attributes,
        category=record.text("category"),
        query=record.text("query").lower().strip(),
        product_category=record.text("product_category"),
        rating=rating,
        reviews=said,
    )


def read_bullets(record: Fields) -> tuple[str, ...]:
    value = record.value("small_description")
    return (value,) if isinstance(value, str) else tuple(record.texts("small_description"))


def read_prices(record: Fields) -> list[float]:
    """One price, or the two ends of a range."""
    value = record.values.get("pricing")
    if value is None or value == "":
        return [UNKNOWN_PRICE]
    if not isinstance(value, str):
        raise record.problem("pricing", f"is {shown(value)}, not text", PRICE_REMEDY)
    try:
        prices = [float(Decimal(re.sub(r"[^\d.]", "", part))) for part in value.split("$")[1:]]
    except InvalidOperation as problem:
        raise record.problem("pricing", f"is {shown(value)}, which is no price", PRICE_REMEDY) from problem
    if not prices:
        raise record.problem("pricing", f"is {shown(value)}, without a price after a $", PRICE_REMEDY)
    return prices[:2]


def price_in(prices: list[float], seed: int, asin: str) -> float:
    """A price in a range, to the cent, the same whatever else the catalogue holds."""
    if len(prices) == 1:
        return prices[0]
    low, high = sorted(round(price * 100) for price in prices)
    return Draw("price", seed, asin).between(low, high) / 100


def read_options(record: Fields) -> dict[str, tuple[str, ...]]:
    """The groups of options, such as color and size, and their values."""
    value: Any = record.value("customization_options")
    if value == "" or value is None:
        return {}
    groups = Fields(record.file, f"{record.label}, customization_options", value)
    options: dict[str, tuple[str, ...]] = {}
    for name, contents in groups.values.items():
        if contents is not None:
            values = (content.text("value") for content in groups.records(name))
            options[name.lower()] = tuple(value.strip().replace("/", " | ").lower() for value in values)
    return options

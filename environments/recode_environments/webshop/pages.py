"""The pages of the shop as text: the original's `text_rich` rendering, tidied.

One piece of a page a line: buttons as `[button] Buy Now [button_]`, options that are chosen and products that
were looked at as `[clicked button] … [clicked button_]`; a page with chosen options begins with `You have
clicked …`. Only white space differs from the original: lines have none at their ends, and empty lines are
left out. The page after the purchase is shorter than the original's, which has fields for the people that
data was collected from.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence

from recode_environments.webshop.product import Product

PRODUCTS_A_PAGE = 10
BACK_TO_SEARCH = "Back to Search"
PREVIOUS = "< Prev"
NEXT = "Next >"
BUY = "Buy Now"
DESCRIPTION = "Description"
FEATURES = "Features"
REVIEWS = "Reviews"
ATTRIBUTES = "Attributes"


def button(label: str) -> str:
    return f"[button] {label} [button_]"


def clicked(label: str) -> str:
    return f"[clicked button] {label} [clicked button_]"


def tidy(text: str) -> str:
    """A text without white space at the ends of lines and without empty lines."""
    lines = (line.strip() for line in text.splitlines())
    return "\n".join(line for line in lines if line)


def page(instruction: str, *lines: str) -> str:
    return tidy("\n".join(["Instruction:", instruction, *lines]))


def search_page(instruction: str) -> str:
    """The page with the search bar, where every episode begins."""
    return "WebShop\n" + page(instruction, button("Search"))


def shown_on(number: int, found: Sequence[Product]) -> Sequence[Product]:
    """The products of a page of results, numbered from 1."""
    return found[(number - 1) * PRODUCTS_A_PAGE : number * PRODUCTS_A_PAGE]


def has_next(number: int, found: Sequence[Product]) -> bool:
    return number * PRODUCTS_A_PAGE < len(found)


def results_page(instruction: str, found: Sequence[Product], number: int, seen: set[str]) -> str:
    """A page of results.

    Parameters:
        found: What the search found, of all pages.
        number: Of the page, from 1.
        seen: Ids of products that were looked at.
    """
    lines = [button(BACK_TO_SEARCH), f"Page {number} (Total results: {len(found)})"]
    lines += [button(PREVIOUS)] * (number > 1) + [button(NEXT)] * has_next(number, found)
    for product in shown_on(number, found):
        link = clicked if product.asin in seen else button
        lines += [link(product.asin), product.title, product.price_tag]
    return page(instruction, *lines)


def item_page(instruction: str, product: Product, chosen: Mapping[str, str], with_attributes: bool) -> str:
    """The page of a product, with the options chosen by their groups."""
    told: list[str] = []
    lines = [button(BACK_TO_SEARCH), button(PREVIOUS)]
    for name, values in product.options.items():
        lines.append(name)
        for value in values:
            # By value and not by group, as in the original: a value of two groups looks chosen in both.
            if value in chosen.values():
                told.insert(0, f"You have clicked {value}.")
            lines.append(clicked(value) if value in chosen.values() else button(value))
    lines += [product.title, f"Price: {product.price_tag}", f"Rating: {product.rating}"]
    lines += [button(label) for label in sub_pages(with_attributes)] + [button(BUY)]
    return tidy("\n".join(told)) + "\n" * bool(told) + page(instruction, *lines)


def sub_pages(with_attributes: bool) -> list[str]:
    """The labels of a product's pages."""
    return [DESCRIPTION, FEATURES, REVIEWS] + [ATTRIBUTES] * with_attributes


def sub_page(instruction: str, product: Product, label: str) -> str:
    """A page about a product."""
    contents = {DESCRIPTION: description, FEATURES: features, REVIEWS: reviews, ATTRIBUTES: attributes}
    return page(instruction, button(BACK_TO_SEARCH), button(PREVIOUS), *contents[label](product))


def description(product: Product) -> Iterable[str]:
    return [product.description if product.description.strip() else "No Description"]


def features(product: Product) -> Iterable[str]:
    return product.bullets if any(bullet.strip() for bullet in product.bullets) else ["No Features"]


def reviews(product: Product) -> Iterable[str]:
    lines = [line for said in product.reviews for line in (f'"{said.title}"', said.stars, said.body)]
    return lines or ["No reviews found"]


def attributes(product: Product) -> Iterable[str]:
    return [*product.attributes, product.category, product.query, product.product_category]


def done_page(asin: str, chosen: Mapping[str, str], reward: float) -> str:
    """The page after the purchase, with the reward."""
    options = json.dumps(dict(chosen), ensure_ascii=False)
    lines = ["Thank you for shopping with us!", "Purchased", "asin", asin, "options", options]
    return "\n".join([*lines, "Your score (min 0.0, max 1.0)", str(reward)])

"""A made-up catalogue in the original's schema: the same bytes for the same seed, on any machine.

Products come in families. A family has one product that a goal is written for, and up to four that look like
it and mostly fall short in one way: they lack an attribute or two of the goal's, cost more than any cap the
goal can have, do not come in the option asked for, or have attributes of their own. So a search finds several
products that could be meant, and what is bought carelessly earns a part of the reward.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from recode_environments.webshop.catalogue import (
    ATTRIBUTES_FILE,
    HUMAN_FILE,
    PRODUCTS_FILE,
    REVIEWS_FILE,
    Records,
    parse_files,
)
from recode_environments.webshop.draw import Draw
from recode_environments.webshop.vocabulary import MAKERS, MODELS, OPTION_VALUES, ProductType, product_types

LOOKALIKES_AT_MOST = 4
# Cents: a cap is at most forty dollars above the price, so this much more is above any cap.
DEARER_BY = (4_500, 12_000)
# How many attributes and options goals have together, each number as often as it stands here.
GOAL_PARTS = [1, 2, 2, 2, 3, 3, 3, 3, 4, 4, 5]
ID_LETTERS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
INSTRUCTIONS = [
    "i am looking for {a_noun} that is {attributes}{options}",
    "i need {attributes} {query}{options}",
    "find me {a_noun} with {attributes}{options}",
    "i would like to buy {query} which are {attributes}{options}",
    "can you find {a_noun} which is {attributes}{options}",
    "i want {a_noun}. it should be {attributes}{options}",
]
BENEFITS = [
    "what you asked us for",
    "made to be relied on",
    "checked by hand before it leaves us",
    "you will notice it from the first day",
    "as careful buyers expect",
    "kept up over years of use",
]
REVIEWS = [
    ("Just as shown", "Arrived in time and looks like the picture."),
    ("Not for me", "Decent quality, but I expected more for the price."),
    ("Would buy again", "Bought a second one as a present."),
    ("Fine", "Does what it says."),
]


@dataclass(frozen=True)
class Draft:
    """A product before it is written down."""

    type: ProductType
    maker: str
    model: str
    attributes: tuple[str, ...]
    options: dict[str, tuple[str, ...]]
    # Cents.
    price: int


@dataclass(frozen=True)
class Wish:
    """What a family's goal asks for."""

    attributes: tuple[str, ...]
    # Values by group.
    options: dict[str, str]


@dataclass(frozen=True)
class Entry:
    """A product's records in the files."""

    asin: str
    product: dict[str, Any]
    attributes: dict[str, Any]
    goals: list[dict[str, Any]]
    reviews: dict[str, Any]


def make_records(products: int, seed: int) -> Records:
    """A catalogue of so many products, in memory.

    Complexity: linear in the products.
    """
    names = {name: f"made-up {name}" for name in (PRODUCTS_FILE, ATTRIBUTES_FILE, HUMAN_FILE, REVIEWS_FILE)}
    return parse_files(make_files(products, seed), names)


def make_files(products: int, seed: int) -> dict[str, bytes]:
    """The bytes of a catalogue's files, by name."""
    entries = Draw("order", seed).shuffled(make_entries(products, seed))
    return {
        PRODUCTS_FILE: as_json([entry.product for entry in entries]),
        ATTRIBUTES_FILE: as_json({entry.asin: entry.attributes for entry in entries}),
        HUMAN_FILE: as_json({entry.asin: entry.goals for entry in entries if entry.goals}),
        REVIEWS_FILE: as_json([entry.reviews for entry in entries]),
    }


def make_entries(products: int, seed: int) -> list[Entry]:
    """So many products, family after family; the last may be cut."""
    types = Draw("types", seed).shuffled(product_types())
    entries: list[Entry] = []
    used: set[str] = set()
    family = 0
    while len(entries) < products:
        entries += make_family(types[family % len(types)], seed, family, used)
        family += 1
    return entries[:products]


def make_family(type_: ProductType, seed: int, family: int, used: set[str]) -> list[Entry]:
    """A product with a goal, and those that look like it."""
    draw = Draw("family", seed, family)
    target, wish = make_target(type_, draw)
    lookalikes = draw.between(1, LOOKALIKES_AT_MOST)
    drafts = [target, *(make_lookalike(target, wish, draw) for _ in range(lookalikes))]
    entries = []
    for member, draft in enumerate(drafts):
        asin = make_asin(used, seed, family, member)
        goals = [goal_record(asin, draft, wish, draw)] if draft is target else []
        product = product_record(asin, draft, draw)
        entries.append(Entry(asin, product, attribute_record(draft, wish), goals, review_record(asin, draw)))
    return entries


def as_json(value: object) -> bytes:
    """A value's bytes: one entry a line, so that a person can look at a file of thousands."""
    if isinstance(value, dict):
        lines = [f"{json.dumps(key)}: {json.dumps(item)}" for key, item in value.items()]
        return ("{\n" + ",\n".join(lines) + "\n}\n").encode()
    assert isinstance(value, list)
    return ("[\n" + ",\n".join(json.dumps(item) for item in value) + "\n]\n").encode()


def make_asin(used: set[str], *words: int) -> str:
    """A product id that is not used yet: ten letters and digits, like the original's."""
    attempt = 0
    while True:
        number = int.from_bytes(
            hashlib.sha256(json.dumps(["asin", *words, attempt]).encode()).digest()[:8], "big"
        )
        asin = "B0" + "".join(
            ID_LETTERS[number // len(ID_LETTERS) ** place % len(ID_LETTERS)] for place in range(8)
        )
        if asin not in used:
            used.add(asin)
            return asin
        attempt += 1


def make_target(type_: ProductType, draw: Draw) -> tuple[Draft, Wish]:
    """The product of a family's goal, and the goal."""
    attributes = tuple(draw.some(type_.attributes, draw.between(4, 6)))
    options = {group: some_values(group, draw) for group in type_.groups if draw.chance(80)}
    price = draw.between(type_.low * 100, type_.high * 100)
    target = Draft(type_, draw.one(MAKERS), draw.one(MODELS), attributes, options, price)
    parts = draw.one(GOAL_PARTS)
    groups = draw.some(list(options), draw.between(0, min(len(options), parts - 1)))
    wanted = {group: draw.one(options[group]) for group in options if group in groups}
    return target, Wish(tuple(draw.some(attributes, parts - len(wanted))), wanted)


def some_values(group: str, draw: Draw, without: str | None = None) -> tuple[str, ...]:
    values = [value for value in OPTION_VALUES[group] if value != without]
    kept = draw.some(values, draw.between(2, 4))
    return tuple(value for value in values if value in kept)


def make_lookalike(target: Draft, wish: Wish, draw: Draw) -> Draft:
    """A product like a family's own that falls short of its goal in one way, and maybe in price as well."""
    price = max(target.type.low * 100, target.price + draw.between(-800, 800))
    like = replace(target, maker=draw.one(MAKERS), model=draw.one(MODELS), price=price)
    dearer = replace(like, price=target.price + draw.between(*DEARER_BY))
    way = draw.below(10)
    if way < 5:
        return lacking(dearer if way == 0 else like, wish, draw)
    if way < 7:
        return dearer
    if way < 9 and wish.options:
        return other_options(like, wish, draw)
    attributes = tuple(draw.some(target.type.attributes, len(target.attributes)))
    return replace(like, attributes=attributes)


def lacking(draft: Draft, wish: Wish, draw: Draw) -> Draft:
    """The same without one or two of the attributes that are wished for, with others in their place."""
    missing = draw.some(wish.attributes, draw.between(1, 2))
    spare = [name for name in draft.type.attributes if name not in draft.attributes]
    kept = [name for name in draft.attributes if name not in missing]
    return replace(draft, attributes=tuple(kept + draw.some(spare, len(missing))))


def other_options(draft: Draft, wish: Wish, draw: Draw) -> Draft:
    """The same, but one of the options wished for is not to be had."""
    group = draw.one(list(wish.options))
    return replace(
        draft, options={**draft.options, group: some_values(group, draw, without=wish.options[group])}
    )


def listed(words: Sequence[str]) -> str:
    """`a`, `a and b`, `a, b and c`."""
    return " and ".join(filter(None, [", ".join(words[:-1]), *words[-1:]]))


def product_record(asin: str, draft: Draft, draw: Draw) -> dict[str, Any]:
    """A product as the file of products has it; every attribute is said somewhere a shopper can read it."""
    noun = draft.type.noun
    in_title = draw.some(draft.attributes, draw.between(1, 2))
    words = ", ".join([f"{draft.maker} {draft.model} {noun}", *(name.title() for name in in_title)])
    rest = [name for name in draft.attributes if name not in in_title]
    in_bullets = rest[: max(1, len(rest) - 1)]
    benefits = draw.some(BENEFITS, len(in_bullets))
    bullets = [f"{name.capitalize()}: {benefit}." for name, benefit in zip(in_bullets, benefits, strict=True)]
    more = f" Also {listed(rest[len(in_bullets) :])}." if rest[len(in_bullets) :] else ""
    return {
        "asin": asin,
        "name": words,
        "brand": f"Brand: {draft.maker}",
        "full_description": f"The {draft.model} {noun.lower()} by {draft.maker}: {listed(in_title)}.{more}",
        "small_description": bullets,
        "pricing": f"${draft.price // 100}.{draft.price % 100:02}",
        "images": [f"https://example.invalid/{asin}.jpg"],
        "product_category": draft.type.levels,
        "category": draft.type.category,
        "query": draft.type.query,
        "customization_options": {
            group.title(): [{"value": value, "image": None} for value in values]
            for group, values in draft.options.items()
        }
        or "",
    }


def attribute_record(draft: Draft, wish: Wish) -> dict[str, Any]:
    own = [name for name in wish.attributes if name in draft.attributes] or list(draft.attributes[:1])
    instruction = f"Find me {listed(own)} {draft.type.query}"
    return {"attributes": list(draft.attributes), "instruction": instruction, "instruction_attributes": own}


def goal_record(asin: str, draft: Draft, wish: Wish, draw: Draw) -> dict[str, Any]:
    """A family's goal as the file of people's goals has it."""
    noun = draft.type.noun.lower()
    asked = [f"in {value} {group}" for group, value in wish.options.items()]
    instruction = draw.one(INSTRUCTIONS).format(
        a_noun=("an " if noun[0] in "aeiou" else "a ") + noun,
        query=draft.type.query,
        attributes=listed(wish.attributes),
        options=", " + ", and ".join(asked) if asked else "",
    )
    return {
        "asin": asin,
        "instruction": instruction,
        "attributes": list(draft.attributes),
        "options": [f"{group}: {value}" for group, value in wish.options.items()],
        "instruction_attributes": list(wish.attributes),
        "instruction_options": list(wish.options.values()),
    }


def review_record(asin: str, draw: Draw) -> dict[str, Any]:
    said = [
        {"title": title, "score": draw.between(1, 5), "review": body}
        for title, body in draw.some(REVIEWS, draw.between(0, 2))
    ]
    rating = f"{draw.between(28, 49) / 10} out of 5 stars" if said else ""
    return {"asin": asin, "average_rating": rating, "reviews": said}

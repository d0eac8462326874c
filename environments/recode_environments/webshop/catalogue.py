"""The files of a catalogue, in the original's schema, and what the shop makes of them."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from recode_environments.protocol import BadData
from recode_environments.webshop.fields import Fields, parse, read_bytes, shown
from recode_environments.webshop.goals import Goal, GoalList, human_goals, written_goals
from recode_environments.webshop.product import (
    ASIN_LENGTH,
    NO_ATTRIBUTES,
    NOT_RATED,
    Product,
    Review,
    read_product,
)
from recode_environments.webshop.tasks import split_of

PRODUCTS_FILE = "items_shuffle.json"
ATTRIBUTES_FILE = "items_ins_v2.json"
HUMAN_FILE = "items_human_ins.json"
REVIEWS_FILE = "reviews.json"
# The original's small data set: a thousand products, with the goals of all.
SMALL_SUFFIX = "_1000"


@dataclass(frozen=True)
class Records:
    """The contents of a catalogue's files, not yet looked at, and what messages call these files."""

    products: list[Any]
    attributes: dict[str, Any]
    human: dict[str, Any]
    reviews: list[Any]
    # By the names above, with a folder where there is one.
    names: dict[str, str]
    # Of the files' names and bytes.
    sha256: str


@dataclass(frozen=True)
class Choices:
    """What a user may choose about a catalogue."""

    # Of price caps, and of prices where the files give a range.
    seed: int = 0
    # `human` for goals that people wrote, `written` for those that a program did.
    goals: str = "human"
    # The first so many products, or all.
    limit: int | None = None
    # Whether the products may be a part of those that goals were written for.
    partial: bool = False


@dataclass(frozen=True)
class Catalogue:
    """Products and goals, ready for the shop."""

    products: list[Product]
    goals: list[Goal]
    splits: list[str | None]
    sha256: str
    # How many records were left out, by reason.
    left_out: dict[str, int]


def read_folder(folder: Path, small: bool) -> Records:
    """The files of a folder.

    Parameters:
        small: Whether to take the original's files of a thousand products.

    Raises:
        BadData: a file is missing, cut short, or no JSON.
    """
    suffix = SMALL_SUFFIX if small else ""
    paths = {
        PRODUCTS_FILE: folder / PRODUCTS_FILE.replace(".", suffix + "."),
        ATTRIBUTES_FILE: folder / ATTRIBUTES_FILE.replace(".", suffix + "."),
        HUMAN_FILE: folder / HUMAN_FILE,
    }
    products = paths[PRODUCTS_FILE]
    other = folder / PRODUCTS_FILE.replace(".", ("" if small else SMALL_SUFFIX) + ".")
    if not products.exists() and other.exists():
        advice = "leave --small out" if small else "give --small"
        raise BadData(f"{products}: is not there, but {other.name} is; {advice} to use that")
    if (folder / REVIEWS_FILE).exists():
        paths[REVIEWS_FILE] = folder / REVIEWS_FILE
    contents = {name: read_bytes(path) for name, path in paths.items()}
    return parse_files(contents, {name: str(path) for name, path in paths.items()})


def parse_files(contents: dict[str, bytes], names: dict[str, str]) -> Records:
    """The records of files, wherever they are: in a folder or in memory.

    Raises:
        BadData: a file is cut short or no JSON.
    """
    digest = hashlib.sha256()
    for name in sorted(contents):
        digest.update(f"{name} {len(contents[name])}\n".encode())
        digest.update(contents[name])
    return Records(
        products=parse(names[PRODUCTS_FILE], contents[PRODUCTS_FILE], list),
        attributes=parse(names[ATTRIBUTES_FILE], contents[ATTRIBUTES_FILE], dict),
        human=parse(names[HUMAN_FILE], contents[HUMAN_FILE], dict),
        reviews=parse(names[REVIEWS_FILE], contents[REVIEWS_FILE], list) if REVIEWS_FILE in contents else [],
        names=names,
        sha256=digest.hexdigest(),
    )


def read_catalogue(records: Records, choices: Choices) -> Catalogue:
    """Products, goals and splits.

    Raises:
        BadData: a record is damaged, a goal's product does not exist, or there are no goals.
    """
    counts = GoalList()
    products = list(read_products(records, choices, counts))
    if choices.goals == "human":
        file = records.names[HUMAN_FILE]
        partial = choices.partial or choices.limit is not None
        made = human_goals(products, file, records.human, choices.seed, partial)
    else:
        file = records.names[ATTRIBUTES_FILE]
        made = written_goals(products, file, records.attributes, choices.seed)
    if not made.goals:
        raise BadData(f"{file}: has no goal for any of {len(products)} products; name a catalogue with goals")
    for reason, count in made.left_out.items():
        counts.leave_out(f"goals {reason}", count)
    splits = split_of([(goal.product.asin, goal.product.title) for goal in made.goals])
    return Catalogue(products, made.goals, splits, records.sha256, counts.left_out)


def read_products(records: Records, choices: Choices, counts: GoalList) -> Iterator[Product]:
    """The products that the original would keep: with an id of at most ten letters, each once."""
    file = records.names[PRODUCTS_FILE]
    reviews = read_reviews(records)
    seen: set[str] = set()
    for number, value in enumerate(records.products[: choices.limit], 1):
        record = Fields(file, f"product {number}", value)
        asin = record.text("asin")
        record.label += f" ({asin})"
        if asin == "nan" or len(asin) > ASIN_LENGTH:
            counts.leave_out("products without an id")
        elif asin in seen:
            counts.leave_out("products that were there before")
        else:
            seen.add(asin)
            said = reviews.get(asin, (NOT_RATED, ()))
            yield read_product(record, attributes_of(asin, records), said, choices.seed)


def attributes_of(asin: str, records: Records) -> tuple[str, ...]:
    entry = records.attributes.get(asin)
    if entry is None:
        return NO_ATTRIBUTES
    record = Fields(records.names[ATTRIBUTES_FILE], f"product {asin}", entry)
    return tuple(record.texts("attributes")) if "attributes" in record.values else NO_ATTRIBUTES


def read_reviews(records: Records) -> dict[str, tuple[str, tuple[Review, ...]]]:
    """Rating and reviews by product."""
    found: dict[str, tuple[str, tuple[Review, ...]]] = {}
    for number, value in enumerate(records.reviews, 1):
        record = Fields(records.names[REVIEWS_FILE], f"record {number}", value)
        rating = record.values.get("average_rating") or NOT_RATED
        found[record.text("asin")] = (
            str(rating),
            tuple(read_review(one) for one in record.records("reviews")),
        )
    return found


def read_review(record: Fields) -> Review:
    """A review, whose stars and text have other names in some files."""
    stars = record.values["score"] if "score" in record.values else record.value("stars")
    if not isinstance(stars, (int, float, str)):
        raise record.problem("score", f"is {shown(stars)}, not a number of stars", "write a number")
    return Review(record.text("title"), str(stars), str(record.values.get("review", "")))

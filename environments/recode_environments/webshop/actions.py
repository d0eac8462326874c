"""The actions of a shopper, as text."""

from __future__ import annotations

import re
from dataclasses import dataclass

ACTION = re.compile(r"(search|click)\[(.+)\]")


@dataclass(frozen=True)
class Search:
    """Search for words."""

    words: str


@dataclass(frozen=True)
class Click:
    """Press the button with this label, lowercased."""

    button: str


def grammar(with_attributes: bool) -> str:
    """The forms of actions, one a line, as prompts show them."""
    about = "click[description], click[features], click[reviews]" + ", click[attributes]" * with_attributes
    return (
        "search[words]: search for products by words, from any page\n"
        "click[button]: press a button of the page: a product such as click[B0ABCDEF12], an option such as "
        f"click[small], click[next >], click[< prev], {about}, click[back to search]\n"
        "click[buy now]: buy the product of the page with the options chosen, which ends the episode"
    )


def read_action(text: str) -> Search | Click | None:
    """The action of a text, None where it is none. Case does not matter in brackets, as in the original."""
    match = ACTION.fullmatch(text.strip())
    if match is None:
        return None
    argument = match[2].lower()
    return Search(argument) if match[1] == "search" else Click(argument)


def refusal(action: Search | Click | None) -> str:
    """What a shopper is told of an action that changes nothing."""
    if isinstance(action, Click):
        return f"Invalid action: there is no button [{action.button}] on this page."
    return "Invalid action: write search[words] or click[button]."

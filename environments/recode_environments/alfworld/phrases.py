"""Makes textworld's text generator parse each phrase once.

As it is, it parses the same few phrases of a grammar anew for every command of every step and copies all that
each may look at: nine tenths of a step. What it answers stays the same: a test compares it with the untouched
one.
"""

from __future__ import annotations

from functools import lru_cache
from types import SimpleNamespace
from typing import Any

import textworld.envs.pddl.textgen as textgen
from textworld.logic import Rule

# Phrases of all grammars seen in practice: a few hundred.
REMEMBERED = 4096


@lru_cache(maxsize=REMEMBERED)
def parsed(text: str, rule_name: str) -> Any:
    return textgen._PARSER.parse(text, rule_name=rule_name)


def symbols(text: str, rule_name: str, trace: bool = False) -> Any:
    """New symbols of a phrase each time: the generator writes into them."""
    return textgen._Converter().walk(parsed(text, rule_name))


@lru_cache(maxsize=REMEMBERED)
def conjunctive_query(expression: str) -> Any:
    return Rule.parse_conjunctive_query(expression)


def context_copy(context: dict[str, Any]) -> dict[str, Any]:
    """Dictionaries of its own; what is in them is never written to."""
    return {**context, "variables": dict(context["variables"]), "mapping": dict(context["mapping"])}


def remember() -> None:
    """Takes effect for the whole process."""
    textgen._parse_and_convert = symbols
    textgen.copy_context = context_copy
    textgen.Rule = SimpleNamespace(parse_conjunctive_query=conjunctive_query)

"""What things are called in commands: a kind and a number."""

from __future__ import annotations

from typing import Any

from alfworld.agents.utils.misc import Demangler
from textworld.generator.game import EntityInfo


def names_of(state: Any) -> dict[str, Any]:
    """textworld's records of what a state speaks of, by id, called as the package calls them.

    The numbers follow the order of the ids, so they are the same in every process.
    """
    names = {
        thing.name: EntityInfo(thing.name, thing.type) for fact in state.facts for thing in fact.arguments
    }
    for info in names.values():
        info.definite, info.indefinite = "the", "a"
    demangler = Demangler(game_infos=names, shuffle=False)
    for info in names.values():
        info.name = demangler.demangle_alfred_name(info.id)
    return names

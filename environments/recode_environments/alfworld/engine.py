"""textworld's PDDL engine with one planner library for any number of episodes.

textworld gives each game a copy of the library and translates its PDDL four times before the first action.
Here a game is translated once and kept, an episode is its facts and the operators it has applied, and the
library, which holds one state, is brought to the state of whichever episode acts: reading a game into it
takes 2 to 5 ms.
"""

from __future__ import annotations

import copy
from collections import defaultdict
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

import fast_downward
from textworld.envs.pddl.logic import Atom

from ..protocol import BadData
from . import phrases

phrases.remember()

NOTHING = "Nothing happens."


class Library:
    """The planner library and the one episode whose state it holds.

    It stands where textworld has a library of its own. What only searching for a plan needs is left out.
    """

    def __init__(self) -> None:
        self.library = fast_downward.load_lib()
        self.holder: Play | None = None

    def __getattr__(self, name: str) -> Any:
        return getattr(self.library, name)

    def load_sas_replan(self, sas: bytes) -> None:
        """Nothing: it is the search that needs a second, pruned translation."""

    def lend(self, play: Play) -> None:
        """Brings the library to the state of an episode. O(operators of the game + the episode's actions)."""
        if self.holder is play:
            return
        self.holder = None
        self.library.load_sas(play.game.sas)
        for operator, atom_count in play.applied:
            self.library.apply_operator(operator, (Atom * atom_count)())
        self.holder = play


@lru_cache(maxsize=1)
def library() -> Library:
    return Library()


@dataclass
class Game:
    """A game that was translated: what its episodes have in common and do not write to."""

    path: Path
    # What is asked for.
    task: str
    # "move" or "put".
    style: str
    # Actions that won it once, if the file has any.
    walkthrough: list[str]
    logic: Any
    # textworld's state at the start.
    state: Any
    sas: bytes
    # textworld's records of things by id, and what the things are called.
    names: dict[str, Any]
    spoken: dict[str, str]
    # Action types whose wording depends on nothing that changes.
    steady: set[str]
    # Commands of operators of those types, as they come up.
    commands: dict[str, str] = field(default_factory=dict)


class Play:
    """An episode of a game."""

    def __init__(self, game: Game) -> None:
        self.game = game
        self.applied: list[tuple[int, int]] = []
        self.state = state_copy(game.state)

    @property
    def won(self) -> bool:
        library().lend(self)
        return bool(self.state.check_goal())

    def introduction(self) -> str:
        """What a game says first; the task is a stand-in."""
        return str(self.game.logic.grammar.derive("#intro#", self.context({})))

    def commands(self) -> dict[str, Any]:
        """What can be done now: textworld's actions by command. Two with one command do the same."""
        library().lend(self)
        actions = self.state.all_applicable_actions()
        found: dict[str, Any] = {}
        for action in actions:
            found.setdefault(self.command(action), action)
        return found

    def command(self, action: Any) -> str:
        """The words of an action."""
        name = self.state._operators[action.id].name
        known = self.game.commands.get(name)
        if known is not None:
            return known
        # textworld's own two steps: the grammar first, then what placeholders are left.
        action.command_template = self.game.logic.grammar.derive(
            action.command_template, self.context(action.mapping)
        )
        words = str(action.format_command(self.game.spoken))
        if action.name in self.game.steady:
            self.game.commands[name] = words
        return words

    def step(self, command: str) -> str:
        """Does what a command says, if it says anything.

        Throws: `BadData` where the game's grammar has no words for it; then nothing was done.
        """
        action = self.commands().get(command.strip())
        if action is None:
            return NOTHING
        operator = self.state._operators[action.id]
        before = state_copy(self.state)
        self.state.apply(action)
        try:
            words = str(self.game.logic.grammar.derive(action.feedback_rule, self.context(action.mapping)))
        except Exception as problem:
            self.state = before
            self.close()
            raise BadData(f"{self.game.path}: key grammar cannot word {command!r} ({problem})") from problem
        self.applied.append((operator.id, operator.nb_effect_atoms))
        return words

    def context(self, mapping: Any) -> dict[str, Any]:
        """What the text generator looks things up in."""
        return {
            "state": self.state,
            "facts": list(self.state.facts),
            "variables": {place.name: self.game.names[thing.name] for place, thing in mapping.items()},
            "mapping": mapping,
            "entity_infos": self.game.names,
        }

    def close(self) -> None:
        if library().holder is self:
            library().holder = None


def state_copy(state: Any) -> Any:
    """A state whose facts are its own and whose game is shared."""
    twin = copy.copy(state)
    twin._facts = defaultdict(set, {signature: set(facts) for signature, facts in state._facts.items()})
    twin._vars_by_name = dict(state._vars_by_name)
    twin._vars_by_type = defaultdict(set, {kind: set(found) for kind, found in state._vars_by_type.items()})
    twin._var_counts = copy.copy(state._var_counts)
    return twin

"""Walks through games in ALFWorld's own stack, untouched: what ours has to answer to the same actions.

    upstream_walk.py GAME…

Prints a JSON list of {"start", "steps": [{"action", "observation", "won"}]}. Each walk is what won the game
once, with something said in between that no game knows, or that leads nowhere.
"""

from __future__ import annotations

import contextlib
import json
import random
import sys
from typing import Any

import textworld
from alfworld.agents.utils.misc import Demangler
from textworld.envs.pddl import PddlEnv

NONSENSE = ["dance", "go to the moon", "", "take all", "Look", "put it down"]
AWAY = ("go to", "open", "close", "take", "move", "put")


class Named(textworld.core.Wrapper):  # type: ignore[misc]
    """What `AlfredDemangler` does, whose module needs more than a game does."""

    def load(self, path: str) -> None:
        super().load(path)
        demangler = Demangler(game_infos=self._entity_infos, shuffle=False)
        for info in self._entity_infos.values():
            info.name = demangler.demangle_alfred_name(info.id)


def walk(game: str, draw: random.Random) -> dict[str, Any]:
    environment = Named(PddlEnv(textworld.EnvInfos(won=True, admissible_commands=True)))
    environment.load(game)
    state = environment.reset()
    start, steps = state.feedback, []
    for number, wanted in enumerate(environment.walkthrough):
        # Sorted by the engine. What changes where things are would lead away from winning.
        idle = [command for command in state["admissible_commands"] if not command.startswith(AWAY)]
        before = [draw.choice(NONSENSE if number % 4 == 2 else idle)] if number % 2 == 0 else []
        for action in [*before, wanted]:
            state, _, _ = environment.step(action)
            steps.append({"action": action, "observation": state.feedback, "won": bool(state["won"])})
    return {"start": start, "steps": steps}


if __name__ == "__main__":
    with contextlib.redirect_stdout(sys.stderr):
        answer = [walk(game, random.Random(game.split("/")[-3])) for game in sys.argv[1:]]
    print(json.dumps(answer))

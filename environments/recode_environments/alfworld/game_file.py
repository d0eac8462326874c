"""A `game.tw-pddl`: JSON with the PDDL of a world and the grammar that words it."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..protocol import BadData

GAME = "game.tw-pddl"
TRAJECTORY = "traj_data.json"
TEXT_KEYS = ("pddl_domain", "grammar", "pddl_problem")

# How a game calls putting something down. Games of alfworld 0.4 and those before it differ in this alone.
PUTTING = {"move {o} to {r}": "move", "put {o} in/on {r}": "put"}
# Action forms as prompts show them, in the order of the game's own help; the middle one is the game's.
FORMS = [
    "look: look around where you are",
    "inventory: what you carry",
    "go to (receptacle): walk to a receptacle",
    "open (receptacle): open a receptacle where you are",
    "close (receptacle): close a receptacle where you are",
    "take (object) from (receptacle): pick up an object; you can carry one",
    "{putting}: put down what you carry in or on a receptacle",
    "examine (something): look at a receptacle or an object closely",
    "use (object): switch a lamp on or off",
    "heat (object) with (receptacle): heat what you carry with a microwave",
    "clean (object) with (receptacle): clean what you carry with a sinkbasin",
    "cool (object) with (receptacle): cool what you carry with a fridge",
    "slice (object) with (object): slice an object with a knife you carry",
]
PUTTING_FORMS = {"move": "move (object) to (receptacle)", "put": "put (object) in/on (receptacle)"}

PUT_TEMPLATE = re.compile(r'^action\s+PutObject\s*\{[^}]*?template\s*::\s*"([^"]*)"', re.MULTILINE)
TASK_LINE = re.compile(r'"rhs"\s*:\s*("Your task is to:(?:[^"\\]|\\.)*")')
TASK_START = "Your task is to:"


@dataclass(frozen=True)
class GameFile:
    """A game as its file has it, each part the kind of thing it should be."""

    path: Path
    domain: str
    grammar: str
    problem: str
    # None where nobody has looked whether it can be won.
    solvable: bool | None
    # Actions that won it once; empty where the file has none.
    walkthrough: list[str]
    # "move" or "put".
    style: str
    # What is asked for, without "Your task is to:".
    task: str


def read_json(path: Path) -> dict[str, Any]:
    """A file of one JSON object.

    Throws: `BadData` where it is none, or cannot be read.
    """
    try:
        found = json.loads(path.read_bytes())
    except (OSError, ValueError, RecursionError) as problem:
        raise BadData(
            f"{path}: not readable as JSON ({problem}); fetch or generate the game again"
        ) from problem
    if not isinstance(found, dict):
        raise BadData(
            f"{path}: a JSON {type(found).__name__} where an object should be; fetch the game again"
        )
    return found


def read_game(path: Path) -> GameFile:
    """A game, checked as far as that goes without the engine.

    Throws: `BadData`, which names file and key.
    """
    return check_game(path, read_json(path))


def check_game(path: Path, game: dict[str, Any]) -> GameFile:
    """The game of a file's JSON."""
    for key in TEXT_KEYS:
        if not isinstance(game.get(key), str):
            raise BadData(
                f"{path}: key {key} should be a text and is {kind(game, key)}; fetch the game again"
            )
    walkthrough = game.get("walkthrough") or []
    if not isinstance(walkthrough, list) or not all(isinstance(action, str) for action in walkthrough):
        raise BadData(f"{path}: key walkthrough should be a list of actions; fetch the game again")
    solvable = game.get("solvable")
    if solvable is not None and not isinstance(solvable, bool):
        raise BadData(
            f"{path}: key solvable should be true or false and is {solvable!r}; fetch the game again"
        )
    grammar = game["grammar"]
    return GameFile(
        path=path,
        domain=game["pddl_domain"],
        grammar=grammar,
        problem=game["pddl_problem"],
        solvable=solvable,
        walkthrough=walkthrough,
        style=style_of(grammar, path),
        task=task_of(grammar, path),
    )


def kind(game: dict[str, Any], key: str) -> str:
    return f"a {type(game[key]).__name__}" if key in game else "missing"


def style_of(grammar: str, path: Path) -> str:
    """What the grammar calls putting something down."""
    found = PUT_TEMPLATE.search(grammar)
    template = found.group(1) if found else None
    if template not in PUTTING:
        raise BadData(
            f"{path}: key grammar has the template {template!r} for PutObject; known are {', '.join(PUTTING)}"
        )
    return PUTTING[template]


def task_of(grammar: str, path: Path) -> str:
    """The one task line of a grammar."""
    lines = TASK_LINE.findall(grammar)
    if len(lines) != 1:
        raise BadData(f"{path}: key grammar has {len(lines)} lines '{TASK_START} …' and should have one")
    try:
        text = str(json.loads(lines[0]))
    except ValueError as problem:
        raise BadData(f"{path}: key grammar has a damaged task line ({problem})") from problem
    return text.removeprefix(TASK_START).strip()


def actions_text(styles: set[str]) -> str:
    """The action forms, one a line; with both styles of games, a line that says so."""
    putting = " or, as the game has it, ".join(PUTTING_FORMS[style] for style in sorted(styles or {"move"}))
    return "\n".join(form.replace("{putting}", putting) for form in FORMS)

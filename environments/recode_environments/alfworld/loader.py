"""Turns a game file into a game that can be played, once for all its episodes."""

from __future__ import annotations

import json
import re
from collections import OrderedDict
from functools import lru_cache
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import fast_downward
from textworld.envs.pddl.logic import GameLogic, PddlState

from ..protocol import BadData
from .engine import Game, library
from .game_file import TASK_LINE, TASK_START, GameFile, read_game
from .names import names_of

# Games kept translated though no episode plays them: 1 to 2 MB each.
KEPT_GAMES = 32
# Text that the text generator takes as text and nothing else.
PLAIN = re.compile(r'[^#{}\[\]|\\"\n]*')
STAND_IN = f"{TASK_START} what stands here."
CONDITION = re.compile(r"\|([^}]*)\}")
PREDICATE = re.compile(r"([\w-]+)\(")
COMMENT = re.compile(r";.*")
# A fact of the task that the translator writes where no order of actions can reach the goal.
DUMMY = "Atom dummy(val1)"


class OutOfReach(Exception):
    """The goal of a problem, whatever is done."""


both_translations = fast_downward.pddl2sas


def translation(domain: str, problem: str, verbose: bool = False, optimize: bool = False) -> tuple[Any, str]:
    """The translator, but for the second, pruned translation, which only a search for a plan reads."""
    if optimize:
        return None, ""
    task, sas = both_translations(domain, problem, verbose=verbose)
    if DUMMY in sas:
        raise OutOfReach
    return task, sas


fast_downward.pddl2sas = translation


class Loader:
    """Games by path; a file that changed is read again."""

    def __init__(self, kept: int = KEPT_GAMES) -> None:
        self.kept = kept
        self.games: OrderedDict[tuple[str, int, int], Game] = OrderedDict()

    def load(self, path: Path) -> Game:
        """A game, translated now or lately.

        Throws: `BadData`, which names the file and what is wrong with it.
        """
        try:
            status = path.stat()
        except OSError as problem:
            raise BadData(
                f"{path}: not there any more ({problem}); start again to read the games anew"
            ) from problem
        key = (str(path), status.st_size, status.st_mtime_ns)
        game = self.games.pop(key, None) or play_ready(read_game(path))
        self.games[key] = game
        while len(self.games) > self.kept:
            self.games.popitem(last=False)
        return game


def play_ready(file: GameFile) -> Game:
    """Translates a game and names what is in it."""
    logic = logic_of(file)
    state = state_of(file, logic)
    names = names_of(state)
    game = Game(
        path=file.path,
        task=file.task,
        style=file.style,
        walkthrough=file.walkthrough,
        logic=logic,
        state=state,
        sas=state.sas.encode(),
        names=names,
        spoken={name: info.name for name, info in names.items()},
        steady=steady_actions(logic, state),
    )
    # What is not looked at any more, and large.
    state._actions = {
        name: SimpleNamespace(parameters=found.parameters) for name, found in state._actions.items()
    }
    state.task, state.sas, state.pddl_problem = None, "", ""
    return game


def logic_of(file: GameFile) -> Any:
    """The grammar, parsed; one for all games that differ in their task line alone."""
    grammar = file.grammar
    if PLAIN.fullmatch(file.task):
        grammar = TASK_LINE.sub(lambda _: '"rhs": ' + json.dumps(STAND_IN), grammar)
    try:
        return parsed_logic(file.domain, grammar)
    except Exception as problem:
        text = " ".join(str(problem).split())[:200]
        raise BadData(
            f"{file.path}: key grammar cannot be parsed ({text}); fetch the game again"
        ) from problem


@lru_cache(maxsize=8)
def parsed_logic(domain: str, grammar: str) -> Any:
    return GameLogic(domain=domain, grammar=grammar)


def state_of(file: GameFile, logic: Any) -> Any:
    """The state at the start.

    Throws: `BadData` where the PDDL is none, or its goal is out of reach.
    """
    for key, text in (("pddl_domain", file.domain), ("pddl_problem", file.problem)):
        refuse_torn_pddl(file.path, key, text)
    # The library is about to hold a state that is no episode's.
    library().holder = None
    try:
        state = PddlState(library(), file.problem, logic)
    except OutOfReach as problem:
        raise BadData(
            f"{file.path}: key pddl_problem has a goal that no actions reach; leave the game out"
        ) from problem
    except (Exception, SystemExit) as problem:
        text = " ".join(str(problem).split())[:200] or type(problem).__name__
        raise BadData(f"{file.path}: key pddl_problem does not fit its pddl_domain ({text})") from problem
    missing = sorted(name for name in state._actions if name not in logic.actions)
    if missing:
        raise BadData(f"{file.path}: key grammar has no words for the actions {', '.join(missing)}")
    return state


def refuse_torn_pddl(path: Path, key: str, text: str) -> None:
    """Throws: `BadData` where what was opened is not closed: the end is missing, or something before it."""
    bare = COMMENT.sub("", text)
    opened, closed = bare.count("("), bare.count(")")
    if not opened or opened != closed:
        raise BadData(f"{path}: key {key} is torn: {opened} '(' and {closed} ')'; fetch the game again")


def steady_actions(logic: Any, state: Any) -> set[str]:
    """Action types whose command looks at nothing that an action changes."""
    changing = {effect.literal.predicate for action in state._actions.values() for effect in action.effects}
    steady = set()
    for name in state._actions:
        template = logic.actions[name].template
        looked_at = {word for part in CONDITION.findall(template) for word in PREDICATE.findall(part)}
        if "#" not in template and not looked_at & changing:
            steady.add(name)
    return steady

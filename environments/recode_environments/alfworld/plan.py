"""The planner, in a process of its own: nothing else can interrupt a search, and its licence stays there."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

from ..protocol import BadData, MissingProgram
from .game_file import read_game

ENTRY = Path(__file__).resolve().parents[2] / "alfworld_server.py"
# Exit statuses of `alfworld_server.py`, as sysexits.h has them.
DAMAGED, MISSING = 65, 69


class NoPlan(Exception):
    """The search took longer than it may."""


def plan_of(game: Path, seconds: float) -> list[str]:
    """Actions that win a game; none where nothing wins it.

    Throws: `NoPlan` after so many seconds, `MissingProgram` without a planner, `BadData` for a game that it
        cannot read.
    """
    command = [sys.executable, "-I", "-B", str(ENTRY), "plan", str(game)]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=seconds, check=False)
    except subprocess.TimeoutExpired as problem:
        raise NoPlan(f"{game}: no plan within {seconds:g} s") from problem
    last_words = done.stderr.strip().splitlines()[-1:] or [f"it ended with {done.returncode}"]
    if done.returncode == MISSING:
        raise MissingProgram(last_words[0])
    if done.returncode != 0:
        raise BadData(f"{game}: key pddl_problem is nothing the planner can search ({last_words[0][:200]})")
    plan: list[str] = json.loads(done.stdout)
    return plan


def search(path: Path) -> list[str]:
    """What `plan_of` has its process do."""
    from . import package

    package.require()
    import fast_downward
    from textworld.envs.pddl.logic import GameLogic, PddlState

    from .names import names_of

    game = read_game(path)
    logic = GameLogic(domain=game.domain, grammar=game.grammar)
    state = PddlState(fast_downward.load_lib(), game.problem, logic)
    plan: list[str] = state.replan(names_of(state))
    return plan


def answer(path: Path) -> None:
    """Prints a game's plan as JSON, alone on stdout: the planner writes there too."""
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    json.dump(search(path), answers)
    answers.close()

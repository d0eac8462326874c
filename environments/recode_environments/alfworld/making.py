"""One generated game: drawn, written, played."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Any

from . import package
from .draw import Draw
from .engine import NOTHING, Game, Play
from .game_file import check_game
from .goal import Goal, goals
from .loader import play_ready
from .scene import problem_of, scene_of
from .walkthrough import Walk

# Where the package's grammar leaves room for the task.
UNKNOWN = "UNKNOWN GOAL"


def made(
    task: str, split: str, trial: str, seeds: tuple[object, ...], origin: dict[str, Any]
) -> tuple[str, dict[str, Any], dict[str, Any]] | None:
    """The name of a game's folder and its two files; None where it cannot be won as it should be."""
    draw = Draw(*seeds)
    by_plan = goals(task, split)
    goal = draw.one(by_plan[draw.one(sorted(by_plan))])
    scene = scene_of(goal, split, draw)
    words = goal.words(draw)
    domain, grammar = package_texts()
    game = {
        "pddl_domain": domain,
        "grammar": grammar.replace(UNKNOWN, words),
        "pddl_problem": problem_of(scene, f"{trial}_{task}"),
        "solvable": True,
    }
    name = f"{task}-{goal.object}-None-{goal.receptacle or goal.lamp}-{goal.plan}"
    ready = play_ready(check_game(Path(name), game))
    walk = list(Walk(scene, ready.spoken, draw).actions())
    if not wins(ready, walk):
        return None
    return name, {**game, "walkthrough": walk}, trajectory_of(goal, f"{name}/{trial}", words, origin)


@lru_cache(maxsize=1)
def package_texts() -> tuple[str, str]:
    """The package's domain, and its grammar."""
    data = package.folder() / "data"
    return (data / "alfred.pddl").read_text(), (data / "alfred.twl2").read_text()


def wins(game: Game, walk: list[str]) -> bool:
    """Whether a walk wins with its last action and none before it, and each action does something."""
    play = Play(game)
    won, idle = [play.won], False
    for action in walk:
        idle = play.step(action) == NOTHING or idle
        won.append(play.won)
    play.close()
    return won[-1] and not any(won[:-1]) and not idle


def trajectory_of(goal: Goal, trial: str, words: str, origin: dict[str, Any]) -> dict[str, Any]:
    """What the package's own loader and ours read of a game beside it."""
    return {
        "task_type": goal.task,
        "task_id": trial,
        "scene": {"floor_plan": f"FloorPlan{goal.plan}", "scene_num": goal.plan},
        "pddl_params": {
            "object_target": goal.object,
            "parent_target": goal.receptacle,
            "toggle_target": goal.lamp,
            "mrecep_target": "",
            "object_sliced": False,
        },
        "turk_annotations": {"anns": [{"task_desc": f"{words}.", "high_descs": []}]},
        "origin": origin,
    }

"""ALFWorld as the protocol has it."""

from __future__ import annotations

import sys
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..protocol import BadData, Environment, EnvironmentProblem, Hello, Start, Step
from . import package
from .game_file import GAME, TASK_START, TRAJECTORY, actions_text, read_json
from .index import TASKS, Index, Row, read_index
from .plan import NoPlan, plan_of

if TYPE_CHECKING:
    from .engine import Game, Play
    from .loader import Loader

# Primitive actions an episode may send: what is customary with these games.
STEP_LIMIT = 80
# The number of a split's first game: a number names one game of a task, whatever the other splits hold.
FIRST = {"train": 0, "dev": 1_000_000, "test": 2_000_000}


class GameEpisode:
    """One episode under way: reward 1 once it is won."""

    def __init__(self, play: Play) -> None:
        self.play = play

    def step(self, action: str) -> Step:
        observation = self.play.step(action)
        won = self.play.won
        return Step(observation, float(won), float(won), done=won, success=won)

    def close(self) -> None:
        self.play.close()


class AlfWorld(Environment[GameEpisode]):
    """The games of a folder. `planner_seconds` bounds the search for a gold path of a game that has none."""

    def __init__(self, games: Path, cache: Path | None = None, planner_seconds: float = 60) -> None:
        self.folder, self.cache, self.planner_seconds = games, cache, planner_seconds

    @cached_property
    def index(self) -> Index:
        return read_index(self.folder, self.cache)

    @cached_property
    def loader(self) -> Loader:
        package.require()
        from .loader import Loader

        return Loader()

    @cached_property
    def actions(self) -> str:
        return actions_text(self.index.styles)

    def hello(self) -> Hello:
        versions = package.require()
        styles = sorted(self.index.styles)
        return Hello(
            name="alfworld",
            version=versions["alfworld"],
            splits=self.index.splits,
            tasks=TASKS,
            actions=self.actions,
            step_limit=STEP_LIMIT,
            options={"grammar": styles[0] if len(styles) == 1 else "mixed", "games": self.index.digest},
            platform={
                **{name: number for name, number in versions.items() if name != "alfworld"},
                "games": ", ".join(f"{count} {what}" for what, count in self.index.counts.items()),
            },
        )

    def instances(self, task: str, split: str) -> list[int]:
        return [FIRST[split] + place for place in range(len(self.index.games(task, split)))]

    def row(self, task: str, variation: int) -> Row:
        """The game of a number. Throws: `EnvironmentProblem` where the task has none of it."""
        for split, first in FIRST.items():
            games = self.index.games(task, split)
            if first <= variation < first + len(games):
                return games[variation - first]
        raise EnvironmentProblem(
            f"{task} has no variation {variation}; the request instances lists what it has"
        )

    def reset(self, task: str, variation: int, scouting: bool) -> tuple[Start, GameEpisode]:
        row = self.row(task, variation)
        trial = self.index.root / row.path
        # Nothing of it is played, but a game whose half is damaged is a damaged game.
        read_json(trial / TRAJECTORY)
        game = self.loader.load(trial / GAME)
        start = self.start(game, row.path, scouting)
        from .engine import Play

        return start, GameEpisode(Play(game))

    def start(self, game: Game, path: str, scouting: bool) -> Start:
        actions = actions_text({game.style})
        return Start(
            instruction=game.task,
            observation=f"{room_of(game)}\n{TASK_START} {game.task}",
            actions=None if actions == self.actions else actions,
            options={"grammar": game.style, "game": path},
            gold=self.gold(game) if scouting else [],
        )

    def gold(self, game: Game) -> list[dict[str, Any]]:
        """What wins the game: what its file says won it, or else a plan; nothing where none is found in time.

        Throws: `BadData` where the planner finds that nothing wins it, `MissingProgram` without a planner.
        """
        from .engine import Play

        steps = walk(game, game.walkthrough)
        if steps and steps[-1]["done"]:
            return steps
        try:
            plan = plan_of(game.path, self.planner_seconds)
        except NoPlan as problem:
            print(f"alfworld: {problem}", file=sys.stderr)
            return []
        steps = walk(game, plan)
        # A goal that holds at the start has a plan of no actions, too.
        if not (steps[-1]["done"] if steps else Play(game).won):
            raise BadData(
                f"{game.path}: key pddl_problem has a goal that no actions reach; leave the game out"
            )
        return steps


def walk(game: Game, actions: list[str]) -> list[dict[str, Any]]:
    """The steps of an episode of its own, up to the one that wins."""
    from .engine import Play

    steps: list[dict[str, Any]] = []
    episode = GameEpisode(Play(game))
    for action in actions:
        step = episode.step(action)
        steps.append(
            {
                "action": action,
                "observation": step.observation,
                "reward": step.reward,
                "done": step.done,
                "completed_goals": [],
            }
        )
        if step.done:
            break
    episode.close()
    return steps


def room_of(game: Game) -> str:
    """What a game says at the start, without its welcome and its task."""
    from .engine import Play

    play = Play(game)
    try:
        parts = [part.strip() for part in play.introduction().split("\n\n")]
    except Exception as problem:
        raise BadData(
            f"{game.path}: key grammar cannot word the start ({problem}); fetch the game again"
        ) from problem
    finally:
        play.close()
    return "\n".join(part for part in parts if part and not part.startswith(("-=", TASK_START)))

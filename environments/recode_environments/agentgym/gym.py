"""A server of AgentGym as an environment: which session has what there, and what is tried again."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable
from typing import Any

from recode_environments.agentgym.client import (
    BadAnswer,
    Client,
    LostEpisode,
    NotSent,
    Passing,
    ServerTrouble,
    TurnedDown,
)
from recode_environments.agentgym.instances import SPLITS, Instances, digest
from recode_environments.agentgym.kinds import Kind
from recode_environments.protocol import Environment, EnvironmentProblem, Hello, Start, Step

VERSION = "1.0"
# The words in an answer's `error` for an environment that the server does not have, or no longer.
UNKNOWN = re.compile(
    r"\bid\b.{0,40}\bnot valid|environment \S+ has been (deleted|closed)|unknown (id|env)", re.I
)
# Characters of the server's own words that a message quotes, and seconds that closing one may take.
WORDS_LIMIT, CLOSING_TIMEOUT = 300, 5.0


class Play:
    """One episode, in an environment of the server that nobody else has while it lasts."""

    def __init__(self, gym: Gym, number: int, instruction: str) -> None:
        self.gym, self.number, self.instruction = gym, number, instruction

    def step(self, action: str) -> Step:
        return self.gym.step(self.number, action, self.instruction)

    def close(self) -> None:
        self.gym.free.append(self.number)


class Gym(Environment[Play]):
    """Games of one server.

    An environment on the server stays for the next episode when one is over. While a session with an episode
    begins another it has two, so that a game the server refuses leaves the first as it was.
    """

    def __init__(
        self, kind: Kind, client: Client, games: Instances, step_limit: int, with_hints: bool = False
    ) -> None:
        self.kind, self.client, self.games = kind, client, games
        self.step_limit, self.with_hints = step_limit, with_hints
        # Numbers of environments that were created here; those of them without an episode.
        self.created: list[int] = []
        self.free: list[int] = []
        # Whether a number may have become someone else's, so that it must not be closed.
        self.is_lost = False

    def hello(self) -> Hello:
        return Hello(
            name=f"agentgym-{self.kind.name}",
            version=VERSION,
            splits=[split for split in SPLITS if any(split in splits for splits in self.games.values())],
            tasks=list(self.games),
            actions=self.kind.actions,
            step_limit=self.step_limit,
            native_reward=self.kind.native_reward,
            options={"available_actions": self.with_hints, "games": digest(self.games)},
            platform={"agentgym_server": self.client.address.origin},
        )

    def instances(self, task: str, split: str) -> list[int]:
        return self.games[task].get(split, [])

    def reset(self, task: str, variation: int, scouting: bool) -> tuple[Start, Play]:
        if not any(variation in numbers for numbers in self.games[task].values()):
            raise EnvironmentProblem(f"{task} has no variation {variation} in any split")
        try:
            return self.client.patiently(Beginning(self, variation), (NotSent, Passing, LostEpisode))
        except TurnedDown as problem:
            raise EnvironmentProblem(str(problem)) from None

    def step(self, number: int, action: str, instruction: str) -> Step:
        """Takes an action once: it is sent again only where no connection was made.

        Raises:
            ServerTrouble: nobody knows what the episode is now.
        """
        # Half a surrogate pair is no Unicode, which servers refuse altogether.
        clean = action.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
        body = {self.kind.key: number, "action": clean}
        try:
            value = self.client.patiently(lambda: self.client.once("POST", "/step", body), (NotSent,))
        except Passing as trouble:
            raise LostEpisode(f"{trouble}; nobody knows whether the step was taken{self.hint()}") from None
        what = self.what("/step")
        if (words := self.error_words(value)) is not None:
            # Whatever the words: after a restart the number may be that of someone else's environment.
            self.is_lost = True
            raise LostEpisode(f"{what}: environment {number} of the server: {words}")
        step = self.kind.step(what, value, instruction)
        return self.hinted(step, number) if self.with_hints and not step.done else step

    def hint(self) -> str:
        if self.kind.closes and self.kind.key == "env_idx":
            return " (a restarted webshop server answers with 500 for environments it had before)"
        return ""

    def hinted(self, step: Step, number: int) -> Step:
        text = f"{step.observation}\n{self.hints(number)}"
        return Step(text, step.reward, step.native_reward, step.done, step.success)

    def hints(self, number: int) -> str:
        """What can be done now, in lines."""
        value = self.client.get(self.kind.hints_path, {self.kind.key: number})
        what = f"GET {self.kind.hints_path} at {self.client.address.origin}"
        if (words := self.error_words(value)) is not None:
            raise LostEpisode(f"{what}: environment {number} of the server: {words}")
        return "\n".join(self.kind.hints(what, value))

    def what(self, path: str) -> str:
        return f"POST {path} at {self.client.address.origin}"

    def error_words(self, value: Any) -> str | None:
        """What an answer with status 200 says went wrong, if it does."""
        if not isinstance(value, dict) or "error" not in value:
            return None
        return self.client.address.hide(str(value["error"]))[:WORDS_LIMIT] or "an error without words"

    def create(self) -> int:
        """An environment of the server that is new."""
        value = self.client.once("POST", "/create")
        if (words := self.error_words(value)) is not None:
            raise Passing(f"{self.what('/create')}: {words}")
        number = self.kind.created(self.what("/create"), value)
        # A restarted server may count anew; a number that is in use here must not be used twice.
        if number in self.created and number not in self.free:
            self.is_lost = True
            raise LostEpisode(
                f"{self.what('/create')}: environment {number} has an episode already: the server was "
                "restarted, or hands numbers out twice"
            )
        self.free = [free for free in self.free if free != number]
        if number not in self.created:
            self.created.append(number)
        return number

    def forget(self, number: int) -> None:
        """Lets go of an environment that the server does not have any more."""
        self.created.remove(number)

    def close(self) -> None:
        """Closes every environment on the server, as far as that goes; trouble is told on stderr."""
        if not self.kind.closes or self.is_lost:
            return
        timeout = min(CLOSING_TIMEOUT, self.client.timeout)
        for number in self.created:
            try:
                self.client.once("POST", "/close", {self.kind.key: number}, timeout=timeout)
            except ServerTrouble as trouble:
                print(f"environment {number} and those after it stay open: {trouble}", file=sys.stderr)
                return


class Beginning:
    """Tries to begin an episode: the first time in an environment that is there, later in a new one.

    What became of a try that failed is unknown, and the server may still be at it. So its environment is left
    alone, unless nothing was sent.
    """

    def __init__(self, gym: Gym, game: int) -> None:
        self.gym, self.game = gym, game
        self.take: Callable[[], int] = lambda: gym.free.pop() if gym.free else gym.create()

    def __call__(self) -> tuple[Start, Play]:
        gym, number = self.gym, self.take()
        try:
            value = gym.client.once("POST", "/reset", gym.kind.reset_body(number, self.game))
            self.check(value, number)
            start = gym.kind.start(gym.what("/reset"), value)
            if gym.with_hints:
                start = self.hinted(start, number)
        except (NotSent, TurnedDown, EnvironmentProblem):
            gym.free.append(number)
            raise
        except (Passing, LostEpisode, BadAnswer):
            self.take = gym.create
            raise
        return start, Play(gym, number, start.instruction)

    def check(self, value: Any, number: int) -> None:
        """Tells an environment that is gone from a game that is not there."""
        gym = self.gym
        words = gym.error_words(value)
        if words is None:
            return
        if UNKNOWN.search(words):
            # The server was restarted, so it has none of those that wait either.
            for gone in [number, *gym.free]:
                gym.forget(gone)
            gym.free.clear()
            raise LostEpisode(f"{gym.what('/reset')}: environment {number} of the server: {words}")
        raise EnvironmentProblem(f"{gym.what('/reset')}: the server refuses game {self.game}: {words}")

    def hinted(self, start: Start, number: int) -> Start:
        text = f"{start.observation}\n{self.gym.hints(number)}"
        return Start(start.instruction, text, options=start.options)

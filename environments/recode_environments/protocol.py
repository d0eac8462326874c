"""The environment protocol, `recode.environment.v1`: a request a line on stdin, an answer a line on stdout.

An environment is a subclass of `Environment`; `serve` does the rest. Needs nothing but the standard library,
so that one file beside this one is a whole environment.
"""

from __future__ import annotations

import json
import os
import platform
import sys
from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from typing import Any, BinaryIO, Generic, Protocol, TypeVar

PROTOCOL = "recode.environment.v1"
# Bytes: no request is longer, and a longer one is no request.
LINE_LIMIT = 16 << 20
# What the values of a request are, by key.
VALUE_TYPES = {"session": int, "task": str, "split": str, "variation": int, "scouting": bool, "action": str}


class EnvironmentProblem(Exception):
    """What a request asked for cannot be had; the session stays as it was."""

    code = "bad_request"


class BadData(EnvironmentProblem):
    """A file of the environment (a game, a catalogue) is damaged or not what it should be: file and key."""

    code = "bad_data"


class MissingProgram(EnvironmentProblem):
    """Something has to be installed."""

    code = "missing_program"


@dataclass(frozen=True)
class Hello:
    """What an environment is: its name (letters, digits, `-`, `_`), version, work and how actions look."""

    name: str
    version: str
    splits: list[str]
    tasks: list[str]
    actions: str
    # Primitive actions an episode may send, where an instance says nothing else.
    step_limit: int
    # The native reward's lowest and highest value.
    native_reward: tuple[float, float] = (0.0, 1.0)
    # What else shapes the world; part of every record.
    options: dict[str, Any] = field(default_factory=dict)
    # Versions of what lies below; kept with a run, not in its records.
    platform: dict[str, str] = field(default_factory=dict)
    # How many sessions may be open at a time; None for any number.
    sessions: int | None = None


@dataclass(frozen=True)
class Start:
    """What an episode begins with."""

    instruction: str
    observation: str
    # Where this instance has another grammar of actions than the environment's own.
    actions: str | None = None
    # What is particular to this instance and belongs in the record.
    options: dict[str, Any] = field(default_factory=dict)
    # The gold path, where it was asked for: of each action action, observation, reward, done,
    # completed_goals.
    gold: list[dict[str, Any]] = field(default_factory=list)


@dataclass(frozen=True)
class Step:
    """What an action led to: `reward` is 0 to 1, `native_reward` in the environment's range, both so far."""

    observation: str
    reward: float
    native_reward: float
    done: bool
    success: bool


class Episode(Protocol):
    """One episode under way."""

    def step(self, action: str) -> Step:
        """Takes one action. Any text is an action; one that makes no sense changes nothing and says so."""

    def close(self) -> None:
        """Lets go of what the episode holds."""


E = TypeVar("E", bound=Episode)


class Environment(ABC, Generic[E]):
    """What a program that speaks the protocol implements."""

    @abstractmethod
    def hello(self) -> Hello:
        """What this environment is."""

    @abstractmethod
    def instances(self, task: str, split: str) -> list[int]:
        """The variations of a task in a split, ascending."""

    @abstractmethod
    def reset(self, task: str, variation: int, scouting: bool) -> tuple[Start, E]:
        """Begins an episode, the same one whatever was played before it or beside it."""


class Server(Generic[E]):
    """Answers requests of one host, whose sessions are numbered by the host."""

    def __init__(self, environment: Environment[E]) -> None:
        self.environment = environment
        self.about = environment.hello()
        self.episodes: dict[int, E] = {}
        self.last: dict[int, Step] = {}

    def answer(self, request: dict[str, Any]) -> dict[str, Any]:
        """The answer to a request; a problem with it is an answer too."""
        asked = request.pop("request", None)
        kinds: dict[str, Callable[..., dict[str, Any]]] = {
            "hello": self.hello,
            "instances": self.instances,
            "reset": self.reset,
            "step": self.step,
            "close": self.close,
        }
        try:
            check_values(request)
            if not isinstance(asked, str) or asked not in kinds:
                raise EnvironmentProblem(f"there is no request {asked!r}; there are {', '.join(kinds)}")
            try:
                return kinds[asked](**request)
            except TypeError as problem:
                if problem.__traceback__ and problem.__traceback__.tb_next:
                    raise
                raise EnvironmentProblem(f"{asked}: {problem}") from problem
        except EnvironmentProblem as problem:
            return {"error": str(problem), "code": problem.code}

    def hello(self) -> dict[str, Any]:
        about = asdict(self.about)
        low, high = self.about.native_reward
        about["native_reward"] = {"min": low, "max": high}
        about["platform"] = {"environment_python": platform.python_version(), **self.about.platform}
        return {"protocol": PROTOCOL, **about}

    def instances(self, task: str, split: str) -> dict[str, Any]:
        self.check(task, split)
        return {"variations": self.environment.instances(task, split)}

    def reset(self, session: int, task: str, variation: int, scouting: bool = False) -> dict[str, Any]:
        self.check(task)
        open_sessions = len(self.episodes.keys() - {session})
        if self.about.sessions is not None and open_sessions >= self.about.sessions:
            raise EnvironmentProblem(
                f"{open_sessions} sessions are open, which is all there may be; close one"
            )
        start, episode = self.environment.reset(task, variation, scouting)
        self.close(session)
        self.episodes[session] = episode
        return asdict(start)

    def step(self, session: int, action: str) -> dict[str, Any]:
        episode = self.episodes.get(session)
        if episode is None:
            raise EnvironmentProblem(f"session {session} has no episode; reset it first")
        last = self.last.get(session)
        if last is None or not last.done:
            self.last[session] = episode.step(action)
        return asdict(self.last[session])

    def close(self, session: int) -> dict[str, Any]:
        self.last.pop(session, None)
        episode = self.episodes.pop(session, None)
        if episode is not None:
            episode.close()
        return {}

    def check(self, task: str, split: str | None = None) -> None:
        if task not in self.about.tasks:
            raise EnvironmentProblem(f"there is no task {task}; there are {', '.join(self.about.tasks)}")
        if split is not None and split not in self.about.splits:
            raise EnvironmentProblem(f"there is no split {split}; there are {', '.join(self.about.splits)}")


class Refusal:
    """Answers every request with what kept an environment from being made."""

    def __init__(self, problem: EnvironmentProblem) -> None:
        self.problem = problem

    def answer(self, request: dict[str, Any]) -> dict[str, Any]:
        return {"error": str(self.problem), "code": self.problem.code}


def serve(environment: Environment[Any]) -> None:
    """Answers the requests on stdin until it ends.

    What is printed meanwhile goes to stderr: an answer alone may stand on stdout.
    """
    serve_made(lambda: environment)


def serve_made(make: Callable[[], Environment[Any]]) -> None:
    """Makes an environment and answers the requests on stdin until it ends.

    What is printed meanwhile goes to stderr, from before the environment is made. Where it cannot be made
    because of damaged data, or because a program or package is missing, that is the answer to every request.
    """
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    try:
        server: Server[Any] | Refusal = Server(make())
    except EnvironmentProblem as problem:
        server = Refusal(problem)
    except ModuleNotFoundError as problem:
        advice = "install it, or run make setup and name the Python of that"
        server = Refusal(MissingProgram(f"{sys.executable} has no package {problem.name}; {advice}"))
    talk(server, sys.stdin.buffer, answers)


def talk(server: Server[Any] | Refusal, requests: BinaryIO, answers: BinaryIO) -> None:
    """Answers the requests of one stream on another."""
    while line := requests.readline(LINE_LIMIT):
        answer = server.answer(read_request(line))
        # Half a surrogate pair, which a request may hold and UTF-8 may not, goes back as the escape it was.
        answers.write(json.dumps(answer, ensure_ascii=False).encode(errors="backslashreplace") + b"\n")
        answers.flush()


def check_values(request: dict[str, Any]) -> None:
    """Makes sure that the values of a request are of the types they should be.

    Raises:
        EnvironmentProblem: one is not.
    """
    for key, kind in VALUE_TYPES.items():
        if key in request and type(request[key]) is not kind:
            raise EnvironmentProblem(f"{key} is {request[key]!r}, which is no {kind.__name__}")


def read_request(line: bytes) -> dict[str, Any]:
    """A request of a line; what is none becomes one that is refused."""
    try:
        request = json.loads(line)
    except (ValueError, RecursionError):
        request = None
    return request if isinstance(request, dict) else {"request": None}

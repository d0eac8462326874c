"""ScienceWorld behind JSON lines: one request a line on stdin, one answer a line on stdout.

hello, splits, start, step and close are the requests. One JVM is kept for the life of the process and holds
any number of sessions, which the host numbers; what an episode says does not depend on the others in its JVM.
A request that asks for something that is not there is answered with {"error": text}; anything worse ends the
process with a traceback on stderr, and the host starts another one. The JVM leaves when this process does.
"""

from __future__ import annotations

import json
import os
import re
import sys
import zipfile
from collections.abc import Callable
from typing import Any, NamedTuple

import scienceworld
from py4j.java_gateway import GatewayParameters, JavaGateway, launch_gateway
from scienceworld.constants import BASEPATH, JAR_PATH

SIMPLIFICATION = "easy"
# Words the simulator answers itself, without taking a step.
QUESTIONS = {"help", "objects", "task"}
NO_ANSWER = (
    "Unknown action.  Type 'help' for a list of actions, "
    "and 'objects' for a list of possible object referents. "
)
SINGLETON_FILE = re.compile(r"scienceworld/[^$]+[$]\.class")
GOAL_ROW = re.compile(r"^\d+\t(true|false)\t\s*(\S+)\t(.*)$", re.MULTILINE)


class BadRequest(Exception):
    """The request cannot be met; the session stays as it was."""


class Step(NamedTuple):
    """What an action led to: `score` is -100 to 100."""

    observation: str
    score: int
    done: bool


class Session:
    """One episode at a time in a simulator of its own."""

    def __init__(self, randomness: Any) -> None:
        self.server: Any = None
        self.randomness = randomness
        self.object_count = 0
        self.agent: Any = None
        self.last = Step("", 0, False)

    def load(self, task: str, variation: int, gold_path: bool = False) -> None:
        self.agent = None
        error = self.server.load(task, variation, SIMPLIFICATION, gold_path)
        if error:
            raise BadRequest(f"{task}/{variation} does not load: {error}")
        self.agent = self.server.agentInterface().get()
        self.last = Step("", 0, False)

    def play(self, action: str) -> Step:
        """One action, without the look, inventory and object list that `PythonInterface.step` makes."""
        if action.strip().lower() in QUESTIONS:
            return self.last._replace(observation=self.server.step(action))
        result = self.agent.step(action)
        score = round(100 * result._2())
        return Step(result._1() or NO_ANSWER, score, result._3() or score < 0)

    def completed_goals(self) -> dict[int, str]:
        """The completed rows of the goal table, by position."""
        rows = GOAL_ROW.findall(self.server.getGoalProgressStr())
        return {
            row: f"{kind}: {text.strip()}" for row, (state, kind, text) in enumerate(rows) if state == "true"
        }


class World:
    """The JVM and the sessions in it."""

    def __init__(self) -> None:
        port, token, self.process = launch_gateway(
            classpath=JAR_PATH,
            cwd=BASEPATH,
            die_on_exit=True,
            enable_auth=True,
            redirect_stdout=sys.stderr,
            redirect_stderr=sys.stderr,
            return_proc=True,
        )
        parameters = GatewayParameters(auto_field=True, port=port, auth_token=token)
        self.jvm = JavaGateway(gateway_parameters=parameters).jvm
        # The simulator prints every observation; nobody reads it, and in a pipe it costs a tenth of a step.
        self.jvm.System.setOut(self.jvm.java.io.PrintStream(os.devnull))
        self.settle_singletons()
        self.sessions: dict[int, Session] = {}
        self.entered: Session | None = None
        self.random_source = self.field_of_random_source()
        self.object_numbers = self.singleton("util.UniqueIdentifier$")
        self.scouted: tuple[str, int] | None = None
        self.gold: list[dict[str, Any]] = []
        # Ways through the house that searching gold paths leaves behind, with the random choices made then.
        finder = self.singleton("scienceworld.goldagent.PathFinder$")
        self.remembered_ways = finder.precomputedExhaustivePaths()
        self.server = self.enter(0).server
        self.tasks: list[str] = list(self.server.getTaskNames())

    def settle_singletons(self) -> None:
        """Makes the simulator's singletons now, from one seed and in one order.

        Some draw random numbers when they are made (the genetics of unknown plants, for one), which is when
        they are first used: what an episode met first in the life of a JVM would show in later ones.
        """
        self.singleton("scala.util.Random$").setSeed(0)
        with zipfile.ZipFile(JAR_PATH) as jar:
            files = [name for name in jar.namelist() if SINGLETON_FILE.fullmatch(name)]
        for name in sorted(files):
            self.jvm.java.lang.Class.forName(name.removesuffix(".class").replace("/", "."))

    def singleton(self, name: str) -> Any:
        return self.jvm.java.lang.Class.forName(name).getField("MODULE$").get(None)

    def hello(self) -> dict[str, Any]:
        return {
            "version": scienceworld.__version__,
            "java": self.jvm.System.getProperty("java.version"),
            "process": os.getpid(),
            "tasks": self.tasks,
        }

    def splits(self, task: str) -> dict[str, Any]:
        self.check(task)
        self.enter(0)
        # The simulator derives the sets from the current task's name alone, so naming it saves a load.
        getattr(self.server, "taskStr_$eq")(task)
        return {
            "train": list(self.server.getVariationsTrain()),
            "dev": list(self.server.getVariationsDev()),
            "test": list(self.server.getVariationsTest()),
        }

    def start(self, session: int, task: str, variation: int, scouting: bool) -> dict[str, Any]:
        self.check(task)
        # Even this draws random numbers, so it is asked of the session.
        episode = self.enter(session)
        count = episode.server.getTaskMaxVariations(task)
        if not 0 <= variation < count:
            raise BadRequest(f"{task} has variations 0 to {count - 1}, not {variation}")
        if scouting:
            self.scout(episode, task, variation)
        # A load builds the same world whatever was played before. The simulator's own reset() would search
        # for the gold path again, at several times the cost.
        episode.load(task, variation)
        return {
            "instruction": episode.server.getTaskDescription(),
            "observation": episode.server.freeActionLook(),
            "gold": self.gold if scouting else [],
        }

    def step(self, session: int, action: str) -> dict[str, Any]:
        if session not in self.sessions or self.sessions[session].agent is None:
            raise BadRequest("no episode has been started")
        episode = self.enter(session)
        episode.last = episode.play(action)
        return {**episode.last._asdict(), "success": episode.last.score == 100}

    def close(self, session: int) -> dict[str, Any]:
        """Lets go of a session's world."""
        self.sessions.pop(session, None)
        return {}

    def enter(self, number: int) -> Session:
        """Makes a session the one that plays; opens it where it is new.

        The simulator has one source of random numbers, from which bees draw, for one, and one counter that
        numbers new objects: each session has its own put in their place. The host numbers sessions from 1.
        """
        session = self.sessions.get(number)
        if session is None:
            session = self.sessions[number] = Session(self.jvm.java.util.Random(0))
        if session is not self.entered:
            if self.entered:
                self.entered.object_count = self.object_numbers.count()
            self.random_source.set(self.singleton("scala.util.Random$"), session.randomness)
            getattr(self.object_numbers, "count_$eq")(session.object_count)
            self.entered = session
        if session.server is None:
            session.server = self.jvm.scienceworld.runtime.pythonapi.PythonInterface()
        return session

    def field_of_random_source(self) -> Any:
        field = self.jvm.java.lang.Class.forName("scala.util.Random").getDeclaredField("self")
        field.setAccessible(True)
        return field

    def scout(self, session: Session, task: str, variation: int) -> None:
        """Plays the gold path to learn what each action leads to; repeats of an instance use that."""
        if self.scouted == (task, variation):
            return
        self.scouted, self.gold = None, []
        self.remembered_ways.clear()  # else a path would depend on which ones were searched before it
        session.load(task, variation, gold_path=True)
        reached = session.completed_goals()
        for action in list(session.server.getGoldActionSequence()):
            step = session.play(action)
            goals = session.completed_goals()
            self.gold.append(
                {
                    "action": action,
                    "observation": step.observation,
                    "reward": max(0, step.score) / 100,
                    "done": step.done,
                    "completed_goals": [text for row, text in goals.items() if row not in reached],
                }
            )
            if step.done:
                break
            reached = goals
        self.scouted = (task, variation)

    def check(self, task: str) -> None:
        if task not in self.tasks:
            raise BadRequest(f"there is no task {task}")


def main() -> None:
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    world = World()
    requests: dict[str, Callable[..., object]] = {
        "hello": world.hello,
        "splits": world.splits,
        "start": world.start,
        "step": world.step,
        "close": world.close,
    }
    for line in sys.stdin.buffer:
        request = json.loads(line)
        try:
            answer = requests[request.pop("request")](**request)
        except BadRequest as problem:
            answer = {"error": str(problem)}
        answers.write(json.dumps(answer, ensure_ascii=False).encode() + b"\n")
        answers.flush()


main()

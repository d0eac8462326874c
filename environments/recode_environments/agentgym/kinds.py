"""What the kinds of servers differ in: bodies, the shapes of answers, and what a text and a reward mean."""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import Any

from recode_environments.agentgym.client import BadAnswer
from recode_environments.agentgym.reading import Answer, texts, whole
from recode_environments.protocol import Start, Step


class Kind(ABC):
    """How servers of one kind are spoken to, beyond POST /create, /reset, /step."""

    name: str
    # The grammar of actions, a line for each form.
    actions: str
    # Actions of an episode: those after which the server itself ends one, where it does.
    step_limit: int
    native_reward: tuple[float, float]
    # The key of an environment's number in bodies and queries.
    key = "id"
    # Whether environments can be closed with POST /close.
    closes: bool
    # GET tells here what can be done now.
    hints_path: str
    # The benchmark's own splits, where the servers count as it does; train has the rest.
    originals: dict[str, range] = {}  # noqa: RUF012 - never written to

    def created(self, what: str, value: Any) -> int:
        """The number of an environment that was created."""
        return Answer(what, value).whole("id")

    @abstractmethod
    def reset_body(self, number: int, game: int) -> dict[str, Any]:
        """What asks for the beginning of a game."""

    @abstractmethod
    def start(self, what: str, value: Any) -> Start:
        """How an episode begins."""

    @abstractmethod
    def step(self, what: str, value: Any, instruction: str) -> Step:
        """What an action led to."""

    @abstractmethod
    def hints(self, what: str, value: Any) -> list[str]:
        """Lines of what can be done now."""


class Alfworld(Kind):
    name = "alfworld"
    actions = (
        "go to RECEPTACLE\nopen RECEPTACLE\nclose RECEPTACLE\ntake OBJECT from RECEPTACLE\n"
        "put OBJECT in/on RECEPTACLE (in other games: move OBJECT to RECEPTACLE)\nuse OBJECT\n"
        "heat OBJECT with RECEPTACLE\ncool OBJECT with RECEPTACLE\nclean OBJECT with RECEPTACLE\n"
        "slice OBJECT with OBJECT\nexamine THING\nlook\ninventory"
    )
    step_limit = 50
    native_reward = (0.0, 1.0)
    closes = False
    hints_path = "/available_actions"

    def reset_body(self, number: int, game: int) -> dict[str, Any]:
        return {"id": number, "game": game, "world_type": "Text"}

    def start(self, what: str, value: Any) -> Start:
        answer = Answer(what, value)
        room, mark, task = answer.text("observation").rpartition("Your task is to:")
        if not mark or not task.strip():
            raise BadAnswer(f"{what}: observation has no “Your task is to: …”")
        return Start(task.strip(), room.strip(), options=answer.some("task_type"))

    def step(self, what: str, value: Any, instruction: str) -> Step:
        answer = Answer(what, value)
        won, done = answer.number("reward", 0, 1), answer.truth("done")
        return Step(answer.text("observation"), won, won, done, success=done and won == 1)

    def hints(self, what: str, value: Any) -> list[str]:
        return ["Available actions: " + "; ".join(texts(what, "the answer", value))]


class Sciworld(Kind):
    name = "sciworld"
    actions = (
        "look around\nlook at OBJECT\nlook in OBJECT\ninventory\ntask\nteleport to LOCATION\ngo to LOCATION\n"
        "pick up OBJECT\nput down OBJECT\nmove OBJECT to OBJECT\nopen OBJECT\nclose OBJECT\nactivate OBJECT\n"
        "deactivate OBJECT\nuse OBJECT on OBJECT\npour OBJECT in OBJECT\ndunk OBJECT in OBJECT\nmix OBJECT\n"
        "connect OBJECT to OBJECT\ndisconnect OBJECT\nread OBJECT\neat OBJECT\nflush OBJECT\n"
        "focus on OBJECT\nwait\nwait1"
    )
    step_limit = 100
    native_reward = (-100.0, 100.0)
    closes = True
    hints_path = "/action_hint"

    def reset_body(self, number: int, game: int) -> dict[str, Any]:
        return {"id": number, "data_idx": game}

    def start(self, what: str, value: Any) -> Start:
        answer = Answer(what, value)
        task = answer.text("task_description").removeprefix("Task Description:").strip()
        return Start(task, answer.text("observation"), options=answer.some("task_name", "var_num"))

    def step(self, what: str, value: Any, instruction: str) -> Step:
        answer = Answer(what, value)
        # `reward` is what this action added; the score so far is what counts. Below 0 is a wrong focus.
        score = answer.number("score", *self.native_reward)
        answer.number("reward", float("-inf"), float("inf"))
        done = answer.truth("done")
        reward = max(score, 0) / 100
        return Step(answer.text("observation"), reward, score, done, success=score == 100)

    def hints(self, what: str, value: Any) -> list[str]:
        answer = Answer(what, value)
        # Sorted: the simulator lists objects in another order from run to run.
        return [
            f"{words}: " + "; ".join(sorted(texts(what, key, answer.value(key))))
            for words, key in (
                ("Possible actions", "possible_actions"),
                ("Possible objects", "possible_objects"),
            )
        ]


@dataclass(frozen=True)
class Page:
    """A page of the shop: its text without the instruction that stands on it, and that."""

    text: str
    instruction: str | None

    @staticmethod
    def read(text: str, mark: str = " [SEP] ") -> Page:
        """Parts a page, whose pieces are parted by marks: `Instruction:` and what follows it."""
        pieces = text.split(mark)
        for index, piece in enumerate(pieces):
            if piece.strip() == "Instruction:" and index + 1 < len(pieces):
                return Page(mark.join(pieces[:index] + pieces[index + 2 :]), pieces[index + 1].strip())
            if match := re.match(r"\s*Instruction:\s*(\S.*)", piece, re.DOTALL):
                return Page(mark.join(pieces[:index] + pieces[index + 1 :]), match[1].strip())
        return Page(text, None)


class Webshop(Kind):
    name = "webshop"
    actions = "search[WORDS]\nclick[BUTTON]"
    step_limit = 30
    native_reward = (0.0, 1.0)
    key = "env_idx"
    closes = True
    hints_path = "/available_actions"
    originals = {"test": range(500), "dev": range(500, 1500)}  # noqa: RUF012 - as above

    def created(self, what: str, value: Any) -> int:
        return whole(what, "the answer", value)

    def reset_body(self, number: int, game: int) -> dict[str, Any]:
        return {"env_idx": number, "session_id": game}

    def start(self, what: str, value: Any) -> Start:
        if not isinstance(value, list) or not value or not isinstance(value[0], str):
            raise BadAnswer(f"{what}: the answer is no list that begins with a text")
        page = Page.read(value[0])
        if not page.instruction:
            raise BadAnswer(f"{what}: the text has no “Instruction:”")
        return Start(page.instruction, page.text)

    def step(self, what: str, value: Any, instruction: str) -> Step:
        answer = Answer(what, value)
        reward, done = answer.number("reward", 0, 1), answer.truth("done")
        text = answer.text("state")
        page = Page.read(text)
        shown = page.text if page.instruction == instruction else text
        return Step(shown, reward, reward, done, success=done and reward == 1)

    def hints(self, what: str, value: Any) -> list[str]:
        answer = Answer(what, value)
        buttons = texts(what, "clickables", answer.value("clickables"))
        searches = ["search[WORDS]"] if answer.truth("has_search_bar") else []
        return ["Available actions: " + "; ".join(searches + [f"click[{button}]" for button in buttons])]


KINDS: dict[str, Kind] = {kind.name: kind for kind in (Alfworld(), Sciworld(), Webshop())}

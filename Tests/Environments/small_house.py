"""A house that answers as ALFWorld does: its game 0 says `move X to Y`, its game 1 `put X in/on Y`.

It speaks the environment protocol under ALFWorld's name, so that prompts can be tried without the package.
The room is the one of the worked examples in data/prompts/environments/alfworld/examples.
"""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "environments"))

from recode_environments.protocol import Environment, EnvironmentProblem, Hello, Start, Step, serve_made

TASK = "clean some mug and put it in shelf."
ROOM = (
    "You are in the middle of a room. Looking quickly around you, you see a cabinet 2, a cabinet 1, "
    "a countertop 1, a shelf 1, and a sinkbasin 1."
)
CONTENTS = {
    "cabinet 2": "a cup 1, and a plate 1",
    "cabinet 1": "a mug 1",
    "countertop 1": "a knife 1, and a potato 1",
    "shelf 1": "nothing",
    "sinkbasin 1": "a dishsponge 1",
}
GRAMMARS = ["move", "put"]
PUTTING = {
    "move": ("move mug 1 to shelf 1", "move", "to"),
    "put": ("put mug 1 in/on shelf 1", "put", "in/on"),
}


class Errand:
    """One episode: where the agent stands, and what became of the mug."""

    def __init__(self, grammar: str) -> None:
        self.action, self.verb, self.word = PUTTING[grammar]
        self.place = ""
        self.opened: set[str] = set()
        self.carries = self.is_clean = self.is_done = False

    def step(self, action: str) -> Step:
        seen = self.act(action)
        reward = float(self.is_done and self.is_clean)
        return Step(seen, reward, reward, done=reward == 1, success=reward == 1)

    def act(self, action: str) -> str:
        go, _, place = action.partition("go to ")
        if not go and place in CONTENTS:
            self.place = place
            return f"You arrive at {place}. {self.look()}"
        if action == f"open {self.place}" and self.is_closed:
            self.opened.add(self.place)
            return f"You open the {self.place}. The {self.place} is open. {self.look()}"
        if action == "take mug 1 from cabinet 1" and self.place == "cabinet 1" and not self.is_closed:
            self.carries = True
            return "You pick up the mug 1 from the cabinet 1."
        if action == "clean mug 1 with sinkbasin 1" and self.carries and self.place == "sinkbasin 1":
            self.is_clean = True
            return "You clean the mug 1 using the sinkbasin 1."
        if action == self.action and self.carries and self.place == "shelf 1":
            self.is_done = True
            return f"You {self.verb} the mug 1 {self.word} the shelf 1."
        return "Nothing happens."

    @property
    def is_closed(self) -> bool:
        return self.place.startswith("cabinet") and self.place not in self.opened

    def look(self) -> str:
        if self.is_closed:
            return f"The {self.place} is closed."
        where = "In it" if self.place in self.opened else f"On the {self.place}"
        return f"{where}, you see {CONTENTS[self.place]}."

    def close(self) -> None:
        pass


class SmallHouse(Environment[Errand]):
    def hello(self) -> Hello:
        return Hello(
            "alfworld",
            "0",
            ["train"],
            ["errand"],
            "go to (place)",
            step_limit=20,
            options={"grammar": "mixed"},
        )

    def instances(self, task: str, split: str) -> list[int]:
        return list(range(len(GRAMMARS)))

    def reset(self, task: str, variation: int, scouting: bool) -> tuple[Start, Errand]:
        if variation >= len(GRAMMARS):
            raise EnvironmentProblem(f"{task} has no variation {variation}; it has 0 and 1")
        grammar = GRAMMARS[variation]
        start = Start(TASK, f"{ROOM}\nYour task is to: {TASK}", options={"grammar": grammar})
        return start, Errand(grammar)


serve_made(SmallHouse)

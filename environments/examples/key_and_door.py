"""A row of rooms, one with a key, the last behind a locked door: a whole environment in one file."""

import random
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from recode_environments.protocol import Environment, EnvironmentProblem, Hello, Start, Step, serve_made

ROOMS = {"short": 4, "long": 9}
INSTANCES = {"train": range(100), "dev": range(100, 120), "test": range(120, 140)}
ACTIONS = "go left\ngo right\ntake key\nopen door"


class Walk:
    """One episode: where the agent stands, and what it has."""

    def __init__(self, rooms: int, key: int, room: int) -> None:
        self.rooms, self.key, self.room = rooms, key, room
        self.has_key = self.is_open = False

    def look(self) -> str:
        words = [f"You are in room {self.room + 1} of {self.rooms}."]
        if self.room == self.key and not self.has_key:
            words.append("A key lies here.")
        if self.room == self.rooms - 1:
            words.append("The door is open." if self.is_open else "There is a locked door.")
        return " ".join(words)

    def step(self, action: str) -> Step:
        if action == "go left" and self.room > 0:
            self.room -= 1
        elif action == "go right" and self.room < self.rooms - 1:
            self.room += 1
        elif action == "take key" and self.room == self.key and not self.has_key:
            self.has_key = True
        elif action == "open door" and self.room == self.rooms - 1 and self.has_key:
            self.is_open = True
        else:
            return self.seen("Nothing happens.")
        return self.seen(self.look())

    def seen(self, observation: str) -> Step:
        reward = 1.0 if self.is_open else 0.5 if self.has_key else 0.0
        return Step(observation, reward, reward, done=self.is_open, success=self.is_open)

    def close(self) -> None:
        pass


class KeyAndDoor(Environment[Walk]):
    def hello(self) -> Hello:
        return Hello("key-and-door", "1.0", list(INSTANCES), list(ROOMS), ACTIONS, step_limit=40)

    def instances(self, task: str, split: str) -> list[int]:
        return list(INSTANCES[split])

    def reset(self, task: str, variation: int, scouting: bool) -> tuple[Start, Walk]:
        if not any(variation in part for part in INSTANCES.values()):
            raise EnvironmentProblem(f"{task} has no variation {variation}; it has 0 to 139")
        # Drawn from the instance alone, so that it begins the same way every time.
        draw = random.Random(f"{task}/{variation}")
        rooms = ROOMS[task]
        walk = Walk(rooms, key=draw.randrange(rooms - 1), room=draw.randrange(rooms))
        return Start("Open the door of the last room.", walk.look()), walk


serve_made(KeyAndDoor)

"""Actions that win a generated game, known without a search because it is known where everything lies."""

from __future__ import annotations

from collections.abc import Iterator

from .draw import Draw
from .floor_plan import Receptacle
from .goal import CHANGES
from .scene import Scene, Thing, escaped

# The verb of what changes an object.
VERBS = {"SinkBasin": "clean", "Microwave": "heat", "Fridge": "cool"}


class Walk:
    """Writes the walk of one scene; `names` has what things are called, by escaped id."""

    def __init__(self, scene: Scene, names: dict[str, str], draw: Draw) -> None:
        self.scene, self.names, self.draw = scene, names, draw
        self.opened: set[str] = set()
        self.location = scene.start

    def actions(self) -> Iterator[str]:
        goal, scene = self.scene.goal, self.scene
        count = 2 if goal.task == "pick_two_obj_and_place" else 1
        ends = [place for place in scene.plan.receptacles if place.kind == goal.receptacle]
        destination = self.draw.one(ends) if ends else None
        for thing in scene.of_kind(goal.object)[:count]:
            yield from self.take(thing)
            if goal.task in CHANGES:
                yield from self.change(thing, CHANGES[goal.task][0])
            if destination:
                yield from self.put(thing, destination)
        if goal.lamp:
            lamp = scene.of_kind(goal.lamp)[0]
            yield from self.go(lamp.receptacle)
            yield f"use {self.name(lamp)}"

    def name(self, what: Thing | Receptacle) -> str:
        # The engine reads PDDL without regard to case.
        return self.names[escaped(what.id).lower()]

    def go(self, receptacle: Receptacle) -> Iterator[str]:
        """No step where one stands already, if before another receptacle: the engine has no such step."""
        if self.location != receptacle.location:
            self.location = receptacle.location
            yield f"go to {self.name(receptacle)}"

    def reach(self, receptacle: Receptacle) -> Iterator[str]:
        yield from self.go(receptacle)
        if receptacle.opens and receptacle.id not in self.opened:
            self.opened.add(receptacle.id)
            yield f"open {self.name(receptacle)}"

    def take(self, thing: Thing) -> Iterator[str]:
        yield from self.reach(thing.receptacle)
        yield f"take {self.name(thing)} from {self.name(thing.receptacle)}"

    def change(self, thing: Thing, tool: str) -> Iterator[str]:
        """Microwave and fridge work closed."""
        found = self.draw.one([place for place in self.scene.plan.receptacles if place.kind == tool])
        yield from self.go(found)
        yield f"{VERBS[tool]} {self.name(thing)} with {self.name(found)}"

    def put(self, thing: Thing, receptacle: Receptacle) -> Iterator[str]:
        yield from self.reach(receptacle)
        yield f"move {self.name(thing)} to {self.name(receptacle)}"

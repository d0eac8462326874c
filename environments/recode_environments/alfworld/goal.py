"""What a generated game asks for, and which split it belongs to."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any

from . import package
from .draw import Draw, number_of
from .floor_plan import LAMP, FloorPlan, floor_plan, numbers

# One goal and one set of objects in so many of a floor plan belongs to "dev", the others to "train".
DEV_EVERY = 4
# What changes an object in a task, and the package's table of objects that can be changed so.
CHANGES = {
    "pick_clean_then_place_in_recep": ("SinkBasin", "Cleanable"),
    "pick_heat_then_place_in_recep": ("Microwave", "Heatable"),
    "pick_cool_then_place_in_recep": ("Fridge", "Coolable"),
}


@dataclass(frozen=True)
class Goal:
    """A task on a floor plan."""

    plan: int
    task: str
    # Kinds of the object and of the receptacle; the receptacle is "" where something is looked at.
    object: str
    receptacle: str

    @property
    def lamp(self) -> str:
        return "" if self.receptacle else LAMP

    @property
    def split(self) -> str:
        """Of a floor plan that is not held out."""
        return shared_split("goal", self.plan, self.task, self.object, self.receptacle)

    def pddl(self) -> str:
        words = package.goal_library()[self.task]["pddl"]
        text: str = words.format(obj=self.object, recep=self.receptacle, toggle=self.lamp)
        # The package writes # for the dash of PDDL's types.
        return text.replace("#", "-")

    def words(self, draw: Draw) -> str:
        """The task in the package's words, one of its ways to say it."""
        template: str = draw.one(package.goal_library()[self.task]["templates"])
        return template.format(
            obj=self.object.lower(), recep=self.receptacle.lower(), toggle=self.lamp.lower()
        )


def shared_split(*parts: object) -> str:
    """The split that something of a floor plan shared by "train" and "dev" belongs to, whatever the seed."""
    return "dev" if number_of(*parts) % DEV_EVERY == 0 else "train"


@cache
def goals(task: str, split: str) -> dict[int, list[Goal]]:
    """The goals of a task in a split, by floor plan; plans without any are left out."""
    found = {}
    for number in numbers(split):
        here = [goal for goal in goals_of(floor_plan(number), task) if split == "test" or goal.split == split]
        if here:
            found[number] = here
    return found


def goals_of(plan: FloorPlan, task: str) -> list[Goal]:
    """What can be asked for in a room: by the package's rules of what is done where and with what."""
    tables = package.constants()
    if plan.room not in tables.GOALS_VALID[task]:
        return []
    if task == "look_at_obj_in_light":
        return [Goal(plan.number, task, kind, "") for kind in plan.objects if plan.lamp]
    tool, objects = tool_and_objects(plan, task, tables)
    return [
        Goal(plan.number, task, kind, receptacle)
        for kind in objects
        for receptacle in plan.kinds
        if receptacle != tool and kind in plan.takes[receptacle] and plan.places_for(kind, but=receptacle)
    ]


def tool_and_objects(plan: FloorPlan, task: str, tables: Any) -> tuple[str, list[str]]:
    """What changes the object, if anything does, and the kinds of objects a task can be about."""
    if task not in CHANGES:
        return "", list(plan.objects)
    tool, able = CHANGES[task]
    if tool not in plan.kinds:
        return tool, []
    return tool, [kind for kind in plan.objects if kind in tables.VAL_ACTION_OBJECTS[able]]

"""The package's floor plans: receptacles, where they stand, and what kinds of objects lie about."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from typing import Any

from . import package

# Numbers of the package's rooms: kitchens, living rooms, bedrooms, bathrooms, thirty of each.
ROOMS = {"Kitchen": 0, "LivingRoom": 200, "Bedroom": 300, "Bathroom": 400}
ROOMS_OF_A_KIND = 30
# The first of each kind are held out for the split "test", as the package's own scene lists have it.
HELD_OUT = 6
LAMP = "DeskLamp"
# What a lamp stands on.
LAMP_STANDS = {"Desk", "Dresser", "SideTable", "Shelf", "CoffeeTable", "DiningTable"}


@dataclass(frozen=True)
class Receptacle:
    """A thing that takes other things."""

    id: str
    kind: str
    # Where one stands before it: `loc|x|z|turn|tilt`, in quarters of a metre and of a turn, and degrees.
    location: str
    opens: bool

    @property
    def place(self) -> tuple[float, float, float]:
        """In metres."""
        x, y, z = (float(part) for part in self.id.split("|")[1:4])
        return x, y, z


@dataclass(frozen=True)
class FloorPlan:
    """A room, with everything in the order of its id."""

    number: int
    room: str
    receptacles: tuple[Receptacle, ...]
    # Kinds of movable objects that lie about, and kinds that can lie in each kind of receptacle.
    objects: tuple[str, ...]
    takes: dict[str, frozenset[str]]
    lamp: bool

    @property
    def kinds(self) -> list[str]:
        """Kinds of receptacles."""
        return sorted({receptacle.kind for receptacle in self.receptacles})

    def places_for(self, kind: str, but: str = "") -> list[Receptacle]:
        """Receptacles that take a kind of object and are not of the kind `but`."""
        return [found for found in self.receptacles if kind in self.takes[found.kind] and found.kind != but]


def numbers(split: str) -> list[int]:
    """The floor plans of a split. "train" and "dev" share theirs; those of "test" are in no other split."""
    places = range(1, HELD_OUT + 1) if split == "test" else range(HELD_OUT + 1, ROOMS_OF_A_KIND + 1)
    return [first + place for first in ROOMS.values() for place in places]


@cache
def floor_plan(number: int) -> FloorPlan:
    """A floor plan as the package has it."""
    tables = package.constants()
    layouts = package.folder() / "gen" / "layouts"
    poses = json.loads((layouts / f"FloorPlan{number}-openable.json").read_text())
    present = set(json.loads((layouts / f"FloorPlan{number}-objects.json").read_text()))
    # Bowls and boxes take things too, but games where they are more than objects are none the package plays.
    fixed = set(tables.VAL_RECEPTACLE_OBJECTS) - set(tables.MOVABLE_RECEPTACLES)
    receptacles = tuple(
        receptacle_of(name, poses[name], tables) for name in sorted(poses) if kind_of(name) in fixed
    )
    takes = {found.kind: frozenset(tables.VAL_RECEPTACLE_OBJECTS[found.kind]) for found in receptacles}
    movable = present & frozenset().union(*takes.values()) - fixed
    stand = any(found.kind in LAMP_STANDS for found in receptacles)
    return FloorPlan(
        number=number,
        room=next(room for room, first in ROOMS.items() if first < number <= first + ROOMS_OF_A_KIND),
        receptacles=receptacles,
        objects=tuple(sorted(movable)),
        takes=takes,
        lamp=LAMP in present and stand,
    )


def kind_of(name: str) -> str:
    """`Sink|…|SinkBasin` is a SinkBasin, `Cabinet|…` a Cabinet."""
    parts = name.split("|")
    return parts[-1] if parts[-1].endswith("Basin") else parts[0]


def receptacle_of(name: str, pose: list[float], tables: Any) -> Receptacle:
    x, z, turn, tilt = pose
    location = f"loc|{round(x * 4)}|{round(z * 4)}|{round(turn / 90)}|{round(tilt)}"
    return Receptacle(name, kind_of(name), location, kind_of(name) in tables.OPENABLE_CLASS_SET)

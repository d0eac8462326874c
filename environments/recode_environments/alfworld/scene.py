"""Where the objects of a generated game lie, and the game's PDDL."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from . import package
from .draw import Draw
from .floor_plan import LAMP, LAMP_STANDS, FloorPlan, Receptacle, floor_plan
from .goal import Goal, shared_split

# The share of a room's kinds of objects that a game has, and of objects that lie in what opens, if they can.
PRESENT_SHARE = 0.8
HIDDEN_SHARE = 0.5
# How far from the middle of its receptacle an object lies, in metres.
SPREAD = 0.2
# Predicates of what can be done to an object, and the package's tables of them.
ABILITIES = {
    "heatable": "Heatable",
    "coolable": "Coolable",
    "cleanable": "Cleanable",
    "sliceable": "Sliceable",
}
ESCAPES = {"|": "_bar_", "+": "_plus_", "-": "_minus_", ".": "_dot_", ",": "_comma_"}
# Scenes drawn before one belongs to the wanted split, which one in four does.
TRIES = 400


@dataclass(frozen=True)
class Thing:
    """An object in a receptacle."""

    id: str
    kind: str
    receptacle: Receptacle


@dataclass(frozen=True)
class Scene:
    """A room with everything in it, in the order of ids."""

    plan: FloorPlan
    goal: Goal
    things: tuple[Thing, ...]
    # Where the agent stands at the start: at no receptacle.
    start: str

    def of_kind(self, kind: str) -> list[Thing]:
        return [thing for thing in self.things if thing.kind == kind]


def escaped(name: str) -> str:
    """An id, or several, as PDDL has it."""
    return "".join(ESCAPES.get(letter, letter) for letter in name)


def scene_of(goal: Goal, split: str, draw: Draw) -> Scene:
    """A scene of a goal; on floor plans that "train" and "dev" share, no two splits get the same objects."""
    for _ in range(TRIES):
        scene = drawn_scene(goal, draw)
        if split == "test" or shared_split("things", *(thing.id for thing in scene.things)) == split:
            return scene
    raise AssertionError(f"{TRIES} scenes of {goal} belong to no {split}")


def drawn_scene(goal: Goal, draw: Draw) -> Scene:
    plan = floor_plan(goal.plan)
    things: dict[str, Thing] = {}
    for kind in plan.objects:
        if kind == goal.object or draw.chance(PRESENT_SHARE):
            for _ in range(how_many(kind, goal, draw)):
                thing = placed(kind, plan, goal, draw)
                things[thing.id] = thing
    if plan.lamp:
        stand = draw.one([found for found in plan.receptacles if found.kind in LAMP_STANDS])
        things.update({lamp.id: lamp for lamp in [beside(LAMP, stand, draw)]})
    return Scene(plan, goal, tuple(things[name] for name in sorted(things)), start_of(plan, draw))


def how_many(kind: str, goal: Goal, draw: Draw) -> int:
    """One to three of a kind; at least two where two are asked for."""
    count = 1 if draw.chance(0.6) else 2 if draw.chance(0.7) else 3
    return max(2, count) if kind == goal.object and goal.task == "pick_two_obj_and_place" else count


def placed(kind: str, plan: FloorPlan, goal: Goal, draw: Draw) -> Thing:
    """What is asked for lies nowhere it should end up."""
    places = plan.places_for(kind, but=goal.receptacle if kind == goal.object else "")
    closed = [place for place in places if place.opens]
    return beside(kind, draw.one(closed if closed and draw.chance(HIDDEN_SHARE) else places), draw)


def beside(kind: str, receptacle: Receptacle, draw: Draw) -> Thing:
    x, y, z = receptacle.place
    x, z = x + draw.between(-SPREAD, SPREAD), z + draw.between(-SPREAD, SPREAD)
    return Thing(f"{kind}|{x:+06.2f}|{y:+06.2f}|{z:+06.2f}", kind, receptacle)


def start_of(plan: FloorPlan, draw: Draw) -> str:
    """A location in the room that is not one of a receptacle's."""
    taken = {receptacle.location for receptacle in plan.receptacles}
    while True:
        location = f"loc|{draw.below(17) - 8}|{draw.below(17) - 8}|{draw.below(4)}|30"
        if location not in taken:
            return location


def problem_of(scene: Scene, name: str) -> str:
    """The PDDL problem of a scene."""
    return "\n".join(
        [
            f"(define (problem {name})",
            "(:domain alfred)",
            "(:objects",
            *(f"  {escaped(name)} - {kind}" for name, kind in objects(scene)),
            ")",
            "(:init",
            "  (= (total-cost) 0)",
            *(f"  ({escaped(' '.join(fact))})" for fact in facts(scene)),
            ")",
            scene.goal.pddl(),
        ]
    )


def objects(scene: Scene) -> Iterator[tuple[str, str]]:
    """Everything a problem speaks of, with its PDDL type."""
    yield "agent1", "agent"
    yield from ((thing.id, "object") for thing in scene.things)
    yield from ((receptacle.id, "receptacle") for receptacle in scene.plan.receptacles)
    yield from ((f"{kind}Type", "otype") for kind in object_kinds(scene))
    # The domain's actions name these whether the room has them or not.
    named = {"SinkBasin", "Microwave", "Fridge"}
    yield from ((f"{kind}Type", "rtype") for kind in sorted(named | set(scene.plan.kinds)))
    locations = {scene.start} | {receptacle.location for receptacle in scene.plan.receptacles}
    yield from ((location, "location") for location in sorted(locations))


def object_kinds(scene: Scene) -> list[str]:
    # The domain names knives, too.
    return sorted({thing.kind for thing in scene.things} | {"Knife", "ButterKnife"})


def facts(scene: Scene) -> Iterator[tuple[str, ...]]:
    yield "atLocation", "agent1", scene.start
    for receptacle in scene.plan.receptacles:
        yield "receptacleType", receptacle.id, f"{receptacle.kind}Type"
        yield "receptacleAtLocation", receptacle.id, receptacle.location
        if receptacle.opens:
            yield "openable", receptacle.id
    for kind in scene.plan.kinds:
        taken = [thing for thing in object_kinds(scene) if thing in scene.plan.takes[kind]]
        yield from (("canContain", f"{kind}Type", f"{thing}Type") for thing in taken)
    for thing in scene.things:
        yield from facts_of(thing)


def facts_of(thing: Thing) -> Iterator[tuple[str, ...]]:
    yield "objectType", thing.id, f"{thing.kind}Type"
    yield "inReceptacle", thing.id, thing.receptacle.id
    yield "wasInReceptacle", thing.id, thing.receptacle.id
    yield "objectAtLocation", thing.id, thing.receptacle.location
    yield ("toggleable" if thing.kind == LAMP else "pickupable"), thing.id
    able = package.constants().VAL_ACTION_OBJECTS
    yield from ((ability, thing.id) for ability, table in ABILITIES.items() if thing.kind in able[table])

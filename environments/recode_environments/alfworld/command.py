"""The command line of `alfworld_server.py`."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

from ..protocol import BadData, EnvironmentProblem, MissingProgram, serve
from .environment import AlfWorld
from .index import FOLDERS
from .plan import DAMAGED, MISSING, answer


def main(arguments: list[str]) -> int:
    """Does what the arguments say; the exit status is 0, or one of sysexits.h with a line on stderr."""
    kinds = {"games": make, "plan": plan}
    try:
        if arguments and arguments[0] in kinds:
            kinds[arguments[0]](arguments[1:])
        else:
            play(arguments)
        return 0
    except EnvironmentProblem as problem:
        print(f"alfworld: {problem}", file=sys.stderr)
        return (
            MISSING
            if isinstance(problem, MissingProgram)
            else DAMAGED
            if isinstance(problem, BadData)
            else 64
        )


def play(arguments: list[str]) -> None:
    parser = argparse.ArgumentParser(
        prog="alfworld_server.py",
        description="Speaks the environment protocol on stdin and stdout until stdin closes.",
        epilog="Also: `alfworld_server.py games` makes games, `alfworld_server.py plan` finds a plan.",
    )
    parser.add_argument(
        "--games", type=Path, required=True, metavar="DIR", help="what ALFWORLD_DATA names, or its json_2.1.…"
    )
    parser.add_argument(
        "--cache",
        type=Path,
        metavar="DIR",
        help="where to keep the index of the games (default: beside them)",
    )
    parser.add_argument(
        "--planner-seconds",
        type=float,
        default=60,
        metavar="N",
        help="how long to search for a gold path where a game has none (default: 60)",
    )
    options = parser.parse_args(arguments)
    serve(AlfWorld(options.games, options.cache, options.planner_seconds))


def plan(arguments: list[str]) -> None:
    parser = argparse.ArgumentParser(
        prog="alfworld_server.py plan",
        description="Prints a plan that wins a game, as a JSON list; [] where none does.",
    )
    parser.add_argument("game", type=Path, help="a game.tw-pddl")
    answer(parser.parse_args(arguments).game)


def make(arguments: list[str]) -> None:
    from .generate import Order, end_with_parent, generate

    parser = argparse.ArgumentParser(
        prog="alfworld_server.py games",
        description="Makes games from the package's floor plans, each won once before it is kept. "
        "Games that are there already are kept as they are.",
    )
    parser.add_argument(
        "--per-type", type=int, required=True, metavar="N", help="games of each task type and split"
    )
    parser.add_argument("--seed", type=int, required=True, metavar="S", help="same seed, same games")
    parser.add_argument("--out", type=Path, required=True, metavar="DIR", help="where json_2.1.1 goes")
    parser.add_argument("--split", choices=list(FOLDERS), help="one split (default: all)")
    parser.add_argument(
        "--jobs", type=int, default=os.cpu_count() or 1, metavar="N", help="processes (default: one a core)"
    )
    parser.add_argument(
        "--end-with-parent",
        type=int,
        metavar="PID",
        help="the process that starts this one: end at once when that has ended, even killed",
    )
    options = parser.parse_args(arguments)
    if options.end_with_parent is not None:
        end_with_parent(options.end_with_parent)
    splits = [options.split] if options.split else list(FOLDERS)
    if options.per_type < 1 or options.jobs < 1:
        raise EnvironmentProblem("--per-type and --jobs should be 1 or more")
    generate(Order(options.per_type, options.seed, options.out, splits), options.jobs)

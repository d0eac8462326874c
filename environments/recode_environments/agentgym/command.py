"""The command line: a server, its kind, and which of its games are whose."""

from __future__ import annotations

import argparse
import math
import re
from collections.abc import Sequence
from pathlib import Path
from typing import NoReturn

from recode_environments.agentgym.address import Address, BadAddress, read_address
from recode_environments.agentgym.client import Client
from recode_environments.agentgym.gym import Gym
from recode_environments.agentgym.instances import (
    COUNT_LIMIT,
    DEFAULT_COUNT,
    BadRange,
    read_splits,
    read_tasks,
    share,
)
from recode_environments.agentgym.kinds import KINDS, Kind
from recode_environments.protocol import serve_made

TEXT = """\
Speaks the environment protocol on stdin and stdout, and with a server of AgentGym over HTTP. Without
--tasks-file there is one task, called like the kind."""
# Seconds: the host waits 30 for a step.
TIMEOUT = 25.0
RETRIES = 3


class Parser(argparse.ArgumentParser):
    """A parser whose complaints hold no URL, which may have a password in it."""

    def error(self, message: str) -> NoReturn:
        super().error(re.sub(r"[A-Za-z]*:?//\S+", "(a URL)", message))


def main(arguments: Sequence[str]) -> int:
    """Does what a command line says; the exit status."""
    parser = make_parser()
    options = parser.parse_args(arguments)
    kind = KINDS[options.kind]
    if options.tasks_file is not None and (options.split or options.instances is not None):
        parser.error("--tasks-file says it all; leave --split and --instances out")
    try:
        splits = make_splits(kind, options)
    except BadRange as problem:
        parser.error(f"argument --split: {problem}")
    made: list[Gym] = []

    def make() -> Gym:
        games = {kind.name: splits} if options.tasks_file is None else read_tasks(options.tasks_file)
        client = Client(options.url, options.timeout, options.retries)
        step_limit = options.step_limit or kind.step_limit
        made.append(Gym(kind, client, games, step_limit, options.available_actions))
        return made[0]

    try:
        serve_made(make)
    finally:
        for gym in made:
            gym.close()
    return 0


def make_splits(kind: Kind, options: argparse.Namespace) -> dict[str, list[int]]:
    """Which of the server's games are in which split, where no file says so.

    Raises:
        BadRange: what was given does not say.
    """
    if options.split:
        return read_splits(options.split, options.instances)
    return share(options.instances or DEFAULT_COUNT, kind.originals)


def address(text: str) -> Address:
    try:
        return read_address(text)
    except BadAddress as problem:
        raise argparse.ArgumentTypeError(str(problem)) from None


def whole(text: str, low: int, high: int) -> int:
    if not text.isascii() or not text.isdecimal() or len(text) > 9 or not low <= int(text) <= high:
        raise argparse.ArgumentTypeError(f"{text[:40]!r} is no whole number from {low} to {high}")
    return int(text)


def count(text: str) -> int:
    return whole(text, 1, COUNT_LIMIT)


def retries(text: str) -> int:
    return whole(text, 0, 20)


def seconds(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not 0 < value <= 3600:
        raise argparse.ArgumentTypeError(f"{text[:40]!r} is no number of seconds up to 3600")
    return value


def make_parser() -> argparse.ArgumentParser:
    parser = Parser(prog="agentgym.py", description=TEXT, allow_abbrev=False)
    parser.add_argument("--url", type=address, required=True, help="of the server, http:// or https://")
    parser.add_argument("--kind", choices=list(KINDS), required=True, help="what the server plays")
    games = parser.add_mutually_exclusive_group()
    games.add_argument("--tasks-file", type=Path, metavar="FILE", help="JSON: tasks, their splits, ranges")
    games.add_argument(
        "--instances",
        type=count,
        metavar="N",
        help=f"the server's games are 0 to N-1 ({DEFAULT_COUNT}, where nothing else is said)",
    )
    parser.add_argument(
        "--split",
        action="append",
        metavar="SPLIT=RANGES",
        help="such as train=0-99,150; give it for every split (a tenth each is dev and test)",
    )
    parser.add_argument(
        "--timeout", type=seconds, default=TIMEOUT, metavar="S", help="seconds for a request (%(default)g)"
    )
    parser.add_argument(
        "--retries", type=retries, default=RETRIES, metavar="N", help="more tries (%(default)s)"
    )
    parser.add_argument(
        "--step-limit",
        type=count,
        metavar="N",
        help="actions of an episode (alfworld 50, sciworld 100, webshop 30)",
    )
    parser.add_argument(
        "--available-actions",
        action="store_true",
        help="add what the server says can be done now to every observation",
    )
    return parser

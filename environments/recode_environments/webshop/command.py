"""The command line of the shop: serve it over the protocol, or write a made-up catalogue."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from recode_environments.protocol import Environment, serve_made
from recode_environments.webshop.catalogue import Choices, Records, read_catalogue, read_folder
from recode_environments.webshop.tasks import STEP_LIMIT

SERVE_TEXT = """\
Speaks the environment protocol on stdin and stdout, over a catalogue in the files of the original WebShop
(items_shuffle.json, items_ins_v2.json, items_human_ins.json, and reviews.json where there is one), a made-up
one, or the original engine. `webshop.py catalogue --help` tells how to write a made-up catalogue to files."""


def main(arguments: Sequence[str]) -> int:
    """Does what a command line says; the exit status."""
    if arguments[:1] == ["catalogue"]:
        return write(writing_options().parse_args(arguments[1:]))
    parser = serving_options()
    options = parser.parse_args(arguments)
    if options.catalogue is None and (options.small or options.partial):
        parser.error("--small and --partial say something about --catalogue alone")
    serve_made(lambda: make(options))
    return 0


def whole(low: int) -> Any:
    """A reader of whole numbers that are not below a limit."""

    def number(text: str) -> int:
        if not text.isascii() or not text.isdecimal() or int(text) < low:
            raise argparse.ArgumentTypeError(f"{text!r} is no whole number from {low} on")
        return int(text)

    return number


def serving_options() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="webshop.py", description=SERVE_TEXT, allow_abbrev=False)
    world = parser.add_mutually_exclusive_group(required=True)
    world.add_argument("--catalogue", type=Path, metavar="DIR", help="a folder of catalogue files")
    world.add_argument(
        "--synthetic", type=whole(1), metavar="N", help="a made-up catalogue of so many products"
    )
    world.add_argument(
        "--engine", type=Path, metavar="DIR", help="a checkout of the original, with its data set up"
    )
    parser.add_argument(
        "--seed", type=whole(0), default=0, help="of a made-up catalogue, prices and caps (%(default)s)"
    )
    parser.add_argument(
        "--goals",
        choices=["human", "written"],
        default="human",
        help="written by people, or by a program (%(default)s)",
    )
    parser.add_argument("--products", type=whole(1), metavar="N", help="the first so many products only")
    parser.add_argument("--small", action="store_true", help="the original's files of a thousand products")
    parser.add_argument(
        "--partial", action="store_true", help="leave goals of products that are not there out"
    )
    parser.add_argument(
        "--attributes-page", action="store_true", help="give products a page of their attributes"
    )
    parser.add_argument(
        "--step-limit", type=whole(1), default=STEP_LIMIT, help="actions an episode may take (%(default)s)"
    )
    return parser


def make(options: argparse.Namespace) -> Environment[Any]:
    """The environment that a command line asks for.

    Raises:
        BadData, MissingProgram: it cannot be had.
    """
    shaping = {"seed": options.seed, "goal_kind": options.goals}
    if options.engine is not None:
        # Here and below, because the engine's Python has the engine's libraries and not ours.
        from recode_environments.webshop.engine import Engine

        settings = {
            "num_products": options.products,
            "human_goals": options.goals == "human",
            "show_attrs": options.attributes_page,
        }
        return Engine(options.engine, options.seed, settings, shaping, options.step_limit)
    from recode_environments.webshop.shop import Shop

    partial = options.partial or options.small
    choices = Choices(options.seed, options.goals, options.products, partial)
    catalogue = read_catalogue(records_of(options), choices)
    return Shop(catalogue, shaping, options.attributes_page, options.step_limit)


def records_of(options: argparse.Namespace) -> Records:
    if options.catalogue is not None:
        return read_folder(options.catalogue, options.small)
    from recode_environments.webshop.generator import make_records

    return make_records(options.synthetic, options.seed)


def writing_options() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="webshop.py catalogue",
        description="Writes a made-up catalogue in the original's files: the same bytes for the same seed.",
        allow_abbrev=False,
    )
    parser.add_argument("--products", type=whole(1), required=True, metavar="N", help="how many products")
    parser.add_argument("--seed", type=whole(0), default=0, help="which catalogue (%(default)s)")
    parser.add_argument(
        "--out", type=Path, required=True, metavar="DIR", help="a new folder; it appears when all is written"
    )
    return parser


def write(options: argparse.Namespace) -> int:
    from recode_environments.webshop.generator import make_files
    from recode_environments.webshop.writing import write_folder

    try:
        write_folder(options.out, make_files(options.products, options.seed))
    except OSError as problem:
        print(f"webshop.py: {problem}", file=sys.stderr)
        return 1
    return 0

"""What the tests of the shop share: products and goals made by hand, and the program as a process."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
import unittest
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
PROGRAM = ROOT / "environments" / "webshop.py"
HAND_WRITTEN = Path(__file__).resolve().parent / "webshop_catalogue"
ENGINE = Path(__file__).resolve().parent / "webshop_engine"

sys.path.insert(0, str(ROOT / "environments"))

from recode_environments.webshop.catalogue import Choices, read_catalogue, read_folder  # noqa: E402
from recode_environments.webshop.generator import make_records  # noqa: E402
from recode_environments.webshop.goals import NO_CAP, Goal  # noqa: E402
from recode_environments.webshop.product import LEVEL_MARK, Product  # noqa: E402
from recode_environments.webshop.shop import Shop  # noqa: E402

PRODUCT = Product(
    asin="B000000000",
    title="Maker Jumpsuit",
    description="A jumpsuit.",
    bullets=("Machine wash",),
    price=30.0,
    price_tag="$30.0",
    options={},
    attributes=("slim fit", "long sleeve"),
    category="fashion",
    query="women's jumpsuits",
    product_category=LEVEL_MARK.join(["Clothing", "Women", "Jumpsuits"]),
)


def product(**changes: Any) -> Product:
    """A product like `PRODUCT` but for the changes."""
    return replace(PRODUCT, **changes)


def goal(
    wanted: Product,
    attributes: tuple[str, ...] = ("slim fit",),
    options: tuple[str, ...] = (),
    cap: float = NO_CAP,
) -> Goal:
    return Goal(wanted, "find it", attributes, options, cap)


def hand_written_shop(with_attributes: bool = False) -> Shop:
    """The shop of the catalogue in webshop_catalogue."""
    catalogue = read_catalogue(read_folder(HAND_WRITTEN, small=False), Choices(seed=7))
    return Shop(catalogue, {}, with_attributes, step_limit=30)


def shop_told(asin: str, instruction: str) -> Shop:
    """The shop of the catalogue in webshop_catalogue, the first goal of a product with other words."""
    records = read_folder(HAND_WRITTEN, small=False)
    records.human[asin][0]["instruction"] = instruction
    return Shop(read_catalogue(records, Choices(seed=7)), {}, False, step_limit=30)


def made_up_shop(products: int, seed: int) -> Shop:
    """The shop of a made-up catalogue."""
    return Shop(read_catalogue(make_records(products, seed), Choices(seed=seed)), {}, False, step_limit=30)


class Program:
    """The program as a process that answers requests."""

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        self.process = process

    def ask(self, **request: Any) -> dict[str, Any]:
        """The answer to a request."""
        return self.ask_line(json.dumps(request).encode())

    def ask_line(self, line: bytes) -> dict[str, Any]:
        assert self.process.stdin and self.process.stdout
        self.process.stdin.write(line + b"\n")
        self.process.stdin.flush()
        answer = json.loads(self.process.stdout.readline())
        assert isinstance(answer, dict)
        return answer


@contextlib.contextmanager
def program(*arguments: str, hash_seed: str = "random") -> Iterator[Program]:
    """The program while it runs; it has to end by itself, without words, when its input does."""
    command = [sys.executable, "-B", str(PROGRAM), *arguments]
    # Isolated but for the seed of hashes, which -I would take no notice of.
    environment = {"PATH": os.environ["PATH"], "PYTHONHASHSEED": hash_seed, "PYTHONSAFEPATH": "1"}
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=pipe, env=environment) as process:
        try:
            yield Program(process)
            rest, words = process.communicate(timeout=20)
        finally:
            process.kill()
    assert process.returncode == 0, f"status {process.returncode}: {words.decode()}"
    assert rest == b"", rest


class ShopTestCase(unittest.TestCase):
    """A test that shows whole differences of pages."""

    maxDiff = None

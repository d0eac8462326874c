"""How our Python programs talk: a line of JSON in is a request, a line of JSON out is its answer.

Stands before each of them in the text that Python gets, and is a module for it all the same.
"""

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any


def answer(reply: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(reply) + "\n")
    sys.stdout.flush()


def requests() -> Iterator[dict[str, Any]]:
    """The requests until nobody asks any more."""
    for line in sys.stdin:
        yield json.loads(line)


@contextmanager
def needed_modules() -> Iterator[None]:
    """Imports under it that fail end the program; its first request is answered by {"missing": MODULE}."""
    try:
        yield
    except ImportError as error:
        sys.stdin.readline()
        answer({"missing": error.name or str(error)})
        sys.exit(0)


sys.modules["line_protocol"] = sys.modules[__name__]

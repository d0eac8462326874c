"""What is installed: the `alfworld` package and the engine below it, imported when a game is played or made.

fast-downward-textworld is GPL: a process that imports it is a worker of its own, which takes and gives text.
"""

from __future__ import annotations

import importlib
import os
import sys
import tempfile
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from ..protocol import MissingProgram

# What is named in answers, by what pip calls it, and the module that must import.
PACKAGES = {
    "alfworld": "alfworld",
    "textworld": "textworld.envs.pddl",
    "fast-downward-textworld": "fast_downward",
}
INSTALL = "run scripts/setup.sh --alfworld, or pip install --no-deps -r requirements-alfworld.txt"


@cache
def require() -> dict[str, str]:
    """The versions of what plays a game, all of it imported.

    Throws: `MissingProgram`, which says what to install.
    """
    # The text generator evaluates its phrases in a function's own locals, which Python 3.13 made unwritable.
    if sys.version_info >= (3, 13):
        raise MissingProgram(
            f"ALFWorld's engine needs Python 3.10 to 3.12 and this is {sys.version.split()[0]}; "
            f"{INSTALL} with one"
        )
    # At import the package makes a folder for data that nobody fetches; the temporary one is there already.
    os.environ.setdefault("ALFWORLD_DATA", tempfile.gettempdir())
    try:
        for module in PACKAGES.values():
            importlib.import_module(module)
        return {package: version(package) for package in PACKAGES}
    except (ImportError, PackageNotFoundError) as problem:
        raise MissingProgram(f"ALFWorld cannot start: {problem}; {INSTALL}") from problem


def constants() -> Any:
    """The package's tables: which receptacle takes which object, what can be heated, and so on."""
    require()
    return importlib.import_module("alfworld.gen.constants")


def goal_library() -> dict[str, Any]:
    """The package's goals: PDDL and wordings of each task type."""
    require()
    goals: dict[str, Any] = importlib.import_module("alfworld.gen.goal_library").gdict
    return goals


def folder() -> Path:
    """Where the package lies: its floor plans, domain and grammar are files there."""
    require()
    return Path(importlib.import_module("alfworld").__file__ or "").parent

"""The games that the tests of ALFWorld play, and the server that plays them in a process of its own."""

from __future__ import annotations

import atexit
import json
import os
import shutil
import subprocess
import sys
import tempfile
from functools import cache
from pathlib import Path
from types import TracebackType
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
ENTRY = ROOT / "environments" / "alfworld_server.py"
REAL = Path(__file__).resolve().parent / "Games"
REAL_GAME = "valid_seen/pick_heat_then_place_in_recep-Potato-None-SinkBasin-14/trial_T20190908_231731_054988"
# Draws small rooms, which load fast.
SEED = 34
# Long enough for a busy machine; nothing here takes a tenth of it.
PATIENCE = 300

Answer = dict[str, Any]


@cache
def scratch() -> Path:
    """A folder that lasts as long as the tests."""
    folder = Path(tempfile.mkdtemp(prefix="recode-alfworld-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder


def new_folder() -> Path:
    return Path(tempfile.mkdtemp(dir=scratch()))


def run(*arguments: object) -> subprocess.CompletedProcess[str]:
    """Runs the program with these arguments."""
    command = [sys.executable, "-I", "-B", str(ENTRY), *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE, check=False)


def generate(out: Path, *more: object, seed: int = SEED) -> None:
    done = run("games", "--per-type", 1, "--seed", seed, "--out", out, *more)
    if done.returncode != 0:
        raise AssertionError(done.stderr)


@cache
def generated() -> Path:
    """A game of each task type and split; nobody changes them."""
    folder = scratch() / "generated"
    generate(folder, "--jobs", 2)
    return folder


@cache
def one_of_each() -> Path:
    """A generated game of each task type, and the real one."""
    folder = scratch() / "one-of-each"
    shutil.copytree(generated() / "json_2.1.1" / "train", folder / "json_2.1.1" / "train")
    shutil.copytree(REAL / "json_2.1.1" / "valid_seen", folder / "json_2.1.1" / "valid_seen")
    return folder


def copy_of(games: Path) -> Path:
    """Games that a test may change."""
    folder = new_folder() / "games"
    shutil.copytree(games, folder)
    return folder


def games_in(folder: Path) -> dict[str, Answer]:
    """The content of every game below a folder by the path of its trial."""
    found = sorted(folder.glob("json_2.1.1/*/*/*/game.tw-pddl"))
    return {
        str(path.parent.relative_to(folder / "json_2.1.1")): json.loads(path.read_text()) for path in found
    }


def change(game: Path, **values: object) -> None:
    """Gives keys of a JSON file other values; None takes a key out."""
    content = json.loads(game.read_text())
    content.update(values)
    game.write_text(json.dumps({key: value for key, value in content.items() if value is not None}))


class Server:
    """The environment over a folder of games."""

    def __init__(
        self,
        games: Path,
        *options: object,
        cache: Path | None = None,
        hash_seed: int | None = None,
        setup: str = "",
    ) -> None:
        """With a hash seed Python is not isolated, or it would not hear of it; `setup` is run before all."""
        isolated = ["-I"] if hash_seed is None else []
        code = (
            f"import runpy, sys; {setup}; del sys.argv[0]; runpy.run_path(sys.argv[0], run_name='__main__')"
        )
        entry = ["-c", code, str(ENTRY)] if setup else [str(ENTRY)]
        arguments = ["--games", str(games), "--cache", str(cache or new_folder()), *map(str, options)]
        self.process = subprocess.Popen(
            [sys.executable, *isolated, "-B", *entry, *arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env={**os.environ, **({} if hash_seed is None else {"PYTHONHASHSEED": str(hash_seed)})},
        )

    def __enter__(self) -> Server:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.process.communicate(timeout=PATIENCE)

    def ask(self, request: str, **fields: object) -> Answer:
        """The answer to a request, which may be an error."""
        assert self.process.stdin and self.process.stdout
        self.process.stdin.write(json.dumps({"request": request, **fields}) + "\n")
        self.process.stdin.flush()
        line = self.process.stdout.readline()
        if not line:
            raise AssertionError(f"no answer: {self.process.communicate(timeout=PATIENCE)[1]}")
        answer: Answer = json.loads(line)
        return answer

    def get(self, request: str, **fields: object) -> Answer:
        """The answer to a request that goes well."""
        answer = self.ask(request, **fields)
        if "error" in answer:
            raise AssertionError(f"{request} {fields}: {answer['error']}")
        return answer

    def instances(self) -> list[tuple[str, str, int]]:
        """Split, task and variation of every game."""
        hello = self.get("hello")
        return [
            (split, task, variation)
            for split in hello["splits"]
            for task in hello["tasks"]
            for variation in self.get("instances", task=task, split=split)["variations"]
        ]

    def walk(self, session: int, actions: list[str]) -> list[Answer]:
        return [self.get("step", session=session, action=action) for action in actions]

"""The exports that the tests open: made once each, by the built program.

They are of the run in data/samples; those of preferences are of a run of their own.
"""

import gzip
import json
import os
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent.parent
RUN = ROOT / "data" / "samples" / "run"
WORK = Path(os.environ["RECODE_DATA_INTEROP"])
PROGRAM = os.environ["RECODE_DATA_PROGRAM"]
FORMATS = ["prompt-completion", "messages", "sharegpt", "alpaca", "openai", "text", "parquet"]

Row = dict[str, Any]


def program(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Runs the program, for two minutes at most."""
    return subprocess.run([PROGRAM, *arguments], capture_output=True, text=True, timeout=120, check=False)


@cache
def export(*options: str) -> Path:
    """The directory of an export of all trajectories with these options."""
    place = WORK / "-".join(part.strip("-").replace("/", "_") for part in options)
    done = program("export", str(RUN), *options, "--out", str(place))
    if done.returncode != 0:
        raise AssertionError(f"export {options} ended with {done.returncode}: {done.stderr}")
    return place


def of_format(name: str) -> Path:
    """An export in a format, with a fifth of the tasks kept back for validation."""
    return export("--format", name, "--holdout", "0.2")


def manifest(place: Path) -> dict[str, Any]:
    return dict(json.loads((place / "manifest.json").read_text()))


def shards(place: Path, split: str | None = None) -> list[Path]:
    """Data files, in the manifest's order."""
    return [place / shard["path"] for shard in manifest(place)["shards"] if split in (None, shard["split"])]


def lines(path: Path) -> Iterator[Row]:
    """The rows of a file of JSON lines, gzipped or not."""
    with gzip.open(path, "rt") if path.suffix == ".gz" else open(path) as file:
        for line in file:
            yield json.loads(line)


def rows(place: Path, split: str | None = None) -> list[Row]:
    """The rows of JSON files."""
    return [row for path in shards(place, split) for row in lines(path)]


def trajectories() -> dict[str, Row]:
    """What the exports were made from, by id."""
    return {row["id"]: row for path in sorted((RUN / "trajectories").iterdir()) for row in lines(path)}


@cache
def slips() -> Path:
    """A run of an expert that slips and plays tasks again."""
    run = WORK / "slips"
    tasks = ["--tasks", "lifespan-longest-lived,find-plant", "--variations", "2", "--repeats", "4"]
    python = ["--python", str(ROOT / ".venv/bin/python")]
    done = program("collect", *tasks, "--slip", "0.3", "--run", str(run), *python)
    assert done.returncode == 0, done.stderr
    return run


@cache
def preferences(name: str = "prompt-completion") -> Path:
    """An export of chosen and rejected answers in a format."""
    place = WORK / f"preferences-{name}"
    # Train instances of these tasks begin like held-out ones; nobody trains on them here for good.
    options = ["--failures", "preference", "--holdout", "0.25", "--allow-leakage", "--format", name]
    done = program("export", str(slips()), *options, "--out", str(place))
    assert done.returncode == 0, done.stderr
    assert manifest(place)["counts"]["pairs"] >= 3
    return place

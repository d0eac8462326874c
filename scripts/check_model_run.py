"""Judges what scripts/test-model.sh made; says what is wrong on standard error and exits 1.

check_model_run.py run RUN EPISODES SECONDS    a collected run is whole; prints one line about it
check_model_run.py secret DIRECTORY            the value of RECODE_CANARY_KEY is in no file there
"""

import gzip
import json
import os
import sys
from collections import Counter
from pathlib import Path
from typing import Any


def content(path: Path) -> bytes:
    data = path.read_bytes()
    return gzip.decompress(data) if path.suffix == ".gz" else data


def records(directory: Path) -> list[dict[str, Any]]:
    return [
        json.loads(line)
        for path in sorted(directory.glob("*.jsonl.gz"))
        for line in content(path).splitlines()
    ]


def check_run(run: Path, episodes: int, seconds: int) -> list[str]:
    trajectories = records(run / "trajectories")
    calls = records(run / "calls")
    prompt = sum(trajectory["usage"]["prompt_tokens"] for trajectory in trajectories)
    answered = sum(trajectory["usage"]["completion_tokens"] for trajectory in trajectories)
    endings = Counter(str(trajectory.get("ended") or "") for trajectory in trajectories)
    print(
        f"test-model: {run.name}: {len(trajectories)} episodes, "
        f"{sum(trajectory['steps'] for trajectory in trajectories)} steps, {len(calls)} calls, "
        f"{prompt} + {answered} tokens, {seconds} s; "
        + ", ".join(f"{count} {ending}" for ending, count in sorted(endings.items()))
    )
    problems = []
    if len(trajectories) != episodes:
        problems.append(f"{len(trajectories)} trajectories, not {episodes}")
    if "" in endings:
        problems.append(f"{endings['']} trajectories do not say how they ended")
    if answered == 0:
        problems.append("the model answered not one token")
    if not calls:
        problems.append("calls/ holds no record")
    unanswered = sum(trajectory["calls"] == 0 for trajectory in trajectories)
    if unanswered:
        problems.append(f"{unanswered} episodes got no answer at all")
    lost = [call["trajectory_id"] for call in calls if "response" not in call]
    if len(lost) > episodes // 5:
        problems.append(f"{len(lost)} calls failed for good")
    return [f"{run}: {problem}" for problem in problems]


def check_secret(directory: Path) -> list[str]:
    secret = os.environ["RECODE_CANARY_KEY"].encode()
    files = [path for path in sorted(directory.rglob("*")) if path.is_file()]
    return [f"{path} holds the key" for path in files if secret in content(path)]


def main(arguments: list[str]) -> int:
    match arguments:
        case ["run", run, episodes, seconds]:
            problems = check_run(Path(run), int(episodes), int(seconds))
        case ["secret", directory]:
            problems = check_secret(Path(directory))
        case _:
            print(__doc__, file=sys.stderr)
            return 64
    for problem in problems:
        print(f"test-model: {problem}", file=sys.stderr)
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

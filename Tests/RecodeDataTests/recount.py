"""Counts a study again, from the files of a run and its exports alone, to compare with recode-data count.

recount.py RUN EXPORT[=SELECTION]... reads RUN/trajectories/*.jsonl.gz, and of each export its manifest and
pairs. What is kept is what pairs are of; where a kept trajectory may have none, the selection file says.
Prints rows (one for each export) and structure as JSON, with the keys of count.json.
"""

from __future__ import annotations

import gzip
import json
import math
import re
import statistics
import sys
from collections import Counter, defaultdict
from pathlib import Path
from typing import Any

Record = dict[str, Any]

BLANKS = re.compile(r"[ \t\n\v\f\r]+")


def lines(directory: Path) -> list[Record]:
    """All records of the gzipped files in a directory."""
    records: list[Record] = []
    for path in sorted(directory.glob("*.jsonl.gz")):
        with gzip.open(path, "rt", encoding="utf-8") as file:
            records += [json.loads(line) for line in file]
    return records


def spread(values: list[float]) -> Record:
    """How many values, their mean, and their sample standard deviation."""
    if not values:
        return {"n": 0, "mean": None, "sd": None}
    deviation = statistics.stdev(values) if len(values) > 1 else 0.0
    return {"n": len(values), "mean": statistics.fmean(values), "sd": deviation}


def is_expanded(node: Record) -> bool:
    return bool(node["kind"] == "placeholder" and node["status"] == "expanded")


def standing(nodes: list[Record]) -> list[Record]:
    """The nodes of answers that stood, from the root down."""
    children: defaultdict[int, list[Record]] = defaultdict(list)
    for node in nodes[1:]:
        children[node["parent"]].append(node)
    found: list[Record] = []
    left = [nodes[0]]
    while left:
        node = left.pop()
        found.append(node)
        if is_expanded(node):
            last = max((child["attempt"] for child in children[node["id"]]), default=0)
            left += [child for child in children[node["id"]] if child["attempt"] == last]
    return found


def shape(trajectories: list[Record]) -> Record:
    """Depth, branching and placeholder ratio over some trees."""
    depths, branchings, ratios = [], [], []
    for trajectory in trajectories:
        nodes = standing(trajectory["nodes"])
        expanded = [node for node in nodes if is_expanded(node)]
        depths.append(max((node["depth"] + 1.0 for node in expanded), default=0.0))
        generated = [node for node in nodes if node["parent"] is not None]
        if expanded:
            branchings.append(len(generated) / len(expanded))
        kinds = [node["kind"] == "placeholder" for node in generated if is_function(node)]
        if kinds:
            ratios.append(sum(kinds) / len(kinds))
    return {"depth": spread(depths), "branching": spread(branchings), "placeholder_ratio": spread(ratios)}


def is_function(node: Record) -> bool:
    return node["kind"] == "placeholder" or bool(node["actions"])


def taught(pair: Record) -> str:
    """What makes two pairs the same."""
    messages = pair["prompt"] + pair["completion"]
    return json.dumps(
        [[message["role"], BLANKS.sub(" ", message["content"]).strip(" ")] for message in messages]
    )


def row(argument: str, trajectories: dict[str, Record]) -> Record:
    """The row of one export."""
    directory, _, selection = argument.partition("=")
    manifest, pairs = json.loads((Path(directory) / "manifest.json").read_bytes()), lines(Path(directory))
    ids = [pair["trajectory_id"] for pair in pairs]
    if selection:
        ids = [entry["id"] for entry in json.loads(Path(selection).read_bytes())["kept"]]
    kept = [trajectories[name] for name in dict.fromkeys(ids)]
    assert manifest["counts"]["trajectories"] == len(kept)
    rewards = spread([trajectory["reward"] for trajectory in kept])
    method = manifest["method"]
    costs = [trajectory["usage"]["cost_usd"] for trajectory in kept]
    return {
        "method": method,
        "top": manifest["selection"]["top"],
        "trajectories": len(kept),
        "pairs": len(pairs),
        "unique_pairs": len({taught(pair) for pair in pairs}),
        "mean_reward": rewards["mean"],
        "sd_reward": rewards["sd"],
        "success_rate": statistics.fmean(trajectory["success"] for trajectory in kept),
        "mean_steps": statistics.fmean(
            sum(len(node["actions"]) for node in trajectory["nodes"]) for trajectory in kept
        ),
        "pairs_per_trajectory": len(pairs) / len(kept),
        "prompt_tokens": sum(trajectory["usage"]["prompt_tokens"] for trajectory in kept),
        "completion_tokens": sum(trajectory["usage"]["completion_tokens"] for trajectory in kept),
        "cost_usd": None if None in costs else math.fsum(costs),
        "shape": shape(kept) if method == "recode" else None,
    }


def finished(trajectory: Record) -> list[Record]:
    """Placeholders that declare outputs and whose expansion ran to its end."""
    nodes = trajectory["nodes"]
    unfinished: set[int] = set()
    if trajectory["ended"] != "resolved":
        node = [node for node in nodes if node["status"] not in ("pending", "skipped")][-1]
        unfinished = {node["id"]}
        while node["parent"] is not None:
            node = nodes[node["parent"]]
            unfinished.add(node["id"])
    return [node for node in nodes if is_expanded(node) and node["outputs"] and node["id"] not in unfinished]


def correlation(lost: list[bool], rewards: list[float]) -> Record:
    """Pearson's, and Fisher's interval."""
    count = len(rewards)
    if count < 4 or len(set(lost)) < 2 or len(set(rewards)) < 2:
        return {"n": count, "r": None, "low": None, "high": None}
    r = statistics.correlation([float(flag) for flag in lost], rewards)
    width = statistics.NormalDist().inv_cdf(0.975) / math.sqrt(count - 3)
    low, high = (math.tanh(math.atanh(r) + sign * width) for sign in (-1, 1))
    return {"n": count, "r": r, "low": low, "high": high}


def structure(trajectories: list[Record]) -> Record:
    """What became of the structure of all episodes."""
    judged = [finished(trajectory) for trajectory in trajectories]
    losing = [sum(bool(node["lost_outputs"]) for node in nodes) for nodes in judged]
    lost = [sum(len(node["lost_outputs"]) for node in nodes) for nodes in judged]
    declaring = sum(map(len, judged))
    asked = [node for trajectory in trajectories for node in trajectory["nodes"] if node["expansion"]]
    failed = [node for node in asked if node["expansion"]["attempts"]]
    problems = Counter(attempt["problem"] for node in failed for attempt in node["expansion"]["attempts"])
    repaired = sum(is_expanded(node) for node in failed)
    return {
        "episodes": len(trajectories),
        "lost_outputs": {
            "declaring": declaring,
            "losing": sum(losing),
            "share": sum(losing) / declaring if declaring else None,
            "total": sum(lost),
            "per_episode": spread([float(count) for count in lost]),
            "episodes": sum(count > 0 for count in lost),
            "reward_correlation": correlation(
                [count > 0 for count in lost], [trajectory["reward"] for trajectory in trajectories]
            ),
        },
        "attempts": {problem: problems[problem] for problem in ("format", "limit", "runtime")},
        "repaired": repaired,
        "unrepaired": len(failed) - repaired,
        "ended": Counter(trajectory["ended"] for trajectory in trajectories),
    }


def main() -> None:
    trajectories = lines(Path(sys.argv[1]) / "trajectories")
    by_id = {trajectory["id"]: trajectory for trajectory in trajectories}
    rows = [row(argument, by_id) for argument in sys.argv[2:]]
    print(json.dumps({"rows": rows, "structure": structure(trajectories)}))


main()

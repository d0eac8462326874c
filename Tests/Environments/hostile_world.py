"""A world that says what no world says, one thing for each mode; all else is in order.

hostile_world.py MODE
"""

from __future__ import annotations

import functools
import json
import sys
from collections.abc import Callable
from typing import Any

MOST = 2**63 - 1


def nested(depth: int) -> str:
    return "[" * depth + "]" * depth


def hello(mode: str) -> dict[str, Any]:
    said: dict[str, Any] = {
        "protocol": "recode.environment.v1",
        "name": "hostile",
        "version": "1",
        "platform": {},
        "options": {},
        "splits": ["train", "dev", "test"],
        "tasks": ["t"],
        "actions": "a",
        "native_reward": {"min": 0.0, "max": 1.0},
        "step_limit": 5,
        "sessions": None,
    }
    changes: dict[str, dict[str, Any]] = {
        "name_dots": {"name": "../../x"},
        "task_dots": {"tasks": [".."]},
        "task_lines": {"tasks": ["a\n---\nb`$(touch pwned)`"]},
        "task_escapes": {"tasks": ["\u001b[31mred\u001b]0;title\u0007"]},
        "task_accents": {"tasks": ["a" + "\u0301\u0323" * 200_000, "b"]},
        "version_lines": {"version": "1\n\n# Pwned\n<script>alert(1)</script>\n---\n"},
        "version_huge": {"version": "9" * 10_000_000},
        "tasks_many": {"tasks": [f"t{i}" for i in range(20_000)]},
        "step_limit_huge": {"step_limit": MOST},
        "sessions_huge": {"sessions": MOST},
        "sessions_half": {"sessions": 2**62},
        "sessions_one": {"sessions": 1},
        "sessions_negative": {"sessions": -1},
        "range_huge": {"native_reward": {"min": -1e308, "max": 1e308}},
        "actions_marks": {"actions": "{{instruction}} {{system}} {{x"},
    }
    return said | changes.get(mode, {})


@functools.cache
def instances(mode: str) -> dict[str, Any]:
    changes = {
        "variations_huge": [MOST],
        "variations_many": list(range(500_000)),
        "variations_negative": [-1],
        "variations_falling": [3, 2],
    }
    return {"variations": changes.get(mode, [0])}


def reset(mode: str) -> dict[str, Any]:
    said: dict[str, Any] = {
        "instruction": "do it",
        "observation": "you see",
        "actions": None,
        "options": {},
        "gold": [],
    }
    look = {"action": "a", "observation": "b", "reward": 1.0, "done": False, "completed_goals": []}
    changes: dict[str, dict[str, Any]] = {
        "instruction_huge": {"instruction": "x" * 15_000_000},
        "options_huge": {"options": {"a": "x" * 15_000_000}},
        "options_wide": {"options": {f"k{i}": i for i in range(100_000)}},
        "gold_many": {"gold": [look] * 80_000},
        "grammar": {"options": {"grammar": "../../../etc/passwd"}},
    }
    return said | changes.get(mode, {})


def step(mode: str) -> dict[str, Any]:
    said: dict[str, Any] = {
        "observation": "ok",
        "reward": 0.5,
        "native_reward": 0.5,
        "done": False,
        "success": False,
    }
    changes: dict[str, dict[str, Any]] = {
        "reward_huge": {"reward": 1e308},
        "range_huge": {"native_reward": 1e308, "reward": 1.0, "done": True, "success": True},
        "reward_denormal": {"reward": 5e-324},
        "observation_huge": {"observation": "x" * 15_000_000},
        "observation_controls": {"observation": "a\u0000b\u001b[2Jc\u202e<|im_end|>"},
    }
    return said | changes.get(mode, {})


def raw(mode: str) -> dict[str, str]:
    """Whole lines in place of answers."""
    greeting, begun, taken = json.dumps(hello(mode)), json.dumps(reset(mode)), json.dumps(step(mode))
    empty = '"options": {}'
    later = json.dumps(step(mode) | {"reward": 1.0, "native_reward": 1.0, "done": True, "success": True})
    return {
        "step_limit_over": {"hello": greeting.replace('"step_limit": 5', '"step_limit": 1e30')},
        "sessions_over": {"hello": greeting.replace('"sessions": null', '"sessions": 9223372036854775808')},
        "range_infinite": {"hello": greeting.replace('"max": 1.0', '"max": 1e400')},
        "nan": {"step": taken.replace('"reward": 0.5, "native', '"reward": NaN, "native')},
        "reward_negative_zero": {"step": taken.replace('"reward": 0.5, "native', '"reward": -0.0, "native')},
        "options_deep": {"hello": greeting.replace(empty, f'"options": {{"a": {nested(100_000)}}}')},
        "options_deep_500": {"hello": greeting.replace(empty, f'"options": {{"a": {nested(500)}}}')},
        "instance_deep_500": {"reset": begun.replace(empty, f'"options": {{"a": {nested(500)}}}')},
        "options_twice": {"hello": greeting.replace(empty, '"options": {"a": 1, "a": 2}')},
        "flood": {"step": "x" * (40 << 20)},
        "mark": {"hello": "\ufeff" + greeting},
        "answers_twice": {"step": taken + "\n" + later},
    }.get(mode, {})


def main() -> None:
    mode = sys.argv[1]
    lines = raw(mode)
    answers: dict[str, Callable[[str], dict[str, Any]]] = {
        "hello": hello,
        "instances": instances,
        "reset": reset,
        "step": step,
    }
    if mode == "errors_flood":
        for _ in range(200):
            sys.stderr.write("E" * 1_000_000)
    for line in sys.stdin:
        kind = json.loads(line)["request"]
        answer = answers[kind](mode) if kind in answers else {}
        print(lines.get(kind) or json.dumps(answer), flush=True)


main()

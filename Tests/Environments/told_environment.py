"""An environment that answers what a file tells it, for tests of what becomes of its words.

    told_environment.py FILE

The file is JSON. `hello`, `instances`, `reset` and `step` replace keys of the answers; `error` maps a request
to the words it is refused with; `exit` names the request that ends the program, and `stderr` is what it says
before that, or at its start where nothing ends it.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

HELLO = {
    "protocol": "recode.environment.v1",
    "name": "told",
    "version": "1",
    "platform": {},
    "options": {},
    "splits": ["train"],
    "tasks": ["t"],
    "actions": "Say anything.",
    "native_reward": {"min": 0.0, "max": 1.0},
    "step_limit": 9,
    "sessions": None,
}
ANSWERS: dict[str, dict[str, Any]] = {
    "hello": HELLO,
    "instances": {"variations": [0]},
    "reset": {"instruction": "Do it.", "observation": "A room.", "actions": None, "options": {}, "gold": []},
    "step": {"observation": "Done.", "reward": 1.0, "native_reward": 1.0, "done": True, "success": True},
    "close": {},
}


def main() -> None:
    told = json.loads(Path(sys.argv[1]).read_text())
    if "exit" not in told:
        sys.stderr.write(told.get("stderr", ""))
    for line in sys.stdin:
        request = json.loads(line)["request"]
        if told.get("exit") == request:
            sys.stderr.write(told.get("stderr", ""))
            sys.stderr.flush()
            sys.exit(3)
        answer: dict[str, Any] = ANSWERS[request] | told.get(request, {})
        if request in told.get("error", {}):
            answer = {"error": told["error"][request]}
        print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    main()

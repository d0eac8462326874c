"""What an honest model says that plays environments/examples/key_and_door.py, and what a hostile one says.

Rows of nine rooms are where it does harm; in rows of four it is honest.
"""

from __future__ import annotations

import itertools
import threading

# Solves any row of rooms. What it computes and prints would show a neighbour that gets at its time or memory.
HONEST = """
import re
seen = observation
print(sum(n * n for n in range(200000)), list({object: 1, str: 2, Exception: 3}), id(object()), hash('a'))
print({frozenset((a, b)) for a in ('x', 'y') for b in ('z', 'w')}, [type(x) for x in {1: 'a'}.items()])
room, rooms = [int(number) for number in re.findall(r'\\d+', seen)[:2]]
for _ in range(room - 1):
    seen = run('go left')
for _ in range(rooms - 1):
    run('take key')
    seen = run('go right')
print(seen, bytearray(1 << 20)[:4], sorted(globals()))
print(run('open door'))
"""

MARK = "# attack"

ATTACKS = {
    "ends the first process of its namespace": """
import fcntl, os, signal
targets = [(1, signal.SIGINT), (1, signal.SIGKILL), (-1, signal.SIGTERM), (os.getppid(), signal.SIGINT)]
for pid, number in targets:
    try:
        r, w = os.pipe()
        fcntl.fcntl(r, fcntl.F_SETOWN, pid)
        fcntl.fcntl(r, 10, number)
        fcntl.fcntl(r, fcntl.F_SETFL, fcntl.fcntl(r, fcntl.F_GETFL) | os.O_ASYNC)
        os.write(w, b'x')
    except OSError:
        pass""",
    "makes its neighbours slow": """
import os
for which in (os.PRIO_PGRP, os.PRIO_USER, os.PRIO_PROCESS):
    try:
        os.setpriority(which, 0, 19)
    except OSError:
        pass""",
    "takes the limits of others": """
import resource
for pid in range(1, 400):
    try:
        resource.prlimit(pid, resource.RLIMIT_CPU, (0, 0))
    except (OSError, ValueError):
        pass""",
    "sends signals to all": """
import os
for pid in (-1, 0, 1, *range(3, 400)):
    try:
        os.kill(pid, 9)
    except OSError:
        pass""",
    "locks the files of all": """
import fcntl, os
held = [os.open('/usr/lib/os-release', os.O_RDONLY) for _ in range(20)]
for number in held:
    for lock in (lambda: fcntl.flock(number, 6), lambda: fcntl.fcntl(number, 1024, 0)):
        try:
            lock()
        except OSError:
            pass""",
    "takes what the kernel has of a thing": """
import ctypes
libc = ctypes.CDLL(None)
for _ in range(400):
    libc.inotify_init1(0)
    libc.eventfd(0, 0)
    libc.timerfd_create(0, 0)
    libc.memfd_create(b'x', 0)""",
    "takes all memory": "x = []\nwhile True:\n    x.append(bytearray(1 << 20))",
    "never ends": "while True:\n    pass",
    "floods its errors": """
import os
for _ in range(4000):
    os.write(2, b'recode-data: error: the others\\n' * 2000)""",
    "answers in the executor's place": """
import os
for number in range(64):
    try:
        os.write(number, b'{"id":1,"kind":"completed","printed":["won"],"assigned":["won"]}\\n' * 50)
    except OSError:
        pass""",
    "answers with what is no message": """
import os
for number in range(64):
    try:
        os.write(number, b'\\x00\\xff{[' * 9000 + b'\\n')
    except OSError:
        pass""",
    "sends an action that no environment takes": """
worker = run.__closure__[0].cell_contents
worker.channel.send({'id': worker.request_id, 'kind': 'action', 'action': 'a' + chr(769) * (4 << 20)})
worker.channel.receive()""",
    "sends an action of many lines": """
worker = run.__closure__[0].cell_contents
worker.channel.send({'id': worker.request_id, 'kind': 'action', 'action': 'a\\n{"request": "hello"}'})
worker.channel.receive()""",
    "closes everything": "import os\nos.closerange(0, 64)",
    "crashes": "import ctypes\nctypes.string_at(0)",
    "bends Python": """
import builtins, json
builtins.len = lambda x: 0
json.dumps = lambda *a, **k: '{}'
del builtins.print""",
    "leaves": "import os\nos._exit(0)",
}

_turns = itertools.cycle(ATTACKS.values())
_lock = threading.Lock()


def answer(prompt: str, *, is_hostile: bool) -> str:
    """A program for the row of rooms that the prompt shows."""
    if "of 9." not in prompt:
        code = HONEST
    elif not is_hostile:
        code = "print(observation)\nimport os\nos._exit(0)"
    elif prompt.count(MARK) >= 2:
        code = ATTACKS["leaves"]
    else:
        with _lock:
            code = f"{MARK}\n{next(_turns)}"
    return f"<think>I go on.</think>\n<execute>\n{code.strip()}\n</execute>"

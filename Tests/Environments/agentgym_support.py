"""What the tests of the AgentGym adapter share: a server with a tiny world, and the program."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
PROGRAM = ROOT / "environments" / "agentgym.py"
# The games a server has.
GAMES = 40

sys.path.insert(0, str(ROOT / "environments"))


class Box:
    """One environment: a box with as many locks as its game has; `open` opens one, `smash` breaks it."""

    def __init__(self) -> None:
        self.game: int | None = None
        self.locks = self.opened = 0
        self.is_over = False

    def begin(self, game: int) -> None:
        self.game, self.locks, self.opened, self.is_over = game, 2 + game % 2, 0, False

    def act(self, action: str) -> str:
        if self.game is None:
            raise ValueError("nothing was loaded")
        if action == "open":
            self.opened += 1
        self.is_over = self.opened == self.locks or action == "smash"
        return f"{self.opened} of {self.locks} locks of box {self.game} are open."


# What answers a request instead of the world: it gets the handler and says whether it did.
Trouble = Callable[["Handler"], bool]


class World:
    """What a server holds; it can be restarted, and told to make trouble."""

    def __init__(self, kind: str) -> None:
        self.kind = kind
        self.boxes: dict[int, Box] = {}
        self.asked: list[str] = []
        self.headers: list[dict[str, str]] = []
        # Of each path, what happens to the requests for it, one after the other.
        self.troubles: dict[str, list[Trouble]] = {}
        self.lock = threading.Lock()
        # A number is not used again after a restart, as in webshop, or is.
        self.next = 0

    def restart(self) -> None:
        self.boxes.clear()

    def box(self, number: int) -> Box:
        if number not in self.boxes:
            raise ValueError(f"The id {number} is not valid.")
        return self.boxes[number]

    def answer(self, path: str, body: dict[str, Any]) -> Any:
        if path == "/create":
            number, self.next = self.next, self.next + 1
            self.boxes[number] = Box()
            return number if self.kind == "webshop" else {"id": number}
        number = body["env_idx" if self.kind == "webshop" else "id"]
        if path == "/close" and self.kind != "alfworld":
            return {"closed": self.boxes.pop(number, None) is not None}
        return getattr(self, f"{self.kind}_{path[1:]}")(self.box(number), body)

    def begin(self, box: Box, game: int) -> None:
        if game >= GAMES:
            raise IndexError("list index out of range")
        box.begin(game)

    def alfworld_reset(self, box: Box, body: dict[str, Any]) -> Any:
        assert body["world_type"] == "Text"
        self.begin(box, body["game"])
        text = f"You see box {box.game}.\nYour task is to: open box {box.game}."
        return {"id": 0, "observation": text, "available_actions": ["open"], "task_type": "open/box"}

    def alfworld_step(self, box: Box, body: dict[str, Any]) -> Any:
        text = box.act(body["action"])
        won = float(box.opened == box.locks)
        return {"observation": text, "reward": won, "available_actions": ["open"], "done": box.is_over}

    def alfworld_available_actions(self, box: Box, body: dict[str, Any]) -> Any:
        return ["open", "smash"]

    def sciworld_score(self, box: Box) -> int:
        if box.is_over and box.opened < box.locks:
            return -100
        return 100 * box.opened // box.locks

    def sciworld_reset(self, box: Box, body: dict[str, Any]) -> Any:
        self.begin(box, body["data_idx"])
        text = {"task_description": f"Task Description:\nOpen box {box.game}.", "observation": "A room."}
        return {**text, "task_name": "box", "var_num": box.game, "reward": 0, "score": 0, "done": False}

    def sciworld_step(self, box: Box, body: dict[str, Any]) -> Any:
        before = self.sciworld_score(box)
        text = box.act(body["action"])
        score = self.sciworld_score(box)
        return {"observation": text, "reward": score - before, "score": score, "done": box.is_over}

    def sciworld_action_hint(self, box: Box, body: dict[str, Any]) -> Any:
        return {"possible_actions": ["smash", "open"], "possible_objects": ["lock", "box"]}

    def webshop_reset(self, box: Box, body: dict[str, Any]) -> Any:
        self.begin(box, body["session_id"])
        return [f"WebShop [SEP] Instruction: [SEP] Buy box {box.game} [SEP] Search", None]

    def webshop_step(self, box: Box, body: dict[str, Any]) -> Any:
        text = f"Instruction: [SEP] Buy box {box.game} [SEP] Page [SEP] " + box.act(body["action"])
        reward = box.opened / box.locks if box.is_over else 0.0
        return {"state": text, "reward": reward, "done": box.is_over, "info": None}

    def webshop_available_actions(self, box: Box, body: dict[str, Any]) -> Any:
        return {"has_search_bar": True, "clickables": ["lock"]}


class Handler(BaseHTTPRequestHandler):
    """Answers in the way of the original servers: errors with 200, but with 500 in webshop."""

    server: Server

    def do_GET(self) -> None:
        path, _, query = self.path.partition("?")
        self.handle_request(path, {key: int(value) for key, value in self.pairs(query) if value.isdecimal()})

    def do_POST(self) -> None:
        data = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        self.handle_request(self.path.partition("?")[0], json.loads(data or b"{}"))

    def pairs(self, query: str) -> Iterator[tuple[str, str]]:
        for part in filter(None, query.split("&")):
            yield part.partition("=")[0], part.partition("=")[2]

    def handle_request(self, path: str, body: dict[str, Any]) -> None:
        world = self.server.world
        with world.lock:
            world.asked.append(path)
            world.headers.append({"target": self.path, **dict(self.headers)})
            troubles = world.troubles.get(path)
            trouble = troubles.pop(0) if troubles else None
        if trouble is not None and trouble(self):
            return
        with world.lock:
            try:
                value = world.answer(path, body)
            except (ValueError, IndexError) as problem:
                if world.kind == "webshop":
                    self.say(b"Internal Server Error", 500)
                    return
                value = {"error": str(problem)}
            except AttributeError:
                self.say(b'{"detail": "Not Found"}', 404)
                return
        self.say(json.dumps(value).encode())

    def say(self, data: bytes, status: int = 200, headers: dict[str, str] | None = None) -> None:
        self.send_response(status)
        for key, value in {"Content-Length": str(len(data)), **(headers or {})}.items():
            self.send_header(key, value)
        self.end_headers()
        # The one that asked may be gone by now.
        with contextlib.suppress(OSError):
            self.wfile.write(data)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the name it has there
        pass


class Server(ThreadingHTTPServer):
    """A server on a free port of this machine."""

    daemon_threads = True

    def __init__(self, kind: str, port: int) -> None:
        super().__init__(("127.0.0.1", port), Handler)
        self.world = World(kind)

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self.server_port}"

    @property
    def url(self) -> str:
        return f"http://{self.address}"


@contextlib.contextmanager
def server(kind: str, port: int = 0) -> Iterator[Server]:
    """A server while it is needed."""
    with Server(kind, port) as made:
        thread = threading.Thread(target=made.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        thread.start()
        try:
            yield made
        finally:
            made.shutdown()
            thread.join(10)


def says(data: bytes, status: int = 200, headers: dict[str, str] | None = None) -> Trouble:
    """Answers with something else than the world would."""

    def trouble(handler: Handler) -> bool:
        handler.say(data, status, headers)
        return True

    return trouble


def says_late(seconds: float) -> Trouble:
    """Lets the one that asks wait before the world's answer."""

    def trouble(handler: Handler) -> bool:
        time.sleep(seconds)
        return False

    return trouble


def quietly(trouble: Trouble) -> Trouble:
    """Trouble that ends when the one that asks has gone."""

    def quiet(handler: Handler) -> bool:
        with contextlib.suppress(OSError):
            trouble(handler)
        return True

    return quiet


def hangs_up(handler: Handler) -> bool:
    """Answers with nothing at all."""
    handler.close_connection = True
    return True


def restarts(handler: Handler) -> bool:
    """Forgets every environment before the request."""
    handler.server.world.restart()
    return False


class Program:
    """The adapter as a process."""

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        self.process = process
        self.status: int | None = None
        self.words = ""

    def ask(self, **request: Any) -> dict[str, Any]:
        """The answer to a request."""
        answer = json.loads(self.line(request))
        assert isinstance(answer, dict)
        return answer

    def line(self, request: dict[str, Any]) -> bytes:
        """The answer as it is written; empty where the process ended."""
        assert self.process.stdin and self.process.stdout
        self.process.stdin.write(json.dumps(request).encode() + b"\n")
        self.process.stdin.flush()
        return self.process.stdout.readline()

    def reset(self, variation: int, session: int = 1, task: str | None = None) -> dict[str, Any]:
        task = task or self.ask(request="hello")["tasks"][0]
        return self.ask(request="reset", session=session, task=task, variation=variation)

    def step(self, action: str, session: int = 1) -> dict[str, Any]:
        return self.ask(request="step", session=session, action=action)

    def last_words(self, **request: Any) -> str:
        """The last line on stderr of a process that a request ends without an answer."""
        assert self.line(request) == b"", "there is an answer"
        self.finish()
        assert self.status not in (0, None), self.status
        return self.words.splitlines()[-1]

    def finish(self) -> None:
        """Ends the input, and with it the process."""
        if self.status is None:
            words = self.process.communicate(timeout=20)[1]
            self.status, self.words = self.process.returncode, words.decode()


@contextlib.contextmanager
def program(url: str, kind: str, *options: str) -> Iterator[Program]:
    """The adapter while it runs."""
    command = [sys.executable, "-I", "-B", str(PROGRAM), "--url", url, "--kind", kind, *options]
    pipe = subprocess.PIPE
    environment = {"PATH": os.environ["PATH"]}
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=pipe, env=environment) as process:
        made = Program(process)
        try:
            yield made
            made.finish()
        finally:
            process.kill()


@contextlib.contextmanager
def playing(kind: str, *options: str) -> Iterator[tuple[World, Program]]:
    """A server and the adapter for it."""
    with server(kind) as made, program(made.url, kind, "--instances", str(GAMES), *options) as adapter:
        yield made.world, adapter


def run(*arguments: str) -> tuple[int, str]:
    """Status and stderr of the adapter with no input."""
    command = [sys.executable, "-I", "-B", str(PROGRAM), *arguments]
    done = subprocess.run(command, input=b"", capture_output=True, timeout=20, check=False)
    return done.returncode, done.stderr.decode()

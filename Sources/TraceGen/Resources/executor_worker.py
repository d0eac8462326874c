"""Holds one episode's namespace and runs its statements, on behalf of the host that owns the environment.

Speaks JSON lines over the pipes it was started with: the host asks, one answer comes back. While a statement
runs, `run(action)` in it becomes a message to the host, which answers with an observation or with the end of
the episode. Only the standard library is used. What this process says is never trusted by the host: the code
it runs is not ours. The host has read each statement itself (code_reader.py), by the same rules, and holds
the answers against that.
"""

from __future__ import annotations

import ast
import builtins
import ctypes
import json
import os
import random
import re
import resource
import struct
import sys
import types
import warnings

import executor_limits as limits
import executor_syntax as syntax
import executor_values as values

TYPE_CHECKING = False  # importing `typing` would cost every episode some milliseconds
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    Message = dict[str, Any]

ACTION_BYTE_LIMIT = 4_096  # of UTF-8
SHOWN_CHARACTER_LIMIT = 200_000  # all values of one message together
OTHER_NAME_LIMIT = 1_000  # names a statement made other than by assigning them
OTHER_NAME_CHARACTER_LIMIT = 200


class EpisodeOver(BaseException):
    """The host has ended the episode: the statement stops where it stands."""


class Channel:
    """The pipes to the host, moved away from the descriptors the policy's code knows."""

    def __init__(self) -> None:
        self.incoming = os.fdopen(os.dup(0), "rb")
        self.outgoing = os.dup(1)
        null = os.open(os.devnull, os.O_RDWR)
        os.dup2(null, 0)
        os.dup2(null, 1)
        os.close(null)

    def send(self, message: Message) -> None:
        text = json.dumps(message, ensure_ascii=False, separators=(",", ":")) + "\n"
        data = text.encode("utf-8", "replace")
        while data:
            data = data[os.write(self.outgoing, data) :]

    def receive(self) -> Message:
        line = self.incoming.readline()
        if not line:
            os._exit(0)
        message: Message = json.loads(line)
        return message


# --- the episode


class Namespace(dict):  # type: ignore[type-arg]
    """The episode's names; tells which of them were bound, be it to the value they had before."""

    def __init__(self, names: dict[str, Any]) -> None:
        super().__init__(names)
        self.bound: set[Any] = set()

    def __setitem__(self, name: Any, value: Any) -> None:
        self.bound.add(name)
        super().__setitem__(name, value)


class Episode:
    """One namespace and what may be done with it."""

    def __init__(self, channel: Channel, start: Message) -> None:
        self.channel = channel
        self.clock = limits.Clock(
            start["processor_seconds"], start["wall_seconds"], start["episode_processor_seconds"]
        )
        self.allowances: dict[int, limits.Allowance] = {}
        self.memory = limits.Memory(start["memory_bytes"])
        self.output_bytes: int = start["output_bytes"]
        self.recursion_limit = sys.getrecursionlimit()
        self.builtins = dict(vars(builtins))
        self.is_running = False
        self.is_over = False
        self.request_id = 0
        self.run = self.make_run()
        self.namespace = Namespace({"__name__": "__main__"})
        self.told: set[str] = set()  # names that the host knows of
        self.restore_names()
        random.seed(start["seed"])

    def make_run(self) -> Callable[[str], str]:
        def run(action: str) -> str:
            """Sends one primitive action to the environment and returns the observation."""
            return self.act(action)

        return run

    def restore_names(self) -> None:
        self.namespace["run"] = self.run
        self.namespace.setdefault("re", re)
        self.namespace["__builtins__"] = builtins

    def is_known(self, name: str) -> bool:
        return name in self.namespace or name in syntax.BUILTIN_NAMES or hasattr(builtins, name)

    # requests

    def bind(self, variables: list[list[str]]) -> Message:
        self.namespace.update((name, value) for name, value in variables)
        self.told.update(name for name, _ in variables)
        return {"kind": "bound"}

    def variables(self, names: list[str]) -> Message:
        return {"kind": "variables", "variables": self.shown(names)}

    def execute(self, code: str, expands: bool, block: int | None) -> Message:
        self.is_over = False
        self.restore_names()
        try:
            if syntax.holds_endless_accents(code):
                raise ValueError(f"more than {syntax.ACCENT_LIMIT} accents follow each other")
            tree = ast.parse(code, syntax.FILE_NAME)
            # Without what this file has from the future.
            compiled = compile(tree, syntax.FILE_NAME, "exec", dont_inherit=True)
            placeholder = None
            if expands and len(tree.body) == 1:
                placeholder = syntax.placeholder_of(tree.body[0], self.is_known)
            if placeholder:
                return self.placeholder(tree.body[0], placeholder)
            stored = syntax.stored_names(syntax.nodes_of(tree))
        except (SyntaxError, ValueError, RecursionError, MemoryError, NameError) as error:
            traceback = self.traceback_text(error, code)
            return {"kind": "raised", "traceback": traceback, "printed": [], "assigned": [], "gone": []}
        # What has no body binds all its names, unless it raises.
        certain = [] if any(hasattr(part, "body") for part in tree.body) else stored
        result = self.run_statement(compiled, code, stored, certain, self.allowance(block))
        if self.clock.is_exhausted and not self.is_over:
            return {"kind": "exhausted"}
        return result

    def allowance(self, block: int | None) -> limits.Allowance:
        """What is left for a block; a statement without one is a block of its own."""
        if block is None:
            return self.clock.whole_block(self.output_bytes)
        return self.allowances.setdefault(block, self.clock.whole_block(self.output_bytes))

    # placeholders

    def placeholder(self, statement: ast.stmt, placeholder: syntax.Placeholder) -> Message:
        names, literals = syntax.taken_in(placeholder.call)
        for name, line in names:
            # One that is nowhere is an error before all else.
            if line and name not in self.namespace:
                raise values.UnknownName(name, line)
        for name, value in literals.items():
            self.namespace[name] = ast.literal_eval(value)
        self.told.update(literals)
        inputs = list(dict.fromkeys(name for name, _ in names))
        return {
            "kind": "placeholder",
            "name": placeholder.name,
            "signature": syntax.signature(statement),
            "inputs": inputs,
            "outputs": placeholder.outputs,
            "variables": self.shown(inputs),
        }

    def shown(self, names: list[str]) -> list[Message]:
        variables: list[Message] = []
        room = SHOWN_CHARACTER_LIMIT
        for name in names:
            if name in self.namespace and values.is_variable(name, self.namespace[name]):
                description = self.described(self.namespace[name], room)
                room = max(0, room - len(description["value"]))
                variables.append({"name": name, **description})
        return variables

    def described(self, value: object, room: int) -> Message:
        """A value's type and text. Its own `__repr__` may do anything, so it runs under a block's limits."""
        description: Message = {"type": values.name_of(type(value))}

        def describe() -> None:
            description["type"] = values.type_text(value)
            description["value"] = values.value_text(value, room)

        error = self.guarded(describe, self.clock.moment())
        if error is not None:
            name = values.name_of(type(error))
            description["value"] = f"<unprintable {description['type']}: {name}>"
        return description

    def traceback_text(self, error: BaseException, code: str) -> str:
        """What is said of an exception. Its class may be the policy's own, so it is asked under limits."""
        answers: list[tuple[str, int | None]] = [
            (f"{values.class_name(error)}: <its message cannot be shown>", None)
        ]

        def tell() -> None:
            answers.append(values.told(error))

        # Not confined to the block's memory: that may be what is used up.
        self.timed(tell, self.clock.moment())
        return values.traceback_text(error, *answers[-1], code)

    # statements

    def run_statement(
        self,
        compiled: types.CodeType,
        code: str,
        stored: list[str],
        certain: list[str],
        allowance: limits.Allowance,
    ) -> Message:
        """Runs a statement that may bind `stored`, and if it does not raise binds `certain`."""
        before = dict(self.namespace)
        self.namespace.bound.clear()
        printout = limits.Printout(allowance.output, self.output_bytes)
        error = self.run_compiled(compiled, printout, allowance)
        allowance.output -= printout.byte_count
        result: Message = {
            "kind": "completed",
            "printed": printout.lines(),
            "assigned": self.assigned(stored, certain if error is None else [], before),
            "gone": self.gone(),
        }
        if self.is_over:
            result["kind"] = "stopped"
        elif error is not None:
            result["kind"] = "limited" if type(error) in limits.LIMITS else "raised"
            result["traceback"] = self.traceback_text(error, code)
        return result

    def run_compiled(
        self, compiled: types.CodeType, printout: limits.Printout, allowance: limits.Allowance
    ) -> BaseException | None:
        """Runs a statement under its limits; returns what it raised."""
        sys.stdout = sys.stderr = printout
        self.is_running = True
        caught = self.guarded(lambda: exec(compiled, self.namespace), allowance)
        self.is_running = False
        self.repair_interpreter()
        return caught

    def guarded(self, work: Callable[[], None], allowance: limits.Allowance) -> BaseException | None:
        """Runs what may be the policy's code within bounds of time and memory; returns what it raised."""

        def confined() -> None:
            self.memory.confine()
            work()

        caught = self.timed(confined, allowance)
        self.memory.enlarge()
        return caught

    def timed(self, work: Callable[[], None], allowance: limits.Allowance) -> BaseException | None:
        caught: BaseException | None = None
        try:
            self.clock.arm(allowance)
            try:
                work()
            finally:
                self.clock.disarm()
        except BaseException as error:
            caught = error
        self.clock.disarm()
        return caught

    def repair_interpreter(self) -> None:
        sys.settrace(None)
        sys.setprofile(None)
        sys.setrecursionlimit(self.recursion_limit)
        vars(builtins).update(self.builtins)

    def assigned(self, stored: list[str], always: list[str], before: dict[str, Any]) -> list[str]:
        """Names that a statement bound, in the order of its text; then those it made in other ways."""
        certain = self.namespace.bound.union(always)
        names = [
            name
            for name in stored
            if name in self.namespace
            and (name in certain or name not in before or self.namespace[name] is not before[name])
        ]
        known = before.keys() | set(stored)
        others = [
            name
            for name in self.namespace
            if name not in known
            and type(name) is str
            and len(name) <= OTHER_NAME_CHARACTER_LIMIT
            and name.isidentifier()
        ]
        names = [name for name in names + others[:OTHER_NAME_LIMIT] if not name.startswith("__")]
        self.told.update(names)
        return names

    def gone(self) -> list[str]:
        """Names that the host knows of and that are no more."""
        gone = sorted(name for name in self.told if name not in self.namespace)
        self.told.difference_update(gone)
        return gone

    # actions

    def act(self, action: str) -> str:
        if not self.is_running:
            raise RuntimeError("run() works only while a statement is executed")
        if self.is_over:
            raise EpisodeOver
        if not isinstance(action, str):
            raise TypeError(f"run() takes the action as a str, not {type(action).__name__}")
        action = str.__str__(action)  # a plain one, whatever a subclass makes of itself
        if not action.strip():
            raise ValueError("run() needs an action, not an empty text")
        byte_count = len(action.encode())  # raises for half a surrogate pair
        if byte_count > ACTION_BYTE_LIMIT:
            raise ValueError(f"an action has at most {ACTION_BYTE_LIMIT} bytes, not {byte_count}")
        if action.splitlines() != [action]:
            raise ValueError("an action is one line: call run() once for each")

        def exchange() -> Message:
            self.channel.send({"id": self.request_id, "kind": "action", "action": action})
            return self.channel.receive()

        reply = self.clock.uninterrupted(exchange)
        if reply["op"] == "stop":
            self.is_over = True
            raise EpisodeOver
        return str(reply["observation"])

    def answer(self, request: Message) -> Message:
        self.request_id = request["id"]
        operation = request["op"]
        if operation == "bind":
            return self.bind(request["variables"])
        if operation == "execute":
            return self.execute(request["code"], request["rules"] == "expansion", request.get("block"))
        if operation == "variables":
            return self.variables(request["names"])
        raise ValueError(f"unknown operation {operation!r}")


# --- start-up


def limit_resources() -> None:
    for kind, limit in {
        resource.RLIMIT_CORE: 0,
        resource.RLIMIT_FSIZE: 0,
        resource.RLIMIT_NPROC: 0,
        resource.RLIMIT_NOFILE: 64,
    }.items():
        limits.set_limit(kind, limit, for_good=True)


def filter_system_calls(program: bytes) -> bool:
    """Gives up, for good, the system calls that the policy's code has no use for."""
    set_no_new_privileges, set_seccomp, filter_mode = 38, 22, 2
    prctl = ctypes.CDLL(None, use_errno=True).prctl
    prctl.argtypes = [ctypes.c_int] + [ctypes.c_ulong] * 4
    steps = ctypes.create_string_buffer(program, len(program))
    header = struct.pack("HP", len(program) // 8, ctypes.addressof(steps))
    holder = ctypes.create_string_buffer(header, len(header))
    return bool(
        prctl(set_no_new_privileges, 1, 0, 0, 0) == 0
        and prctl(set_seccomp, filter_mode, ctypes.addressof(holder), 0, 0) == 0
    )


def main() -> None:
    warnings.simplefilter("ignore")
    os.environ.clear()
    channel = Channel()
    start = channel.receive()
    limit_resources()
    is_filtered = filter_system_calls(bytes.fromhex(start["filter"]))
    episode = Episode(channel, start)
    channel.send({"id": start["id"], "kind": "ready", "filtered": is_filtered})
    while True:
        request = channel.receive()
        answer = episode.answer(request)
        channel.send({"id": request["id"], **answer})


def main_or_last_words() -> None:
    try:
        main()
    except BaseException as error:
        last_words = f"{type(error).__name__}: {error}\n".encode("utf-8", "replace")[:4000]
        try:
            os.write(2, last_words)
        finally:
            os._exit(70)

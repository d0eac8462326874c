"""Holds one episode's namespace and runs its statements, on behalf of the host that owns the environment.

Speaks JSON lines over the pipes it was started with: the host asks, one answer comes back. While a statement
runs, `run(action)` in it becomes a message to the host, which answers with an observation or with the end of
the episode. Only the standard library is used. What this process says is never trusted by the host: the code
it runs is not ours.
"""

from __future__ import annotations

import ast
import builtins
import ctypes
import json
import math
import os
import random
import re
import resource
import signal
import struct
import sys
import types
import warnings

import executor_rules as rules
import executor_values as values

TYPE_CHECKING = False  # importing `typing` would cost every episode some milliseconds
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from typing import Any

    Message = dict[str, Any]

ACTION_CHARACTER_LIMIT = 2_000
HEADROOM_BYTES = 64 << 20  # address space kept back from the policy's code, so that its failure can be told
REPEAT_SECONDS = 0.25


class ProcessorTimeLimit(BaseException):
    """A block has used up its processor time."""


class OutputLimit(Exception):
    """A block has printed more than it may."""


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


class Printout:
    """Stands in for standard output and error, and remembers what was printed, up to a limit."""

    encoding = "utf-8"

    def __init__(self, byte_limit: int) -> None:
        self.byte_limit = byte_limit
        self.parts: list[str] = []
        self.byte_count = 0
        self.is_cut = False

    def write(self, text: str) -> int:
        if not isinstance(text, str):
            raise TypeError(f"write() takes a str, not {type(text).__name__}")
        data = text.encode("utf-8", "replace")
        room = self.byte_limit - self.byte_count
        self.parts.append(data[:room].decode("utf-8", "ignore"))
        self.byte_count += min(len(data), room)
        if len(data) > room:
            self.is_cut = True
            raise OutputLimit(f"the block printed more than {self.byte_limit} bytes")
        return len(text)

    def writelines(self, lines: Iterable[str]) -> None:
        for line in lines:
            self.write(line)

    def flush(self) -> None:
        pass

    def isatty(self) -> bool:
        return False

    def lines(self) -> list[str]:
        text = values.without_addresses("".join(self.parts))
        if self.is_cut:
            text += f"… [cut at {self.byte_limit} bytes]"
        return text.removesuffix("\n").split("\n") if text else []


class Clock:
    """The processor time of the block that runs now.

    At the limit an exception is raised in the block, and again and again should it swallow it. Code that
    never returns to the interpreter, or swallows them all, is killed by the kernel one to two seconds later.
    """

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self.is_armed = False
        self.is_deferred = False
        self.is_late = False
        signal.signal(signal.SIGPROF, self.ring)

    def arm(self, seconds: float | None = None) -> None:
        usage = resource.getrusage(resource.RUSAGE_SELF)
        last_second = math.ceil(usage.ru_utime + usage.ru_stime + self.seconds) + 1
        signal.signal(signal.SIGPROF, self.ring)
        signal.signal(signal.SIGXCPU, signal.SIG_DFL)
        set_limit(resource.RLIMIT_CPU, last_second)
        self.is_late = False
        self.is_armed = True
        signal.setitimer(signal.ITIMER_PROF, seconds or self.seconds, REPEAT_SECONDS)

    def disarm(self) -> None:
        while True:
            try:
                self.is_armed = False
                signal.setitimer(signal.ITIMER_PROF, 0)
                return
            except ProcessorTimeLimit:
                continue

    def ring(self, *_: object) -> None:
        if self.is_deferred:
            self.is_late = True
        elif self.is_armed:
            raise ProcessorTimeLimit(f"the block used more than {self.seconds:g} seconds of processor time")

    def uninterrupted(self, exchange: Callable[[], Message]) -> Message:
        """Runs an exchange with the host, which an exception in its middle would put out of step."""
        self.is_deferred = True
        try:
            return exchange()
        finally:
            self.is_deferred = False
            if self.is_late:
                self.is_late = False
                self.ring()


def set_limit(kind: int, limit: int, for_good: bool = False) -> None:
    """Sets a limit as far as the one this process was started under allows."""
    hard = resource.getrlimit(kind)[1]
    if hard != resource.RLIM_INFINITY:
        limit = min(limit, hard)
    resource.setrlimit(kind, (limit, limit if for_good else hard))


class Memory:
    """The address space of this process."""

    def __init__(self, byte_limit: int) -> None:
        self.byte_limit = byte_limit
        set_limit(resource.RLIMIT_AS, byte_limit + HEADROOM_BYTES, for_good=True)

    def confine(self) -> None:
        set_limit(resource.RLIMIT_AS, self.byte_limit)

    def enlarge(self) -> None:
        set_limit(resource.RLIMIT_AS, self.byte_limit + HEADROOM_BYTES)


# --- the episode


class Episode:
    """One namespace and what may be done with it."""

    def __init__(self, channel: Channel, start: Message) -> None:
        self.channel = channel
        self.clock = Clock(start["processor_seconds"])
        self.memory = Memory(start["memory_bytes"])
        self.output_bytes: int = start["output_bytes"]
        self.recursion_limit = sys.getrecursionlimit()
        self.builtins = dict(vars(builtins))
        self.is_running = False
        self.is_over = False
        self.request_id = 0
        self.run = self.make_run()
        self.namespace: dict[str, Any] = {"__name__": "__main__"}
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
        return name in self.namespace or self.is_builtin(name)

    def is_builtin(self, name: str) -> bool:
        return name == "run" or hasattr(builtins, name)

    # requests

    def bind(self, variables: list[list[str]]) -> Message:
        self.namespace.update((name, value) for name, value in variables)
        return {"kind": "bound"}

    def parse(self, code: str, expands: bool) -> Message:
        known = self.is_known if expands else None
        try:
            return {"kind": "statements", "statements": rules.parse_block(code, known)}
        except rules.FormatProblem as problem:
            return {"kind": "problem", "problem": str(problem)}

    def variables(self, names: list[str]) -> Message:
        return {"kind": "variables", "variables": self.shown(names)}

    def execute(self, code: str, expands: bool) -> Message:
        self.is_over = False
        self.restore_names()
        try:
            tree = ast.parse(code, rules.FILE_NAME)
            compiled = compile(tree, rules.FILE_NAME, "exec")
            placeholder = None
            if expands and len(tree.body) == 1:
                placeholder = rules.placeholder_of(tree.body[0], self.is_known)
            if placeholder:
                return self.placeholder(tree.body[0], placeholder)
        except (SyntaxError, ValueError, RecursionError, MemoryError, NameError) as error:
            traceback = values.traceback_text(error, code)
            return {"kind": "raised", "traceback": traceback, "printed": [], "assigned": []}
        return self.run_statement(compiled, tree, code)

    # placeholders

    def placeholder(self, statement: ast.stmt, placeholder: rules.Placeholder) -> Message:
        literals: dict[str, Any] = {}
        inputs: list[str] = []
        arguments: list[ast.expr | ast.keyword] = [*placeholder.call.args, *placeholder.call.keywords]
        for argument in arguments:
            value = argument.value if isinstance(argument, ast.keyword) else argument
            name = argument.arg if isinstance(argument, ast.keyword) else None
            try:
                literal = ast.literal_eval(value)
            except (ValueError, TypeError, SyntaxError):
                inputs.extend(self.input_names(value))
            else:
                if name and name != "run":
                    literals[name] = literal
                    inputs.append(name)
        self.namespace.update(literals)
        inputs = list(dict.fromkeys(inputs))
        return {
            "kind": "placeholder",
            "name": placeholder.name,
            "signature": rules.signature(statement),
            "inputs": inputs,
            "outputs": placeholder.outputs,
            "variables": self.shown(inputs),
        }

    def input_names(self, argument: ast.expr) -> list[str]:
        """Names an argument takes from the namespace; one that is nowhere is an error before all else."""
        names = []
        for name in rules.loaded_names(argument):
            if name in self.namespace and name != "run":
                names.append(name)
            elif not self.is_builtin(name):
                raise values.UnknownName(name, argument.lineno)
        return names

    def shown(self, names: list[str]) -> list[Message]:
        variables = []
        for name in names:
            if name in self.namespace and values.is_variable(name, self.namespace[name]):
                variables.append({"name": name, **self.described(self.namespace[name])})
        return variables

    def described(self, value: object) -> Message:
        """A value's type and text. Its own `__repr__` may do anything, so it runs under a block's limits."""
        description: Message = {"type": values.cut(type(value).__name__, values.TYPE_CHARACTER_LIMIT)}
        try:
            self.memory.confine()
            self.clock.arm(min(1.0, self.clock.seconds))
            try:
                description["type"] = values.type_text(value)
                description["value"] = values.value_text(value)
            finally:
                self.clock.disarm()
        except BaseException as error:
            self.clock.disarm()
            description["value"] = f"<unprintable {description['type']}: {type(error).__name__}>"
        self.memory.enlarge()
        return description

    # statements

    def run_statement(self, compiled: types.CodeType, tree: ast.Module, code: str) -> Message:
        stored = rules.stored_names(tree)
        before = dict(self.namespace)
        printout = Printout(self.output_bytes)
        error = self.guarded(compiled, printout)
        always = stored if error is None and not any(hasattr(part, "body") for part in tree.body) else []
        result: Message = {
            "kind": "completed",
            "printed": printout.lines(),
            "assigned": self.assigned(stored, always, before),
        }
        if self.is_over:
            result["kind"] = "stopped"
        elif error is not None:
            result["kind"] = "raised"
            result["traceback"] = values.traceback_text(error, code)
        return result

    def guarded(self, compiled: types.CodeType, printout: Printout) -> BaseException | None:
        """Runs a statement under its limits; returns what it raised."""
        caught: BaseException | None = None
        sys.stdout = sys.stderr = printout
        self.is_running = True
        try:
            self.memory.confine()
            self.clock.arm()
            try:
                exec(compiled, self.namespace)
            finally:
                self.clock.disarm()
        except BaseException as error:
            caught = error
        self.clock.disarm()
        self.is_running = False
        self.repair_interpreter()
        return caught

    def repair_interpreter(self) -> None:
        sys.settrace(None)
        sys.setprofile(None)
        sys.setrecursionlimit(self.recursion_limit)
        vars(builtins).update(self.builtins)
        self.memory.enlarge()

    def assigned(self, stored: list[str], always: list[str], before: dict[str, Any]) -> list[str]:
        """Names that a statement bound, in the order of its text; then those it made in other ways."""
        names = [
            name
            for name in stored
            if name in self.namespace
            and (name in always or name not in before or self.namespace[name] is not before[name])
        ]
        others = [name for name in self.namespace if name not in before and name not in stored]
        return [name for name in names + others if isinstance(name, str) and not name.startswith("__")]

    # actions

    def act(self, action: str) -> str:
        if not self.is_running:
            raise RuntimeError("run() works only while a statement is executed")
        if self.is_over:
            raise EpisodeOver
        if not isinstance(action, str):
            raise TypeError(f"run() takes the action as a str, not {type(action).__name__}")
        if not action.strip():
            raise ValueError("run() needs an action, not an empty text")
        if len(action) > ACTION_CHARACTER_LIMIT:
            raise ValueError(f"an action has at most {ACTION_CHARACTER_LIMIT} characters, not {len(action)}")
        if len(action.splitlines()) != 1:
            raise ValueError("an action is one line: call run() once for each")
        action.encode()  # raises for half a surrogate pair

        def exchange() -> Message:
            self.channel.send({"id": self.request_id, "kind": "action", "action": str(action)})
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
        if operation == "parse":
            return self.parse(request["code"], request["rules"] == "expansion")
        if operation == "execute":
            return self.execute(request["code"], request["rules"] == "expansion")
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
        set_limit(kind, limit, for_good=True)


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


main_or_last_words()

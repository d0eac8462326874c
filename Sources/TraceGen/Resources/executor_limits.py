"""What a block may use up: processor and wall time, memory, output."""

from __future__ import annotations

import math
import resource
import signal
from time import monotonic

import executor_values as values

TYPE_CHECKING = False  # importing `typing` would cost every episode some milliseconds
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from typing import Any

HEADROOM_BYTES = 64 << 20  # address space kept back from the policy's code, so that its failure can be told
REPEAT_SECONDS = 0.25


class ProcessorTimeLimit(BaseException):
    """A block has used up its processor time."""


class WallTimeLimit(BaseException):
    """A block has used up its time on the clock."""


class OutputLimit(Exception):
    """A block has printed more than it may."""


LIMITS = frozenset({ProcessorTimeLimit, WallTimeLimit, OutputLimit, MemoryError})


class Printout:
    """Stands in for standard output and error: remembers what was printed, up to what is left of a limit."""

    encoding = "utf-8"

    def __init__(self, bytes_left: int, byte_limit: int) -> None:
        self.bytes_left = bytes_left
        self.byte_limit = byte_limit
        self.parts: list[str] = []
        self.byte_count = 0
        self.is_cut = False

    def write(self, text: str) -> int:
        if not isinstance(text, str):
            raise TypeError(f"write() takes a str, not {type(text).__name__}")
        data = str.encode(text, "utf-8", "replace")
        room = self.bytes_left - self.byte_count
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


class Allowance:
    """What is left of the time and the output of one block, whose statements run one at a time."""

    def __init__(self, processor: float, wall: float, output: int = 0) -> None:
        self.processor = processor
        self.wall = wall
        self.output = output


class Clock:
    """The processor time and the wall time of the block that runs now, and the processor time of all of them.

    At a limit an exception is raised in the block, and again and again should it swallow it. Code that never
    returns to the interpreter, or swallows them all, is killed: by the kernel one to two seconds after its
    processor time is over, and by the host some seconds after its wall time is.
    """

    def __init__(self, processor: float, wall: float, episode_processor: float) -> None:
        self.processor = processor
        self.wall = wall
        self.episode_left = episode_processor
        self.is_exhausted = False
        self.is_armed = False
        self.is_deferred = False
        self.late_signal = 0
        # For good, so that not even code that ignores every signal goes on for ever.
        set_limit(resource.RLIMIT_CPU, math.ceil(used() + episode_processor + processor) + 4, for_good=True)

    def whole_block(self, output: int) -> Allowance:
        return Allowance(self.processor, self.wall, output)

    def moment(self) -> Allowance:
        """Enough to turn a value or an exception into text; on the clock as long as a block has."""
        return Allowance(min(1.0, self.processor), self.wall)

    def arm(self, allowance: Allowance) -> None:
        self.allowance = allowance
        self.processor_start = used()
        self.wall_start = monotonic()
        seconds = min(allowance.processor, self.episode_left)
        for number in (signal.SIGPROF, signal.SIGALRM):
            signal.signal(number, self.ring)
        signal.signal(signal.SIGXCPU, signal.SIG_DFL)
        set_limit(resource.RLIMIT_CPU, math.ceil(self.processor_start + max(seconds, 0)) + 1)
        self.late_signal = 0
        self.is_armed = True
        signal.setitimer(signal.ITIMER_REAL, max(allowance.wall, 0.001), REPEAT_SECONDS)
        signal.setitimer(signal.ITIMER_PROF, max(seconds, 0.001), REPEAT_SECONDS)

    def disarm(self) -> None:
        """Stops the clock and takes what was used off the allowance; harmless where it stands still."""
        while True:
            try:
                was_armed, self.is_armed = self.is_armed, False
                signal.setitimer(signal.ITIMER_PROF, 0)
                signal.setitimer(signal.ITIMER_REAL, 0)
                break
            except (ProcessorTimeLimit, WallTimeLimit):
                continue
        if was_armed:
            seconds = used() - self.processor_start
            self.allowance.processor -= seconds
            self.allowance.wall -= monotonic() - self.wall_start
            self.episode_left -= seconds
            self.is_exhausted = self.is_exhausted or self.episode_left <= 0

    def ring(self, number: int, _: object) -> None:
        if self.is_deferred:
            self.late_signal = number
        elif self.is_armed:
            raise self.limit(number)

    def limit(self, number: int) -> BaseException:
        if number == signal.SIGALRM:
            return WallTimeLimit(f"the block took more than {self.wall:g} seconds")
        # The episode's limit is told by its own flag: the two clocks of the kernel need not agree.
        self.is_exhausted = self.is_exhausted or self.episode_left < self.allowance.processor
        return ProcessorTimeLimit(f"the block used more than {self.processor:g} seconds of processor time")

    def uninterrupted(self, exchange: Callable[[], dict[str, Any]]) -> dict[str, Any]:
        """Runs an exchange with the host, which an exception in its middle would put out of step.

        The host's own time is not the block's.
        """
        self.is_deferred = True
        signal.setitimer(signal.ITIMER_REAL, 0)
        self.allowance.wall -= monotonic() - self.wall_start
        try:
            return exchange()
        finally:
            self.wall_start = monotonic()
            signal.setitimer(signal.ITIMER_REAL, max(self.allowance.wall, 0.001), REPEAT_SECONDS)
            self.is_deferred = False
            if number := self.late_signal:
                self.late_signal = 0
                self.ring(number, None)


def used() -> float:
    """The processor time of this process so far."""
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime


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

"""Waits with everything loaded and forks an executor for each episode that asks for one.

The host's requests come over standard input, a socket: one byte each, with two descriptors: the line to the
new executor, and a line to its keeper, which tells how the executor ended and ends it when the host hangs up.

Every executor has a process-id namespace of its own, with the keeper as its first process: nothing in it can
reach another executor. And every executor begins with the same memory to the byte, for the process that is
copied does nothing but copying: where objects lie decides the order of some sets, and so what episodes do.
"""

from __future__ import annotations

import _socket
import ctypes
import gc
import os
import select
import signal
import struct

TYPE_CHECKING = False  # importing `typing` would cost some milliseconds
if TYPE_CHECKING:
    from collections.abc import Callable

NEW_USER_AND_PROCESS_NAMESPACE = 0x10000000 | 0x20000000
DESCRIPTORS = struct.Struct("2i")
DESCRIPTOR_LIMIT = 64
LAST_WORDS_BYTES = 8_192
RETRY_SECONDS = 0.05

# Exit statuses of the copy that takes a request. Whatever else goes wrong in it costs that one request: the
# host sees both lines closed and nothing said.
NO_MORE_REQUESTS, NO_NAMESPACES = 3, 4


def executor_when_asked() -> None:
    """Returns in each new executor, its lines to the host in place of its standard files; nowhere else."""
    unshare = ctypes.CDLL(None, use_errno=True).unshare
    os.environ.clear()
    gc.collect()
    gc.freeze()
    os.write(1, b"ready\n" if namespaces_can_be_made(unshare) else b"alone\n")
    # Nothing that lives longer than an expression: the memory is to be the same each time round.
    while fork_when_possible():
        if os.waitstatus_to_exitcode(os.wait()[1]) == NO_MORE_REQUESTS:
            os._exit(0)
    line, keeper_line = request()
    if unshare(NEW_USER_AND_PROCESS_NAMESPACE) != 0:
        os._exit(NO_NAMESPACES)
    if os.fork():
        os._exit(0)
    # Here runs the first process of the new namespace. The others in it end with it, whatever they do.
    errors, errors_end = os.pipe()
    executor = os.fork()
    if executor:
        os.closerange(0, 3)
        os.close(line)
        os.close(errors_end)
        keep(executor, errors, keeper_line)
    os.dup2(line, 0)
    os.dup2(line, 1)
    os.dup2(errors_end, 2)
    os.closerange(3, DESCRIPTOR_LIMIT)


def fork_when_possible() -> int:
    """Waits while the machine has no process to give: an executor late is better than all that run lost."""
    while True:
        try:
            return os.fork()
        except OSError:
            select.select([], [], [], RETRY_SECONDS)


def namespaces_can_be_made(unshare: Callable[[int], int]) -> bool:
    """Tries in a copy. Some machines allow the sandbox to bubblewrap alone."""
    if copy := os.fork():
        return os.waitpid(copy, 0)[1] == 0
    if unshare(NEW_USER_AND_PROCESS_NAMESPACE) != 0:
        os._exit(NO_NAMESPACES)
    if first := os.fork():
        os._exit(os.waitstatus_to_exitcode(os.waitpid(first, 0)[1]))
    os._exit(0 if os.getpid() == 1 else NO_NAMESPACES)


def request() -> tuple[int, int]:
    """Waits for the host to ask."""
    control = _socket.socket(fileno=0)
    data, ancillary, _, _ = control.recvmsg(1, _socket.CMSG_SPACE(DESCRIPTORS.size))
    control.detach()
    if not data or not ancillary:
        os._exit(NO_MORE_REQUESTS)
    line, keeper_line = DESCRIPTORS.unpack(ancillary[0][2])
    return line, keeper_line


def keep(executor: int, errors: int, host: int) -> None:
    """Waits until the executor has ended or the host hangs up; tells how it ended, and its last words."""
    ended = os.pidfd_open(executor)
    poll = select.poll()
    for descriptor in (ended, errors, host):
        poll.register(descriptor, select.POLLIN)
    os.set_blocking(errors, False)
    words = b""
    while True:
        ready = {descriptor for descriptor, _ in poll.poll()}
        if errors in ready:
            words = (words + (new := read(errors)))[-LAST_WORDS_BYTES:]
            if not new:
                poll.unregister(errors)
        if ended in ready:
            break
        if host in ready:
            os.kill(executor, signal.SIGKILL)
            break
    code = os.waitstatus_to_exitcode(os.waitpid(executor, 0)[1])
    words = (words + read(errors))[-LAST_WORDS_BYTES:]
    try:
        os.write(host, b"%d\n%s" % (code, words))
    finally:
        os._exit(0)


def read(errors: int) -> bytes:
    """What is there; nothing at the end, and nothing where nothing is there."""
    try:
        return os.read(errors, LAST_WORDS_BYTES)
    except BlockingIOError:
        return b""

"""Waits with everything loaded and forks an executor for each episode that asks for one.

The host's messages come over standard input, a socket: first a descriptor of its /proc, in which a process
sets up its own user namespace, for there is none in the sandbox; then requests, one byte each, with three
descriptors: the line to the new executor, a line to its keeper, and where the executor joins its control
group.

For each request there are three processes, all forked from one that has done nothing else:

- the keeper: stays in the process-id namespace of this parent, tells how the executor ended and ends it when
  the host hangs up. No process that runs the policy's code has a number for it.
- the first process of a namespace of its own, which does nothing but end with the keeper. The kernel spares a
  first process the signals it has not asked for, the one for its processor time among them: the executor must
  be no such.
- the executor, the only other process in there.

Every executor begins with the same memory to the byte: where objects lie decides the order of some sets, and
so what episodes do.
"""

from __future__ import annotations

import _socket
import errno
import gc
import os
import select
import signal
import struct

import executor_isolation as isolation

TYPE_CHECKING = False  # importing `typing` would cost some milliseconds
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

NEW_USER_AND_PROCESS_NAMESPACE = 0x10000000 | 0x20000000
MOST_DESCRIPTORS = 4
DESCRIPTOR_LIMIT = 64
LAST_WORDS_BYTES = 8_192
ERROR_BYTES = 1 << 20  # of its standard error are read; then nobody listens any more
RETRY_SECONDS = 0.05

TAKEN, NO_MORE_REQUESTS = b"t", b"n"  # what the copy that waits for a request tells its parent
NO_NAMESPACES, NOT_STARTED = 3, 71  # exit statuses
# What a machine says that has nothing to give just now.
EXHAUSTED = frozenset({errno.EAGAIN, errno.ENOMEM, errno.ENOSPC, errno.EUSERS})


def executor_when_asked() -> None:
    """Returns in each new executor, its lines to the host in place of its standard files; nowhere else."""
    libc = isolation.library()
    os.environ.clear()
    (processes,) = received()
    gc.collect()
    gc.freeze()
    os.write(1, b"ready\n" if namespaces_can_be_made(libc, processes) else b"alone\n")
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody waits for the copies
    # Nothing that lives longer than an expression: the memory is to be the same each time round.
    while True:
        told, tell = os.pipe()
        if not when_possible(os.fork):
            break
        os.close(tell)
        if os.read(told, 1) == NO_MORE_REQUESTS:
            os._exit(0)
        os.close(told)
    # Here runs the keeper.
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    line, keeper_line, group = request(tell)
    os.close(told)
    os.close(tell)
    errors, errors_end = os.pipe()
    alive, alive_end = os.pipe()
    try:
        os.setsid()
        when_possible(lambda: enter_namespaces(libc, processes), keeper_line)
        isolation.drop_capabilities(libc)
        if not when_possible(os.fork, keeper_line):
            wait_for_end(alive)
        executor = when_possible(fork_beside_first, keeper_line)
    except OSError as error:
        os.write(keeper_line, b"%d\n%s" % (NOT_STARTED, str(error).encode()))
        os._exit(NOT_STARTED)
    if executor:
        keep(executor, errors, keeper_line, kept_open=alive_end)
    # Here runs the executor. What goes wrong in it before its own code runs are its last words.
    os.dup2(errors_end, 2)
    os.setsid()
    os.write(group, b"0")
    os.dup2(line, 0)
    os.dup2(line, 1)
    os.closerange(3, DESCRIPTOR_LIMIT)


def when_possible(act: Callable[[], int], host: int | None = None) -> int:
    """Waits while the machine has nothing to give: an executor late is better than all that run lost.

    If the host hangs up while it waits, this process ends.
    """
    while True:
        try:
            return act()
        except OSError as error:
            if error.errno not in EXHAUSTED:
                raise
            if select.select([] if host is None else [host], [], [], RETRY_SECONDS)[0]:
                os._exit(NOT_STARTED)


def fork_beside_first() -> int:
    """Forks the second process of a namespace. Where the first is gone the kernel says that it has no memory.

    The number of the first is kept nowhere: the memory of executors is to be the same.
    """
    try:
        return os.fork()
    except OSError as error:
        if os.waitpid(-1, os.WNOHANG)[0]:
            raise ChildProcessError(errno.ECHILD, "the first process of the namespace is gone") from error
        raise


def enter_namespaces(libc: Any, processes: int) -> int:
    """Makes a user namespace in which this process is nobody, and the process-id namespace of its children.

    That comes with every capability over both of them.
    """
    if libc.unshare(NEW_USER_AND_PROCESS_NAMESPACE) != 0:
        raise isolation.failure("no namespaces can be made")
    for name, content in (
        ("setgroups", b"deny"),
        ("gid_map", b"%d %d 1" % (isolation.NOBODY, isolation.NOBODY)),
        ("uid_map", b"%d %d 1" % (isolation.NOBODY, isolation.NOBODY)),
    ):
        file = os.open(f"self/{name}", os.O_WRONLY, dir_fd=processes)
        try:
            os.write(file, content)
        finally:
            os.close(file)
    return 0


def namespaces_can_be_made(libc: Any, processes: int) -> bool:
    """Tries in a copy. Some machines allow the sandbox to bubblewrap alone."""
    if copy := os.fork():
        return os.waitpid(copy, 0)[1] == 0
    try:
        when_possible(lambda: enter_namespaces(libc, processes))
        if first := os.fork():
            os._exit(os.waitstatus_to_exitcode(os.waitpid(first, 0)[1]))
        os._exit(0 if os.getpid() == 1 and os.getuid() == isolation.NOBODY else NO_NAMESPACES)
    except OSError:
        os._exit(NO_NAMESPACES)


def request(tell: int) -> tuple[int, int, int]:
    """Waits for the host to ask, and tells the parent of it."""
    try:
        line, keeper_line, group = received()
    except EOFError:
        os.write(tell, NO_MORE_REQUESTS)
        os._exit(0)
    os.write(tell, TAKEN)
    return line, keeper_line, group


def received() -> tuple[int, ...]:
    """The descriptors of the host's next message. Raises `EOFError` where the host is gone."""
    control = _socket.socket(fileno=0)
    data, ancillary, _, _ = control.recvmsg(1, _socket.CMSG_SPACE(MOST_DESCRIPTORS * 4))
    control.detach()
    if not data or not ancillary:
        raise EOFError
    numbers = ancillary[0][2]
    return struct.unpack(f"{len(numbers) // 4}i", numbers)


def wait_for_end(alive: int) -> None:
    """What the first process of a namespace does: nothing, with nothing else open, until its keeper is gone.

    Only the keeper has the other end of the pipe once all have started. The namespace ends with this process.
    """
    try:
        signal.signal(signal.SIGINT, signal.SIG_DFL)
        os.dup2(alive, 0)
        os.closerange(1, DESCRIPTOR_LIMIT)
        os.read(0, 1)
    finally:
        os._exit(0)


def keep(executor: int, errors: int, host: int, kept_open: int) -> None:
    """Waits until the executor has ended or the host hangs up; tells how it ended, and its last words."""
    for descriptor in range(DESCRIPTOR_LIMIT):
        if descriptor not in (errors, host, kept_open):
            os.closerange(descriptor, descriptor + 1)
    ended = os.pidfd_open(executor)
    poll = select.poll()
    for descriptor in (ended, errors, host):
        poll.register(descriptor, select.POLLIN)
    os.set_blocking(errors, False)
    words = b""
    read_bytes = 0
    while True:
        ready = {descriptor for descriptor, _ in poll.poll()}
        if errors in ready:
            new = read(errors)
            words = (words + new)[-LAST_WORDS_BYTES:]
            read_bytes += len(new)
            if not new or read_bytes > ERROR_BYTES:
                poll.unregister(errors)
                os.close(errors)
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
    """What is there; nothing at the end, and nothing where nothing is there or nobody listens any more."""
    try:
        return os.read(errors, LAST_WORDS_BYTES)
    except OSError:
        return b""

"""What a process inside the sandbox gives up, for good, before it serves anyone.

Bubblewrap makes the mounts, as root where the program runs as root: Python may lie where only root can go. So
what it starts still has rights. That is this file, which drops all of them and becomes the command in its
arguments: a Python that finds itself the same whoever started the program, and whose addresses the kernel
leaves fixed, for it gains no right by being started.

Executors have this as a module.
"""

from __future__ import annotations

import ctypes
import os
import struct
import sys

TYPE_CHECKING = False  # importing `typing` would cost some milliseconds
if TYPE_CHECKING:
    from typing import Any

# The user and group `nobody`, on the host too where the program runs as root.
NOBODY = 65_534
DEVICES = ("/dev/null", "/dev/urandom")

# <linux/mount.h>, <linux/prctl.h>, <linux/capability.h>
MS_RDONLY, MS_REMOUNT, MS_BIND, MS_RELATIME = 1, 32, 4_096, 1 << 21
# nosuid, nodev, noexec, noatime, nodiratime: the same in statvfs(3)
KEPT_MOUNT_FLAGS = 2 | 4 | 8 | 1_024 | 2_048
ST_RELATIME = 4_096
PR_CAPBSET_DROP, PR_SET_NO_NEW_PRIVS, PR_SET_THP_DISABLE = 24, 38, 41
CAPABILITY_VERSION_3 = 0x20080522


def library() -> Any:
    """The C library, for the calls that Python has no names for."""
    return ctypes.CDLL(None, use_errno=True)


def failure(of: str) -> OSError:
    number = ctypes.get_errno()
    return OSError(number, f"{of}: {os.strerror(number)}")


def become_nobody() -> None:
    """Takes the host's devices out of reach, leaves every right and every group behind, begins a session."""
    libc = library()
    for device in DEVICES:
        make_read_only(libc, device)
    os.setsid()
    drop_bounding_set(libc)
    may_change_groups = libc.setgroups(0, None) == 0
    libc.setresgid(NOBODY, NOBODY, NOBODY)
    libc.setresuid(NOBODY, NOBODY, NOBODY)
    if {*os.getresuid(), *os.getresgid()} != {NOBODY} or (may_change_groups and os.getgroups()):
        raise failure(f"user {NOBODY} cannot be had")
    drop_capabilities(libc)
    # A huge page takes 2 MiB where one byte was asked for. All executors inherit this.
    prctl(libc, PR_SET_THP_DISABLE, 1)
    for path in (sys.executable, os.__file__):
        if not os.access(path, os.R_OK):
            raise PermissionError(
                f"the executor runs as user {NOBODY}, who may not read {path}: let everybody read the files"
                " of that Python (chmod -R a+rX), or name another Python: --executor-python PATH"
            )


def make_read_only(libc: Any, path: str) -> None:
    """A device can be read and written all the same; its mode, owner and times are what cannot be changed."""
    flags = os.statvfs(path).f_flag
    kept = flags & KEPT_MOUNT_FLAGS | (MS_RELATIME if flags & ST_RELATIME else 0)
    if libc.mount(None, path.encode(), None, MS_REMOUNT | MS_BIND | MS_RDONLY | kept, None) != 0:
        raise failure(f"{path} cannot be made read-only")


def drop_bounding_set(libc: Any) -> None:
    """Says that nothing this process becomes or starts will have a capability."""
    number = 0
    while prctl(libc, PR_CAPBSET_DROP, number):
        number += 1


def drop_capabilities(libc: Any) -> None:
    """Also those that come with a new user namespace, which are good for nothing outside of it."""
    drop_bounding_set(libc)
    header = ctypes.create_string_buffer(struct.pack("Ii", CAPABILITY_VERSION_3, 0))
    nothing = ctypes.create_string_buffer(24)
    if libc.capset(header, nothing) != 0:
        raise failure("capabilities cannot be dropped")
    prctl(libc, PR_SET_NO_NEW_PRIVS, 1)


def prctl(libc: Any, option: int, value: int) -> bool:
    """Sets one thing about this process; whether that worked."""
    unsigned = ctypes.c_ulong
    return bool(libc.prctl(option, unsigned(value), unsigned(0), unsigned(0), unsigned(0)) == 0)


if __name__ == "__main__":
    try:
        become_nobody()
        os.execv(sys.argv[1], sys.argv[1:])
    except OSError as error:
        sys.exit(f"The rights inside the sandbox cannot be dropped: {error}.")

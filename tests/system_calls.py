"""Every system call by which a process changes files, seen and decided upon before it happens; Linux only.

The kernel asks: a seccomp filter makes it hold each such call of the process, its threads and its children until
whoever listens has answered (SECCOMP_RET_USER_NOTIF). So it does not matter which library makes a call, nor how:
Python, FAISS, SQLite, or tantivy, which is written in Rust and goes past libc where it can.
"""

from __future__ import annotations

import ctypes
import errno
import fcntl
import json
import mmap
import os
import platform
import select
import signal
import socket
import struct
import sys
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

DELETED = " (deleted)"
"""What the kernel adds to the path of an open file that has no name any more, or never had one."""

KILL = -1
"""Decided for a call: the process is killed with SIGKILL instead of making it."""

Fd = int
At = tuple[int | None, int]
"""Which argument names the folder that a path is relative to (None: the working folder), and which the path."""


class Kind(NamedTuple):
    """A system call: its numbers on x86-64 and ARM64 (None: it has none there), what names its files, when it counts.

    Where `when` is given, as positions of arguments and bits, it is held only if each has one of its bits set.
    """

    x86: int | None
    arm: int | None
    places: tuple[Fd | At, ...]
    when: tuple[tuple[int, int], ...] = ()


_MADE = os.O_CREAT | os.O_TRUNC
KINDS = {
    "write": Kind(1, 64, (0,)),
    "pwrite64": Kind(18, 68, (0,)),
    "writev": Kind(20, 66, (0,)),
    "pwritev": Kind(296, 70, (0,)),
    "pwritev2": Kind(328, 287, (0,)),
    "sendfile": Kind(40, 71, (0,)),
    "splice": Kind(275, 76, (2,)),
    "copy_file_range": Kind(326, 285, (2,)),
    "truncate": Kind(76, 45, ((None, 0),)),
    "ftruncate": Kind(77, 46, (0,)),
    "fallocate": Kind(285, 47, (0,)),
    "mmap": Kind(9, 222, (4,), ((2, mmap.PROT_WRITE), (3, mmap.MAP_SHARED))),
    "fsync": Kind(74, 82, (0,)),
    "fdatasync": Kind(75, 83, (0,)),
    "sync_file_range": Kind(277, 84, (0,)),
    "open": Kind(2, None, ((None, 0),), ((1, _MADE),)),
    "openat": Kind(257, 56, ((0, 1),), ((2, _MADE),)),
    "creat": Kind(85, None, ((None, 0),)),
    "openat2": Kind(437, 437, ((0, 1),)),
    "mkdir": Kind(83, None, ((None, 0),)),
    "mkdirat": Kind(258, 34, ((0, 1),)),
    "rmdir": Kind(84, None, ((None, 0),)),
    "unlink": Kind(87, None, ((None, 0),)),
    "unlinkat": Kind(263, 35, ((0, 1),)),
    "rename": Kind(82, None, ((None, 0), (None, 1))),
    "renameat": Kind(264, 38, ((0, 1), (2, 3))),
    "renameat2": Kind(316, 276, ((0, 1), (2, 3))),
    "link": Kind(86, None, ((None, 0), (None, 1))),
    "linkat": Kind(265, 37, ((0, 1), (2, 3))),
    "symlink": Kind(88, None, ((None, 1),)),
    "symlinkat": Kind(266, 36, ((1, 2),)),
    "chmod": Kind(90, None, ((None, 0),)),
    "fchmod": Kind(91, 52, (0,)),
    "fchmodat": Kind(268, 53, ((0, 1),)),
    "utimensat": Kind(280, 88, ((0, 1),)),
    "flock": Kind(73, 32, (0,)),
}
# Architecture as audit calls it, number of seccomp, which numbers of the table count.
_MACHINES = {"x86_64": (0xC000003E, 317, 0), "aarch64": (0xC00000B7, 277, 1)}
_RECEIVE, _ANSWER = 0xC0502100, 0xC0182101  # SECCOMP_IOCTL_NOTIF_RECV and _SEND
_ASKED = struct.Struct("=QIIiIQ6Q")
_ANSWERED = struct.Struct("=QqiI")
_GO_ON = 1  # SECCOMP_USER_NOTIF_FLAG_CONTINUE
_AT_FDCWD = -100
_PATH_MAX = 4096
_PATIENCE = 100  # seconds until a process that hangs is ended by SIGALRM


@dataclass(frozen=True, slots=True)
class Call:
    """A call that is about to happen: its name, the absolute paths of what it is about, and which of them exist."""

    name: str
    paths: tuple[str, ...]
    existed: tuple[bool, ...] = ()


Decide = Callable[[Call], int | None]
"""Told a call; returns None to let it happen, a number of an error to let it fail, or KILL."""


@dataclass(frozen=True, slots=True)
class Ended:
    """How a watched process ended: by a signal (else 0), with a value that JSON holds, or with an error."""

    signal: int
    value: Any = None
    error: str = ""
    error_kinds: tuple[str, ...] = ()


def why_not() -> str | None:
    """Return why calls cannot be watched here; None where they can."""
    if sys.platform != "linux" or platform.machine() not in _MACHINES:
        return "system calls are watched on Linux on x86-64 and ARM64 only"
    try:
        seen: list[Call] = []
        run(lambda: os.close(os.open(os.devnull, os.O_CREAT | os.O_WRONLY)), seen.append)
    except OSError as error:
        return f"the kernel does not let system calls be watched: {error}"
    return None if seen else "the kernel does not tell of system calls"


def run(work: Callable[[], Any], decide: Decide | None = None, *, opening: bool = False) -> Ended:
    """Do work in a process of its own, made by fork: the process that calls must have one thread only.

    Args:
        work: what is done; returns what JSON holds, not more than a pipe takes.
        decide: told every call of it that changes files; by default nothing is watched.
        opening: tell every call that opens a file, too.

    Raises:
        OSError: the kernel does not let calls be watched.
    """
    out, into = os.pipe()
    ours, theirs = socket.socketpair()
    sys.stdout.flush()
    sys.stderr.flush()
    child = os.fork()
    if not child:
        ours.close()
        _work(work, into, theirs if decide else None, opening=opening)
    os.close(into)
    theirs.close()
    try:
        if decide:
            _listen(ours, child, decide)
        told = b"".join(iter(lambda: os.read(out, 1 << 16), b""))
    finally:
        os.close(out)
        ours.close()
        with suppress(ProcessLookupError):
            if sys.exc_info()[0]:
                os.kill(child, signal.SIGKILL)
        status = os.waitpid(child, 0)[1]
    record = json.loads(told) if told else {}
    kinds = tuple(record.pop("error_kinds", ()))
    return Ended(os.WTERMSIG(status) if os.WIFSIGNALED(status) else 0, error_kinds=kinds, **record)


def _work(work: Callable[[], Any], into: int, listener_to: socket.socket | None, *, opening: bool) -> None:
    """Be the child."""
    signal.alarm(_PATIENCE)
    record: dict[str, Any] = {}
    try:
        if listener_to:
            _hand_over(listener_to, opening=opening)
        record["value"] = work()
    except BaseException as error:  # noqa: BLE001  (whatever it is, the parent is told)
        record["error"] = f"{type(error).__name__}: {error}"
        record["error_kinds"] = [kind.__name__ for kind in type(error).__mro__]
    with suppress(BrokenPipeError), os.fdopen(into, "wb") as pipe:
        pipe.write(json.dumps(record).encode())
    os._exit(0)


def _hand_over(to: socket.socket, *, opening: bool) -> None:
    try:
        listener = _filter(opening=opening)
    except OSError as error:
        to.sendall(struct.pack("=i", error.errno or errno.EINVAL))
        raise
    # From here on, calls wait for an answer; sending a message is none of those that are held.
    socket.send_fds(to, [struct.pack("=i", 0)], [listener])
    os.close(listener)
    to.close()


def _filter(*, opening: bool) -> int:
    """Have the kernel hold the calls of this process; return the descriptor by which it asks."""
    audit, number, column = _MACHINES[platform.machine()]
    program = _program(audit, column, opening=opening)
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(38, 1, 0, 0, 0):  # PR_SET_NO_NEW_PRIVS
        raise OSError(ctypes.get_errno(), "prctl")
    code = ctypes.create_string_buffer(program, len(program))
    header = struct.pack("HxxxxxxP", len(program) // 8, ctypes.addressof(code))
    fd = libc.syscall(number, 1, 8, ctypes.c_char_p(header))  # SET_MODE_FILTER, NEW_LISTENER
    if fd < 0:
        raise OSError(ctypes.get_errno(), f"seccomp: {os.strerror(ctypes.get_errno())}")
    return int(fd)


def _program(audit: int, column: int, *, opening: bool) -> bytes:
    """Return the filter as BPF: the calls of the table are asked about, all others allowed."""
    load, equal, any_bit, give = 0x20, 0x15, 0x45, 0x06
    ask, allow = 0x7FC00000, 0x7FFF0000
    code = [(load, 0, 0, 4), (equal, 1, 0, audit), (give, 0, 0, allow), (load, 0, 0, 0)]
    for name, kind in KINDS.items():
        number = kind[column]
        if number is None:
            continue
        when = () if opening and name in ("open", "openat") else kind.when
        code.append((equal, 0, 2 * len(when) + 1, number))
        for done, (argument, bits) in enumerate(when, 1):
            code += [(load, 0, 0, 16 + 8 * argument), (any_bit, 0, 2 * (len(when) - done) + 1, bits)]
        code += [(give, 0, 0, ask), (load, 0, 0, 0)]
    return b"".join(struct.pack("=HBBI", *each) for each in [*code, (give, 0, 0, allow)])


def _listen(ours: socket.socket, child: int, decide: Decide) -> None:
    data, fds, *_ = socket.recv_fds(ours, 4, 1)
    if not fds:
        code = struct.unpack("=i", data)[0] if data else errno.ECHILD
        raise OSError(code, os.strerror(code))
    listener = fds[0]
    names = {kind[_MACHINES[platform.machine()][2]]: name for name, kind in KINDS.items()}
    poll = select.poll()
    poll.register(listener, select.POLLIN)
    try:
        while not any(event & select.POLLHUP for _, event in poll.poll()):
            asked = bytearray(_ASKED.size)
            try:
                fcntl.ioctl(listener, _RECEIVE, asked)
            except OSError:  # it was killed meanwhile
                continue
            mark, thread, _, number, _, _, *arguments = _ASKED.unpack(asked)
            name = names[number]
            paths = _paths(thread, KINDS[name], arguments)
            decided = decide(Call(name, paths, tuple(map(os.path.lexists, paths)))) if paths else None
            if decided == KILL:
                os.kill(child, signal.SIGKILL)
                continue
            answer = _ANSWERED.pack(mark, 0, -decided if decided else 0, 0 if decided else _GO_ON)
            with suppress(OSError):
                fcntl.ioctl(listener, _ANSWER, answer)
    finally:
        os.close(listener)


def _paths(thread: int, kind: Kind, arguments: list[int]) -> tuple[str, ...]:
    """Return the paths that a call is about; none where it is about a pipe, a socket or memory."""
    found = []
    for place in kind.places:
        try:
            if isinstance(place, int):
                path = Path(f"/proc/{thread}/fd/{_signed(arguments[place])}").readlink().as_posix()
            else:
                path = _path_at(thread, place, arguments)
        except OSError:
            continue
        if path.startswith("/"):
            found.append(os.path.normpath(path))
    return tuple(found)


def _path_at(thread: int, place: At, arguments: list[int]) -> str:
    folder, name = place
    descriptor = _AT_FDCWD if folder is None else _signed(arguments[folder])
    where = "cwd" if descriptor == _AT_FDCWD else f"fd/{descriptor}"
    base = os.readlink(f"/proc/{thread}/{where}")  # noqa: PTH115  (the text is joined)
    return os.path.join(base, _text(thread, arguments[name]))  # noqa: PTH118  (the same)


def _text(process: int, address: int) -> str:
    if not address:
        return ""
    data = b""
    with open(f"/proc/{process}/mem", "rb", buffering=0) as memory:  # noqa: PTH123  (hot)
        while b"\0" not in data and len(data) < _PATH_MAX:
            memory.seek(address + len(data))
            data += memory.read(_PATH_MAX - (address + len(data)) % _PATH_MAX)
    return os.fsdecode(data.partition(b"\0")[0])


def _signed(value: int) -> int:
    return value - (1 << 32) if (value := value & 0xFFFFFFFF) >= 1 << 31 else value

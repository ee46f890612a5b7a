"""`sapa …` in a process of its own that needs not import everything anew: forked off one that has.

Run as a program this is that one: it takes orders from its standard input, a socket.
"""

import atexit
import contextlib
import json
import os
import runpy
import select
import signal
import socket
import struct
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import IO, NoReturn

_STATUS = struct.Struct("i")
Order = tuple[str, list[str], str, dict[str, str]]


class Process:
    """As much of `subprocess.Popen` as walks need, for `sapa …` or a program of the tests.

    `returncode` is negative after a signal.
    """

    def __init__(
        self,
        words: Sequence[str],
        program: Path | None = None,
        *,
        cwd: Path,
        env: Mapping[str, str],
        out: IO[bytes],
        err: IO[bytes],
    ) -> None:
        self.returncode: int | None = None
        self._told, told = os.pipe()
        order = json.dumps([str(program or ""), list(words), str(cwd), dict(env)]).encode()
        try:
            socket.send_fds(_parent(), [order], [out.fileno(), err.fileno(), told])
        finally:
            os.close(told)
        self.pid = _STATUS.unpack(os.read(self._told, _STATUS.size))[0]

    def poll(self) -> int | None:
        """The exit status, None while it runs."""
        return self._look(0)

    def wait(self, timeout: float | None = None) -> int:
        """The exit status; raises `subprocess.TimeoutExpired`."""
        status = self._look(timeout)
        if status is None:
            raise subprocess.TimeoutExpired("sapa", timeout or 0)
        return status

    def send_signal(self, by: int) -> None:
        """Signal it, unless it is over."""
        if self.poll() is None:
            with contextlib.suppress(ProcessLookupError):
                os.kill(self.pid, by)

    def kill(self) -> None:
        """SIGKILL."""
        self.send_signal(signal.SIGKILL)

    def _look(self, timeout: float | None) -> int | None:
        if self.returncode is None and select.select([self._told], [], [], timeout)[0]:
            self.returncode = _STATUS.unpack(os.read(self._told, _STATUS.size))[0]
            os.close(self._told)
        return self.returncode


@lru_cache(maxsize=1)
def _parent() -> socket.socket:
    """The line to the process that has imported everything."""
    ours, its = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    with its:
        process = subprocess.Popen([sys.executable, "-W", "ignore", __file__], stdin=its)

    def end() -> None:
        ours.close()
        process.wait()

    atexit.register(end)
    return ours


def _serve() -> None:
    import aiogram.methods  # noqa: F401 (seconds, where Telegram is open)

    import sapa.cli  # noqa: F401 (this is what the process is for)

    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    line = socket.socket(fileno=0)
    while True:
        order, fds, _, _ = socket.recv_fds(line, 1 << 20, 3)
        if not order:  # the tests are over
            return
        if os.fork() == 0:
            line.close()
            _watch(json.loads(order), *fds)
        for fd in fds:
            os.close(fd)


def _watch(order: Order, out: int, err: int, told: int) -> NoReturn:
    """Between the two: tells the pid, and then how it ended."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    os.setpgid(0, 0)  # an interrupt of the tests is not ours
    pid = os.fork()
    if pid == 0:
        os.close(told)
        _run(order, out, err)
    os.close(out)
    os.close(err)
    os.write(told, _STATUS.pack(pid))
    os.write(told, _STATUS.pack(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])))
    os._exit(0)


def _run(order: Order, out: int, err: int) -> NoReturn:
    from sapa.cli import app

    program, words, folder, env = order
    null = os.open(os.devnull, os.O_RDONLY)
    for fd, to in ((null, 0), (out, 1), (err, 2)):
        os.dup2(fd, to)
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(env)
    time.tzset()
    sys.argv = [program or "sapa", *words]
    sys.stdin = open(0, closefd=False)  # noqa: SIM115 (for as long as the process lives)
    status = 1
    try:
        if program:
            runpy.run_path(program, run_name="__main__")
        else:
            app()
        status = 0
    except SystemExit as end:
        status = end.code if isinstance(end.code, int) else int(bool(end.code))
    except BaseException:
        sys.excepthook(*sys.exc_info())
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(status)


if __name__ == "__main__":
    _serve()

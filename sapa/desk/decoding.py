"""Pictures are opened by a process of their own: one that hangs, crashes or swells harms only its picture."""

import json
import os
import signal
import struct
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from threading import BoundedSemaphore, Lock, Timer
from typing import IO, Any

_SCRIPT = Path(__file__).with_name("picture_worker.py")
_HEADS = struct.Struct(">II")
BROKEN = "Berkas gambar rusak dan tidak dapat dibuka."
LARGE = "Gambar terlalu besar untuk dibuka."
HEAVY = "Gambar ini terlalu berat untuk dibuka, jadi tidak ditampilkan."
HEIF = (
    "Foto HEIC belum dapat ditampilkan di sini (pengelola perlu memasang tambahan sapa[heif]);"
    " berkas aslinya tersimpan dan dapat diunduh petugas yang berhak."
)
#: Ended from outside: by our patience (or the machine's, for want of memory), or by the limit on CPU time.
_STOPPED = (-signal.SIGKILL, -signal.SIGXCPU)
#: Processes asked for one picture that end before they look at it.
_TRIES = 3
_REASONS = {"broken": BROKEN, "large": LARGE, "heif": HEIF}


class BadPicture(Exception):
    """Why a picture is not shown, in words for people."""


@dataclass(frozen=True, slots=True)
class Clean:
    """A picture without metadata (JPEG or PNG), and what it said of itself.

    `gps` is (lat, lon); `taken` as the camera wrote it, ISO, with an offset if it told one; `phash` 16 hex
    digits that are alike for pictures that look alike.
    """

    content: bytes
    gps: tuple[float, float] | None
    taken: str
    phash: str


class _Idle(Exception):
    """The worker had ended because nobody asked: another one is to be asked."""


class _Worker:
    """One process that opens pictures, one after another."""

    def __init__(self, idle: float, seconds: int, patience: float) -> None:
        self._patience = patience
        command = [sys.executable, "-P", str(_SCRIPT), str(idle), str(seconds)]
        # nothing of our environment: it holds secrets, and a decoder may be taken over
        only = {"PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}
        self.process = subprocess.Popen(  # noqa: S603 (ourselves)
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            cwd="/",
            env=only,
            start_new_session=True,
        )

    def clean(self, content: bytes, kind: str) -> Clean:
        """A picture cleaned; raises `BadPicture`, or `_Idle` when it was never looked at."""
        late = Timer(self._patience, self.process.kill)
        late.start()
        try:
            answer = self._ask(content, kind)
        finally:
            late.cancel()
        if answer is None:
            code = self.end()
            if code == 0:
                raise _Idle
            raise BadPicture(HEAVY if code in _STOPPED else BROKEN)
        told, clean = answer
        if "refused" in told:
            raise BadPicture(_REASONS.get(told["refused"], BROKEN))
        gps = (told["gps"][0], told["gps"][1]) if told["gps"] else None
        return Clean(clean, gps, str(told["taken"])[:32], str(told["phash"])[:16])

    def _ask(self, content: bytes, kind: str) -> tuple[dict[str, Any], bytes] | None:
        """What it answers, None when it has ended."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        words = json.dumps({"kind": kind}).encode()
        try:
            self.process.stdin.write(_HEADS.pack(len(words), len(content)) + words)
            self.process.stdin.write(content)
            self.process.stdin.flush()
        except BrokenPipeError:
            return None
        heads = self.process.stdout.read(_HEADS.size)
        if len(heads) < _HEADS.size:
            return None
        length, size = _HEADS.unpack(heads)
        told, clean = self.process.stdout.read(length), self.process.stdout.read(size)
        return (json.loads(told), clean) if len(told) + len(clean) == length + size else None

    def end(self) -> int:
        """Wait for the end, or make it; returns the exit status."""
        for pipe in (self.process.stdin, self.process.stdout):
            _close(pipe)
        try:
            return self.process.wait(2.0)
        except subprocess.TimeoutExpired:
            self.process.kill()
            return self.process.wait()


class Decoder:
    """Opens pictures for all threads, `width` at a time, by processes that end when idle.

    A picture has `patience` seconds and `seconds` of CPU time; a process ends after `idle` seconds.
    """

    def __init__(
        self, *, width: int = 2, patience: float = 30.0, seconds: int = 15, idle: float = 20.0
    ) -> None:
        self._places = BoundedSemaphore(width)
        self._lock = Lock()
        self._free: list[_Worker] = []
        self._making = (idle, seconds, patience)

    def clean(self, content: bytes, kind: str) -> Clean:
        """A picture of a kind without its metadata; raises `BadPicture`, OSError when none can be opened."""
        with self._places:
            for _ in range(_TRIES):
                worker = self._take()
                try:
                    clean = worker.clean(content, kind)
                except _Idle:
                    continue
                except BadPicture:
                    self._give_back(worker)
                    raise
                except BaseException:
                    worker.process.kill()
                    worker.end()
                    raise
                self._give_back(worker)
                return clean
        raise BadPicture(BROKEN)

    def close(self) -> None:
        """End the processes that nobody uses."""
        with self._lock:
            free, self._free = self._free, []
        for worker in free:
            worker.end()

    @property
    def running(self) -> int:
        """How many processes wait for the next picture."""
        with self._lock:
            return sum(worker.process.poll() is None for worker in self._free)

    def _take(self) -> _Worker:
        """One that is free, or a new one; those that ended meanwhile are cleared away."""
        with self._lock:
            while self._free:
                worker = self._free.pop()
                if worker.process.poll() is None:
                    return worker
                worker.end()
        return _Worker(*self._making)

    def _give_back(self, worker: _Worker) -> None:
        if worker.process.poll() is None:
            with self._lock:
                self._free.append(worker)


def _close(pipe: IO[bytes] | None) -> None:
    try:
        if pipe is not None:
            pipe.close()
    except OSError:  # what it did not read is lost with it
        return

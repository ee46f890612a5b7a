"""A clamd over a real socket: it speaks INSTREAM as the manual says, and finds the word EICAR."""

import socket
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

#: What it finds, and calls by `NAME`.
EVIL = b"EICAR-UJI"
NAME = "Win.Test.EICAR_HDB-1"


@dataclass
class Scanner:
    """`address` as `storage.clamd` has it; `sizes` of what it was shown. `mood` is what it does next.

    Moods: "" (well), "silent" (never answers), "rude" (hangs up at once), "odd" (answers nonsense).
    """

    address: str
    most: int = 25 * 1024 * 1024
    mood: str = ""
    sizes: list[int] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)


@contextmanager
def scanning(folder: Path | None = None, **more: object) -> Iterator[Scanner]:
    """A scanner over TCP, or over a socket in `folder`."""
    if folder is None:
        listening = socket.create_server(("127.0.0.1", 0))
        address = f"127.0.0.1:{listening.getsockname()[1]}"
    else:
        listening = socket.socket(socket.AF_UNIX)
        listening.bind(str(folder / "clamd.ctl"))
        listening.listen()
        address = f"unix:{folder / 'clamd.ctl'}"
    made = Scanner(address, **more)  # type: ignore[arg-type]
    thread = threading.Thread(target=_serve, args=(listening, made), daemon=True)
    thread.start()
    try:
        yield made
    finally:
        listening.shutdown(socket.SHUT_RDWR)
        listening.close()
        thread.join(5)
    assert made.wrong == []


def _serve(listening: socket.socket, made: Scanner) -> None:
    while True:
        try:
            line, _ = listening.accept()
        except OSError:
            return
        threading.Thread(target=_answer, args=(line, made), daemon=True).start()


def _answer(line: socket.socket, made: Scanner) -> None:
    with line:
        try:
            if made.mood != "rude":
                line.sendall(_said(line.makefile("rb"), made) + b"\0")
        except OSError:
            return


def _said(stream, made: Scanner) -> bytes:  # type: ignore[no-untyped-def]
    asked = stream.read(10)
    if asked != b"zINSTREAM\0":
        made.wrong.append(f"not a command: {asked!r}")
        return b"UNKNOWN COMMAND"
    content = b""
    while size := struct.unpack(">I", stream.read(4))[0]:
        content += stream.read(size)
        if len(content) > made.most:
            return b"INSTREAM size limit exceeded. ERROR"
    made.sizes.append(len(content))
    if made.mood == "silent":
        threading.Event().wait(30)
    if made.mood == "odd":
        return b"halo"
    return f"stream: {NAME} FOUND".encode() if EVIL in content else b"stream: OK"

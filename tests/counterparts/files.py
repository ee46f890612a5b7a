"""Servers of files that behave badly, over real sockets: each connection is answered as a test says."""

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

Act = Callable[[socket.socket], None]


@dataclass
class Server:
    """Answers each connection with the next of `acts`, at last with the last one; keeps what was asked."""

    acts: list[Act]
    port: int = 0
    asked: list[bytes] = field(default_factory=list)

    @property
    def home(self) -> str:
        return f"http://127.0.0.1:{self.port}"


@contextmanager
def server(*acts: Act) -> Iterator[Server]:
    listening = socket.create_server(("127.0.0.1", 0))
    made = Server(list(acts), listening.getsockname()[1])

    def serve() -> None:
        while True:
            try:
                line, _ = listening.accept()
            except OSError:
                return
            threading.Thread(target=answer, args=(line,), daemon=True).start()

    def answer(line: socket.socket) -> None:
        with line:
            made.asked.append(line.recv(65536))
            act = made.acts.pop(0) if len(made.acts) > 1 else made.acts[0]
            try:
                act(line)
            except OSError:  # it was hung up
                return

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield made
    finally:
        listening.shutdown(socket.SHUT_RDWR)
        listening.close()
        thread.join(5)


def says(*parts: bytes, every: float = 0.0, forever: bool = False) -> Act:
    def act(line: socket.socket) -> None:
        for part in parts:
            line.sendall(part)
        while forever:
            time.sleep(every)
            line.sendall(parts[-1])

    return act


def file(content: bytes) -> Act:
    return says(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(content), content)


def moved(where: str, status: int = 302) -> Act:
    return says(f"HTTP/1.1 {status} Found\r\nLocation: {where}\r\nContent-Length: 0\r\n\r\n".encode())

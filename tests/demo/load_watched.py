"""`sapa demo load`, writing down every way out of its process that Python knows: load_watched.py FILE."""

import sys
from pathlib import Path
from typing import Any

from sapa.cli import app

seen: list[str] = []


def watch(event: str, args: tuple[Any, ...]) -> None:
    """Other families of sockets than the network's are ours."""
    if event == "socket.getaddrinfo":
        seen.append(f"{event} {args[0]}")
    elif event in ("socket.connect", "socket.sendto") and not isinstance(args[1], str | bytes):
        seen.append(f"{event} {args[1]}")


if __name__ == "__main__":
    sys.addaudithook(watch)
    where, sys.argv = Path(sys.argv[1]), ["sapa", "demo", "load"]
    try:
        app()
    finally:
        where.write_text("".join(f"{one}\n" for one in seen))

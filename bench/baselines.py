"""What the intake is measured against: (a) FastAPI alone, (b) with one grouped insert, (c) an SMTP sink."""

import asyncio
import sqlite3
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import uvicorn
from aiosmtpd.smtp import SMTP
from fastapi import FastAPI
from pydantic import BaseModel

from store._gate import Act, Gate


class Complaint(BaseModel):
    """The body both baselines read."""

    key: str
    text: str
    name: str = ""
    email: str = ""
    kelurahan: str = ""


def nothing() -> FastAPI:
    """(a) The same body, validated, and no work."""
    app = FastAPI()

    @app.post("/api/v1/tickets", status_code=201)
    async def take(complaint: Complaint) -> dict[str, str]:
        return {"ref": complaint.key}

    return app


class _OneTable:
    """What the gate writes with, as short as it can be."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self.connection = connection

    def begin(self, *, wait: bool) -> bool:
        self.connection.execute("BEGIN IMMEDIATE")
        return True

    def one(self, act: Act) -> Any:
        return act(self.connection)

    def commit(self) -> None:
        self.connection.execute("COMMIT")

    def undo(self, error: Exception) -> Exception:
        self.connection.execute("ROLLBACK")
        return error


def one_insert(folder: Path) -> FastAPI:
    """(b) The same body and one row in a grouped commit, synchronous FULL."""
    app = FastAPI()
    connection = sqlite3.connect(folder / "one.db", isolation_level=None, check_same_thread=False)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("CREATE TABLE complaint (id INTEGER PRIMARY KEY, key TEXT UNIQUE, body TEXT, at TEXT)")

    gate = Gate(_OneTable(connection))

    @app.post("/api/v1/tickets", status_code=201)
    async def take(complaint: Complaint) -> dict[str, str]:
        def act(connection: sqlite3.Connection) -> None:
            connection.execute(
                "INSERT INTO complaint (key, body, at) VALUES (?, ?, ?)",
                (complaint.key, complaint.text, datetime.now(UTC).isoformat()),
            )

        loop = asyncio.get_running_loop()
        future: asyncio.Future[None] = loop.create_future()
        gate.submit_from(loop, act, future, brief=True)
        await future
        return {"ref": complaint.key}

    return app


class Sink:
    """(c) Takes every mail and forgets it."""

    async def handle_DATA(self, server: object, session: object, envelope: object) -> str:
        """Yes."""
        return "250 OK"


async def sink(port: int) -> None:
    """Serve the sink until killed."""
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: SMTP(Sink(), loop=loop, hostname="sink"), "127.0.0.1", port)
    await server.serve_forever()


def main() -> None:
    """`python -m bench.baselines nothing|insert|sink PORT FOLDER`."""
    kind, port, folder = sys.argv[1], int(sys.argv[2]), Path(sys.argv[3])
    if kind == "sink":
        import uvloop

        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            runner.run(sink(port))
        return
    app = nothing() if kind == "nothing" else one_insert(folder)
    uvicorn.run(app, host="127.0.0.1", port=port, loop="uvloop", http="httptools", log_level="error")


if __name__ == "__main__":
    main()

"""For those who watch the process: alive, ready, counted."""

import asyncio
from datetime import datetime
from functools import lru_cache

from fastapi import APIRouter, Request
from starlette.concurrency import run_in_threadpool
from starlette.responses import JSONResponse, Response

from sapa.desk import doors
from sapa.desk.city import City
from sapa.web.metrics import Metrics
from sapa.web.office import Office, office_of
from store import arrivals, books, outbox, remote, schema, sweeps
from store.db import LedgerUnavailable, Tx

router = APIRouter()
TEXT = "text/plain; version=0.0.4; charset=utf-8"


@router.get("/healthz")
async def alive() -> Response:
    """200 while the process answers at all."""
    return JSONResponse({"status": "ok"})


@router.get("/readyz")
async def ready(request: Request) -> Response:
    """200 when the ledger can be read and written and is at this version's revision, else 503.

    Books that another process replaced are told, but no reason to send nobody here.
    """
    office = office_of(request)
    checks = {
        "ledger": await run_in_threadpool(_migrated, office),
        "writer": await _writes(office),
    }
    fine = all(state == "ok" for state in checks.values())
    status = "ok" if fine else "unavailable"
    answer = {"status": status, **checks, "books": await run_in_threadpool(_books, office)}
    return JSONResponse(answer, status_code=200 if fine else 503)


@router.get("/metrics")
def metrics(request: Request) -> Response:
    """Prometheus' text form; the ledger's gauges are missing while it cannot be read."""
    office = office_of(request)
    counted = office.metrics
    try:
        with office.ledger.reading() as tx:
            _gauge(counted, tx, office.clock(), office.city())
    except LedgerUnavailable:
        counted.forget()
    return Response(counted.text(), media_type=TEXT)


@lru_cache(maxsize=1)
def _newest() -> str | None:
    return schema.newest()


def _migrated(office: Office) -> str:
    try:
        with office.ledger.reading() as tx:
            rows = tx.run("SELECT version_num FROM alembic_version")
    except LedgerUnavailable:
        return "unreadable"
    return "ok" if rows and rows[0][0] == _newest() else "needs migration"


def _books(office: Office) -> str:
    try:
        with office.ledger.reading() as tx:
            return "ok" if books.in_force(tx) == office.city().books else "not in force"
    except LedgerUnavailable:
        return "unreadable"


async def _writes(office: Office) -> str:
    try:
        await asyncio.wait_for(office.ledger.awrite(_nothing), office.limits.patience)
    except LedgerUnavailable:
        return "unwritable"
    except (TimeoutError, RuntimeError):
        return "stuck"
    return "ok"


def _nothing(tx: Tx) -> None:
    """An empty act: it passes the gate and commits."""


def _gauge(counted: Metrics, tx: Tx, now: datetime, city: City) -> None:
    counted.set_outbox(tx.run("SELECT state, count(*) FROM outbox GROUP BY state"))
    counted.set_tickets(tx.run("SELECT status, count(*) FROM ticket GROUP BY status"))
    counted.set_parked(arrivals.count_parked(tx))
    since = outbox.oldest_due(tx, now)
    counted.set_waiting((now - since).total_seconds() if since else 0.0)
    files, asked = remote.waiting(tx)
    counted.set_files(files, (now - asked).total_seconds() if asked else 0.0)
    counted.set_swept({door: (now - at).total_seconds() for door, at in sweeps.last(tx).items()})
    counted.set_doors(
        (door.channel, door.state, _ago(door.last_in_at, now), _ago(door.last_out_at, now))
        for door in doors.report(tx, now, city)
    )


def _ago(at: datetime | None, now: datetime) -> float | None:
    return (now - at).total_seconds() if at else None

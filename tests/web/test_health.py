"""Alive, ready, counted."""

import json
import threading
from dataclasses import replace
from pathlib import Path

from starlette.testclient import TestClient
from web_world import Clock, Desk, make_office

from sapa.web.app import create_app
from store import books, schema
from store.db import Ledger


def test_a_running_office_is_alive_and_ready(desk: Desk) -> None:
    assert desk.client.get("/healthz").json() == {"status": "ok"}
    answer = desk.client.get("/readyz")
    assert (answer.status_code, answer.json()) == (
        200,
        {"status": "ok", "ledger": "ok", "writer": "ok", "books": "ok"},
    )


def test_books_that_another_process_replaced_are_told(desk: Desk) -> None:
    desk.office.ledger.write(lambda tx: books.activate(tx, "sla", "another", "", desk.clock.now))
    answer = desk.client.get("/readyz")
    assert (answer.status_code, answer.json()["status"], answer.json()["books"]) == (
        200,
        "ok",
        "not in force",
    )


def test_without_the_ledger_it_is_alive_but_not_ready(desk: Desk) -> None:
    gone = Ledger("postgresql://nobody@127.0.0.1:1/none")
    client = TestClient(create_app(replace(desk.office, ledger=gone)), raise_server_exceptions=False)
    assert client.get("/healthz").status_code == 200
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert answer.json() == {
        "status": "unavailable",
        "ledger": "unreadable",
        "writer": "unwritable",
        "books": "unreadable",
    }
    metrics = client.get("/metrics")
    assert metrics.status_code == 200
    assert "sapa_tickets{" not in metrics.text
    page = client.get("/lacak/SMP-2611-0001")
    assert page.status_code == 503
    assert "Belum ada yang tersimpan" in page.text
    typed = client.post("/lacak/SMP-2611-0001?k=x", data={"text": "Masih padam", "token": "x"})
    assert typed.status_code == 503
    assert "Masih padam</textarea>" in typed.text
    gone.close()


def test_a_ledger_of_another_version_is_not_ready(tmp_path: Path, now: object) -> None:
    old = Ledger(f"sqlite:///{tmp_path}/old.db")
    schema.migrate(old.engine)
    old.write(lambda tx: tx.run("DELETE FROM alembic_version"))
    office = make_office(old, tmp_path, Clock(now))  # type: ignore[arg-type]
    assert TestClient(create_app(office)).get("/readyz").json()["ledger"] == "needs migration"
    old.close()
    assert TestClient(create_app(office)).get("/readyz").json()["writer"] == "stuck"


def test_a_stuck_writer_is_noticed(desk: Desk) -> None:
    hasty = replace(desk.office, limits=replace(desk.office.limits, patience=0.05))
    client = TestClient(create_app(hasty))
    go_on = threading.Event()
    blocker = threading.Thread(target=lambda: desk.office.ledger.write(lambda tx: go_on.wait(10)))
    blocker.start()
    try:
        assert client.get("/readyz").json()["writer"] == "stuck"
    finally:
        go_on.set()
        blocker.join()


def test_messages_outbox_and_tickets_are_counted_without_anything_personal(desk: Desk) -> None:
    ref, token = desk.send("Lampu jalan mati", email="warga@example.id", key="hitung-0001")
    desk.send("Lampu jalan mati", email="warga@example.id", key="hitung-0001")
    desk.client.get(f"/lacak/{ref}", params={"k": token})
    desk.clock.pass_(seconds=90)
    text = desk.client.get("/metrics").text
    assert 'sapa_intake_messages_total{channel="web",outcome="accepted"} 1.0' in text
    assert 'sapa_intake_messages_total{channel="web",outcome="duplicate"} 1.0' in text
    assert 'sapa_tickets{status="assigned"} 1.0' in text
    assert 'sapa_tickets{status="closed"} 0.0' in text
    assert 'sapa_outbox{state="pending"} 2.0' in text
    assert "sapa_arrivals_parked 0.0" in text
    assert "sapa_outbox_waiting_seconds 90.0" in text
    assert "sapa_files_waiting 0.0" in text
    assert "sapa_files_waiting_seconds 0.0" in text
    assert 'route="/lacak/{ref}"' in text
    for personal in (ref, token, "warga"):
        assert personal not in text


def test_files_that_providers_still_have_are_counted(desk: Desk) -> None:
    item = {"id": "1", "from": "08123", "text": "PJU padam", "photos": [{"remote": "pegangan-1"}]}
    body = json.dumps(item).encode()
    headers = {"X-Fake-Signature": desk.door.sign(body)}
    assert desk.client.post("/hooks/fake", content=body, headers=headers).status_code == 200
    desk.clock.pass_(seconds=45)
    text = desk.client.get("/metrics").text
    assert "sapa_files_waiting 1.0" in text
    assert "sapa_files_waiting_seconds 45.0" in text
    assert "pegangan" not in text

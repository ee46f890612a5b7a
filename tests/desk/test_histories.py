"""Whatever people do in whatever order: no impossible ticket."""

from typing import Any

import pytest
from desk_world import ADMIN, COORDINATOR, DISHUB, DLH, PDAM, World
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sapa.desk import acts, citizen, split, triage, undo
from sapa.desk.actor import Actor
from sapa.desk.deadline import STEPS
from sapa.desk.errors import ActError
from sapa.desk.lifecycle import ALLOWED
from store import tickets

REPORTER = Actor(kind="citizen")
BY_LINK = Actor(kind="opd", opd="DLH")

DEEDS: tuple[tuple[Any, dict[str, Any]], ...] = (
    (acts.accept, {}),
    (acts.decline, {"reason": "bukan kami"}),
    (acts.ask, {"text": "Di mana?"}),
    (acts.answer, {"text": "Segera."}),
    (acts.resolve, {"outcome": "fixed", "text": "Sudah."}),
    (acts.hand_over, {"owner": "PLN", "letter": "1", "text": "Milik PLN."}),
    (acts.note, {"text": "x"}),
    (triage.reassign, {"opd": "DLH", "reason": "Pohon.", "supporting": ("PDAM",)}),
    (triage.reassign, {"opd": "DISHUB", "reason": "Lampu."}),
    (triage.archive, {"reason": "Bukan laporan."}),
    (citizen.confirm, {}),
    (citizen.reopen, {"text": "Belum."}),
    (split.split, {}),
    (undo.undo, {}),
    (undo.undo, {}),
    (citizen.reply, {}),
    (citizen.close_silent, {}),
    (citizen.archive_unanswered, {}),
)
PEOPLE = (ADMIN, ADMIN, COORDINATOR, DISHUB, DLH, PDAM, BY_LINK, REPORTER)

steps = st.tuples(st.sampled_from(DEEDS), st.sampled_from(PEOPLE), st.integers(0, 20), st.booleans())


def attempt(world: World, ticket: int, step: Any, hours: int) -> None:
    (act, what), by, pick, send = step
    now = world.days(hours / 24)
    if by is REPORTER:
        by = world.citizen(ticket)
    if act is citizen.reply:
        message = hours * 1000 + ticket
        world.ledger.write(lambda tx: citizen.reply(tx, ticket, message_id=message, now=now, city=world.city))
        return
    if act in (citizen.close_silent, citizen.archive_unanswered):
        world.ledger.write(lambda tx: act(tx, now, world.city))
        return
    if act is split.split:
        with world.ledger.reading() as tx:
            thread = [message.id for message in tickets.messages(tx, ticket)]
        what = {"message_ids": thread[:1]}
    if act is undo.undo:
        history = world.events(ticket)
        what = {"event_id": history[-1 - pick % min(3, len(history))].id}
    key = f"{ticket}-{hours}"
    try:
        done = world.do(act, ticket, by, now=now, key=key, **what)
    except ActError:
        return
    again = world.do(act, ticket, by, now=now, key=key, version=1, **what)
    assert (again.repeated, again.version, again.event_id) == (True, done.version, done.event_id)
    if send:
        world.send_all(ticket)


def look(world: World, ticket: int) -> tuple[str, int, list[tuple[int | None, str]]]:
    """What must hold of a ticket at any time; returns what may only grow."""
    kept = world.get(ticket)
    with world.ledger.reading() as tx:
        owners = tickets.owners(tx, ticket)
        rows = [row for row in tickets.deadlines(tx, ticket) if row.met_at is None and row.void_at is None]
    leads = [row.opd for row in owners if row.role == "lead"]
    assert kept.status in ALLOWED
    assert leads == ([kept.opd] if kept.opd else [])
    assert not (kept.status in ("assigned", "accepted") and not leads)
    assert not (kept.status == "triage" and owners)
    open_steps = [row.step for row in rows]
    assert len(open_steps) == len(set(open_steps)) <= len(STEPS)
    assert ("complete" in open_steps) == (kept.status == "waiting")
    assert ("confirm" in open_steps) == (kept.status == "resolved")
    assert ("resolve" in open_steps) == (kept.status in ("triage", "assigned", "accepted"))
    assert kept.due_at == next((row.due_at for row in rows if row.step == "resolve"), None)
    assert (kept.resolved_at is not None) == (kept.status in ("resolved", "closed"))
    assert (kept.closed_at is not None) == (kept.status in ("closed", "archived", "merged"))
    history = [(event.id, event.kind) for event in world.events(ticket)]
    return kept.status, kept.version, history


@pytest.mark.parametrize("lead", ["DISHUB", ""])
def test_no_order_of_acts_makes_an_impossible_ticket(world: World, lead: str) -> None:
    @settings(
        max_examples=25,
        deadline=None,
        suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
        database=None,
    )
    @given(st.lists(steps, min_size=4, max_size=14))
    def run(order: list[Any]) -> None:
        ticket = world.ticket(lead, texts=("lampu jalan mati", "sampah", "air mati"), reporters=2)
        status, version, history = look(world, ticket)
        for number, step in enumerate(order):
            attempt(world, ticket, step, hours=1 + number * 40)
            now_status, now_version, now_history = look(world, ticket)
            assert now_status == status or now_status in ALLOWED[status], (status, now_status)
            assert now_version >= version
            assert now_history[: len(history)] == history
            assert (now_version > version) == (now_history != history)
            status, version, history = now_status, now_version, now_history

    run()

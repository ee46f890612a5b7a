"""Who leaves is out everywhere at once, and what they had in hand goes on."""

from datetime import date, timedelta

import pytest
from desk_world import ADMIN, COORDINATOR, World
from people_world import Staff

from sapa.desk import acting, acts, entries, leaving
from sapa.desk.actor import Actor
from sapa.desk.errors import Conflict, Forbidden, Invalid, NotFound
from sapa.desk.logins import LoginFailed
from store import events
from store.db import Tx


@pytest.fixture
def staff(world: World) -> Staff:
    staff = Staff(world=world)
    staff.hire("admin", "administrator", "")
    for login in ("budi", "cici"):
        staff.hire(login)
    staff.hire("eko", opd="DISHUB")
    return staff


def leave(staff: Staff, login: str, to: str = "", by: Actor = ADMIN) -> int:
    world, id = staff.world, staff.id(login)
    successor = staff.id(to) if to else None
    return world.ledger.write(lambda tx: leaving.leave(tx, by, id, successor_id=successor, now=world.now))


def back(staff: Staff, login: str, hours: float = 1) -> int:
    world, id = staff.world, staff.id(login)
    later = world.now + timedelta(hours=hours)
    return world.ledger.write(lambda tx: leaving.take_back(tx, ADMIN, id, now=later))


def accepted(staff: Staff, login: str) -> int:
    """A ticket of DLH that this officer took."""
    ticket_id = staff.world.ticket("DLH")
    by = Actor(kind="officer", role="opd", opd="DLH", officer_id=staff.id(login), name=login)
    staff.world.do(acts.accept, ticket_id, by)
    return ticket_id


def holders(staff: Staff, ticket_id: int) -> list[tuple[str, int | None]]:
    with staff.world.ledger.reading() as tx:
        return [(row.kind, row.officer_id) for row in events.of_ticket(tx, ticket_id) if row.officer_id]


def test_logins_links_and_positions_end_and_tickets_go_to_the_successor(staff: Staff) -> None:
    world, budi = staff.world, staff.id("budi")
    mine, over = accepted(staff, "budi"), accepted(staff, "budi")
    others = accepted(staff, "cici")
    world.ledger.write(lambda tx: tx.run("UPDATE ticket SET status = 'closed' WHERE id = :id", id=over))
    cookie = staff.log_in("budi")
    today = world.now.astimezone(world.city.tz).date()
    position = world.ledger.write(lambda tx: fill(tx, staff, "budi", today))
    with world.ledger.reading() as tx:
        outlook = leaving.outlook(tx, ADMIN, budi, world.now)
    assert (outlook.sessions, outlook.actings, outlook.tickets) == (1, 1, 1)
    assert [one.login for one in outlook.successors] == ["cici"]
    assert leave(staff, "budi", "cici") == 1
    assert staff.who(cookie) is None
    with pytest.raises(LoginFailed):
        staff.log_in("budi")
    with world.ledger.reading() as tx:
        (ended,) = tx.run("SELECT ended_at IS NULL FROM acting WHERE id = :id", id=position)
    assert not ended[0]
    assert holders(staff, mine)[-1] == ("passed_on", staff.id("cici"))
    assert [kind for kind, _ in holders(staff, over)] == ["accepted"]
    assert [kind for kind, _ in holders(staff, others)] == ["accepted"]


def fill(tx: Tx, staff: Staff, login: str, since: date, days: int = 5) -> int:
    """Plt. head of their own agency."""
    world = staff.world
    return acting.name(
        tx,
        ADMIN,
        staff.id(login),
        role="head",
        opd="DLH",
        since=since,
        until=since + timedelta(days=days),
        now=world.now,
        city=world.city,
    )


def test_within_a_day_it_is_taken_back_but_for_what_somebody_touched(staff: Staff) -> None:
    world = staff.world
    untouched, touched = accepted(staff, "budi"), accepted(staff, "budi")
    position = world.ledger.write(
        lambda tx: fill(tx, staff, "budi", world.now.astimezone(world.city.tz).date())
    )
    assert leave(staff, "budi", "cici") == 2
    cici = Actor(kind="officer", role="opd", opd="DLH", officer_id=staff.id("cici"), name="Cici")
    world.do(acts.note, touched, cici, text="Sudah saya lihat.")
    assert back(staff, "budi") == 1
    assert holders(staff, untouched)[-1] == ("passed_on", staff.id("budi"))
    assert holders(staff, touched)[-1] == ("noted", staff.id("cici"))
    staff.log_in("budi")
    with world.ledger.reading() as tx:
        assert tx.run("SELECT ended_at FROM acting WHERE id = :id", id=position)[0][0] is None
    with pytest.raises(Conflict):
        back(staff, "budi")


def test_after_a_day_it_stays(staff: Staff) -> None:
    leave(staff, "budi")
    with pytest.raises(Invalid, match="sehari"):
        back(staff, "budi", hours=24)


def test_without_a_successor_tickets_stay_with_their_agency(staff: Staff) -> None:
    ticket_id = accepted(staff, "budi")
    assert leave(staff, "budi") == 0
    assert [kind for kind, _ in holders(staff, ticket_id)] == ["accepted"]
    assert back(staff, "budi") == 0


def test_only_who_may_ends_somebodys_access_and_only_to_a_colleague(staff: Staff) -> None:
    head = Actor(kind="officer", role="head", opd="DLH", officer_id=staff.id("cici"))
    for by in (COORDINATOR, Actor(kind="officer", role="auditor"), Actor(kind="system")):
        with pytest.raises(Forbidden):
            leave(staff, "budi", by=by)
    with pytest.raises(Forbidden):
        leave(staff, "eko", by=head)
    with pytest.raises(Invalid, match="penerus"):
        leave(staff, "budi", "eko")
    with pytest.raises(Invalid, match="terakhir"):
        leave(staff, "admin")
    with pytest.raises(NotFound):
        staff.world.ledger.write(
            lambda tx: leaving.leave(tx, ADMIN, 999, successor_id=None, now=staff.world.now)
        )
    leave(staff, "budi", by=head)
    with pytest.raises(Invalid, match="tidak aktif"):
        leave(staff, "budi")
    assert staff.who(staff.log_in("cici")) is not None


def test_an_invitation_under_way_ends_too(staff: Staff) -> None:
    world = staff.world
    who = {"login": "fani", "name": "Fani", "email": "fani@example.id", "role": "opd", "opd": "DLH"}
    fani = world.ledger.write(lambda tx: entries.invite(tx, ADMIN, **who, now=world.now, city=world.city))
    world.ledger.write(lambda tx: leaving.leave(tx, ADMIN, fani, successor_id=None, now=world.now))
    with world.ledger.reading() as tx:
        assert tx.run("SELECT revoked_at IS NULL FROM officer_link WHERE officer_id = :id", id=fani) == [(0,)]

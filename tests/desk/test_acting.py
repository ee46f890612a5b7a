"""Plt.: rights that begin and end by the city's calendar, with no job to run."""

from datetime import datetime, timedelta

import pytest
from desk_world import ADMIN, COORDINATOR, World
from people_world import Staff

from sapa.desk import acting, acts, logins
from sapa.desk.actor import Actor
from sapa.desk.errors import Forbidden, Invalid, NotFound
from store import events


@pytest.fixture
def staff(world: World) -> Staff:
    staff = Staff(world=world)
    staff.hire("kepala", "head")
    staff.hire("budi")
    staff.hire("cici")
    return staff


def name(staff: Staff, login: str, since: int = 0, until: int = 2, by: Actor = ADMIN, **what: object) -> int:
    """An acting head of DLH from and to days after today."""
    world = staff.world
    today = world.now.astimezone(world.city.tz).date()
    given = {"role": "head", "opd": "DLH"} | what
    return world.ledger.write(
        lambda tx: acting.name(
            tx,
            by,
            staff.id(login),
            since=today + timedelta(days=since),
            until=today + timedelta(days=until),
            now=world.now,
            city=world.city,
            **given,  # type: ignore[arg-type]
        )
    )


def choose(staff: Staff, cookie: str, acting_id: int | None, at: datetime) -> None:
    who = staff.who(cookie, at)
    assert who is not None
    staff.world.ledger.write(
        lambda tx: acting.choose(tx, logins.session_id(cookie), who.officer_id, acting_id, at)
    )


def test_rights_begin_and_end_at_the_citys_midnight(staff: Staff) -> None:
    world = staff.world
    id = name(staff, "budi", since=1, until=1)
    tz, tomorrow = world.city.tz, world.now.astimezone(world.city.tz).date() + timedelta(days=1)
    begin = datetime(tomorrow.year, tomorrow.month, tomorrow.day, tzinfo=tz)
    cookie = staff.log_in("budi", at=begin - timedelta(minutes=5))
    with pytest.raises(NotFound):
        choose(staff, cookie, id, begin - timedelta(seconds=1))
    choose(staff, cookie, id, begin)
    who = staff.who(cookie, begin)
    assert who is not None
    assert (who.role, who.acting, who.may("manage_own_people")) == ("head", True, True)
    late = staff.log_in("budi", at=begin + timedelta(hours=23, minutes=50))
    choose(staff, late, id, begin + timedelta(hours=23, minutes=50))
    after = staff.who(late, begin + timedelta(days=1))
    assert after is not None
    assert (after.role, after.acting, after.may("manage_own_people")) == ("opd", False, False)


def test_nobody_takes_a_position_that_is_not_theirs(staff: Staff) -> None:
    id, cookie = name(staff, "budi"), staff.log_in("cici")
    with pytest.raises(NotFound):
        choose(staff, cookie, id, staff.world.now)
    staff.world.ledger.write(
        lambda tx: tx.run("UPDATE session SET acting_id = :id", id=id)
    )  # even when a row says so
    who = staff.who(cookie)
    assert who is not None
    assert who.role == "opd"


def test_an_ended_acting_gives_nothing_from_that_moment(staff: Staff) -> None:
    id, cookie = name(staff, "budi"), staff.log_in("budi")
    choose(staff, cookie, id, staff.world.now)
    for _ in range(2):
        staff.world.ledger.write(lambda tx: acting.end(tx, ADMIN, id, now=staff.world.now))
    who = staff.who(cookie)
    assert who is not None
    assert (who.role, who.acting) == ("opd", False)
    name(staff, "cici")


@pytest.mark.parametrize(
    ("days", "said"),
    [((-1, 2), "lewat"), ((3, 2), "sebelum"), ((0, 366), "satu tahun"), ((2, 4), "sudah ada")],
)
def test_days_that_cannot_be_are_refused(staff: Staff, days: tuple[int, int], said: str) -> None:
    name(staff, "cici", 0, 2)
    with pytest.raises(Invalid, match=said):
        name(staff, "budi", *days)
    name(staff, "budi", 3, 5)


def test_who_may_name_whom(staff: Staff) -> None:
    staff.hire("eko", opd="DISHUB")
    head = Actor(kind="officer", role="head", opd="DLH", officer_id=staff.id("kepala"))
    for by, login, what in (
        (COORDINATOR, "budi", {}),
        (head, "eko", {}),
        (head, "budi", {"opd": "DISHUB"}),
        (head, "budi", {"role": "administrator", "opd": ""}),
    ):
        with pytest.raises(Forbidden):
            name(staff, login, by=by, **what)
    for what in ({"role": "opd"}, {"opd": ""}, {"role": "boss"}, {"instead_id": staff.id("cici")}):
        with pytest.raises(Invalid):
            name(staff, "budi", **what)
    name(staff, "budi", by=head, instead_id=staff.id("kepala"))


def test_history_says_who_acted_for_a_while(staff: Staff) -> None:
    world, ticket_id = staff.world, staff.world.ticket("DISHUB")
    id = name(staff, "budi", role="opd", opd="DISHUB")
    cookie = staff.log_in("budi")
    who = staff.who(cookie)
    assert who is not None
    with pytest.raises(Forbidden):
        world.do(acts.accept, ticket_id, who.actor)
    choose(staff, cookie, id, world.now)
    who = staff.who(cookie)
    assert who is not None
    world.do(acts.accept, ticket_id, who.actor)
    with world.ledger.reading() as tx:
        event = events.last(tx, ticket_id, "accepted")
    assert event is not None
    assert (event.officer_id, event.opd, event.data["acting"]) == (staff.id("budi"), "DISHUB", True)

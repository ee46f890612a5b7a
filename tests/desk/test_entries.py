"""Ways in by mail: signed links that open once, not for long, and tell nobody who works here."""

from dataclasses import replace
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from desk_world import ADMIN, COORDINATOR, World
from people_world import CHEAP, Staff

from sapa.desk import entries, officers
from sapa.desk.entries import EntryGone
from sapa.desk.errors import Forbidden, Invalid, NotFound
from sapa.desk.logins import LoginFailed, TooOften
from store import officers as rows


@pytest.fixture
def staff(world: World) -> Staff:
    return Staff(world=world)


def invite(world: World, login: str = "fani", **what: str) -> int:
    given = {"login": login, "name": "Fani", "email": "fani@example.id", "role": "opd", "opd": "DLH"} | what
    return world.ledger.write(lambda tx: entries.invite(tx, ADMIN, **given, now=world.now, city=world.city))


def links(world: World) -> list[UUID]:
    """The links that were mailed, in order; what has not left and is no longer good is withdrawn."""
    with world.ledger.reading() as tx:
        found = tx.run("SELECT uuid FROM officer_link ORDER BY uuid")
    return [UUID(str(row[0])) for row in found]


def post(world: World) -> list[tuple[str, str]]:
    with world.ledger.reading() as tx:
        rows_ = tx.run("SELECT notice, state FROM outbox WHERE officer_id IS NOT NULL ORDER BY id")
    return [(str(notice), str(state)) for notice, state in rows_]


def redeem(world: World, uuid: UUID, password: str = "angin laut selatan", **later: float) -> entries.Entry:
    at = world.now + timedelta(**later)
    return entries.redeem(world.ledger, uuid, name="Fani A.", password=password, passwords=CHEAP, now=at)


def test_an_invitation_sets_name_and_password_once(world: World, staff: Staff) -> None:
    id = invite(world)
    (uuid,) = links(world)
    with pytest.raises(LoginFailed):
        staff.log_in("fani", "")
    with world.ledger.reading() as tx:
        assert entries.look(tx, uuid, world.now).login == "fani"
    with pytest.raises(Invalid):
        redeem(world, uuid, "pendek")
    redeem(world, uuid)
    who = staff.who(staff.log_in("fani", "angin laut selatan"))
    assert who is not None
    assert (who.officer_id, who.name, who.must_change) == (id, "Fani A.", False)
    with pytest.raises(EntryGone):
        redeem(world, uuid)
    assert post(world) == [("invitation", "pending")]


def test_a_new_invitation_ends_the_one_before_and_a_withdrawn_one_opens_nothing(world: World) -> None:
    id = invite(world)
    later = world.now + timedelta(minutes=1)
    world.ledger.write(lambda tx: entries.invite_again(tx, ADMIN, id, now=later))
    first, second = links(world)
    assert post(world) == [("invitation", "canceled"), ("invitation", "pending")]
    with pytest.raises(EntryGone):
        redeem(world, first)
    world.ledger.write(lambda tx: entries.withdraw(tx, ADMIN, id, now=later))
    for uuid in (second, uuid4()):
        with pytest.raises(EntryGone):
            redeem(world, uuid)
    with pytest.raises(Invalid):
        world.ledger.write(lambda tx: entries.invite_again(tx, ADMIN, id, now=later))
    with world.ledger.reading() as tx:
        officer = rows.get(tx, id)
    assert officer is not None
    assert not officer.active


def test_an_invitation_is_good_for_three_days(world: World) -> None:
    invite(world)
    with pytest.raises(EntryGone):
        redeem(world, links(world)[0], days=3)


@pytest.mark.parametrize(
    "email", ["", "fani", "a@b", "a b@example.id", "a@example.id,b@example.id", "a\n@b.id"]
)
def test_what_is_no_address_is_not_invited(world: World, email: str) -> None:
    with pytest.raises(Invalid):
        invite(world, email=email)


def test_only_who_manages_people_invites(world: World) -> None:
    given = {"login": "fani", "name": "Fani", "email": "fani@example.id", "role": "opd", "opd": "DLH"}
    with pytest.raises(Forbidden):
        world.ledger.write(
            lambda tx: entries.invite(tx, COORDINATOR, **given, now=world.now, city=world.city)
        )


def test_a_lost_password_is_set_anew_and_ends_every_login(world: World, staff: Staff) -> None:
    budi = staff.hire("budi")
    world.ledger.write(lambda tx: entries.set_email(tx, ADMIN, budi, "budi@example.id"))
    cookie = staff.log_in("budi")
    entries.ask(world.ledger, " BUDI ", "192.0.2.1", world.now)
    (uuid,) = links(world)
    assert redeem(world, uuid).kind == "password"
    assert staff.who(cookie) is None
    who = staff.who(staff.log_in("budi", "angin laut selatan"))
    assert who is not None
    assert who.name == "Budi"
    with pytest.raises(LoginFailed):
        staff.log_in("budi")


def test_a_reset_by_hand_ends_the_mailed_link(world: World, staff: Staff) -> None:
    budi = staff.hire("budi")
    world.ledger.write(lambda tx: entries.set_email(tx, ADMIN, budi, "budi@example.id"))
    entries.ask(world.ledger, "budi", "192.0.2.1", world.now)
    officers.reset_password(world.ledger, ADMIN, budi, passwords=CHEAP, now=world.now)
    with pytest.raises(EntryGone):
        redeem(world, links(world)[0])
    with pytest.raises(EntryGone):
        redeem(world, links(world)[0], hours=1)


def test_nobody_learns_who_works_here_and_nobody_is_flooded(world: World, staff: Staff) -> None:
    budi = staff.hire("budi")
    staff.hire("nomail")
    invite(world)
    entries.ask(world.ledger, "budi", "192.0.2.1", world.now)
    for login in ("nobody", "nomail", "fani", "x" * 500):
        entries.ask(world.ledger, login, "192.0.2.1", world.now)
    assert post(world) == [("invitation", "pending")]
    world.ledger.write(lambda tx: entries.set_email(tx, ADMIN, budi, "budi@example.id"))
    for number in range(8):
        entries.ask(world.ledger, "budi", f"192.0.2.{number + 2}", world.now)
    assert len(post(world)) == 1 + entries.ASKS["ask-login"][0] - 1
    for _ in range(entries.ASKS["ask-address"][0]):
        entries.ask(world.ledger, "nobody", "192.0.2.99", world.now)
    with pytest.raises(TooOften):
        entries.ask(world.ledger, "nobody", "192.0.2.99", world.now)


def test_who_is_not_there_or_not_theirs_is_neither_invited_again_nor_given_an_address(world: World) -> None:
    invited = invite(world)
    officer = replace(COORDINATOR, role="opd", opd="DISHUB", officer_id=None)
    for act in (entries.invite_again, entries.withdraw):
        with pytest.raises(NotFound):
            world.ledger.write(lambda tx, act=act: act(tx, ADMIN, 999_999, now=world.now))
        with pytest.raises(Forbidden):
            world.ledger.write(lambda tx, act=act: act(tx, officer, invited, now=world.now))
    with pytest.raises(NotFound):
        world.ledger.write(lambda tx: entries.set_email(tx, ADMIN, 999_999, "a@contoh.id"))
    with pytest.raises(Forbidden):
        world.ledger.write(lambda tx: entries.set_email(tx, officer, invited, "a@contoh.id"))
    world.ledger.write(lambda tx: entries.set_email(tx, ADMIN, invited, " "))
    with world.ledger.reading() as tx:
        found = rows.get(tx, invited)
    assert found is not None
    assert found.email == ""
